"""`tramita doctor`: every part looked at, what is wrong by cause and remedy (INTERFACES section 2, MAIL-142)."""

import os
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tramita.ui.terminal import FAILURE, SUCCESS, Command, say, say_json

if TYPE_CHECKING:
    from tramita.models import Mailbox

LEAST_FREE, LEAST_SHARE = 1024**3, 0.05  # bytes and part of the disk
SKEW = timedelta(seconds=30)
LATE_TIMER, LATE_MAIL = timedelta(minutes=2), timedelta(minutes=15)  # MAIL-113
SILENT_WORKER, SILENT_MAILBOX = timedelta(minutes=2), timedelta(minutes=15)
AUDITED = 20_000  # lines of the audit that are looked at
OLD_BACKUP = timedelta(hours=26)  # one a day, with some patience
MANY, MORE_THAN_USUAL = 20, 3.0  # mails a day that end in the tray


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: well, or wrong with what to do."""

    part: str
    ok: bool
    cause: str
    remedy: str = ""


def _well(part: str, cause: str) -> Finding:
    return Finding(part, ok=True, cause=cause)


def _wrong(part: str, cause: str, remedy: str) -> Finding:
    return Finding(part, ok=False, cause=cause, remedy=remedy)


def examine(*, at: datetime, send: bool = False) -> Iterator[Finding]:
    """Every part in turn; what needs the database is left out when it does not answer.

    `send`: each mailbox that answers sends a mail to itself, and sees it arrive. Waits for it, minutes at most.
    """
    yield _disk()
    yield from _authorities(at)
    yield from _scanner()
    yield from _backup(at)
    database = _database()
    yield database
    if database.ok:
        for part in (_clock, _worker, _timers, _outbox, _tray):
            yield part(at)
        yield from _mailboxes(at, send=send)
        yield from _domains()
        yield from _sign_on()
        yield _hooks(at)
        yield _push(at)
        yield _webhooks(at)
        yield _robots(at)
        yield _audit()
        yield from _alerts()


def _disk() -> Finding:
    from django.conf import settings

    folder = settings.TRAMITA_DATA_DIR
    if not os.access(folder, os.W_OK):
        return _wrong("disk", f"{folder} cannot be written to", "give it to this user")
    room = shutil.disk_usage(folder)
    words = f"{room.free / 1024**3:.1f} GB free in {folder}"
    low = room.free < LEAST_FREE or room.free < room.total * LEAST_SHARE
    return Finding("disk", not low, words, "make room: mail is not taken in when the disk is full" if low else "")


def _authorities(at: datetime) -> Iterator[Finding]:
    """Whose certificates vouch for the signers of mail, where any are named (MAIL-39)."""
    from django.conf import settings

    from tramita.services.verifying import expired, issuers

    if settings.TRAMITA_MAIL_AUTHORITIES is None:
        return
    place, remedy = settings.TRAMITA_MAIL_AUTHORITIES, "see what TRAMITA_MAIL_AUTHORITIES names"
    try:
        found = issuers()
    except (OSError, ValueError) as error:
        yield _wrong("authorities", f"{place}: {error}", remedy)
        return
    over = expired(found, at=at)
    if over or not found:
        yield _wrong("authorities", f"{place}: out of time: {', '.join(over)}" if over else f"{place}: none", remedy)
    else:
        yield _well("authorities", f"{len(found)} in {place}")


def _robots(at: datetime) -> Finding:
    """Whether they work, and whether what the dead ones had is put back (Z-17)."""
    from tramita.models import Lease
    from tramita.queries.bounds import stopped

    stop = stopped()
    if stop is not None:
        who = stop.by.name if stop.by else "the command line"
        return _wrong(
            "robots", f"stopped since {stop.at:%Y-%m-%d %H:%M} by {who}: {stop.reason or '-'}", "tramita robots resume"
        )
    late = Lease.objects.filter(ended_at=None, expires_at__lte=at - LATE_TIMER).count()
    if late:
        return _wrong("robots", f"{late} items are still with robots that are dead", "see that a worker runs")
    return _well("robots", f"{Lease.objects.filter(ended_at=None, expires_at__gt=at).count()} items at hand")


def _scanner() -> Iterator[Finding]:
    """Whether it speaks, where there is one (MAIL-57)."""
    from django.conf import settings

    from tramita.gateways.scanning import ScannerFault, scan

    if not settings.TRAMITA_SCANNER:
        return
    try:
        scan(settings.TRAMITA_SCANNER, b"nothing in here")
    except ScannerFault as fault:
        yield _wrong("scanner", str(fault), "see that it runs and that TRAMITA_SCANNER is right; files wait for it")
    else:
        yield _well("scanner", "answers")


def _database() -> Finding:
    from django.db import DatabaseError

    from tramita.config.schema import missing_migrations

    began = time.monotonic()
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        cause = str(error).strip().splitlines()[0]
        return _wrong("database", cause, "see that it runs and that TRAMITA_DATABASE_URL is right")
    if missing:
        return _wrong("database", f"{missing} migrations are missing", "tramita migrate")
    return _well("database", f"answers in {1000 * (time.monotonic() - began):.0f} ms, schema current")


def _clock(at: datetime) -> Finding:
    from tramita.queries import condition

    theirs, newest = condition.database_clock(), condition.newest_message()
    if theirs and abs(theirs - at) > SKEW:
        apart = abs(theirs - at).total_seconds()
        cause = f"this machine and the database's are {apart:.0f} s apart"
        return _wrong("clock", cause, "set both by NTP")
    if newest and newest - at > SKEW:
        cause = f"the newest mail came at {newest.isoformat()}, which is still to come"
        return _wrong("clock", cause, "set this machine's clock by NTP")
    return _well("clock", at.isoformat(timespec="seconds"))


def _worker(at: datetime) -> Finding:
    from tramita.services import heartbeat

    last = heartbeat.last()
    if last is None or at - last > SILENT_WORKER:
        since = f"since {last.isoformat()}" if last else "so far"
        return _wrong("worker", f"no worker was heard {since}", "start tramita worker, or tramita run")
    return _well("worker", f"heard {_ago(at, last)}")


def _timers(at: datetime) -> Finding:
    from tramita.queries import condition

    oldest = condition.work().timer
    if oldest and at - oldest > LATE_TIMER:
        cause = f"the oldest was due {_ago(at, oldest)}"
        return _wrong("timers", cause, "see that workers run; start another")
    return _well("timers", "none is late")


def _outbox(at: datetime) -> Finding:
    from tramita.queries import condition

    oldest, uncertain = condition.work().delivery, condition.uncertain()
    if oldest and at - oldest > LATE_MAIL:
        cause = f"the oldest mail was due {_ago(at, oldest)}"
        return _wrong("outbox", cause, "see that workers run, and what TRAMITA_SMTP_URL answers")
    if uncertain:
        cause = f"of {uncertain} mails nobody knows whether they arrived"
        return _wrong("outbox", cause, "look at them in the Outbox: send again, or leave it")
    return _well("outbox", "nothing is late")


def _tray(at: datetime) -> Finding:
    from tramita.queries import condition

    recent = condition.recent_mail(at=at)
    new = sum(count for (_, outcome), count in recent.items() if outcome in ("unhandled", "failed"))
    waiting = condition.work().tray
    before = (waiting - new) / 7  # a day, if what lies there is of a week
    if new > MANY and new > MORE_THAN_USUAL * before:
        cause = f"{new} mails of the last day wait there, {waiting} in all"
        return _wrong("unhandled mail", cause, "look at their reasons: a route, a repair, replay")
    return _well("unhandled mail", f"{new} of the last day, {waiting} in all")


def _mailboxes(at: datetime, *, send: bool) -> Iterator[Finding]:
    """Each both as a worker found it and as it answers now."""
    from tramita.models import Mailbox
    from tramita.queries import condition

    boxes = {box.address: box for box in Mailbox.objects.filter(active=True)}
    for address, fetched in condition.fetched().items():
        found = _mailbox(boxes[address], fetched, at)
        yield found
        if send:
            yield _proved(boxes[address])


def _proved(box: "Mailbox") -> Finding:
    """It sends to itself, to its plus-address too, and receives; whether what comes is signed."""
    from tramita.services.checking_mailboxes import proof
    from tramita.services.proving import prove

    part = f"mailbox {box.address}, a mail to itself"
    steps = proof(prove(box, clock=lambda: datetime.now(UTC)))
    for one in steps:
        if not one.ok:
            cause = f"{one.step}: {one.fault}: {one.words}" if one.words else f"{one.step}: {one.fault}"
            return _wrong(part, cause, REMEDIES[one.fault])
    said = {one.step: one.words for one in steps}
    plus = "plus-addresses are delivered" if said["plus"] == "plus" else "plus-addresses are not delivered"
    signed = "not signed" if said["signature"] == "unsigned" else f"signed {said['signature']}"
    return _well(part, f"arrived; {plus}; {signed}")


def _domains() -> Iterator[Finding]:
    """The records of our domains, as they were found the last time (MAIL-123)."""
    from tramita.domain.sender_dns import Verdict
    from tramita.queries.sender_domains import everyones

    for domain in everyones():
        findings = [one.finding for one in domain.records]
        bad = [f"{one.record.upper()} at {one.name} ({one.code})" for one in findings if one.verdict is Verdict.BAD]
        if bad:
            cause = f"wrong: {', '.join(bad)}"
            yield _wrong(f"domain {domain.name}", cause, "see the page /settings/domains for what to add or change")
        elif domain.checked_at:
            words = ", ".join(f"{one.record.upper()} {one.verdict}" for one in findings)
            yield _well(f"domain {domain.name}", words)


def _hooks(at: datetime) -> Finding:
    """Webhooks of mail providers: whether they are let in, and when the last mail came so."""
    from django.conf import settings

    from tramita.queries import condition

    last, part = condition.newest_message(source="hook"), "mail webhooks"
    if not settings.TRAMITA_MAIL_HOOK_SECRET:
        if last is None:
            return _well(part, "off: TRAMITA_MAIL_HOOK_SECRET is not set")
        cause = f"mail came so {_ago(at, last)}, and now TRAMITA_MAIL_HOOK_SECRET is not set"
        return _wrong(part, cause, "set it to the secret that the provider has in its address")
    return _well(part, f"on; the last mail came {_ago(at, last)}" if last else "on; no mail came so lately")


def _push(at: datetime) -> Finding:
    from tramita.queries import condition

    browsers, failed, error = condition.pushes(at=at)
    if failed:
        return _wrong("push", f"{failed} of the last day did not leave: {error}", "see that push services are reached")
    return _well("push", f"{browsers} browsers are told")


def _webhooks(at: datetime) -> Finding:
    from tramita.queries import condition

    listen, failing = condition.webhooks(at=at)
    if failing:
        return _wrong("webhooks", f"nothing is taken at {failing[0]}", "see GET /webhooks/…/deliveries")
    return _well("webhooks", f"{listen} listen")


def _audit() -> Finding:
    """Whether the newest lines of the audit hold; `tramita audit verify` looks at all (SEC-3)."""
    from tramita.services.seals import verify

    found = verify(newest_lines=AUDITED)
    if found.broken:
        why = f"line {found.broken}: {found.why}"
        return _wrong("audit", why, "somebody changed the database by hand: compare with a backup, keep this one")
    return _well("audit", f"{found.lines} lines hold, the newest seal is {found.seal[:16] or 'none'}")


def _sign_on() -> Iterator[Finding]:
    """Each provider: whether people could sign in by it now (TO-7)."""
    from tramita.queries.sign_on import providers
    from tramita.services.sign_on import check

    for one in providers():
        part = f"single sign-on {one.key}"
        if cause := check(one):
            yield _wrong(part, cause, f"see the provider {one.key} in the Builder, and that {one.issuer} is reached")
        else:
            yield _well(part, f"{one.issuer} answers; it vouches for {', '.join(one.domains)}")


def _backup(at: datetime) -> Iterator[Finding]:
    """The newest file where backups are put, if anybody said where."""
    from django.conf import settings

    folder = settings.TRAMITA_BACKUP_DIR
    if folder is None:
        return
    try:
        newest = max((one.stat().st_mtime for one in folder.iterdir() if one.is_file()), default=None)
    except OSError as error:
        yield _wrong("backup", f"{folder}: {error.strerror or error}", "see TRAMITA_BACKUP_DIR, and who may read it")
        return
    made = datetime.fromtimestamp(newest, UTC) if newest else None
    if made is None or at - made > OLD_BACKUP:
        cause = f"the newest in {folder} was made {_ago(at, made)}" if made else f"there is none in {folder}"
        yield _wrong("backup", cause, "see that the backup runs (docs/admin/backup.md)")
    else:
        yield _well("backup", f"made {_ago(at, made)}")


def _mailbox(box: "Mailbox", fetched: datetime | None, at: datetime) -> Finding:
    from tramita.services.checking_mailboxes import check

    part, findings = f"mailbox {box.address}", check(box, at=at)
    for one in findings:
        if not one.ok:
            return _wrong(part, f"{one.step}: {one.fault}: {one.words}", REMEDIES[one.fault])
    if fetched is None or at - fetched > SILENT_MAILBOX:
        cause = (
            f"it answers, and was not fetched since {_ago(at, fetched)}"
            if fetched
            else "it answers, and was never fetched"
        )
        return _wrong(part, cause, "see that a worker runs")
    return _well(part, f"answers; fetched {_ago(at, fetched)}")


REMEDIES = {
    "login": "see that the user is right and that the variable of password_env holds the password",
    "token": "authorise again: on the mailbox's page with authorize_url, or by a new token in refresh_token_env",
    "tls": "see host, port and tls; the certificate must be valid for the host",
    "unreachable": "see host and port, and that this machine may connect there",
    "folder": "see the names of folder, move_to and copy_sent",
    "timeout": "ask who runs the server; it is tried again by itself",
    "quota": "make room in the mailbox",
    "protocol": "ask who runs the server, with its words",
    "files": "set TRAMITA_SMTP_URL to a mail server",
    "restricted": "name the address in TRAMITA_SEND_ONLY_TO, too",
    "refused": "see user and sender at the server of TRAMITA_SMTP_URL",
    "not_sent": "see TRAMITA_SMTP_URL: host, port, tls, user and password",
    "bounced": "see what the report says, and that the server knows the address",
    "not_arrived": "look into the spam folder, and ask who runs the server",
    "plus_lost": "set plus_addressing: mixed, or let the server deliver plus-addresses",
    "replaced": "somebody else ordered one: try again",
}


SAID = ("mailbox_login", "mailbox_token", "mailbox_silent", "domain_records")  # by lines of their own


def _alerts() -> Iterator[Finding]:
    """What somebody must know and no check above has said."""
    from tramita.queries import condition

    for alert in condition.alerts():
        if alert.kind not in SAID:
            about = ", ".join(f"{name} {value}" for name, value in alert.about.items())
            cause = f"{alert.kind} since {alert.since.isoformat()}: {about}"
            yield _wrong("alert", cause, "see the page of alerts, or the log")


def _ago(at: datetime, moment: datetime) -> str:
    seconds = max(0, int((at - moment).total_seconds()))
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"


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
