"""Reading `customers`: contracts, services, Ticket categories and Case types."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from tramita.domain import mail_templates, schedules
from tramita.domain.cards import Declared
from tramita.domain.definitions import (
    CategoryDefinition,
    ContractDefinition,
    CustomerDefinition,
    DefectCategoryDefinition,
    ServiceDefinition,
)
from tramita.domain.process_definitions import CaseTypeDefinition, StartDefinition
from tramita.services.definitions import properties, shapes, values
from tramita.services.definitions.assigning import assigned, assignment
from tramita.services.definitions.contracted import HOURS
from tramita.services.definitions.fields import declared, titled
from tramita.services.definitions.flow import Branch, Flow, mail_defaults, number_field, promise, read_flow
from tramita.services.definitions.keys import Counted, Keys, Reading, Refusal
from tramita.services.definitions.named_dates import scheduled
from tramita.services.definitions.placing import Where, placed
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.skills import skills
from tramita.services.definitions.source import Node, Place

CATEGORY_LEVELS = 3  # Z-8, D-1
Upper = TypeVar("Upper")
PATH_LENGTH = 400
AUTOMATIC_MAILS = values.several(values.one_of(*mail_templates.SWITCHES))


def customer(reading: Reading, key: str, node: Node, place: Place) -> CustomerDefinition:
    """The top of every path (G-7)."""
    branch(reading, values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a customer")
    read = CustomerDefinition(
        key=key,
        **{"title": key} | CUSTOMER.read(keys),
        properties=properties.given(reading, keys, "customers"),
        contracts={one: contract(reading, key, one, value, at) for one, value, at in keys.entries("contracts")},
    )
    keys.done()
    return read


def contract(reading: Reading, above: str, key: str, node: Node, place: Place) -> ContractDefinition:
    """A contract. Its calendar serves the rules that count working time and name none (SLA-3)."""
    path = branch(reading, f"{above}/{values.name_of(reading, key, place)}", place)
    keys = Keys(reading, node, "a contract")
    said = {"title": key} | CONTRACT.read(keys)
    here = Branch(path, said.get("calendar"), said.get("team"))
    read = ContractDefinition(
        key=key,
        **said,
        properties=properties.given(reading, keys, "contracts"),
        services={one: service(reading, here, one, value, at) for one, value, at in keys.entries("services")},
    )
    keys.done()
    return read


def service(reading: Reading, above: Branch, key: str, node: Node, place: Place) -> ServiceDefinition:
    """A service with its processes and defect categories by full path."""
    path = branch(reading, f"{above.path}/{values.name_of(reading, key, place)}", place)
    keys = Keys(reading, node, "a service")
    said = {"title": key} | SERVICE.read(keys)
    here = Branch(path, above.calendar, said.get("team", above.team))
    types = [case_type(reading, here, *entry) for entry in keys.entries("case_types")]
    read = ServiceDefinition(
        key=key,
        **said,
        properties=properties.given(reading, keys, "services"),
        ticket_categories=categories(reading, here, keys),
        case_types={one.path: one for one in types},
        defect_categories=defect_categories(reading, here, keys),
    )
    keys.done()
    return read


def branch(reading: Reading, path: str, place: Place) -> str:
    """Something a grant may name (SEC-2)."""
    if len(path) > PATH_LENGTH:
        reading.fault(place, f"the path “{path}” is longer than {PATH_LENGTH} characters")
    reading.defined.setdefault("branch", {}).setdefault(path, place)
    return path


def defect_categories(reading: Reading, above: Branch, service_keys: Keys) -> dict[str, DefectCategoryDefinition]:
    """What may be wrong in a service (D-1)."""
    found: dict[str, DefectCategoryDefinition] = {}
    for key, node, place in by_level(service_keys, "defect_categories"):
        upper_level(reading, above, key, place, found)
        path = f"{above.path}/{key}"
        if len(path) > PATH_LENGTH:
            reading.fault(place, f"the path “{path}” is longer than {PATH_LENGTH} characters")
        keys = Keys(reading, Node({}, place) if node.value is None else node, "a defect category")
        found[path] = DefectCategoryDefinition(
            path, **{"title": titled(key.rpartition("/")[2])} | DEFECT_CATEGORY.read(keys)
        )
        keys.done()
    return dict(sorted(found.items()))


def by_level(service_keys: Keys, section: str) -> list[tuple[str, Node, Place]]:
    """The entries of a section whose keys are paths, upper levels first."""
    return sorted(service_keys.entries(section), key=lambda entry: entry[0].count("/"))


def upper_level(reading: Reading, above: Branch, key: str, place: Place, found: Mapping[str, Upper]) -> Upper | None:
    """What was read of the level above, which must be there; at most so many levels."""
    levels = [values.name_of(reading, level, place) for level in key.split("/")]
    upper = found.get("/".join([above.path, *levels[:-1]]))
    if len(levels) > CATEGORY_LEVELS:
        reading.fault(place, f"“{key}” has {len(levels)} levels; {CATEGORY_LEVELS} are the most")
    elif len(levels) > 1 and upper is None:
        reading.fault(place, f"“{key}” has no upper level “{'/'.join(levels[:-1])}”")
    return upper


def categories(reading: Reading, above: Branch, service_keys: Keys) -> dict[str, CategoryDefinition]:
    """The categories of a service, upper levels first, so that lower ones inherit (Z-8)."""
    found: dict[str, CategoryDefinition] = {}
    for key, node, place in by_level(service_keys, "ticket_categories"):
        upper = upper_level(reading, above, key, place, found)
        path = branch(reading, f"{above.path}/{key}", place)
        reading.define("category", path, place)
        found[path] = category(reading, Branch(path, above.calendar, above.team), node, upper)
    return dict(sorted(found.items()))


def category(reading: Reading, here: Branch, node: Node, upper: CategoryDefinition | None) -> CategoryDefinition:
    """A category; what it does not say, the level above says (T-12, Z-8)."""
    keys = Keys(reading, node, "a Ticket category")
    above = upper or CategoryDefinition(here.path, "", team=here.team)
    where = placed(reading, keys, Where(above.queue, above.queue_name, above.team))
    fields = declared(reading, keys, Declared(above.fields, above.cards))
    read = CategoryDefinition(
        path=here.path,
        title=keys.get("title", values.text, titled(here.path.rpartition("/")[2])),
        **where.columns(),
        team=where.team,
        skills=keys.own("skills", skills, above.skills) or (),
        due=keys.own("due", promise(Counted(here.calendar, fields=fields.fields)), above.due),
        feedback_window=keys.own("feedback_window", values.days, above.feedback_window),
        **(keys.own("assign", assignment, assigned(above)) or {}),
        allow_title_change=keys.get("allow_title_change", values.flag, above.allow_title_change),
        self_service=keys.get("self_service", values.flag, above.self_service),
        approve_opening=keys.get("approve_opening", values.flag, above.approve_opening),
        fields=fields.fields,
        cards=fields.cards,
        automatic_mails=keys.own("automatic_mails", AUTOMATIC_MAILS, above.automatic_mails) or (),
    )
    keys.done()
    return read


def case_type(reading: Reading, above: Branch, key: str, node: Node, place: Place) -> CaseTypeDefinition:
    """A process: settings, steps, Actions, fields and triggers (BU-3)."""
    path = branch(reading, f"{above.path}/{values.name_of(reading, key, place)}", place)
    reading.define("case_type", path, place)
    keys = Keys(reading, node, "a Case type")
    fields = declared(reading, keys)
    structure = keys.maybe("schedule", values.reference("schedule"))
    asked = keys.get("skills", skills, ())
    where = placed(reading, keys, Where(team=above.team))
    flow = Flow(above, path, fields.fields, structure, asked, where.team)
    steps, actions = read_flow(reading, keys, flow)
    read = CaseTypeDefinition(
        path=path,
        title=keys.get("title", values.text, titled(key)),
        **where.columns(),
        team=where.team,
        skills=asked,
        due=keys.maybe("due", promise(replace(flow.counted, case_type=path))),
        feedback_window=keys.maybe("feedback_window", values.days),
        **keys.get("assign", assignment, {}),
        allow_title_change=keys.get("allow_title_change", values.flag, False),
        contacts_required=keys.get("contacts_required", values.flag, False),
        self_service=keys.get("self_service", values.flag, False),
        progression=keys.get("progression", values.one_of("automatic", "manual"), "automatic"),
        steps=steps,
        actions=actions,
        fields=fields.fields,
        cards=fields.cards,
        starts=tuple(read_start(reading, one, structure) for one in keys.items("starts")),
        schedule=structure,
        automatic_mails=keys.get("automatic_mails", AUTOMATIC_MAILS, ()),
        mail=keys.maybe("mail", mail_defaults),
        records=keys.maybe("records", number_field(fields.fields)),
    )
    keys.done()
    reading.processes[path] = read
    return read


def read_start(reading: Reading, node: Node, structure: str | None) -> StartDefinition:
    """One trigger: `every`, `cron`, `dates`, or a named date of a `schedule`, the one of the Cases if any (BU-6)."""
    keys = Keys(reading, node, "a start")
    named = keys.maybe("schedule", scheduled)
    dates = reading.schedules.get(named or "", ())
    read = StartDefinition(
        every=keys.maybe("every", schedule(schedules.every)),
        cron=keys.maybe("cron", schedule(schedules.cron)),
        schedule=named,
        dates=keys.get("dates", values.several(values.moment), tuple(moment for moment, _ in dates)),
        of=tuple(name for _, name in dates),
    )
    keys.done()
    if named and structure and named.partition("/")[0] != structure:
        reading.fault(keys.values["schedule"], f"the Cases have a schedule of “{structure}”, not of “{named}”")
    if len(keys.values) != 1:
        reading.fault(node, "a start needs exactly one of “every”, “cron”, “dates” and “schedule”")
    return read


def schedule(check: Callable[[str], str]) -> Callable[[Reading, Node], str | None]:
    """A text that this function of `tramita.domain.schedules` accepts."""

    def read(reading: Reading, node: Node) -> str | None:
        text = values.text(reading, node)
        try:
            return None if text is None else check(text)
        except ValueError as error:
            raise Refusal(node, str(error)) from None

    return read


CUSTOMER = Shape((shapes.text("title"), shapes.reference("organisation", "organisation")))
CONTRACT = Shape(
    (shapes.text("title"), shapes.reference("calendar", "calendar"), shapes.reference("team", "team"), HOURS)
)
SERVICE = Shape((shapes.text("title"), shapes.reference("team", "team")))
DEFECT_CATEGORY = Shape((shapes.text("title"),))
# of a category all but its title is inherited unless given, be it as null (Z-8)
CATEGORY = Shape(
    (
        shapes.text("title"),
        shapes.special("queue", "inherited", values.reference("queue"), of=("queue",)),
        shapes.special("team", "inherited", values.reference("team"), of=("team",)),
        shapes.special("skills", "inherited_lines", skills),
        shapes.special("due", "inherited", values.reference("due_rule"), of=("due_rule",)),
        shapes.special("feedback_window", "inherited_text", values.days),
        shapes.special("assign", "inherited_assign", assignment, of=("user", "robot", "position")),
        shapes.special("allow_title_change", "inherited_flag", values.flag, otherwise=True),
        shapes.special("self_service", "inherited_flag", values.flag, otherwise=False),
        shapes.special("approve_opening", "inherited_flag", values.flag, otherwise=False),
        shapes.special("automatic_mails", "inherited_list", AUTOMATIC_MAILS, of=mail_templates.SWITCHES),
    )
)
