"""A thing of the configuration is changed on a page: validated and published as by `apply` (DESIGN decision 8).

Every sort of thing has its shape and its place below a section. What a page changes is one entry; all else of the
section goes along as it is, and so does what the page does not ask.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain import mail_templates
from tramita.domain.actors import Actor
from tramita.domain.bodies import restore
from tramita.domain.cards import FieldDefinition
from tramita.domain.definitions import EXTENDED, PropertiesDefinition
from tramita.domain.errors import Conflict, FieldError, Invalid, NotFound
from tramita.models import Definition, Organisation, Person
from tramita.queries.visibility import everywhere
from tramita.services import giving
from tramita.services.definitions import (
    WrongConfiguration,
    canned,
    custom_roles,
    desk,
    mail_texts,
    named_dates,
    persons,
    processes,
    properties,
    shapes,
    signing_on,
    values,
)
from tramita.services.definitions.apply import AS_BEFORE, one_at_a_time, publish
from tramita.services.definitions.export import current as configuration
from tramita.services.definitions.plain_faults import plainly
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Problems, as_placed
from tramita.services.definitions.values import ADDRESS, ADDRESS_LENGTH, KEY, KEY_LENGTH
from tramita.services.mailbox_settings import digest, permit
from tramita.services.transactions import one_transaction

Tree = dict[str, Any]
NEEDS = re.compile(r".* needs (?:an )?“(\w+)”")
GOES_BY = {"calendars": "calendar", "due-rules": "due"}  # columns of contacts, whom no file need name (SS-1, TO-2)
EVERYBODY = ("users", "robots")  # whoever works here is shown, whether a configuration named them or not


BRANCHES = ("contracts", "services")
INSIDE = (*BRANCHES, "ticket_categories", "case_types", "defect_categories")  # of a thing, but things of their own


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of thing. A person is never taken away, only made inactive, and is named by an address or a name.

    `levels` lead from an entry of the section down to the thing, which is then named by a path; `upper` are the sorts
    that it may stand below.
    """

    section: str
    shape: Shape
    levels: tuple[str, ...] = ()
    upper: tuple[str, ...] = ()
    address: bool = False
    alone: bool = False  # the section is the thing
    lasting: bool = False
    named: tuple[str, ...] = ()  # all the names that there can be
    whole: str = ""  # the key of the form that holds the whole tree


SORTS: Mapping[str, Sort] = {
    "queues": Sort("queues", desk.QUEUE),
    "teams": Sort("teams", desk.TEAM),
    "positions": Sort("positions", desk.POSITION),
    "roles": Sort("roles", custom_roles.ROLE),
    "users": Sort("users", persons.MEMBER, address=True, lasting=True),
    "robots": Sort("robots", persons.ROBOT, lasting=True),
    "canned-texts": Sort("canned_texts", canned.CANNED_TEXT),
    "organisations": Sort("organisations", persons.ORGANISATION),
    "customers": Sort("customers", processes.CUSTOMER),
    "contracts": Sort("customers", processes.CONTRACT, ("contracts",), ("customers",)),
    "services": Sort("customers", processes.SERVICE, ("contracts", "services"), ("contracts",)),
    "categories": Sort("customers", processes.CATEGORY, (*BRANCHES, "ticket_categories"), ("services", "categories")),
    "defect-categories": Sort(
        "customers",
        processes.DEFECT_CATEGORY,
        (*BRANCHES, "defect_categories"),
        ("services", "defect-categories"),
    ),
    "properties": Sort("properties", properties.PROPERTIES, named=EXTENDED, whole="fields"),
    "mail-templates": Sort("mail_templates", mail_texts.MAIL_TEMPLATE, named=tuple(mail_templates.KINDS)),
    "schedules": Sort("schedules", named_dates.SCHEDULE),
    "calendars": Sort("calendars", desk.CALENDAR),
    "due-rules": Sort("due_rules", desk.DUE_RULE),
    "approval-types": Sort("approval_types", desk.APPROVAL_TYPE),
    "sign-on": Sort("sign_on", signing_on.PROVIDER),
    "settings": Sort("settings", desk.SETTINGS, alone=True),
}


def shape_of(name: str, language: str = "en") -> Shape:
    """Its shape, with the properties that things of its sort have (D-22). Cost: at most one statement."""
    shape = sort_of(name).shape
    return shape.besides(*properties_asked(name, language).keys) if name in EXTENDED else shape


def properties_asked(name: str, language: str) -> Shape:
    """What a page asks of these things besides; nothing where nothing is declared."""
    declared = declared_for(name)
    inner = properties.asked(declared, language)
    return Shape((shapes.special("properties", "part", values.mapping, inner=inner),) if declared else ())


