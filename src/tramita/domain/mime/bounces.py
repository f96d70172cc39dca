"""Delivery reports: an event on a mail that was sent, neither a request nor an answer (MAIL-96, MAIL-98)."""

import json
import re
from collections.abc import Iterable
from typing import Any

from tramita.domain.mime import bounce_words as words
from tramita.domain.mime.addresses import addresses, first_address
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.headers import BREAK, Block, split_message, split_part
from tramita.domain.mime.model import Bounce, Receipt, Recipient
from tramita.domain.mime.reply_words import is_forward_subject
from tramita.domain.mime.tree import Part, build
from tramita.domain.mime.words import decode_header

_ORDER = ("failed", "delayed", "delivered", "relayed", "expanded")  # the worst decides
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_COPIES = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
_FIELDS = re.compile(r"^(?:reporting-mta|final-recipient|original-recipient)[ \t]?:", re.IGNORECASE | re.MULTILINE)
_OWN = ("to", "cc", "from", "sender", "delivered-to", "x-original-to", "envelope-to", "return-path")
_NOTICE = '"notificationType":"Bounce"'
MAX_GROUPS = 500  # recipients of one report
MAX_ID = 998  # bytes: a line of a header, and what an index can hold


def find(block: Block, parts: list[Part], text: str, sender: str, subject: str, *, null_sender: bool) -> Bounce | None:
    """The bounce this message is, or None. `parts` are the leaves, `text` the body that is shown."""
    report = _report_type(block)
    if report == "feedback-report" or (report == "disposition-notification" and not _rejected(parts)):
        return None
    daemon = words.is_daemon(sender) or _from_daemon(block)
    by_subject = words.in_subject(subject) and not is_forward_subject(subject)
    failed = [value for value in block.all("x-failed-recipients") if value.strip()]
    if not (_is_report(block) or daemon or null_sender or by_subject or failed or _NOTICE in text[:40]):
        return None
    recipients = _told_in_form(parts, text)
    if recipients:
        return _bounce(recipients, _original_id(parts, text))
    known = failed or report in ("delivery-status", "disposition-notification")
    if known or _said_in_words(parts, text, by_subject=by_subject, daemon=daemon, null_sender=null_sender):
        return _from_text(block, parts, text, subject, _original_id(parts, text))
    return None


def _said_in_words(parts: list[Part], text: str, *, by_subject: bool, daemon: bool, null_sender: bool) -> bool:
    """The less the sender proves, the more the words must."""
    if (daemon or null_sender) and by_subject:
        return True
    if not words.in_body(text):
        return False
    if daemon:
        return True
    if null_sender:
        copy = any(part.kind in _COPIES for part in parts) or words.holds_copy(text)
        return copy or words.has_code(text)
    return words.opens_so(text) and bool(words.addresses_in(words.above_copy(text), set()))


def _from_daemon(block: Block) -> bool:
    """The envelope says so where From does not."""
    paths = block.all("return-path")
    return any(words.is_daemon(f"<{decode_header(one).strip(' <>')}>") for one in paths)


def _rejected(parts: list[Part]) -> bool:
    """A mailbox that deletes what it is sent answers with a receipt (RFC 8098); to the writer it is a bounce."""
    for part in parts:
        if part.kind == "message/disposition-notification":
            block, _ = split_part(part.content()[0])
            said = decode_header(block.first("disposition") or b"").lower()
            return said.startswith("automatic-action") and any(end in said for end in ("deleted", "denied", "failed"))
    return False


def _told_in_form(parts: list[Part], text: str) -> list[Recipient]:
    """Recipients from the fields of RFC 3464, also where they stand in the text or in an enclosed report."""
    notice = _notice(text)
    if notice:
        return notice
    forms = [part.content()[0] for part in parts if part.kind in _STATUS_PARTS]
    if not forms and (found := _FIELDS.search(text[: words.MAX_TEXT])):
        forms = [text[found.start() : words.MAX_TEXT].encode()]
    if not forms:
        forms = [inner.content()[0] for part in parts if part.kind == "message/rfc822" for inner in _inside(part)]
    return [one for form in forms for one in _recipients(form)]


def _notice(text: str) -> list[Recipient]:
    """The recipients of a notification of Amazon SES, a JSON object sent as mail."""
    if _NOTICE not in text[:40]:
        return []
    try:
        said, _ = json.JSONDecoder().raw_decode(text[: words.MAX_TEXT].lstrip())
        told = said["bounce"]["bouncedRecipients"][:MAX_GROUPS]
        return [_noticed(one_line(str(one["emailAddress"])), one) for one in told]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _noticed(address: str, told: dict[str, Any]) -> Recipient:
    diagnostic = one_line(str(told.get("diagnosticCode") or "")).strip()
    found = words.STATUS.search(str(told.get("status") or "")) or words.STATUS.search(diagnostic)
    action = str(told.get("action") or "failed").lower()
    return Recipient(address, action, found.group() if found else "5.0.0", diagnostic or None)


def _inside(part: Part) -> list[Part]:
    block, body = split_message(part.content()[0])
    if not _is_report(block):
        return []
    root, _ = build(block, body)
    return [one for one in root.children if one.kind in _STATUS_PARTS]


