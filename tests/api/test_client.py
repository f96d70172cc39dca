"""`tramita.client`: the API as a program uses it."""

from typing import Any, get_args, get_type_hints

import pytest
import responses

from tests import factories
from tests.api.in_process import ADDRESS, desk_of
from tests.api.test_configuration import EXAMPLE
from tests.api.test_mail import raw
from tests.desk import Desk as Cast
from tramita.api.schemas import (
    approvals,
    configuration,
    finding,
    importing_contacts,
    items,
    mail_views,
    mailboxes,
    portal,
    preferences,
    processes,
    team,
    timeline,
    trials,
    views,
)
from tramita.client import Desk, Problem, Unreachable, kept_shapes, process_shapes, shapes
from tramita.domain.actors import SYSTEM
from tramita.models import Item, Message
from tramita.services.definitions import apply

SLOW_DOWN = {
    "type": "urn:tramita:problem:too_many_requests",
    "title": "Too Many Requests",
    "status": 429,
    "detail": "Too many requests. Try again in 7 seconds.",
    "code": "too_many_requests",
    "errors": [],
}


def asked_again(*answers: dict[str, Any], tries: int = 2, method: str = "POST") -> tuple[list[float], list[Any]]:
    """The waits between the tries, and the requests, of a service that answers so, one after the other."""
    waits: list[float] = []
    desk = Desk(ADDRESS, token="t", sleep=waits.append)
    with responses.RequestsMock() as service:
        for answer in answers:
            service.add(method, f"{ADDRESS}/api/v1/next", **answer)
        desk.calls.call(method, "/next")
        assert len(service.calls) == tries
        return waits, [call.request for call in service.calls]


def test_a_program_takes_a_ticket_from_intake_to_its_end(desk: Cast) -> None:
    """INTERFACES 5, issue of the API: all that the screen does."""
    here = desk_of(desk.ana.id or 0)
    ticket = here.start_ticket(
        title="Invoice 991 twice",
        description="It came twice.",
        category="acme/main/finance/invoice-query",
        requester=desk.rui.email,
    )

    pulled = here.pull()
    assert pulled
    reference = pulled["reference"]
    here.note(reference, "The bank says once.")
    waiting = here.wait(reference, type="more_information", days=5, close_if_no_response=True)
    here.act(reference, "resume")
    changed = here.change(reference, {"tags": ["twice"]})
    here.file(reference, "bank.txt", b"Paid once.")
    resolved = here.resolve(reference, method="replied", note="Credit note sent.")

    told = [entry["type"] for entry in here.timeline(reference)]
    assert (ticket["reference"], ticket["state"], pulled["state"]) == (reference, "to_do", "in_progress")
    assert waiting["wait"]
    assert (waiting["state"], waiting["wait"]["days"]) == ("waiting", 5)
    assert changed["tags"] == ["twice"]
    assert (resolved["state"], here.item(reference)["state"]) == ("resolved", "resolved")
    assert {"note_added", "waited", "resumed", "resolved"} <= set(told)
    assert here.pull() is None


