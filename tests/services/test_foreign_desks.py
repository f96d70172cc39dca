"""What was worked on in Zammad and osTicket comes here with all that was said of it, from the samples of the manual."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.codes import Kind, Method, State, Visibility
from tramita.domain.errors import Invalid
from tramita.domain.foreign import names_of
from tramita.gateways.storage import storage
from tramita.models import Attachment, Delivery, Entry, Item, Message, Person
from tramita.services import ledger
from tramita.services.bringing_in import SAID, Import, Verdict
from tramita.services.foreign_maps import DELIVERED, names_for
from tramita.services.osticket import Export, open_export
from tramita.services.zammad import Folder, open_folder

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


@pytest.fixture
def ana(desk: Desk) -> Person:
    Person.objects.filter(pk=desk.ana.id).update(email="ana@desk.example")
    return Person.objects.get(pk=desk.ana.id)


@contextmanager
def opened(system: str, folder: Path) -> Iterator[Folder | Export]:
    names = names_for(system, folder / "map.yaml")
    if system == "zammad":
        yield open_folder(folder, names)
        return
    with open_export(
        folder / "tickets.csv", entries=folder / "entries.csv", files=folder / "files", names=names
    ) as export:
        yield export


def take(system: str, folder: Path | None = None, *, dry_run: bool = False) -> list[Verdict]:
    with opened(system, folder or SAMPLES / system) as source:
        run = Import(system, MONDAY, dry_run=dry_run, size=SAID)
        run.people(source.customers())
        return [outcome for records in source.passes() for outcome in run.take(records)]


def item(title: str) -> Item:
    return Item.objects.select_related("process").get(title=title)


@pytest.mark.parametrize("system", ["zammad", "osticket"])
def test_tickets_come_with_people_articles_and_files(desk: Desk, ana: Person, data_dir: Path, system: str) -> None:
    """Issue 7, V-61."""
    outcomes = take(system)
    mine, done = item("Invoice 991 twice"), item("Address changed")

    assert {(one.what, one.notes) for one in outcomes} == {("created", ())}
    assert (mine.kind, mine.assignee_id, mine.process.key) == (Kind.TICKET, ana.pk, "acme/main/finance/invoice-query")
    assert mine.requester is not None
    assert (mine.requester.email, mine.requester.name) == ("rui@acme.example", "Rui Sousa")
    assert (done.state, done.method, done.process.key) == (State.CLOSED, Method.REPLIED, "acme/main/finance/plain")
    assert (done.resolved_at.isoformat(), done.closed_at) == ("2024-03-06T16:30:00+00:00", done.resolved_at)
    assert mine.brought_from["key"] == {"zammad": "22001", "osticket": "482913"}[system]
    assert Person.objects.filter(email="lucia@acme.example").exists()

    entries = list(Entry.objects.filter(item=mine).order_by("seq"))
    assert [one.type for one in entries] == ["brought_in", "mail_received", "note_added", "mail_sent"]
    assert [one.at.isoformat()[:16] for one in entries[1:]] == [
        "2024-03-04T09:15",
        "2024-03-04T11:00",
        "2024-03-05T10:00",
    ]
    assert (entries[2].visibility, entries[2].words) == (Visibility.INTERNAL, {"body": "Asked the bank."})
    came, went = Message.objects.filter(item=mine).order_by("at")
    assert (came.text.strip(), came.message_id, came.outgoing) == (
        "You charged invoice 991 two times.",
        "991@acme.example",
        False,
    )
    assert (went.text, went.outgoing) == ("We are looking into it.", True)
    file = Attachment.objects.get(item=mine)
    assert (file.filename, file.message_id, file.size) == ("invoice-991.txt", came.pk, 12)
    assert storage(f"file://{data_dir}/files").get(file.sha256) == b"Invoice 991\n"
    assert not Delivery.objects.exists()
    assert ledger.differences(mine) == {}
    assert ledger.chain_holds(mine.entries.order_by("seq"))


@pytest.mark.parametrize("system", ["zammad", "osticket"])
def test_again_it_makes_nothing_new_and_a_dry_run_makes_nothing(
    desk: Desk, ana: Person, data_dir: Path, system: str
) -> None:
    """Issue 7: the same resumable, idempotent engine and report."""
    people = Person.objects.count()
    planned = take(system, dry_run=True)
    assert (Item.objects.count(), Person.objects.count()) == (0, people)
    made = take(system)
    before = Entry.objects.count(), Message.objects.count(), Attachment.objects.count()

    again = take(system)

    assert [(one.key, one.what, one.state) for one in planned] == [(one.key, one.what, one.state) for one in made]
    assert {one.what for one in again} == {"unchanged"}
    assert (Entry.objects.count(), Message.objects.count(), Attachment.objects.count()) == before


def test_a_wait_of_zammad_goes_on_here(desk: Desk, ana: Person, data_dir: Path) -> None:
    """T-41: `pending_time` is the date that it waits for."""
    take("zammad")
    waits = item("Credit note")

    assert (waits.state, waits.wait_until.isoformat()) == (State.WAITING, "2031-01-07T08:00:00+00:00")
    assert waits.timers.get().due_at == waits.wait_until


def test_an_answer_to_an_old_mail_finds_its_item(desk: Desk, ana: Person, data_dir: Path) -> None:
    """MAIL-74: by the id that our mail had in the old system."""
    take("zammad")
    answer = mail("Any news?", sender="rui@acme.example", reply_to="22001.4@desk.example")

    outcome = receive(answer)

    assert (outcome.outcome, outcome.items) == ("appended", (item("Invoice 991 twice").reference,))


def test_what_is_wrong_is_told_line_by_line(desk: Desk, ana: Person, data_dir: Path, tmp_path: Path) -> None:
    """Issue 7: a report a row; what is missing of a ticket is noted, an unknown state makes nothing."""
    folder = shutil.copytree(SAMPLES / "zammad", tmp_path / "zammad")
    tickets = json.loads((folder / "tickets.json").read_text())
    (folder / "tickets.json").write_text(json.dumps([*tickets, tickets[0] | {"id": 9, "number": "9", "state": "odd"}]))
    (folder / "attachments/1/2/7").unlink()
    (folder / "articles/2.json").unlink()

    outcomes = {one.key: one for one in take("zammad", folder)}

    assert outcomes["22001"].notes == ("file is missing: invoice-991.txt",)
    assert outcomes["22002"].notes == ("its articles are missing",)
    assert str(outcomes["9"].fault) == "state: The mapping says nothing of the state “odd”."
    assert Item.objects.count() == 3


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({"states": {"open": "frozen"}}, "states.open"),
        ({"states": {"open": "waiting"}}, "states.open"),
        ({"states": {"open": {"state": "to_do", "method": "replied"}}}, "states.open"),
        ({"states": {"open": {"state": "closed", "method": "aborted"}}}, "states.open"),
        ({"proceses": {}}, "proceses"),
        ({"people": ["ana"]}, "people"),
        ([], "mapping"),
    ],
)
def test_a_mapping_that_is_wrong_names_its_key(document: Any, wrong: str) -> None:
    """Issue 7: a YAML that can be edited."""
    with pytest.raises(Invalid) as refused:
        names_of(document)

    assert [fault.field for fault in refused.value.errors] == [wrong]


@pytest.mark.parametrize("system", sorted(DELIVERED))
def test_the_delivered_mapping_is_right(system: str) -> None:
    """Issue 7."""
    names = names_for(system, None)

    assert names.states
    assert names.process("Whatever") == ""


def test_a_file_of_an_item_from_osticket_is_never_sought_outside_its_folder(
    desk: Desk, ana: Person, data_dir: Path, tmp_path: Path
) -> None:
    """The names in the entries are another system's words."""
    folder = shutil.copytree(SAMPLES / "osticket", tmp_path / "osticket")
    (tmp_path / "secret").write_text("secret")
    text = (folder / "entries.csv").read_text().replace("a7f3=", "../../secret=")
    (folder / "entries.csv").write_text(text)

    outcomes = take("osticket", folder)

    assert outcomes[0].notes == ("file is missing: invoice-991.txt",)
    assert not Attachment.objects.exists()
