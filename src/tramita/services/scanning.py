"""Files that came by mail wait for the operator's scanner before anybody gets them (MAIL-57).

Without a scanner nothing waits. A fault of the scanner holds files back, is shown and told, and is tried again for as
long as it lasts; the mail itself came in long before.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import connection

from tramita.domain.mime import parse
from tramita.gateways.scanning import PATIENCE, ScannerFault, scan
from tramita.gateways.storage import storage
from tramita.models import Scan
from tramita.queries.rows import fetch
from tramita.services.alerts import clear, raise_alert
from tramita.services.sql import insert, stored
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
BATCH = 5  # at most two minutes each: within one lease
LEASE = timedelta(minutes=12)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
AT_ONCE = 1000  # older files that are put into the line in one go
ALERT = "scanner"


@dataclass(frozen=True, slots=True)
class Taken:
    """Bytes that are ours to have looked at until the lease ends. `tries` counts this one, and is the fence."""

    id: int
    key: str
    mail: bool
    tries: int


def want(keys: Mapping[str, bool], *, at: datetime) -> None:
    """Have these bytes looked at, once, however often they come. The value tells whether they are a mail.

    Cost: a statement, none without a scanner.
    """
    if not settings.TRAMITA_SCANNER or not keys:
        return
    plain = {"verdict": Scan.Verdict.WAITING.value, "words": "", "tries": 0, "next_at": at, "at": at}
    insert("scans", [{"key": key, "mail": mail, **plain} for key, mail in keys.items()], once=True)


def want_older(*, at: datetime) -> int:
    """Put what came before there was a scanner into the line; how many. Reads all files: for now and then."""
    if not settings.TRAMITA_SCANNER:
        return 0
    found = fetch(
        "SELECT a.sha256, MAX(CASE WHEN a.content_type = 'message/rfc822' THEN 1 ELSE 0 END) FROM attachments a "
        "JOIN messages m ON m.id = a.message_id LEFT JOIN scans s ON s.key = a.sha256 "
        "WHERE s.id IS NULL AND NOT m.outgoing GROUP BY a.sha256 "
        "UNION SELECT w.raw, 1 FROM seen_messages w LEFT JOIN scans s ON s.key = w.raw "
        "WHERE w.outcome IN ('unhandled', 'failed') AND w.raw <> '' AND s.id IS NULL LIMIT %s",
        [AT_ONCE],
    )
    with writing():
        want({key: bool(mail) for key, mail in found}, at=at)
    return len(found)


def scan_due(*, at: datetime) -> int:
    """Have one batch looked at; how many. The first fault ends the batch: the scanner is away, not the files.

    Raises: OSError, OperationalError: our own disk or database.
    """
    if not settings.TRAMITA_SCANNER:
        return 0
    taken = _claim(at=at)
    for done, one in enumerate(taken):
        try:
            _keep(one, _look(one), at=at)
        except FileNotFoundError:
            with writing():
                Scan.objects.filter(pk=one.id, tries=one.tries).delete()
        except ScannerFault as fault:
            _later(taken[done:], str(fault), at=at)
            return done
    return len(taken)


def _look(one: Taken) -> str:
    """What is found in these bytes, or in a file of the mail that they are: not every scanner opens mail."""
    content = storage(settings.TRAMITA_STORAGE_URL).get(one.key)
    files = parse(content).attachments if one.mail else ()
    until = monotonic() + PATIENCE
    for piece in (content, *(file.content for file in files)):
        if monotonic() > until:
            raise ScannerFault(f"it took more than {PATIENCE:.0f} seconds for all of a mail")
        if found := scan(settings.TRAMITA_SCANNER, piece):
            return found
    return ""


def _claim(*, at: datetime) -> list[Taken]:
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scans SET next_at = %s, tries = tries + 1 WHERE id IN (SELECT id FROM scans "  # noqa: S608 - ours
            f"WHERE verdict = 0 AND next_at <= %s ORDER BY next_at LIMIT %s {skip}) RETURNING id, key, mail, tries",
            [stored(at + LEASE), stored(at), BATCH],
        )
        return sorted((Taken(*row) for row in cursor.fetchall()), key=lambda one: one.id)


def _keep(one: Taken, found: str, *, at: datetime) -> None:
    verdict = Scan.Verdict.FOUND if found else Scan.Verdict.CLEAN
    if found:
        log.warning("the scanner found something", extra={"key": one.key, "found": found})
    with writing():
        Scan.objects.filter(pk=one.id, tries=one.tries).update(verdict=verdict, words=found, at=at)
        clear(ALERT)


def _later(rest: Sequence[Taken], fault: str, *, at: datetime) -> None:
    log.warning("the scanner does not answer", extra={"fault": fault})
    with writing():
        for one in rest:
            pause = PAUSES[min(one.tries, len(PAUSES)) - 1]
            Scan.objects.filter(pk=one.id, tries=one.tries).update(next_at=at + pause, words=fault[:300])
        raise_alert(ALERT, "scanner", {"fault": fault[:200]}, at)
