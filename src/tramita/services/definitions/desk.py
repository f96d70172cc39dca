"""Reading the sections about the desk itself: settings, calendars, due rules, queues, mailboxes, approval types."""

from dataclasses import fields, replace
from zoneinfo import ZoneInfo

from tramita.domain import mail_templates
from tramita.domain.auditing import AREAS
from tramita.domain.calendars import Calendar, build_calendar
from tramita.domain.codes import Kind
from tramita.domain.definitions import (
    ApprovalTypeDefinition,
    CalendarDefinition,
    DueRuleDefinition,
    Limits,
    MailboxDefinition,
    PositionDefinition,
    QueueDefinition,
    RouteDefinition,
    Settings,
    TeamDefinition,
)
from tramita.domain.due_rules import DueRule, build_due_rule
from tramita.domain.errors import Invalid
from tramita.domain.tags import tags_of
from tramita.gateways.holidays import public_holidays
from tramita.services.definitions import approvers, shapes, values
from tramita.services.definitions.connections import encrypted_url, incoming
from tramita.services.definitions.contracted import HOURS
from tramita.services.definitions.keys import Keys, Reading, entries
from tramita.services.definitions.placing import define_queue
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place

PROCESS_OF = {"ticket": "category", "case": "case_type"}
LARGEST = 2**31 - 1
LONGEST_UNDO = 60  # seconds (MAIL-115)
MAIL_KINDS = tuple(one for one in mail_templates.SWITCHES if one != "resolution")  # that stands in a person's mail
USER = values.reference("user")
ANY_ZONE = ZoneInfo("UTC")  # a rule is right or wrong in any
ANY_CALENDAR = Calendar("any", ANY_ZONE, (((0, 86_400),),) * 7)


def settings(reading: Reading, node: Node) -> Settings:
    """What holds for the whole desk (R-6, Q-9, AP-3)."""
    keys = Keys(reading, node, "settings")
    read = Settings(**SETTINGS.read(keys))
    keys.done()
    return read


def file_types(reading: Reading, node: Node) -> tuple[str, ...]:
    """Endings of names, with or without their dot (F-2)."""
    return tuple(dict.fromkeys(one.lower().lstrip(".") for one in values.texts(reading, node) or ()))


