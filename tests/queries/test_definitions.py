"""What is configured, by version and by path."""

import pytest

from tests import factories
from tramita.domain.actors import SYSTEM
from tramita.domain.definitions import Settings
from tramita.models import Definition, Version
from tramita.queries import definitions

pytestmark = pytest.mark.django_db
PATH = "acme/main/finance/invoice-query"


def tree() -> Definition:
    """acme, its contract and service, and a category there."""
    above = None
    for kind, key in (("customer", "acme"), ("contract", "acme/main"), ("service", "acme/main/finance")):
        here = factories.definition(kind, key)
        Definition.objects.filter(pk=here.pk).update(parent=above)
        above = here
    category = factories.definition("category", PATH, title="Invoice query", queue="invoices", feedback_window=5)
    Definition.objects.filter(pk=category.pk).update(parent=above)
    return category


def test_an_item_keeps_the_words_of_the_version_it_started_with() -> None:
    """SLA-17."""
    category = tree()
    first = category.current_id
    assert first

    category.current = Version.objects.create(
        definition=category, number=2, body={"title": "Renamed"}, published_at=factories.NOW
    )
    category.save()

    assert definitions.category(first).title == "Invoice query"
    current = definitions.current_category(PATH)
    assert current is not None
    assert current.process.title == "Renamed"
    assert current.version_id == category.current_id


def test_what_is_current_comes_with_the_ids_that_an_item_stores(django_assert_num_queries) -> None:
    """G-7: every item lives under a customer."""
    category = tree()
    definitions.current_category(PATH)

    with django_assert_num_queries(1):
        current = definitions.current_category(PATH)

    assert current is not None
    assert current.definition_id == category.pk
    assert current.customer_id == Definition.objects.get(kind="customer").pk
    assert definitions.current_category("acme/main/finance/nothing") is None
    assert definitions.current_case_type(PATH) is None


def test_a_due_rule_counts_by_the_calendar_of_its_own_version() -> None:
    """SLA-3, SLA-17."""
    office = {"key": "office", "time_zone": "Europe/Warsaw", "week": {"mon-fri": "09:00-17:00"}, "country": "PL"}
    rule = factories.definition("due_rule", "two_days", within="16 working hours", calendar=office, add_wait_time=True)
    plain = factories.definition("due_rule", "plain", within="3 days")
    assert rule.current_id
    assert plain.current_id

    counted, elapsed = definitions.due_rule(rule.current_id), definitions.due_rule(plain.current_id)

    assert counted.calendar is not None
    assert counted.calendar.name == "office"
    assert counted.add_wait_time
    assert elapsed.calendar is None
    assert str(elapsed.zone) == "UTC"


def test_grants_narrow_where_work_may_be_started() -> None:
    """SEC-2: a permission set high up covers everything below."""
    tree()
    granted = factories.agent(grants={"acme/main": ["view", "create"]})
    elsewhere = factories.agent(grants={"acme/main/fin": ["create"], "acme": ["view"]})

    assert [one.path for one in definitions.categories_for(SYSTEM)] == [PATH]
    assert [one.path for one in definitions.categories_for(granted)] == [PATH]
    assert definitions.categories_for(elsewhere) == []


def test_a_desk_without_settings_has_the_plain_ones() -> None:
    """R-6, AP-3: off until switched on."""
    assert definitions.settings() == Settings()

    factories.definition("settings", "settings", resolution_note_required=True)

    assert definitions.settings() == Settings(resolution_note_required=True)


def test_an_inactive_target_is_no_target() -> None:
    """Q-12."""
    ana = factories.person()
    gone = factories.person(is_active=False)
    robot = factories.robot(key="robo-1")
    queue = factories.queue("invoices")

    assert definitions.worker_id(ana.email) == ana.pk
    assert definitions.worker_id(gone.email) is None
    assert definitions.worker_id("robo-1") == robot.pk
    assert definitions.queue_id("invoices") == queue.pk
    assert definitions.queue_id(None) is None
