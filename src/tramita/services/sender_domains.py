"""The records of every domain that we write From: looked at each day, and when somebody asks (MAIL-123)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.mime import address_key
from tramita.domain.sender_dns import Ask, DnsFault, Finding, Sending, Signature, Verdict, examine
from tramita.gateways.dns import Resolver
from tramita.models import Mailbox, SenderDomain
from tramita.queries.shell import operates
from tramita.services import alerts
from tramita.services.transactions import one_transaction, writing

DAY, SOON = timedelta(days=1), timedelta(hours=1)  # until the next look; sooner where a name server failed
HOLD = timedelta(minutes=10)  # in which nobody else looks


def check_due(*, at: datetime) -> int:
    """Look at the domains whose day is over; how many. Nobody is asked where no mail leaves."""
    if settings.TRAMITA_NAMESERVERS is None or settings.TRAMITA_SMTP_URL.startswith("file:"):
        return 0
    boxes = _boxes_by_domain()
    _keep_only(boxes, at=at)
    due = [one for one in SenderDomain.objects.filter(next_at__lte=at).order_by("domain") if _take(one, at=at)]
    return _check(due, boxes, at=at)


def check_now(*, by: Actor, at: datetime) -> int:
    """Look at all of them. Waits for name servers, half a minute at most.

    Raises: NotPermitted; Conflict, where nobody is to be asked.
    """
    if not operates(by):
        raise NotPermitted("Only those who configure the desk may do this.")
    if settings.TRAMITA_NAMESERVERS is None:
        raise Conflict("TRAMITA_NAMESERVERS is off: no name server is asked.", code="nameservers_off")
    boxes = _boxes_by_domain()
    _keep_only(boxes, at=at)
    return _check(list(SenderDomain.objects.order_by("domain")), boxes, at=at)


def _boxes_by_domain() -> dict[str, list[Mailbox]]:
    """Every domain of our addresses, with the mailboxes that have one there."""
    found: dict[str, list[Mailbox]] = {}
    boxes = Mailbox.objects.filter(active=True).select_related("probe").prefetch_related("routes").order_by("address")
    for box in boxes:
        addresses = [box.address, *(one.address for one in box.routes.all() if one.active)]
        for domain in dict.fromkeys(address_key(one).rpartition("@")[2] for one in addresses):
            found.setdefault(domain, []).append(box)
    return found


@one_transaction
def _keep_only(domains: Iterable[str], *, at: datetime) -> None:
    """A row for each of these and no other."""
    gone = SenderDomain.objects.exclude(domain__in=list(domains))
    for domain in gone.values_list("domain", flat=True):
        alerts.clear(_key(domain))
    gone.delete()
    SenderDomain.objects.bulk_create(
        [SenderDomain(domain=domain, next_at=at) for domain in domains], ignore_conflicts=True
    )


def _take(one: SenderDomain, *, at: datetime) -> bool:
    """For us, so that several workers do not ask the same."""
    with writing():
        ours = SenderDomain.objects.filter(pk=one.pk, next_at=one.next_at).update(next_at=at + HOLD)
    return bool(ours)


def _check(rows: Sequence[SenderDomain], boxes: Mapping[str, Sequence[Mailbox]], *, at: datetime) -> int:
    if not rows:
        return 0
    done, ask = 0, Resolver(settings.TRAMITA_NAMESERVERS or ())
    host, addresses = _server(ask)
    for row in rows:
        sending = _sending(row.domain, boxes.get(row.domain, ()), host, addresses)
        _keep(row, examine(row.domain, sending, ask), at=at)
        done += 1
    return done


def _server(ask: Ask) -> tuple[str, tuple[str, ...]]:
    """The host that we hand mail to, and its public addresses: from one of the house nobody sees how mail leaves."""
    parts = urlsplit(settings.TRAMITA_SMTP_URL)
    host = parts.hostname or "" if parts.scheme != "file" else ""
    try:
        found: tuple[str, ...] = (str(ip_address(host)),)
    except ValueError:
        found = _addresses(host, ask) if "." in host else ()
    public = tuple(one for one in found if ip_address(one).is_global)
    return (host, public) if public else ("", ())


def _addresses(host: str, ask: Ask) -> tuple[str, ...]:
    try:
        return (*ask(host, "A"), *ask(host, "AAAA"))
    except DnsFault:
        return ()


def _sending(domain: str, boxes: Sequence[Mailbox], host: str, addresses: tuple[str, ...]) -> Sending:
    probes = [box.probe for box in boxes if hasattr(box, "probe") and _domain(box) == domain]
    back = [probe for probe in probes if probe.arrived_at]
    signed = [Signature(*pair) for probe in back for pair in probe.signatures]
    return Sending(
        host=host,
        addresses=addresses,
        incoming=next((str(box.settings["host"]) for box in boxes if box.settings.get("host")), ""),
        selectors=tuple(dict.fromkeys(one for box in boxes for one in box.dkim_selectors or ())),
        signatures=tuple(dict.fromkeys(signed)),
        came_back=bool(back),
        spf_passed=any(probe.verdicts.get("spf") == "pass" for probe in back),
    )


def _domain(box: Mailbox) -> str:
    return address_key(box.address).rpartition("@")[2]


@one_transaction
def _keep(row: SenderDomain, findings: Sequence[Finding], *, at: datetime) -> None:
    """What was found and since when. What was good once and is bad now, somebody must know."""
    before = {(one["record"], one["name"]): one for one in row.records}
    records = [_record(one, before.get((one.record, one.name), {}), at) for one in findings]
    unknown = any(one.verdict is Verdict.UNKNOWN for one in findings)
    columns = {"records": records, "checked_at": at, "next_at": at + (SOON if unknown else DAY)}
    SenderDomain.objects.filter(pk=row.pk).update(**columns)
    lost = sorted({one["record"] for one in records if one["was_good"] and one["verdict"] == Verdict.BAD})
    if lost:
        about = {"domain": row.domain, "records": ", ".join(lost).upper()}
        alerts.raise_alert(_key(row.domain), "domain_records", about, at)
    elif not unknown:
        alerts.clear(_key(row.domain))


def _record(one: Finding, before: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    kept = one.to_json()
    same = before.get("verdict") == kept["verdict"]
    since = before["since"] if same else at.isoformat()
    return kept | {"since": since, "was_good": one.verdict is Verdict.GOOD or bool(before.get("was_good"))}


def _key(domain: str) -> str:
    return f"domain:{domain}"
