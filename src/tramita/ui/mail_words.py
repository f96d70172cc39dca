"""What people read about a mail besides its own words: notices, defects, why it is here (MAIL-37 to 39, 45, 46, 82)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

NOTICES: Words = {
    "smime_signed": _("Signed with S/MIME. The signature has not been verified."),
    "smime_opaque": _("Signed with S/MIME and opened. The signature has not been verified."),
    "smime_encrypted": _("Encrypted with S/MIME. Only who holds the key can read it; the message is among the files."),
    "pgp_signed": _("Signed with PGP. The signature has not been verified."),
    "pgp_encrypted": _("Encrypted with PGP. Only who holds the key can read it; the message is among the files."),
    "encrypted": _("Encrypted. Only who holds the key can read it; the message is among the files."),
}

# what a signature was worth when the mail came in, by why; `verified` and `old` if it is well (MAIL-39)
SIGNATURES: Words = {
    "verified": _("Signed by %(by)s, verified: %(issuer)s vouches for it."),
    "old": _("Signed by %(by)s, verified; but not near the time when it came, so it does not prove who sent it."),
    "issuer": _("Signed by %(by)s. The issuer is not known here: %(issuer)s."),
    "sender": _("Signed by %(by)s, who is not the sender."),
    "expired": _("Signed by %(by)s with a certificate that was not in force at that time."),
    "purpose": _("Signed by %(by)s with a certificate that is not made for mail."),
    "part": _("Only a part of this mail is signed, by %(by)s."),
    "method": _("Signed in a way that is not trusted here. The signature was not verified."),
    "certificate": _("Signed, but the certificate is missing. The signature was not verified."),
    "damaged": _("Signed, but the signature is damaged. It was not verified."),
    "fault": _("Signed, but the signature could not be verified."),
    "changed": _("Signed by %(by)s, but changed on the way: this is not what was signed."),
    "added": _("Signed by %(by)s, but something that is not signed was added on the way."),
    "headers": _("Signed by %(by)s, but its header was changed on the way."),
}
UNVERIFIED = ("smime_signed", "smime_opaque")  # notices that a verdict takes the place of

# why the cleaner gave up (MAIL-45)
TOO_MUCH: Words = {
    "size": _("This mail is too large to be shown with its layout. This is its text."),
    "depth": _("This mail is nested too deeply to be shown with its layout. This is its text."),
    "links": _("This mail has too many links to be shown with its layout. This is its text."),
    "nodes": _("This mail has too many elements to be shown with its layout. This is its text."),
    "time": _("This mail takes too long to be made safe with its layout. This is its text."),
    "raw": _("The original of this mail is not in the storage. This is its text."),
    "fault": _("This mail could not be shown with its layout. This is its text."),
}

DANGERS: Words = {
    "program": _("This is a program. Whoever opens it runs it."),
    "program_inside": _("There is a program in this archive. Whoever opens it runs it."),
    "macros": _("This document holds macros, which are programs."),
}

RULES: Words = {
    "address_token": _("The address that it was sent to belongs to this item alone"),
    "signed_id": _("It answers a mail that we sent from this item"),
    "stored_id": _("It answers a mail that is already on this item"),
    "report": _("It reports on a mail that we sent from this item"),
    "subject": _("Its subject names this item, and its sender takes part in it"),
    "body_tag": _("Its text holds the unguessable mark of this item"),
    "answered": _("A mail on this item, which came first, answers it"),
    "split": _("This item was split off from the one that it was sent to"),
}
STARTED = _("It started this item: it answers nothing that we know")

CONFIDENCES: Words = {
    "proof": pgettext_lazy("confidence", "certain"),
    "likely": pgettext_lazy("confidence", "likely"),
}

VERDICTS: Words = {
    "pass": _("The sending server proved that it may send for this address (DMARC)"),
    "fail": _("The sending server may not send for this address (DMARC)"),
    "none": _("The domain of the sender says nothing about who may send for it"),
    "unknown": _("Nobody whom we trust checked the sender"),
}

DEFECTS: Words = {
    "empty_message": _("The message is empty"),
    "no_header_fields": _("It has no header"),
    "header_block_too_long": _("Its header is longer than is read"),
    "header_field_too_long": _("A field of its header is longer than is read"),
    "too_many_header_lines": _("Its header has more lines than are read"),
    "damaged_header_line": _("A line of its header is damaged"),
    "junk_before_headers": _("Something stands before its header"),
    "missing_blank_line": _("The blank line between header and body is missing"),
    "damaged_body": _("Its text is damaged: a part could not be decoded"),
    "damaged_attachment": _("A file is damaged: a part could not be decoded"),
    "damaged_tnef": _("Its winmail.dat could not be opened"),
    "wrong_charset": _("Its characters are not what it says they are"),
    "unknown_transfer_encoding": _("A part is encoded in a way that nobody knows"),
    "bad_content_type": _("The type of a part cannot be read"),
    "too_deep": _("Its parts are nested deeper than is read; the rest is a file"),
    "too_many_parts": _("It has more parts than are read; the rest is a file"),
    "too_much_to_search": _("Its parts are too many to be looked for; the rest is a file"),
    "boundary_guessed": _("What parts it into pieces is not named, and was guessed"),
    "boundary_missing": _("What parts it into pieces is not named"),
    "boundary_never_appears": _("What parts it into pieces never appears"),
    "boundary_not_closed": _("Its last part has no end: it may be cut"),
    "reader_fault": _("It could not be read at all; the message is a file"),
}
_DOUBLED = _("The field “%(field)s” stands in its header more than once")

EVENTS: Words = {
    "REQUEST": _("Invitation"),
    "PUBLISH": _("Event"),
    "CANCEL": _("Event cancelled"),
    "REPLY": _("Answer to an invitation"),
    "COUNTER": _("Another time is proposed"),
    "": _("Event"),
}


def held(found: str) -> str:
    """Why a file is held back (MAIL-57)."""
    return str(_HARMFUL) % {"what": found} if found else str(_NOT_YET)


_HARMFUL = _("Held back: the scanner found %(what)s.")
_NOT_YET = _("Held back until it is scanned.")


def signature(kept: Mapping[str, str | bool]) -> str:
    """The sentence of a verdict, from what is kept of it."""
    good = "verified" if kept.get("proves") else "old"
    return said(SIGNATURES, str(kept.get("why") or good)) % {name: kept.get(name) or "?" for name in ("by", "issuer")}


def said(words: Words, code: str) -> str:
    """The sentence of a code; one that nobody named is shown as it is, so that nothing is hidden."""
    return str(words.get(code) or code.replace("_", " "))


def defect(code: str) -> str:
    """What was wrong with a message, in plain words; `reader_fault: IndexError` keeps its detail to itself."""
    name = code.partition(":")[0]
    if name.startswith("doubled_"):
        return str(_DOUBLED) % {"field": name.removeprefix("doubled_").replace("_", "-").title()}
    return said(DEFECTS, name)
