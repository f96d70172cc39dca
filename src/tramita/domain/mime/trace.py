"""What makes two copies of one message the same (MAIL-3)."""

import hashlib

from tramita.domain.mime.headers import Block, split_message
from tramita.domain.mime.words import unfold

TRACE = (
    "received", "x-received", "return-path", "delivered-to", "x-delivered-to", "x-original-to", "envelope-to",
    "x-envelope-to", "x-envelope-from", "received-spf", "authentication-results", "x-uidl", "status",
    "x-status",
    "x-keywords", "x-imap", "x-imapbase", "x-mozilla-status", "x-mozilla-status2", "x-mozilla-keys",
    "x-gm-thrid",
    "x-gm-message-state", "x-spam-checker-version",
)  # fmt: skip


def trace_free_digest(raw: bytes) -> str:
    """SHA-256 of the message without the fields that delivery adds, with line ends made alike."""
    return digest_of(*split_message(raw))


def digest_of(block: Block, body: bytes) -> str:
    """The same for a message that is already cut in two."""
    digest = hashlib.sha256()
    for name, value in block.fields:
        if name.lower() not in TRACE and not name.lower().startswith("arc-"):
            digest.update(name.lower().encode() + b":" + unfold(value) + b"\n")
    digest.update(b"\n" + body.replace(b"\r\n", b"\n").rstrip(b"\r\n"))
    return digest.hexdigest()
