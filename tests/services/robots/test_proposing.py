"""A robot proposes, a person agrees, changes or refuses; nothing is done before, and nothing twice."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.robots.test_bounds import robot, takes
from tests.services.robots.test_leasing import sound
from tests.services.test_edges import fresh
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.domain.proposals import Decided, Proposed
from tramita.domain.robots import Ending
from tramita.models import Delivery, Entry, Item, Lease, Message, Proposal
from tramita.queries import robots
from tramita.queries.proposals import get_visible
from tramita.services import erasing, leasing, mailing, proposing, pulling, stopping
from tramita.services.composing_mail import composed

MAIL = {"subject": "Invoice 991", "text": "It was paid on Monday."}


def proposed(desk: Desk, verb: Proposed = Proposed.MAIL, **given: object) -> Proposal:
    """What the robot proposes on its next item."""
    desk.ticket()
    by, lease = takes(robot(desk))
    given = given or {"to": [desk.rui.email], **MAIL}
    return proposing.propose(lease.pk, verb=verb, given=given, confidence=80, by=by, at=MONDAY)


def told(item: Item) -> list[str]:
    return list(Entry.objects.filter(item=item).order_by("seq").values_list("type", flat=True))


def test_a_proposed_mail_waits_and_is_sent_in_the_name_of_who_agrees(desk: Desk) -> None:
    """Z-17, MAIL-115: in the reader's words it says that a robot wrote it, in a header too; a minute to undo it."""
    made = proposed(desk)
    assert (made.state, made.fence) == (Decided.WAITING, fresh(made.item).fence)
    assert not Message.objects.exists()

    proposing.accept(get_visible(desk.ana, made.pk), by=desk.ana, at=MONDAY)

    mail = Message.objects.get()
    raw = composed(mail).decode()
    assert "written by a robot and checked by a person" in raw
    assert "X-Tramita-Robot: Invoice reader" in raw
    assert Delivery.objects.get(message=mail).next_at == MONDAY + timedelta(seconds=60)
    assert Entry.objects.get(type="mail_sent").actor_id == desk.ana.id
    accepted = Entry.objects.get(type="proposal_accepted")
    assert (accepted.data["robot"], accepted.data["edited"]) == ("Invoice reader", False)
    mailing.cancel(mail, by=desk.ana, at=MONDAY)
    sound(made.item)


def test_what_a_person_changed_is_sent_so_and_logged_as_such(desk: Desk) -> None:
    """Z-17: the words before stay with the proposal; who sends unchanged words changed nothing."""
    made = proposed(desk)

    proposing.accept(
        get_visible(desk.ana, made.pk),
        changed={"to": made.given["to"], **MAIL, "text": "Paid on Tuesday."},
        by=desk.ana,
        at=MONDAY,
    )

    entry = Entry.objects.get(type="proposal_accepted")
    assert (entry.data["edited"], Proposal.objects.get().given["text"]) == (True, MAIL["text"])
    assert Message.objects.get().text == "Paid on Tuesday."
    assert Proposal.objects.get().state is Decided.CHANGED


def test_a_refusal_does_nothing_and_says_why(desk: Desk) -> None:
    """Z-17: once only, by whoever is first."""
    made = proposed(desk)

    proposing.refuse(get_visible(desk.ana, made.pk), reason="It is another invoice.", by=desk.ana, at=MONDAY)

    assert not Message.objects.exists()
    for again in (proposing.accept, proposing.refuse):
        with pytest.raises(Conflict) as caught:
            again(get_visible(desk.ana, made.pk), by=desk.ana, at=MONDAY)
        assert caught.value.code == "already_decided"
    assert Proposal.objects.get().reason == "It is another invoice."
    assert Entry.objects.get(type="proposal_refused").words == {"reason": "It is another invoice."}


