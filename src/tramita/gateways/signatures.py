"""An S/MIME signature verified: is it whole, whose is it, who says so (MAIL-39, RFC 5652, RFC 8550).

It runs in the process of `apart`, with its limits: certificates are strangers' words. Nothing is asked of the network:
no revocation is known here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

DIGESTS = {  # object identifiers, as they stand in a signature
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
}
PLAIN = "2a864886f70d010701"
AHEAD = timedelta(days=1)  # that a signer's clock may be ahead of ours
LONGEST = 200  # characters of a name
DEEPEST = 6  # certificates between a signer and an authority
SMALLEST = 2048  # bits of an RSA key
_SUBJECT_ADDRESS = "1.2.840.113549.1.9.1"
_RSA = {"2a864886f70d010101": "", "2a864886f70d01010b": "sha256", "2a864886f70d01010c": "sha384"}
_RSA |= {"2a864886f70d01010d": "sha512"}
_ECDSA = {"2a8648ce3d040302": "sha256", "2a8648ce3d040303": "sha384", "2a8648ce3d040304": "sha512"}
METHODS = _RSA | _ECDSA  # the digest that their names say
_PSS = "2a864886f70d01010a"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one signer is worth. `why` is empty if all is well; `changed` is the only fault of the content.

    `addresses` are those of the certificate, `signed_at` is a moment of ISO 8601, empty where the signer gave none.
    """

    why: str = ""  # changed, method, certificate, purpose, expired, issuer, damaged
    by: str = ""
    addresses: Sequence[str] = ()
    issuer: str = ""
    signed_at: str = ""


class _NotVerified(Exception):
    """With its reason, one of `Checked.why`."""


def verify(
    signers: Sequence[Mapping[str, str]],
    *,
    certificates: Sequence[str],
    content_type: str,
    digests: Mapping[str, Sequence[str]],
    trusted: str,
    at: str,
) -> Checked:
    """The best of these signers. All bytes are hexadecimal, `trusted` is PEM, `at` when the mail was received.

    `digests` are those of the content, by object identifier, one for each form that it may have been signed in.
    """
    from cryptography import x509

    found = list(filter(None, map(_certificate, certificates)))
    authorities = x509.load_pem_x509_certificates(trusted.encode()) if trusted.strip() else []
    received = datetime.fromisoformat(at)
    told = [_checked(one, found, content_type, digests, authorities, received) for one in signers]
    return min(told, key=lambda one: (one.why != "", one.why == "changed"), default=Checked("damaged"))


def _certificate(der: str) -> "x509.Certificate | None":
    """None for one that cannot be read: the others may do."""
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(bytes.fromhex(der))
    except (ValueError, x509.InvalidVersion):
        return None


def as_json(checked: Checked) -> dict[str, Any]:
    """To send it to another process."""
    return asdict(checked)


def _checked(
    signer: Mapping[str, str],
    certificates: "Collection[x509.Certificate]",
    content_type: str,
    digests: Mapping[str, Sequence[str]],
    authorities: "list[x509.Certificate]",
    received: datetime,
) -> Checked:
    from cryptography import x509

    certificate = next((one for one in certificates if _named(one, signer)), None)
    if certificate is None:
        return Checked("certificate")
    signed_at = _moment(signer["signed_at"])
    usable = signed_at is not None and signed_at <= received + AHEAD
    try:
        _whole(signer, certificate, content_type, digests)
        _right(certificate, at=signed_at if usable and signed_at else received)
        _chain(certificate, certificates, authorities, at=signed_at if usable and signed_at else received)
        why = ""
    except _NotVerified as reason:
        why = str(reason)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        why = "damaged"
    addresses = _addresses(certificate)
    return Checked(
        why=why,
        by=(addresses[0] if addresses else _common_name(certificate.subject))[:LONGEST],
        addresses=addresses[:20],
        issuer=_common_name(certificate.issuer)[:LONGEST],
        signed_at=signed_at.isoformat() if signed_at else "",
    )


def _named(certificate: "x509.Certificate", signer: Mapping[str, str]) -> bool:
    if signer["key_id"]:
        from cryptography import x509

        try:
            key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
            return False
        return key.hex() == signer["key_id"]
    serial = int.from_bytes(bytes.fromhex(signer["serial"]), "big", signed=True)
    return certificate.serial_number == serial and certificate.issuer.public_bytes().hex() == signer["issuer"]


def _whole(
    signer: Mapping[str, str],
    certificate: "x509.Certificate",
    content_type: str,
    digests: Mapping[str, Sequence[str]],
) -> None:
    """The content is what was signed, by the key of this certificate. Raises: _NotVerified.

    Without signed attributes the content itself could be another mail's attributes, so these must be there.
    """
    if signer["digest_by"] not in DIGESTS or content_type != PLAIN or not signer["attributes"]:
        raise _NotVerified("method")
    if signer["content_type"] != PLAIN or signer["digest"] not in digests.get(signer["digest_by"], ()):
        raise _NotVerified("changed")
    _signed_by(certificate.public_key(), signer)


