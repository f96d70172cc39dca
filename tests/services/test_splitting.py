"""A Ticket that is split, and the undo of it (X-10 to X-16, M-11, Z-3)."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_joining import token
from tests.services.test_merging import LATER, by_mail, read, timers, types, undo
from tests.services.test_receiving import HOUR, fresh, mail, receive
from tramita.domain.codes import Method, Reason, State, WaitType
from tramita.domain.errors import Conflict, Invalid, TransitionNotAllowed
from tramita.models import Attachment, Follow, Item, Link, Message
from tramita.services import following, merging, resolving, splitting, working
from tramita.services.splitting import Child

TWO = [Child("The first invoice", "It came twice."), Child("The second one", "It is missing.")]


def split(ticket: Item, desk: Desk, children: list[Child] = TWO) -> list[Item]:
    return splitting.split(fresh(ticket), children=children, by=desk.ana, at=LATER)


def closed(item: Item, desk: Desk) -> None:
    resolving.resolve(fresh(item), method="rejected_spam", by=desk.ana, at=LATER)


def test_the_parts_are_tickets_of_their_own_and_the_whole_waits(desk: Desk) -> None:
    """X-10, X-16, T-32: title, description, category, due date and allocation each their own."""
    ticket = desk.ticket()
    due = MONDAY + timedelta(days=9)
    parts = [Child("Plain", "As it is", "acme/main/finance/plain"), Child("Mine", "With me", due_at=due, keep=True)]

    plain, mine = split(ticket, desk, parts)

    waits = fresh(ticket)
    assert (waits.state, waits.wait_type, waits.owner_id) == (State.WAITING, WaitType.SPLIT, desk.ana.id)
    assert read(ticket, desk)["children"] == [plain.reference, mine.reference]
    assert (fresh(plain).process.key, fresh(plain).assignee_id) == ("acme/main/finance/plain", None)
    assert (fresh(mine).assignee_id, fresh(mine).due_at, fresh(mine).title) == (desk.ana.id, due, "Mine")
    assert read(mine, desk)["parent"] == ticket.reference
    assert fresh(mine).requester_id == desk.rui.pk


def test_a_part_gets_what_there_was_and_not_what_comes_later(desk: Desk, data_dir: object) -> None:
    """X-11: a snapshot of files, fields and contacts."""
    ticket = by_mail(desk, "Two matters")
    factories.attachment(ticket, Message.objects.get(item=ticket, outgoing=False), filename="both.pdf")

    one, other = split(ticket, desk)
    factories.attachment(fresh(ticket), None, filename="later.pdf")

    assert [a.filename for a in Attachment.objects.filter(item=one)] == ["both.pdf"]
    assert fresh(one).related_to_id is fresh(other).related_to_id is None


@pytest.mark.parametrize(
    ("children", "field"),
    [
        ([Child("Alone", "One")], "children"),
        ([Child("One", "One"), Child("", "Two")], "children.1.title"),
        ([Child("One", "One"), Child("Two", "Two", "acme/main/finance/none")], "children.1.category"),
        ([Child("One", "One"), Child("Two", "Two", due_at=MONDAY)], "children.1.due"),
        ([Child(str(n), "x") for n in range(101)], "children"),
    ],
)
def test_what_is_wrong_with_a_part_is_named(desk: Desk, children: list[Child], field: str) -> None:
    """X-16, T-2, T-32, Z-14: and then nothing is split."""
    ticket = desk.ticket()

    with pytest.raises(Invalid) as refused:
        split(ticket, desk, children)

    assert field in {one.field for one in refused.value.errors}
    assert (fresh(ticket).state, Item.objects.count()) == (State.TO_DO, 1)


def test_the_whole_ends_with_its_last_part(desk: Desk) -> None:
    """X-12, T-42, R-18: through Resolved, without a window, whose reason is that all are completed."""
    ticket = desk.ticket()
    one, other = split(ticket, desk)

    closed(one, desk)
    assert fresh(ticket).state is State.WAITING
    closed(other, desk)

    done = fresh(ticket)
    assert (done.state, done.method, done.resolved_at) == (State.CLOSED, Method.SPLIT_COMPLETED, LATER)
    assert [(e.type, e.reason) for e in done.entries.order_by("seq")][-2:] == [
        ("resolved", Reason.SPLIT_COMPLETED),
        ("closed", Reason.SPLIT_COMPLETED),
    ]


def test_who_follows_the_whole_follows_its_parts(desk: Desk) -> None:
    """X-14: also who has it, and who muted it hears nothing of them either."""
    ticket = desk.ticket()
    working.start(fresh(ticket), by=desk.ana, at=MONDAY)
    following.follow(fresh(ticket), by=desk.leo, at=MONDAY)

    one, _ = split(ticket, desk)

    assert set(Follow.objects.filter(item=one).values_list("person_id", "muted")) == {
        (desk.ana.id, False),
        (desk.leo.id, False),
    }


def test_mail_to_the_whole_reaches_its_parts_and_mail_to_a_part_that_part(desk: Desk, data_dir: object) -> None:
    """X-15, M-11."""
    ticket = by_mail(desk, "Two matters")
    one, other = split(ticket, desk)

    receive(mail("For all", to=token(ticket), sender=desk.rui.email), at=LATER + HOUR)
    receive(mail("For one", to=token(one), sender=desk.rui.email), at=LATER + HOUR)

    said = {item.pk: set(Message.objects.filter(item=item).values_list("text", flat=True)) for item in (one, other)}
    assert {text.strip() for text in said[one.pk]} == {"For all", "For one"}
    assert {text.strip() for text in said[other.pk]} == {"For all"}


def test_an_undone_split_leaves_the_ticket_as_it_was_and_what_was_said_where_it_was_said(
    desk: Desk, data_dir: object
) -> None:
    """Z-3, Z-4: the parts are Closed, their mail goes to the Ticket; nothing more was changed."""
    ticket = by_mail(desk, "Two matters")
    working.start(fresh(ticket), by=desk.ana, at=MONDAY)
    before = read(ticket, desk), timers(ticket), types(ticket)
    one, other = split(ticket, desk)
    receive(mail("For one", to=token(one), sender=desk.rui.email), at=LATER + HOUR)

    undo(one, desk, at=LATER + 2 * HOUR)

    assert (read(ticket, desk), timers(ticket)) == before[:2]
    assert types(ticket)[: len(before[2])] == before[2]
    assert {fresh(part).state for part in (one, other)} == {State.CLOSED}
    assert Message.objects.get(text__contains="For one").item_id == one.pk
    assert not Link.objects.filter(type="split_from").exists()
    receive(mail("Once more for it", to=token(one), sender=desk.rui.email), at=LATER + 3 * HOUR)
    assert Message.objects.get(text__contains="Once more").item_id == ticket.pk


def test_a_split_is_not_undone_once_a_part_has_ended_or_was_joined(desk: Desk) -> None:
    """Z-3."""
    ticket, other = desk.ticket(), desk.ticket()
    one, two = split(ticket, desk)
    merging.merge([fresh(other)], into=fresh(one), by=desk.ana, at=LATER)

    with pytest.raises(Conflict) as later:
        undo(two, desk)
    undo(other, desk)
    closed(one, desk)
    with pytest.raises(Conflict) as ended:
        undo(two, desk)

    assert (later.value.code, ended.value.code) == ("later_first", "ended_since")


def test_a_part_is_not_merged_into_what_waits_for_it(desk: Desk) -> None:
    """X-1: nothing waits for itself."""
    ticket = desk.ticket()
    one, _ = split(ticket, desk)

    with pytest.raises(Conflict) as refused:
        merging.merge([fresh(one)], into=fresh(ticket), by=desk.ana, at=LATER)

    assert refused.value.code == "waits_for_it"


def test_a_draft_is_not_split(desk: Desk) -> None:
    """T-8."""
    with pytest.raises(TransitionNotAllowed):
        split(desk.ticket(draft=True), desk)
