"""What was kept long enough goes: raw mail, whose rows stay (MAIL-18), notifications, jobs, and bytes of nothing."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from tramita.gateways.storage import storage
from tramita.models import (
    Attachment,
    Delivery,
    Draft,
    Job,
    Message,
    Notification,
    SeenMessage,
    Sheet,
    SheetRow,
    TrayView,
    Version,
    WebhookDelivery,
)
from tramita.queries import definitions
from tramita.queries.notices import job_key
from tramita.queries.tray import WAITING
from tramita.services.transactions import writing

BATCH = 2000  # looked for once an hour
UNFINISHED = ("", *WAITING)
KEEP_READ, KEEP_UNREAD = timedelta(days=30), timedelta(days=90)  # notifications, and news by mail that left
KEEP_JOBS = timedelta(days=90)
KEEP_UNUSED = timedelta(days=30)  # bytes: somebody may write a configuration that names them, or restore a backup
HOUR, FOLDERS = 3600, 256


def forget_raw_mail(*, at: datetime, limit: int = BATCH) -> int:
    """Erase the bytes of messages that came too long ago and are done with; how many. Rule: MAIL-18.

    A message of the tray, or whose HTML is still to be cleaned, keeps its bytes; so do bytes that anything else
    holds. Cost: eight statements, four of which read a whole table, so it is for the worker and not for each second.
    """
    days = definitions.settings().keep_raw_mail
    if days is None:
        return 0
    old = SeenMessage.objects.exclude(raw="").filter(seen_at__lt=at - timedelta(days=days))
    old = old.exclude(outcome__in=UNFINISHED).exclude(messages__shown=Message.Shown.WAITING)
    keys = dict(old.order_by("seen_at").values_list("pk", "raw")[:limit])
    if keys:
        with writing():
            SeenMessage.objects.filter(pk__in=keys).update(raw="")
            Message.objects.filter(seen__in=keys).update(raw="")
        kept = storage(settings.TRAMITA_STORAGE_URL)
        for key in set(keys.values()) - needed(set(keys.values())):
            kept.erase(key)
    return len(keys)


def sweep(*, at: datetime) -> int:
    """Erase bytes that nothing has referred to for long: of files that were taken off an item or out of a draft, and
    what a crash left. How many. Rules: F-1, MAIL-18; decision 0044.

    One folder in 256 each hour, so that all are seen in eleven days. Cost: five statements, as `forget_raw_mail`.
    """
    prefix = f"{int(at.timestamp() // HOUR) % FOLDERS:02x}"
    kept = storage(settings.TRAMITA_STORAGE_URL)
    candidates = set(kept.older(prefix, than=at - KEEP_UNUSED))
    unused = candidates - _referred("startswith", prefix) if candidates else ()
    return sum(kept.erase(key) for key in sorted(unused))


def forget_notifications(*, at: datetime, limit: int = BATCH) -> int:
    """Take old notifications away, and the mails and pushes with news that are done with; how many."""
    done_with = Q(read_at__isnull=False) | Q(at__lt=at - KEEP_UNREAD)
    old = Notification.objects.filter(done_with, at__lt=at - KEEP_READ).order_by("at")
    mails = Delivery.objects.filter(kind__in=("notice", "push"), created_at__lt=at - KEEP_READ)
    mails = mails.exclude(state=Delivery.State.PENDING)
    with writing():
        gone = _take_away(old, limit)
        _take_away(mails.order_by("id"), limit)
    return gone


def forget_webhooks(*, at: datetime, limit: int = BATCH) -> int:
    """Take away what other systems were told long ago; how many."""
    with writing():
        return _take_away(WebhookDelivery.objects.filter(ended_at__lt=at - KEEP_READ).order_by("ended_at"), limit)


def forget_jobs(*, at: datetime, limit: int = 20) -> int:
    """Take old bulk changes away, with what came of each item; how many. What an undo undoes goes along with it."""
    old = Job.objects.filter(ended_at__lt=at - KEEP_JOBS).order_by("ended_at")
    with writing():
        chosen = list(old.values_list("pk", flat=True)[:limit])
        gone = Job.objects.filter(Q(pk__in=chosen) | Q(undoes__in=chosen))
        for job, person in gone.values_list("pk", "person_id"):
            Notification.objects.filter(person=person, key=job_key(job)).delete()
        gone.delete()
    return len(chosen)


def forget_sheets(*, at: datetime, limit: int = 20) -> int:
    """Take old sheets away with their rows, which hold people's words, whatever was left of them; how many."""
    with writing():
        _take_away(SheetRow.objects.filter(sheet__created_at__lt=at - KEEP_JOBS).order_by("pk"), BATCH)
        empty = Sheet.objects.filter(created_at__lt=at - KEEP_JOBS).exclude(rows__isnull=False)
        return _take_away(empty.order_by("pk"), limit)


def _take_away(rows: QuerySet[Any], limit: int) -> int:
    chosen = list(rows.values_list("pk", flat=True)[:limit])
    return int(rows.model._default_manager.filter(pk__in=chosen).delete()[0])


def forget_tray_views() -> int:
    """Erase how messages looked in the tray that have left it; how many. Rule: MAIL-18."""
    with writing():
        gone, _ = TrayView.objects.exclude(seen__outcome__in=UNFINISHED).delete()
    return gone


def needed(keys: Collection[str]) -> set[str]:
    """Of these bytes, what anything refers to."""
    return _referred("in", keys).intersection(keys)


def _referred(how: str, keys: Collection[str]) -> set[str]:
    """What mail and files refer to of these, and drafts and canned texts of any version at all. Reads whole tables."""
    found = set(SeenMessage.objects.filter(**{f"raw__{how}": keys}).values_list("raw", flat=True))
    found |= set(Message.objects.filter(**{f"raw__{how}": keys}).values_list("raw", flat=True))
    found |= set(Attachment.objects.filter(**{f"sha256__{how}": keys}).values_list("sha256", flat=True))
    drafts = Draft.objects.exclude(files=[]).values_list("files", flat=True)
    canned = Version.objects.filter(definition__kind="canned_text").values_list("body__files", flat=True)
    return found | {file["sha256"] for files in (*drafts, *canned) for file in files or ()}
