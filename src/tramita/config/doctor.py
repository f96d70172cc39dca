"""`tramita doctor`: every part looked at, what is wrong by cause and remedy (INTERFACES section 2, MAIL-142)."""

import os
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from tramita.config import doctor_of_mail
from tramita.config.findings import Finding, ago, well, wrong
from tramita.ui.terminal import FAILURE, SUCCESS, Command, say, say_json

LEAST_FREE, LEAST_SHARE = 1024**3, 0.05  # bytes and part of the disk
SKEW = timedelta(seconds=30)
LATE_TIMER, SILENT_WORKER = timedelta(minutes=2), timedelta(minutes=2)
AUDITED = 20_000  # lines of the audit that are looked at
OLD_BACKUP = timedelta(hours=26)  # one a day, with some patience


def examine(*, at: datetime, send: bool = False) -> Iterator[Finding]:
    """Every part in turn; what needs the database is left out when it does not answer.

    `send`: each mailbox that answers sends a mail to itself, and sees it arrive. Waits for it, minutes at most.
    """
    yield _disk()
    yield from doctor_of_mail.authorities(at)
    yield from doctor_of_mail.scanner()
    yield from _backup(at)
    database = _database()
    yield database
    if database.ok:
        for part in (_clock, _worker, _timers, doctor_of_mail.outbox, doctor_of_mail.tray):
            yield part(at)
        yield from doctor_of_mail.mailboxes(at, send=send)
        yield from doctor_of_mail.domains()
        yield from _sign_on()
        yield doctor_of_mail.hooks(at)
        yield _push(at)
        yield _webhooks(at)
        yield _robots(at)
        yield _audit()
        yield from _alerts()


def _disk() -> Finding:
    from django.conf import settings

    folder = settings.TRAMITA_DATA_DIR
    if not os.access(folder, os.W_OK):
        return wrong("disk", f"{folder} cannot be written to", "give it to this user")
    room = shutil.disk_usage(folder)
    words = f"{room.free / 1024**3:.1f} GB free in {folder}"
    low = room.free < LEAST_FREE or room.free < room.total * LEAST_SHARE
    return Finding("disk", not low, words, "make room: mail is not taken in when the disk is full" if low else "")


def _robots(at: datetime) -> Finding:
    """Whether they work, and whether what the dead ones had is put back (Z-17)."""
    from tramita.models import Lease
    from tramita.queries.bounds import stopped

    stop = stopped()
    if stop is not None:
        who = stop.by.name if stop.by else "the command line"
        return wrong(
            "robots", f"stopped since {stop.at:%Y-%m-%d %H:%M} by {who}: {stop.reason or '-'}", "tramita robots resume"
        )
    late = Lease.objects.filter(ended_at=None, expires_at__lte=at - LATE_TIMER).count()
    if late:
        return wrong("robots", f"{late} items are still with robots that are dead", "see that a worker runs")
    return well("robots", f"{Lease.objects.filter(ended_at=None, expires_at__gt=at).count()} items at hand")


def _database() -> Finding:
    from django.db import DatabaseError

    from tramita.config.schema import missing_migrations
    from tramita.services.carrying_on import is_ahead

    began = time.monotonic()
    try:
        missing = missing_migrations()
        restored = not missing and is_ahead()
    except DatabaseError as error:
        cause = str(error).strip().splitlines()[0]
        return wrong("database", cause, "see that it runs and that TRAMITA_DATABASE_URL is right")
    if missing:
        return wrong("database", f"{missing} migrations are missing", "tramita migrate")
    if restored:
        return wrong("database", "it comes from another server, and followers miss what happens now", "tramita migrate")
    return well("database", f"answers in {1000 * (time.monotonic() - began):.0f} ms, schema current")


def _clock(at: datetime) -> Finding:
    from tramita.queries import condition

    theirs, newest = condition.database_clock(), condition.newest_message()
    if theirs and abs(theirs - at) > SKEW:
        apart = abs(theirs - at).total_seconds()
        cause = f"this machine and the database's are {apart:.0f} s apart"
        return wrong("clock", cause, "set both by NTP")
    if newest and newest - at > SKEW:
        cause = f"the newest mail came at {newest.isoformat()}, which is still to come"
        return wrong("clock", cause, "set this machine's clock by NTP")
    return well("clock", at.isoformat(timespec="seconds"))


