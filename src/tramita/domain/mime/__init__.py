"""Mail read from bytes, whatever they are. `parse` is the way in; no disk, no clock, no network."""

from tramita.domain.mime.model import (
    Address,
    Attachment,
    Bounce,
    ParsedMail,
    Receipt,
    Recipient,
    Signature,
    address_key,
    kept_signature,
)
from tramita.domain.mime.parse import parse
from tramita.domain.mime.trace import trace_free_digest

__all__ = [
    "Address",
    "Attachment",
    "Bounce",
    "ParsedMail",
    "Receipt",
    "Recipient",
    "Signature",
    "address_key",
    "kept_signature",
    "parse",
    "trace_free_digest",
]
