"""Whom a rule gives work, a mail tells if the rule wishes it, and whoever holds the position with them (Q-5)."""

from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_allocating import away, by_rule
from tests.services.test_posting import Way
from tramita.domain.actors import Actor
from tramita.models import Definition, Entry, Item, Notification, Person
from tramita.queries.people import actor_for
from tramita.services import editing, ledger, notice_mail, notice_settings, notifying, posting, resolving, starting
from tramita.ui.notices import sentence

pytestmark = pytest.mark.django_db(transaction=True)  # followers read what is committed
LATER = MONDAY + timedelta(minutes=10)
INFORM: dict[str, Any] = {"position": "accounts", "inform": True}


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Way:
    found = Way()
    monkeypatch.setattr(posting, "transport", lambda url: found)
    return found


@pytest.fixture
def iva() -> Actor:
    return factories.agent("Iva Novak")


@pytest.fixture
def bea() -> Actor:
    return factories.agent("Bea Sol")


@pytest.fixture
def accounts(desk: Desk, iva: Actor, bea: Actor) -> Definition:
    """Held by Iva, then Bea, then somebody who left and a robot."""
    Person.objects.filter(pk=desk.robot.id).update(key="reader", robot={"kinds": ["action"], "lease": 300})
    gone = factories.person("Gus Old", is_active=False)
    return publish(
        "position", "accounts", title="Accounts payable", holders=[iva.email, bea.email, gone.email, "reader"]
    )


def told(way: Way, who: Actor) -> list[Mail]:
    """What was mailed to them by now."""
    for at in (MONDAY, LATER):
        while notifying.notify(at=at):
            pass
        for due in notice_mail.claim(at=at):
            notice_mail.send(due, say=sentence, at=at)
        for delivery in posting.claim(at=at):
            posting.post(delivery, at=at)
    return [message_from_bytes(raw) for _, people, raw in way.sent if list(people) == [who.email]]


def words(mail: Mail) -> str:
    return str(mail.get_payload(decode=True).decode())


def no_mails(who: Actor, *, at_all: bool = False) -> None:
    chosen = {} if at_all else {"me.assigned": ["hub"]}
    usual = {"quiet_from": None, "quiet_until": None, "by": who, "at": MONDAY}
    notice_settings.choose(chosen=chosen, mails=not at_all, **usual)


def test_whoever_gets_it_by_rule_is_told_by_mail_though_they_wish_no_mail_of_this(
    desk: Desk, way: Way, iva: Actor, accounts: Definition
) -> None:
    """Q-5: inform the person by mail; a machine's mail that stays inside."""
    no_mails(iva)

    item = by_rule(desk, **INFORM)

    (sent,) = told(way, iva)
    assert sent["Subject"] == f"[{item.reference}] Assigned to you by its rule: Invoice 991 twice"
    assert sent["Auto-Submitted"] == "auto-generated"


def test_without_the_option_everybody_hears_by_the_ways_they_chose(
    desk: Desk, way: Way, iva: Actor, accounts: Definition
) -> None:
    """Q-5, N-1."""
    no_mails(iva)

    by_rule(desk, position="accounts")

    assert told(way, iva) == []


def test_who_is_told_by_mail_anyway_is_told_once(desk: Desk, way: Way, iva: Actor, accounts: Definition) -> None:
    """Q-5: the option sends no second mail."""
    by_rule(desk, **INFORM)

    assert len(told(way, iva)) == 1
    assert Notification.objects.filter(person=iva.id).count() == 1


def test_everybody_who_holds_the_position_gets_a_copy(
    desk: Desk, way: Way, iva: Actor, bea: Actor, accounts: Definition
) -> None:
    """Q-5: active holders of the primary position; no robot, nobody who left."""
    item = by_rule(desk, **INFORM, copy_position=True)

    (copy,) = told(way, bea)
    assert f"[{item.reference}]" in copy["Subject"]
    assert "Assigned by its rule to Iva Novak: you hold the position “Accounts payable”" in words(copy)
    assert len(told(way, iva)) == 1
    assert {*Notification.objects.values_list("person__name", flat=True)} == {"Iva Novak", "Bea Sol"}