def declared_for(name: str) -> dict[str, FieldDefinition]:
    """The properties of these things by name."""
    row = Definition.objects.filter(kind="properties", key=name, active=True).values_list("current__body", flat=True)
    body = row.first()
    return {it.name: it for it in restore(PropertiesDefinition, body).fields} if body else {}


def sort_of(name: str) -> Sort:
    """Raises: NotFound."""
    if name not in SORTS:
        raise NotFound("There is no such page.")
    return SORTS[name]


def entries(name: str) -> dict[str, Tree]:
    """All things of a sort as the configuration writes them, by their keys."""
    one = sort_of(name)
    section = configuration(everybody=one.section in EVERYBODY, only=[one.section])[one.section]
    found = {"": section} if one.alone else dict(walk(section, one.levels))
    return {key: {one.whole: tree} for key, tree in found.items()} if one.whole else found


def walk(tree: Tree, levels: tuple[str, ...], above: str = "") -> Iterator[tuple[str, Tree]]:
    """The things at the end of these levels, by their paths, each without what is below it."""
    for key, one in tree.items():
        path = f"{above}/{key}" if above else key
        if levels:
            yield from walk(one.get(levels[0], {}), levels[1:], path)
        else:
            yield path, {name: it for name, it in one.items() if name not in INSIDE}


def current(name: str, key: str) -> Tree:
    """Raises: NotFound."""
    found = entries(name).get(key)
    if found is None:
        raise NotFound("There is no such thing here.")
    return dict(found)


@one_transaction
def add(name: str, key: str, tree: Tree, *, above: str = "", by: Actor, at: datetime) -> str:
    """A new thing; its key as it is kept. Raises: NotPermitted, Invalid, whose faults name the fields of the page."""
    one = _begin(name, by)
    if one.upper and not any(above in entries(upper) for upper in one.upper):
        raise Invalid.one("above", "required", "Choose what it belongs to.")
    made = f"{above}/{_key(one, key)}" if one.upper else _key(one, key)
    if one.named and made not in one.named:
        raise Invalid.one("key", "unknown", "Choose one of these.")
    if made in entries(name):
        raise Invalid.one("key", "already_there", "There is one of this name already.")
    giving.expect_owned(one.section, {}, tree, by=by)
    put(name, {made: tree}, by=by, at=at)
    return made


@one_transaction
def change(name: str, key: str, tree: Tree, *, read: str, unlock: bool = False, by: Actor, at: datetime) -> bool:
    """The thing becomes what the page says; whether that is anything new. What live processes use is locked, and
    changed for all of them only by who says `unlock` (BU-2).

    Raises: NotPermitted, NotFound, Invalid; Conflict `stale`, when somebody changed it meanwhile.
    """
    one = _begin(name, by)
    before = _unchanged(name, key, read)
    mine = one.section == "users" and key == by.email
    if mine and not giving.keeps(tree, "publish", "manage_users"):
        raise Invalid.one("role", "locks_out", "You cannot take this from yourself: another administrator can.")
    if not unlock and tree != before and uses(name, key):
        raise Invalid.one("unlock", "locked", "It is in use: say that it is to change for all who go by it.")
    asked = shape_of(name).names
    giving.expect_owned(one.section, before, tree, by=by)
    unasked = {name: value for name, value in before.items() if name not in asked}
    return put(name, {key: unasked | tree}, by=by, at=at)


@one_transaction
def drop(name: str, key: str, *, read: str, by: Actor, at: datetime) -> None:
    """Used no more, as when a file stops naming it. Raises: as `change`; Invalid, while something names it."""
    one = _begin(name, by)
    _unchanged(name, key, read)
    if one.lasting or one.alone:
        raise Conflict("Make it inactive instead.", code="lasting")
    if one.section == "customers" and any(_inside(configuration(only=[one.section])[one.section], _place(one, key))):
        raise Conflict("Take away first what is in it.", code="not_empty")
    if any(_contacts(**{column: key}) for sort, column in GOES_BY.items() if sort == name):
        raise Conflict("Contacts go by it: take it from them first.", code="in_use")
    put(name, {key: None}, by=by, at=at)


def uses(name: str, key: str) -> list[tuple[str, str]]:
    """What goes by a due rule, path and title: organisations and contacts (TO-2), and live processes: of it, of its
    review, or of an Action. The contacts that go by a calendar (SS-1).

    Cost: reads every process; three statements, one for a calendar, else none.
    """
    if name == "calendars":
        return _contacts(calendar=key)
    return [*_organisations(key), *_contacts(due=key), *_processes(key)] if name == "due-rules" else []


