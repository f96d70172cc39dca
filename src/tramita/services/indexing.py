"""Search is made from the ledger, in batches, by a worker: a second after the commit, and never within it (H-6).

Each text of an item is one row of `search_docs`; what changes is put in anew, at the end, so that the newest come
first. The mark in `followers` moves in the same transaction: whoever is killed in between begins the batch again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import Q

from tramita.domain.cards import texts_in
from tramita.domain.file_texts import LARGEST, readable, words_in
from tramita.domain.folding import words
from tramita.domain.search_terms import marked
from tramita.gateways.pdf import words_in_pdf
from tramita.gateways.storage import storage
from tramita.models import Attachment, CopiedContact, Follower, Item, Message, Person, SearchDoc
from tramita.queries.events import BEGINNING, Mark, between, newest
from tramita.queries.rows import document, fetch
from tramita.queries.timeline import MAILS, MOVED_AWAY, MOVED_HERE, NOTES
from tramita.services import limits, sql
from tramita.services.followers import moved
from tramita.services.transactions import writing

NAME = "search"
BATCH = 200  # entries
LONGEST_TEXT = 100_000  # characters that are read of one text
LONGEST_BODY = 60_000  # that are kept, folded
SECONDS, MEMORY = 10.0, 512 * 2**20  # for the words of one PDF
MAIL = frozenset({*MAILS, MOVED_HERE, MOVED_AWAY})
TOLD = frozenset(
    {"title", "requester_id", "primary_contact_id", "subject_id", "organisation_id", "process_id", "fields"}
)
FILES = frozenset({"file_added", "link_added", "file_changed", "file_removed"})
ALL = 0  # of an item's own files: the entry does not say which
About = SearchDoc.About
Key = tuple[int, int, int]  # item, about, source
Files = Mapping[tuple[int | None, int | None], Sequence[Attachment]]  # by item, of what lies on it alone, or by mail


def index(*, at: datetime) -> int:
    """Take in the next entries of the ledger; how many. Cost: some eight statements for two hundred entries.

    What is read and folded before the transaction may change meanwhile: then the ledger has a later entry of it.
    """
    del at  # the ledger says when
    follower = Follower.objects.filter(name=NAME).first()
    start, safe = (follower.tx, follower.entry) if follower else BEGINNING, newest()
    rows = _entries(start, safe) if safe > start else []
    end = (int(rows[-1][0]), int(rows[-1][1])) if len(rows) == BATCH else max(safe, start)
    if end == start:
        return 0
    made = {key: " ".join(words(text[:LONGEST_TEXT]))[:LONGEST_BODY] for key, text in _texts(rows).items()}
    with writing():
        if follower is None:
            Follower.objects.get_or_create(name=NAME)
        if not moved(NAME, start, end):
            return 0
        replace(made)
    return len(rows)


def _entries(start: Mark, end: Mark) -> list[tuple[Any, ...]]:
    transaction, place, places = between(start, end)
    return fetch(
        f"SELECT {transaction}, e.id, e.item_id, e.type, e.data, e.words FROM entries e WHERE {place} LIMIT {BATCH}",  # noqa: S608 - texts of ours
        places,
    )


def _texts(rows: Iterable[tuple[Any, ...]]) -> dict[Key, str]:
    """The texts that these entries made or changed, what was touched last at the end. A text that is not there any
    more, as of a mail that was taken to another item, is empty."""
    touched: dict[Key, str] = {}
    for row in rows:
        for key, text in _touched(row):
            touched.pop(key, None)
            touched[key] = text
    mails, items, filed = (
        {key[place] for key in touched if key[1] is about}
        for about, place in ((About.MAIL, 2), (About.ITEM, 0), (About.FILE, 0))
    )
    files = _files(mails, filed)
    texts = dict(chain(_mails(mails, files), _items(items)))
    whole = [item for item, about, source in touched if (about, source) == (About.FILE, ALL)]
    found = dict.fromkeys(_files_gone(whole), "")
    for key, text in touched.items():
        item, about, source = key
        if about is not About.FILE:
            found[key] = texts.get(key, text)
        elif source != ALL:
            found[key] = ""  # unless it is among the item's own
        for file in files.get((item, None) if about is About.FILE else (None, source), ()):
            if about is not About.FILE or source in (ALL, file.pk):
                found[(item, About.FILE, file.pk)] = _words_in(file) if file.item_id == item else ""
    return found


def _files_gone(items: Collection[int]) -> Iterator[Key]:
    """Texts of files that are not there any more, as when a person's mail is erased."""
    there = Attachment.objects.filter(item__in=items).values("pk")
    rows = SearchDoc.objects.filter(item__in=items, about=About.FILE).exclude(source__in=there)
    for item, source in rows.values_list("item_id", "source") if items else ():
        yield item, About.FILE, source


