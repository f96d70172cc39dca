"""The configuration as the YAML it could have been applied from: canonical, complete, without secrets."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from django.db.models import Q

from tramita.domain.bodies import restore
from tramita.domain.codes import Kind, Role
from tramita.domain.definitions import ApprovalTypeDefinition, CalendarDefinition, PropertiesDefinition, Settings
from tramita.domain.permissions import Sight
from tramita.domain.robots import Mode, is_external
from tramita.models import Definition, Mailbox, Organisation, Person, Queue, Route
from tramita.services.definitions.export_processes import customers, field, levels, titled_unless
from tramita.services.definitions.persons import OF_TERMS
from tramita.services.definitions.plain import Tree, bodies, given, words

STAFF = (Role.ADMINISTRATOR, Role.TEAM_LEADER, Role.DESIGNER, Role.AGENT, Role.ROBOT)
CONTACTS = (Role.REQUESTER, Role.MANAGER)
LINE_LENGTH = 120


def export() -> str:
    """The configuration as YAML; applying it changes nothing. Staff that no file named are in it too."""
    return as_yaml({name: section for name, section in current(everybody=True).items() if section})


def as_yaml(tree: Tree) -> str:
    """A plain tree as YAML, in its own order."""
    import yaml

    written: str = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=LINE_LENGTH)
    return written


def current(*, everybody: bool = False, only: Collection[str] | None = None) -> Tree:
    """Every section as a plain tree, or these. Without `everybody`, only the people whom a configuration named."""
    found = cache(partial(configured_people, everybody=everybody))
    sections: Mapping[str, Callable[[], Tree]] = {
        "properties": properties,
        "schedules": lambda: {key: structure(key, body) for key, body in bodies("schedule")},
        "settings": settings,
        "calendars": lambda: {key: calendar(restore(CalendarDefinition, body)) for key, body in bodies("calendar")},
        "due_rules": lambda: {key: due_rule(body) for key, body in bodies("due_rule") if "@" not in key},
        "roles": lambda: {key: role(body) for key, body in bodies("role")},
        "teams": lambda: {key: team(key, body) for key, body in bodies("team")},
        "queues": queues,
        "positions": lambda: {key: position(key, body) for key, body in bodies("position")},
        "organisations": organisations,
        "contacts": lambda: {it.email or "": contact(it) for it in found() if it.role in CONTACTS},
        "users": lambda: {it.email: user(it) for it in found() if it.email and it.role in STAFF},
        "robots": lambda: {it.key or "": robot(it) for it in found() if it.role == Role.ROBOT and is_ours(it)},
        "customers": customers,
        "mailboxes": mailboxes,
        "mail_templates": lambda: {key: mail_template(body) for key, body in bodies("mail_template")},
        "approval_types": lambda: {key: approval_type(body) for key, body in bodies("approval_type")},
        "sign_on": lambda: {key: sign_on(body) for key, body in bodies("sign_on")},
        "canned_texts": lambda: {key: canned_text(body) for key, body in bodies("canned_text")},
    }
    return {name: section() for name, section in sections.items() if only is None or name in only}


USUALLY = ("follow_merged", "show_time_tracker", "show_expected_times", "parent_companies")  # switched on


def properties() -> Tree:
    """What things of each sort may have besides (D-22)."""
    read = {key: restore(PropertiesDefinition, body) for key, body in bodies("properties")}
    return {key: {it.name: field(it) for it in one.fields} for key, one in read.items()}


def structure(key: str, body: Mapping[str, Any]) -> Tree:
    """A structure of named dates (BU-6)."""
    filled = {name: dict(one) for name, one in body.get("schedules", {}).items()}
    return titled_unless(body, key) | given(schedules=filled)


def settings() -> Tree:
    """Only what differs from the defaults, for these are what a file without them means."""
    row = Definition.objects.filter(kind="settings", active=True).values_list("current__body", flat=True).first()
    read = restore(Settings, row or {})
    plain = given(
        resolution_note_required=read.resolution_note_required,
        keep_with_user=read.keep_with_user,
        approve_actions_in_tickets=read.approve_actions_in_tickets,
        approve_every_opening=read.approve_every_opening,
        reply_marker=read.reply_marker,
        colleagues_take_part=read.colleagues_take_part,
        thank_you_detection=read.thank_you_detection,
        keep_raw_mail=read.keep_raw_mail,
        file_types=list(read.file_types),
        restrict_defect_changes=read.restrict_defect_changes,
        restrict_reviewers=read.restrict_reviewers,
        privacy_policy=read.privacy_policy,
        audit=list(read.audit),
        attach_tagged={kind: list(tags) for kind, tags in read.attach_tagged.items()},
    )
    if read.undo_send != Settings().undo_send:
        plain["undo_send"] = read.undo_send
    plain |= {name: False for name in USUALLY if not getattr(read, name)}
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
    tree |= {name: False for name in ("active", "reminders") if not body.get(name, True)}
    more = given(levels=levels(restore(ApprovalTypeDefinition, body).levels))
    return tree | more | given(warn_on_resolve=body.get("warn_on_resolve", False))


def team(key: str, body: Mapping[str, Any]) -> Tree:
    """Who manages all its queues (Q-4)."""
    return titled_unless(body, key) | given(managers=list(body.get("managers", ())))


def position(key: str, body: Mapping[str, Any]) -> Tree:
    """Its holders in the order written (Q-1)."""
    return titled_unless(body, key) | given(holders=list(body.get("holders", ())))


def role(body: Mapping[str, Any]) -> Tree:
    """A role of this desk (SEC-1)."""
    tree: Tree = {"title": body["title"], "based_on": body["based_on"]}
    return tree | given(description=body.get("description"), options=dict(body.get("options", {})))


def sign_on(body: Mapping[str, Any]) -> Tree:
    tree: Tree = {name: body[name] for name in ("title", "issuer", "client_id")} | {"domains": list(body["domains"])}
    tree |= given(client_secret_env=body.get("client_secret_env", ""))
    tree |= {name: True for name in ("make_contacts", "addresses_verified") if body.get(name)}
    return tree | ({} if body.get("active", True) else {"active": False})


def canned_text(body: Mapping[str, Any]) -> Tree:
    tree: Tree = {"title": body["title"]} | given(service=body.get("service"))
    return (
        tree
        | {"texts": dict(body["texts"])}
        | given(files=list(body.get("files", ())), attach_tagged=list(body.get("attach_tagged", ())))
    )


def mail_template(body: Mapping[str, Any]) -> Tree:
    return {language: dict(said) for language, said in body["texts"].items()}


def queues() -> Tree:
    """Queues name their members; the members need not name the queue."""
    found: Tree = {}
    for queue in Queue.objects.filter(active=True).order_by("key").prefetch_related("memberships__person"):
        rows = [one for one in queue.memberships.all() if named(one.person)]
        found[queue.key] = {"title": queue.own_title or queue.title} | given(
            team=queue.team,
            name=queue.name,
            members=sorted(one.person.called for one in rows if not one.by_farm and one.said != "nothing"),
            managers=sorted(one.person.called for one in rows if one.manager and one.said is None),
            farms=queue.farms,
            strict=queue.strict,
            return_idle=queue.return_idle,
        )
    return found


def named(person: Person) -> bool:
    """Whether the export knows this person: configured, or working here."""
    return person.configured or is_external(person.robot) or (person.is_active and person.role in STAFF)


def is_ours(person: Person) -> bool:
    """Whether its configuration is here, not with the system that keeps it (B-2)."""
    return not is_external(person.robot)


def organisations() -> Tree:
    rows = Organisation.objects.filter(active=True).select_related("parent", "account_manager").order_by("key")
    return {
        row.key: given(
            name=row.name,
            parent=row.parent and row.parent.key,
            domains=row.domains,
            account_manager=row.account_manager and row.account_manager.email,
            due=row.due,
            properties=row.properties,
        )
        for row in rows
    }


def configured_people(*, everybody: bool) -> list[Person]:
    rows = (
        Person.objects.select_related("organisation", "reports_to")
        .prefetch_related("grants", "skills")
        .order_by("email", "key")
    )
    working_here = Q(is_active=True, role__in=STAFF) if everybody else Q(pk__in=())
    return list(rows.filter(Q(configured=True) | working_here))


def person(row: Person) -> Tree:
    said = given(language=row.language, time_zone=row.time_zone, properties=row.properties)
    return {"name": row.name} | said | inactive(row)


def inactive(row: Person) -> Tree:
    return {} if row.is_active else {"active": False}


def contact(row: Person) -> Tree:
    company = row.organisation and row.organisation.key
    sees = row.sees == Sight.ORGANISATION
    tree = given(organisation=company, manager=row.role == Role.MANAGER, sees_organisation=sees)
    return person(row) | tree | given(calendar=row.calendar, due=row.due)


def user(row: Person) -> Tree:
    tree = {"name": row.name, "role": row.custom or row.role.value} | given(builder=row.builder)
    tree |= person(row) | given(organisation=row.organisation and row.organisation.key)
    tree |= given(skills=able(row), own_queues_only=row.own_queues_only, sees=row.sees, grants=grants(row))
    tree |= given(absent=row.absent and absence(row.absent))
    return tree | given(reports_to=row.reports_to and row.reports_to.email)


def able(row: Person) -> list[str]:
    """Their skills in the order written (Q-1)."""
    return [one.skill for one in sorted(row.skills.all(), key=lambda one: one.pk)]


def grants(row: Person) -> Tree:
    return {one.path: list(one.permissions) for one in sorted(row.grants.all(), key=lambda one: one.path)}


def absence(stored: Mapping[str, Any]) -> Tree:
    days = {key: date.fromisoformat(stored[key]) for key in ("from", "to")}
    return days | given(substitute=stored.get("substitute"))


def robot(row: Person) -> Tree:
    stored = row.robot or {}
    tree = {"kinds": list(stored.get("kinds", [])), "lease": words(timedelta(seconds=stored.get("lease", 0)))}
    rest = {name: stored[name] for name in OF_TERMS if name in stored}
    if "capacity" in rest:
        rest["capacity"] = words(timedelta(seconds=rest["capacity"]))
    tree |= rest | person(row) | given(skills=able(row), mode=stored.get("mode"), grants=grants(row))
    if stored.get("mode") == Mode.TEST and not stored.get("off"):
        del tree["active"]  # it is only not there for live work
    return {"name": row.name} | tree


def mailboxes() -> Tree:
    found: Tree = {}
    for box in Mailbox.objects.filter(active=True).order_by("address").prefetch_related("routes__process"):
        selectors = box.dkim_selectors or []
        routes = sorted((one for one in box.routes.all() if one.active), key=lambda one: one.position)
        found[box.address] = given(
            refuse_unknown_senders=box.refuse_unknown_senders,
            plus_addressing=None if box.plus_addressing == "mixed" else box.plus_addressing,
            incoming=incoming(box.settings),
            name=box.name,
            signature=box.signature,
            authserv_id=box.authserv_id,
            trusted=box.trusted,
            copy_sent=box.copy_sent,
            outgoing=box.outgoing,
            dkim_selector=selectors[0] if len(selectors) == 1 else selectors,
            routes=[route(one) for one in routes],
        )
        if not box.automatic_answers_wake:
            found[box.address]["automatic_answers_wake"] = False
    return found


def incoming(settings: Mapping[str, Any]) -> Tree:
    """How it is fetched; days as YAML writes days."""
    days = {name: date.fromisoformat(settings[name]) for name in ("since", "client_secret_ends") if settings.get(name)}
    return {**settings, **days}


def route(one: Route) -> Tree:
    process = one.process
    start = {"category": Kind.TICKET, "case_type": Kind.CASE}[process.kind]
    return {"to": one.address, "start": start.value, process.kind: process.key} | given(
        acknowledge=one.acknowledge, test=one.test
    )