def attach_tagged(reading: Reading, node: Node) -> dict[str, tuple[str, ...]]:
    """By the kind of an automatic mail, the tags of what goes along (F-3)."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, value, place in entries(reading, node):
        if kind not in MAIL_KINDS:
            reading.fault(place, f"“{kind}” is none of {', '.join(MAIL_KINDS)}")
        found[kind] = tags(reading, value)
    return found


def tags(reading: Reading, node: Node) -> tuple[str, ...]:
    """Tags of files, spelled as they are kept."""
    given = values.texts(reading, node) or ()
    try:
        return tags_of(given)
    except Invalid as invalid:
        values.pass_on(reading, node, invalid)
        return ()


def limits(reading: Reading, node: Node) -> Limits:
    """How much is too much (Z-14)."""
    keys = Keys(reading, node, "limits")
    names = [field.name for field in fields(Limits)]
    given = {name: keys.maybe(name, values.whole(1, LARGEST)) for name in names}
    keys.done()
    return Limits(**{name: value for name, value in given.items() if value is not None})


def calendar(reading: Reading, key: str, node: Node, place: Place) -> CalendarDefinition:
    """A working calendar; its week is checked by the calendar itself (SLA-3)."""
    reading.define("calendar", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a calendar")
    said = CALENDAR.read(keys)
    country, subdivision = said.pop("holidays", (None, None))
    read = CalendarDefinition(key=key, country=country, subdivision=subdivision, **said)
    keys.done()
    if read.week:
        check_calendar(reading, node, read)
    return read


def check_calendar(reading: Reading, node: Node, read: CalendarDefinition) -> None:
    try:
        build_calendar(read, public_holidays, field="")
    except Invalid as invalid:
        values.pass_on(reading, node, invalid)


def week(reading: Reading, node: Node) -> dict[str, str]:
    """Days and their windows, `mon-fri: "09:00-12:30 13:00-17:30"`."""
    return {days: values.text(reading, windows) or "" for days, windows, _ in entries(reading, node)}


def holidays(reading: Reading, node: Node) -> tuple[str | None, str | None]:
    """A country, and a part of it."""
    keys = Keys(reading, node, "holidays")
    country = keys.must("country", values.text, "")
    subdivision = keys.maybe("subdivision", values.text)
    keys.done()
    return country or None, subdivision


def due_rule(reading: Reading, key: str, node: Node, place: Place) -> DueRuleDefinition:
    """A due-date rule (SLA-1), with its own calendar or any; that of a contract comes when everything is read."""
    reading.define("due_rule", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a due-date rule")
    read = DueRuleDefinition(key=key, **DUE_RULE.read(keys))
    keys.done()
    if not read.within:
        return read
    try:
        return replace(read, within=built(read).written)
    except Invalid as invalid:
        values.pass_on(reading, node, invalid)
        return read


def built(read: DueRuleDefinition) -> DueRule:
    """The rule with a calendar that always works: how it is written does not hang on which. Raises: Invalid."""
    return build_due_rule(read, calendar=ANY_CALENDAR, zone=ANY_ZONE, field="")


def queue(reading: Reading, key: str, node: Node, place: Place) -> QueueDefinition:
    """A queue with its members and managers (Q-1, Q-3, Q-10)."""
    reading.define("queue", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a queue")
    read = QueueDefinition(key=key, **{"title": key} | QUEUE.read(keys))
    define_queue(reading, key, keys, read.name, read.team, place)
    keys.done()
    return read


def team(reading: Reading, key: str, node: Node, place: Place) -> TeamDefinition:
    """A team with its managers (Q-4, Q-10)."""
    reading.define("team", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a team")
    read = TeamDefinition(key=key, **{"title": key} | TEAM.read(keys))
    keys.done()
    return read


def position(reading: Reading, key: str, node: Node, place: Place) -> PositionDefinition:
    """A position with its holders (Q-1)."""
    reading.define("position", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a position")
    read = PositionDefinition(key=key, **{"title": key} | POSITION.read(keys))
    keys.done()
    return read


def mailbox(reading: Reading, key: str, node: Node, place: Place) -> MailboxDefinition:
    """An address where mail arrives (M-1, M-24, T-22)."""
    address = values.address_of(reading, key, place)
    reading.define("mailbox", address, place)
    keys = Keys(reading, node, "a mailbox")
    read = MailboxDefinition(
        address=address,
        routes=tuple(route(reading, one) for one in keys.items("routes")),
        refuse_unknown_senders=keys.get("refuse_unknown_senders", values.flag, False),
        plus_addressing=keys.get("plus_addressing", values.one_of("off", "mixed", "only"), "mixed"),
        incoming=keys.get("incoming", incoming, {}),
        name=keys.get("name", values.text, ""),
        signature=keys.get("signature", values.long_text, ""),
        authserv_id=keys.get("authserv_id", values.text, ""),
        trusted=keys.get("trusted", values.flag, False),
        automatic_answers_wake=keys.get("automatic_answers_wake", values.flag, True),
        copy_sent=keys.get("copy_sent", values.text, ""),
        outgoing=keys.get("outgoing", outgoing, {}),
        dkim_selectors=keys.get("dkim_selector", values.one_or_several(values.selector), ()),
    )
    keys.done()
    return read


def outgoing(reading: Reading, node: Node) -> dict[str, int | bool]:
    """How mail leaves: what the provider takes, and whether who sent too much is told (MAIL-112, MAIL-13)."""
    keys = Keys(reading, node, "“outgoing”")
    limit = values.whole(1, LARGEST)
    read = {
        "messages_a_minute": keys.maybe("messages_a_minute", limit),
        "recipients_a_mail": keys.maybe("recipients_a_mail", limit),
        "tell_too_large": None if keys.get("tell_too_large", values.flag, True) else False,
    }
    keys.done()
    return {name: value for name, value in read.items() if value is not None}


def route(reading: Reading, node: Node) -> RouteDefinition:
    """What a mail to one address starts: a Ticket of a category or a Case of a type."""
    keys = Keys(reading, node, "a route")
    to = keys.must("to", values.address, "")
    if to:
        reading.define("route", to, node.place)
    start = keys.must("start", values.one_of(*PROCESS_OF), "")
    process = ""
    for kind, name in PROCESS_OF.items():
        found = keys.get(name, values.reference(name) if kind == start else values.text, "")
        process = found if kind == start else process
        if start and (name in keys) != (kind == start):
            word = "has no" if name in keys else "needs"
            reading.fault(keys.node.keys.get(name, node.place), f"a route that starts a {start} {word} “{name}”")
    acknowledge = keys.get("acknowledge", values.flag, False)
    test = keys.get("test", values.flag, False)
    keys.done()
    return RouteDefinition(to, Kind(start or "ticket"), process, acknowledge, test)


def approval_type(reading: Reading, key: str, node: Node, place: Place) -> ApprovalTypeDefinition:
    """Something managers may be asked to approve, whether they are reminded, and who of them decides.

    Rules: AP-5, CG-52, Z-11, Z-16.
    """
    reading.define("approval_type", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "an approval type")
    read = ApprovalTypeDefinition(key=key, **APPROVAL_TYPE.read(keys))
    keys.done()
    return read


SETTINGS = Shape(
    (
        shapes.flag("resolution_note_required"),
        shapes.flag("keep_with_user"),
        shapes.flag("approve_actions_in_tickets"),  # AP-3, AP-4
        shapes.flag("approve_every_opening"),  # TO-4
        shapes.flag("restrict_defect_changes"),  # D-2
        shapes.flag("restrict_reviewers"),
        shapes.flag("colleagues_take_part"),  # MAIL-73
        shapes.flag("thank_you_detection"),
        shapes.flag("follow_merged", on=True),  # Z-4
        shapes.flag("reply_marker"),
        shapes.flag("show_time_tracker", on=True),
        shapes.flag("show_expected_times", on=True),
        shapes.flag("parent_companies", on=True),
        shapes.special("privacy_policy", "text", encrypted_url, otherwise=""),  # SEC-4
        shapes.number("undo_send", 0, LONGEST_UNDO, Settings().undo_send),  # MAIL-115
        shapes.number("keep_raw_mail", 1, LARGEST),  # MAIL-18
        shapes.lines("file_types", file_types),  # F-2
        shapes.special("attach_tagged", "lists", attach_tagged, of=MAIL_KINDS),  # F-3
        shapes.special("audit", "ticked", values.several(values.one_of(*AREAS)), of=AREAS),  # TO-6
        shapes.special("limits", "numbers", limits, of=tuple(field.name for field in fields(Limits))),  # Z-14
    )
)
CALENDAR = Shape(
    (
        shapes.special("time_zone", "time_zone", values.time_zone, needed=True, otherwise="UTC"),
        shapes.special("week", "week", week, needed=True, otherwise={}),
        shapes.special("holidays", "holidays", holidays),
        shapes.lines("extra_days_off", values.several(values.day)),
    )
)
DUE_RULE = Shape(
    (
        shapes.text("within", needed=True),
        shapes.text("base"),
        shapes.reference("calendar", "calendar"),
        shapes.flag("add_wait_time"),
        shapes.flag("allow_override"),
        shapes.flag("move_to_next_morning"),
        shapes.flag("move_to_end_of_day"),
        HOURS,  # TO-3
    )
)
TEAM = Shape((shapes.text("title"), shapes.references("managers", "user")))
QUEUE = Shape(
    (
        shapes.text("title"),
        shapes.reference("team", "team"),
        shapes.text("name"),
        shapes.references("members", "user", "robot"),
        shapes.references("managers", "user"),
        shapes.lines("farms", values.texts),
        shapes.flag("strict"),
        shapes.special("return_idle", "text", values.duration),
    )
)
HOLDER = Shape((shapes.reference("holder", "user", "robot"),))
POSITION = Shape(
    (
        shapes.text("title"),
        shapes.special("holders", "ordered", values.several(values.reference("user", "robot")), inner=HOLDER),
    )
)
APPROVAL_TYPE = Shape(
    (
        shapes.text("name", needed=True),
        shapes.long_text("description", needed=True),
        shapes.flag("active", on=True),
        shapes.flag("reminders", on=True),
        shapes.flag("warn_on_resolve"),  # CG-33
        approvers.LEVELS,  # Z-16
    )
)
