"""A mailbox is authorised, or authorised again, by one click and the consent of whoever owns it (MAIL-11).

begin        the address of the provider's page of consent, and what the browser's session must remember
complete     the code with which it sends the browser back becomes a refresh token, kept sealed
"""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict
from tramita.gateways import oauth
from tramita.gateways.incoming import MailServerFault
from tramita.models import Mailbox
from tramita.services import connecting, visits
from tramita.services.mailbox_settings import permit
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
Asked = Mapping[str, str]  # mailbox, state, verifier


def may_be_asked(box: Mailbox) -> bool:
    """Whether its settings name a page of consent."""
    return bool(box.settings.get("authorize_url"))


def begin(box: Mailbox, *, back: str, by: Actor) -> tuple[str, Asked]:
    """Where to send the browser, and what to remember of it. Raises: NotPermitted, Conflict."""
    permit(by)
    said = box.settings
    if not may_be_asked(box):
        raise Conflict("The settings of this mailbox name no address for consent.", code="no_consent")
    asked = {"mailbox": box.address, "state": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48)}
    page = oauth.page_of_consent(
        said["authorize_url"],
        client=said.get("client_id", ""),
        scope=said.get("scope", ""),
        user=said.get("user") or box.address,
        back=back,
        state=asked["state"],
        verifier=asked["verifier"],
    )
    return page, asked


def complete(box: Mailbox, asked: Asked, answer: Asked, *, back: str, by: Actor, at: datetime) -> None:
    """The provider sent the browser back: with a code, or with an error. The mailbox is fetched at once.

    Raises: NotPermitted; Conflict `not_asked`, when this browser asked for nothing or for something else;
    `not_authorised`, with the provider's words.
    """
    permit(by)
    if not asked or not secrets.compare_digest(asked["state"].encode(), answer.get("state", "").encode()):
        raise Conflict("This consent was not asked for here. Begin again.", code="not_asked")
    try:
        if not answer.get("code"):
            words = " ".join(answer[name] for name in ("error", "error_description") if answer.get(name))
            raise MailServerFault("token", words or "there is no code in the answer")
        connecting.authorised(box, code=answer["code"], back=back, verifier=asked["verifier"])
    except MailServerFault as fault:
        raise Conflict(
            "The provider gives no authorisation: %(words)s", code="not_authorised", words=fault.words[:300]
        ) from fault
    log.info("mailbox authorised", extra={"mailbox": box.pk, "by": by.id})
    with writing():
        visits.try_now(box)
