"""What somebody writes and has not sent, kept by the desk: it comes back after a crash, and on another machine.

One draft of each kind a person and item. Two windows that write the same draft do not eat each other's words: who
saves what is no longer the newest gets both. A draft is read through its item: who may not see the item has none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.drafting import covers, joined
from tramita.domain.errors import Invalid, NotFound
from tramita.gateways.storage import storage
from tramita.models import Attachment, Draft, Entry, Item, Message
from tramita.queries import definitions
from tramita.queries.items import visible_to
from tramita.queries.scans import came_in, let_through
from tramita.services.mailing import Enclosure
from tramita.services.moving import require
from tramita.services.notes import LONGEST
from tramita.services.transactions import one_transaction

PERMISSIONS = {"reply": "mail", "note": "work"}
MOST_ADDRESSES, LONGEST_ADDRESS = 200, 1000  # as typed, so they may be anything
MEGABYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the composer."""

    text: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    html: str = ""
    based_on: int | None = None  # the newest entry the writer has before them (Z-2)
    answers: int | None = None  # id of the mail it replies to
    leaving_from: str = ""


class Saved(NamedTuple):
    """The draft as it is now, None when there is nothing to keep. `newer`: it holds more than its writer sent."""

    draft: Draft | None
    newer: bool = False


@one_transaction
def save(item: Item, kind: str, written: Written, *, version: int | None, by: Actor, at: datetime) -> Saved:
    """Keep what was typed. `version` is the one the writer had, 0 for none; None asks nothing and replaces.

    Words that this person has just sent are no draft: a window that saves late brings nothing back.
    Raises: Invalid, when it is more than a mail may hold.
    """
    _check(item, kind, written, by=by)
    row = held(item, kind, by)
    if row is None:
        if _blank(written) or (version is not None and _just_said(item, kind, written.text, by)):
            return Saved(None)
        row, version = _made(item, kind, by, at), version and 0
    if version is not None and version != row.version:
        return _both(row, written, at=at)
    if _blank(written) and not row.files:
        row.delete()
        return Saved(None)
    return Saved(_replaced(row, _columns(item, written), at=at))


def held(item: Item, kind: str, by: Actor) -> Draft | None:
    """This person's draft on the item, its row held until the transaction ends."""
    return Draft.objects.select_for_update().filter(person=by.id, item=item, kind=kind).first()


def held_by(item: Item, kind: str, *, by: Actor) -> Draft | None:
    """This person's draft as it is. The item must be one that they may see."""
    return Draft.objects.filter(person=by.id, item=item, kind=kind).first()


@one_transaction
def attach(item: Item, kind: str, files: Iterable[Enclosure], *, by: Actor, at: datetime) -> Draft | None:
    """Put files into the draft; there is one afterwards. Raises: Invalid `files`, naming what is too large (M-18)."""
    found = list(files)
    _check_sizes(found)
    keys = storage(settings.TRAMITA_STORAGE_URL)
    listed = [
        {"filename": one.filename[:255], "content_type": one.content_type, "size": len(one.content)}
        | {"sha256": keys.put(one.content)}
        for one in found
    ]
    return _add(item, kind, listed, by=by, at=at)


@one_transaction
def attach_from_item(item: Item, kind: str, numbers: Sequence[int], *, by: Actor, at: datetime) -> Draft | None:
    """Put files of the item, or of its related group, into the draft (F-4).

    Raises: NotFound; Conflict `held_back`: what the scanner keeps from us is not sent to others (MAIL-57).
    """
    wanted = list(dict.fromkeys(numbers))
    found = Attachment.objects.select_related("message").in_bulk(wanted)
    seen = set(visible_to(by).filter(pk__in={one.item_id for one in found.values()}).values_list("pk", flat=True))
    if any(number not in found or found[number].item_id not in seen for number in wanted):
        raise NotFound("There is no such file.")
    for one in filter(came_in, found.values()):
        let_through(one.sha256)
    return _add(item, kind, [_listed(found[number]) for number in wanted], by=by, at=at)


@one_transaction
def detach(item: Item, kind: str, sha256: str, *, by: Actor, at: datetime) -> Draft | None:
    """Take a file out again."""
    row = held(item, kind, by)
    if row is None:
        return None
    files = [one for one in row.files if one["sha256"] != sha256]
    if files or row.text.strip() or row.html.strip():
        return _replaced(row, {"files": files}, at=at)
    row.delete()
    return None


@one_transaction
def discard(item: Item, kind: str, *, by: Actor) -> None:
    """Throw it away; its writer asked for it."""
    Draft.objects.filter(person=by.id, item=item, kind=kind).delete()


def said(item: Item, kind: str, text: str, *, by: Actor, at: datetime) -> None:
    """The draft became a mail or a note, in the caller's transaction. What another window wrote besides stays."""
    row = held(item, kind, by)
    if row is None:
        return
    if covers(text, row.text):
        row.delete()
    else:
        _replaced(row, {"files": []}, at=at)


