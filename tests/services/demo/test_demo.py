"""The demo company has something in every list, and all of it is true."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tramita.domain.codes import Kind, Listed, Method, State, WaitType
from tramita.models import BlockedAddress, Delivery, Item, Organisation, Person, SeenMessage
from tramita.services import demo, ledger

WEDNESDAY = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded once for the tests that only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(at=WEDNESDAY)
        yield
        transaction.set_rollback(True)


def test_every_items_ledger_folds_to_its_columns(loaded: None) -> None:
    """DESIGN decision 4: told by the services, not written past them."""
    for item in Item.objects.all():
        assert ledger.differences(item) == {}, item
        assert ledger.chain_holds(item.entries.order_by("seq")), item


def test_every_state_of_every_kind_has_an_item(loaded: None) -> None:
    """S-1, T-20 to T-48, C-40 to C-58, A-30 to A-39."""
    found = Counter(Item.objects.values_list("kind", "state"))

    for kind in Kind:
        wanted = {State.TO_DO, State.IN_PROGRESS, State.WAITING, State.CLOSED}
        if kind is not Kind.ACTION:  # no Draft, and Resolved is passed through
            wanted |= {State.DRAFT, State.RESOLVED}
        assert {state for state in State if found[kind, state]} == wanted, kind


def test_every_wait_and_every_way_to_end_is_shown(loaded: None) -> None:
    """W-1 to W-3, R-1 to R-5c."""
    waits = set(Item.objects.exclude(wait_type=None).values_list("wait_type", flat=True))
    methods = set(Item.objects.exclude(method=None).values_list("method", flat=True))

    assert waits == {WaitType.MORE_INFORMATION, WaitType.UNTIL, WaitType.PAUSE}
    assert methods >= {
        *(Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED, Method.REJECTED_SPAM, Method.UNCONFIGURED_ADDRESS),
        *(Method.COMPLETE, Method.UNABLE_TO_COMPLETE, Method.FULLY_RESOLVED, Method.ABORTED),
    }


def test_every_list_has_something_to_look_at(loaded: None) -> None:
    """L-1 to L-5, C-20, T-29: queues, Inboxes, Owned, highlights, dots, a problem, a robot's refusal."""
    assert set(Item.objects.filter(listed=Listed.QUEUE).values_list("queue__key", flat=True)) == {
        *("invoices", "onboarding", "people", "it")
    }
    ana = Item.objects.filter(assignee__email="ana@desk.example")
    assert ana.filter(listed=Listed.INBOX).count() >= 10
    assert ana.filter(listed=Listed.OWNED).count() >= 5
    assert Item.objects.filter(highlighted=True).count() >= 4
    assert Item.objects.filter(new_information=True).exclude(state=State.CLOSED).exists()
    assert Item.objects.filter(problem="action_unable", highlighted=True).count() == 1
    assert Item.objects.filter(robot_rejected=True).count() == 1
    assert Item.objects.exclude(first_resolved_at=None).filter(state=State.TO_DO).exists()
    assert SeenMessage.objects.filter(outcome="unhandled").count() == 5
    assert not SeenMessage.objects.filter(outcome="failed").exists()


def test_every_mail_view_has_something_to_look_at(loaded: None) -> None:
    """M-20, M-22, MAIL-113: each with its reason."""
    states = Counter(Delivery.objects.values_list("state", flat=True))

    assert [states[state] for state in (Delivery.State.FAILED, Delivery.State.UNCERTAIN, Delivery.State.HELD)] == [
        1,
        1,
        1,
    ]
    assert Delivery.objects.filter(state=Delivery.State.PENDING, next_at__gt=WEDNESDAY).count() == 2
    assert SeenMessage.objects.filter(outcome="ignored", reason="blocked").exists()
    assert SeenMessage.objects.exclude(handled_by=None).filter(outcome="deleted").count() == 2
    assert BlockedAddress.objects.count() == 2


def test_contacts_write_in_five_languages_and_an_organisation_has_a_parent(loaded: None) -> None:
    """CG-48, CT-5."""
    languages = set(Person.objects.filter(role__in=["requester", "manager"]).values_list("language", flat=True))

    assert languages >= {"en", "pt-br", "fr", "es", "pl"}
    assert Organisation.objects.exclude(parent=None).exists()


def test_everybody_of_the_desk_signs_in_with_the_printed_password(loaded: None) -> None:
    """INTERFACES section 1."""
    for email in demo.LOGINS:
        person = Person.objects.get(email=email)
        assert person.check_password(demo.PASSWORD), email
