"""Mail that a provider posts to us: `POST /mail/hooks/PROVIDER`, by django-anymail.

Each provider's secret must be configured, else there is no such address. What a provider gives of the raw message is
kept as it is; from one that only tells the parts a message is made again, and marked so. 2xx means kept (MAIL-2).
"""

import base64
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFault
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from tramita.domain.wordless import wordless
from tramita.mail.envelopes import by_mailbox
from tramita.mail.posted import Hooked, Posted
from tramita.queries.mailboxes import directory
from tramita.queries.memory import remembering
from tramita.services import receiving

SOURCE = "hook"
FAULTS = (OSError, DatabaseFault)
LATER = 503
SIGNED = frozenset({"mailgun"})  # besides the secret

log = logging.getLogger(__name__)


@csrf_exempt
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep what a provider hands in, then process it. Some ask by HEAD whether we are there."""
    if provider not in _enabled():
        raise Http404
    if request.method not in ("POST", "HEAD"):
        return HttpResponseNotAllowed(["POST", "HEAD"])
    credentials = _credentials(request)
    if not credentials:
        return HttpResponseForbidden("The secret is missing or wrong.\n", content_type="text/plain")
    if request.method == "HEAD":
        return HttpResponse()
    posted = Posted(request)
    try:
        for mail in _mails(posted, provider, credentials):
            _take(mail, provider, at=timezone.now())
    except FAULTS as fault:
        log.warning("mail not kept", extra={"provider": provider, "error": str(fault).strip()})
        return HttpResponse("Not now, please try again.\n", status=LATER, content_type="text/plain")
    return HttpResponse("Kept.\n", content_type="text/plain")


def _enabled() -> Mapping[str, Callable[[str], Any]]:
    """The views of the providers whose secrets are configured."""
    if not settings.TRAMITA_MAIL_HOOK_SECRET:
        return {}
    signed = {"mailgun": _mailgun} if settings.TRAMITA_MAILGUN_SIGNING_KEY else {}
    return {"mailjet": _mailjet, "postmark": _postmark, "sendgrid": _sendgrid, "sparkpost": _sparkpost} | signed


def _credentials(request: HttpRequest) -> str:
    """`name:SECRET` of Basic authentication, whatever the name; empty when the secret is missing or wrong.

    Providers are given `https://hook:SECRET@desk.example/mail/hooks/…`.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        said = base64.b64decode(given, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""
    known = constant_time_compare(said.partition(":")[2], settings.TRAMITA_MAIL_HOOK_SECRET)
    return said if known else ""


def _mails(posted: Posted, provider: str, credentials: str) -> list[Hooked]:
    """What was posted. Raises: SuspiciousOperation, when the provider's own signature is wrong.

    Something that we cannot read is kept as it came and waits in the tray (MAIL-7).
    """
    exact = posted.exact(provider)
    if exact and provider not in SIGNED:
        return exact  # and anymail, which costs 11 MB, is not even loaded
    view = _enabled()[provider](credentials)
    view.run_validators(posted.request)
    if exact:
        return exact
    try:
        return [Hooked.remade(event.message) for event in view.parse_events(posted.request)]
    except FAULTS:
        raise
    except Exception as error:  # of any provider, in any future shape: the mail in it must not be lost
        log.error(
            "webhook not understood", exc_info=wordless(error), extra={"provider": provider, "size": len(posted.body)}
        )
        return [Hooked(posted.body, None, (), {"unread": True})]


def _take(mail: Hooked, provider: str, *, at: datetime) -> None:
    """Once for each mailbox of ours that it was sent to; the tray takes what no mailbox knows (MAIL-14, MAIL-15)."""
    with remembering():
        desk = directory()
        kept = [
            receiving.keep(
                mail.raw,
                mailbox=mailbox or None,
                source=SOURCE,
                envelope=_envelope(mail, ours, provider),
                desk=desk,
                at=at,
            )
            for mailbox, ours in (by_mailbox(mail.recipients, desk) or {"": []}).items()
        ]
        for one in kept:
            if one.news:
                _process(one, desk=desk, at=at)


def _process(kept: receiving.Kept, **given: Any) -> None:
    """It is kept: what goes wrong from here on is the worker's to try again."""
    try:
        receiving.process(kept, **given)
    except FAULTS as fault:
        log.warning("mail not processed yet", extra={"seen": kept.seen.pk, "error": str(fault).strip()})


def _envelope(mail: Hooked, recipients: list[str], provider: str) -> dict[str, Any]:
    sender = {} if mail.sender is None else {"sender": mail.sender}
    return {**sender, "recipients": recipients, "provider": provider, **mail.marks}


def _mailgun(secret: str) -> Any:
    from anymail.webhooks.mailgun import MailgunInboundWebhookView

    return MailgunInboundWebhookView(webhook_secret=secret, webhook_signing_key=settings.TRAMITA_MAILGUN_SIGNING_KEY)


def _mailjet(secret: str) -> Any:
    from anymail.webhooks.mailjet import MailjetInboundWebhookView

    return MailjetInboundWebhookView(webhook_secret=secret)


def _postmark(secret: str) -> Any:
    from anymail.webhooks.postmark import PostmarkInboundWebhookView

    return PostmarkInboundWebhookView(webhook_secret=secret)


def _sparkpost(secret: str) -> Any:
    from anymail.webhooks.sparkpost import SparkPostInboundWebhookView

    return SparkPostInboundWebhookView(webhook_secret=secret)


def _sendgrid(secret: str) -> Any:
    from anymail.webhooks.base import AnymailBaseWebhookView
    from anymail.webhooks.sendgrid import SendGridInboundWebhookView

    class View(SendGridInboundWebhookView):  # type: ignore[misc] # anymail has no types
        """Without the notice that anymail gives at each request."""

        def __init__(self, **given: Any) -> None:
            AnymailBaseWebhookView.__init__(self, **given)

    return View(webhook_secret=secret)
