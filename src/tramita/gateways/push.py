"""A message to a browser by its push service: encrypted for the browser alone, signed by us (AP-17, N-4).

Encryption is RFC 8291 with the content coding of RFC 8188, the signature is RFC 8292 (VAPID), the request is RFC 8030.
"""

import base64
import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tramita.gateways.calling import call

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

LONGEST = 3993  # bytes of a message: a record of 4096 without its head (86), its tag (16) and the delimiter
RECORD = 4096
LIVES = timedelta(days=2)  # how long a push service keeps it for a browser that is away
SIGNED_FOR = timedelta(hours=12)  # RFC 8292: a day at most
PATIENCE = 8.0  # seconds for one push service


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message for one browser. `topic`: what came before under the same one, and was not fetched, is replaced."""

    endpoint: str
    p256dh: str
    auth: str
    text: bytes
    topic: str


def new_key() -> str:
    """A private key to sign with, base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


def public_key(private: str) -> str:
    """What browsers are given, base64url."""
    return encoded(_point(_signer(private).public_key()))


def post(parcel: Parcel, *, private: str, contact: str, at: datetime, inside: Collection[str]) -> int:
    """Hand it to the push service: the status of its answer. Raises: CallFault; ValueError, for keys that are none."""
    headers = {
        "Authorization": signature(parcel.endpoint, private=private, contact=contact, at=at),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(LIVES.total_seconds())),
        "Topic": parcel.topic,
        "Urgency": "high",
    }
    body = encrypted(parcel.text, p256dh=decoded(parcel.p256dh), auth=decoded(parcel.auth))
    answer = call(
        "POST",
        parcel.endpoint,
        headers=headers,
        body=body,
        patience=PATIENCE,
        inside=inside,
        named_by="TRAMITA_PUSH_INSIDE",
    )
    return answer.status


def encrypted(text: bytes, *, p256dh: bytes, auth: bytes, private: str = "", salt: bytes = b"") -> bytes:
    """One record that the browser with these keys reads. `private`, `salt`: new ones, but for the RFC's own example.

    Raises: ValueError, for a key that is no point of the curve, and for a text that is too long.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(text) > LONGEST:
        raise ValueError("the message is too long")
    salt = salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    ours = _signer(private or new_key())
    own = _point(ours.public_key())
    shared = _derived(ours.exchange(ec.ECDH(), theirs), auth, b"WebPush: info\0" + p256dh + own, 32)
    key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(own)]) + own
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def signature(endpoint: str, *, private: str, contact: str, at: datetime) -> str:
    """The header that says who we are to this push service. `contact`: a https or mailto address."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    where = urlsplit(endpoint)
    claims = {"aud": f"{where.scheme}://{where.netloc}", "exp": int((at + SIGNED_FOR).timestamp()), "sub": contact}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(_signer(private).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={public_key(private)}"


def encoded(raw: bytes) -> str:
    """Base64 as addresses carry it, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes. Raises: ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _json(value: object) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def _signer(private: str) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(int.from_bytes(decoded(private), "big"), ec.SECP256R1())


def _point(key: "EllipticCurvePublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
