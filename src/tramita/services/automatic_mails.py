"""Mail that nobody writes: acknowledgements, no response, a Case launched, a Ticket split, how to disagree (M-19b).

Each can be switched on for a category or Case type, a route acknowledges; the words are those that the installation
chose, else ours, in the language of who reads them.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tramita.domain.actors import SYSTEM
from tramita.domain.canned import filled as gaps_filled
from tramita.domain.codes import Kind
from tramita.domain.drafting import as_html
from tramita.domain.mail_templates import MailText, chosen, filled, filled_line
from tramita.domain.mime.model import address_key
from tramita.models import Attachment, BlockedAddress, Item, Message, Person
from tramita.queries import definitions, files
from tramita.queries.files import Filed
from tramita.queries.mailboxes import Directory, directory
from tramita.services import restraint
from tramita.services.ledger import Change
from tramita.services.writing_mail import Answered, Envelope, Leaving, Manner, answered_mail, write

log = logging.getLogger(__name__)

BUILT_IN: Mapping[str, Promise] = {
    "acknowledgement": gettext_lazy(
        "Hello,\n\nyour message has reached us and is now request {{reference}}. "
        "To add something, simply answer this mail.\n\nThis is an automatic message."
    ),
    "no_response": gettext_lazy(
        "Hello,\n\nwe asked you about request {{reference}}, “{{title}}”, and have had no answer so far. "
        "We now look at it again with what we know. To tell us more, simply answer this mail.\n\n"
        "This is an automatic message."
    ),
    "no_response_closed": gettext_lazy(
        "Hello,\n\nwe asked you about request {{reference}}, “{{title}}”, and have had no answer. "
        "We have therefore closed it. If you still need our help, answer this mail: a new request begins.\n\n"
        "This is an automatic message."
    ),
    "case_launched": gettext_lazy(
        "Hello,\n\nyour request {{reference}}, “{{title}}”, has become case {{case}}. "
        "There is nothing that you have to do. To add something, simply answer this mail.\n\n"
        "This is an automatic message."
    ),
    "split": gettext_lazy(
        "Hello,\n\nyour request {{reference}}, “{{title}}”, is now worked on in several parts: {{children}}. "
        "There is nothing that you have to do.\n\nThis is an automatic message."
    ),
    "resolution": gettext_lazy(
        "With this answer we take request {{reference}} as done. If you see it differently, answer this mail "
        "until {{until}}: we then take it up again. Later answers begin a new request."
    ),
    "opening_asked": gettext_lazy(
        "Hello,\n\nyour message has reached us as {{reference}}. A manager of your organisation approves such requests "
        "before we begin: we have asked, and tell you what was decided.\n\nThis is an automatic message."
    ),
    "opening_approved": gettext_lazy(
        "Hello,\n\nyour request {{reference}}, “{{title}}”, was approved, and is with us now. "
        "To add something, simply answer this mail.\n\nThis is an automatic message."
    ),
    "opening_declined": gettext_lazy(
        "Hello,\n\na manager of your organisation did not approve your request {{reference}}, “{{title}}”. "
        "We therefore do nothing about it.\n\nWhat was said: {{reason}}\n\nThis is an automatic message."
    ),
    "too_large": gettext_lazy(
        "Hello,\n\nyour message “{{subject}}” is too large for us: it has {{size}}, and we take {{limit}}. "
        "Nobody has read it. Please send it again with smaller files, or with a link to them.\n\n"
        "This is an automatic message."
    ),
    "new_user": gettext_lazy(
        "Hello {{name}},\n\nyou can now work at {{desk}}. Choose your password here, until {{until}}:\n\n{{link}}\n\n"
        "This is an automatic message."
    ),
    "password_forgotten": gettext_lazy(
        "Hello {{name}},\n\nsomebody said that they have forgotten the password with which you sign in at {{desk}}. "
        "If it was you, choose a new one here, until {{until}}:\n\n{{link}}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n\nThis is an automatic message."
    ),
    "password_changed": gettext_lazy(
        "Hello {{name}},\n\nthe password with which you sign in at {{desk}} was changed, and whoever was signed in "
        "with the old one is so no more. If it was not you, tell those who run the desk at once.\n\n"
        "This is an automatic message."
    ),
    "sign_in": gettext_lazy(
        "Hello {{name}},\n\nopen this page and press its button to sign in at {{desk}}, until {{until}}:\n\n{{link}}"
        "\n\nIf you did not ask for it, do nothing.\n\nThis is an automatic message."
    ),
    "new_device": gettext_lazy(
        "Hello {{name}},\n\nsomebody signed in as you at {{desk}} from a browser that we did not know: {{device}}, on "
        "{{when}}. If it was you, there is nothing to do. If it was not you, change your password, and tell those who "
        "run the desk at once.\n\nThis is an automatic message."
    ),
    "second_factor_on": gettext_lazy(
        "Hello {{name}},\n\nsigning in at {{desk}} asks you for a code of your authenticator from now on. Keep your "
        "recovery codes in a safe place. If it was not you who chose this, tell those who run the desk at once.\n\n"
        "This is an automatic message."
    ),
    "second_factor_off": gettext_lazy(
        "Hello {{name}},\n\nsigning in at {{desk}} asks you for no code of an authenticator any more. If it was not "
        "you who chose this, tell those who run the desk at once.\n\nThis is an automatic message."
    ),
    "substitute_named": gettext_lazy(
        "Hello {{name}},\n\nfrom {{first}} to {{last}} you decide in the place of {{manager}}, who is away. What waits "
        "for their decision then waits for you too, here and by mail:\n\n{{link}}\n\nBoth names are kept with each "
        "decision.\n\nThis is an automatic message."
    ),
}
SUBJECTS: Mapping[str, Promise] = {  # else the item's title
    "too_large": gettext_lazy("Too large: {{subject}}"),
    "new_user": gettext_lazy("Your access to {{desk}}"),
    "password_forgotten": gettext_lazy("A new password for {{desk}}"),
    "sign_in": gettext_lazy("Sign in at {{desk}}"),
    "new_device": gettext_lazy("A new browser at {{desk}}"),
    "second_factor_on": gettext_lazy("Your second factor at {{desk}} is on"),
    "second_factor_off": gettext_lazy("Your second factor at {{desk}} is off"),
    "password_changed": gettext_lazy("Your password for {{desk}} was changed"),
    "substitute_named": gettext_lazy("You decide in the place of {{manager}}"),
}


def acknowledge(
    change: Change,
    *,
    to: str,
    name: str,
    language: str,
    answered: Answered,
    desk: Directory,
    kind: str = "acknowledgement",
) -> None:
    """Say that a mail arrived, in the change that its item begins with (MAIL-91). Cost: three statements."""
    said = _said(kind, change.item, language, desk=desk, name=name or to)
    _write(change, said, [to], [], language, desk=desk, answered=answered, automatic="auto-replied")


def tell(change: Change, kind: str, *, at: datetime, **values: str) -> bool:
    """Tell the primary contact, and who gets copies, in a change that the caller writes. Whether it was done.

    Nothing goes out where the category or Case type does not ask for it, there is nobody to tell, or the limits that
    end loops are reached (MAIL-93).
    """
    item = change.item
    reader = item.primary_contact
    if switch_of(kind) not in switched_on(item) or reader is None or not reader.email:
        return False
    desk = directory()
    if why := why_silent(item, reader, desk, at=at):
        log.warning("no automatic mail: %s", why, extra={"item": item.reference, "kind": kind})
        return False
    language = reader.language or settings.LANGUAGE_CODE
    said = _said(kind, item, language, desk=desk, name=reader.name or reader.email, **values)
    copies = restraint.willing([one.person.email for one in item.copied.select_related("person") if one.person.email])
    answered = answered_mail(item)
    along = files.tagged(item, SYSTEM, definitions.settings().attach_tagged.get(switch_of(kind), ()))
    said = _with_links(said, [one for one in along if one.file.url])
    message = _write(
        change, said, [reader.email], copies, language, desk=desk, answered=answered, automatic="auto-generated"
    )
    _enclose(message, [one for one in along if not one.file.url], at=change.at)
    return True


def tell_who_asked(change: Change, kind: str, *, at: datetime, **values: str) -> None:
    """Tell the primary contact what no switch is about, in a change that the caller writes; within the limits that end
    loops (MAIL-93)."""
    item, reader, desk = change.item, change.item.primary_contact, directory()
    if reader is None or not reader.email:
        return
    if why := why_silent(item, reader, desk, at=at):
        log.warning("no automatic mail: %s", why, extra={"item": item.reference, "kind": kind})
        return
    language = reader.language or settings.LANGUAGE_CODE
    said = _said(kind, item, language, desk=desk, name=reader.name or reader.email, **values)
    manner = {"answered": answered_mail(item), "automatic": "auto-generated"}
    _write(change, said, [reader.email], [], language, desk=desk, **manner)


def send_words(change: Change, words: str, *, to: str, at: datetime) -> str | None:
    """Send the words of an Action to its primary contact, its requester or an address, in a change that the caller
    writes (A-51). Why it was not done, or None.
    """
    item, desk = change.item, directory()
    reader = {"primary": item.primary_contact, "requester": item.requester}.get(to) or Person(email=to)
    if not reader.email or "@" not in reader.email:
        return "no_recipient"
    if why := why_silent(item, reader, desk, at=at):
        log.warning("no mail of an Action: %s", why, extra={"item": item.reference})
        return why
    language = reader.language or settings.LANGUAGE_CODE
    known = values_of(item, desk, reader.name or reader.email) | {"requester": reader.name or reader.email}
    said = MailText(subject=item.title, text=gaps_filled(words, known))
    _write(
        change, said, [reader.email], [], language, desk=desk, answered=answered_mail(item), automatic="auto-generated"
    )
    return None


def footer(
    item: Item, until: datetime, *, reader: Person | None, name: str, language: str, desk: Directory
) -> tuple[str, ...]:
    """What stands under the mail that resolves: how to disagree, and until when (MAIL-125)."""
    if "resolution" not in switched_on(item):
        return ()
    zone = ZoneInfo((reader.time_zone if reader else "") or settings.TIME_ZONE)
    there = until.astimezone(zone)
    with translation.override(language):
        moment = f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M}"
    return (_said("resolution", item, language, desk=desk, name=name, until=moment).text,)


def switched_on(item: Item) -> tuple[str, ...]:
    """The automatic mails that this item's category or Case type sends; an Action has none of its own."""
    if item.process_version_id is None or item.kind is Kind.ACTION:
        return ()
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id).automatic_mails
    return definitions.case_type(item.process_version_id).automatic_mails


