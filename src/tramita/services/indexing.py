"""Search is made from the ledger, in batches, by a worker: a second after the commit, and never within it (H-6).

Each text of an item is one row of `search_docs`; what changes is put in anew, at the end, so that the newest come
first. The mark in `followers` moves in the same transaction: whoever is killed in between begins the batch again.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from tramita.domain.folding import words
from tramita.models import Attachment, CopiedContact, Follower, Item, Message, Person, SearchDoc
from tramita.queries.events import BEGINNING, Mark, between, newest
from tramita.queries.rows import document, fetch
from tramita.services import sql
from tramita.services.transactions import writing

NAME = "search"
BATCH = 200  # entries
LONGEST_BODY = 60_000  # characters of one text, folded
MAILS = frozenset({"mail_received", "mail_sent"})
NOTES = frozenset({"note_added", "submission_note"})
About = SearchDoc.About
Key = tuple[int, int, int]  # item, about, source


def index(*, at: datetime) -> int:
    """Take in the next entries of the ledger; how many. Cost: some eight statements for two hundred entries."""
    del at  # the ledger says when
    with writing():
        follower, _ = Follower.objects.get_or_create(name=NAME)
        start, safe = (follower.tx, follower.entry), newest()
        rows = _entries(start, safe) if safe > start else []
        end = (int(rows[-1][0]), int(rows[-1][1])) if len(rows) == BATCH else max(safe, start)
        if end == start or not _moved(start, end):
            return 0
        _replace(dict(_texts(rows)))
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


def _texts(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Key, str]]:
    """The texts that these entries made or changed; an item's own once."""
    items: set[int] = set()
    mails: set[int] = set()
    for _, entry_id, item_id, type_, data, said in rows:
        facts, spoken = document(data), document(said)
        if type_ in MAILS and "message" in facts:
            mails.add(facts["message"])
        elif type_ in NOTES:
            yield (item_id, About.NOTE, entry_id), str(spoken.get("body", ""))
        elif type_ == "file_added":
            yield from _files(Q(item=item_id, message=None))
        if not {"title", "requester_id", "primary_contact_id", "organisation_id"}.isdisjoint(
            {*facts.get("set", {}), *spoken.get("set", {})}
        ):
            items.add(item_id)
    yield from _mails(mails)
    yield from _items(items)


def _mails(ids: set[int]) -> Iterator[tuple[Key, str]]:
    """Subject, people, words, and the names of what is enclosed."""
    names: dict[int | None, list[str]] = {}
    for message, name in Attachment.objects.filter(message__in=ids).values_list("message", "filename"):
        names.setdefault(message, []).append(name)
    columns = ("id", "item_id", "subject", "sender_name", "sender_address", "to", "cc", "text")
    for pk, item_id, subject, name, address, to, cc, text in Message.objects.filter(pk__in=ids).values_list(*columns):
        people = " ".join(" ".join(pair) for pair in (*to, *cc))
        parts = (subject, name, address, people, " ".join(names.get(pk, ())), text)
        yield (item_id, About.MAIL, pk), " ".join(parts)


def _files(of: Q) -> Iterator[tuple[Key, str]]:
    for pk, item_id, name in Attachment.objects.filter(of).values_list("id", "item_id", "filename"):
        yield (item_id, About.FILE, pk), name


def _items(ids: set[int]) -> Iterator[tuple[Key, str]]:
    """Title, reference, who asks, for which organisation, in which process."""
    found = Item.objects.filter(pk__in=ids).select_related("organisation", "process", "requester", "primary_contact")
    copied: dict[int, list[str]] = {}
    for item_id, person in CopiedContact.objects.filter(item__in=ids).values_list("item", "person__name"):
        copied.setdefault(item_id, []).append(person)
    for item in found:
        parts = [item.title, item.reference, item.description, *copied.get(item.pk, ())]
        parts += [_named(who) for who in (item.requester, item.primary_contact)]
        parts += [item.organisation.name if item.organisation else "", item.process.title if item.process else ""]
        parts += [json.dumps(value, ensure_ascii=False) for value in item.fields.values()]
        yield (item.pk, About.ITEM, 0), " ".join(parts)


def _named(who: Person | None) -> str:
    return f"{who.name} {who.email or ''}" if who else ""


def _replace(texts: dict[Key, str]) -> None:
    """Old rows go, new ones come at the end."""
    made = {key: " ".join(words(text))[:LONGEST_BODY] for key, text in texts.items()}
    for at in range(0, len(made), BATCH):
        part = list(made.items())[at : at + BATCH]
        marks = ", ".join(["(%s, %s, %s)"] * len(part))
        keys = [value for key, _ in part for value in key]
        sql.execute(f"DELETE FROM search_docs WHERE (item_id, about, source) IN (VALUES {marks})", keys)  # noqa: S608 - marks
        rows = [{"item_id": key[0], "about": int(key[1]), "source": key[2], "body": body} for key, body in part if body]
        if rows:
            sql.insert("search_docs", rows)


def forget(*, at: datetime) -> None:
    """Begin again: the index is made anew from the whole ledger."""
    del at
    with writing():
        SearchDoc.objects.all().delete()
        Follower.objects.filter(name=NAME).update(tx=BEGINNING[0], entry=BEGINNING[1])
