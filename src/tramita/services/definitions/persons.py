"""Reading the sections about people: organisations, contacts, users, robots."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tramita.domain import bounds
from tramita.domain.bounds import USUAL
from tramita.domain.codes import Kind, Role
from tramita.domain.definitions import Absence, OrganisationDefinition, PersonDefinition
from tramita.domain.durations import parse_span
from tramita.domain.errors import Invalid
from tramita.domain.permissions import GRANTED, OF_STAFF, Sight
from tramita.domain.robots import LEASE, LIMITS, Mode, Terms, kept
from tramita.domain.roles import Builder
from tramita.services.definitions import properties, shapes, values
from tramita.services.definitions.desk import USER
from tramita.services.definitions.flow import promise
from tramita.services.definitions.keys import Counted, Keys, Reading, entries
from tramita.services.definitions.shapes import Key, Shape
from tramita.services.definitions.skills import skills
from tramita.services.definitions.source import Node, Place

LONGEST_LEASE = timedelta(days=1)
PERMISSIONS = [one.value for one in GRANTED]
STAFF_ROLES = ("agent", "designer", "team_leader", "administrator")  # what a page offers
ROLES = [role.value for role in Role if role not in {Role.ROBOT, Role.SYSTEM}]


def organisation(reading: Reading, key: str, node: Node, place: Place) -> OrganisationDefinition:
    """A company that is served; its parent has none (CG-48)."""
    reading.define("organisation", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "an organisation")
    read = OrganisationDefinition(
        key=key, **ORGANISATION.read(keys), properties=properties.given(reading, keys, "organisations")
    )
    keys.done()
    for one in read.domains:
        reading.define("domain of addresses", one, place)
    return read


def check_parents(
    reading: Reading, read: Mapping[str, OrganisationDefinition], places: Mapping[str, Place], *, allowed: bool
) -> None:
    """One level of nesting, where the desk has it at all: nobody is their own parent, and a parent has none.

    Rules: CG-48, BU-7.
    """
    for key, one in read.items():
        above = read.get(one.parent or "")
        if one.parent and not allowed:
            reading.fault(places[key], f"“{key}” has a parent, and the settings say “parent_companies: false”")
        elif one.parent == key:
            reading.fault(places[key], f"“{key}” cannot be its own parent")
        elif above and above.parent:
            reading.fault(places[key], f"the parent “{above.key}” has a parent itself; one level is the most")


def check_reporting(reading: Reading, read: Mapping[str, PersonDefinition], users: Node) -> None:
    """Nobody reports to themselves, at whatever remove (H-1). A ring is told of once."""
    told: set[str] = set()
    for key, one in read.items():
        above, seen = one.reports_to, {key}
        while above is not None and above in read and above not in seen:
            seen.add(above)
            above = read[above].reports_to
        if above == key and told.isdisjoint(seen):
            told |= seen
            place = users.value[key].value["reports_to"].place
            reading.fault(place, f"a cycle: “{key}” cannot report to “{one.reports_to}”, who reports to them in turn")


def contact(reading: Reading, key: str, node: Node, place: Place) -> PersonDefinition:
    """Somebody who asks, or approves for their organisation (AP-6, CT-5)."""
    address = values.address_of(reading, key, place)
    keys = named(reading, address, node, place, "contact")
    said = CONTACT.read(keys)
    manager, sees = said.pop("manager", False), said.pop("sees_organisation", False)
    if (manager or sees) and "organisation" not in said:
        reading.fault(node, f"{'a manager' if manager else 'who “sees_organisation”'} needs an “organisation”")
    if sees:
        said["sees"] = Sight.ORGANISATION
    role, own = Role.MANAGER if manager else Role.REQUESTER, properties.given(reading, keys, "contacts")
    keys.done()
    return PersonDefinition(address, role=role, **said, properties=own)


def member(reading: Reading, key: str, node: Node, place: Place) -> PersonDefinition:
    """Somebody who works at the desk: for one company, or for all (SEC-1, SEC-2, Q-14, CT-6)."""
    address = values.address_of(reading, key, place)
    keys = named(reading, address, node, place, "user")
    said = MEMBER.read(keys)
    word = said.pop("role")
    role = reading.roles.get(word, Role.AGENT) if word not in ROLES else Role(word)
    said |= {"custom": word} if word not in ROLES else {}
    if "builder" in said and role in {Role.REQUESTER, Role.MANAGER}:
        reading.fault(keys.node.keys["builder"], "only who works at the desk has the role of a builder")
    read = PersonDefinition(address, role=role, **said, properties=properties.given(reading, keys, "users"))
    memberships(reading, keys, read.key)
    keys.done()
    return read


def robot(reading: Reading, key: str, node: Node, place: Place) -> PersonDefinition:
    """A program that works items; Actions unless it says otherwise (B-3, Z-17)."""
    name = values.name_of(reading, key, place)
    keys = named(reading, name, node, place, "robot")
    said: dict[str, Any] = {"kinds": (Kind.ACTION,), "lease": LEASE} | ROBOT.read(keys)
    rest = {name: said.pop(name) for name in OF_TERMS if name in said}
    read = PersonDefinition(name, role=Role.ROBOT, **said, terms=kept(Terms(**rest)))
    memberships(reading, keys, read.key)
    keys.done()
    return read


def named(reading: Reading, key: str, node: Node, place: Place, what: str) -> Keys:
    """One identity: an address stands in one section only."""
    reading.define("person", key, place)
    reading.defined.setdefault(what, {}).setdefault(key, place)
    return Keys(reading, node, f"a {what}")


def memberships(reading: Reading, keys: Keys, who: str) -> None:
    """The queues that a person names; the queues name their members too."""
    for queue in keys.get("queues", values.several(values.reference("queue")), ()):
        reading.memberships.append((queue, who))


def kind(reading: Reading, node: Node) -> Kind | None:
    word = values.one_of(*(kind.value for kind in Kind))(reading, node)
    return Kind(word) if word else None


def lease(reading: Reading, node: Node) -> timedelta | None:
    """How long a robot may keep an item without a sign of life."""
    try:
        span = parse_span(node.value, field="")
    except Invalid as invalid:
        values.pass_on(reading, node, invalid)
        return None
    length = timedelta(days=span.days, seconds=span.seconds)
    if span.working or length > LONGEST_LEASE:
        reading.fault(node, "a lease is at most a day, in plain hours and minutes")
    return length


def modes(reading: Reading, node: Node) -> dict[str, bounds.Mode]:
    """What the robot does with each verb: off, suggest, act_with_approval, act."""
    keys = Keys(reading, node, "modes")
    said = MODES.read(keys)
    keys.done()
    return {verb: bounds.Mode(word) for verb, word in said.items()}


def limits(reading: Reading, node: Node) -> dict[str, int]:
    """How much is too much, a run, an hour, a day."""
    keys = Keys(reading, node, "limits")
    given = {name: keys.maybe(name, values.whole(1, 1_000_000)) for name in LIMITS}
    keys.done()
    return {name: value for name, value in given.items() if value is not None}


def role_word(reading: Reading, node: Node) -> str | None:
    """A standard role, or one of the section `roles`."""
    word = values.text(reading, node)
    if word is not None and word not in ROLES:
        reading.refer(word, node.place, "role")
    return word


def grants(reading: Reading, node: Node) -> dict[str, tuple[str, ...]]:
    """Permissions by branch of the configuration: customer, or customer/contract/service[/process]."""
    read = {}
    for path, permissions, place in entries(reading, node):
        reading.refer(path, place, "branch")
        read[path] = values.several(values.one_of(*PERMISSIONS))(reading, permissions) or ()
    return read


def absence(reading: Reading, node: Node) -> Absence | None:
    """Away from one day to another, both included."""
    keys = Keys(reading, node, "absent")
    start = keys.must("from", values.day, date.min)
    end = keys.must("to", values.day, date.max)
    substitute = keys.maybe("substitute", USER)
    keys.done()
    if start > end:
        reading.fault(node, "“to” must not be before “from”")
    return Absence(start, end, substitute)


def promised(reading: Reading, node: Node) -> str | None:
    """A due-date rule of whoever asks: of any contract, so it counts by its own calendar (TO-2, SLA-3)."""
    return promise(Counted(calendar=None))(reading, node)


ORGANISATION = Shape(
    (
        shapes.text("name", needed=True),
        shapes.reference("parent", "organisation"),
        shapes.lines("domains", values.several(values.domain)),
        shapes.reference("account_manager", "user"),
        Key("due", "reference", promised, ("due_rule",)),  # TO-2
    )
)
PERSON = (
    shapes.text("name", needed=True),
    shapes.language(),
    shapes.special("time_zone", "time_zone", values.time_zone),
    shapes.flag("active", on=True),
)
CONTACT = Shape(
    (
        *PERSON,
        shapes.reference("organisation", "organisation"),
        shapes.flag("manager"),
        shapes.flag("sees_organisation"),
        shapes.reference("calendar", "calendar"),  # SS-1
        Key("due", "reference", promised, ("due_rule",)),  # TO-2
    )
)
MEMBER = Shape(
    (
        PERSON[0],
        shapes.special("role", "choice", role_word, of=STAFF_ROLES, needed=True, otherwise="agent"),
        shapes.choice("builder", *Builder),
        *PERSON[1:],
        shapes.reference("reports_to", "user"),
        shapes.special("absent", "absence", absence, of=("user",)),
        shapes.lines("skills", skills),
        shapes.flag("own_queues_only"),
        shapes.choice("sees", *OF_STAFF),
        shapes.reference("organisation", "organisation"),
        shapes.special("grants", "grants", grants, of=tuple(PERMISSIONS)),
    )
)
MODES = Shape(
    tuple(shapes.choice(verb, *(mode.value for mode in bounds.Mode), otherwise=USUAL[verb].value) for verb in USUAL)
)
OF_TERMS = ("modes", "limits", "confidence", "capacity", "cost_per_hour", "calendar", "farms")
ROBOT = Shape(
    (
        PERSON[0],
        shapes.special("kinds", "ticked", values.several(kind), of=tuple(one.value for one in Kind)),
        shapes.special("lease", "text", lease),
        shapes.choice("mode", *Mode, otherwise="live"),
        shapes.special("modes", "part", modes, inner=MODES),
        shapes.special("limits", "numbers", limits, of=tuple(LIMITS)),
        shapes.number("confidence", 0, 100, 0),
        shapes.special("capacity", "text", lease),
        shapes.number("cost_per_hour", 0, 1_000_000, 0),
        shapes.reference("calendar", "calendar"),
        shapes.lines("farms", values.texts),
        shapes.lines("skills", skills),
        *PERSON[1:],
        shapes.special("grants", "grants", grants, of=tuple(PERMISSIONS)),
    )
)