def receipt(parts: list[Part]) -> Receipt | None:
    """A read receipt or a feedback report."""
    for part in parts:
        if part.kind == "message/disposition-notification":
            return _receipt("read", part, "final-recipient", "original-message-id")
        if part.kind == "message/feedback-report":
            found = _receipt("complaint", part, "original-rcpt-to", "original-message-id")
            return Receipt("complaint", found.recipient, found.original_message_id or _original_id(parts, ""))
    return None


def _receipt(kind: str, part: Part, who: str, which: str) -> Receipt:
    block, _ = split_part(part.content()[0])
    return Receipt(kind, _typed_address(block.first(who)), message_id(block.first(which)))


def message_id(value: bytes | None) -> str | None:
    """An id without brackets and white space; None for an empty one (MAIL-72)."""
    text = re.sub(r"\s+", "", decode_header(value or b""))
    found = re.search(r"<([^<>]+)>", text)
    said = found.group(1) if found else text.strip("<>")
    return said.encode()[:MAX_ID].decode(errors="ignore") or None


def _is_report(block: Block) -> bool:
    return b"multipart/report" in (block.first("content-type") or b"").lower()


def _report_type(block: Block) -> str:
    found = re.search(rb"report-type\s{0,9}=\s{0,9}\"?([A-Za-z-]+)", block.first("content-type") or b"")
    return found.group(1).lower().decode("ascii") if found else ""


def _bounce(recipients: list[Recipient], original: str | None) -> Bounce | None:
    worst = min(recipients, key=lambda one: _ORDER.index(one.action) if one.action in _ORDER else len(_ORDER))
    if worst.action not in ("failed", "delayed"):
        return None  # all went well: a report that was asked for
    return Bounce(worst.status, worst.recipient or None, worst.action, original, tuple(recipients))


def _recipients(form: bytes) -> list[Recipient]:
    """One for each group of fields after the first (RFC 3464); damaged reports lose their blank lines."""
    data = BREAK.sub(b"\n", form)
    found = []
    for group in re.split(rb"\n[ \t]*\n", data, maxsplit=MAX_GROUPS):
        block, _ = split_part(group.lstrip(b"\n") + b"\n\n")
        if any(block.first(name) for name in ("final-recipient", "original-recipient", "action", "status")):
            found.append(_recipient(block))
    known = [one for one in found if one.recipient]
    return known or found


def _recipient(block: Block) -> Recipient:
    diagnostic = decode_header(block.first("diagnostic-code") or b"")
    status = words.STATUS.search(decode_header(block.first("status") or b"")) or words.STATUS.search(diagnostic)
    address = _typed_address(block.first("final-recipient")) or _typed_address(block.first("original-recipient"))
    action = decode_header(block.first("action") or b"").strip().lower().split(" ")[0].strip("();,")
    shown = _better(status.group() if status else None, diagnostic)
    if action not in _ORDER:
        action = {"4": "delayed", "2": "delivered"}.get((shown or "5")[0], "failed")
    shown = shown or {"delayed": "4.0.0", "failed": words.class_of(diagnostic)}.get(action)
    return Recipient(address or "", action, shown, diagnostic.partition(";")[2].strip() or diagnostic or None)


def _better(status: str | None, diagnostic: str) -> str | None:
    """A status that says nothing (5.0.0) gives way to the one in the diagnostic text."""
    if status and not status.endswith("0.0"):
        return status
    found = words.STATUS.search(diagnostic)
    return found.group() if found and not found.group().endswith("0.0") else status


def _typed_address(value: bytes | None) -> str | None:
    """`rfc822; marta@customer.example` without its type."""
    kind, semicolon, rest = (value or b"").partition(b";")
    address = first_address(rest if semicolon else kind)
    return address or None


def _original_id(parts: Iterable[Part], text: str) -> str | None:
    for part in parts:
        if part.kind in _COPIES:
            block, _ = split_message(part.content()[0])
            found = message_id(block.first("message-id"))
            if found:
                return found
    return words.original_id(text)


def _from_text(block: Block, parts: list[Part], text: str, subject: str, original: str | None) -> Bounce:
    """A report for people only: addresses, status and class as far as its words tell (123)."""
    report = words.above_copy(text)
    action, status = words.verdict(report, subject)
    named = [one.address for value in block.all("x-failed-recipients") for one in addresses(value)]
    if not named:
        own = {one.key for name in _OWN for value in block.all(name) for one in addresses(value)}
        named = words.addresses_in(report, own) or words.addresses_in(report, set()) or _addressed(parts)
    recipients = tuple(Recipient(one, action, status) for one in dict.fromkeys(named or [""]))
    return Bounce(status, recipients[0].recipient or None, action, original, recipients)


def _addressed(parts: list[Part]) -> list[str]:
    """Whom the mail that came back was for, where the report does not say."""
    for part in parts:
        if part.kind in _COPIES:
            block, _ = split_message(part.content()[0])
            return [one.address for value in block.all("to")[:1] for one in addresses(value)[:1]]
    return []
