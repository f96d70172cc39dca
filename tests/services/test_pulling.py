"""Pull from Queue gives exactly one item, the right one."""

from datetime import timedelta

from tests.desk import MONDAY, Desk
from tramita.domain.codes import Listed, State
from tramita.models import Item
from tramita.services import pulling


def test_the_most_overdue_item_comes_first_and_is_the_callers(desk: Desk) -> None:
    """Q-2, S-4, Q-1."""
    desk.ticket(at=MONDAY)
    old = desk.ticket(at=MONDAY - timedelta(days=14))

    item = pulling.pull(by=desk.ana, at=MONDAY)

    held = Item.objects.get(pk=old.pk)
    assert item == old
    assert (held.state, held.listed, held.assignee_id) == (State.IN_PROGRESS, Listed.INBOX, desk.ana.id)


def test_an_empty_queue_gives_nothing(desk: Desk) -> None:
    """Q-2."""
    assert pulling.pull(by=desk.ana, at=MONDAY) is None


def test_who_is_in_no_queue_gets_nothing(desk: Desk) -> None:
    """Q-2."""
    desk.ticket()

    assert pulling.pull(by=desk.leo, at=MONDAY) is None
