"""The configuration as the YAML it could have been applied from: canonical, complete, without secrets."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tramita.domain.bodies import restore
from tramita.domain.cel import as_text
from tramita.domain.codes import Kind, Role
from tramita.domain.definitions import (
    ActionDefinition,
    CalendarDefinition,
    CaseTypeDefinition,
    CategoryDefinition,
    FieldDefinition,
    Settings,
)
from tramita.models import Definition, Mailbox, Organisation, Person, Queue, Route

Tree = dict[str, Any]
STAFF = (Role.ADMINISTRATOR, Role.TEAM_LEADER, Role.AGENT, Role.ROBOT)
CONTACTS = (Role.REQUESTER, Role.MANAGER)
LINE_LENGTH = 120


def export() -> str:
    """The configuration as YAML; applying it changes nothing. Staff that no file named are in it too."""
    import yaml

    return yaml.safe_dump(
        {name: section for name, section in current(everybody=True).items() if section},
        allow_unicode=True,
        sort_keys=False,
        width=LINE_LENGTH,
    )


def current(*, everybody: bool = False) -> Tree:
    """Every section as a plain tree. Without `everybody`, only the people whom a configuration named."""
    people = configured_people(everybody=everybody)
    return {
        "settings": settings(),
        "calendars": {key: calendar(restore(CalendarDefinition, body)) for key, body in bodies("calendar")},
        "due_rules": {key: due_rule(body) for key, body in bodies("due_rule") if "@" not in key},
        "queues": queues(),
        "organisations": organisations(),
        "contacts": {person.email: contact(person) for person in people if person.role in CONTACTS},
        "users": {person.email: user(person) for person in people if person.email and person.role in STAFF},
        "robots": {person.key: robot(person) for person in people if person.role == Role.ROBOT},
        "customers": customers(),
        "mailboxes": mailboxes(),
        "approval_types": {key: approval_type(body) for key, body in bodies("approval_type")},
    }


def given(**values: Any) -> Tree:
    """The keys that say something: null, false and empty are what an absent key means."""
    return {key: value for key, value in values.items() if value not in (None, False, (), [], {}, "")}


def bodies(kind: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Key and body of every active definition of a kind, by key."""
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).order_by("key")
    return rows.values_list("key", "current__body")


def settings() -> Tree:
    """Only what differs from the defaults, for these are what a file without them means."""
    row = Definition.objects.filter(kind="settings", active=True).values_list("current__body", flat=True).first()
    read = restore(Settings, row or {})
    plain = given(
        resolution_note_required=read.resolution_note_required,
        keep_with_user=read.keep_with_user,
        approve_actions_in_tickets=read.approve_actions_in_tickets,
    )
    return plain | given(limits=(row or {}).get("limits"))


def calendar(read: CalendarDefinition) -> Tree:
    return given(
        time_zone=read.time_zone,
        week=dict(read.week),
        holidays=given(country=read.country, subdivision=read.subdivision),
        extra_days_off=list(read.extra_days_off),
    )


def due_rule(body: Mapping[str, Any]) -> Tree:
    embedded = body.get("calendar")
    tree: Tree = {"within": body["within"]} | given(calendar=embedded and embedded["key"])
    return tree | {key: value for key, value in body.items() if key not in {"key", "within", "calendar"}}


def approval_type(body: Mapping[str, Any]) -> Tree:
    tree = {"name": body["name"], "description": body["description"]}
    return tree if body.get("active", True) else tree | {"active": False}


def queues() -> Tree:
    """Queues name their members; the members need not name the queue."""
    found: Tree = {}
    for queue in Queue.objects.filter(active=True).order_by("key").prefetch_related("memberships__person"):
        rows = [one for one in queue.memberships.all() if named(one.person)]
        found[queue.key] = {"title": queue.title} | given(
            members=sorted(name_of(one.person) for one in rows),
            managers=sorted(name_of(one.person) for one in rows if one.manager),
            strict=queue.strict,
        )
    return found


def named(person: Person) -> bool:
    """Whether the export knows this person: configured, or working here."""
    return person.configured or (person.is_active and person.role in STAFF)


