"""How mailboxes fare, for who looks after them: each test of their pages, by the same services (MAIL-142, MAIL-123).

They wait for other servers, and so are in no transaction (`idempotency.ITS_OWN_TRANSACTIONS`).
"""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.bodies import RAW_MAIL, expect_media
from tramita.api.problems import Malformed, too_large
from tramita.api.schemas.mailboxes import (
    LookedForOut,
    ProofOut,
    RecordOut,
    SenderDomainOut,
    SenderDomainsOut,
    StepOut,
    TestedOut,
    TriedOut,
)
from tramita.domain.actors import Actor
from tramita.domain.errors import NotPermitted
from tramita.models import Probe
from tramita.queries import sender_domains
from tramita.queries.mailboxes import directory, get_box
from tramita.queries.sender_domains import Record
from tramita.queries.shell import operates
from tramita.queries.why_here import findings
from tramita.services import checking_mailboxes, probes, replaying
from tramita.services import sender_domains as domains

router = Router(tags=["Mailboxes"])


@router.post("/mailboxes/{name}/test", response=TestedOut, operation_id="test_mailbox", url_name="test_mailbox")
def test_mailbox(request: HttpRequest, name: str) -> TestedOut:
    """Try the connection of a mailbox, by its address: each step, and the fault by name. Nothing changes there."""
    _permit(request)
    return TestedOut(steps=_steps(checking_mailboxes.check(get_box(name), at=timezone.now())))


@router.get("/mailboxes/{name}/proof", response=ProofOut, operation_id="read_mailbox_proof")
def read_proof(request: HttpRequest, name: str) -> ProofOut:
    """How the newest mail of a mailbox to itself fares, and what it proved."""
    _permit(request)
    box = get_box(name)
    return _proof(box.probe) if hasattr(box, "probe") else ProofOut(ordered_at=None, ended_at=None, steps=[])


@router.post("/mailboxes/{name}/proof", response={202: ProofOut}, operation_id="prove_mailbox")
def prove(request: HttpRequest, name: str) -> Status[ProofOut]:
    """Have a worker send a mail from the mailbox to itself. 409 `under_way`, while one is."""
    return Status(202, _proof(probes.order(name, by=caller(request), at=timezone.now())))


@router.post(
    "/mailboxes/{name}/try",
    response=TriedOut,
    operation_id="try_mail",
    url_name="try_mail",
    openapi_extra=RAW_MAIL,
)
def try_mail(request: HttpRequest, name: str) -> TriedOut:
    """What a raw message would do if it arrived at this mailbox now. Nothing is kept."""
    by = _permit(request)
    expect_media(request, "message/rfc822", "application/octet-stream", "text/plain")
    raw = request.body
    if not raw:
        raise Malformed("The body is empty.")
    if len(raw) > replaying.LONGEST_TRIED:
        raise too_large()
    mail, tried = replaying.try_out(raw, mailbox=name, by=by, at=timezone.now())
    looked_for = findings(mail, mailbox=name, desk=directory())
    return TriedOut(
        outcome=tried.outcome.outcome,
        reason=tried.outcome.reason or None,
        started=list(tried.started),
        items=list(tried.outcome.items),
        looked_for=[LookedForOut.model_validate(one) for one in looked_for],
    )


@router.get("/sender-domains", response=SenderDomainsOut, operation_id="list_sender_domains")
def list_domains(request: HttpRequest) -> SenderDomainsOut:
    """The domains that we write From, and their records as they were found the last time."""
    by = _permit(request)
    return SenderDomainsOut(
        results=[
            SenderDomainOut(name=one.name, checked_at=one.checked_at, records=[_record(row) for row in one.records])
            for one in sender_domains.sender_domains(by)
        ]
    )


@router.post(
    "/sender-domains/check",
    response=SenderDomainsOut,
    operation_id="check_sender_domains",
    url_name="check_sender_domains",
)
def check_domains(request: HttpRequest) -> SenderDomainsOut:
    """Ask the name servers now, half a minute at most. 409 `nameservers_off`, where none is to be asked."""
    domains.check_now(by=caller(request), at=timezone.now())
    return list_domains(request)


def _permit(request: HttpRequest) -> Actor:
    by = caller(request)
    if not operates(by):
        raise NotPermitted("Only those who configure the desk may do this.")
    return by


def _proof(probe: Probe) -> ProofOut:
    steps = _steps(checking_mailboxes.proof(probe))
    return ProofOut(ordered_at=probe.ordered_at, ended_at=probe.ended_at, steps=steps)


def _steps(found: list[checking_mailboxes.Finding]) -> list[StepOut]:
    return [StepOut.model_validate(one) for one in found]


def _record(row: Record) -> RecordOut:
    one = row.finding
    return RecordOut(
        record=one.record,
        name=one.name,
        type=one.kind,
        verdict=one.verdict.value,
        code=one.code,
        about=dict(one.about),
        found=list(one.found),
        wanted=one.wanted,
        since=row.since,
    )