def switch_of(kind: str) -> str:
    """Closing after no response is a second text under one switch."""
    return kind.removesuffix("_closed")


def why_silent(item: Item, reader: Person, desk: Directory, *, at: datetime) -> str | None:
    """Why this person gets no automatic mail now, or None. Cost: two statements, three on PostgreSQL."""
    key = address_key(reader.email or "")
    if BlockedAddress.objects.filter(address__in=(key, f"@{key.rpartition('@')[2]}")).exists():
        return "blocked"
    leaving_from = desk.leaving_from(item.process.key if item.process else None)
    return restraint.why_silent(item, to=key, leaving_from=leaving_from, acknowledges=False, at=at)


def _said(kind: str, item: Item, language: str, *, desk: Directory, name: str, **values: str) -> MailText:
    """The words, filled. Raises: KeyError, when a value is missing (MAIL-126)."""
    return worded(kind, language, values_of(item, desk, name) | values)


def worded(kind: str, language: str, known: Mapping[str, str]) -> MailText:
    """The words that the installation chose, else ours, in this language. Raises: KeyError, when a value is missing."""
    own = chosen(definitions.mail_texts(kind), language)
    with translation.override(language):
        text = own or MailText(text=str(BUILT_IN[kind]))
        subject = text.subject or str(SUBJECTS.get(kind, "{{title}}"))
    return MailText(
        subject=filled_line(subject, known),
        text=filled(text.text, known),
        html=filled(text.html, known, as_html=True) if text.html else "",
    )


