"""A mail on the wrong item goes to the right one, or becomes one of its own (MAIL-78, MAIL-82, M-25)."""

import pytest
from django.conf import settings

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_joining import STRANGER, token, verified
from tests.services.test_receiving import HOUR, asked, fresh, mail, receive, started
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.gateways.storage import Folder, storage
from tramita.models import Attachment, Delivery, Entry, Item, Link, Message, SeenMessage
from tramita.queries.people import actor_for
from tramita.queries.timeline import comms, counts
from tramita.services import mailing, moving_mail, resolving

CATEGORY = "acme/main/finance/plain"


def received(desk: Desk, text: str = "About something else") -> Message:
    """A mail of Rui's on his Ticket."""
    item = started(desk)
    receive(mail(text, to=token(item), sender=desk.rui.email), at=MONDAY + HOUR)
    return Message.objects.filter(outgoing=False).select_related("item").latest("id")


def move(desk: Desk, message: Message, to: Item) -> None:
    moving_mail.move(
        Message.objects.select_related("item").get(pk=message.pk), to=fresh(to), by=desk.ana, at=MONDAY + 2 * HOUR
    )


def said_on(item: Item, desk: Desk) -> list[int]:
    return [one.message.pk for one in comms(fresh(item), desk.leo) if one.message]


def test_a_mail_that_was_moved_here_holds_an_answer_that_was_written_before(desk: Desk) -> None:
    """Z-2, MAIL-78: it is news to who writes."""
    message, other = received(desk), desk.ticket()
    before = other.seq
    move(desk, message, other)

    with pytest.raises(Conflict) as held:
        mailing.send(
            fresh(other), to=[desk.rui.email or ""], text="Hello", based_on=before, by=desk.ana, at=MONDAY + 3 * HOUR
        )

    assert held.value.code == "newer_communication"


def test_a_moved_mail_is_shown_where_it_went_and_not_where_it_was(desk: Desk) -> None:
    """MAIL-78, MAIL-82."""
    message, other = received(desk), desk.ticket()
    factories.attachment(message.item, message)
    source = message.item

    move(desk, message, other)

    assert (said_on(other, desk), message.pk in said_on(source, desk)) == ([message.pk], False)
    away = Entry.objects.get(item=source, type="mail_moved_away")
    here = Entry.objects.get(item=other, type="mail_moved_here")
    assert (away.data["to"], here.data["moved_from"], here.actor_id) == (other.reference, source.reference, desk.ana.id)
    assert here.visibility == "participants"
    assert Attachment.objects.get(message=message).item_id == other.pk
    assert fresh(other).new_information is True
    fresh(source)


def test_a_mail_that_is_moved_back_is_shown_once(desk: Desk) -> None:
    """MAIL-78."""
    message, other = received(desk), desk.ticket()
    source = message.item

    move(desk, message, other)
    move(desk, message, source)

    assert said_on(source, desk).count(message.pk) == 1
    assert (said_on(other, desk), counts(fresh(other), desk.leo).types["mail_moved_away"]) == ([], 1)


def test_later_answers_to_a_moved_mail_follow_it(desk: Desk) -> None:
    """MAIL-78: to one that came in, and to one that we sent, whose own token names its first item."""
    message, other, third = received(desk), desk.ticket(), desk.ticket()
    question = asked(desk, fresh(message.item))

    move(desk, message, other)
    move(desk, question, third)

    by_theirs = receive(mail("More", sender=desk.rui.email, reply_to=message.message_id), at=MONDAY + 3 * HOUR)
    given = {"to": question.headers["reply_to"], "reply_to": question.message_id}
    by_ours = receive(mail("PT50", sender=desk.rui.email, **given), at=MONDAY + 3 * HOUR)
    assert by_theirs.items == (other.reference,)
    assert by_ours.items == (third.reference,)


def test_an_answer_to_the_item_and_not_to_the_moved_mail_stays_there(desk: Desk) -> None:
    """MAIL-78."""
    message, other = received(desk), desk.ticket()
    question = asked(desk, fresh(message.item))

    move(desk, message, other)

    answer = mail("PT50", to=question.headers["reply_to"], sender=desk.rui.email, reply_to=question.message_id)
    assert receive(answer, at=MONDAY + 3 * HOUR).items == (message.item.reference,)


@pytest.mark.parametrize("state", ["waits", "resolved"])
def test_a_mail_that_is_moved_does_there_what_it_would_have_done(desk: Desk, state: str) -> None:
    """MAIL-78, M-8, M-9."""
    message, other = received(desk), desk.ticket()
    if state == "waits":
        asked(desk, other)
    else:
        mailing.send(other, to=[desk.rui.email], text="Done", resolve="replied", by=desk.ana, at=MONDAY)

    move(desk, message, other)

    assert fresh(other).state is State.TO_DO


