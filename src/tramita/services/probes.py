"""The mail that a mailbox sends to itself: its row, and what is noted when it comes back (MAIL-142, MAIL-117).

Whoever meets the mail first notes it, the worker that fetches the mailbox or who waits for it (`proving`).
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.auto_answers import believed
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.domain.mail_probes import PLUS, Mark
from tramita.domain.mime import ParsedMail
from tramita.domain.sender_dns import aligned
from tramita.domain.sender_dns.dkim import signatures
from tramita.models import Mailbox, Probe, SenderDomain
from tramita.models.leases import NEVER_LEASED
from tramita.queries.shell import operates
from tramita.services.transactions import one_transaction

LEASE = timedelta(minutes=5)  # longer than anybody waits
LONGEST_WORDS = 500


@one_transaction
def order(address: str, *, by: Actor, at: datetime) -> Probe:
    """A worker will send it; nothing leaves from a request (MAIL-110).

    Raises: NotPermitted, NotFound; Conflict, while one is on its way.
    """
    if not operates(by):
        raise NotPermitted("Only those who configure the desk may do this.")
    boxes = Mailbox.objects.select_for_update().filter(address=address, active=True, settings__has_key="protocol")
    box = boxes.first()  # held: of two who order at once one hears so
    if box is None:
        raise NotFound("There is no such mailbox.")
    if Probe.objects.filter(mailbox=box, ended_at=None, ordered_at__gt=at - LEASE).exists():
        raise Conflict("A mail is on its way already. Look again in a minute.", code="under_way")
    return begin(box, at=at)


@one_transaction
def begin(box: Mailbox, *, at: datetime) -> Probe:
    """A new one in the place of the one before, whoever waits for that."""
    Mailbox.objects.select_for_update().get(pk=box.pk)
    before = Probe.objects.filter(mailbox=box).first()
    fresh = Probe(mailbox=box, nonce=secrets.token_hex(8), ordered_at=at, fence=before.fence + 1 if before else 0)
    fresh.pk = before.pk if before else None
    fresh.save()
    return fresh


@one_transaction
def claim(*, at: datetime, only: Probe | None = None) -> Probe | None:
    """One that nobody waits for, ours until its lease ends."""
    free = Probe.objects.filter(ended_at=None, lease_until__lte=at)
    found = (free.filter(pk=only.pk, fence=only.fence) if only else free).order_by("ordered_at").first()
    if found is None:
        return None
    ours = free.filter(pk=found.pk, fence=found.fence)
    if not ours.update(lease_until=at + LEASE, fence=found.fence + 1):
        return None
    return Probe.objects.select_related("mailbox").get(pk=found.pk)


def _ours(probe: Probe) -> "QuerySet[Probe]":
    return Probe.objects.filter(pk=probe.pk, fence=probe.fence, ended_at=None)


@one_transaction
def note(probe: Probe, **columns: Any) -> bool:
    """Write it down while it is ours. False: somebody ordered another one, or waits for it by now."""
    return bool(_ours(probe).update(**columns))


@one_transaction
def came(mark: Mark, mail: ParsedMail, *, trusted: str, at: datetime) -> None:
    """One of the two mails is here, or a report says that it never will be. Later ones than were waited for count too.

    `trusted`: the server whose verdicts are believed (MAIL-50).
    """
    this = Probe.objects.filter(nonce=mark.nonce)
    probe = this.select_related("mailbox").first()
    if probe is None:
        return
    if not mark.came_back:
        _refused(probe, mark, mail)
        return
    column = "plus_at" if mark.kind == PLUS else "arrived_at"
    this.filter(**{column: None}).update(**{column: at})
    if mark.kind == PLUS:
        _remember(probe.mailbox, delivered=True)
        return
    signed = [[one.domain, one.selector] for one in signatures(mail.all("DKIM-Signature"))]
    this.update(signatures=signed, verdicts=_verdicts(mail, trusted))
    _look_again(probe.mailbox, at=at)


def _verdicts(mail: ParsedMail, trusted: str) -> dict[str, str]:
    """DKIM and SPF as the server that we believe says it, of the domain that stands in From alone."""
    domain = mail.from_.domain if mail.from_ else ""
    found: dict[str, str] = {}
    for method in ("dkim", "spf"):
        said = [verdict for verdict, about in believed(mail, method, trusted=trusted) if aligned(about, domain)]
        if said:
            found[method] = "pass" if "pass" in said else said[0]
    return found


def _refused(probe: Probe, mark: Mark, mail: ParsedMail) -> None:
    """A delivery report; a delay is none."""
    bounce = mail.bounce
    if bounce is None or not bounce.permanent:
        return
    said = next((one.diagnostic for one in bounce.recipients if one.diagnostic), "") or bounce.status or "5.0.0"
    this = Probe.objects.filter(pk=probe.pk, nonce=mark.nonce)
    if mark.kind == PLUS:
        this.update(plus_refused=said[:LONGEST_WORDS])
    else:
        this.filter(ended_at=None).update(fault="bounced", words=said[:LONGEST_WORDS])


@one_transaction
def end(probe: Probe, *, fault: str = "", words: str = "", at: datetime) -> Probe:
    """What it proved is kept where sending looks (MAIL-117)."""
    columns = {"ended_at": at, "lease_until": NEVER_LEASED, "fault": fault, "words": words[:LONGEST_WORDS]}
    if note(probe, **columns) and not fault:
        delivered = Probe.objects.filter(pk=probe.pk, plus_at__isnull=False).exists()
        _remember(probe.mailbox, delivered=delivered)
    return Probe.objects.select_related("mailbox").get(pk=probe.pk)


def _remember(box: Mailbox, *, delivered: bool) -> None:
    """Only what is new: each change of a mailbox makes every process read the configuration again."""
    others = Q(plus_delivered=None) | Q(plus_delivered=not delivered)
    Mailbox.objects.filter(others, pk=box.pk).update(plus_delivered=delivered)


def _look_again(box: Mailbox, *, at: datetime) -> None:
    """The key that signed may be one that the check of the domain's records did not know (MAIL-123)."""
    SenderDomain.objects.filter(domain=box.address.rpartition("@")[2]).update(next_at=at)
