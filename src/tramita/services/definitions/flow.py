"""Reading what runs inside a Case type: steps, Actions, and who gets them (C-7, C-11)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tramita.domain.cards import FieldDefinition
from tramita.domain.conditions import Condition
from tramita.domain.durations import parse_span
from tramita.domain.process_definitions import RECIPIENTS, ActionDefinition, MailDefaults, StepDefinition
from tramita.services.definitions import approvers, calling, values
from tramita.services.definitions.assigning import assignment
from tramita.services.definitions.fields import condition, titled
from tramita.services.definitions.keys import Counted, Keys, Reading, Refusal, entries, typed
from tramita.services.definitions.placing import queue_of, team_of
from tramita.services.definitions.skills import skills
from tramita.services.definitions.source import REFUSED, Node, Place

MANUAL = (
    "instructions",
    "checklist",
    "queue",
    "team",
    "skills",
    "assign",
    "due",
    "review",
    "review_queue",
    "review_due",
    "review_checklist",
    "startable",
    "mail",
    "estimate",
)
MAIL = ("template", "to")
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "manual": MANUAL,
    "send_mail": MAIL,
    "send_mail_and_wait": MAIL,
    "start_case": ("case_type", "independent"),
    "wait_for_sub_case": ("close_if_none",),
    "approval": ("levels", "rules", "sheet", "timeout", "reminders", "instructions", "queue", "team", "due"),
    "call_api": (
        *("url", "method", "headers", "secret_headers", "body", "store", "timeout", "retries"),
        *("instructions", "queue", "team", "due"),
    ),
    "wait_until": ("date", "after"),
}
ALL_KEYS = frozenset().union(*OF_KIND.values())
NEEDED = {"start_case": ("case_type",), "call_api": ("url",)}
METHODS = ("get", "post", "put", "patch", "delete")
MAX_RETRIES = 10


@dataclass(frozen=True, slots=True)
class Branch:
    """A place in the configuration, and the calendar of its contract."""

    path: str
    calendar: str | None
    team: str | None = None  # of its processes


@dataclass(frozen=True, slots=True)
class Flow:
    """The Case type whose steps are read."""

    service: Branch
    path: str
    fields: Mapping[str, FieldDefinition]
    schedule: str | None = None
    skills: tuple[str, ...] = ()  # of its Actions that name none
    team: str | None = None  # likewise

    @property
    def counted(self) -> Counted:
        """For its Actions."""
        return Counted(self.service.calendar, self.schedule, of_case=True, fields=self.fields)


def promise(by: Counted) -> Callable[[Reading, Node], str | None]:
    """The key of a due-date rule, to be checked with the calendar and the dates it will count by (SLA-1, SLA-2)."""

    def read(reading: Reading, node: Node) -> str | None:
        key = values.reference("due_rule")(reading, node)
        if key:
            reading.promises.append((key, by, node.place))
        return key

    return read


def read_flow(
    reading: Reading, keys: Keys, flow: Flow
) -> tuple[tuple[StepDefinition, ...], dict[str, ActionDefinition]]:
    """The steps, and every Action by name: those of the steps and the ones only launched by hand (C-7, C-11)."""
    actions: dict[str, ActionDefinition] = {}
    steps: dict[str, StepDefinition] = {}
    for node in keys.items("steps"):
        for name, one, place in single_entries(reading, node, "a step"):
            if name in steps:
                reading.fault(place, f"there is another step “{name}” before")
            steps[name] = step(reading, name, one, place, flow, actions)
    for name, node, place in keys.entries("action_types"):
        adopt(reading, actions, action(reading, name, node, place, flow, ad_hoc=True), place)
    return tuple(steps.values()), actions


def single_entries(reading: Reading, node: Node, what: str) -> list[tuple[str, Node, Place]]:
    """An element of a list like `- name: {…}`, or only `- name`."""
    if isinstance(node.value, str):
        return [(node.value, Node(None, node.place), node.place)]
    found = entries(reading, node)
    if isinstance(node.value, dict) and len(found) != 1:
        reading.fault(node, f"{what} is written as one name and what belongs to it")
    return found


def step(
    reading: Reading, name: str, node: Node, place: Place, flow: Flow, actions: dict[str, ActionDefinition]
) -> StepDefinition:
    """One step; its Actions are added to `actions`."""
    keys = Keys(reading, node, "a step")
    found = []
    for one in keys.items("actions"):
        for entry, value, at in single_entries(reading, one, "an Action"):
            adopt(reading, actions, action(reading, entry, value, at, flow), at)
            found.append(entry)
    when: Condition | None = keys.maybe("when", condition(flow.fields))
    read = StepDefinition(
        name=values.name_of(reading, name, place),
        title=keys.get("title", values.text, titled(name)),
        actions=tuple(found),
        when=when,
    )
    keys.done()
    if not found and node.value is not REFUSED:
        reading.fault(place, f"the step “{name}” has no “actions”")
    return read


def adopt(reading: Reading, actions: dict[str, ActionDefinition], one: ActionDefinition, place: Place) -> None:
    if one.name in actions:
        reading.fault(place, f"there is another Action “{one.name}” in this Case type")
    actions[one.name] = one


def action(
    reading: Reading, name: str, node: Node, place: Place, flow: Flow, *, ad_hoc: bool = False
) -> ActionDefinition:
    """One Action. Keys of another kind are named, not passed over. An ad hoc one is there to be started."""
    keys = Keys(reading, Node({}, place) if node.value is None else node, "an Action")
    kind = keys.get("kind", values.one_of(*OF_KIND), "manual")
    common: dict[str, Any] = {
        "name": values.name_of(reading, name, place),
        "title": keys.get("title", values.text, titled(name)),
        "kind": kind,
        "when": keys.maybe("when", condition(flow.fields)),
    }
    special = {key: keys.maybe(key, how) for key, how in readers(flow).items() if key in OF_KIND[kind]}
    if "queue" in OF_KIND[kind]:
        special |= waiting(reading, keys, flow, kind)
    for key in [key for key in keys.values if key in ALL_KEYS and key not in OF_KIND[kind]]:
        keys.node_of(key)
        reading.fault(keys.node.keys[key], f"“{key}” has no meaning for an Action of the kind {kind}")
    keys.done()
    given = {key: value for key, value in special.items() if value is not None}
    check_action(reading, keys, kind, given)
    return ActionDefinition(**common, **arranged(given, kind, flow, ad_hoc=ad_hoc))


def waiting(reading: Reading, keys: Keys, flow: Flow, kind: str) -> dict[str, Any]:
    """Where it waits, and where for a second person; the team is that of its Case unless it has its own (Q-4)."""
    team = team_of(reading, keys, flow.team)
    columns = queue_of(reading, keys, "queue", team).columns() | {"team": team}
    return columns | (queue_of(reading, keys, "review_queue", team).columns("review_queue") if kind == "manual" else {})


def readers(flow: Flow) -> dict[str, Callable[[Reading, Node], Any]]:
    """How each key of an Action is read."""
    return {
        "instructions": values.long_text,
        "checklist": values.texts,
        "skills": skills,
        "assign": assignment,
        "due": promise(flow.counted),
        "review": values.one_of("four_eyes"),
        "review_due": promise(flow.counted),
        "review_checklist": values.texts,
        "startable": values.flag,
        "mail": mail_defaults,
        "estimate": effort,
        "template": values.long_text,
        "to": recipient,
        "case_type": case_type_of(flow),
        "independent": values.flag,
        "close_if_none": values.flag,
        "levels": approvers.levels,
        "rules": approvers.rules(flow.fields),
        "sheet": approvers.sheet(flow.fields),
        "reminders": values.flag,
        "timeout": values.duration,
        "url": calling.web_address,
        "method": values.one_of(*METHODS),
        "body": calling.body,
        "headers": calling.headers,
        "secret_headers": calling.secret_headers,
        "store": calling.store(flow.fields),
        "retries": values.whole(0, MAX_RETRIES),
        "date": moment_or_field,
        "after": values.duration,
    }


def check_action(reading: Reading, keys: Keys, kind: str, given: Mapping[str, Any]) -> None:
    """What a kind cannot do without."""
    for needed in NEEDED.get(kind, ()):
        if keys.values.get(needed) is None:
            reading.fault(keys.node, f"an Action of the kind {kind} needs “{needed}”")
    ways = [key for key in ("levels", "rules", "sheet") if key in keys]
    if kind == "approval" and not ways:
        reading.fault(keys.node, "an Action of the kind approval needs “levels”, “rules” or a “sheet”")
    if len(ways) > 1:
        reading.fault(keys.node.keys[ways[1]], f"give either “{ways[0]}” or “{ways[1]}”; one says all")
    if kind == "wait_until" and ("date" in keys) == ("after" in keys):
        reading.fault(keys.node, "an Action of the kind wait_until needs either “date” or “after”")
    if "review" not in keys:
        for key in ("review_queue", "review_due", "review_checklist"):
            if key in keys:
                reading.fault(keys.node.keys[key], f"“{key}” needs “review: four_eyes”")


def arranged(given: dict[str, Any], kind: str, flow: Flow, *, ad_hoc: bool) -> dict[str, Any]:
    """The keys as the fields of the definition."""
    special = {"skills": flow.skills} | given
    if "sheet" in special:
        special["rules"] = special.pop("sheet")
    if "assign" in special:
        special |= special.pop("assign")
    if special.pop("review", None):
        special["four_eyes"] = True
    if "method" in special:
        special["method"] = special["method"].upper()
    if kind in {"send_mail", "send_mail_and_wait"}:
        special.setdefault("to", "primary")
    if ad_hoc and kind == "manual":
        special.setdefault("startable", True)
    return special


def effort(reading: Reading, node: Node) -> str | None:
    """How long it takes for each record, in hours and minutes: days of work differ (C-13)."""
    text = values.duration(reading, node)
    if text is not None and ("working" in text or parse_span(text).days or not parse_span(text).seconds):
        raise Refusal(node, "write hours and minutes here, such as “10 minutes”")
    return text


def number_field(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], str | None]:
    """A declared field that holds a number: `fields.invoices`."""

    def read(reading: Reading, node: Node) -> str | None:
        text = values.text(reading, node)
        if text is None:
            return None
        known = fields.get(text.removeprefix("fields."))
        if not approvers.FIELD_PATH.fullmatch(text) or known is None or known.type != "number":
            raise Refusal(node, f"“{text}” is no declared field of the type number, such as fields.invoices")
        return text

    return read


def mail_defaults(reading: Reading, node: Node) -> MailDefaults | None:
    """Default and suggested recipients: `{to: [primary], cc: [ADDRESS], suggest: {bcc: [ADDRESS]}}` (M-15)."""
    keys = Keys(reading, node, "“mail”")
    names = ("to", "cc", "bcc")
    given: dict[str, Any] = {name: keys.maybe(name, values.several(contact_or_address)) for name in names}
    suggest = keys.node_of("suggest")
    inner = Keys(reading, suggest, "“suggest”") if suggest else None
    if inner:
        given |= {f"suggest_{name}": inner.get(name, values.several(contact_or_address), ()) for name in names}
        inner.done()
    keys.done()
    if given["to"] == ():
        reading.fault(keys.node.keys["to"], "a mail goes to somebody: name one, or leave “to” out")
    read = MailDefaults(**given)
    return None if read == MailDefaults() else read


def contact_or_address(reading: Reading, node: Node) -> str | None:
    """A contact of the item by its tag, or an address."""
    word = (typed(reading, node, str) or "").strip()
    if not word or word in RECIPIENTS:
        return word or None
    if "@" not in word:
        raise Refusal(node, f"one of {', '.join(RECIPIENTS)} or an e-mail address expected here")
    return values.address(reading, node)


def case_type_of(flow: Flow) -> Callable[[Reading, Node], str | None]:
    """The path of a Case type; a name alone means one of the same service. It must not lead back here."""

    def read(reading: Reading, node: Node) -> str | None:
        written = values.text(reading, node)
        if written is None:
            return None
        path = written if "/" in written else f"{flow.service.path}/{written}"
        reading.refer(path, node.place, "case_type")
        reading.launches.append((flow.path, path, node.place))
        return path

    return read


def recipient(reading: Reading, node: Node) -> str | None:
    """`primary`, `requester` or an address."""
    return node.value if node.value in ("primary", "requester") else values.address(reading, node)


def moment_or_field(reading: Reading, node: Node) -> str | None:
    """A day, a moment, or the field that holds it."""
    if isinstance(node.value, str) and approvers.FIELD_PATH.fullmatch(node.value):
        return node.value
    return values.moment(reading, node)
