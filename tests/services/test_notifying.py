"""Who is told of what: made from the ledger after the commit, each thing once (SPEC section 21)."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import Follower, Item, Notification, Person, Timer
from tramita.queries.notices import notices
from tramita.queries.people import actor_by_id, actor_for
from tramita.services import (
    editing,
    firing,
    following,
    mailing,
    notes,
    notice_settings,
    notifying,
    posting,
    refitting,
    resolving,
    retention,
    waiting,
    working,
)

pytestmark = pytest.mark.django_db(transaction=True)  # followers read what is committed
HOUR = timedelta(hours=1)
LATER = MONDAY + HOUR


def notify(at=LATER) -> None:
    while notifying.notify(at=at):
        pass


def told(who: Actor) -> list[str]:
    """Events of a person, the oldest first."""
    return [one.event.value for one in notices(actor_by_id(who.id))[0][::-1]]


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """Everything so far is old news."""
    notify(MONDAY)
    Notification.objects.all().delete()
    return desk


@pytest.fixture
def bea(desk: Desk) -> Actor:
    return factories.agent("Bea Sol")


def started(desk: Desk) -> Item:
    """Ana's, In Progress, and nobody has anything to read."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    notify(MONDAY)
    Notification.objects.all().delete()
    return item


def test_of_a_draft_only_who_gets_one_of_somebody_who_left_is_told(desk: Desk) -> None:
    """N-1, N-2, decision 87."""
    draft = desk.ticket(draft=True)
    notify()
    assert not Notification.objects.exists()

    Person.objects.filter(pk=desk.ana.id).update(is_active=False, reports_to=desk.leo.id)
    refitting.look(Item.objects.get(pk=draft.pk), at=LATER)
    notify()

    assert [(row.person_id, row.event) for row in Notification.objects.all()] == [(desk.leo.id, "assigned")]


def test_who_is_given_an_item_is_told_by_all_ways_and_not_who_gave_it(desk: Desk) -> None:
    """N-1: assigned to me."""
    item = started(desk)

    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    notify()

    row = Notification.objects.get()
    assert (row.person_id, row.event, row.hub, row.browser, row.mail) == (desk.leo.id, "assigned", True, True, 1)
    assert told(desk.ana) == []


def test_a_second_look_tells_nothing_twice(desk: Desk) -> None:
    """DESIGN decision 4: the mark moves with what is told; and even without it a row is there once."""
    item = started(desk)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    notify()

    notify()
    Follower.objects.update(tx=0, entry=0)
    notify()

    assert Notification.objects.filter(event="assigned").count() == 1


def test_assignee_and_owner_hear_of_mail_without_asking(desk: Desk) -> None:
    """N-1: the Inbox."""
    started(desk)
    item = Item.objects.get()

    receive(mail("More", subject=f"[{item.reference}]", sender=desk.rui.email), at=LATER)
    notify()

    assert told(desk.ana) == ["mail"]


def test_a_follower_hears_of_mails_notes_and_states_until_they_unfollow(desk: Desk, bea: Actor) -> None:
    """N-1, N-2."""
    item = started(desk)
    following.follow(item, by=bea, at=MONDAY)
    following.follow(item, by=bea, at=MONDAY)
    notes.add_note(item, body="Called them.", by=desk.ana, at=LATER)
    waiting.wait(item, type="until", until=LATER + HOUR, by=desk.ana, at=LATER + HOUR / 2)
    notify()

    following.unfollow(item, by=bea, at=LATER)
    notes.add_note(item, body="Called them again.", by=desk.ana, at=LATER + 2 * HOUR)
    notify()

    assert told(bea) == ["written", "state"]


def test_drafts_and_closed_items_cannot_be_followed(desk: Desk) -> None:
    """N-2, T-8."""
    closed = started(desk)
    resolving.resolve(closed, method="rejected_spam", by=desk.ana, at=LATER)
    draft = desk.ticket(draft=True)

    for item in (closed, draft):
        with pytest.raises(Conflict) as refused:
            following.follow(item, by=desk.ana, at=LATER)
        assert refused.value.code == "not_followable"


def test_who_only_asks_follows_nothing(desk: Desk) -> None:
    """N-2: permission is needed."""
    with pytest.raises(NotPermitted):
        following.follow(desk.ticket(), by=actor_for(desk.rui), at=LATER)


def test_the_assignee_can_mute_an_item_but_not_what_is_meant_for_them_alone(desk: Desk) -> None:
    """N-1."""
    item = started(desk)
    following.unfollow(item, by=desk.ana, at=MONDAY)

    notes.add_note(item, body="Look at this.", by=desk.leo, at=LATER)
    notes.add_note(item, body="@Ana please", by=desk.leo, at=LATER + HOUR)
    notify()

    assert told(desk.ana) == ["mentioned"]


def test_following_does_not_reach_related_items(desk: Desk, bea: Actor) -> None:
    """N-2."""
    case = desk.case()
    action = factories.action(case)
    following.follow(case, by=bea, at=MONDAY)

    notes.add_note(action, body="On the Action.", by=desk.ana, at=LATER)
    notify()

    assert told(bea) == []


def test_members_hear_of_their_queue_when_they_choose_to(quiet: Desk, bea: Actor) -> None:
    """N-1: all of my queues; by itself a queue is silent."""
    notice_settings.choose(
        chosen={"queue.queued": ["hub"]}, mails=True, quiet_from=None, quiet_until=None, by=quiet.ana, at=MONDAY
    )
    factories.Membership.objects.create(queue=quiet.invoices, person_id=bea.id)

    quiet.ticket(by=quiet.leo, at=LATER)
    notify()

    assert told(quiet.ana) == ["queued"]
    assert told(bea) == []


