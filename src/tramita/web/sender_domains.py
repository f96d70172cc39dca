"""The records of our domains: in order, or what to add and change, in words for everybody (MAIL-123)."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import NotPermitted
from tramita.domain.sender_dns import Finding, Verdict
from tramita.queries import sender_domains as found
from tramita.queries.alerts import alerts
from tramita.queries.shell import operates
from tramita.services import sender_domains as checking
from tramita.ui.labels import word
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, refusal
from tramita.web.rendering import page

TONES = {Verdict.GOOD: "good", Verdict.DOUBT: "warn", Verdict.BAD: "bad", Verdict.UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as the page has it."""

    record: str
    name: str
    kind: str
    verdict: Verdict
    sentence: str
    found: tuple[str, ...]
    wanted: str

    @property
    def exact(self) -> bool:
        """Nobody has to fill in what only whoever signs knows."""
        return "…" not in self.wanted


@require_http_methods(["GET", "POST"])
@staff
def domains(request: StaffRequest) -> HttpResponse:
    """All domains that we write From; a POST looks at them now."""
    if not operates(request.actor):
        raise NotPermitted("Only those who configure the desk may do this.")
    if request.method == "GET":
        return _show(request)
    try:
        done = checking.check_now(by=request.actor, at=timezone.now())
    except Refusing as error:
        return _show(request, refusal("check", error, request.POST))
    messages.success(
        request, ngettext("%(count)d domain was checked.", "%(count)d domains were checked.", done) % {"count": done}
    )
    return redirect("domains")


def _show(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    rows = [
        {"name": one.name, "checked_at": one.checked_at, "records": [_shown(record.finding) for record in one.records]}
        for one in found.sender_domains(request.actor)
    ]
    return page(
        request,
        "web/mail/domains.html",
        "mailboxes",
        status=refused.status if refused else 200,
        domains=rows,
        tones=TONES,
        refused=refused,
        daily=not settings.TRAMITA_SMTP_URL.startswith("file:"),
        alerts=[one for one in alerts(request.actor) if one.kind == "domain_records"],
    )


def _shown(one: Finding) -> Shown:
    sentence = word("finding", one.code) % dict(one.about)
    return Shown(one.record, one.name, one.kind, one.verdict, sentence, one.found, one.wanted)
