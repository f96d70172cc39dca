"""A Ticket that a customer asks for opens when a manager of theirs approves it (TO-4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.approving import Customer, customer, fresh, sent
from tests.desk import MONDAY, Desk, offer, publish
from tests.services.test_receiving import mail
from tramita.domain.codes import ApprovalState, Listed, Method, State
from tramita.domain.errors import Conflict, GuardFailed, NotPermitted
from tramita.models import Approval, Entry, Item, Message, Person, Timer
from tramita.queries.items import visible_to
from tramita.queries.people import actor_by_id
from tramita.services import approvals, approving_by_mail, receiving, starting

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    offer(desk.definitions["invoice-query"], approve_opening=True)
    return customer(desk)


def ask(acme: Customer, sender: str = "", number: int = 1) -> Item:
    """Rui writes a mail."""
    raw = mail(f"It came {number} times.", sender=sender or str(acme.desk.rui.email))
    outcome = receiving.receive(raw, source="import", at=MONDAY)
    return Item.objects.get(number=int(outcome.items[0].split("-")[0]))


def test_it_waits_as_a_draft_that_nobody_works(acme: Customer) -> None:
    """TO-4: no list, no clock, no allocation; its managers are asked as for any approval, who asked is told."""
    item = ask(acme)

    assert (item.state, item.listed, item.due_at, item.queue, item.assignee) == (
        State.DRAFT,
        Listed.NONE,
        None,
        None,
        None,
    )
    approval = Approval.objects.get()
    assert (approval.state, approval.organisation, approval.requested_by) == (
        ApprovalState.AWAITING,
        acme.branch,
        acme.desk.rui,
    )
    told = {one.to[0][1]: one.text for one in Message.objects.filter(outgoing=True)}
    assert set(told) == {acme.marta.email, acme.sofia.email, acme.desk.rui.email}
    assert "wants to begin a request" in told[acme.sofia.email]
    assert "approves such requests" in told[str(acme.desk.rui.email)]
    assert set(Timer.objects.values_list("purpose", flat=True)) == {"approval_day_1", "approval_day_3"}


def test_staff_see_that_it_is_there_and_cannot_open_it(acme: Customer) -> None:
    """TO-4, SEC-2: Eve's grant is elsewhere; who asked and their managers see it too."""
    item = ask(acme)
    olga = factories.manager("Olga", organisation=factories.organisation("globex"))
    rui = actor_by_id(acme.desk.rui.pk)

    everybody = (acme.desk.ana, acme.desk.leo, rui, acme.sofia, acme.marta)
    seen = [visible_to(one).filter(pk=item.pk).exists() for one in everybody]
    unseen = [visible_to(one).filter(pk=item.pk).exists() for one in (acme.desk.eve, actor_by_id(olga.pk))]

    assert (seen, unseen) == ([True] * 5, [False] * 2)
    for by in (acme.desk.ana, acme.desk.leo):
        with pytest.raises(GuardFailed):
            starting.submit(fresh(item), by=by, at=LATER)


def test_approved_by_the_link_it_opens_as_any_other(acme: Customer, settings: Any, tmp_path: Path) -> None:
    """TO-4, T-21: To Do in its queue, with its clock from then on; who asked is told, nobody here hears of it twice."""
    item = ask(acme)
    key = sent(settings, tmp_path / "out")[acme.sofia.email]

    approving_by_mail.decide(key, "approve", at=LATER)

    opened = fresh(item)
    assert (opened.state, opened.listed, opened.queue) == (State.TO_DO, Listed.QUEUE, acme.desk.invoices)
    assert (opened.submitted_at, opened.approval_id) == (LATER, None)
    assert opened.due_at is not None
    assert Entry.objects.get(type="submitted").data["rule"] == "TO-4"
    last = Message.objects.filter(outgoing=True).latest("pk")
    assert (last.to, "was approved" in last.text) == ([["", acme.desk.rui.email]], True)
    assert not Timer.objects.filter(purpose__startswith="approval").exists()


def test_refused_it_is_closed_and_who_asked_is_told_why(acme: Customer) -> None:
    """TO-4: nothing is lost, and what they write then asks anew."""
    item = ask(acme)

    approvals.reject(Approval.objects.get().pk, reason="Too dear.", by=acme.marta, at=LATER)

    closed = fresh(item)
    assert (closed.state, closed.method, closed.resolution_reason) == (State.CLOSED, Method.REJECTED, "Too dear.")
    last = Message.objects.filter(outgoing=True).latest("pk")
    assert "did not approve" in last.text
    assert "Too dear." in last.text
    with pytest.raises(Conflict):
        approvals.approve(Approval.objects.get().pk, by=acme.sofia, at=LATER)


def test_a_mail_about_it_is_appended_and_opens_nothing(acme: Customer) -> None:
    """M-7: the manager sees it before deciding."""
    item = ask(acme)

    receiving.receive(
        mail("And again.", sender=str(acme.desk.rui.email), subject=f"Re: {item.reference}"), source="import", at=LATER
    )

    assert fresh(item).state is State.DRAFT
    assert Message.objects.filter(item=item, outgoing=False).count() == 2


def test_what_opens_at_once_all_the_same(acme: Customer) -> None:
    """TO-4: a manager's own; a customer's without a manager; a stranger's; an agent's; another category's."""
    stranger = ask(acme, sender="nobody@new.example", number=1)
    own = ask(acme, sender=acme.sofia.email, number=2)
    agents = acme.ticket()
    other = acme.ticket(category="acme/main/finance/plain")
    Person.objects.filter(role="manager").update(is_active=False)
    nobody = ask(acme, number=3)

    assert [one.state for one in (stranger, own, agents, other, nobody)] == [State.TO_DO] * 5


def test_all_categories_are_asked_for_where_the_desk_says_so(desk: Desk, data_dir: Path) -> None:
    """TO-4: off by default; of all, or of the chosen ones."""
    acme = customer(desk)
    before = ask(acme)
    definition = publish("settings", "other", approve_every_opening=True)
    type(definition).objects.filter(kind="settings", key="desk").update(active=False)

    after = ask(acme, number=2)

    assert (before.state, after.state) == (State.TO_DO, State.DRAFT)


def test_without_a_manager_left_staff_open_it(acme: Customer) -> None:
    """TO-4, AP-25: nothing is stuck."""
    item = ask(acme)
    Person.objects.filter(role="manager").update(is_active=False)

    with pytest.raises(NotPermitted):
        approvals.approve(Approval.objects.get().pk, by=acme.sofia, at=LATER)
    starting.submit(fresh(item), by=acme.desk.ana, at=LATER)

    assert (fresh(item).state, fresh(item).approval_id) == (State.TO_DO, None)
    assert Approval.objects.get().state == ApprovalState.EXPIRED
