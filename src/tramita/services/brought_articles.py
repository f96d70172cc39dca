"""What was said on an item in another system, filed as it is: nothing is sent, and nobody is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from tramita.domain.actors import SYSTEM
from tramita.domain.bringing_in import Article
from tramita.domain.codes import Visibility
from tramita.domain.mime.charsets import one_line
from tramita.gateways.storage import storage
from tramita.models import Item, Message
from tramita.queries.arrivals import Known
from tramita.services import scanning, sql
from tramita.services.ledger import Change
from tramita.services.storing_mail import LONGEST_ANSWERED, MOST_RECIPIENTS, SHOWN


def add(item: Item, articles: Sequence[Article], known: Known, *, at: datetime) -> None:
    """In their order, each when it was said; mails with their ids, so that answers find their item."""
    for article in articles:
        who = known.people.get(article.sender)
        change = Change(item, SYSTEM, min(article.at, at))
        message = None if article.internal else _message(item, article)
        _record(change, article, message, who.id if who else None)
        change.write()
        _files(item, article, message, at=at)


def _record(change: Change, article: Article, message: int | None, actor_id: int | None) -> None:
    visibility = Visibility.INTERNAL if article.internal else Visibility.PARTICIPANTS
    data: dict[str, Any] = {"archive": True}
    if message is None:
        body = {"body": article.text}
        change.record("note_added", visibility=visibility, data=data, words=body, actor_id=actor_id)
        return
    data |= {"message": message, "automatic": False}
    words = {"subject": article.subject, "from": article.sender, "name": article.sender_name}
    type_ = "mail_received" if article.incoming else "mail_sent"
    change.record(type_, visibility=visibility, data=data, words=words, actor_id=actor_id)


def _message(item: Item, article: Article) -> int:
    row: dict[str, Any] = {
        "item_id": item.pk,
        "seen_id": None,
        "outgoing": not article.incoming,
        "automatic": False,
        "message_id": one_line(article.message_id)[:998],
        "in_reply_to": one_line(article.in_reply_to)[:LONGEST_ANSWERED],
        "refs": [],
        "subject": one_line(article.subject),
        "sender_name": one_line(article.sender_name)[:300],
        "sender_address": article.sender[:254],
        "recipients": [["", one] for one in article.to[:MOST_RECIPIENTS]],
        "cc": [["", one] for one in article.cc[:MOST_RECIPIENTS]],
        "bcc": [],
        "at": article.at,
        "header_date": article.at,
        "text": article.text[:SHOWN],
        "html": "",
        "reply_text": article.text[:SHOWN],
        "raw": "",
        "defects": [],
        "headers": {},
        "shown": int(Message.Shown.TEXT),
    }
    return sql.insert("messages", [row], returning=True)[0]


def _files(item: Item, article: Article, message: int | None, *, at: datetime) -> None:
    kept = storage(settings.TRAMITA_STORAGE_URL)
    rows: list[dict[str, Any]] = []
    for file in article.files:
        data = file.load()
        rows.append(
            {
                "item_id": item.pk,
                "message_id": message,
                "sha256": kept.put(data),
                "filename": one_line(file.filename)[:255] or "file.bin",
                "content_type": file.content_type[:200] or "application/octet-stream",
                "size": len(data),
                "inline": False,
                "content_id": "",
                "at": article.at,
                "internal": article.internal or None,
            }
        )
    if rows:
        sql.insert("attachments", rows)
        scanning.want({row["sha256"]: False for row in rows}, at=at)
