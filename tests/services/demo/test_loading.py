"""The demo company is loaded through the services, on any day, into an empty database."""

from datetime import UTC, datetime

import pytest

from tramita.domain.codes import DueStatus, State
from tramita.models import Delivery, Item, Timer
from tramita.queries.item_view import due_of
from tramita.services import demo

WEDNESDAY = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 16, 7, 5, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)


@pytest.mark.one_database
@pytest.mark.parametrize("at", [MONDAY_MORNING, NEW_YEAR])
@pytest.mark.django_db
def test_it_looks_alive_whenever_it_is_loaded(at: datetime, data_dir) -> None:
    """SLA-13: late, today and on target; nothing happens in the future, and nothing is left undone."""
    demo.load(at=at)

    statuses = {due_of(item, at).status for item in Item.objects.exclude(state__in=[State.RESOLVED, State.CLOSED])}
    assert statuses == set(DueStatus)
    assert not Item.objects.filter(updated_at__gt=at).exists()
    assert not Timer.objects.filter(due_at__lte=at).exists()
    assert not Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=at).exists()


@pytest.mark.one_database
def test_the_same_moment_gives_the_same_company(db: None, data_dir) -> None:
    """Titles, states and due dates do not depend on chance."""
    demo.load(at=WEDNESDAY)
    columns = ("kind", "title", "state", "listed", "due_at", "created_at", "updated_at", "assignee__email")
    first = list(Item.objects.order_by("id").values_list(*columns))

    assert len(first) >= 40
    assert first == sorted(first, key=lambda row: row[5])
    assert [row[1] for row in first][:3] == ["Casa Duarte", "Ask for the papers: Casa Duarte", "Copy of invoice 871"]


@pytest.mark.django_db
def test_it_is_loaded_into_an_empty_database_only(data_dir) -> None:
    """INTERFACES section 1: `--demo` on a database with people changes nothing."""
    assert demo.is_empty()
    assert not demo.is_here()

    demo.load(at=WEDNESDAY)

    assert not demo.is_empty()
    assert demo.is_here()
