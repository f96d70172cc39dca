"""A canary in all that must stay in the house: not a feather of it is found in what leaves it (MAIL-60, CG-55).

Looked through are every page of the portal that links lead to and every address of an item or a file that somebody
could type, the answers of the API, what the tools of language models say, what a link in a mail opens, every mail as
it left, every push as a browser reads it, every webhook as another system hears it, every list that is exported: for
each role outside. `make soak` plants two hundred items (TRAMITA_SOAK=1).

That the nets hold is shown by words that are meant for them: these must be found.
"""

import email
import io
import json
import os
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.api.callers import PREFIX, ask, stranger
from tests.approving import Customer, customer, fresh, keys_in
from tests.desk import Desk, publish
from tests.fakes.push import Browser, push_service
from tests.fakes.web import Web, serving
from tests.mcp.talking import Talker
from tramita.domain.filing import told
from tramita.domain.webhooks import EVENTS
from tramita.models import Approval, Attachment, Definition, Delivery, Item, Person
from tramita.portal import by_mail
from tramita.services import (
    approvals,
    defects,
    filing,
    launching,
    mailing,
    notes,
    push_subscriptions,
    resolving,
    webhooks,
    working,
)
from tramita.services.filing import Upload
from tramita.worker import loop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
COUNT = 200 if "TRAMITA_SOAK" in os.environ else 4
STRANGERS = 20  # items that who has to do with none is looked at with, over the API and by tools
INSIDE, MANAGERS, OPEN = "zqkanarek", "zqzarzad", "zqotwarte"  # for nobody outside, for managers alone, for who asked
OURS = ("requester", "branch manager", "group manager", "colleague")
WRONG = "acme/main/finance/wrong-papers"
PAGES = 40 + 12 * COUNT  # of one role: more than there are
SKIPPED = re.compile(r"/(static|accounts/log|style-|language|push|metrics)")
MINUTE = timedelta(minutes=1)
SENT_AWAY = 429


@dataclass
class Outside:
    """Who is outside, by the name of their part, and what left the house, by where it went."""

    acme: Customer
    people: dict[str, Person]
    browsers: dict[str, Browser]
    system: Web
    folder: Path


@pytest.fixture
def service(settings: Any) -> Iterator[Web]:
    settings.TRAMITA_PUSH_INSIDE = frozenset({"localhost"})
    with push_service() as running:
        yield running


@pytest.fixture
def system(settings: Any) -> Iterator[Web]:
    """It is told of all that an administrator may see."""
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8", "::1"})
    with serving() as running:
        yield running


@pytest.fixture
def outside(
    desk: Desk,
    data_dir: Path,
    settings: Any,
    tmp_path: Path,
    service: Web,
    system: Web,
    monkeypatch: pytest.MonkeyPatch,
) -> Outside:
    settings.TRAMITA_SMTP_URL = f"file://{tmp_path / 'outgoing'}"
    settings.TRAMITA_API_RATE = 0  # nobody is sent away before they are answered
    monkeypatch.setattr(by_mail, "A_MINUTE", 100_000)
    acme = customer(desk)
    publish("defect_category", WRONG, Definition.objects.get(key="acme/main/finance"), title="Wrong papers")
    other = factories.organisation("other", name="Other Ltd")
    people = {
        "requester": desk.rui,
        "branch manager": Person.objects.get(pk=acme.sofia.id),
        "group manager": Person.objects.get(pk=acme.marta.id),
        "colleague": factories.requester("Nuno Reis", organisation=acme.branch),
        "other requester": factories.requester("Otto Berg", organisation=other),
        "other manager": factories.manager("Olga Berg", organisation=other),
    }
    inside = {"agent": Person.objects.get(pk=desk.ana.id), "leader": Person.objects.get(pk=desk.leo.id)}
    browsers = {part: Browser(service, str(one.pk)) for part, one in (people | inside).items()}
    for part, browser in browsers.items():
        push_subscriptions.subscribe(**browser.given, by=(people | inside)[part], at=timezone.now())
    webhooks.subscribe(f"{system.address}/hook", EVENTS, by=factories.administrator(), at=timezone.now())
    found = Outside(acme, people, browsers, system, tmp_path / "outgoing")
    for number in range(COUNT):
        plant(acme, number)
    Delivery.objects.update(next_at=timezone.now())
    loop.drain(at=timezone.now() + MINUTE)
    return found