def test_the_owner_hears_that_an_action_cannot_be_completed(desk: Desk) -> None:
    """N-3, A-23."""
    case = desk.case()
    working.start(case, by=desk.ana, at=MONDAY)
    action = factories.action(case, in_progress=True, assignee_id=desk.leo.id)
    notify(MONDAY)
    Notification.objects.all().delete()

    resolving.resolve(action, method="unable_to_complete", reason="No such account.", by=desk.leo, at=LATER)
    notify()

    row = Notification.objects.get(person=desk.ana.id, item=case)
    assert (row.event, row.mail) == ("problem", Notification.Mail.WAITING)


def test_followers_of_an_action_hear_nothing_when_its_case_is_aborted(desk: Desk, bea: Actor) -> None:
    """C-35, A-43."""
    case = desk.case()
    action = factories.action(case)
    following.follow(action, by=bea, at=MONDAY)

    resolving.abort(case, by=desk.leo, at=LATER)
    notify()

    assert Item.objects.get(pk=action.pk).state == "closed"
    assert told(bea) == []


def test_one_change_that_does_several_things_is_told_once(desk: Desk) -> None:
    """N-1: a mail that wakes is one piece of news."""
    item = started(desk)
    waiting.wait(item, type="more_information", by=desk.ana, at=MONDAY)
    notify(MONDAY)

    receive(mail("PT50", subject=f"[{item.reference}]", sender=desk.rui.email), at=LATER)
    notify()

    assert told(desk.ana) == ["mail"]


def test_the_writer_hears_that_their_mail_did_not_go_out(desk: Desk, bea: Actor, monkeypatch) -> None:
    """MAIL-113."""
    from tests.services.test_posting import Way
    from tramita.gateways import smtp

    item = started(desk)
    way = Way(smtp.RefusedError("550 no such user"))
    monkeypatch.setattr(posting, "transport", lambda url: way)
    mailing.send(item, to=["nobody@acme.example"], text="Booked back.", by=bea, at=LATER)
    for delivery in posting.claim(at=LATER + HOUR):
        posting.post(delivery, at=LATER + HOUR)
    notify()

    assert told(bea) == ["unsent"]
    assert told(desk.ana) == ["written", "unsent"]


def test_an_item_that_comes_due_is_told_an_hour_before_and_when_it_is_overdue(desk: Desk) -> None:
    """N-1, DESIGN decision 6: timers as rows, set from the ledger and moved with the due date."""
    item = started(desk)
    due = MONDAY + 30 * HOUR
    editing.edit(item, changes={"due": {"at": due}}, by=desk.ana, at=LATER)
    notify()

    for at in (due - 2 * HOUR, due - HOUR, due - HOUR, due + HOUR):
        for timer in firing.claim(at=at):
            firing.fire(timer, at=at)

    assert told(desk.ana) == ["due_soon", "overdue"]
    assert not Timer.objects.filter(purpose__in=("due_soon", "overdue")).exists()


def test_a_wait_stops_what_would_come_due(desk: Desk) -> None:
    """SLA-4, DESIGN decision 6."""
    item = started(desk)
    assert Timer.objects.filter(item=item, purpose="overdue").exists()

    waiting.wait(item, type="more_information", by=desk.ana, at=LATER)
    notify()

    assert not Timer.objects.filter(item=item, purpose="overdue").exists()


def test_who_may_not_see_the_item_is_told_nothing(desk: Desk) -> None:
    """N-2: Eve is granted another customer."""
    item = started(desk)
    factories.Membership.objects.create(queue=desk.invoices, person_id=desk.eve.id)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    Item.objects.filter(pk=item.pk).update(owner=desk.eve.id)
    notify()

    assert not Notification.objects.filter(person=desk.eve.id).exists()


def test_a_right_that_is_lost_takes_its_notifications_along(desk: Desk) -> None:
    """N-2: what was told before is not shown either."""
    item = started(desk)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    notify()
    assert told(desk.leo) == ["assigned"]

    factories.Grant.objects.create(person_id=desk.leo.id, path="other", permissions=["view"])

    assert told(desk.leo) == []


def test_who_does_not_work_here_any_more_reads_nothing_internal(desk: Desk) -> None:
    """DESIGN decision 11: a note is for colleagues, also in the list of what was told."""
    item = started(desk)
    notes.add_note(item, body="@Leo look", by=desk.ana, at=LATER)
    Item.objects.filter(pk=item.pk).update(requester=desk.leo.id)
    notify()

    Person.objects.filter(pk=desk.leo.id).update(role="requester")

    assert told(desk.leo) == []


def test_history_that_was_brought_in_is_news_to_nobody(desk: Desk) -> None:
    """MAIL-17."""
    started(desk)
    item = Item.objects.get()
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)

    notify(LATER + timedelta(days=15))

    assert not Notification.objects.exists()


def test_old_notifications_go(desk: Desk) -> None:
    """Read ones after a month, the others after three."""
    item = started(desk)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    notify()
    newest = Notification.objects.get().pk
    assert retention.forget_notifications(at=LATER + timedelta(days=40)) == 0

    notice_settings.read_all(up_to=newest, by=desk.leo, at=LATER)

    assert retention.forget_notifications(at=LATER + timedelta(days=40)) == 1