def name_of(person: Person) -> str:
    """How a configuration calls somebody: by address, a robot by its name."""
    return person.email or person.key or ""


def organisations() -> Tree:
    rows = Organisation.objects.filter(active=True).select_related("parent", "account_manager").order_by("key")
    return {
        row.key: given(
            name=row.name,
            parent=row.parent and row.parent.key,
            domains=row.domains,
            account_manager=row.account_manager and row.account_manager.email,
        )
        for row in rows
    }


def configured_people(*, everybody: bool) -> list[Person]:
    rows = Person.objects.select_related("organisation").prefetch_related("grants").order_by("email", "key")
    working_here = Q(is_active=True, role__in=STAFF) if everybody else Q(pk__in=())
    return list(rows.filter(Q(configured=True) | working_here))


def person(row: Person) -> Tree:
    return {"name": row.name} | given(language=row.language, time_zone=row.time_zone) | inactive(row)


def inactive(row: Person) -> Tree:
    return {} if row.is_active else {"active": False}


def contact(row: Person) -> Tree:
    return person(row) | given(organisation=row.organisation and row.organisation.key, manager=row.role == Role.MANAGER)


def user(row: Person) -> Tree:
    tree = {"name": row.name, "role": row.role.value}
    tree |= person(row) | given(own_queues_only=row.own_queues_only, grants=grants(row))
    return tree | given(absent=row.absent and absence(row.absent))


def grants(row: Person) -> Tree:
    return {one.path: list(one.permissions) for one in sorted(row.grants.all(), key=lambda one: one.path)}


def absence(stored: Mapping[str, Any]) -> Tree:
    days = {key: date.fromisoformat(stored[key]) for key in ("from", "to")}
    return days | given(substitute=stored.get("substitute"))


def robot(row: Person) -> Tree:
    stored = row.robot or {}
    tree = {"kinds": list(stored.get("kinds", [])), "lease": words(timedelta(seconds=stored.get("lease", 0)))}
    return {"name": row.name} | tree | person(row) | given(grants=grants(row))


def words(length: timedelta) -> str:
    """A duration as people write it, `1 hour 30 minutes`."""
    rest, parts = int(length.total_seconds()), []
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)


def days(count: int | None) -> str | None:
    return count if count is None else words(timedelta(days=count))


def customers() -> Tree:
    """Customers, contracts, services and their processes, put back into each other."""
    tree: Tree = {}
    for key, body in bodies("customer"):
        tree[key] = titled_unless(body, key) | given(organisation=body.get("organisation")) | {"contracts": {}}
    for path, body in bodies("contract"):
        customer, key = path.split("/")
        here = titled_unless(body, key) | given(calendar=body.get("calendar")) | {"services": {}}
        tree[customer]["contracts"][key] = here
    for path, body in bodies("service"):
        customer, contract, key = path.split("/")
        here = titled_unless(body, key) | {"ticket_categories": {}, "case_types": {}}
        tree[customer]["contracts"][contract]["services"][key] = here
    place_processes(tree)
    return tree


def titled_unless(body: Mapping[str, Any], key: str) -> Tree:
    """The title, where it is not just the key."""
    title = body.get("title", key)
    return {} if title == key else {"title": title}


def place_processes(tree: Tree) -> None:
    read = {path: restore(CategoryDefinition, body) for path, body in bodies("category")}
    for path, one in read.items():
        customer, contract, service, key = path.split("/", 3)
        here = tree[customer]["contracts"][contract]["services"][service]
        here["ticket_categories"][key] = category(one, read.get(path.rpartition("/")[0]))
    for path, body in bodies("case_type"):
        customer, contract, service, key = path.split("/")
        here = tree[customer]["contracts"][contract]["services"][service]
        here["case_types"][key] = case_type(restore(CaseTypeDefinition, body))