def plant(acme: Customer, number: int) -> None:
    """A Ticket and a Case with everything that stays inside, and a mail that does not."""
    desk, now = acme.desk, timezone.now()
    item = acme.ticket(title=f"Invoice {number}", at=now)
    working.assign(item, to=desk.robot.id or 0, by=desk.leo, at=now)
    working.start(fresh(item), by=desk.robot, at=now)
    working.reject(fresh(item), reason=f"{INSIDE} remark", by=desk.robot, at=now)
    working.assign(fresh(item), to=desk.ana.id or 0, by=desk.leo, at=now)
    working.start(fresh(item), by=desk.ana, at=now)
    notes.add_note(fresh(item), body=f"@Leo Roy {INSIDE} note", by=desk.ana, at=now)
    content = f"{INSIDE} file {number}".encode()
    upload = Upload(f"{INSIDE}-name.txt", "text/plain", len(content), [content])
    about = told([f"{INSIDE}-tag"], f"{INSIDE} about", internal=True)
    filing.add_files(fresh(item), [upload], about, by=desk.ana, at=now)
    defects.add(fresh(item), category=WRONG, description=f"{INSIDE} defect", by=desk.ana, at=now)
    mailing.send(fresh(item), to=[str(desk.rui.email)], text=f"{OPEN} which account?", by=desk.ana, at=now)
    asked = acme.asked(fresh(item), comment=f"{MANAGERS} comment", by=desk.ana, at=now)
    if number % 2:
        approvals.reject(asked.pk, reason=f"{MANAGERS} reason", by=acme.sofia, at=now)
        resolving.resolve(fresh(item), method="replied", note=f"{INSIDE} resolution", by=desk.ana, at=now)
    case = desk.case(short_description=f"Supplier {number}", at=now)
    working.start(fresh(case), by=desk.ana, at=now)
    (action,) = launching.launch(fresh(case), action="bank-check", copies=1, by=desk.ana, at=now)
    resolving.resolve(fresh(action), method="unable_to_complete", reason=f"{INSIDE} unable", by=desk.ana, at=now)


