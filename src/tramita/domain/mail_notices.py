"""What a reader must know of a mail besides its words: signed, encrypted, more to look at (MAIL-37 to MAIL-39)."""

from collections.abc import Iterable

from tramita.domain.mime import Attachment, ParsedMail, cms

SIGNATURES = {
    "application/pkcs7-signature": "smime_signed",
    "application/x-pkcs7-signature": "smime_signed",
    "application/pgp-signature": "pgp_signed",
}
MESSAGES = ("message/rfc822", "message/global", "message/news")
CALENDARS = ("text/calendar", "application/ics")
_ARMOUR = {"-----BEGIN PGP SIGNED MESSAGE-----": "pgp_signed", "-----BEGIN PGP MESSAGE-----": "pgp_encrypted"}


def worth_a_look(mail: ParsedMail) -> bool:
    """The worker has something to do before the mail is shown as it should be."""
    return bool(mail.html or mail.attachments or mail.encrypted) or "-----BEGIN PGP " in mail.text


def notices(mail: ParsedMail) -> list[str]:
    """Codes, each once. Nothing is verified here, and the words say so."""
    found = [code for mark, code in _ARMOUR.items() if mark in mail.text]
    found += [code for one in mail.attachments if (code := _of_part(one))]
    if mail.encrypted and not any(code.endswith("encrypted") for code in found):
        found.append("encrypted")
    return list(dict.fromkeys(found))


def _of_part(part: Attachment) -> str | None:
    kind = part.content_type.lower()
    if kind in SIGNATURES:
        return SIGNATURES[kind]
    if kind == "application/pgp-encrypted":
        return "pgp_encrypted"
    if "pkcs7-mime" not in kind and not part.filename.lower().endswith(".p7m"):
        return None
    if cms.is_enveloped(part.content):
        return "smime_encrypted"
    return "smime_opaque" if cms.signed_content(part.content) is not None else None


def enclosed(parts: Iterable[Attachment]) -> list[int]:
    """The places of the mails inside this mail."""
    return [place for place, one in enumerate(parts) if one.content_type.lower() in MESSAGES]


def is_calendar(part: Attachment) -> bool:
    """It can be read as an invitation."""
    return part.content_type.lower() in CALENDARS or part.filename.lower().endswith(".ics")
