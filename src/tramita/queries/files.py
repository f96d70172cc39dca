"""The files and links of an item: its own first, then those of its related group, with those of mails (F-1).

Who asks decides what is there: nothing of an item that they may not see, and outside the house nothing internal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Visibility
from tramita.domain.errors import NotFound
from tramita.domain.references import Reference
from tramita.models import Attachment, Item
from tramita.queries import mails, scans
from tramita.queries.cursors import LARGEST
from tramita.queries.names import Who, person_name, who
from tramita.queries.records import among, reader
from tramita.queries.rows import fetch
from tramita.queries.visibility import TRUE, Fragment, both, visible_sql, works

AT_ONCE = 200  # of a page
KINDS = {kind.number: kind for kind in Kind}
TOLD_BY = "('mail_received', 'mail_sent', 'mail_moved_here')"  # what tells of a mail, and who may read it
# what a colleague marked, and what came in a mail that only the house reads (MAIL-51, MAIL-59)
INSIDE = (
    "(COALESCE(attachments.internal, FALSE) OR (attachments.message_id IS NOT NULL AND EXISTS ("
    "SELECT 1 FROM entries e WHERE e.item_id = attachments.item_id AND e.visibility = 'internal' "
    f"AND e.type IN {TOLD_BY} AND CAST(e.data ->> 'message' AS bigint) = attachments.message_id)))"
)
SHOWN = "NOT (attachments.inline AND attachments.content_id <> '')"  # pictures inside a mail's text are no files


@dataclass(frozen=True, slots=True)
class Filed:
    """A file or link, with where it is from. `by` is a colleague, or who wrote the mail."""

    file: Attachment
    reference: str
    own: bool  # of this very item
    by: Who | None
    sender: str  # of the mail that it came in
    internal: bool
    in_mail: bool
    came_in: bool  # with a mail of somebody else: a scanner has the first word (MAIL-57)

    @property
    def number(self) -> int:
        """Its id."""
        return int(self.file.pk)

    @property
    def at(self) -> datetime:
        """When it came."""
        return self.file.at

    @property
    def tags(self) -> tuple[str, ...]:
        """In the order in which they were given."""
        return tuple(self.file.tags or ())


def files_of(item: Item, actor: Actor, *, after: int | None = None, limit: int = AT_ONCE) -> list[Filed]:
    """What the Files tab shows, newest first, this item's own before the others. Cost: one statement.

    `after` is the last one of the page before.
    """
    following = _following(item, after)
    return _read(item, both(_group(item), following), actor, f"ORDER BY own DESC, attachments.id DESC LIMIT {limit}")


def count_sql(item: Item, actor: Actor) -> Fragment:
    """How many that are, as a subquery of one number."""
    where = both(_group(item), _seen(item, actor), Fragment(SHOWN), _readable(actor))
    return Fragment(
        f"SELECT COUNT(*) FROM attachments JOIN items ON items.id = attachments.item_id WHERE {where.sql}",
        where.params,
    )


def chosen(item: Item, actor: Actor, numbers: Iterable[int]) -> list[Filed]:
    """These of them, in that order. Raises: NotFound, for one that is missing or invisible."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return []
    if not all(0 < number <= LARGEST for number in wanted):
        raise NotFound("There is no such file.")
    named = Fragment(among("attachments.id", wanted), tuple(wanted))
    found = {one.number: one for one in _read(item, both(_group(item), named), actor, "", inline=True)}
    if any(number not in found for number in wanted):
        raise NotFound("There is no such file.")
    return [found[number] for number in wanted]


def tagged(item: Item, actor: Actor, tags: Sequence[str]) -> list[Filed]:
    """Those that bear one of these tags and may leave the house, each content once (F-3).

    Cost: one statement, one more with a scanner.
    """
    if not tags:
        return []
    some = Fragment("attachments.tags IS NOT NULL")
    found = _read(item, both(_group(item), some), actor, "ORDER BY own DESC, attachments.id DESC")
    fitting = [one for one in found if not one.internal and not set(tags).isdisjoint(one.tags)]
    once = {one.file.url or one.file.sha256: one for one in reversed(fitting)}
    kept = scans.held([one.file.sha256 for one in once.values() if one.came_in])
    return [one for one in once.values() if not (one.came_in and one.file.sha256 in kept)]