def _signed_by(key: Any, signer: Mapping[str, str]) -> None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    made, signed = bytes.fromhex(signer["signature"]), bytes.fromhex(signer["attributes"])
    method = _method(signer["method"])
    hashed = _algorithm(METHODS.get(method) or DIGESTS[signer["digest_by"]])
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST and method in _RSA:
            key.verify(made, signed, padding.PKCS1v15(), hashed)
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST and _is_pss(signer):
            key.verify(made, signed, padding.PSS(padding.MGF1(hashed), padding.PSS.AUTO), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and method in _ECDSA:
            key.verify(made, signed, ec.ECDSA(hashed))
        else:
            raise _NotVerified("method")
    except InvalidSignature as altered:
        raise _NotVerified("changed") from altered
    except UnsupportedAlgorithm as unknown:
        raise _NotVerified("method") from unknown


def _is_pss(signer: Mapping[str, str]) -> bool:
    """With the digest of the content in both of its places; other mixtures are not taken."""
    return _method(signer["method"]) == _PSS and signer["method"].count(signer["digest_by"]) == 2


def _method(der: str) -> str:
    """The object identifier of an AlgorithmIdentifier, in hexadecimal; empty for what is none."""
    data = bytes.fromhex(der)
    known = len(data) > 4 and data[1] < 0x80 and data[2] == 0x06
    return data[4 : 4 + data[3]].hex() if known else ""


def _algorithm(name: str) -> "HashAlgorithm":
    from cryptography.hazmat.primitives import hashes

    known: dict[str, HashAlgorithm] = {
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    return known[name]


def _right(certificate: "x509.Certificate", *, at: datetime) -> None:
    """It may sign mail, and it was in force (RFC 8550 section 4.4). Raises: _NotVerified."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

    said = {type(one.value): one.value for one in certificate.extensions}
    purposes, usage = said.get(x509.ExtendedKeyUsage), said.get(x509.KeyUsage)
    if purposes is not None and not {Usage.EMAIL_PROTECTION, Usage.ANY_EXTENDED_KEY_USAGE} & set(purposes):
        raise _NotVerified("purpose")
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise _NotVerified("purpose")
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise _NotVerified("expired")


def _chain(
    certificate: "x509.Certificate",
    others: "Collection[x509.Certificate]",
    authorities: "list[x509.Certificate]",
    *,
    at: datetime,
) -> None:
    """Raises: _NotVerified, unless an authority that is trusted stands at its end."""
    from cryptography import x509
    from cryptography.x509 import verification

    if not authorities:
        raise _NotVerified("issuer")
    either = verification.Criticality.AGNOSTIC
    issuing = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, either, _may_issue)
        .may_be_present(x509.KeyUsage, either, _may_sign_certificates)
    )
    policy = verification.PolicyBuilder().store(verification.Store(authorities)).time(at).max_chain_depth(DEEPEST)
    policy = policy.extension_policies(ca_policy=issuing, ee_policy=verification.ExtensionPolicy.permit_all())
    try:
        policy.build_client_verifier().verify(certificate, [one for one in others if one != certificate])
    except verification.VerificationError as unknown:
        raise _NotVerified("issuer") from unknown


def _may_issue(_policy: Any, _certificate: Any, constraints: "x509.BasicConstraints | None") -> None:
    if constraints is None or not constraints.ca:
        raise ValueError("no authority")


def _may_sign_certificates(_policy: Any, _certificate: Any, usage: "x509.KeyUsage | None") -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("no authority")


def _addresses(certificate: "x509.Certificate") -> list[str]:
    """Of the alternative names; of the subject's own attribute only where there are none (RFC 8550 section 3).

    A common name is no address, whatever it looks like.
    """
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = names.get_values_for_type(x509.RFC822Name)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        found = []
    oid = x509.ObjectIdentifier(_SUBJECT_ADDRESS)
    return found or [str(one.value) for one in certificate.subject.get_attributes_for_oid(oid)]


def _common_name(name: "x509.Name") -> str:
    from cryptography.x509.oid import NameOID

    for wanted in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(wanted):
            return str(found[0].value)
    return name.rfc4514_string()


def _moment(written: str) -> datetime | None:
    """UTCTime or GeneralizedTime, in UTC as signatures must have it."""
    century = "" if len(written) == 15 else "20" if written[:2] < "50" else "19"
    try:
        return datetime.strptime(century + written, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