def _organisations(due: str) -> list[tuple[str, str]]:
    return list(Organisation.objects.filter(due=due, active=True).order_by("name").values_list("key", "name"))


def _contacts(**by: str) -> list[tuple[str, str]]:
    """The active ones, by name."""
    rows = Person.objects.filter(**by, is_active=True, email__isnull=False).order_by("name", "pk")
    return [(address or "", name or address or "") for address, name in rows.values_list("email", "name")]


def _processes(due: str) -> list[tuple[str, str]]:
    rows = Definition.objects.filter(kind__in=("category", "case_type"), active=True, current__isnull=False)
    found = rows.order_by("key").values_list("key", "title", "current__body")
    return [(path, title) for path, title, body in found if due in _rules_of(body)]


def _rules_of(body: Mapping[str, Any]) -> set[str]:
    """The due rules that a process names."""
    some = [body, *body.get("actions", {}).values()]
    return {one[key] for one in some for key in ("due", "review_due") if one.get(key)}


def _begin(name: str, by: Actor) -> Sort:
    one = sort_of(name)
    permit_thing(name, by)
    giving.expect_giver(one.section, by)
    one_at_a_time()
    return one


def permit_thing(name: str, by: Actor) -> None:
    """Canned texts may be somebody's own work, without the rest of the desk (SEC-1). Raises: NotPermitted."""
    if name != "canned-texts" or not everywhere(by, "canned_texts"):
        permit(by)


def _unchanged(name: str, key: str, read: str) -> Tree:
    tree = current(name, key)
    if digest(tree) != read:
        raise Conflict("Somebody changed this meanwhile. Look at it again, then decide.", code="stale")
    return tree


def _key(one: Sort, typed: str) -> str:
    key = typed.strip()
    if one.address:
        if not ADDRESS.fullmatch(key) or len(key) > ADDRESS_LENGTH:
            raise Invalid.one("key", "invalid_address", "“%(address)s” is no mail address.", address=typed)
        return key.lower()
    if not KEY.fullmatch(key) or len(key) > KEY_LENGTH:
        raise Invalid.one(
            "key", "invalid", "Letters, digits, “-”, “_” and “.” only, at most %(most)s.", most=KEY_LENGTH
        )
    return key


def put(name: str, new: Mapping[str, Tree | None], *, by: Actor, at: datetime) -> bool:
    """The section with these entries in the place of theirs; one that is None is left out."""
    one = sort_of(name)
    section = configuration(only=[one.section])[one.section]
    for key, tree in new.items():
        said = tree.get(one.whole, {}) if tree is not None and one.whole else tree
        section = _put(section, _place(one, key), said)
    try:
        applied = publish(as_placed({one.section: section}, ""), Problems(), by=by, at=at)
    except WrongConfiguration as wrong:
        raise Invalid(_faults(wrong.errors, one, new)) from wrong
    return bool(applied.created or applied.changed)


def _place(one: Sort, key: str) -> list[str]:
    """Where a thing stands below its section: the parts of its path, and the levels between them."""
    if one.alone:
        return []
    first, *rest = key.split("/", len(one.levels)) if one.levels else [key]
    return [first, *(step for pair in zip(one.levels, rest, strict=True) for step in pair)]


def _put(tree: Tree, place: list[str], new: Tree | None) -> Tree:
    """The tree with another thing at this place; what is inside of the one that was there stays."""
    if not place:
        return new or {}
    key, *rest = place
    if rest:
        return {**tree, key: _put(tree.get(key, {}), rest, new)}
    if new is None:
        return {name: it for name, it in tree.items() if name != key}
    return {**tree, key: {name: it for name, it in tree.get(key, {}).items() if name in INSIDE} | new}


def _inside(tree: Tree, place: list[str]) -> list[Any]:
    """What is inside of the thing at this place."""
    for step in place:
        tree = tree[step]
    return [it for name, it in tree.items() if name in INSIDE and it]


def _faults(errors: Iterable[FieldError], one: Sort, new: Mapping[str, Tree | None]) -> Iterator[FieldError]:
    """Each fault under the field of the page; one of another thing says whose it is."""
    starts = ["/".join([one.section, *_place(one, key)]) for key in new]
    whole = f"{one.whole}." if one.whole else ""
    for error in errors:
        here = next((it for it in starts if error.field == it or error.field.startswith(f"{it}/")), None)
        if here is not None:
            field = whole + error.field.removeprefix(here).removeprefix("/").replace("/", ".")
            missing = NEEDS.fullmatch(error.message)
            yield plainly(error, missing[1] if missing and not field else field)
        else:
            where = error.field.removesuffix(AS_BEFORE)
            yield FieldError("", "elsewhere", "Something else needs it as it was: %(where)s.", {"where": where})