def test_the_primary_position_hears_also_of_what_went_to_the_backup(
    desk: Desk, way: Way, iva: Actor, bea: Actor, accounts: Definition
) -> None:
    """Q-5: copy everyone holding the primary position."""
    Person.objects.filter(pk__in=[iva.id, bea.id]).update(own_queues_only=True)

    item = by_rule(desk, **INFORM, copy_position=True, secondary=desk.leo.email)

    assert item.assignee_id == desk.leo.id
    assert [len(told(way, one)) for one in (desk.leo, iva, bea)] == [1, 1, 1]


def test_a_holder_who_may_not_see_the_item_hears_nothing(
    desk: Desk, way: Way, iva: Actor, accounts: Definition
) -> None:
    """Q-5, SEC-2, N-2."""
    blind = factories.person("Cy Blind", grants={"other": ["view", "work"]})
    publish("position", "seers", title="Seers", holders=[iva.email, blind.email])

    by_rule(desk, position="seers", inform=True, copy_position=True)

    assert len(told(way, iva)) == 1
    assert told(way, actor_for(blind)) == []


def test_whoever_made_the_change_is_not_told(
    desk: Desk, way: Way, iva: Actor, bea: Actor, accounts: Definition
) -> None:
    """Q-5, N-2."""
    desk.ana = bea

    by_rule(desk, **INFORM, copy_position=True)

    assert told(way, bea) == []
    assert len(told(way, iva)) == 1


def test_who_wants_no_mail_at_all_gets_none(desk: Desk, way: Way, iva: Actor, accounts: Definition) -> None:
    """MAIL-124: it stands behind the bell."""
    no_mails(iva, at_all=True)

    by_rule(desk, **INFORM)

    assert told(way, iva) == []
    assert Notification.objects.get(person=iva.id).hub


def test_a_robot_and_a_queue_are_sent_no_mail(desk: Desk, way: Way, accounts: Definition, iva: Actor) -> None:
    """Q-5: and nobody gets the copy of what was not sent."""
    Person.objects.filter(pk=desk.robot.id).update(robot={"kinds": ["ticket"], "lease": 300})
    publish("position", "robots", title="Robots", holders=["reader", iva.email])

    by_rule(desk, position="robots", inform=True, copy_position=True)
    by_rule(desk, user="gone@desk.example", inform=True)

    told(way, iva)
    assert Notification.objects.count() == 0


def test_a_substitute_is_told_as_whoever_gets_it(desk: Desk, way: Way, iva: Actor, accounts: Definition) -> None:
    """Q-5, Q-7."""
    away(iva.id, substitute=desk.leo.email)

    by_rule(desk, **INFORM)

    assert len(told(way, desk.leo)) == 1


def test_what_comes_back_by_its_rule_is_an_allocation_of_its_own(
    desk: Desk, way: Way, iva: Actor, accounts: Definition
) -> None:
    """Q-5, Q-6: also to who has it already."""
    no_mails(iva)
    item = by_rule(desk, **INFORM)
    resolving.resolve(item, method="replied", by=desk.leo, at=MONDAY)

    change = ledger.Change(Item.objects.get(pk=item.pk), desk.leo, LATER)
    resolving.reopen_by_mail(change)
    change.write()

    assert Entry.objects.get(item=item, type="reopened").data["inform"] == iva.id


def test_a_draft_that_is_submitted_is_allocated_with_its_reason(
    desk: Desk, way: Way, iva: Actor, accounts: Definition
) -> None:
    """Q-5, T-23, Z-9: what its writer and requester read of it does not say so."""
    by_rule(desk, **INFORM)
    draft = desk.ticket(category="acme/main/finance/pushed", draft=True)

    starting.submit(draft, by=desk.ana, at=MONDAY)

    assert Entry.objects.get(item=draft, type="allocated").data["inform"] == iva.id
    assert "inform" not in Entry.objects.get(item=draft, type="submitted").data


def test_another_category_tells_whom_its_rule_names(desk: Desk, way: Way, iva: Actor, accounts: Definition) -> None:
    """Q-5, T-10: unless who changes it takes it, as one does with what is free."""
    by_rule(desk, **INFORM)
    robot_made = desk.ticket()
    change = ledger.Change(Item.objects.get(pk=robot_made.pk), desk.leo, MONDAY)
    editing._category(change, "acme/main/finance/pushed")
    change.write()

    assert Entry.objects.get(item=robot_made, type="category_changed").data["inform"] == iva.id
