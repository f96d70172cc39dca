"""A push service with the browsers behind it: it checks who sends, and reads as a browser would.

What is right is written here a second time, from the receiver's side of RFC 8291 and RFC 8292, with none of our code.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.web import Heard, Web, serving


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """One end of a subscription: where it is reached, and the keys that never leave it."""

    service: Web
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def path(self) -> str:
        return f"/push/{self.name}"

    @property
    def endpoint(self) -> str:
        return f"{self.service.address}{self.path}"

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def given(self) -> dict[str, str]:
        """What it tells the desk of itself."""
        return {"endpoint": self.endpoint, "p256dh": base64url(self.point), "auth": base64url(self.auth)}

    def told(self) -> list[dict[str, Any]]:
        """What arrived for it, decrypted."""
        return [json.loads(self.read(one.body)) for one in self.service.heard if one.path == self.path]

    def read(self, body: bytes) -> bytes:
        """The one record of a message (RFC 8188), with the key agreed on (RFC 8291)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(body) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        agreed = hkdf(self.auth, self.key.exchange(ec.ECDH(), theirs), b"WebPush: info\x00" + self.point + sender, 32)
        key = hkdf(salt, agreed, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = hkdf(salt, agreed, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02", "the last record of a message"
        return padded[:-1]


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, where one block is enough."""
    return hmac(hmac(salt, secret), info + b"\x01")[:length]


def hmac(key: bytes, text: bytes) -> bytes:
    made = HMAC(key, hashes.SHA256())
    made.update(text)
    return made.finalize()


def signed_by(heard: Heard, service: Web) -> tuple[str, Mapping[str, Any]]:
    """The public key of who sent this, once its signature holds for this very service; and what was signed."""
    scheme, _, rest = heard.headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = parts["t"].rpartition(".")
    head, claims = (json.loads(unbase64url(part)) for part in signed.split("."))
    raw = unbase64url(signature)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(parts["k"]))
    key.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(hashes.SHA256()))
    where = urlsplit(service.address)
    assert (scheme, head["alg"], claims["aud"]) == ("vapid", "ES256", f"{where.scheme}://{where.netloc}")
    return parts["k"], claims


@contextmanager
def push_service() -> Iterator[Web]:
    """One that takes what comes (201)."""
    with serving() as web:
        web.answers = [(201, "")]
        yield web