def _touched(row: tuple[Any, ...]) -> Iterator[tuple[Key, str]]:
    """What an entry tells that there is something new to read; of a note it is said there."""
    _, entry_id, item_id, type_, data, said = row
    facts, spoken = document(data), document(said)
    if type_ in MAIL and "message" in facts:
        yield (item_id, About.MAIL, facts["message"]), ""
    elif type_ == "mail_erased":
        yield from (((item_id, About.MAIL, one), "") for one in facts["messages"])
        yield (item_id, About.FILE, ALL), ""
    elif type_ in NOTES:
        yield (item_id, About.NOTE, entry_id), str(spoken.get("body", ""))
        if facts.get("files"):
            yield (item_id, About.FILE, ALL), ""
    elif type_ in FILES:
        yield (item_id, About.FILE, facts.get("file", ALL)), ""
    if not TOLD.isdisjoint({*facts.get("set", {}), *spoken.get("set", {})}):
        yield (item_id, About.ITEM, 0), ""


def _mails(ids: Collection[int], files: Files) -> Iterator[tuple[Key, str]]:
    """Subject, people, words, and the names of what is enclosed; its people once more for `from:` and `to:`."""
    columns = ("id", "item_id", "subject", "sender_name", "sender_address", "to", "cc", "text")
    there = Message.objects.filter(pk__in=ids).exclude(headers__has_key="erased")
    for pk, item_id, subject, name, address, to, cc, text in there.values_list(*columns):
        sender, people = f"{name} {address}", " ".join(" ".join(pair) for pair in (*to, *cc))
        told = (marked("from", sender), marked("to", people))
        enclosed = (file.filename for file in files.get((None, pk), ()))
        yield (item_id, About.MAIL, pk), " ".join((subject, sender, people, *told, *enclosed, text))


def _files(mails: Collection[int], items: Collection[int]) -> Files:
    """What is enclosed in these mails, and what was put on these items by itself."""
    found: dict[tuple[int | None, int | None], list[Attachment]] = {}
    wanted = Q(message__in=mails) | Q(item__in=items, message=None)
    for file in Attachment.objects.filter(wanted).order_by("pk") if mails or items else ():
        found.setdefault((None if file.message_id else file.item_id, file.message_id), []).append(file)
    return found


def _words_in(file: Attachment) -> str:
    """Its name, if it lies on the item by itself, and its text. Raises: OSError, while the disk is away."""
    name = "" if file.message_id else file.filename
    if file.url:
        return f"{name} {file.url}"
    is_pdf = file.filename.lower().endswith(".pdf") and file.size <= LARGEST
    if file.inline or not (is_pdf or readable(file.filename, file.size)):
        return name
    try:
        content = storage(settings.TRAMITA_STORAGE_URL).get(file.sha256)
    except FileNotFoundError:
        return name
    return f"{name} {_of_pdf(content) if is_pdf else words_in(file.filename, content)}"


def _of_pdf(content: bytes) -> str:
    """Nothing, if it takes the library too long: what comes behind it must be found too (MAIL-6)."""
    try:
        with limits.within(SECONDS, memory=MEMORY):
            return words_in_pdf(content)
    except (limits.TimeIsUp, MemoryError):
        return ""


def _items(ids: Collection[int]) -> Iterator[tuple[Key, str]]:
    """Title, references, who asks, for which organisation, in which process, and fields by their names (H-6)."""
    found = Item.objects.filter(pk__in=ids).select_related("organisation", "process", *PEOPLE)
    copied: dict[int, list[str]] = {}
    for item_id, person in CopiedContact.objects.filter(item__in=ids).values_list("item", "person__name"):
        copied.setdefault(item_id, []).append(person)
    for item in found:
        there = (item.brought_from or {}).get("key", "")
        parts = [item.title, item.reference, there, item.description, *copied.get(item.pk, ())]
        parts += [_named(getattr(item, name)) for name in PEOPLE]
        parts += [item.organisation.name if item.organisation else "", item.process.title if item.process else ""]
        parts += [f"{name}:{text}" for name, value in item.fields.items() for text in texts_in(value)]
        yield (item.pk, About.ITEM, 0), " ".join(parts)


PEOPLE = ("requester", "primary_contact", "subject")


def _named(who: Person | None) -> str:
    return f"{who.name} {who.email or ''}" if who else ""


def replace(made: Mapping[Key, str]) -> None:
    """Old rows go, new ones come at the end, in the order of the ledger."""
    for at in range(0, len(made), BATCH):
        part = list(made.items())[at : at + BATCH]
        items = sorted({key[0] for key, _ in part})
        near, marks = ", ".join(["%s"] * len(items)), ", ".join(["(%s, %s, %s)"] * len(part))
        keys = [value for key, _ in part for value in key]
        sql.execute(  # with the items once more: SQLite uses no index for a list of rows
            f"DELETE FROM search_docs WHERE item_id IN ({near}) AND (item_id, about, source) IN (VALUES {marks})",  # noqa: S608 - marks
            [*items, *keys],
        )
        rows = [{"item_id": key[0], "about": int(key[1]), "source": key[2], "body": body} for key, body in part if body]
        if rows:
            sql.insert("search_docs", rows)
