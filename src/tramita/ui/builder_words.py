"""What the Builder calls things."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTION_KINDS: Mapping[str, Any] = {
    "manual": _("by a person or robot"),
    "send_mail": _("sends a mail"),
    "send_mail_and_wait": _("sends a mail and waits"),
    "start_case": _("starts a Case"),
    "wait_for_sub_case": _("waits for a Sub-Case"),
    "approval": _("asks for an approval"),
    "call_api": _("calls another system"),
    "wait_until": _("waits until a date"),
}
TABS: Mapping[str, Any] = {
    "flow": _("Flow"),
    "edit": _("Edit"),
    "settings": _("Settings"),
    "yaml": _("YAML"),
    "history": _("History"),
    "test": _("Test run"),
}
MOVES: Mapping[str, Any] = {  # of a test run
    "complete": _("Complete"),
    "unable": _("Unable to complete"),
    "pass": _("Pass"),
    "fail": _("Fail, give it back"),
    "approve": _("%(name)s approves"),
    "reject": _("%(name)s rejects"),
    "answers": _("It answers"),
    "refuses": _("It refuses"),
    "mail_answers": _("An answer arrives"),
    "next_step": _("Next step"),
    "go_on": _("Go on"),
    "resolve": _("Resolve"),
    "ask": _("Ask, and wait 5 days"),
    "submit": _("Submit"),
    "robot_completes": _("%(name)s completes"),
    "robot_rejects": _("%(name)s rejects, for people"),
}
ROBOT_MODES: Mapping[str, Any] = {  # B-1
    "live": _("live work"),
    "test": _("test runs"),
    "both": _("both"),
}
PROCESSES: Mapping[str, Any] = {
    "case_type": _("Case type"),
    "category": _("Ticket category"),
}
FIELD_TYPES: Mapping[str, Any] = {
    "text": _("text"),
    "number": _("number"),
    "boolean": _("yes or no"),
    "date": _("date"),
    "datetime": _("date and time"),
    "choice": _("choice"),
    "link": _("link"),
    "table": _("table"),
}
COMPARISONS: Mapping[str, Any] = {
    "==": _("is"),
    "!=": _("is not"),
    "<": _("is less than"),
    "<=": _("is at most"),
    ">": _("is more than"),
    ">=": _("is at least"),
    "in": _("is one of"),
    "known": _("is filled in"),
    "unknown": _("is empty"),
}
DESIGN_PARTS: Mapping[str, Any] = {
    "flow": _("Steps"),
    "settings": _("Settings"),
    "fields": _("Fields and cards"),
}
ITEM_FIELDS: Mapping[str, Any] = {
    "kind": _("Kind"),
    "state": _("State"),
    "title": _("Title"),
    "description": _("Description"),
    "category": _("Category"),
    "case_type": _("Case type"),
    "customer": _("Customer"),
    "contract": _("Contract"),
    "service": _("Service"),
    "organisation": _("Organisation"),
    "queue": _("Queue"),
    "assignee": _("Assigned to"),
    "owner": _("Owner"),
    "requester": _("Requester"),
    "primary_contact": _("Primary contact"),
    "created_at": _("Created"),
    "due_at": _("Due date"),
}
APPROVED_BY: Mapping[str, Any] = {
    "any_of": _("one of them decides"),
    "all_of": _("all of them must approve"),
}
STARTED: Mapping[str, Any] = {
    "every": _("every week, month and so on"),
    "cron": _("by a cron line"),
    "dates": _("on these dates"),
    "schedule": _("on a named date of a schedule"),
}
ROBOT_DOES: Mapping[str, Any] = {
    "create": _("start"),
    "change": _("change"),
    "mail": _("mail"),
    "resolve": _("resolve"),
}
HANDED_OVER: Mapping[str, Any] = {
    "rejected": _("rejected"),
    "too_late": _("too late"),
    "unable": _("could not be done"),
    "proposed": _("put before people"),
    "given_back": _("given back"),
}
REVERSED: Mapping[str, Any] = {
    "reopened": _("reopened"),
    "disputed": _("by who asked"),
    "undone": _("undone"),
}
RESTS: Mapping[str, Any] = {
    "no": _("yes"),
    "inactive": _("no: it is not active"),
    "outside_its_hours": _("no: outside its hours"),
    "runs_per_hour": _("no: enough runs this hour"),
    "capacity": _("no: enough for today"),
    "cost_per_day": _("no: it costs enough today"),
}
PROPOSED: Mapping[str, Any] = {
    "mail": _("A robot proposes a mail"),
    "complete": _("A robot proposes to resolve it"),
    "change": _("A robot proposes a change"),
    "wait": _("A robot proposes to wait"),
    "assign": _("A robot proposes who gets it"),
    "move": _("A robot proposes what to do next"),
    "create": _("A robot proposes a new Ticket"),
    "ask": _("A robot proposes to ask for an approval"),
}
PROPOSED_BY_PROGRAM: Mapping[str, Any] = {
    "mail": _("A program would send a mail"),
    "complete": _("A program would resolve it"),
    "change": _("A program would change it"),
    "wait": _("A program would let it wait"),
    "assign": _("A program would assign it"),
    "move": _("A program would move it on"),
    "create": _("A program would start a Ticket"),
    "ask": _("A program would ask for an approval"),
}
ROBOT_VERBS: Mapping[str, Any] = {
    "off": _("not at all"),
    "suggest": _("suggests it, a person does it"),
    "act_with_approval": _("does it once a person agrees"),
    "act": _("does it"),
}
PROGRESSIONS: Mapping[str, Any] = {
    "automatic": _("by itself"),
    "manual": _("by a person"),
}
REVIEWS: Mapping[str, Any] = {
    "four_eyes": _("four eyes"),
}
