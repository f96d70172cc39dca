"""The tray: mail that found no item becomes one by hand, or is put away (M-21, M-22)."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests.desk import MONDAY, Desk
from tests.helpdesk import CLOCK, SERVICE, build
from tests.services.test_receiving import mail, receive
from tramita.domain.codes import Listed, State
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.gateways.storage import storage
from tramita.models import Item, Mailbox, Message, SeenMessage
from tramita.queries.people import actor_for
from tramita.queries.tray import Count, by_mailbox, get_unhandled, tray, waiting
from tramita.services import ledger, receiving
from tramita.services import tray as putting_away

CATEGORY = "acme/main/finance/plain"
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def stray(desk: Desk) -> SeenMessage:
    """A mail to nobody."""
    receive(mail(to="nobody@else.example"))
    return SeenMessage.objects.get()


def test_unhandled_and_failed_mail_waits_in_the_tray(desk: Desk, stray: SeenMessage) -> None:
    """M-5, M-21, MAIL-7."""
    receive(mail("By a route"))
    SeenMessage.objects.create(content="x", raw="x", size=1, seen_at=MONDAY, outcome="failed", reason="Broken")

    assert set(tray(desk.leo).values_list("outcome", flat=True)) == {"unhandled", "failed"}


def test_with_grants_one_sees_the_mail_of_mailboxes_that_start_granted_work(desk: Desk, stray: SeenMessage) -> None:
    """M-21, SEC-2."""
    assert not tray(desk.eve).exists()
    with pytest.raises(NotFound):
        get_unhandled(desk.eve, stray.pk)
    with pytest.raises(NotPermitted):
        tray(actor_for(desk.rui))


def test_a_mail_becomes_a_ticket_by_hand(desk: Desk, stray: SeenMessage) -> None:
    """M-21, M-25, T-21."""
    item = putting_away.create_item(stray, category=CATEGORY, by=desk.ana, at=LATER)

    stray.refresh_from_db()
    assert (item.title, item.state, item.listed) == ("Invoice 991", State.TO_DO, Listed.QUEUE)
    assert item.original_requester.email == "rui@acme.example"
    assert (stray.outcome, stray.items, stray.processed_at) == ("created", [item.reference], LATER)
    assert (stray.handled_by_id, stray.reason) == (desk.ana.id, "no route")
    assert ledger.differences(Item.objects.get(pk=item.pk)) == {}
    assert not Message.objects.filter(outgoing=True).exists()


def test_a_mail_becomes_a_case_by_hand(desk: Desk, stray: SeenMessage) -> None:
    """M-21, C-1."""
    item = putting_away.create_item(stray, case_type="acme/main/finance/onboarding", by=desk.ana, at=LATER)

    assert item.reference.endswith("-C")


def test_a_person_may_let_a_stranger_in_whom_the_mailbox_refuses(desk: Desk, stray: SeenMessage) -> None:
    """T-22, M-21."""
    Mailbox.objects.update(refuse_unknown_senders=True)

    assert putting_away.create_item(stray, category=CATEGORY, by=desk.ana, at=LATER).state is State.TO_DO


@pytest.mark.django_db
def test_a_mail_without_a_subject_is_called_by_its_first_words() -> None:
    """M-21, MAIL-29: sample 032, which names no recipient, subject or date."""
    helpdesk = build()
    helpdesk.receive("032-no-date-subject-or-to.eml")

    item = putting_away.create_item(SeenMessage.objects.get(), category=f"{SERVICE}/desk", by=helpdesk.lee, at=CLOCK)

    assert item.title == "The gate is open all night."
    assert Message.objects.get(item=item).at == CLOCK


def test_a_mail_without_a_sender_stays(desk: Desk) -> None:
    """MAIL-8, M-21."""
    receive(b"The heating in hall B is off.")
    seen = SeenMessage.objects.get()

    with pytest.raises(Conflict) as refused:
        putting_away.create_item(seen, category=CATEGORY, by=desk.ana, at=LATER)

    assert refused.value.code == "no_sender"
    assert tray(desk.leo).get() == seen


@pytest.mark.parametrize("given", [{}, {"category": "no/such"}, {"case_type": "no/such"}])
def test_the_process_must_be_named_and_exist(desk: Desk, stray: SeenMessage, given: dict[str, str]) -> None:
    """M-21."""
    with pytest.raises(Invalid):
        putting_away.create_item(stray, **given, by=desk.ana, at=LATER)

    assert not Item.objects.exists()


def test_who_may_not_start_work_there_makes_nothing_of_it(desk: Desk, stray: SeenMessage) -> None:
    """SEC-2, M-21."""
    for actor in (desk.eve, actor_for(desk.rui)):
        with pytest.raises(NotPermitted):
            putting_away.create_item(stray, category=CATEGORY, by=actor, at=LATER)


def test_a_mail_is_put_away_for_good_and_its_bytes_stay(desk: Desk, stray: SeenMessage) -> None:
    """M-21, M-22, MAIL-1."""
    putting_away.delete(stray, by=desk.ana, at=LATER)

    stray.refresh_from_db()
    assert (stray.outcome, stray.processed_at) == ("deleted", LATER)
    assert (stray.handled_by_id, stray.reason) == (desk.ana.id, "no route")
    assert storage(settings.TRAMITA_STORAGE_URL).get(stray.raw) == mail(to="nobody@else.example")
    assert not tray(desk.leo).exists()
    with pytest.raises(Conflict):
        receiving.replay(stray.pk, at=LATER)
    assert receive(mail(to="nobody@else.example")).outcome == "duplicate"


def test_many_are_put_away_at_once_but_only_what_one_sees(desk: Desk, stray: SeenMessage) -> None:
    """M-21, SEC-2: what was handled meanwhile is left as it is."""
    receive(mail("By a route"))
    ids = list(SeenMessage.objects.values_list("pk", flat=True))

    assert putting_away.delete_many(ids, by=desk.eve, at=LATER) == 0
    assert putting_away.delete_many(ids, by=desk.ana, at=LATER) == 1
    assert putting_away.delete_many(ids, by=desk.leo, at=LATER) == 0

    stray.refresh_from_db()
    assert (stray.outcome, stray.handled_by_id, stray.processed_at) == ("deleted", desk.ana.id, LATER)


def test_a_mail_whose_bytes_are_gone_says_so(desk: Desk, stray: SeenMessage) -> None:
    """MAIL-18: what was erased makes no item."""
    SeenMessage.objects.update(raw="0" * 64)

    with pytest.raises(Conflict) as refused:
        putting_away.create_item(get_unhandled(desk.ana, stray.pk), category=CATEGORY, by=desk.ana, at=LATER)

    assert refused.value.code == "no_raw_mail"


def test_the_tray_counts_all_and_those_of_the_last_day(desk: Desk, stray: SeenMessage) -> None:
    """M-21: by mailbox."""
    receive(mail("Later", to="invoices@desk.example", X_Spam_Flag="YES"), at=MONDAY + timedelta(days=2))
    receive(mail("Again", to="invoices@desk.example", X_Spam_Flag="YES"), at=MONDAY + timedelta(days=1))

    counts = by_mailbox(desk.leo, now=MONDAY + timedelta(days=2, hours=1))

    assert counts == [Count("", 1, 0), Count("invoices@desk.example", 2, 1)]
    assert [one.total for one in by_mailbox(desk.eve, now=MONDAY)] == []


def test_the_tray_is_paged_by_the_newest(desk: Desk) -> None:
    """M-21."""
    SeenMessage.objects.bulk_create(
        SeenMessage(content=f"{n}", raw="x", size=1, seen_at=MONDAY, outcome=("unhandled", "failed")[n % 2])
        for n in range(120)
    )

    first = waiting(desk.leo)
    second = waiting(desk.leo, before=first.next)
    third = waiting(desk.leo, before=second.next)

    ids = [row.id for page in (first, second, third) for row in page.rows]
    assert (ids, third.next) == (sorted(ids, reverse=True), None)
    assert len(set(ids)) == 120
    assert len(waiting(desk.leo, mailbox="none@desk.example").rows) == 0


def test_who_asks_puts_nothing_away(desk: Desk, stray: SeenMessage) -> None:
    """M-21, SEC-1."""
    with pytest.raises(NotPermitted):
        putting_away.delete(stray, by=actor_for(desk.rui), at=LATER)


def test_of_two_who_deal_with_one_mail_the_second_is_told(desk: Desk, stray: SeenMessage) -> None:
    """M-21, Z-2."""
    putting_away.create_item(stray, category=CATEGORY, by=desk.ana, at=LATER)

    with pytest.raises(Conflict):
        putting_away.delete(stray, by=desk.leo, at=LATER)
    with pytest.raises(Conflict):
        putting_away.create_item(stray, category=CATEGORY, by=desk.leo, at=LATER)
    assert Item.objects.count() == 1