def test_a_mail_of_ours_or_of_nobody_we_know_for_sure_wakes_nothing_by_being_moved(desk: Desk) -> None:
    """MAIL-51, M-8."""
    item, other = started(desk), desk.ticket()
    asked(desk, other)
    sent = mailing.send(item, to=[desk.rui.email], text="Hello", by=desk.ana, at=MONDAY)
    receive(verified(desk, "Forged", "fail", to=token(item)), at=MONDAY + HOUR)
    forged = item.messages.filter(outgoing=False).latest("id")

    move(desk, sent, other)
    move(desk, forged, other)

    assert fresh(other).state is State.WAITING
    assert Entry.objects.filter(item=other, type="mail_moved_here").latest("seq").visibility == "internal"
    assert Delivery.objects.get(message=sent).item_id == other.pk


def test_the_ledger_of_mail_tells_the_move(desk: Desk) -> None:
    """MAIL-141, MAIL-82."""
    message, other = received(desk), desk.ticket()

    move(desk, message, other)

    seen = SeenMessage.objects.get(pk=message.seen_id)
    assert seen.items == [other.reference]
    assert (seen.trace["moved"][0]["to"], seen.trace["did"]["outcome"]) == (other.reference, "appended")


def test_a_mail_is_moved_only_to_where_things_are_added_and_only_once(desk: Desk) -> None:
    """MAIL-78, S-12."""
    message, closed = received(desk), desk.ticket()
    resolving.resolve(closed, method="rejected_spam", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict) as refused:
        move(desk, message, closed)
    assert refused.value.code == "item_closed"
    with pytest.raises(Invalid):
        move(desk, message, message.item)
    copy = moving_mail.start_item(message, category=CATEGORY, by=desk.ana, at=MONDAY)
    with pytest.raises(Conflict) as refused:
        move(desk, message, copy)
    assert refused.value.code == "already_there"


def test_who_may_not_write_on_both_moves_nothing(desk: Desk) -> None:
    """MAIL-78, SEC-2: neither one of other customers nor one who asks."""
    message, other = received(desk), desk.ticket()
    there = actor_for(factories.person("Tia Else", grants={"acme/main/finance/plain": ["view", "mail"]}))

    for by in (desk.eve, there, actor_for(desk.rui)):
        with pytest.raises(NotPermitted):
            moving_mail.move(message, to=other, by=by, at=MONDAY)

    assert Message.objects.get(pk=message.pk).item_id == message.item_id


def test_a_mail_becomes_an_item_of_its_own(desk: Desk) -> None:
    """M-25, X-31, MAIL-80: both keep it, answers go to the new one."""
    message = received(desk)
    source = message.item

    item = moving_mail.start_item(message, category=CATEGORY, by=desk.ana, at=MONDAY + 2 * HOUR)

    held = fresh(item)
    assert (held.requester, held.process.key, held.state) == (desk.rui, CATEGORY, State.TO_DO)
    assert (held.messages.get().at, held.created_at) == (MONDAY + HOUR, MONDAY + 2 * HOUR)
    assert Link.objects.filter(source=item, target=source, type="linked").exists()
    assert message.pk in said_on(source, desk)
    assert held.messages.filter(outgoing=True).count() == 0
    answer = receive(mail("More", sender=desk.rui.email, reply_to=message.message_id), at=MONDAY + 3 * HOUR)
    assert answer.items == (item.reference,)


def test_only_what_came_in_and_is_kept_becomes_an_item(desk: Desk, data_dir: object) -> None:
    """M-25."""
    message = received(desk)
    sent = mailing.send(fresh(message.item), to=[desk.rui.email], text="Hello", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict) as refused:
        moving_mail.start_item(sent, category=CATEGORY, by=desk.ana, at=MONDAY)
    assert refused.value.code == "not_received"
    with pytest.raises(Invalid):
        moving_mail.start_item(message, by=desk.ana, at=MONDAY)
    with pytest.raises(NotPermitted):
        moving_mail.start_item(message, category=CATEGORY, by=desk.eve, at=MONDAY)
    kept = storage(settings.TRAMITA_STORAGE_URL)
    assert isinstance(kept, Folder)
    kept.path(message.seen.raw).unlink()
    with pytest.raises(Conflict) as refused:
        moving_mail.start_item(message, category=CATEGORY, by=desk.ana, at=MONDAY)
    assert refused.value.code == "no_raw_mail"


def test_a_strangers_mail_that_was_moved_lets_the_stranger_in_there_and_nowhere_else(desk: Desk) -> None:
    """MAIL-73, MAIL-78."""
    item, other = started(desk), desk.ticket()
    receive(mail("Me", to=token(item), sender=STRANGER), at=MONDAY + HOUR)
    message = item.messages.filter(outgoing=False).latest("id")

    move(desk, message, other)

    there = receive(mail("More", sender=STRANGER, subject=f"[{other.reference}]"), at=MONDAY + 3 * HOUR)
    here = receive(mail("And here", sender=STRANGER, subject=f"[{item.reference}]"), at=MONDAY + 3 * HOUR)
    assert there.items == (other.reference,)
    assert here.items != (item.reference,)
