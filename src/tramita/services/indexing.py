"""Search is made from the ledger, in batches, by a worker: a second after the commit, and never within it (H-6).

Each text of an item is one row of `search_docs`; what changes is put in anew, at the end, so that the newest come
first. The mark in `followers` moves in the same transaction: whoever is killed in between begins the batch again.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from tramita.domain.folding import words
from tramita.domain.search_terms import marked
from tramita.models import Attachment, CopiedContact, Follower, Item, Message, Person, SearchDoc
from tramita.queries.events import BEGINNING, Mark, between, newest
from tramita.queries.rows import document, fetch
from tramita.queries.timeline import MAILS, MOVED_AWAY, MOVED_HERE, NOTES
from tramita.services import sql
from tramita.services.transactions import writing

NAME = "search"
BATCH = 200  # entries
LONGEST_TEXT = 100_000  # characters that are read of one text
LONGEST_BODY = 60_000  # that are kept, folded
MAIL = frozenset({*MAILS, MOVED_HERE, MOVED_AWAY})
TOLD = frozenset({"title", "requester_id", "primary_contact_id", "subject_id", "organisation_id", "process_id"})
About = SearchDoc.About
Key = tuple[int, int, int]  # item, about, source


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
        if not _moved(start, end):
            return 0
        _replace(made)
    return len(rows)


def _moved(start: Mark, end: Mark) -> bool:
    """False: another worker took this batch."""
    mine = Follower.objects.filter(name=NAME, tx=start[0], entry=start[1])
    return bool(mine.update(tx=end[0], entry=end[1]))


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
    ids = {about: {key[0 if about is not About.MAIL else 2] for key in touched if key[1] is about} for about in About}
    texts = dict(chain(_mails(ids[About.MAIL]), _files(ids[About.FILE]), _items(ids[About.ITEM])))
    return {key: texts.get(key, text) for key, text in touched.items()}


def _touched(row: tuple[Any, ...]) -> Iterator[tuple[Key, str]]:
    """What an entry tells that there is something new to read; of a note it is said there."""
    _, entry_id, item_id, type_, data, said = row
    facts, spoken = document(data), document(said)
    if type_ in MAIL and "message" in facts:
        yield (item_id, About.MAIL, facts["message"]), ""
    elif type_ in NOTES:
        yield (item_id, About.NOTE, entry_id), str(spoken.get("body", ""))
    elif type_ == "file_added":
        yield (item_id, About.FILE, 0), ""
    if not TOLD.isdisjoint({*facts.get("set", {}), *spoken.get("set", {})}):
        yield (item_id, About.ITEM, 0), ""


def _mails(ids: Collection[int]) -> Iterator[tuple[Key, str]]:
    """Subject, people, words, and the names of what is enclosed; its people once more for `from:` and `to:`."""
    names: dict[int | None, list[str]] = {}
    for message, filename in Attachment.objects.filter(message__in=ids).values_list("message_id", "filename"):
        names.setdefault(message, []).append(filename)
    columns = ("id", "item_id", "subject", "sender_name", "sender_address", "to", "cc", "text")
    for pk, item_id, subject, name, address, to, cc, text in Message.objects.filter(pk__in=ids).values_list(*columns):
        sender, people = f"{name} {address}", " ".join(" ".join(pair) for pair in (*to, *cc))
        told = (marked("from", sender), marked("to", people))
        parts = (subject, sender, people, *told, " ".join(names.get(pk, ())), text)
        yield (item_id, About.MAIL, pk), " ".join(parts)


def _files(items: Collection[int]) -> Iterator[tuple[Key, str]]:
    """The names of the files that were put on an item, not in a mail."""
    named: dict[int, list[str]] = {}
    for item_id, name in Attachment.objects.filter(item__in=items, message=None).values_list("item_id", "filename"):
        named.setdefault(item_id, []).append(name)
    for item_id, found in named.items():
        yield (item_id, About.FILE, 0), " ".join(found)


def _items(ids: Collection[int]) -> Iterator[tuple[Key, str]]:
    """Title, reference, who asks, for which organisation, in which process."""
    found = Item.objects.filter(pk__in=ids).select_related("organisation", "process", *PEOPLE)
    copied: dict[int, list[str]] = {}
    for item_id, person in CopiedContact.objects.filter(item__in=ids).values_list("item", "person__name"):
        copied.setdefault(item_id, []).append(person)
    for item in found:
        parts = [item.title, item.reference, item.description, *copied.get(item.pk, ())]
        parts += [_named(getattr(item, name)) for name in PEOPLE]
        parts += [item.organisation.name if item.organisation else "", item.process.title if item.process else ""]
        parts += [json.dumps(value, ensure_ascii=False) for value in item.fields.values()]
        yield (item.pk, About.ITEM, 0), " ".join(parts)


PEOPLE = ("requester", "primary_contact", "subject")


def _named(who: Person | None) -> str:
    return f"{who.name} {who.email or ''}" if who else ""


def _replace(made: Mapping[Key, str]) -> None:
    """Old rows go, new ones come at the end, in the order of the ledger."""
    for at in range(0, len(made), BATCH):
        part = list(made.items())[at : at + BATCH]
        marks = ", ".join(["(%s, %s, %s)"] * len(part))
        keys = [value for key, _ in part for value in key]
        sql.execute(f"DELETE FROM search_docs WHERE (item_id, about, source) IN (VALUES {marks})", keys)  # noqa: S608 - marks
        rows = [{"item_id": key[0], "about": int(key[1]), "source": key[2], "body": body} for key, body in part if body]
        if rows:
            sql.insert("search_docs", rows)
