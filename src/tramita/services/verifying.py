"""What a signature is worth, found when the mail comes in and kept with it (MAIL-39, MAIL-51; decision 31).

    verified     what was signed, by the sender, whose certificate an authority that we trust vouches for
    invalid      something was changed or added on the way
    unverified   all else: an issuer that nobody told us of, another's signature, a certificate out of its time …

A fault over a signature is never the message's: it is `unverified` then (zammad#6217).
"""

import hashlib
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tramita.domain.auto_answers import one_author
from tramita.domain.mime import ParsedMail, Signature, address_key, cms, signed
from tramita.gateways import apart
from tramita.gateways.cleaning import TooMuchError
from tramita.gateways.signatures import AHEAD, DIGESTS, Checked

if TYPE_CHECKING:
    from cryptography import x509

log = logging.getLogger(__name__)
FRESH = timedelta(days=5)  # as long as mail servers try (RFC 5321 section 4.5.4.1)
MOST_AUTHORITIES = 2 * 1024 * 1024  # bytes of PEM
ENDINGS = (".pem", ".crt", ".cer")


def verified(mail: ParsedMail, raw: bytes, *, received: datetime) -> ParsedMail:
    """The mail with the worth of its signature. Cost: nothing for a mail without one, else a child process's answer.

    Raises: OSError, when no child can be started: a temporary fault of ours.
    """
    found = signed.find(raw) if mail.signed else None
    return replace(mail, signature=_worth(found, mail, received)) if found is not None else mail


def authorities() -> str:
    """The certificates that vouch, as PEM: of the file or of all files in the folder that the setting names.

    Read anew for each signature: there are few, and a new authority counts from the next mail on. None, with a word in
    the log, if they cannot be read.
    """
    try:
        return _authorities()
    except OSError:
        log.exception("the certificates of authorities cannot be read")
        return ""


def issuers() -> "list[x509.Certificate]":
    """The same, read here: the operator put them there. Raises: OSError; ValueError for what is no certificate."""
    from cryptography import x509

    text = _authorities()
    return x509.load_pem_x509_certificates(text.encode()) if text.strip() else []


def expired(found: "list[x509.Certificate]", *, at: datetime) -> list[str]:
    """Those that are not in force, by what they are called."""
    return [
        one.subject.rfc4514_string() for one in found if not one.not_valid_before_utc <= at <= one.not_valid_after_utc
    ]


def _authorities() -> str:
    place: Path | None = settings.TRAMITA_MAIL_AUTHORITIES
    if place is None:
        return ""
    files = sorted(one for one in place.iterdir() if one.suffix in ENDINGS) if place.is_dir() else [place]
    return "\n".join(one.read_text("ascii", "replace") for one in files)[:MOST_AUTHORITIES]


def _worth(found: signed.Signed, mail: ParsedMail, received: datetime) -> Signature:
    if found.data is None or not found.data.signers:
        return Signature("unverified", "damaged")
    try:
        checked = apart.verified(_job(found, found.data, received))
    except TooMuchError as limit:
        log.warning("signature not verified", extra={"reason": limit.reason, "size": len(found.content)})
        return Signature("unverified", "fault")
    why = checked.why or _why_not_theirs(found, checked, mail)
    state = "invalid" if why in INVALID else "unverified" if why else "verified"
    return Signature(
        state,
        why,
        by=checked.by,
        issuer=checked.issuer,
        at=checked.signed_at,
        proves=state == "verified" and (found.headers or _fresh(checked, received)),
    )


INVALID = ("changed", "added", "headers")


def _why_not_theirs(found: signed.Signed, checked: Checked, mail: ParsedMail) -> str:
    """What keeps a good signature from speaking for this mail; empty if nothing does (zammad#4212)."""
    if found.added:
        return "added"
    if not found.whole:
        return "part"
    if found.changed_headers:
        return "headers"
    theirs = mail.from_ is not None and mail.from_.key in {address_key(one) for one in checked.addresses}
    return "" if theirs and one_author(mail) else "sender"


def _fresh(checked: Checked, received: datetime) -> bool:
    """Without a signed header the same words could be sent again about something else: not for ever."""
    if not checked.signed_at:
        return False
    return -AHEAD <= received - datetime.fromisoformat(checked.signed_at) <= FRESH


def _job(found: signed.Signed, data: cms.SignedData, received: datetime) -> dict[str, Any]:
    """What the child needs: no word of the mail."""
    wanted = {one.digest_by.hex() for one in data.signers} & DIGESTS.keys()
    forms = found.forms
    return {
        "signers": [_plain(one) for one in data.signers],
        "certificates": [one.hex() for one in data.certificates],
        "content_type": data.content_type.hex(),
        "digests": {oid: [hashlib.new(DIGESTS[oid], form).hexdigest() for form in forms] for oid in sorted(wanted)},
        "trusted": authorities(),
        "at": received.isoformat(),
    }


def _plain(signer: cms.Signer) -> dict[str, str]:
    values = {name: getattr(signer, name) for name in cms.Signer.__slots__}
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
