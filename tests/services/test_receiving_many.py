"""Fifty mails at once do what they do one by one: the same outcomes, items, entries and answers, in the same order."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, OperationalError, connection, transaction

from tests.desk import MONDAY, Desk
from tests.helpdesk import CLOCK, Helpdesk, build
from tests.samples import expected
from tests.services.test_poison import POISON, in_the_way
from tests.services.test_receiving import mail
from tramita.models import (
    Attachment,
    CopiedContact,
    Delivery,
    Entry,
    Item,
    Link,
    Message,
    Person,
    SeenMessage,
    Timer,
)  # fmt: skip
from tramita.queries import definitions
from tramita.services import receiving, receiving_many, sql
from tramita.services.receiving import Letter, Outcome

pytestmark = pytest.mark.django_db
TABLES = (Item, Entry, Message, Attachment, Delivery, SeenMessage, Link, Person, CopiedContact, Timer)
WHO = {f.attname for f in Item._meta.concrete_fields if f.related_model is Person}
CHANCE = re.compile(r"out\.(\d+)\.[0-9a-f]{16}\.[0-9a-f]{20}@")  # of our own Message-IDs


class RolledBackError(Exception):
    """The end of a try."""


def one_by_one(letters: Sequence[Letter]) -> list[Outcome]:
    return [
        receiving.receive(one.raw, mailbox=one.mailbox, source=one.source, envelope=one.envelope, at=CLOCK)
        for one in letters
    ]


def together(letters: Sequence[Letter]) -> list[Outcome]:
    """In batches; none of them may have been given up."""
    outcomes: list[Outcome] = []
    for batch in receiving_many.gathered(letters, size=lambda one: len(one.raw)):
        done = receiving_many.together(batch, at=CLOCK)
        assert done is not None
        outcomes += done
    return outcomes


def told(way: Callable[[Sequence[Letter]], list[Outcome]], letters: Sequence[Letter]) -> tuple[list[Outcome], Any]:
    """The outcomes, and all that the database then holds, in words that do not depend on numbers drawn."""
    definitions.forget()
    before = sql.next_number()
    try:
        with transaction.atomic():
            _begin_at(500_000)  # far from every number that a sample names
            outcomes = way(letters)
            held = _held()
            raise RolledBackError
    except RolledBackError:
        definitions.forget()
        _begin_at(before)  # a sequence is not rolled back
    return _numbered(outcomes), _numbered(held)


def _begin_at(number: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval('item_numbers', %s)", [number])
        else:
            cursor.execute("UPDATE counters SET value = %s WHERE name = 'item'", [number])


def _held() -> dict[str, list[dict[str, Any]]]:
    """Every row, with its id and those it names by their place in their table."""
    places = {
        model._meta.db_table: {
            pk: place for place, pk in enumerate(model.objects.order_by("pk").values_list("pk", flat=True))
        }
        for model in TABLES
    }
    return {model._meta.db_table: [_row(one, places) for one in model.objects.order_by("pk")] for model in TABLES}


def _row(one: Any, places: dict[str, dict[int, int]]) -> dict[str, Any]:
    row = {}
    for field in one._meta.concrete_fields:
        value = getattr(one, field.attname)
        table = field.related_model._meta.db_table if field.related_model else one._meta.db_table
        linked = field.primary_key or field.related_model
        row[field.attname] = places.get(table, {}).get(value, value) if linked else value
    if isinstance(one, Entry):
        row["data"] = {k: places["messages"].get(v, v) if k in ("message", "about") else v for k, v in one.data.items()}
        del row["chain"], row["digest"]  # over the numbers; `chain_holds` looks at them
        if "set" in row["data"]:
            row["data"]["set"] = {
                k: places["people"].get(v, v) if k in WHO else v for k, v in row["data"]["set"].items()
            }
    if isinstance(one, Item):
        del row["chain"]
    return row


def _numbered(said: Any) -> str:
    """Item numbers in the order in which they are first named."""
    text = CHANCE.sub(r"out.\1.@", repr(said))
    text = re.sub(r"\+(\d+)(?:-[0-9a-f]{16})?\.[0-9a-f]{20}@", r"+\1.@", text)
    numbers: dict[str, str] = {}
    return re.sub(r"\b50\d{4}\b", lambda found: numbers.setdefault(found[0], f"n{len(numbers)}"), text)


@pytest.fixture
def helpdesk(db: None, data_dir: Path) -> Helpdesk:
    return build()


def samples(helpdesk: Helpdesk) -> list[Letter]:
    return [Letter(helpdesk.raw(name), "import", said["ingest"].get("mailbox")) for name, said in expected().items()]


@pytest.mark.parametrize("seed", range(4))
def test_the_samples_in_any_order_and_twice_do_together_what_they_do_alone(helpdesk: Helpdesk, seed: int) -> None:
    """MAIL-3, MAIL-16, MAIL-79, MAIL-80, MAIL-93: some are there twice, some in the same batch."""
    chance = random.Random(seed)
    letters = samples(helpdesk)
    letters += chance.sample(letters, 40)
    chance.shuffle(letters)

    alone, batched = told(one_by_one, letters), told(together, letters)

    assert batched[0] == alone[0]
    assert batched[1] == alone[1], _differences(batched[1], alone[1])


def test_answers_to_mails_of_the_same_batch_find_them(desk: Desk, data_dir: Path) -> None:
    """MAIL-70, MAIL-79: the requester answers their own first mail, and copies come in between."""
    first = mail("One", subject="Chairs")
    key = first.partition(b"Message-ID: <")[2].partition(b">")[0].decode()
    letters = [
        Letter(raw, "import")
        for raw in (
            first,
            mail("Two", subject="Re: Chairs", reply_to=key),
            first,
            mail("Three", subject="Re: Chairs", reply_to=key),
            mail("Four", sender="new@acme.example"),
            mail("Five", sender="new@acme.example"),
        )
    ]

    outcomes = together(letters)

    assert [one.outcome for one in outcomes] == ["created", "appended", "duplicate", "appended", "created", "created"]
    assert outcomes[2].items == outcomes[0].items == outcomes[1].items
    assert Person.objects.filter(email="new@acme.example").count() == 1


def test_limits_count_the_mails_of_the_same_batch(desk: Desk, data_dir: Path) -> None:
    """MAIL-93: five acknowledgements an hour, whoever sends fifty at once."""
    letters = [Letter(mail(f"Text {number}", subject=f"Subject {number}"), "import") for number in range(30)]

    outcomes = together(letters)

    assert {one.outcome for one in outcomes} == {"created"}
    assert Message.objects.filter(outgoing=True).count() == 5


@pytest.mark.parametrize("name", POISON)
def test_a_poisonous_mail_in_the_middle_delays_nobody(desk: Desk, data_dir: Path, name: str) -> None:
    """MAIL-6."""
    letters = [Letter(raw, "import") for raw in (mail("Before"), POISON[name], mail("After"))]

    outcomes = list(receiving_many.receive_all(letters, at=MONDAY))

    assert [outcomes[0].outcome, outcomes[2].outcome] == ["created", "created"]
    assert not SeenMessage.objects.filter(outcome="").exists()


def test_what_breaks_in_a_batch_is_found_one_by_one(
    desk: Desk, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6, MAIL-7: and nothing of the batch stays behind."""
    sort_out = receiving.sort_out

    def broken(seen: SeenMessage, *rest: Any, **given: Any) -> Outcome:
        if seen.subject == "Poison":
            raise RecursionError("too deep")
        return sort_out(seen, *rest, **given)

    monkeypatch.setattr(receiving, "sort_out", broken)
    letters = [Letter(mail(text, subject=text), "import") for text in ("One", "Poison", "Two")]

    outcomes = list(receiving_many.receive_all(letters, at=MONDAY))

    assert [one.outcome for one in outcomes] == ["created", "failed", "created"]
    assert (Item.objects.count(), SeenMessage.objects.count()) == (2, 3)