def lines_of(links: Sequence[Filed]) -> str:
    """Links as they stand in the words of a mail: each on a line, with its title where it has one."""
    rows = [one.file for one in links]
    return "\n".join(str(row.url) if row.filename == row.url else f"{row.filename}: {row.url}" for row in rows)


def get_file(actor: Actor, number: int) -> Attachment:
    """One file or link, as it may be had; outside the house only what may be read there.

    Raises: NotFound; Conflict `held_back`, while the scanner keeps it (MAIL-57).
    """
    if not works(actor):
        where = both(Fragment("attachments.id = %s", (number,)), visible_sql(actor), _readable(actor))
        sql = f"SELECT 1 FROM attachments JOIN items ON items.id = attachments.item_id WHERE {where.sql}"
        if not fetch(sql, where.params):
            raise NotFound("There is no such file.")
    return mails.get_file(actor, number)


def _read(item: Item, where: Fragment, actor: Actor, rest: str, *, inline: bool = False) -> list[Filed]:
    read = reader(Attachment)
    where = both(where, _seen(item, actor), _readable(actor), TRUE if inline else Fragment(SHOWN))
    rows = fetch(
        f"SELECT {read.columns}, items.number, items.kind, items.ordinal, "
        f"CASE WHEN items.id = %s THEN 1 ELSE 0 END AS own, {INSIDE}, "
        "m.sender_name, m.sender_address, m.outgoing, p.id, p.name, p.email, p.role "
        "FROM attachments JOIN items ON items.id = attachments.item_id "
        "LEFT JOIN messages m ON m.id = attachments.message_id LEFT JOIN people p ON p.id = attachments.by_id "
        f"WHERE {where.sql} {rest}",
        [item.pk, *where.params],
    )
    width = len(read.names)
    return [_filed(read.read(row[:width]), row[width:]) for row in rows]


def _filed(file: Attachment, row: Sequence[Any]) -> Filed:
    number, kind, ordinal, own, inside, sender, address, outgoing, person, name, email, role = row
    return Filed(
        file=file,
        reference=str(Reference(KINDS[kind], number, ordinal)),
        own=bool(own),
        by=None if person is None else who(person, name, email or "", role),
        sender=person_name(sender, address) if address else "",
        internal=bool(inside),
        in_mail=file.message_id is not None,
        came_in=outgoing is not None and not outgoing,
    )


def _group(item: Item) -> Fragment:
    """Of this item or of one in its related group (G-11)."""
    first = item.related_to_id or item.pk
    return Fragment("(items.id = %s OR items.id = %s OR items.related_to_id = %s)", (item.pk, first, first))


def _seen(item: Item, actor: Actor) -> Fragment:
    """Files are shared inside a group: who works and sees one of its items has those of all (G-11)."""
    seen = visible_sql(actor)
    if not works(actor) or seen.sql == "TRUE":
        return seen
    group = both(_group(item), seen)
    return Fragment(f"EXISTS (SELECT 1 FROM items WHERE {group.sql})", group.params)


def _following(item: Item, after: int | None) -> Fragment:
    """Past this one, in the order of the list."""
    if after is None:
        return TRUE
    mine = "(SELECT CASE WHEN b.item_id = %s THEN 1 ELSE 0 END FROM attachments b WHERE b.id = %s)"
    own = "CASE WHEN items.id = %s THEN 1 ELSE 0 END"
    return Fragment(
        f"({own} < {mine} OR ({own} = {mine} AND attachments.id < %s))",
        (item.pk, item.pk, after, item.pk, item.pk, after, after),
    )


def _readable(actor: Actor) -> Fragment:
    """Outside the house: of mails that their readers may read, and what a colleague shows."""
    if works(actor):
        return TRUE
    shown = (
        "((attachments.message_id IS NULL AND attachments.internal = FALSE) OR EXISTS ("
        "SELECT 1 FROM entries e WHERE e.item_id = attachments.item_id AND e.visibility = %s "
        f"AND e.type IN {TOLD_BY} AND CAST(e.data ->> 'message' AS bigint) = attachments.message_id))"
    )
    mine = Fragment("COALESCE(attachments.internal, FALSE) = FALSE")
    return both(Fragment(shown, (Visibility.PARTICIPANTS.value,)), mine)
