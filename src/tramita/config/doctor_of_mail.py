"""The parts of `tramita doctor` that carry mail: what is wrong with each by cause and remedy (MAIL-142)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tramita.config.findings import Finding, ago, well, wrong

if TYPE_CHECKING:
    from tramita.models import Mailbox

LATE_MAIL, SILENT_MAILBOX = timedelta(minutes=15), timedelta(minutes=15)  # MAIL-113
MANY, MORE_THAN_USUAL = 20, 3.0  # mails a day that end in the tray


def authorities(at: datetime) -> Iterator[Finding]:
    """Whose certificates vouch for the signers of mail, where any are named (MAIL-39)."""
    from django.conf import settings

    from tramita.services.verifying import expired, issuers

    if settings.TRAMITA_MAIL_AUTHORITIES is None:
        return
    place, remedy = settings.TRAMITA_MAIL_AUTHORITIES, "see what TRAMITA_MAIL_AUTHORITIES names"
    try:
        found = issuers()
    except (OSError, ValueError) as error:
        yield wrong("authorities", f"{place}: {error}", remedy)
        return
    over = expired(found, at=at)
    if over or not found:
        yield wrong("authorities", f"{place}: out of time: {', '.join(over)}" if over else f"{place}: none", remedy)
    else:
        yield well("authorities", f"{len(found)} in {place}")


def scanner() -> Iterator[Finding]:
    """Whether it speaks, where there is one (MAIL-57)."""
    from django.conf import settings

    from tramita.gateways.scanning import ScannerFault, scan

    if not settings.TRAMITA_SCANNER:
        return
    try:
        scan(settings.TRAMITA_SCANNER, b"nothing in here")
    except ScannerFault as fault:
        yield wrong("scanner", str(fault), "see that it runs and that TRAMITA_SCANNER is right; files wait for it")
    else:
        yield well("scanner", "answers")


def outbox(at: datetime) -> Finding:
    from tramita.queries import condition

    oldest, uncertain = condition.work().delivery, condition.uncertain()
    if oldest and at - oldest > LATE_MAIL:
        cause = f"the oldest mail was due {ago(at, oldest)}"
        return wrong("outbox", cause, "see that workers run, and what TRAMITA_SMTP_URL answers")
    if uncertain:
        cause = f"of {uncertain} mails nobody knows whether they arrived"
        return wrong("outbox", cause, "look at them in the Outbox: send again, or leave it")
    return well("outbox", "nothing is late")


def tray(at: datetime) -> Finding:
    from tramita.queries import condition

    recent = condition.recent_mail(at=at)
    new = sum(count for (_, outcome), count in recent.items() if outcome in ("unhandled", "failed"))
    waiting = condition.work().tray
    before = (waiting - new) / 7  # a day, if what lies there is of a week
    if new > MANY and new > MORE_THAN_USUAL * before:
        cause = f"{new} mails of the last day wait there, {waiting} in all"
        return wrong("unhandled mail", cause, "look at their reasons: a route, a repair, replay")
    return well("unhandled mail", f"{new} of the last day, {waiting} in all")


def mailboxes(at: datetime, *, send: bool) -> Iterator[Finding]:
    """Each both as a worker found it and as it answers now."""
    from tramita.models import Mailbox
    from tramita.queries import condition

    boxes = {box.address: box for box in Mailbox.objects.filter(active=True)}
    for address, fetched in condition.fetched().items():
        found = _mailbox(boxes[address], fetched, at)
        yield found
        if send:
            yield _proved(boxes[address])


def _mailbox(box: "Mailbox", fetched: datetime | None, at: datetime) -> Finding:
    from tramita.services.checking_mailboxes import check

    part, findings = f"mailbox {box.address}", check(box, at=at)
    for one in findings:
        if not one.ok:
            return wrong(part, f"{one.step}: {one.fault}: {one.words}", REMEDIES[one.fault])
    if fetched is None or at - fetched > SILENT_MAILBOX:
        cause = (
            f"it answers, and was not fetched since {ago(at, fetched)}"
            if fetched
            else "it answers, and was never fetched"
        )
        return wrong(part, cause, "see that a worker runs")
    return well(part, f"answers; fetched {ago(at, fetched)}")


def _proved(box: "Mailbox") -> Finding:
    """It sends to itself, to its plus-address too, and receives; whether what comes is signed."""
    from tramita.services.checking_mailboxes import proof
    from tramita.services.proving import prove

    part = f"mailbox {box.address}, a mail to itself"
    steps = proof(prove(box, clock=lambda: datetime.now(UTC)))
    for one in steps:
        if not one.ok:
            cause = f"{one.step}: {one.fault}: {one.words}" if one.words else f"{one.step}: {one.fault}"
            return wrong(part, cause, REMEDIES[one.fault])
    said = {one.step: one.words for one in steps}
    plus = "plus-addresses are delivered" if said["plus"] == "plus" else "plus-addresses are not delivered"
    signed = "not signed" if said["signature"] == "unsigned" else f"signed {said['signature']}"
    return well(part, f"arrived; {plus}; {signed}")


def domains() -> Iterator[Finding]:
    """The records of our domains, as they were found the last time (MAIL-123)."""
    from tramita.domain.sender_dns import Verdict
    from tramita.queries.sender_domains import everyones

    for domain in everyones():
        findings = [one.finding for one in domain.records]
        bad = [f"{one.record.upper()} at {one.name} ({one.code})" for one in findings if one.verdict is Verdict.BAD]
        if bad:
            cause = f"wrong: {', '.join(bad)}"
            yield wrong(f"domain {domain.name}", cause, "see the page /settings/domains for what to add or change")
        elif domain.checked_at:
            words = ", ".join(f"{one.record.upper()} {one.verdict}" for one in findings)
            yield well(f"domain {domain.name}", words)


def hooks(at: datetime) -> Finding:
    """Webhooks of mail providers: whether they are let in, and when the last mail came so."""
    from django.conf import settings

    from tramita.queries import condition

    last, part = condition.newest_message(source="hook"), "mail webhooks"
    if not settings.TRAMITA_MAIL_HOOK_SECRET:
        if last is None:
            return well(part, "off: TRAMITA_MAIL_HOOK_SECRET is not set")
        cause = f"mail came so {ago(at, last)}, and now TRAMITA_MAIL_HOOK_SECRET is not set"
        return wrong(part, cause, "set it to the secret that the provider has in its address")
    return well(part, f"on; the last mail came {ago(at, last)}" if last else "on; no mail came so lately")


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