@one_transaction
def restore(message: Message, *, leaving_from: str, by: Actor, at: datetime) -> Draft:
    """A mail that was taken back is a draft again; what was begun meanwhile stays below it (MAIL-115)."""
    item = message.item
    row = held(item, "reply", by) or _made(item, "reply", by, at)
    words = message.reply_text or message.text
    columns: dict[str, Any] = {
        **{name: [address for _, address in getattr(message, name)] for name in ("to", "cc", "bcc")},
        "subject": "" if message.subject.endswith(item.title) else message.subject,
        "text": joined(words, row.text),
        "html": "",
        "files": _merged(map(_listed, message.attachments.order_by("id")), row.files),
        "answers": Message.objects.filter(item=item, message_id=message.in_reply_to).first(),
        "leaving_from": leaving_from,
    }
    return _replaced(row, columns, at=at)


def _check(item: Item, kind: str, written: Written, *, by: Actor) -> None:
    if kind not in PERMISSIONS or by.id is None:
        raise NotFound("There is no such draft.")
    require(by, PERMISSIONS[kind], item)
    if max(len(written.text.encode()), len(written.html.encode())) > LONGEST:
        raise Invalid.one("text", "too_long", "The text is longer than 1 MB.")
    for name in ("to", "cc", "bcc"):
        addresses = getattr(written, name)
        if len(addresses) > MOST_ADDRESSES or any(len(one) > LONGEST_ADDRESS for one in addresses):
            raise Invalid.one(name, "too_long", "These are too many recipients for one mail.")


def _check_sizes(files: Sequence[Enclosure]) -> None:
    most = definitions.settings().limits.file_bytes
    for one in files:
        if len(one.content) > most:
            raise Invalid.one(
                "files",
                "too_large",
                "“%(name)s” is too large: a file may have %(most)s MB at most.",
                name=one.filename,
                most=f"{most / MEGABYTE:g}",
            )


def check_mail_size(text: str, files: Sequence[dict[str, Any]]) -> None:
    """Refuse a mail over the limit before it is sent (M-18, Z-14)."""
    most, size = definitions.settings().limits.mail_bytes, len(text.encode()) + sum(one["size"] for one in files)
    if size > most:
        raise Invalid.one(
            "files",
            "too_large",
            "With its files this mail has %(size)s MB; %(most)s MB are possible. Take some out.",
            size=f"{size / MEGABYTE:.1f}",
            most=f"{most / MEGABYTE:g}",
        )


def _blank(written: Written) -> bool:
    return not written.text.strip() and not written.html.strip()


def _just_said(item: Item, kind: str, text: str, by: Actor) -> bool:
    """Whether these words are in the newest mail or note that this person wrote on the item."""
    type_ = "mail_sent" if kind == "reply" else "note_added"
    entry = Entry.objects.filter(item=item, type=type_, actor=by.id).order_by("-seq").first()
    if entry is None:
        return False
    if kind == "note":
        return covers(str(entry.words.get("body", "")), text)
    message = Message.objects.filter(pk=entry.data.get("message")).first()
    return message is not None and covers(message.reply_text or message.text, text)


def _made(item: Item, kind: str, by: Actor, at: datetime) -> Draft:
    """The draft of this kind, new unless another window was faster."""
    row, _ = Draft.objects.get_or_create(
        person_id=cast("int", by.id), item=item, kind=kind, defaults={"updated_at": at, "version": 0}
    )
    return held(item, kind, by) or row


def _both(row: Draft, written: Written, *, at: datetime) -> Saved:
    """The newer one, and below it what this window wrote besides; to whom it goes is as the newer one says."""
    text = joined(row.text, written.text)
    if text != row.text:
        row = _replaced(row, {"text": text, "html": ""}, at=at)
    return Saved(row, newer=text != written.text)


def _columns(item: Item, written: Written) -> dict[str, Any]:
    answers = Message.objects.filter(pk=written.answers, item=item).first() if written.answers else None
    return {
        **{name: list(getattr(written, name)) for name in ("to", "cc", "bcc")},
        **{name: getattr(written, name) for name in ("subject", "text", "html", "based_on", "leaving_from")},
        "answers": answers,
    }


def _replaced(row: Draft, columns: dict[str, Any], *, at: datetime) -> Draft:
    for name, value in columns.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, at
    row.save(update_fields=[*columns, "version", "updated_at"])
    return row


def _add(item: Item, kind: str, files: Sequence[dict[str, Any]], *, by: Actor, at: datetime) -> Draft | None:
    _check(item, kind, Written(), by=by)
    row = held(item, kind, by)
    if not files:
        return row
    row = row or _made(item, kind, by, at)
    return _replaced(row, {"files": _merged(row.files, files)}, at=at)


def _merged(one: Iterable[dict[str, Any]], two: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each file once."""
    return list({(file["sha256"], file["filename"]): file for file in (*one, *two)}.values())


def _listed(file: Attachment) -> dict[str, Any]:
    return {name: getattr(file, name) for name in ("filename", "content_type", "size", "sha256")}