def _worker(at: datetime) -> Finding:
    from tramita.services import heartbeat

    last = heartbeat.last()
    if last is None or at - last > SILENT_WORKER:
        since = f"since {last.isoformat()}" if last else "so far"
        return wrong("worker", f"no worker was heard {since}", "start tramita worker, or tramita run")
    return well("worker", f"heard {ago(at, last)}")


def _timers(at: datetime) -> Finding:
    from tramita.queries import condition

    oldest = condition.work().timer
    if oldest and at - oldest > LATE_TIMER:
        cause = f"the oldest was due {ago(at, oldest)}"
        return wrong("timers", cause, "see that workers run; start another")
    return well("timers", "none is late")


def _push(at: datetime) -> Finding:
    from tramita.queries import condition

    browsers, failed, error = condition.pushes(at=at)
    if failed:
        return wrong("push", f"{failed} of the last day did not leave: {error}", "see that push services are reached")
    return well("push", f"{browsers} browsers are told")


def _webhooks(at: datetime) -> Finding:
    from tramita.queries import condition

    listen, failing, gone = condition.webhooks(at=at)
    if failing:
        return wrong("webhooks", f"nothing is taken at {failing[0]}", "see its log under Settings, Webhooks")
    if gone:
        why = f"{gone[0]} answered 410 and was switched off"
        return wrong("webhooks", why, "switch it on again or delete it under Settings, Webhooks")
    return well("webhooks", f"{listen} listen")


def _audit() -> Finding:
    """Whether the newest lines of the audit hold; `tramita audit verify` looks at all (SEC-3)."""
    from tramita.services.seals import verify

    found = verify(newest_lines=AUDITED)
    if found.broken:
        why = f"line {found.broken}: {found.why}"
        return wrong("audit", why, "somebody changed the database by hand: compare with a backup, keep this one")
    return well("audit", f"{found.lines} lines hold, the newest seal is {found.seal[:16] or 'none'}")


def _sign_on() -> Iterator[Finding]:
    """Each provider: whether people could sign in by it now (TO-7)."""
    from tramita.queries.sign_on import providers
    from tramita.services.sign_on import check

    for one in providers():
        part = f"single sign-on {one.key}"
        if cause := check(one):
            yield wrong(part, cause, f"see the provider {one.key} in the Builder, and that {one.issuer} is reached")
        else:
            yield well(part, f"{one.issuer} answers; it vouches for {', '.join(one.domains)}")


def _backup(at: datetime) -> Iterator[Finding]:
    """The newest file where backups are put, if anybody said where."""
    from django.conf import settings

    folder = settings.TRAMITA_BACKUP_DIR
    if folder is None:
        return
    try:
        newest = max((one.stat().st_mtime for one in folder.iterdir() if one.is_file()), default=None)
    except OSError as error:
        yield wrong("backup", f"{folder}: {error.strerror or error}", "see TRAMITA_BACKUP_DIR, and who may read it")
        return
    made = datetime.fromtimestamp(newest, UTC) if newest else None
    if made is None or at - made > OLD_BACKUP:
        cause = f"the newest in {folder} was made {ago(at, made)}" if made else f"there is none in {folder}"
        yield wrong("backup", cause, "see that the backup runs (docs/admin/backup.md)")
    else:
        yield well("backup", f"made {ago(at, made)}")


SAID = ("mailbox_login", "mailbox_token", "mailbox_silent", "domain_records")  # by lines of their own


def _alerts() -> Iterator[Finding]:
    """What somebody must know and no check above has said."""
    from tramita.queries import condition

    for alert in condition.alerts():
        if alert.kind not in SAID:
            about = ", ".join(f"{name} {value}" for name, value in alert.about.items())
            cause = f"{alert.kind} since {alert.since.isoformat()}: {about}"
            yield wrong("alert", cause, "see the page of alerts, or the log")


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    parser.add_argument("--send", action="store_true", help="each mailbox sends a mail to itself, and sees it arrive")


def doctor(args: Namespace) -> int:
    """Look at every part; 1 if anything is wrong."""
    findings = list(examine(at=datetime.now(UTC), send=args.send))
    well = all(one.ok for one in findings)
    if args.json:
        say_json({"ok": well, "findings": [asdict(one) for one in findings]})
    else:
        say(*map(_line, findings))
    return SUCCESS if well else FAILURE


def _line(one: Finding) -> str:
    remedy = f" → {one.remedy}" if one.remedy else ""
    return f"{'ok   ' if one.ok else 'WRONG'} {one.part}: {one.cause}{remedy}"


COMMAND = Command(name="doctor", help="look at every part; name what is wrong", configure=_configure, run=doctor)
