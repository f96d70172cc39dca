"""Figures for Prometheus at `/metrics`, gathered from every process through files in the data folder."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram, Metric

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by the library when it is imported
_ONE_AT_A_TIME = threading.Lock()
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def start_folder() -> None:
    """An empty folder for the figures of this tree; before anything imports the library."""
    trees = Path(settings.TRAMITA_DATA_DIR) / "metrics"
    trees.mkdir(parents=True, exist_ok=True)
    for old in trees.iterdir():
        if old.name == str(os.getpid()) or not _runs(old.name):
            shutil.rmtree(old, ignore_errors=True)
    folder = trees / str(os.getpid())
    folder.mkdir()
    os.environ[FOLDER] = str(folder)


def _runs(pid: str) -> bool:
    """Another tree may serve from the same data folder: its figures stay."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def forget(pid: int) -> None:
    """A process ended: its gauges no longer count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


class CountRequests:
    """Middleware: how many answers, of which status, how long they took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.requests, self.seconds = _figures()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        self.seconds.observe(time.perf_counter() - began)
        method = request.method if request.method in {"GET", "POST", "PATCH", "DELETE", "HEAD"} else "other"
        self.requests.labels(method, response.status_code).inc()
        return response


def _figures() -> "tuple[Counter, Histogram]":
    """The figures of this process; `cache` alone would let two threads make them at once, which the library refuses."""
    with _ONE_AT_A_TIME:
        return _made()


@cache
def _made() -> "tuple[Counter, Histogram]":
    """Made once a process, after `start_folder` said where."""
    from prometheus_client import Counter, Histogram

    requests = Counter("tramita_requests", "Answers given", ["method", "status"])
    return requests, Histogram("tramita_request_seconds", "Time to answer", buckets=BUCKETS)


def exposition() -> tuple[bytes, str]:
    """The figures of all processes as text, and its content type."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

    text = generate_latest(_Desk())
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    return generate_latest(registry) + text, CONTENT_TYPE_LATEST


class _Desk:
    """What the database says now, each figure by one look at an index; nothing when it does not answer."""

    def collect(self) -> "Iterator[Metric]":
        try:
            figures = [*_now(), *_mail()]
        except DatabaseError:
            return
        yield from figures


def _now() -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    from tramita.queries import condition  # models: the middleware is imported before they are ready

    work = condition.work()
    words = "How late the oldest timer is"
    yield GaugeMetricFamily("tramita_timers_late_seconds", words, value=_since(work.timer))
    words = "How late the oldest delivery is"
    yield GaugeMetricFamily("tramita_deliveries_late_seconds", words, value=_since(work.delivery))
    yield GaugeMetricFamily("tramita_unhandled_mails", "Mails in the tray", value=work.tray)


def _mail() -> "Iterator[Metric]":
    """By mailbox (MAIL-140)."""
    from prometheus_client.core import GaugeMetricFamily

    from tramita.queries import condition

    now = timezone.now()
    words = "Mails of the last day, of the newest ten thousand, by what became of them"
    mails = GaugeMetricFamily("tramita_mails_of_a_day", words, labels=["mailbox", "outcome"])
    for labels, count in condition.recent_mail(at=now).items():
        mails.add_metric(labels, count)
    age = GaugeMetricFamily("tramita_mailbox_fetched_ago_seconds", "Age of the last fetch", labels=["mailbox"])
    for mailbox, fetched in condition.fetched().items():
        age.add_metric([mailbox], _since(fetched) if fetched else float("inf"))
    words = "From arrival to item, of the last day"
    taken = GaugeMetricFamily("tramita_mail_to_item_seconds", words, labels=["mailbox", "quantile"])
    for mailbox, (middle, most) in condition.seconds_to_item(at=now).items():
        taken.add_metric([mailbox, "0.5"], middle)
        taken.add_metric([mailbox, "0.95"], most)
    yield from (mails, age, taken, *_by_reason(now), *_outbox(now))


def _by_reason(now: datetime) -> "Iterator[Metric]":
    """What was fetched, what came back, and what was not answered (MAIL-96, MAIL-91, MAIL-93)."""
    from prometheus_client.core import GaugeMetricFamily

    from tramita.queries import condition

    words = "Messages of the last day taken from their server; of these, how many were seen before"
    fetched = GaugeMetricFamily("tramita_mails_fetched_of_a_day", words, labels=["mailbox", "seen_before"])
    for mailbox, (count, again) in condition.fetched_lately(at=now).items():
        fetched.add_metric([mailbox, "no"], count - again)
        fetched.add_metric([mailbox, "yes"], again)
    yield fetched
    words = "Reports of the last day on mail of ours, by status"
    bounces = GaugeMetricFamily("tramita_bounces_of_a_day", words, labels=["mailbox", "reason"])
    words = "Automatic answers of the last day that were withheld"
    silent = GaugeMetricFamily("tramita_suppressed_answers_of_a_day", words, labels=["mailbox", "reason"])
    for family, counts in ((bounces, condition.bounces(at=now)), (silent, condition.suppressed_answers(at=now))):
        for labels, count in counts.items():
            family.add_metric(labels, count)
        yield family


def _outbox(now: datetime) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    from tramita.queries import condition

    mails = GaugeMetricFamily("tramita_outbox_mails", "Mails that have not gone out", labels=["mailbox", "state"])
    words = "How long the oldest of them is due"
    age = GaugeMetricFamily("tramita_outbox_oldest_seconds", words, labels=["mailbox", "state"])
    for labels, (count, oldest) in condition.outbox(at=now).items():
        mails.add_metric(labels, count)
        age.add_metric(labels, oldest)
    yield from (mails, age)


def _since(at: datetime | None) -> float:
    return max(0.0, (timezone.now() - at).total_seconds()) if at is not None else 0.0