def values_of(item: Item, desk: Directory, name: str) -> dict[str, str]:
    """What every mail about an item knows."""
    address = desk.leaving_from(item.process.key if item.process else None)
    return {
        "reference": item.reference,
        "title": item.title,
        "name": name,
        "desk": desk.voice_of(address).name or address,
        "link": f"{settings.TRAMITA_BASE_URL}/portal/requests/{item.reference}",
    }


def _with_links(said: MailText, links: Sequence[Filed]) -> MailText:
    """Tagged links stand below the words (F-3)."""
    if not links:
        return said
    lines = files.lines_of(links)
    return replace(said, text=f"{said.text}\n\n{lines}", html=said.html and said.html + as_html(lines))


def _enclose(message: Message, along: Sequence[Filed], *, at: datetime) -> None:
    """Tagged files go along, as far as a mail of ours may be large (F-3, M-18)."""
    left = definitions.settings().limits.mail_bytes - len(message.text.encode())
    rows = []
    for one in along:
        left -= one.file.size
        if left < 0:
            log.warning("a tagged file is too large for the mail", extra={"file": one.number, "size": one.file.size})
            break
        kept = {name: getattr(one.file, name) for name in ("sha256", "filename", "content_type", "size")}
        rows.append(Attachment(item_id=message.item_id, message=message, at=at, **kept))
    Attachment.objects.bulk_create(rows)


def _write(change: Change, said: MailText, to: list[str], cc: list[str], language: str, **manner: Any) -> Message:
    envelope = Envelope(to, [one for one in cc if one not in to], [], said.subject, said.text, said.html)
    return write(change, envelope, Manner(by=SYSTEM, language=language, **manner), Leaving(change.at))
