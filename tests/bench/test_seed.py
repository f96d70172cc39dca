"""Reference data: the same for the same seed, and as true to the ledger as what services write."""

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models import Count

from tests import factories
from tramita.domain.codes import Kind, State
from tramita.models import Item, Message, Person, Timer
from tramita.queries.due import clock_of
from tramita.services import ledger, sql
from tramita.services.seeding import PROFILES, NotEmpty, fill, seeded
from tramita.services.seeding.reference import ANCHOR, load
from tramita.services.seeding.stories import Batch, Teller

pytestmark = pytest.mark.django_db
STANDARD = PROFILES["standard"]


def test_a_seeded_desk_has_as_many_items_as_asked_for() -> None:
    """G-1."""
    added = fill(300, seed=1, profile=STANDARD)

    assert added == Item.objects.count() == seeded() == 300
    assert set(Item.objects.values_list("kind", flat=True)) == set(Kind)


def test_seeding_fills_up_what_is_missing() -> None:
    """A second call with the same number changes nothing."""
    fill(40, seed=1, profile=STANDARD)

    assert fill(60, seed=1, profile=STANDARD) == 20
    assert fill(60, seed=1, profile=STANDARD) == 0
    assert Item.objects.count() == 60


def test_the_same_seed_tells_the_same_stories() -> None:
    """The rows are equal, entries and mails included."""
    fill(0, seed=1, profile=STANDARD)
    desk = load()

    def told(seed: int) -> list[object]:
        teller = Teller(desk, STANDARD, Batch(str(seed), 0, 60, 60, next_id=1, number=10_000, message_id=1))
        return [(story.item.__dict__, story.entries, story.messages, story.timers) for story in teller.tell()]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_seeded_entries_fold_to_the_columns_of_their_items() -> None:
    """Z-15: also the clock, and the chain of each item holds."""
    fill(300, seed=2, profile=PROFILES["busy"])

    for item in Item.objects.all():
        assert ledger.differences(item) == {}
        assert ledger.chain_holds(item.entries.order_by("seq"))
        clock = clock_of(item, item.updated_at)
        assert (clock.due_at, clock.clock) == (item.due_at, item.clock)
        if item.state is not State.TO_DO and clock.due_at is None:
            assert clock.state.seconds_left == item.seconds_left


def test_open_work_is_spread_over_states_and_people() -> None:
    """L-1 to L-4: waits and resolutions come with the timer that ends them."""
    fill(800, seed=3, profile=PROFILES["busy"])

    states = dict(Item.objects.values_list("state").annotate(Count("id")))
    assert set(states) >= set(State) - {State.DRAFT}
    assert Item.objects.exclude(state=State.CLOSED.number).filter(assignee__isnull=False).exists()
    waiting = Item.objects.filter(state=State.WAITING.number).count()
    assert Timer.objects.filter(purpose="time_out").count() == waiting
    assert Timer.objects.filter(purpose="close").count() == states[State.RESOLVED]
    assert Message.objects.exists()
    assert not Item.objects.filter(updated_at__gt=ANCHOR).exists()


def test_what_comes_after_the_seed_gets_ids_and_numbers_of_its_own() -> None:
    """G-6."""
    fill(50, seed=1, profile=STANDARD)

    fresh = factories.ticket()

    assert fresh.number > Item.objects.exclude(pk=fresh.pk).latest("number").number
    assert sql.next_number() == fresh.number + 1


def test_a_desk_with_data_of_its_own_is_not_seeded() -> None:
    """People alone are no obstacle: somebody has to sign in."""
    factories.ticket()

    with pytest.raises(NotEmpty, match="data of its own"):
        fill(10, seed=1, profile=STANDARD)

    assert not Person.objects.filter(email__startswith="asks.").exists()


def test_production_is_never_seeded(settings: object) -> None:
    """Whatever the database holds."""
    django_settings.TRAMITA_ENV, before = "production", django_settings.TRAMITA_ENV
    try:
        with pytest.raises(NotEmpty, match="production"):
            fill(10, seed=1, profile=STANDARD)
    finally:
        django_settings.TRAMITA_ENV = before


@pytest.mark.django_db(transaction=True)
def test_a_big_seed_puts_every_index_and_foreign_key_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A big one is told by a second process besides."""
    monkeypatch.setattr("tramita.services.seeding.bulk.WORTH_IT", 10)
    monkeypatch.setattr("tramita.services.seeding.filling.BATCH", 30)
    monkeypatch.setattr("tramita.services.seeding.filling.WORTH_A_PROCESS", 2)
    before = _kept()

    fill(120, seed=1, profile=STANDARD)

    assert _kept() == before
    connection.check_constraints()


def _kept() -> set[tuple[str, str]]:
    """Indexes and foreign keys, as the database describes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, COALESCE(sql, '') FROM sqlite_master WHERE type = 'index'")
        else:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() UNION ALL "
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            )
        return set(cursor.fetchall())