def test_lists_are_read_to_their_end(desk: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES 5: pages by cursor."""
    monkeypatch.setattr("tramita.client.any_call.PAGE", 2)
    made = [desk.ticket().reference for _ in range(5)]

    found = [item["reference"] for item in desk_of(desk.ana.id or 0).items(kind="ticket", sort="number")]

    assert found == made


@pytest.mark.django_db(transaction=True)  # a follower hears only of what is committed
def test_an_export_goes_on_where_it_ended(desk: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES 5: everything that happened, in order, by cursor."""
    monkeypatch.setattr("tramita.client.desk.PAGE", 2)
    here = desk_of(desk.ana.id or 0)
    reference = desk.ticket().reference
    cursor = [cursor for _, cursor in here.events()][-1]
    for number in range(5):
        here.note(reference, f"Note {number}")

    pages = list(here.events(cursor))

    notes = [event["data"]["body"] for events, _ in pages for event in events if event["type"] == "note_added"]
    assert notes == [f"Note {number}" for number in range(5)]
    assert list(here.events(pages[-1][1])) == []


def test_what_is_refused_tells_why(desk: Cast) -> None:
    """RFC 9457: the code, the fields, what else is allowed."""
    here = desk_of(desk.ana.id or 0)
    reference = desk.ticket().reference

    with pytest.raises(Problem) as wrong:
        here.wait(reference, type="luck")
    with pytest.raises(Problem) as refused:
        here.act(reference, "resume")
    with pytest.raises(Problem) as stale:
        here.act(reference, "start", version=99)
    with pytest.raises(Problem) as missing:
        here.item("99999-T")

    assert (wrong.value.status, wrong.value.errors[0]["field"]) == (422, "type")
    assert (refused.value.code, refused.value.body["state"]) == ("transition_not_allowed", "to_do")
    assert (stale.value.status, "current" in stale.value.body) == (412, True)
    assert (missing.value.status, missing.value.code) == (404, "not_found")


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_happens_twice(desk: Cast) -> None:
    """INTERFACES 5: every POST has a key."""
    waits: list[float] = []
    here = desk_of(desk.ana.id or 0, lost=2, waits=waits)

    made = here.start_ticket(
        title="Once", description="Only.", category="acme/main/finance/plain", requester=desk.rui.email
    )

    assert [one.reference for one in Item.objects.all()] == [made["reference"]]
    assert waits == [0.5, 1.0]


def test_a_change_that_may_have_happened_is_not_tried_again(desk: Cast) -> None:
    """A PATCH has no key: the program looks what became of it."""
    reference = desk.ticket().reference

    with pytest.raises(Unreachable):
        desk_of(desk.leo.id or 0, lost=1).change(reference, {"tags": ["seen"]})


def test_who_is_asked_to_wait_waits_so_long(desk: Cast) -> None:
    """INTERFACES 5: 429 with Retry-After; 503 says it too."""
    slow = {"status": 429, "json": SLOW_DOWN, "headers": {"Retry-After": "7"}}
    away = {"status": 503, "headers": {"Retry-After": "2"}}

    waits, asked = asked_again(slow, away, {"status": 204}, tries=3)

    assert waits == [7, 2]
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1


def test_it_gives_up_at_last_and_says_what_it_heard() -> None:
    """A service that is away stays a problem of the program's."""
    slow = {"status": 429, "json": SLOW_DOWN, "content_type": "application/problem+json"}

    with pytest.raises(Problem, match="429 too_many_requests"):
        asked_again(slow, tries=6)
    with pytest.raises(Problem, match="502 unknown"):
        asked_again({"status": 502, "body": "<html>"}, tries=1)


def test_a_token_follows_no_redirect() -> None:
    """What leads elsewhere is told, not followed."""
    with pytest.raises(Problem, match="302"):
        asked_again({"status": 302, "headers": {"Location": "https://evil.example/"}}, tries=1)


def test_who_keeps_the_desk_changes_its_configuration_by_the_version_that_was_read(db: None) -> None:
    """INTERFACES 4 and 5: read, planned, applied; a fault is named with its file and line."""
    here = desk_of(factories.person("Vera Root", role="administrator"))
    read = here.configuration("approval_types")
    more = {"types.yaml": "approval_types:\n  refund: {name: Refund, description: Money goes back}\n"}

    planned = here.plan(more)
    applied = here.apply(more, version=read["version"])
    with pytest.raises(Problem) as stale:
        here.apply(more, version=read["version"])
    with pytest.raises(Problem) as wrong:
        here.plan({"types.yaml": "approval_types:\n  refund: {}\n"})

    assert planned == applied
    assert applied["created"] == ["approval_types/refund"]
    assert stale.value.code == "stale"
    assert wrong.value.errors[0]["field"] == "types.yaml:2"


def test_who_writes_processes_keeps_tries_and_publishes_them(db: None) -> None:
    """BU-4, BU-5: by what was seen."""
    apply([EXAMPLE], by=SYSTEM, at=factories.NOW)
    here = desk_of(factories.person("Vera Root", role="administrator"))
    which = ("case_type", "acme/main/finance/onboarding")
    seen = here.process(*which)
    text = seen["text"].replace("Supplier onboarding", "New suppliers")

    kept = here.put_process_draft(*which, text, read=seen["read"])
    assert kept["draft"]
    played = here.try_process(*which, draft=True, title="Bodegas", requester="lucia@acme.es")
    news = here.check_process(*which, text, read=seen["read"])
    live = here.publish_process(*which, text, read=seen["read"], draft=kept["draft"]["number"])

    assert (played["title"], played["fault"], news, live) == ("Bodegas", None, True, True)
    assert here.process(*which)["title"] == "New suppliers"
    made = here.add_process("category", "acme/main/finance", "payments", title="Payments")
    here.discard_process_draft("category", "acme/main/finance/payments", draft=1)
    assert made["version"] == 0
    with pytest.raises(Problem, match="no such process"):
        here.process("category", "acme/main/finance/payments")


@pytest.mark.usefixtures("data_dir")
def test_raw_mails_go_and_come_byte_for_byte(desk: Cast) -> None:
    """MAIL-46: the original of a mail; what is not there is told as everywhere."""
    here = desk_of(factories.person("Vera Root", role="administrator"))
    said = raw()

    received = here.calls.call("POST", "/mail", mail=said)

    (came,) = here.arrived_mails()
    reference, number = came["items"][0], Message.objects.get(outgoing=False).pk
    assert received["items"] == [reference]
    assert here.original_mail(reference, number) == said
    assert here.try_mail("invoices@desk.example", raw(message_id="<2@acme.example>"))["outcome"] == "created"
    with pytest.raises(Problem) as missing:
        here.original_mail(reference, number + 1)
    assert missing.value.status == 404


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        (shapes.Item, items.ItemOut),
        (shapes.Who, items.WhoOut),
        (shapes.Contact, items.ContactOut),
        (shapes.Contacts, items.ContactsOut),
        (shapes.Queue, items.QueueRefOut),
        (shapes.Wait, items.WaitOut),
        (shapes.Resolution, items.ResolutionOut),
        (shapes.Trouble, items.ProblemOut),
        (shapes.Due, items.DueOut),
        (shapes.Schedule, items.ScheduleOut),
        (shapes.BroughtFrom, items.BroughtFromOut),
        (shapes.Entry, timeline.EntryOut),
        (shapes.Event, timeline.EventOut),
        (shapes.Approval, approvals.ApprovalOut),
        (shapes.View, views.ViewOut),
        (shapes.Settings, preferences.SettingsOut),
        (shapes.Notices, preferences.NoticesOut),
        (shapes.Mail, mail_views.WrittenOut),
        (shapes.Arrived, mail_views.ArrivedOut),
        (shapes.PutAway, mail_views.PutAwayOut),
        (shapes.Load, team.LoadOut),
        (kept_shapes.Configuration, configuration.ConfigurationOut),
        (kept_shapes.ConfigurationFile, configuration.ConfigurationFileOut),
        (kept_shapes.Applied, configuration.AppliedOut),
        (kept_shapes.Step, mailboxes.StepOut),
        (kept_shapes.Proof, mailboxes.ProofOut),
        (kept_shapes.Tried, mailboxes.TriedOut),
        (kept_shapes.Started, mailboxes.StartedOut),
        (kept_shapes.LookedFor, mailboxes.LookedForOut),
        (kept_shapes.SenderDomain, mailboxes.SenderDomainOut),
        (kept_shapes.Record, mailboxes.RecordOut),
        (process_shapes.Process, processes.ProcessOut),
        (process_shapes.ProcessDraft, processes.DraftOfProcessOut),
        (process_shapes.Trial, trials.TrialOut),
        (process_shapes.TrialItem, trials.TrialItemOut),
        (process_shapes.TrialMove, trials.TrialMoveOut),
        (process_shapes.TrialStep, trials.TrialStepOut),
        (process_shapes.TrialAction, trials.TrialActionOut),
        (process_shapes.TrialMail, trials.TrialMailOut),
        (process_shapes.TrialFault, trials.TrialFaultOut),
        (shapes.ContactRow, importing_contacts.ContactRowOut),
        (shapes.Member, portal.MemberOut),
        (shapes.Hit, finding.HitOut),
    ],
)
def test_the_types_are_those_of_the_answers(shape: Any, answer: Any) -> None:
    """INTERFACES 5: one description, two faces."""
    hints = get_type_hints(shape)

    assert set(hints) == set(answer.model_fields)
    for name, field in answer.model_fields.items():
        words = [getattr(word, "value", word) for word in getattr(field.annotation, "__members__", {}).values()]
        if words and get_args(hints[name]):
            assert set(words) == set(get_args(hints[name])), name
