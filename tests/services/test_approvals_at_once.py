"""Two at once over one approval request: one wins, the other is told what happened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.approving import Customer, approval_type, customer, fresh, sent
from tests.desk import MONDAY, build
from tests.services.test_races import at_once
from tramita.domain.codes import ApprovalState, State
from tramita.domain.errors import Conflict, StaleVersion
from tramita.models import Approval, Entry, Item
from tramita.queries import people
from tramita.services import approvals, approving_by_mail, editing, ledger, resolving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(transactional_db: None) -> Customer:
    """The small desk with its customer, committed."""
    return customer(build())


def ends_of(item: Item) -> list[str]:
    held = fresh(item)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    told = Entry.objects.filter(item=item, type__startswith="approval_").exclude(type="approval_requested")
    return list(told.values_list("type", flat=True))


def won_and_lost(results: list[Any]) -> tuple[Any, Any]:
    won = [one for one in results if not isinstance(one, Exception)]
    lost = [one for one in results if isinstance(one, Exception)]
    assert (len(won), len(lost)) == (1, 1), results
    return won[0], lost[0]


def rivals(acme: Customer, asked: Approval) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    def approve() -> Approval:
        return approvals.approve(asked.pk, by=acme.marta, at=LATER)

    return {
        "decides otherwise": (approve, lambda: approvals.reject(asked.pk, by=acme.sofia, at=LATER)),
        "decides the same": (approve, lambda: approvals.approve(asked.pk, by=acme.sofia, at=LATER)),
        "cancels": (approve, lambda: approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER)),
    }


@pytest.mark.parametrize("other", ["decides otherwise", "decides the same", "cancels"])
def test_of_two_who_end_it_at_once_one_does_and_the_other_is_told(acme: Customer, other: str) -> None:
    """AP-15, AP-24, CG-31."""
    asked = acme.asked()

    won, lost = won_and_lost(at_once(*rivals(acme, asked)[other]))

    assert isinstance(lost, Conflict)
    assert lost.code == "already_decided"
    assert won.decided_by.name in str(lost)
    assert len(ends_of(asked.item)) == 1
    assert Approval.objects.get(pk=asked.pk).state == won.state


def test_of_two_who_ask_at_once_one_asks(acme: Customer) -> None:
    """AP-16."""
    item = acme.ticket()
    copies = [fresh(item) for _ in range(2)]

    results = at_once(*[lambda copy=copy: acme.asked(copy) for copy in copies])

    _, lost = won_and_lost(results)
    assert lost.code in ("approval_pending", "stale_version")
    assert Approval.objects.filter(item=item).count() == 1
    assert fresh(item).approval_id == Approval.objects.get(item=item).pk


def test_a_decision_while_the_ticket_is_resolved_is_kept_or_refused_never_both(acme: Customer) -> None:
    """AP-13, AP-20, Z-2."""
    asked = acme.asked()
    copy = fresh(asked.item)

    results = at_once(
        lambda: approvals.approve(asked.pk, by=acme.marta, at=LATER),
        lambda: resolving.resolve(copy, method="replied", note="Done.", by=acme.desk.ana, at=LATER),
    )

    ends, state = ends_of(asked.item), Approval.objects.get(pk=asked.pk).state
    if isinstance(results[1], StaleVersion):
        assert (ends, state) == (["approval_approved"], ApprovalState.APPROVED)
    else:
        assert isinstance(results[0], Conflict)
        assert (ends, state) == (["approval_expired"], ApprovalState.EXPIRED)
        assert fresh(asked.item).state is State.RESOLVED


def test_a_link_pressed_twice_at_once_decides_once(acme: Customer, settings: Any, tmp_path: Any) -> None:
    """MAIL-52: single use."""
    asked = acme.asked()
    key = sent(settings, tmp_path)[acme.marta.email]

    results = at_once(*[lambda: approving_by_mail.decide(key, "approve", at=LATER)] * 2)

    won_and_lost(results)
    assert ends_of(asked.item) == ["approval_approved"]


def jointly(acme: Customer, **how: Any) -> tuple[Approval, list[Callable[[], Any]]]:
    """A request to three managers on one level; how each of them approves."""
    nuno = people.actor_by_id(factories.manager("Nuno Sá", organisation=acme.branch).pk)
    level = {"approvers": ["managers", "parent_managers"], **how}
    approval_type("joint", name="Change of bank details", description="All mean it.", levels=[level])
    asked = approvals.ask(acme.ticket(), type="joint", by=acme.desk.ana, at=MONDAY)
    who = (acme.marta, acme.sofia, nuno)
    return asked, [lambda by=by: approvals.approve(asked.pk, by=by, at=LATER) for by in who]


@pytest.mark.parametrize("how", ["every", "two"])
def test_managers_of_one_level_agree_at_once_and_it_ends_once(acme: Customer, how: str) -> None:
    """Z-16, AP-24: where two are enough the third is told, and no voice is lost."""
    asked, voices = jointly(acme, **({"every": True} if how == "every" else {"least": 2}))

    results = at_once(*voices)

    lost = [one for one in results if isinstance(one, Exception)]
    assert [getattr(one, "code", one) for one in lost] == ([] if how == "every" else ["already_decided"])
    assert ends_of(asked.item) == ["approval_approved"] * (3 - len(lost))
    open_still = Entry.objects.filter(item=asked.item, type="approval_approved", data__open=True).count()
    assert (open_still, fresh(asked.item).approval_id) == (2 - len(lost), None)
    assert Approval.objects.get(pk=asked.pk).state == ApprovalState.APPROVED


def test_the_last_needed_voice_given_twice_at_once_counts_once(acme: Customer) -> None:
    """Z-16."""
    asked, (first, second, _third) = jointly(acme, least=2)
    first()

    won_and_lost(at_once(second, second))

    assert ends_of(asked.item) == ["approval_approved"] * 2
    assert Approval.objects.get(pk=asked.pk).state == ApprovalState.APPROVED


@pytest.mark.parametrize("last", [True, False])
def test_a_voice_while_it_is_cancelled_is_counted_or_refused(acme: Customer, *, last: bool) -> None:
    """Z-16, AP-14, AP-15."""
    asked, (first, second, _third) = jointly(acme, least=2)
    if last:
        first()

    voice, cancelled = at_once(second, lambda: approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER))

    state = Approval.objects.get(pk=asked.pk).state
    if isinstance(cancelled, Exception):
        assert last
        assert (getattr(cancelled, "code", cancelled), state) == ("already_decided", ApprovalState.APPROVED)
    else:
        assert state == ApprovalState.CANCELLED
        assert isinstance(voice, Approval | Conflict)
    assert fresh(asked.item).approval_id is None
    assert ends_of(asked.item).count("approval_cancelled") == (0 if isinstance(cancelled, Exception) else 1)


@pytest.mark.parametrize("kind", ["plain", "levels", "link"])
def test_what_changes_while_a_manager_decides_is_seen_before_or_comes_after(
    acme: Customer, kind: str, settings: Any, tmp_path: Any
) -> None:
    """AP-7, AP-11, Z-16: who decides has seen what they decide on, also by the link of a mail and of two at once."""
    asked = jointly(acme)[0] if kind == "levels" else acme.asked()
    keys = sent(settings, tmp_path)
    copy = fresh(asked.item)

    def decide() -> Approval:
        if kind == "link":
            return approving_by_mail.decide(keys[acme.marta.email], "approve", at=LATER, seen=0)
        return approvals.approve(asked.pk, by=acme.marta, at=LATER, seen=0)

    decided, changed = at_once(
        decide, lambda: editing.edit(copy, changes={"title": "Refund of 4000"}, by=acme.desk.ana, at=LATER)
    )

    if isinstance(decided, Exception):
        assert getattr(decided, "code", decided) == "changed_meanwhile"
        assert Approval.objects.get(pk=asked.pk).state == ApprovalState.AWAITING
        with pytest.raises(Conflict, match="changed meanwhile"):
            decide()
        approvals.approve(asked.pk, by=acme.marta, at=LATER, seen=1)
    wording = Entry.objects.get(item=asked.item, type="approval_approved").words["wording"]
    assert ("Refund of 4000" in wording) is isinstance(decided, Exception)
    assert not isinstance(changed, Exception) or isinstance(changed, StaleVersion)
    assert Approval.objects.get(pk=asked.pk).state == ApprovalState.APPROVED
    ends_of(asked.item)
