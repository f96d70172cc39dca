"""What is configured is read once for a batch of work, and anew outside of one."""

import pytest
from django.test.utils import CaptureQueriesContext

from tramita.models import Queue
from tramita.queries import definitions
from tramita.queries.mailboxes import directory
from tramita.queries.memory import batch

pytestmark = pytest.mark.django_db


def test_a_batch_asks_once_for_what_is_configured(django_assert_num_queries: CaptureQueriesContext) -> None:
    """MEASURED section 4: an import pays for its configuration once, not for each mail."""
    Queue.objects.create(key="invoices", title="Invoices")

    with django_assert_num_queries(2), batch():
        told = [(definitions.queue_id("invoices"), directory()) for _ in range(3)]

    assert told[0] == told[2]


def test_outside_a_batch_a_change_counts_at_once() -> None:
    """DESIGN decision 8."""
    with batch():
        assert definitions.queue_id("invoices") is None
        queue = Queue.objects.create(key="invoices", title="Invoices")
        assert definitions.queue_id("invoices") is None

    assert definitions.queue_id("invoices") == queue.pk
