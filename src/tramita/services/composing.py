"""From a draft to a mail: checked, held for a moment so that it can be undone, or kept for its time (M-17)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.canned import gaps
from tramita.domain.codes import State
from tramita.domain.drafting import pictures_in
from tramita.domain.errors import Invalid
from tramita.models import Draft, Entry, Item, Message
from tramita.queries import definitions
from tramita.queries.mailboxes import directory
from tramita.queries.mails import answerable
from tramita.queries.stored import stored_file
from tramita.services import drafts, mailing, notes, resolving
from tramita.services.drafts import Written
from tramita.services.mailing import Enclosure
from tramita.services.recipients import Outsiders, doubts
from tramita.services.transactions import one_transaction


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a mail that was taken back."""

    restored: bool  # its words are in the draft of who took it back
    reopened: bool  # the resolution that rested on it is taken back too


@one_transaction
def send_written(
    item: Item,
    written: Written,
    *,
    meant: Collection[str] = (),
    send_at: datetime | None = None,
    resolve: str | None = None,
    by: Actor,
    at: datetime,
) -> Message:
    """Send what stands in the composer, with the files of its draft; the draft goes with it.

    `meant` are addresses of which the writer said that they are meant, though they are new to the item.
    Raises: Outsiders; Invalid, for a gap of a canned text that nobody filled. Rules: M-15 to M-19, MAIL-115, Z-2.
    """
    draft = drafts.held(item, "reply", by)
    written = drafts.worded(written, draft)
    files = _going(draft, written)
    _check(item, written, files, meant)
    message = mailing.send(
        item,
        to=written.to,
        cc=written.cc,
        bcc=written.bcc,
        subject=written.subject,
        text=written.text,
        html=written.html or None,
        attachments=[_enclosure(one) for one in files],
        send_at=send_at,
        resolve=resolve,
        based_on=written.based_on,
        hold=timedelta(seconds=definitions.settings().undo_send),
        answers=answerable(item, written.answers),
        leaving_from=written.leaving_from,
        by=by,
        at=at,
    )
    drafts.said(item, "reply", written.text, by=by, at=at)
    return message


@one_transaction
def add_written_note(item: Item, text: str, *, resolution: bool, by: Actor, at: datetime) -> None:
    """Add the note that stands in the composer, with the files of its draft; the draft goes with it (TL-1)."""
    draft = drafts.held(item, "note", by)
    notes.add_note(item, body=text, resolution=resolution, files=draft.files if draft else (), by=by, at=at)
    drafts.said(item, "note", text, by=by, at=at)


@one_transaction
def take_back(message: Message, *, by: Actor, at: datetime) -> TakenBack:
    """Undo a mail that nobody has taken yet, or cancel a scheduled one: decided by the database, by nobody's clock.

    Its writer gets the words back as a draft. A resolution that rested on the mail is taken back with it while the
    item is Resolved (decision 0022). Raises: Conflict `already_sent`. Rules: MAIL-115, M-17.
    """
    entry = _told(message)
    mailing.cancel(message, by=by, at=at)
    reopened = _rested_on(message.item, entry)
    if reopened:
        resolving.reopen(message.item, by=by, at=at)
    restored = entry is not None and entry.actor_id == by.id and message.item.state is not State.CLOSED
    if restored:
        ours = message.sender_address in addresses_of(message.item)
        drafts.restore(message, leaving_from=message.sender_address if ours else "", by=by, at=at)
    return TakenBack(restored, reopened)


def _going(draft: Draft | None, written: Written) -> list[dict[str, Any]]:
    """The files of the draft, without pictures that were taken out of the text again."""
    shown = pictures_in(written.html)
    return [
        one for one in (draft.files if draft else ()) if one.get("content_id") is None or one["content_id"] in shown
    ]


def _check(item: Item, written: Written, files: Sequence[dict[str, Any]], meant: Collection[str]) -> None:
    if left := gaps(f"{written.subject}\n{written.text}"):
        raise Invalid.one("text", "gap", "Fill in what is still open: %(gaps)s.", gaps=", ".join(left))
    _check_address(item, written.leaving_from)
    drafts.check_mail_size(written, files)
    asked = doubts(item, written.to, written.cc, written.bcc, meant=meant)
    if asked.doubtful:
        raise Outsiders(asked)


def _check_address(item: Item, address: str) -> None:
    """Only an address that leads to the item's process may stand in From (MAIL-117)."""
    if address and address not in addresses_of(item):
        raise Invalid.one("leaving_from", "unknown", "Mail about this item does not leave from there.")


def addresses_of(item: Item) -> list[str]:
    """The addresses whose mail starts what this item is, the default one first (M-15)."""
    desk, path = directory(), item.process.key if item.process else None
    routed = [one.address for one in desk.routes.values() if one.path == path]
    return list(dict.fromkeys((desk.leaving_from(path), *routed)))


def _enclosure(file: dict[str, str]) -> Enclosure:
    content = stored_file(file["sha256"], file["filename"])
    return Enclosure(file["filename"], file["content_type"], content, file.get("content_id", ""))


def _told(message: Message) -> Entry | None:
    return Entry.objects.filter(item=message.item_id, type="mail_sent", data__message=message.pk).first()


def _rested_on(item: Item, entry: Entry | None) -> bool:
    """Whether the item is Resolved by this very mail (R-9, R-11)."""
    if entry is None or item.state is not State.RESOLVED:
        return False
    resolved = Entry.objects.filter(item=item, type="resolved").order_by("-seq").first()
    return resolved is not None and resolved.data.get("resolution_seq") == entry.seq