def pages(person: Person | None, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from these addresses, and each of them."""
    client = Client()
    if person is not None:
        client.force_login(person)
    waiting, seen = deque(starts), set(starts)
    while waiting and len(seen) < PAGES:
        address = waiting.popleft()
        answer = client.get(address, follow=True)
        assert answer.status_code != SENT_AWAY, address
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield address, said.decode("utf-8", "replace")
        for link in re.findall(r'(?:href|action|src)="(/[^"#]*)', said.decode("utf-8", "replace")):
            if link not in seen and not SKIPPED.match(link):
                seen.add(link)
                waiting.append(link.replace("&amp;", "&"))
    assert not waiting, "more pages than were looked at"


def typed() -> list[str]:
    """What somebody might type who guesses."""
    references = [item.reference for item in Item.objects.order_by("pk")]
    numbers = Attachment.objects.order_by("pk").values_list("pk", flat=True)
    asked = Approval.objects.order_by("pk").values_list("pk", flat=True)
    return [
        "/portal",
        "/portal?all=1",
        "/portal/approvals",
        "/search?q=zq",
        *(f"/portal/requests/{one}" for one in references),
        *(f"/items/{one}" for one in references),
        *(f"/portal/files/{one}" for one in numbers),
        *(f"/files/{one}" for one in numbers),
        *(f"/portal/approvals/{one}" for one in asked),
    ]


def answers(person: Person | None, items: list[Item]) -> Iterator[tuple[str, str]]:
    """What each reading call of the API answers, about these items and their files."""
    caller = ask(person) if person is not None else stranger()
    described = caller.client.get(f"{PREFIX}/openapi.json").json()
    values = {
        "reference": [item.reference for item in items],
        "file_id": list(Attachment.objects.filter(item__in=items).order_by("pk").values_list("pk", flat=True)),
        "kind": ["note", "reply"],
    }
    for path, methods in described["paths"].items():
        if "get" not in methods:
            continue
        for address in filled(path.removeprefix(PREFIX), values):
            answer = caller.get(address)
            assert answer.status_code != SENT_AWAY, address
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield f"API {address}", said.decode("utf-8", "replace")


def tools(person: Person, items: list[Item]) -> Iterator[tuple[str, str]]:
    """What each reading tool of a language model says to a program of theirs."""
    talker = Talker(person)
    on_items = ("read_item", "read_conversation", "read_timeline", "explain_due_date", "list_proposals")
    calls = [(name, {"reference": one.reference}) for one in items for name in on_items]
    calls += [("find_items", {"q": INSIDE}), ("find_items", {}), ("list_directory", {"list": "contacts"})]
    for name, given in calls:
        yield f"tool {name} {given}", json.dumps(talker.call(name, **given), ensure_ascii=False)


def filled(path: str, values: dict[str, list[Any]]) -> list[str]:
    """The path with each value of what it asks for; other numbers are tried from one to nine."""
    name = re.search(r"\{(\w+)\}", path)
    if name is None:
        return [path]
    some = values.get(name[1], range(1, 10))
    return [done for one in some for done in filled(path.replace(name[0], str(one), 1), values)]


def mails(folder: Path) -> Iterator[tuple[str, str]]:
    """Every mail as it left, with all its parts decoded, by its recipient."""
    for path in sorted(folder.glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]
        heads = "\n".join(f"{name}: {value}" for name, value in mail.items())
        said = "\n".join(
            [heads, *(part.decode("utf-8", "replace") for part in parts), path.read_bytes().decode("latin-1")]
        )
        yield f"mail to {mail['To']}", said


def found(word: str, texts: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[str]:
    """Where it stands, with what is behind it."""
    return [f"{place}: {hit}" for place, text in texts for hit in re.findall(rf"{word}.{{0,12}}", text)]


@pytest.mark.soak
def test_the_canary_of_the_house_is_heard_nowhere_outside(outside: Outside) -> None:
    """MAIL-60, CG-55, F-1, S-8, R-10: internal notes, files, remarks of robots, reasons and defects."""
    links = [f"/approvals/by-mail/{key}" for key in keys_in(outside.folder).values()]
    leaks: list[str] = []
    managers_words, open_words = {}, {}
    for part, person in [*outside.people.items(), ("visitor", None)]:
        starts = [*typed(), *(links if person is None else [])]
        items = list(Item.objects.order_by("pk"))[: None if part in OURS else STRANGERS]
        seen = [*pages(person, starts), *answers(person, items), *(tools(person, items) if person else ())]
        leaks += [f"{part} at {place}" for place in found(INSIDE, seen)]
        managers_words[part], open_words[part] = found(MANAGERS, seen), found(OPEN, seen)
    for part, browser in outside.browsers.items():
        told_there = [(f"push {part}", str(news)) for news in browser.told()]
        leaks += found(f"{INSIDE}|{MANAGERS}|{OPEN}" if part in outside.people else INSIDE, told_there)
    hooks = [(f"webhook {one.headers}", one.body.decode()) for one in outside.system.heard]
    leaks += found(f"{INSIDE}|{MANAGERS}|{OPEN}", hooks)
    sent = list(mails(outside.folder))
    leaks += found(INSIDE, sent)
    leaks += found(INSIDE, exported(outside.acme.desk))
    readers = {place.partition(" to ")[2].partition(": ")[0] for place in found(MANAGERS, sent)}
    told_managers = {part for part, one in outside.people.items() if one.email in readers}

    assert leaks == []
    decide = {"branch manager", "group manager"}
    assert {part for part, hits in managers_words.items() if hits} == decide | {"visitor"}, (
        "by the links of their mails"
    )
    assert {part for part, hits in open_words.items() if hits} == decide | {"requester"}
    assert told_managers == decide
    assert found(OPEN, sent)
    assert outside.browsers["branch manager"].told()
    assert {json.loads(one)["type"] for _place, one in hooks} == set(EVENTS)
    assert found("Invoice 0", hooks)


def exported(desk: Desk) -> Iterator[tuple[str, str]]:
    """What a list leaves the house as, with whoever takes it along."""
    ana = Client()
    ana.force_login(Person.objects.get(pk=desk.ana.id))
    for place in ("/inbox", "/owned", "/queues/invoices", "/reports/hours"):
        for kind in ("csv", "xlsx"):
            answer = ana.get(f"{place}?export={kind}")
            assert answer.headers["Content-Disposition"].startswith("attachment")
            yield f"{place} as {kind}", unpacked(answer.content)


def unpacked(content: bytes) -> str:
    """A sheet is a folder that was packed."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
