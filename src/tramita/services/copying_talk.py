"""A snapshot of what was said on an item, put on one that it is linked with (X-32)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Item, Link
from tramita.queries.timeline import Said, comms
from tramita.services import notes
from tramita.services.ledger import Change
from tramita.services.linking import LINKED
from tramita.services.moving import require
from tramita.services.transactions import one_transaction

MOST = notes.LONGEST - 1024  # bytes; the oldest are left out
LOOSE = (LINKED, "follows_closed")
FILE = ("sha256", "filename", "content_type", "size")


@one_transaction
def copy_communications(item: Item, *, to: Item, by: Actor, at: datetime) -> None:
    """Write what was said here as one internal note there, with the files; nothing later is shared (X-30, X-32).

    It starts no work. Raises: NotPermitted; Invalid `not_linked` or `nothing_said`; Conflict `item_closed`.
    """
    require(by, "view", item)
    require(by, "work", to)
    tied = Q(source=item, target=to) | Q(source=to, target=item)
    if not Link.objects.filter(tied, type__in=LOOSE).exists():
        raise Invalid.one("to", "not_linked", "These items are not linked.")
    if to.state is State.CLOSED:
        raise Conflict("The item is Closed: nothing is added to it any more.", code="item_closed")
    said = comms(item, by)
    body = _words(item, said)
    if not body:
        raise Invalid.one("to", "nothing_said", "Nothing was said here yet.")
    change = Change(to, by, at)
    files = notes.enclosed(to, _files(said), by=by, at=at)
    notes.write_note(change, body, files=files)
    change.lines[-1].data["copied_from"] = item.reference
    change.write()


def _words(item: Item, said: Sequence[Said]) -> str:
    """The newest first, as far as a note may be long."""
    parts, left = [item.reference], MOST
    for one in said:
        part = f"{_head(one)}\n{_text(one)}"
        left -= len(part.encode()) + 8
        if left < 0:
            break
        parts.append(part)
    return "\n\n---\n\n".join(parts) if len(parts) > 1 else ""


def _head(one: Said) -> str:
    who = one.message.sender_name or one.message.sender_address if one.message else ""
    who = who or (one.entry.actor.name if one.entry.actor else "")
    moment = f"{one.entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return " · ".join(filter(None, (moment, who, one.message.subject if one.message else "")))


def _text(one: Said) -> str:
    if one.message is None:
        return str(one.entry.data.get("body", ""))
    return one.message.reply_text.strip() or one.message.text.strip()


def _files(said: Sequence[Said]) -> list[Mapping[str, Any]]:
    """Each content once; pictures inside a mail's text are no files, and what a scanner keeps stays there."""
    found = {
        one.sha256: {name: getattr(one, name) for name in FILE}
        for each in said
        for one in each.attachments
        if one.sha256 and not one.inline and one.sha256 not in each.held
    }
    return list(found.values())
