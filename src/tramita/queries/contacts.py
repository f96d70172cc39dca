"""The people who ask: all of them, and what one of them has to do with (CT-7, H-4).

A page goes down one index from the newest row, and goes on below the last row of the page before; words are found by
the index that each database keeps of names and addresses. Staff with grants see the contacts of their customers, of
the customers' branches and parents (SEC-2, CT-5).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F, Q

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.folding import words
from tramita.domain.search_terms import MOST_TERMS, Term
from tramita.models import Item
from tramita.queries import trash
from tramita.queries.beginnings import fts5
from tramita.queries.cursors import LARGEST
from tramita.queries.found import tsquery
from tramita.queries.list_rows import NAMES, SHOWN, Row, row_from
from tramita.queries.names import person_name
from tramita.queries.own_properties import Had, declared_sql, had
from tramita.queries.rows import fetch
from tramita.queries.search import ONE_OF
from tramita.queries.visibility import TRUE, Fragment, both, condition, may, visible_sql
from tramita.queries.worklists import PAGE

NEWEST = 2**62
MOST_ORGANISATIONS = 500  # that a list offers to choose from
LOOKED_AT, MAILS = 200, 2000  # items whose mails are counted, and mails
ASKERS = f"('{Role.REQUESTER}', '{Role.MANAGER}')"
TAGS = ("primary", "requester", "subject", "original_requester", "cc")
TOLD = "COALESCE(p.email, ''), p.role, p.language, p.time_zone, p.calendar, p.due, p.is_active, o.id, o.key, o.name"
PEOPLE = "people p LEFT JOIN organisations o ON o.id = p.organisation_id"
NOBODY = Fragment("FALSE")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who asks; or a colleague, who may be a contact of an item as well."""

    id: int
    name: str
    address: str
    role: Role
    language: str
    time_zone: str
    calendar: str  # its key, when they work (SS-1)
    due: str  # the key of the due rule of what they ask for (TO-2)
    active: bool
    organisation_id: int | None
    organisation: str  # its key
    company: str  # its name
    properties: Had = field(default_factory=list)  # where one contact is looked at (D-22)
    others: str = ""  # addresses of doubles who were merged into them, there too

    @property
    def asks(self) -> bool:
        """Whether this is somebody of a customer's, and no colleague."""
        return self.role in (Role.REQUESTER, Role.MANAGER)

    @property
    def decides(self) -> bool:
        """Whether approvals are asked of them (AP-6)."""
        return self.role is Role.MANAGER

    @property
    def called(self) -> str:
        """What to call them, who may have nothing but an address."""
        return person_name(self.name, self.address)


@dataclass(frozen=True, slots=True)
class Page:
    """Some contacts, the newest first, and the id to go on below."""

    rows: Sequence[Contact]
    next: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """An item, and what the contact is to it: codes of `TAGS`."""

    row: Row
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Activity:
    """What a contact has to do with, the newest first, as far as the reader may see it."""

    parts: Sequence[Part]
    next: int | None


@dataclass(frozen=True, slots=True)
class Mails:
    """How many came from a contact and went to them, on the newest items of theirs; `more`: not all were looked at."""

    came: int
    went: int
    more: bool = False


def listed(actor: Actor, *, typed: str = "", organisation: str = "", before: int | None = None) -> Page:
    """Contacts whose names or addresses have words that begin as what was typed. Cost: one statement.

    Raises: NotPermitted, for who only asks.
    """
    _permit(actor)
    company = Fragment("p.organisation_id = (SELECT id FROM organisations WHERE key = %s)", (organisation,))
    source, place, found = _with_words(typed)
    below = Fragment(f"{place} < %s", (before or NEWEST,))
    asks = Fragment(f"p.role IN {ASKERS} AND p.email IS NOT NULL AND {trash.KEPT}")
    where = both(found, asks, below, kept_sql(actor), company if organisation else TRUE)
    rows = fetch(
        f"SELECT p.id, p.name, {TOLD} FROM {source} WHERE {where.sql} ORDER BY {place} DESC LIMIT {PAGE + 1}",
        where.params,
    )
    contacts = [_contact(row) for row in rows[:PAGE]]
    return Page(contacts, contacts[-1].id if len(rows) > PAGE else None)