def category(one: CategoryDefinition, upper: CategoryDefinition | None) -> Tree:
    """A category; what is as on the level above is left out, and what is not, said, be it as null (Z-8)."""
    above = upper or CategoryDefinition(one.path, "")
    own = {
        "queue": (one.queue, above.queue),
        "due": (one.due, above.due),
        "feedback_window": (days(one.feedback_window), days(above.feedback_window)),
        "assign": (assign(one), assign(above)),
        "allow_title_change": (one.allow_title_change, above.allow_title_change),
    }
    tree: Tree = {"title": one.title} | {key: mine for key, (mine, theirs) in own.items() if mine != theirs}
    fields = {name: field(it) for name, it in one.fields.items() if above.fields.get(name) != it}
    return tree | given(fields=fields)


def assign(one: CategoryDefinition | CaseTypeDefinition | ActionDefinition) -> Tree | None:
    return given(user=one.assign_user, secondary=one.assign_secondary) or None


def field(one: FieldDefinition) -> Tree:
    tree = {"type": one.type, "title": one.title}
    tree |= given(mandatory=one.mandatory, read_only=one.read_only, choices=list(one.choices))
    return tree if one.default is None else tree | {"default": one.default}


def case_type(one: CaseTypeDefinition) -> Tree:
    tree = given(
        title=one.title,
        queue=one.queue,
        due=one.due,
        feedback_window=days(one.feedback_window),
        assign=assign(one),
        allow_title_change=one.allow_title_change,
        contacts_required=one.contacts_required,
        progression=one.progression,
        fields={name: field(it) for name, it in one.fields.items()},
        starts=[given(every=it.every, cron=it.cron, dates=list(it.dates)) for it in one.starts],
    )
    return tree | flow(one)


def flow(one: CaseTypeDefinition) -> Tree:
    """The steps with their Actions, and the Actions that are only launched by hand."""
    steps, placed = [], set()
    for step in one.steps:
        body = given(title=step.title, when=step.when and as_text(step.when))
        body["actions"] = [{name: action(one.actions[name])} for name in step.actions]
        steps.append({step.name: body})
        placed |= set(step.actions)
    ad_hoc = {name: action(it, ad_hoc=True) for name, it in one.actions.items() if name not in placed}
    return given(steps=steps, action_types=ad_hoc)


def action(one: ActionDefinition, *, ad_hoc: bool = False) -> Tree:
    """An Action with the keys of its kind."""
    tree: Tree = {"title": one.title} | given(
        kind=None if one.kind == "manual" else one.kind,
        when=one.when and as_text(one.when),
        instructions=one.instructions,
        checklist=list(one.checklist),
        queue=one.queue,
        assign=assign(one),
        due=one.due,
        review="four_eyes" if one.four_eyes else None,
        review_queue=one.review_queue,
        review_due=one.review_due,
    )
    if one.startable != (ad_hoc and one.kind == "manual"):
        tree["startable"] = one.startable
    return tree | automatic(one)


def automatic(one: ActionDefinition) -> Tree:
    """The keys of the kinds that do something by themselves."""
    levels = [{"all_of" if it.every else "any_of": list(it.approvers)} for it in one.levels]
    tree = given(
        template=one.template,
        to=one.to,
        case_type=one.case_type,
        independent=one.independent,
        close_if_none=one.close_if_none,
        levels=levels,
        timeout=one.timeout,
        url=one.url,
        body=one.body,
        date=one.date,
        after=one.after,
    )
    return tree | ({"method": one.method, "retries": one.retries} if one.kind == "call_api" else {})


def mailboxes() -> Tree:
    found: Tree = {}
    for box in Mailbox.objects.filter(active=True).order_by("address").prefetch_related("routes__process"):
        routes = sorted((one for one in box.routes.all() if one.active), key=lambda one: one.position)
        found[box.address] = given(
            refuse_unknown_senders=box.refuse_unknown_senders,
            plus_addressing=None if box.plus_addressing == "mixed" else box.plus_addressing,
            incoming=box.settings,
            routes=[route(one) for one in routes],
        )
    return found


def route(one: Route) -> Tree:
    process = one.process
    start = {"category": Kind.TICKET, "case_type": Kind.CASE}[process.kind]
    return {"to": one.address, "start": start.value, process.kind: process.key} | given(acknowledge=one.acknowledge)
