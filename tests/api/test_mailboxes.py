"""Mailboxes over HTTP: each test of their pages, for who looks after them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests import factories
from tests.api.callers import Caller, ask, problem
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tramita.domain.codes import Role
from tramita.domain.sender_dns import Finding, Verdict
from tramita.models import Grant, IdempotencyKey, Item, Mailbox, Person, Probe, SeenMessage, SenderDomain
from tramita.services import checking_mailboxes

pytestmark = [pytest.mark.django_db, pytest.mark.database]
BOX = "/mailboxes/invoices@desk.example"
KEYS = {"Idempotency-Key": "one"}


@pytest.fixture
def root(desk: Desk) -> Caller:
    return ask(factories.person("Vera Root", role=Role.ADMINISTRATOR))


@pytest.fixture
def box(root: Caller) -> Mailbox:
    """It is fetched, by a password that nobody has set."""
    (made,) = Mailbox.objects.all()
    made.settings = {"protocol": "imap", "host": "mail.invalid", "password_env": "NOT_SET_FOR_THIS_TEST"}
    made.save()
    return made


def test_a_connection_is_tested_step_by_step(root: Caller, box: Mailbox) -> None:
    """MAIL-142, M-24: up to the first that fails; secrets are not in the answer."""
    told = root.post(f"{BOX}/test").json()

    assert [(one["step"], one["ok"], one["fault"]) for one in told["steps"]] == [("secrets", False, "login")]
    assert "NOT_SET_FOR_THIS_TEST" in told["steps"][0]["words"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, KEYS], ids=["plain", "with a key"])
def test_nobody_waits_for_another_server_in_a_transaction(
    root: Caller, box: Mailbox, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-110, INTERFACES 5: asked twice with a key, the answer is the one of the first time."""
    within = []

    def check(box: Mailbox, **_: Any) -> list[checking_mailboxes.Finding]:
        within.append(connection.in_atomic_block)
        return [checking_mailboxes.Finding("secrets")]

    monkeypatch.setattr(checking_mailboxes, "check", check)

    first, again = (root.post(f"{BOX}/test", headers=headers) for _ in range(2))

    assert first.json() == again.json() == {"steps": [{"step": "secrets", "ok": True, "fault": "", "words": ""}]}
    assert within == [False] * (1 if headers else 2)
    assert IdempotencyKey.objects.count() == len(headers)


def test_a_mailbox_proves_itself_by_a_mail_that_a_worker_sends(root: Caller, box: Mailbox) -> None:
    """MAIL-142, MAIL-110: ordered by the call, told by the other; one at a time."""
    nothing = root.get(f"{BOX}/proof").json()

    ordered = root.post(f"{BOX}/proof")

    assert nothing == {"ordered_at": None, "ended_at": None, "steps": []}
    assert ordered.status_code == 202
    assert [one["words"] for one in ordered.json()["steps"]] == ["under_way"]
    assert root.get(f"{BOX}/proof").json() == ordered.json()
    problem(root.post(f"{BOX}/proof"), 409, "under_way")
    Probe.objects.update(fault="refused", words="550 no", ended_at=MONDAY + timedelta(hours=1))
    assert root.get(f"{BOX}/proof").json()["steps"] == [
        {"step": "send", "ok": False, "fault": "refused", "words": "550 no"}
    ]


def test_a_mail_is_tried_and_nothing_of_it_is_kept(root: Caller, box: Mailbox) -> None:
    """UI, Routes: what it would do, and what was looked for."""
    told = root.send("POST", f"{BOX}/try", mail(to=box.address), content_type="message/rfc822").json()

    assert (told["outcome"], told["items"]) == ("created", [])
    assert [one["process"] for one in told["started"]] == ["acme/main/finance/invoice-query"]
    assert {"code": "no_answer", "values": {}, "found": False} in told["looked_for"]
    assert (Item.objects.count(), SeenMessage.objects.count()) == (0, 0)
    problem(root.send("POST", f"{BOX}/try", b"", content_type="message/rfc822"), 400, "malformed")
    problem(root.send("POST", f"{BOX}/try", b"{}"), 415, "unsupported_media_type")
    problem(root.send("POST", f"{BOX}/try", b"x" * 2_000_001, content_type="message/rfc822"), 413, "too_large")


def test_the_records_of_our_domains_are_read(root: Caller, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """MAIL-123: with what should be there; no name server is asked where that is off."""
    settings.TRAMITA_NAMESERVERS = None
    found = Finding("spf", "desk.example", Verdict.BAD, "spf_missing", wanted="v=spf1 mx -all", about={"host": "a"})
    kept = found.to_json() | {"since": MONDAY.isoformat(), "was_good": False}
    SenderDomain.objects.create(domain="desk.example", checked_at=MONDAY, next_at=MONDAY, records=[kept])

    (domain,) = root.get("/sender-domains").json()["results"]

    assert (domain["name"], domain["records"][0]["verdict"], domain["records"][0]["type"]) == (
        "desk.example",
        "bad",
        "TXT",
    )
    assert domain["records"][0]["wanted"] == "v=spf1 mx -all"
    problem(root.post("/sender-domains/check"), 409, "nameservers_off")


def test_a_mailbox_that_is_not_there_is_told_so(root: Caller) -> None:
    """INTERFACES 5."""
    nobodys = "/mailboxes/nobodys@desk.example"
    raw = root.send("POST", f"{nobodys}/try", b"From: a@b.example\r\n\r\nx", content_type="message/rfc822")

    for answer in (root.post(f"{nobodys}/test"), root.get(f"{nobodys}/proof"), root.post(f"{nobodys}/proof"), raw):
        problem(answer, 404, "not_found")


def those_who_may_not(desk: Desk) -> list[Person]:
    one = factories.person("Part Root", role=Role.ADMINISTRATOR)
    Grant.objects.create(person=one, path="acme", permissions=["configure", "publish"])
    others = [Role.DESIGNER, Role.TEAM_LEADER, Role.AGENT, Role.REQUESTER, Role.MANAGER]
    robot = Person.objects.get(pk=desk.robot.id)
    return [one, robot, *(factories.person("Odd Norn", role=role) for role in others)]


def test_only_who_looks_after_mailboxes_tests_them(desk: Desk, box: Mailbox) -> None:
    """SEC-1, B-3: as on their pages; a robot never."""
    for person in those_who_may_not(desk):
        caller = ask(person)
        for answer in (
            caller.post(f"{BOX}/test"),
            caller.get(f"{BOX}/proof"),
            caller.post(f"{BOX}/proof"),
            caller.send("POST", f"{BOX}/try", mail(), content_type="message/rfc822"),
            caller.get("/sender-domains"),
            caller.post("/sender-domains/check"),
        ):
            problem(answer, 403, "not_permitted")
    assert not Probe.objects.exists()
