"""Signed mail for tests: authorities, certificates and messages, made here, good and hostile (MAIL-39)."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
DATA = bytes.fromhex("2a864886f70d010701")
SIGNED = bytes.fromhex("2a864886f70d010702")
RSA_SHA256 = bytes.fromhex("2a864886f70d01010b")
ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
SHA256 = bytes.fromhex("608648016503040201")
EMAIL_ATTRIBUTE = x509.ObjectIdentifier("1.2.840.113549.1.9.1")


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """One of a few: making them takes a while."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Party:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def name(common: str, *more: x509.NameAttribute) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common), *more])


def authority(common: str = "Acme Mail CA", *, by: Party | None = None, ca: bool = True) -> Party:
    """Its own, or vouched for by another."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _base(name(common), by.certificate.subject if by else name(common), key.public_key())
    made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return Party(made.sign((by or Party(None, key)).key, hashes.SHA256()), key)


def person(
    address: str | None,
    *,
    by: Party,
    common: str = "Ana Lima",
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
    from_: datetime = MONDAY - YEAR,
    until: datetime = MONDAY + YEAR,
    attribute: str | None = None,
    key: Any = None,
) -> Party:
    """Somebody who signs. `attribute`: an address in the subject itself, as old certificates have it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    more = [x509.NameAttribute(EMAIL_ATTRIBUTE, attribute)] if attribute else []
    made = _base(name(common, *more), by.certificate.subject, key.public_key(), from_=from_, until=until)
    if address:
        made = made.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
    if purposes:
        made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return Party(made.sign(by.key, hashes.SHA256()), key)


def _base(
    subject: x509.Name, issuer: x509.Name, key: Any, *, from_: datetime = MONDAY - YEAR, until: datetime = MONDAY + YEAR
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return made.serial_number(x509.random_serial_number()).not_valid_before(from_).not_valid_after(until)


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(value: bytes) -> bytes:
    return der(0x06, value)


@dataclass
class Signing:
    """What to sign and how; each thing can be made wrong."""

    signer: Party
    signed_at: datetime | None = MONDAY
    inside: bool = False  # opaque: the content goes along
    others: list[Party] = field(default_factory=list)
    attributes: bool = True
    digest: str = "sha256"

    def cms(self, content: bytes) -> bytes:
        """RFC 5652, written by hand, so that its moment can be chosen."""
        method = RSA_SHA256 if isinstance(self.signer.key, rsa.RSAPrivateKey) else ECDSA_SHA256
        digest_oid = SHA256 if self.digest == "sha256" else bytes.fromhex("2b0e03021a")
        said = der(0x31, *sorted(self._attributes(content))) if self.attributes else b""
        made = self._sign(said or content)
        certificate = self.signer.certificate
        serial = certificate.serial_number
        number = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
        info = der(
            0x30,
            der(0x02, b"\x01"),
            der(0x30, certificate.issuer.public_bytes(), der(0x02, number)),
            der(0x30, oid(digest_oid)),
            b"\xa0" + said[1:] if said else b"",
            der(0x30, oid(method)),
            der(0x04, made),
        )
        body = der(
            0x30,
            der(0x02, b"\x01"),
            der(0x31, der(0x30, oid(digest_oid))),
            der(0x30, oid(DATA), der(0xA0, der(0x04, content)) if self.inside else b""),
            der(0xA0, self.signer.der, *(one.der for one in self.others)),
            der(0x31, info),
        )
        return der(0x30, oid(SIGNED), der(0xA0, body))

    def _attributes(self, content: bytes) -> list[bytes]:
        digest = hashlib.new(self.digest, content).digest()
        found = {"03": der(0x06, DATA), "04": der(0x04, digest)}
        if self.signed_at:
            found["05"] = der(0x17, self.signed_at.strftime("%y%m%d%H%M%SZ").encode())
        return [der(0x30, oid(bytes.fromhex(f"2a864886f70d0109{n}")), der(0x31, value)) for n, value in found.items()]

    def _sign(self, data: bytes) -> bytes:
        key = self.signer.key
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


WORDS = "Content-Type: text/plain; charset=utf-8\r\n\r\nIt was paid on Friday.\r\n"
FIELDS = {
    "From": "Ana Lima <ana.lima@desk.example>",
    "To": "invoices@desk.example",
    "Subject": "Invoice 991",
    "Date": "Mon, 02 Mar 2026 08:59:00 +0000",
    "Message-ID": "<signed@desk.example>",
    "MIME-Version": "1.0",
}


def header(**fields: str | None) -> str:
    named = FIELDS | {key.replace("_", "-"): value for key, value in fields.items()}
    return "".join(f"{key}: {value}\r\n" for key, value in named.items() if value is not None)


def clear(how: Signing, words: str = WORDS, *, came: str | None = None, **fields: str | None) -> bytes:
    """multipart/signed; `came` is what arrives in place of the words that were signed."""
    body = clear_part(how, words, came=came)
    return (header(**fields) + body).encode()


def clear_part(how: Signing, words: str = WORDS, *, came: str | None = None, bound: str = "sig") -> str:
    signature = _base64(how.cms(words.encode()))
    return (
        f'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="{bound}"\r\n'
        f"\r\n--{bound}\r\n{words if came is None else came}\r\n--{bound}\r\n"
        'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{signature}\r\n--{bound}--\r\n"
    )


def opaque(how: Signing, words: str = WORDS, **fields: str | None) -> bytes:
    """application/pkcs7-mime with the words inside."""
    how.inside = True
    return (
        header(**fields)
        + 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n'
        + "Content-Transfer-Encoding: base64\r\n\r\n"
        + _base64(how.cms(words.encode()))
    ).encode()


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode().replace("\n", "\r\n")