def _with_words(typed: str) -> tuple[str, str, Fragment]:
    """Where to look, the id there, and the condition. Each word may go on: `ram` finds Ramos."""
    terms = [Term((word,), prefix=True) for word in words(typed)[:MOST_TERMS]]
    if not terms:
        return PEOPLE, "p.id", TRUE
    if connection.vendor == "postgresql":
        found = Fragment("contact_words(p.name, p.email) @@ to_tsquery('simple', %s)", (tsquery(terms),))
        return PEOPLE, "p.id", found
    source = PEOPLE.replace("people p", "contact_words JOIN people p ON p.id = contact_words.rowid", 1)
    return source, "contact_words.rowid", Fragment("contact_words MATCH %s", (fts5([term] for term in terms),))


def kept_sql(actor: Actor, permission: str = "view") -> Fragment:
    """Which people `p` are of customers where this actor has a permission; without grants, all or nobody."""
    if actor.grants is None:
        return TRUE if actor.is_staff and may(actor, permission) else NOBODY
    customers = sorted({path.partition("/")[0] for path, given in actor.grants if permission in given})
    if not customers:
        return NOBODY
    marks = ", ".join(["%s"] * len(customers))
    theirs = f"SELECT organisation_id FROM definitions WHERE kind = 'customer' AND key IN ({marks})"
    parents = f"SELECT parent_id FROM organisations WHERE id IN ({theirs})"
    inside = f"id IN ({theirs}) OR parent_id IN ({theirs}) OR id IN ({parents})"
    return Fragment(f"p.organisation_id IN (SELECT id FROM organisations WHERE {inside})", tuple(customers) * 3)


def organisations(actor: Actor, permission: str = "view") -> list[tuple[str, str]]:
    """Key and name of the organisations whose contacts this actor may have, by name. Cost: one statement."""
    kept = kept_sql(actor, permission)
    rows = fetch(
        "SELECT p.key, p.name FROM (SELECT key, name, id AS organisation_id FROM organisations WHERE active) p "
        f"WHERE {kept.sql} ORDER BY p.name LIMIT {MOST_ORGANISATIONS}",
        kept.params,
    )
    return [(key, name) for key, name in rows]


def get_visible(actor: Actor, number: int) -> Contact:
    """One contact: of a customer one may see, or of an item that one may; colleagues are known to all who work here.

    Raises: NotFound, whether there is none or it may not be seen. Cost: one statement, one more for who is no
    customer's.
    """
    _permit(actor)
    if number > LARGEST:
        raise NotFound("There is no such contact.")
    kept = kept_sql(actor)
    sort = f"CASE WHEN p.role IN {ASKERS} THEN 'contacts' ELSE 'users' END"
    has = f"(SELECT fields FROM ({declared_sql()}) d WHERE d.key = {sort}), CAST(p.properties AS TEXT)"
    joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    others = f"COALESCE((SELECT {joined}(a.address, ', ') FROM other_addresses a WHERE a.person_id = p.id), '')"
    rows = fetch(
        f"SELECT p.id, p.name, {TOLD}, {has}, {others}, CASE WHEN {kept.sql} THEN 1 ELSE 0 END FROM {PEOPLE} "
        f"WHERE p.id = %s AND p.email IS NOT NULL AND {trash.KEPT}",
        [*kept.params, number],
    )
    if rows:
        *told, declared, values, addresses, theirs = rows[0]
        contact = replace(_contact(told), properties=had(declared, values), others=addresses)
        if theirs or not contact.asks or activity(actor, number, limit=1).parts:
            return contact
    raise NotFound("There is no such contact.")


def may_change(actor: Actor, contact: Contact) -> bool:
    """Whether this actor keeps the contacts of that organisation. Cost: one statement with grants, else none."""
    if not contact.asks:
        return False
    kept = kept_sql(actor, "work")
    if actor.grants is None:
        return kept is TRUE
    return bool(fetch(f"SELECT 1 FROM people p WHERE p.id = %s AND {kept.sql}", [contact.id, *kept.params]))


def activity(actor: Actor, number: int, *, before: int | None = None, limit: int = PAGE) -> Activity:
    """The items that this contact has any part in (CT-1). Cost: one statement."""
    ids = _items_of(actor, number, before or NEWEST, limit + 1)
    # not EXISTS: PostgreSQL would gather all that this person ever got a copy of
    copied = "(SELECT 1 FROM copied_contacts c WHERE c.item_id = f.id AND c.person_id = %s LIMIT 1) IS NOT NULL"
    held = [f"CASE WHEN f.{tag} THEN 1 ELSE 0 END" for tag in HELD]
    rows = fetch(
        f"SELECT {SHOWN}, {', '.join(held)}, CASE WHEN {copied} THEN 1 ELSE 0 END FROM items f {NAMES} "
        f"WHERE f.id IN ({ids.sql}) ORDER BY f.id DESC",
        [number] * (len(HELD) + 1) + [*ids.params],
    )
    parts = [_part(row) for row in rows[:limit]]
    return Activity(parts, parts[-1].row.id if len(rows) > limit else None)


