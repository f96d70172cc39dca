"""Every call × every role × another organisation's things: what is not theirs is as if it did not exist.

The calls are those of the description, so a new one is tested without being named here.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import encode_multipart
from django.utils import timezone
from tools import openapi as tool

from tests import factories
from tests.api.callers import Caller, Callers, ask
from tests.approving import customer
from tests.desk import MONDAY, Desk, offer, publish
from tramita.domain.codes import Role
from tramita.models import (
    BlockedAddress,
    Defect,
    Definition,
    Draft,
    Grant,
    Job,
    MarkedAddress,
    Person,
    Proposal,
    SeenMessage,
    Sheet,
    TimeSpent,
    Trashed,
    View,
    Webhook,
    WebhookDelivery,
)
from tramita.services import leasing

SOAK = os.environ.get("TRAMITA_SOAK") == "1"
SECRET = "Zorblax"  # in everything that is written on the foreign things
DESCRIBED = json.loads(tool.PAGE.read_text("utf-8"))
NOBODYS = {
    "reference": "99999-T", "kind": "note", "defect_id": 999_999, "delivery": 999_999, "file_id": 999_999,
    "mail_id": 999_999, "number": 999_999, "blocked_id": 999_999, "mark_id": 999_999, "session_id": 999_999,
    "lease": 999_999, "name": "nobodys", "service": "category:nobodys",
}  # fmt: skip
STRANGERS: dict[str, Role] = {
    "requester": Role.REQUESTER,
    "manager": Role.MANAGER,
    "agent": Role.AGENT,
    "team leader": Role.TEAM_LEADER,
    "administrator": Role.ADMINISTRATOR,
    "robot": Role.ROBOT,
}
OF_THE_HOUSE = {"blocked_id", "mark_id", "name"}  # spammers, bounces and queues are no customer's


def calls() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DESCRIBED["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def stranger(role: Role) -> Caller:
    """Somebody of another customer; staff are granted everything there, and nothing here."""
    if role in (Role.REQUESTER, Role.MANAGER):
        return ask(factories.person("Odd Norn", role=role, organisation=factories.organisation("norn")))
    someone = factories.robot() if role is Role.ROBOT else factories.person("Odd Norn", role=role)
    every = ["view", "create", "work", "resolve", "mail", "assign", "bulk", "merge_undo", "approvals_request"]
    Grant.objects.create(person=someone, path="other", permissions=every)
    return ask(someone)


def foreign(desk: Desk) -> list[dict[str, Any]]:
    """What the paths name, of each kind of item: rows that exist, of a customer who is not theirs."""
    acme = customer(desk)
    Definition.objects.filter(kind="customer", key="acme").update(organisation=acme.group)  # and offered to no other
    item = acme.ticket(title=SECRET, description=SECRET, by=desk.leo)
    leo = Person.objects.get(pk=desk.leo.id)
    mail = factories.mail(item, subject=SECRET, text=SECRET)
    file = factories.attachment(item, filename=f"{SECRET}.txt")
    category = publish("defect_category", "wrong", title=SECRET)
    defect = Defect.objects.create(item=item, category=category, description=SECRET, created_by=leo, created_at=MONDAY)
    hour = MONDAY + timedelta(hours=1)
    session = TimeSpent.objects.create(
        person=leo, item=item, begun_at=MONDAY, seen_at=hour, until=hour, ended_at=hour, seconds=3600
    )
    Draft.objects.create(person=leo, item=item, kind="note", text=SECRET, updated_at=MONDAY)
    hook = Webhook.objects.create(person=leo, url=f"https://{SECRET}.example/", secret="x", created_at=MONDAY)
    told = WebhookDelivery.objects.create(
        webhook=hook, item=item, event="item.created", name=SECRET, created_at=MONDAY, due_at=MONDAY
    )
    job = Job.objects.create(person=leo, change="release", total=1, created_at=MONDAY, given={"words": SECRET})
    tray = SeenMessage.objects.create(
        mailbox="invoices@desk.example", source="api", raw="", content="0", size=1, seen_at=MONDAY,
        outcome="unhandled", subject=SECRET, sender=f"{SECRET}@acme.example",
    )  # fmt: skip
    asked = acme.asked(item, comment=SECRET)
    leased = leasing.next_lease(by=desk.robot, at=timezone.now())
    assert leased
    ids = {
        "kind": "note", "defect_id": defect.pk, "delivery": told.pk, "file_id": file.pk, "mail_id": mail.pk,
        "blocked_id": BlockedAddress.objects.create(address="x@spam.example", at=MONDAY).pk,
        "mark_id": MarkedAddress.objects.create(address="gone@acme.example", at=MONDAY).pk,
        "session_id": session.pk, "lease": leased[1].id, "name": desk.invoices.key,
        "service": offer(Definition.objects.get(kind="category", key="acme/main/finance/plain")),
    }  # fmt: skip
    case = desk.case(short_description=SECRET, by=desk.leo)
    action = factories.action(case, title=SECRET)
    sheet = Sheet.objects.create(
        person=leo, kind="ticket", name=SECRET, unique_titles=False, total=1, created_at=MONDAY
    )
    gone = factories.requester("Gone Long", is_active=False)
    trashed = Trashed.objects.create(person=gone, at=MONDAY, reason=SECRET, kept={"is_active": True})
    proposal = Proposal.objects.create(
        item=item,
        robot_id=desk.robot.id or 0,
        fence=1,
        seq=1,
        verb="change",
        given={"title": SECRET},
        created_at=MONDAY,
    )
    numbers = {
        "/proposals/": proposal.pk,
        "/approvals/": asked.pk, "/jobs/": job.pk, "/webhooks/": hook.pk, "/sheets/": sheet.pk,
        "/views/": View.objects.create(owner=leo, title=SECRET, created_at=MONDAY, updated_at=MONDAY).pk,
        "/members/": acme.sofia.id, "/trash/": trashed.pk, "/contacts/": factories.requester("Lia Few").pk,
    }  # fmt: skip
    every = [ids | {"reference": one.reference} for one in (item, case, action)]
    return [one | {"numbers": numbers, "tray": tray.pk} for one in every]


def filled(path: str, ids: dict[str, Any]) -> str:
    """The path of these things, after `/api/v1`."""
    for part, number in ids.get("numbers", {}).items():
        if part in path:
            ids = ids | {"number": number}
    if "/unhandled-mails/" in path and "tray" in ids:
        ids = ids | {"mail_id": ids["tray"]}
    return path.removeprefix("/api/v1").format(**ids)


def _refusals(path: str) -> set[int]:
    """Who holds no lease is told so whatever its number; whole lists of some kinds are not for everybody."""
    return {404} if "{reference}" in path else {403, 404, 409} if "{lease}" in path else {403, 404}


def body_of(operation: dict[str, Any]) -> tuple[bytes, str]:
    """What the description gives as an example: valid, so that nothing else can be refused before."""
    content = operation.get("requestBody", {}).get("content", {"application/json": {}})
    if "multipart/form-data" in content:
        fields = {"file": a_file()}
        return encode_multipart("boundary", fields), "multipart/form-data; boundary=boundary"
    if "application/json" not in content:
        return b"From: a@b.example\r\n\r\nx", next(iter(content))
    schema = content["application/json"].get("schema", {})
    name = (schema.get("$ref") or str(schema)).rpartition("/")[2].split("'")[0]
    examples = DESCRIBED["components"]["schemas"].get(name, {}).get("examples", [{}])
    return json.dumps(examples[0]).encode(), "application/json"


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.txt", b"a", "text/plain")


def told(caller: Caller, method: str, path: str, operation: dict[str, Any]) -> HttpResponse:
    body, kind = body_of(operation)
    return caller.send(method, path, b"" if method == "GET" else body, content_type=kind)


@pytest.mark.soak
@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_theirs_is_as_if_it_did_not_exist(name: str, desk: Desk) -> None:
    """INTERFACES 5, SEC-2, DESIGN 2.11: invisible means 404, word for word what a thing that is not there answers.

    Lists, events and search by its very words tell nothing of it either. Tickets, Cases and Actions take turns;
    with TRAMITA_SOAK=1 each call is asked about each.
    """
    things, caller = foreign(desk), stranger(STRANGERS[name])

    for number, (method, path, operation) in enumerate(calls()):
        if any(f"{{{one}}}" in path for one in OF_THE_HOUSE):
            continue
        if "{" in path:
            missing = told(caller, method, filled(path, NOBODYS), operation)
            for ids in things if SOAK else things[number % 3 :][:1]:
                answer = told(caller, method, filled(path, ids), operation)
                assert (answer.status_code, answer.content) == (missing.status_code, missing.content), (method, path)
                assert answer.status_code in _refusals(path), (method, path)
        elif method == "GET":
            answer = caller.get(path.removeprefix("/api/v1"), q=SECRET)
            assert answer.status_code in (200, 403), path
            assert SECRET not in answer.content.decode(), path


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("name", ["leo", "robot", "rui"])
def test_a_number_that_no_database_holds_is_no_row(caller: Callers, desk: Desk, name: str) -> None:
    """INTERFACES 5: in an address, whatever the call, it is a thing that does not exist, or an input that is named."""
    huge = {part: 10**30 if isinstance(number, int) else number for part, number in NOBODYS.items()}
    huge["reference"] = desk.ticket().reference

    for method, path, operation in calls():
        if any(f"{{{part}}}" in path and isinstance(number, int) for part, number in NOBODYS.items()):
            answer = told(getattr(caller, name), method, filled(path, huge), operation)
            assert answer.status_code in (403, 404, 409, 422), (method, path, answer.content)


@pytest.mark.parametrize("name", ["team leader", "robot"])
def test_naming_what_is_not_theirs_in_a_body_tells_nothing(name: str, desk: Desk) -> None:
    """SEC-2: a partner of a link, an item to merge into or from: as if it did not exist."""
    acme, caller = foreign(desk)[0]["reference"], stranger(STRANGERS[name])
    own = factories.ticket(process=factories.definition(key="other/main/help/query"), queue=desk.invoices)
    assert caller.get(f"/items/{own.reference}").status_code == 200

    for verb, body in (
        ("links", {"to": "%s"}),
        ("links/copy", {"to": "%s"}),
        ("merge", {"into": "%s"}),
        ("merge", {"tickets": ["%s"]}),
    ):
        there, missing = (
            caller.post(f"/items/{own.reference}/{verb}", json.loads(json.dumps(body) % reference))
            for reference in (acme, "99999-T")
        )
        assert there.status_code == missing.status_code >= 400, verb
        assert there.content.decode().replace(acme, "99999-T") == missing.content.decode(), verb


def test_naming_what_is_not_theirs_for_the_focus_tells_nothing(desk: Desk) -> None:
    """Z-6, SEC-2."""
    acme, caller = foreign(desk)[0]["reference"], stranger(Role.AGENT)

    there, missing = (caller.put("/focus", {"items": [reference]}) for reference in (acme, "99999-T"))

    assert there.status_code == missing.status_code == 422
    assert there.content.decode().replace(acme, "99999-T") == missing.content.decode()
