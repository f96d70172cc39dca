"""What is configured is read once for a batch of work, and anew outside of one."""

from collections.abc import Iterator

import pytest
from django.test.utils import CaptureQueriesContext

from tramita.models import Queue
from tramita.queries import definitions
from tramita.queries.mailboxes import directory
from tramita.queries.memory import batch, in_batches

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


def test_work_is_cut_into_batches_without_holding_more_than_one_piece() -> None:
    """A folder of large mails is not read into memory."""
    taken: list[int] = []

    def mails() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    seen = []
    for number in in_batches(mails(), size=2):
        seen.append((number, len(taken), definitions.queue_id("invoices")))
        if number == 0:
            Queue.objects.create(key="invoices", title="Invoices")

    assert [(number, read) for number, read, _ in seen] == [(n, n + 1) for n in range(5)]
    assert [queue is None for *_, queue in seen] == [True, True, False, False, False]