HELD = ("primary_contact_id = %s", "requester_id = %s", "subject_id = %s", "original_requester_id = %s")


def _part(row: Sequence[Any]) -> Part:
    marks = row[-len(TAGS) :]
    return Part(row_from(row[: -len(TAGS)]), [tag for tag, held in zip(TAGS, marks, strict=True) if held])


def _items_of(actor: Actor, number: int, before: int, limit: int) -> Fragment:
    """The ids of the newest items of a contact: a branch an index, for who asks is mostly all the others as well."""
    seen = visible_sql(actor)
    newest = f"ORDER BY items.id DESC LIMIT {int(limit)}"
    branches = [Fragment("requester_id = %s", (number,))]
    branches += [both(Fragment(f"{tag}_id = %s", (number,)), apart(tag)) for tag in APART]
    parts = [
        f"SELECT * FROM (SELECT items.id FROM items WHERE {branch.sql} AND items.id < %s AND {seen.sql} {newest}) "
        f"b{place}"
        for place, branch in enumerate(branches)
    ]
    parts.append(
        "SELECT * FROM (SELECT items.id FROM copied_contacts c JOIN items ON items.id = c.item_id "
        f"WHERE c.person_id = %s AND c.item_id < %s AND {seen.sql} "
        f"ORDER BY c.item_id DESC LIMIT {int(limit)}) copied"
    )
    params = tuple(one for branch in branches for one in (*branch.params, before, *seen.params))
    union = f"{' UNION '.join(parts)} ORDER BY 1 DESC LIMIT {int(limit)}"
    return Fragment(f"SELECT * FROM ({union}) newest", (*params, number, before, *seen.params))


APART = ("primary_contact", "subject", "original_requester")


@cache
def apart(tag: str) -> Fragment:
    """As Django writes the condition of the index: SQLite takes it only for the very same words."""
    return condition(Item, ~Q(**{tag: F("requester")}))


def mails(actor: Actor, contact: Contact) -> Mails:
    """Mails of the contact on their newest items. Cost: one statement."""
    if not contact.address:
        return Mails(0, 0)
    ids = _items_of(actor, contact.id, NEWEST, LOOKED_AT)
    # as the databases write JSON: SQLite keeps it as Django dumps it
    quoted = json.dumps(contact.address, ensure_ascii=connection.vendor == "sqlite")
    place = "strpos" if connection.vendor == "postgresql" else "instr"
    told = " OR ".join(f"{place}(lower(CAST(m.{name} AS TEXT)), %s) > 0" for name in ("recipients", "cc", "bcc"))
    rows = fetch(
        "SELECT COALESCE(SUM(CASE WHEN NOT m.outgoing AND m.sender_address = %s THEN 1 ELSE 0 END), 0), "
        f"COALESCE(SUM(CASE WHEN m.outgoing AND ({told}) THEN 1 ELSE 0 END), 0), COUNT(*) "
        "FROM (SELECT outgoing, sender_address, recipients, cc, bcc FROM messages "
        f"WHERE item_id {ONE_OF[connection.vendor].format(ids.sql)} LIMIT {MAILS + 1}) m",
        [contact.address, quoted, quoted, quoted, *ids.params],
    )
    came, went, looked = rows[0]
    return Mails(int(came), int(went), looked > MAILS)


def _contact(row: Sequence[Any]) -> Contact:
    id_, name, address, role, language, time_zone, calendar, due, active, organisation_id, organisation, company = row
    return Contact(
        id=id_,
        name=name,
        address=address,
        role=Role(role),
        language=language,
        time_zone=time_zone,
        calendar=calendar or "",
        due=due or "",
        active=bool(active),
        organisation_id=organisation_id,
        organisation=organisation or "",
        company=company or "",
    )


def _permit(actor: Actor) -> None:
    if not actor.is_staff:
        raise NotPermitted("Only those who work items may read this.")
