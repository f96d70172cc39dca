"""Delivery reports: an event on a mail that was sent, neither a request nor an answer (MAIL-96, MAIL-98)."""

import re
from collections.abc import Iterable

from tramita.domain.mime.addresses import addresses, first_address
from tramita.domain.mime.charsets import clean
from tramita.domain.mime.headers import BREAK, Block, split_message
from tramita.domain.mime.model import Bounce, Receipt, Recipient
from tramita.domain.mime.tree import Part
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
_STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.])")
_FAILURE = re.compile(r"(?<![\d.])([45])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
_CODE = re.compile(r"(?:^|[\s:(<\[#-])([45]\d\d)[\s-](?=\D)")
_MAIL = re.compile(r"[A-Za-z0-9_.+=&~!#$%'*/?^`{|}-]{1,128}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}")
_ID = re.compile(r"^[>\s]{0,20}message-id[ \t]*:\s{0,20}<?([^<>\s]{3,400})>?", re.IGNORECASE | re.MULTILINE)
_SENDER = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|mail[-_.]?delivery|maildelivery|mmdf|mailadmin|mailsystem)"
    r"|mail delivery (?:sub)?system|mail delivery service|mail administrator|system administrator|delivery subsystem",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|non[- ]?delivery|delivery (?:status notification|failure|failed|report"
    r"|problem|has failed|error|notification)"
    r"|returned (?:mail|to sender)|failure notice|failed delivery|mail (?:delivery failed"
    r"|system error|could not|failure)"
    r"|(?:message|mail) (?:delivery )?(?:delayed|could not be delivered|not delivered"
    r"|undeliverable)|could not send message"
    r"|delayed mail|warning: (?:could not send|message)|delivery delayed|unzustellbar"
    r"|nicht zustellbar|non remis|notification d['’][ée]tat"
    r"|no se (?:ha podido|pudo) entregar|no entregado|n[ãa]o (?:foi poss[íi]vel entregar|entregue)"
    r"|niedostarczon|nie dostarczono"
    r"|returned mail|mail undeliverable|error sending|message not sent|echec|échec|zwrot"
    r"|postmaster notice|dsn",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"could ?n[o']t be delivered|could not deliver|(?:was|were|is) (?:not"
    r"|un)\s?(?:able to )?deliver|unable to deliver|undeliver"
    r"|wasn't able to deliver|did not reach the|(?:delivery|addresses?|recipients?) (?:\w+ ){0,3}(?:failed"
    r"|had permanent fatal|has failed)|permanent (?:fatal )?error"
    r"|returned to (?:the )?sender|following addresse?s?|(?:does not|doesn't) exist|user unknown"
    r"|unknown user|no such user|mailbox (?:is )?(?:full|unavailable|not found)"
    r"|host unknown|not (?:be )?delivered|non[- ]delivery|message has not been delivered"
    r"|delivery (?:is|has been) delayed|transcript of session"
    r"|nicht zugestellt|n'a pas pu être|no se ha podido entregar|não (?:foi|pôde)"
    r"|nie może zostać dostarczon|nie dostarczono",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|will (?:continue to|be) re?tr(?:y|ied)|still being retried|warning message only"
    r"|do(?:es)? not need to (?:re)?send|no action is (?:required|needed)"
    r"|has not (?:yet )?been delivered (?:yet )?(?:after|for)|temporar(?:y|ily) (?:deferred"
    r"|delayed)|not yet been delivered",
    re.IGNORECASE,
)
_COPY_BELOW = re.compile(
    r"^.{0,20}(?:below this line is a copy|original message|copy of (?:the|your) (?:message|mail)"
    r"|message header|this is a copy|returned message|unsent message|included below|text of your"
    r"|message follows|headers? follow)",
    re.IGNORECASE | re.MULTILINE,
)
MAX_TEXT = 60_000
MAX_ID = 998  # bytes: a line of a header, and what an index can hold


