"""Who really wrote, is it our own mail coming back, may a machine answer it (MAIL-50, 53, 54, 91, 94)."""

import re
from collections.abc import Collection
from dataclasses import replace

from tramita.domain.mail_tokens import Keys, claim_of_id, recipients, without_token
from tramita.domain.mime import Address, ParsedMail, address_key

LOOP_FIELD = "X-Tramita-Loop"  # we write it with our host name into whatever a machine sends (MAIL-95)
CONTROL = "x-tramita-"  # fields of our own namespace (MAIL-54)
MOST_HOPS = 30  # Received fields; a real path has far fewer

_SYSTEMS = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|root|daemon|nobody|listserv|majordomo|bounces?)(?:[+=-].*)?@",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"^(?:[^@]*[._+-])?(?:no|not|do-?not|don-?t|nao|não|nie|ne-?pas)[._-]?"
    r"(?:reply|respon\w*|answer|antworten|repondre|responda|odpowiada\w*)",
    re.IGNORECASE,
)
_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply", "autoreply"}


def author(mail: ParsedMail, *, own: Collection[str]) -> Address | None:
    """The person who wrote: From, or who it was before a group rewrote From to our own address (MAIL-53).

    `own`: the addresses of our routes and mailboxes.
    """
    if not rewritten_by_group(mail, own=own):
        return mail.from_
    candidates = [mail.original_from, *mail.reply_to]
    return next((one for one in candidates if one and one.usable and not _is_ours(one.address, own)), mail.from_)


def rewritten_by_group(mail: ParsedMail, *, own: Collection[str]) -> bool:
    """From is ours, yet a list or X-Original-From says that somebody else wrote (MAIL-53)."""
    if not mail.from_ or not _is_ours(mail.from_.address, own):
        return False
    others = [one for one in (mail.original_from, *mail.reply_to) if one and not _is_ours(one.address, own)]
    return bool(others) and (mail.original_from is not None or mail.list_id is not None)


def why_own(mail: ParsedMail, *, own: Collection[str], host: str, keys: Keys) -> str | None:
    """Why a mail is our own coming back, or going round: `own_message`, `loop`, `hops`, `own_address`; else None.

    Such mail is kept and ignored (MAIL-94, M-5).
    """
    if mail.message_id and claim_of_id(mail.message_id, keys=keys):
        return "own_message"
    if any(value.strip().lower() == host.lower() for value in mail.all(LOOP_FIELD)):
        return "loop"
    if mail.received_count > MOST_HOPS:
        return "hops"
    ours = mail.from_ is not None and _is_ours(mail.from_.address, own)
    return "own_address" if ours and not rewritten_by_group(mail, own=own) and not mail.bounce else None


def may_acknowledge(mail: ParsedMail, *, own: Collection[str]) -> bool:
    """An automatic answer may go out, as far as the mail itself tells; limits of rate come on top (MAIL-93)."""
    return why_not_acknowledge(mail, own=own) is None


def why_not_acknowledge(mail: ParsedMail, *, own: Collection[str]) -> str | None:
    """The reason not to answer automatically, or None (MAIL-91, RFC 3834 section 2, RFC 5230)."""
    sender = author(mail, own=own)
    if sender is None or not sender.usable or "=?" in sender.address:
        return "no usable sender"
    if _is_ours(sender.address, own):
        return "own address"
    if _SYSTEMS.match(sender.key) or _NO_REPLY.match(sender.key):
        return "nobody reads that address"
    return _why_not_by_marks(mail, own) or _why_not_by_recipients(mail, own)


def _why_not_by_marks(mail: ParsedMail, own: Collection[str]) -> str | None:
    if mail.return_path == "":
        return "null return path"
    if mail.auto_submitted or mail.bounce or mail.receipt:
        return "automatic"
    if mail.auto_wording:
        return "sounds automatic"  # no proof, but reason enough to be silent (MAIL-92)
    if mail.spam:
        return "spam"
    if mail.received_count > MOST_HOPS:
        return "hops"
    if re.search(r"\b(?:all|oof|autoreply)\b", (mail.first("X-Auto-Response-Suppress") or "").lower()):
        return "answers are not wanted"
    if not rewritten_by_group(mail, own=own):
        return _why_not_to_lists(mail)
    return None


def _why_not_to_lists(mail: ParsedMail) -> str | None:
    if (mail.precedence or "").lower() in _BULK:
        return "bulk"
    return "mailing list" if any(name.lower().startswith("list-") for name, _ in mail.headers) else None


def _why_not_by_recipients(mail: ParsedMail, own: Collection[str]) -> str | None:
    named = any(_is_ours(one.address, own) for one in (*mail.to, *mail.cc))
    return None if named else "we are neither in To nor in Cc"


def dmarc(mail: ParsedMail, *, trusted: str) -> str:
    """`pass`, `fail`, … of the topmost Authentication-Results of the server `trusted`; else `unknown` (MAIL-50).

    A pass counts only for the domain of From, and only where there is one From with one author. What a stranger
    may have put between quotes or brackets proves nothing (RFC 8601 section 5).
    """
    results = _believed(mail, trusted)
    if results is None:
        return "unknown"
    found = next(filter(None, map(_DMARC.match, results)), None)
    return _aligned(mail, found) if found else "none"