@pytest.mark.parametrize(
    "terms", [{"modes": {"resolve": "suggest"}}, {"modes": {"resolve": "act_with_approval"}}, {"confidence": 90}]
)
def test_a_result_that_is_only_proposed_ends_the_run_and_goes_to_people(desk: Desk, terms: dict[str, object]) -> None:
    """AI-1, B-5, B-10: by its mode, or as it is less sure than it must be; no robot is offered the item meanwhile."""
    ticket = desk.ticket()
    by, lease = takes(robot(desk, **terms))

    item = leasing.complete(lease.pk, note="Booked.", fields={"amount": 9}, confidence=85, by=by, at=MONDAY)

    held = sound(ticket)
    assert (item.state, held.state, held.highlighted, held.assignee_id) == (State.TO_DO, State.TO_DO, True, None)
    assert Lease.objects.get(pk=lease.pk).ending is Ending.PROPOSED
    assert leasing.next_lease(by=robot(desk), at=MONDAY) is None
    assert pulling.pull(by=desk.ana, at=MONDAY) == ticket
    made = Proposal.objects.get()
    assert (made.verb, made.confidence) == (Proposed.COMPLETE, 85)

    proposing.accept(get_visible(desk.ana, made.pk), by=desk.ana, at=MONDAY)

    done = sound(ticket)
    doer = desk.ana.id if terms == {"modes": {"resolve": "suggest"}} else desk.robot.id
    assert (done.state, done.resolver_id, done.fields) == (State.RESOLVED, doer, {"amount": 9})
    assert not done.robot_rejected


def test_who_is_sure_enough_does_it(desk: Desk) -> None:
    """AI-1: and how sure is kept, to be compared with what became of it."""
    desk.ticket()
    by, lease = takes(robot(desk, confidence=80))

    assert leasing.complete(lease.pk, note="Done.", confidence=80, by=by, at=MONDAY).state is State.RESOLVED

    report = robots.work(desk.leo, since=MONDAY - timedelta(days=1), at=MONDAY)
    assert [(band.low, band.total, band.right) for band in report.bands] == [(80, 1, 1)]
    assert [(row.name, row.results, row.reversed) for row in report.rows] == [("Invoice reader", 1, 0)]


def test_a_newer_mail_holds_what_was_proposed_before_it(desk: Desk) -> None:
    """Z-2: then it waits on, and a person decides with the newer words before them."""
    made = proposed(desk)
    mailing.send(fresh(made.item), to=[desk.rui.email], text="Meanwhile.", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict) as caught:
        proposing.accept(get_visible(desk.ana, made.pk), by=desk.ana, at=MONDAY)

    assert caught.value.code == "newer_communication"
    assert Proposal.objects.get().state is Decided.WAITING
    assert "proposal_accepted" not in told(made.item)


def test_what_nobody_could_accept_is_not_proposed_and_who_may_not_does_not_decide(desk: Desk) -> None:
    """Z-17, SEC-2."""
    made = proposed(desk)
    lease = Lease.objects.get()
    for verb, given in ((Proposed.MAIL, {"text": "x"}), (Proposed.CHANGE, {}), (Proposed.CHANGE, {"contacts": {}})):
        with pytest.raises(Invalid):
            proposing.propose(lease.pk, verb=verb, given=given, by=robot(desk), at=MONDAY)
    with pytest.raises(NotPermitted):
        proposing.propose(
            lease.pk, verb=Proposed.CHANGE, given={"title": "x"}, by=robot(desk, modes={"change": "off"}), at=MONDAY
        )
    with pytest.raises(NotPermitted):
        proposing.accept(made, by=robot(desk), at=MONDAY)