@pytest.mark.parametrize("error", [OperationalError("gone away"), IntegrityError("a rival was faster")])
def test_a_batch_that_the_database_refuses_is_taken_one_by_one(
    desk: Desk, data_dir: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """MAIL-8, MAIL-9: two importers that meet in a batch."""
    finish, calls = receiving.finish, []

    def once_broken(kept: Any, **given: Any) -> Outcome:
        calls.append(kept)
        if len(calls) == 2:
            raise error
        return finish(kept, **given)

    monkeypatch.setattr(receiving, "finish", once_broken)
    letters = [Letter(mail(text), "import") for text in ("One", "Two", "Three")]

    outcomes = list(receiving_many.receive_all(letters, at=MONDAY))

    assert [one.outcome for one in outcomes] == ["created"] * 3
    assert Item.objects.count() == 3


def test_a_full_disk_stops_at_the_mail_whose_turn_it_is(desk: Desk, data_dir: Path, settings: LazySettings) -> None:
    """MAIL-1, MAIL-8: those before it are in, those after it were never promised."""
    in_the_way(settings, mail("Two"))
    letters = [Letter(mail(text), "import") for text in ("One", "Two", "Three")]
    outcomes = receiving_many.receive_all(letters, at=MONDAY)

    assert next(outcomes).outcome == "created"
    with pytest.raises(OSError, match=r"exists|directory"):
        next(outcomes)

    assert SeenMessage.objects.count() == 1


def test_batches_hold_fifty_mails_or_less_when_they_are_large() -> None:
    """A folder of large mails is not read into memory."""
    sizes = [1] * 120 + [receiving_many.BATCH_BYTES, 1, receiving_many.BATCH_BYTES * 2, 1, 1]

    batches = list(receiving_many.gathered(sizes, size=lambda size: size))

    assert [len(batch) for batch in batches] == [50, 50, 20, 1, 1, 1, 2]
    assert [size for batch in batches for size in batch] == sizes


def _differences(one: str, other: str) -> str:
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 700) : at + 300]}\n\n-- but --\n\n{other[max(0, at - 700) : at + 300]}"
