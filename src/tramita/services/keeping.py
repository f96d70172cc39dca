"""Bytes kept before anybody reads them: whoever fetches may go on, the worker reads later (MAIL-1, MAIL-6)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from tramita.domain.mime import ParsedMail, trace_free_digest
from tramita.gateways.storage import storage
from tramita.models import SeenMessage
from tramita.services import sql
from tramita.services.transactions import writing

LONGEST_SUBJECT, LONGEST_ADDRESS = 300, 254


def put(raw: bytes) -> str:
    """The bytes to storage; their key. Raises: OSError."""
    return storage(settings.TRAMITA_STORAGE_URL).put(raw)


def note(key: str, raw: bytes, *, mailbox: str, source: str, at: datetime, **columns: Any) -> int:
    """A row in the ledger of messages seen, due to be read at once; the one that is there, if the same came before.

    `columns` may say that it is set aside already, is `archive`, or has another size. Its number.
    """
    row: Mapping[str, Any] = {
        "mailbox": mailbox,
        "source": source,
        "envelope": {},
        "raw": key,
        "content": digest(raw),
        "size": len(raw),
        "seen_at": at,
        "outcome": "",
        "reason": "",
        "subject": "",
        "sender": "",
        "items": [],
        "tries": 0,
        "next_at": at,
        "archive": False,
    } | columns
    with writing():
        new = sql.insert("seen_messages", [row], returning=True, once=True)
        return new[0] if new else SeenMessage.objects.values_list("pk", flat=True).get(**_same(row))


def names_of(mail: ParsedMail) -> dict[str, str]:
    """Subject and sender as the tray shows them."""
    sender = mail.from_.address if mail.from_ else ""
    return {"subject": (mail.subject or "")[:LONGEST_SUBJECT], "sender": sender[:LONGEST_ADDRESS]}


def _same(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"mailbox": row["mailbox"], "content": row["content"]}


def digest(raw: bytes) -> str:
    """What makes two copies the same (MAIL-3); of what cannot be split, all bytes."""
    try:
        return trace_free_digest(raw)
    except Exception:  # noqa: BLE001 - as the reader itself does: keeping fails over nothing in a message (MAIL-20)
        return hashlib.sha256(raw).hexdigest()