def test_robots_that_are_stopped_have_their_mail_held(desk: Desk) -> None:
    """B-1, Z-12: what has not left yet stays, for people to look at."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True, modes={"mail": "act"}))
    mailing.send(fresh(lease.item), to=[desk.rui.email], text="Hello.", by=by, at=MONDAY)
    assert "This message was written by a robot." in composed(Message.objects.get()).decode()

    stopping.stop(by=desk.leo, at=MONDAY)

    assert Delivery.objects.get().state == Delivery.State.HELD


def test_who_began_before_the_switch_was_thrown_has_the_mail_held_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-1, Z-12: a call that waited for its turn to write, and writes before the item is taken from it."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True, modes={"mail": "act"}))
    held = stopping.held

    def in_between() -> list[int]:
        mailing.send(fresh(lease.item), to=[desk.rui.email], text="Hello.", by=by, at=MONDAY)
        return held()

    monkeypatch.setattr(stopping, "held", in_between)
    stopping.stop(by=desk.leo, at=MONDAY)

    assert Delivery.objects.get().state == Delivery.State.HELD
    assert Lease.objects.get().ending == Ending.STOPPED


@pytest.mark.parametrize("verb", [Proposed.MAIL, Proposed.CREATE])
def test_who_is_erased_is_erased_from_what_robots_proposed_too(desk: Desk, data_dir: object, verb: Proposed) -> None:
    """Z-10, MAIL-18: their address and the words to them; what waited is not sent any more."""
    words = {"to": [desk.rui.email], **MAIL}
    if verb is Proposed.CREATE:
        words = {"category": "acme/main/finance/invoice-query", "requester": desk.rui.email, "title": MAIL["text"]}
    made = proposed(desk, verb, **words)
    boss = factories.administrator()

    erasing.erase(desk.rui.email, reason="They asked for it.", by=boss, at=MONDAY)

    assert (Proposal.objects.get().given, Proposal.objects.get().state) == ({}, Decided.REFUSED)
    assert MAIL["text"] not in str(list(Entry.objects.filter(item=made.item).values_list("words", flat=True)))


@pytest.mark.parametrize(
    ("verb", "given", "became"),
    [
        (Proposed.WAIT, {"type": "more_information", "days": 5, "close_if_no_response": True}, State.WAITING),
        (Proposed.WAIT, {"type": "until", "until": "2026-03-09T09:00:00+01:00"}, State.WAITING),
        (Proposed.MOVE, {"verb": "release"}, State.TO_DO),
    ],
)
def test_what_is_done_next_is_proposed_as_well(
    desk: Desk, verb: Proposed, given: dict[str, object], became: State
) -> None:
    """B-8, decision 82: it is done by whoever agrees, as it stands."""
    desk.ticket()
    by, lease = takes(robot(desk))
    made = proposing.propose(lease.pk, verb=verb, given=given, by=by, at=MONDAY)
    assert not made.as_robot

    proposing.accept(get_visible(desk.leo, made.pk), by=desk.leo, at=MONDAY)

    item = sound(made.item)
    assert (item.state, Proposal.objects.get().state) == (became, Decided.ACCEPTED)


def test_who_gets_it_is_proposed_and_done_by_who_may_assign(desk: Desk) -> None:
    """B-8, Q-12, S-6: an agent who may not give it away agrees to nothing."""
    made = proposed(desk, Proposed.ASSIGN, to=desk.ana.email)

    with pytest.raises(NotPermitted):
        proposing.accept(get_visible(desk.ana, made.pk), by=desk.ana, at=MONDAY)
    proposing.accept(get_visible(desk.leo, made.pk), by=desk.leo, at=MONDAY)

    assert sound(made.item).assignee_id == desk.ana.id


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        (Proposed.WAIT, {"days": 5}, "type"),
        (Proposed.WAIT, {"type": "until", "until": "tomorrow"}, "until"),
        (Proposed.WAIT, {"type": "until", "until": "2026-03-09T09:00:00"}, "until"),
        (Proposed.MOVE, {"verb": "abort"}, "verb"),
        (Proposed.ASSIGN, {}, "to"),
    ],
)
def test_a_step_that_nobody_could_take_is_refused(
    desk: Desk, verb: Proposed, given: dict[str, object], field: str
) -> None:
    """422, naming the field."""
    desk.ticket()
    by, lease = takes(robot(desk))

    with pytest.raises(Invalid) as refused:
        proposing.propose(lease.pk, verb=verb, given=given, by=by, at=MONDAY)

    assert [one.field for one in refused.value.errors] == [field]


WRONG: list[tuple[Proposed, str, object]] = [
    (Proposed.MAIL, "to", "rui@acme.example"),
    (Proposed.MAIL, "to", [5]),
    (Proposed.MAIL, "cc", {"a": 1}),
    (Proposed.MAIL, "bcc", ["x@acme.example"] * 101),
    (Proposed.MAIL, "text", 5),
    (Proposed.MAIL, "text", "x" * 1_048_577),
    (Proposed.MAIL, "subject", "Re: 991\r\nBcc: eve@stranger.example"),
    (Proposed.MAIL, "subject", "x" * 1001),
    (Proposed.COMPLETE, "note", ["x"]),
    (Proposed.COMPLETE, "method", 5),
    (Proposed.CHANGE, "title", 5),
    (Proposed.CHANGE, "fields", [1]),
    (Proposed.CHANGE, "checklist", ["x"]),
    (Proposed.CHANGE, "checklist", {"Tax number checked": "yes"}),
    (Proposed.CHANGE, "tags", "urgent"),
    (Proposed.CHANGE, "category", {"a": 1}),
    (Proposed.WAIT, "type", ["pause"]),
    (Proposed.WAIT, "days", "5"),
    (Proposed.WAIT, "days", 2.5),
    (Proposed.WAIT, "days", True),
    (Proposed.WAIT, "close_if_no_response", "no"),
    (Proposed.WAIT, "until", "9999-12-31T23:59:59-23:59"),
    (Proposed.WAIT, "until", "0001-01-01T00:00:00+23:59"),
    (Proposed.ASSIGN, "to", ["ana@desk.example"]),
    (Proposed.MOVE, "verb", ["release"]),
    (Proposed.CREATE, "requester", 6),
    (Proposed.CREATE, "description", [1]),
]
USUAL: dict[Proposed, dict[str, object]] = {
    Proposed.MAIL: {"to": ["rui@acme.example"], "text": "Paid."},
    Proposed.WAIT: {"type": "until"},
    Proposed.CREATE: {"category": "acme/main/finance/invoice-query", "requester": "rui@acme.example"},
}


@pytest.mark.parametrize(("verb", "name", "value"), WRONG, ids=lambda one: str(one)[:30])
def test_what_has_another_shape_is_not_kept(desk: Desk, verb: Proposed, name: str, value: object) -> None:
    """INTERFACES 5: 422, naming the field; kept, it broke the page of the item for everybody."""
    desk.ticket()
    by, lease = takes(robot(desk))

    with pytest.raises(Invalid) as refused:
        proposing.propose(lease.pk, verb=verb, given=USUAL.get(verb, {}) | {name: value}, by=by, at=MONDAY)

    assert [one.field for one in refused.value.errors] == [name]
    assert not Proposal.objects.exists()


def test_who_agrees_changes_it_within_the_same_shape(desk: Desk) -> None:
    """Z-17: a copy is left out with null; another shape is refused, and it waits on."""
    made = proposed(desk, to=[desk.rui.email], cc=[desk.ana.email], subject="991", text="Paid.")

    with pytest.raises(Invalid) as refused:
        proposing.accept(get_visible(desk.ana, made.pk), changed={"cc": 5}, by=desk.ana, at=MONDAY)
    proposing.accept(get_visible(desk.ana, made.pk), changed={"cc": None}, by=desk.ana, at=MONDAY)

    assert [one.field for one in refused.value.errors] == ["cc"]
    assert Proposal.objects.get().state == Decided.CHANGED
    assert "\nCc:" not in composed(Message.objects.get()).decode()
