"""What somebody writes and has not sent, kept by the desk: it comes back after a crash, and on another machine.

One draft of each kind a person and item. Two windows that write the same draft do not eat each other's words: who
saves what is no longer the newest gets both. A draft is read through its item: who may not see the item has none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.drafting import Words, as_html, covers, is_plain, joined, joined_html
from tramita.domain.errors import Invalid, NotFound, StaleVersion
from tramita.domain.file_kinds import picture
from tramita.domain.filing import check_size, check_type
from tramita.gateways.storage import storage
from tramita.models import Attachment, Draft, Entry, Item, Message
from tramita.queries import definitions, files
from tramita.queries.files import Filed
from tramita.queries.mails import answerable
from tramita.services import filing, writing_html
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

    Words that this person has just sent are no draft: a window that saves late brings nothing back. HTML is cleaned
    first, and its text is what it says. Raises: Invalid, when it is more than a mail may hold.
    """
    _check(item, kind, written, by=by)
    row = held(item, kind, by)
    written = worded(written, row)
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


def worded(written: Written, draft: Draft | None) -> Written:
    """The same with its HTML cleaned and its text made from that; without HTML, where the text says all.

    Raises: Invalid `text`, when it is too much to be cleaned.
    """
    if not written.html.strip():
        return replace(written, html="")
    shown = [one["content_id"] for one in draft.files if one.get("content_id")] if draft else []
    text, html = writing_html.cleaned(written.html, pictures=shown)
    return replace(written, text=text, html="" if is_plain(html) else html)


def held(item: Item, kind: str, by: Actor) -> Draft | None:
    """This person's draft on the item, its row held until the transaction ends."""
    return Draft.objects.select_for_update().filter(person=by.id, item=item, kind=kind).first()


def held_by(item: Item, kind: str, *, by: Actor) -> Draft | None:
    """This person's draft as it is. The item must be one that they may see."""
    return Draft.objects.filter(person=by.id, item=item, kind=kind).first()


@one_transaction
def attach(item: Item, kind: str, given: Iterable[Enclosure], *, by: Actor, at: datetime) -> Draft | None:
    """Put files into the draft; there is one afterwards. Raises: Invalid `files`, naming what is too large (M-18)."""
    found = list(given)
    _check_files(found)
    return _add(item, kind, _keep(found), by=by, at=at)


@one_transaction
def show_pictures(item: Item, pictures: Iterable[Enclosure], *, by: Actor, at: datetime) -> tuple[Draft, list[str]]:
    """Put pictures into a reply that its text shows, and the content ids by which it does. Raises: Invalid `files`.

    What the text does not show in the end is not sent.
    """
    found = list(pictures)
    _check_files(found)
    for one in found:
        if picture(one.content) is None:
            raise Invalid.one(
                "files", "no_picture", "“%(name)s” is no picture that a mail can show.", name=one.filename
            )
    listed = _keep(found)
    for file in listed:
        file["content_id"] = f"{file['sha256'][:32]}@picture"
    draft = _add(item, "reply", listed, by=by, at=at)
    if draft is None:
        raise Invalid.one("files", "required", "Choose a file first.")
    return draft, [str(file["content_id"]) for file in listed]


@one_transaction
def attach_from_item(item: Item, kind: str, numbers: Sequence[int], *, by: Actor, at: datetime) -> Draft | None:
    """Put files of the item, or of its related group, into the draft; links go into its words (F-4).

    Raises: NotFound; Invalid `files`, for a mail and what stays inside; Conflict `held_back`: what the scanner keeps
    from us is not sent to others (MAIL-57).
    """
    return add_filed(item, kind, files.chosen(item, by, numbers), by=by, at=at)


@one_transaction
def add_filed(item: Item, kind: str, chosen: Sequence[Filed], *, by: Actor, at: datetime) -> Draft | None:
    """As above, of what was looked up already."""
    filing.check_scanned(chosen)
    if kind == "reply":
        filing.check_outgoing(chosen, field="files")
    draft = _add(item, kind, [_listed(one.file, shown=False) for one in chosen if not one.file.url], by=by, at=at)
    links = [one for one in chosen if one.file.url]
    if not links:
        return draft
    draft = draft or _made(item, kind, by, at)
    return _replaced(draft, _with_links(draft, links), at=at)


def _with_links(draft: Draft, links: Sequence[Filed]) -> dict[str, Any]:
    """Below what is written, each on a line of its own; one that is there already is not said again."""
    lines = files.lines_of([one for one in links if str(one.file.url) not in draft.text])
    if not lines:
        return {}
    text = "\n\n".join(part for part in (draft.text.rstrip(), lines) if part)
    return {"text": text, "html": draft.html and draft.html + as_html(lines)}


@one_transaction
def detach(item: Item, kind: str, sha256: str, *, by: Actor, at: datetime) -> Draft | None:
    """Take a file out again."""
    row = held(item, kind, by)
    if row is None:
        return None
    files = [one for one in row.files if one["sha256"] != sha256 or one.get("content_id")]
    if files or row.text.strip() or row.html.strip():
        return _replaced(row, {"files": files}, at=at)
    row.delete()
    return None


@one_transaction
def discard(item: Item, kind: str, *, by: Actor, version: int | None = None) -> None:
    """Throw it away; its writer asked for it. Raises: StaleVersion, when another window wrote more than they saw."""
    row = held(item, kind, by)
    if row is None:
        return
    if version is not None and version != row.version:
        raise StaleVersion(read=version, current=row.version)
    row.delete()


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
        "html": joined_html(Words(words, message.html), Words(row.text, row.html)),
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


def _check_files(files: Sequence[Enclosure]) -> None:
    desk = definitions.settings()
    for one in files:
        check_size(one.filename, len(one.content), desk.limits.file_bytes, field="files")
        check_type(one.filename, desk.file_types, field="files")


def _keep(files: Sequence[Enclosure]) -> list[dict[str, Any]]:
    """Their bytes to storage; how a draft lists them."""
    keys = storage(settings.TRAMITA_STORAGE_URL)
    return [
        {"filename": one.filename[:255], "content_type": one.content_type, "size": len(one.content)}
        | {"sha256": keys.put(one.content)}
        for one in files
    ]


def check_mail_size(written: Written, files: Sequence[dict[str, Any]]) -> None:
    """Refuse a mail over the limit before it is sent (M-18, Z-14)."""
    most, words = definitions.settings().limits.mail_bytes, len(written.text.encode()) + len(written.html.encode())
    size = words + sum(one["size"] for one in files)
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
    html = joined_html(Words(row.text, row.html), Words(written.text, written.html))
    if (text, html) != (row.text, row.html):
        row = _replaced(row, {"text": text, "html": html}, at=at)
    return Saved(row, newer=text != written.text)


def _columns(item: Item, written: Written) -> dict[str, Any]:
    answers = answerable(item, written.answers)
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
    return list({(file["sha256"], file["filename"], file.get("content_id")): file for file in (*one, *two)}.values())


def _listed(file: Attachment, *, shown: bool = True) -> dict[str, Any]:
    """As a draft lists it; `shown`: a picture that the text shows stays one."""
    plain = {name: getattr(file, name) for name in ("filename", "content_type", "size", "sha256")}
    return plain | ({"content_id": file.content_id} if shown and file.inline and file.content_id else {})