def believed(mail: ParsedMail, method: str, *, trusted: str) -> list[tuple[str, str]]:
    """What the server `trusted` says by `dkim` or `spf`: each verdict, with the domain that it is about (MAIL-50)."""
    found = filter(None, map(_METHODS[method].match, _believed(mail, trusted) or ()))
    return [(one.group(1).lower(), _about(one.group(2), _SUBJECTS[method])) for one in found]


def _about(said: str, names: str) -> str:
    found = re.search(rf"(?:^|\s)(?:{names})\s*=\s*([^\s;]+)", said, re.IGNORECASE)
    return found.group(1).lower().rpartition("@")[2] if found else ""


def _believed(mail: ParsedMail, trusted: str) -> list[str] | None:
    """The results of the topmost field of that server; None where there is none."""
    for value in mail.all("Authentication-Results"):
        server, *results = _without_strangers_words(value).split(";")
        if trusted and server.strip().lower().partition(" ")[0] == trusted.lower():
            return results
    return None


_METHODS = {
    method: re.compile(rf"\s*{method}(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?=\s|$)(.*)", re.IGNORECASE | re.DOTALL)
    for method in ("dmarc", "dkim", "spf")
}
_DMARC = _METHODS["dmarc"]
_SUBJECTS = {"dmarc": r"header\.from", "dkim": r"header\.d", "spf": r"smtp\.mailfrom"}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_DEEPEST = 10  # comments in comments


def _without_strangers_words(value: str) -> str:
    """The field without quoted strings and comments."""
    value = _QUOTED.sub('""', value)
    for _ in range(_DEEPEST):
        shorter = _COMMENT.sub(" ", value)
        if shorter == value:
            break
        value = shorter
    return value.partition("(")[0]


def _aligned(mail: ParsedMail, found: re.Match[str]) -> str:
    verdict = found.group(1).lower()
    about = _about(found.group(2), _SUBJECTS["dmarc"])
    same = one_author(mail) and mail.from_ is not None and about in ("", mail.from_.domain)
    return verdict if same or verdict != "pass" else "unknown"


def one_author(mail: ParsedMail) -> bool:
    """One From with one usable address: only then is there somebody to be proven."""
    return len(mail.all_from) == 1 and mail.all_from[0] == mail.from_ and "doubled_from" not in mail.defects


def proven(mail: ParsedMail, *, own: Collection[str], trusted: str) -> bool:
    """Whether the author is who From says: a DMARC pass aligned with it, or a signature of theirs (MAIL-51)."""
    signed = mail.signature is not None and mail.signature.proves and one_author(mail)
    return (signed or dmarc(mail, trusted=trusted) == "pass") and author(mail, own=own) == mail.from_


def without_control_fields(mail: ParsedMail) -> ParsedMail:
    """The mail without fields of our own namespace, which a stranger may have written (MAIL-54).

    The loop field stays: it only ever keeps us quiet.
    """
    kept = tuple(
        (name, value)
        for name, value in mail.headers
        if not name.lower().startswith(CONTROL) or name.lower() == LOOP_FIELD.lower()
    )
    return mail if len(kept) == len(mail.headers) else replace(mail, headers=kept)


def flagged_as_spam(mail: ParsedMail, *, header: str) -> bool:
    """Whether a filter said so: in the known fields, or in the operator's own `X-My-Flag: yes` (MAIL-58)."""
    name, colon, wanted = (part.strip() for part in header.partition(":"))
    if mail.spam or not name:
        return mail.spam
    said = [value.strip().lower() for value in mail.all(name)]
    return any(value.startswith(wanted.lower()) if colon and wanted else value for value in said)


def as_no_spam(mail: ParsedMail, *, header: str) -> ParsedMail:
    """The mail as a person judged it, whatever filters say."""
    flag = header.partition(":")[0].strip().lower()
    return replace(mail, spam=False, headers=tuple(one for one in mail.headers if one[0].lower() != flag))


def addressed(mail: ParsedMail, *, own: Collection[str]) -> list[str]:
    """Our plain addresses in To and Cc, each once: they choose the routes (M-23)."""
    keys = {address_key(one) for one in own}
    named = (address_key(without_token(one.address)) for one in (*mail.to, *mail.cc))
    return list(dict.fromkeys(one for one in named if one in keys))


def arrived_at(mail: ParsedMail, *, own: Collection[str], envelope: Collection[str] = ()) -> str | None:
    """The mailbox of ours where it arrived, by envelope evidence first (MAIL-14)."""
    keys = {address_key(one) for one in own}
    found = (address_key(without_token(one)) for one in recipients(mail, envelope))
    return next((one for one in found if one in keys), None)


def _is_ours(address: str, own: Collection[str]) -> bool:
    return address_key(without_token(address)) in {address_key(one) for one in own}
