"""Agents hear of a decision at once, in their language; managers are asked again when a link has expired."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from tests import factories
from tests.approving import Customer, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import ApprovalToken, Delivery, Entry, MarkedAddress, Message, Notification, Person
from tramita.queries import people
from tramita.queries.notices import notices
from tramita.services import approvals, following, notice_mail, notice_settings, notifying, resolving, working
from tramita.ui.notices import sentence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def notify(at: Any = LATER) -> None:
    while notifying.notify(at=at):
        pass


def old_news() -> None:
    notify(MONDAY)
    Notification.objects.all().delete()


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_decision_is_told_to_the_agent_and_to_who_asked(acme: Customer, verb: str) -> None:
    """N-4, AP-18, AP-12: by all ways, with the reason, each once; who follows sees it in the list alone."""
    item, bea = acme.ticket(), factories.agent("Bea Sol")
    working.start(item, by=acme.desk.ana, at=MONDAY)
    asked = acme.asked(fresh(item), by=acme.desk.leo)
    following.follow(fresh(item), by=bea, at=MONDAY)
    following.follow(fresh(item), by=acme.desk.leo, at=MONDAY)
    old_news()

    getattr(approvals, verb)(asked.pk, reason="Only\r\nthis once.", by=acme.sofia, at=LATER)
    notify()
    notify()

    rows = Notification.objects.order_by("person_id").values_list("person_id", "event", "hub", "browser", "mail")
    ana, leo = acme.desk.ana.id, acme.desk.leo.id
    assert sorted(rows) == sorted(
        [(ana, "approval", True, True, 1), (leo, "approval", True, True, 1), (bea.id, "approval", True, False, 0)]
    )
    said = sentence(notices(people.actor_by_id(ana or 0))[0][0])
    word = {"approve": "given", "reject": "refused"}[verb]
    assert said == f"Approval {word}: Refund above limit (Sofia Prado): “Only this once.”"


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_ends_without_a_decision_is_told_to_nobody(acme: Customer, how: str) -> None:
    """AP-30, AP-18."""
    item = acme.ticket()
    asked = acme.asked(item, by=acme.desk.leo)
    old_news()

    if how == "cancelled":
        approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER)
    else:
        resolving.resolve(fresh(item), method="replied", note="Done.", by=acme.desk.ana, at=LATER)
    notify()

    assert not Notification.objects.filter(event="approval").exists()


def test_the_mail_about_a_decision_waits_for_no_burst_and_speaks_the_readers_language(acme: Customer) -> None:
    """AP-18, MAIL-95: earlier news go along; quiet hours hold."""
    item = acme.ticket()
    asked = acme.asked(item, by=acme.desk.leo)
    Person.objects.filter(pk=acme.desk.leo.id).update(language="pl")
    old_news()
    other = acme.ticket()
    working.start(other, by=acme.desk.ana, at=LATER)
    working.assign(other, to=acme.desk.leo.id, by=acme.desk.ana, at=LATER)
    notify()
    assert not notice_mail.claim(at=LATER)

    approvals.approve(asked.pk, by=acme.marta, at=LATER)
    notify()
    for due in notice_mail.claim(at=LATER):
        notice_mail.send(due, say=sentence, at=LATER)

    (mail,) = [one for one in Delivery.objects.filter(kind="notice") if one.payload["person"] == acme.desk.leo.id]
    with translation.override("pl"):
        said = [sentence(one) for one in notices(acme.desk.leo)[0]]
    assert "Approval" not in mail.payload["text"]
    assert len(said) == 2
    assert all(f"- {one}" in mail.payload["text"] for one in said)


def test_a_decision_can_be_wished_for_by_other_ways(acme: Customer) -> None:
    """N-1, AP-18: as every event."""
    item = acme.ticket()
    asked = acme.asked(item, by=acme.desk.leo)
    old_news()
    notice_settings.choose(
        chosen={"me.approval": ["hub"]}, mails=True, quiet_from=None, quiet_until=None, by=acme.desk.leo, at=MONDAY
    )

    approvals.approve(asked.pk, by=acme.marta, at=LATER)
    notify()

    row = Notification.objects.get(person=acme.desk.leo.id)
    assert (row.hub, row.browser, row.mail) == (True, False, Notification.Mail.NONE)


def test_a_manager_who_complained_of_our_mail_is_not_written_to(acme: Customer) -> None:
    """MAIL-98, AP-17: the entry says whom the mail did not reach."""
    MarkedAddress.objects.create(address=acme.marta.email, complained=True, at=MONDAY)

    item = acme.ticket()
    acme.asked(item)

    assert [one.to for one in Message.objects.filter(item=item, outgoing=True, automatic=True)][-1:] == [
        [["", acme.sofia.email]]
    ]
    assert ApprovalToken.objects.get().person_id == acme.sofia.id
    assert Entry.objects.get(item=item, type="approval_requested").words["unreached"] == "Marta Vidal"


def test_an_expired_link_is_sent_again(acme: Customer, settings: Any, tmp_path: Any) -> None:
    """MAIL-52, AP-17: each active manager gets another link; the history says who asked again."""
    item = acme.ticket()
    asked = acme.asked(item)
    first = sent(settings, tmp_path / "first")
    ApprovalToken.objects.update(expires_at=LATER)
    Person.objects.filter(pk=acme.sofia.id).update(is_active=False)

    approvals.ask_again(asked.pk, by=acme.desk.leo, at=LATER)
    second = sent(settings, tmp_path / "second", LATER)

    assert set(second) == {acme.marta.email}
    assert second[acme.marta.email] != first[acme.marta.email]
    assert Entry.objects.get(item=item, type="approval_asked_again").actor_id == acme.desk.leo.id
    assert fresh(item).approval_id == asked.pk


def test_a_link_is_not_sent_again_while_the_last_mail_waits_or_where_nothing_can_be_decided(acme: Customer) -> None:
    """MAIL-52, AP-15, AP-25, SEC-2: each refusal says why, and nothing is written."""
    item = acme.ticket()
    asked = acme.asked(item)

    def refused(by: Any = acme.desk.ana) -> str:
        with pytest.raises(Conflict) as caught:
            approvals.ask_again(asked.pk, by=by, at=LATER)
        return str(caught.value.code)

    assert refused() == "approval_mail_waits"
    Delivery.objects.all().update(state=Delivery.State.DONE)
    MarkedAddress.objects.create(address=acme.marta.email, complained=True, at=MONDAY)
    MarkedAddress.objects.create(address=acme.sofia.email, complained=True, at=MONDAY)
    assert refused() == "no_reachable_manager"
    Person.objects.filter(role="manager").update(is_active=False)
    assert refused() == "no_active_manager"
    with pytest.raises(NotPermitted):
        approvals.ask_again(asked.pk, by=factories.agent("Vera", grants={"acme": ["view"]}), at=LATER)
    approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER)
    assert refused() == "already_decided"
    assert not Entry.objects.filter(item=item, type="approval_asked_again").exists()