def find(block: Block, parts: list[Part], text: str, sender: str, subject: str, *, null_sender: bool) -> Bounce | None:
    """The bounce this message is, or None. `parts` are the leaves, `text` the body that is shown."""
    report = _report_type(block)
    if report in ("disposition-notification", "feedback-report"):
        return None
    text = text[:MAX_TEXT]
    daemon = is_daemon(sender)
    told = bool(_SUBJECT.search(subject)) + bool(_BODY.search(text))
    original = _original_id(parts, text)
    if _is_report(block) or daemon or null_sender or _SUBJECT.search(subject):
        recipients = [one for part in parts if part.kind in _STATUS_PARTS for one in _recipients(part)]
        if recipients:
            return _bounce(recipients, original)
    failed = [value for value in block.all("x-failed-recipients") if value.strip()]
    if failed or report == "delivery-status" or (daemon and told) or (null_sender and _SUBJECT.search(subject)):
        return _from_text(text, failed, subject, original)
    return None


def is_daemon(sender: str) -> bool:
    """`sender`: name and address of a mail system."""
    return bool(_SENDER.search(sender)) or bool(re.search(r"<(?:mailer-daemon|postmaster)@", sender, re.IGNORECASE))


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
    block, _ = split_message(part.content()[0])
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


def _recipients(part: Part) -> list[Recipient]:
    """One for each group of fields after the first (RFC 3464); damaged reports lose their blank lines."""
    data = BREAK.sub(b"\n", part.content()[0])
    found = []
    for group in re.split(rb"\n[ \t]*\n", data):
        block, _ = split_message(group + b"\n\n")
        if any(block.first(name) for name in ("final-recipient", "original-recipient", "action", "status")):
            found.append(_recipient(block))
    known = [one for one in found if one.recipient]
    return known or found


def _recipient(block: Block) -> Recipient:
    diagnostic = decode_header(block.first("diagnostic-code") or b"")
    status = _STATUS.search(decode_header(block.first("status") or b"")) or _STATUS.search(diagnostic)
    address = _typed_address(block.first("final-recipient")) or _typed_address(block.first("original-recipient"))
    action = decode_header(block.first("action") or b"").strip().lower().split(" ")[0].strip("();,")
    shown = _better(status.group() if status else None, diagnostic)
    if action not in _ORDER:
        action = {"4": "delayed", "2": "delivered"}.get((shown or "5")[0], "failed")
    return Recipient(address or "", action, shown, diagnostic.partition(";")[2].strip() or diagnostic or None)


def _better(status: str | None, diagnostic: str) -> str | None:
    """A status that says nothing (5.0.0) gives way to the one in the diagnostic text."""
    if status and not status.endswith("0.0"):
        return status
    found = _STATUS.search(diagnostic)
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
    in_text = _ID.search(text)
    return in_text.group(1) if in_text else None


def _from_text(text: str, failed: list[bytes], subject: str, original: str | None) -> Bounce:
    """A report for people only: address, status and class as far as its words tell (123)."""
    copy = _COPY_BELOW.search(text)
    words = text[: copy.start()] if copy and _MAIL.search(text, 0, copy.start()) else text
    named = [one.address for value in failed for one in addresses(value)]
    address = named[0] if named else _address_in(words)
    status = _FAILURE.search(words)
    code = _CODE.search(words)
    delayed = bool(_DELAYED.search(subject + "\n" + words)) and not (status and status.group(1) == "5")
    shown = status.group() if status else _from_code(code.group(1) if code else "", delayed=delayed)
    action = "delayed" if delayed else "failed"
    recipients = tuple(Recipient(one, action, shown) for one in dict.fromkeys(named or [address or ""]))
    return Bounce(shown, address, action, original, recipients)


def _from_code(code: str, *, delayed: bool) -> str | None:
    if delayed:
        return "4.0.0"
    return f"{code[0]}.0.0" if code else None


def _address_in(words: str) -> str | None:
    found = re.search(r"<(" + _MAIL.pattern + r")>", words) or _MAIL.search(words)
    return clean(found.group(found.lastindex or 0)) if found else None
