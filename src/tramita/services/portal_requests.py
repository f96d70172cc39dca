"""A new request of the portal: the form of a service, handed in once, kept before anything else happens (SS-2).

It comes in by the door of mail as an answer does (decision 50), with the service and the fields in its envelope, and
becomes a Ticket or a Case with its writer as the primary contact.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Conflict, FieldError, Invalid
from tramita.domain.resolution import required
from tramita.models import Item, Person
from tramita.queries import catalogue
from tramita.queries.mailboxes import directory
from tramita.services import fields as item_fields
from tramita.services import portal_mail, receiving
from tramita.services.beginning import set_process
from tramita.services.handed_in import SOURCE, Form
from tramita.services.outcomes import Outcome
from tramita.services.portal_mail import Enclosed

LONGEST_TITLE = 200
PRESS_LENGTH = 40


def hand_in(
    service: str,
    *,
    title: str,
    text: str,
    fields: Mapping[str, Any],
    press: str,
    files: Sequence[Enclosed] = (),
    by: Actor,
    person: Person,
    at: datetime,
) -> Outcome:
    """Begin what the form asks for. `press` is of the form as it was shown: sent again as it is, it is one request.

    Raises: NotFound, for a service that is not offered to them; Invalid, naming every field that is wrong; Conflict
    `not_placed`, when it could not be begun: it is then in the tray. Rules: SS-2, T-2, T-9, T-21, C-41, D-21.
    """
    offer = catalogue.offer(by, service)
    item = Item(kind=Kind.TICKET if offer.kind == "category" else Kind.CASE)
    set_process(item, offer.current)
    faults = [*_faults(item, title, text, files), *_faults_of_fields(item, offer.known.fields, fields)]
    if faults:
        raise Invalid(faults)
    form, desk = Form(offer.kind, offer.path, fields), directory()
    route = form.route(desk)
    raw = portal_mail.written(
        title, text, files, to=route.address, host=desk.host, press=_name(press, title, form), by=person, at=at
    )
    outcome = receiving.receive(raw, mailbox=route.mailbox, source=SOURCE, envelope=form.in_envelope(), at=at)
    if not outcome.items:
        raise Conflict("Your message was kept, and somebody will look at it by hand.", code="not_placed")
    return outcome


def _faults(item: Item, title: str, text: str, files: Sequence[Enclosed]) -> list[FieldError]:
    empty = [] if title.strip() else ["title"]
    if item.kind is Kind.TICKET and not text.strip():
        empty.append("text")
    long = FieldError("title", "too_long", "At most %(most)s characters.", {"most": LONGEST_TITLE})
    return [*required(empty), *([long] if len(title) > LONGEST_TITLE else []), *portal_mail.faults(text, files)]


def _faults_of_fields(item: Item, known: Mapping[str, Any], given: Mapping[str, Any]) -> list[FieldError]:
    """Only what the service declares is taken (D-20, D-21)."""
    if strange := [name for name in given if name not in known]:
        return [FieldError(f"fields.{name}", "unknown", "There is no such field.") for name in strange]
    try:
        item.fields = item_fields.put(item, given)
    except Invalid as wrong:
        return wrong.errors
    return list(required(item_fields.missing(item)))


def _name(press: str, title: str, form: Form) -> str:
    """Of the message. What was changed before it was sent again is another one; words and files tell for themselves."""
    said = json.dumps([press, title, form.in_envelope()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:PRESS_LENGTH]
