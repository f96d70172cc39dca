"""What the Builder calls the things of the configuration, their settings and their choices."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Any]

SORTS: Words = {
    "queues": _("Queues"),
    "users": _("Users and roles"),
    "robots": _("Robots"),
    "canned-texts": _("Canned texts"),
    "calendars": _("Calendars"),
    "due-rules": _("Due rules"),
    "approval-types": _("Approval types"),
    "settings": _("General settings"),
}
NEW: Words = {
    "queues": _("New queue"),
    "users": _("New user"),
    "robots": _("New robot"),
    "canned-texts": _("New canned text"),
    "calendars": _("New calendar"),
    "due-rules": _("New due rule"),
    "approval-types": _("New approval type"),
}
ABOUT: Words = {
    "queues": _("Where work waits for a team, and who takes it from there."),
    "users": _("Who works at the desk, and what they may do."),
    "robots": _("Programs that work items as people do."),
    "canned-texts": _("Sentences that are said often, in the language of whom they are for."),
    "calendars": _("When a team works: windows, public holidays, days off."),
    "due-rules": _("What is promised: how long something may take, and how that is counted."),
    "approval-types": _("What the manager of an organisation may be asked to approve."),
    "settings": _("What holds for the whole desk."),
}
# by the name of the key, or `sort.key` where it means something else there
DAYS: Words = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
KEYS: Words = {
    "title": _("Title"),
    "name": _("Name"),
    "members": _("Members"),
    "managers": _("Managers"),
    "strict": _("Strict order"),
    "role": _("Role"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "active": _("Active"),
    "reports_to": _("Reports to"),
    "absent": _("Absence"),
    "absent.from": _("Absent from"),
    "absent.to": _("Absent until"),
    "absent.substitute": _("Substitute"),
    "own_queues_only": _("Sees the work of their own queues only"),
    "organisation": _("Organisation"),
    "grants": _("Rights"),
    "kinds": _("Works on"),
    "lease": _("Keeps an item without a sign of life for"),
    "service": _("Where it serves"),
    "texts": _("Texts"),
    "attach_tagged": _("Goes along: files of the item tagged"),
    "settings.attach_tagged": _("Files of the item that go along, by their tags"),
    "attach_tagged.no_response": _("When nobody answered"),
    "attach_tagged.case_launched": _("When a Case starts"),
    "attach_tagged.split": _("When a Ticket is split"),
    "description": _("Description"),
    "reminders": _("Managers are reminded"),
    "resolution_note_required": _("Resolving asks for a mail or a note"),
    "keep_with_user": _("Keep with user"),
    "approve_actions_in_tickets": _("Managers approve actions in Tickets"),
    "restrict_defect_changes": _("Only who recorded a defect may change it"),
    "colleagues_take_part": _("Colleagues of a participant take part"),
    "thank_you_detection": _("A mail that only says thanks reopens nothing"),
    "follow_merged": _("Mail to a merged item goes to the one that remains"),
    "reply_marker": _("“Write above this line” in mails"),
    "undo_send": _("Seconds that a sent mail is held back"),
    "keep_raw_mail": _("Days that original mails are kept"),
    "file_types": _("Endings of files that may be added"),
    "week": _("Working time"),
    **{f"week.{day}": name for day, name in DAYS.items()},
    "holidays": _("Public holidays"),
    "holidays.country": _("Country"),
    "holidays.subdivision": _("Region"),
    "extra_days_off": _("More days off"),
    "within": _("Within"),
    "base": _("Counted from"),
    "calendar": _("Calendar"),
    "add_wait_time": _("The clock stops while something waits"),
    "allow_override": _("People may set another due date"),
    "move_to_next_morning": _("What is due when a day ends is due the next morning"),
    "move_to_end_of_day": _("Due at the end of its day"),
    "limits": _("Limits"),
    "limits.split_children": _("Tickets of one split"),
    "limits.action_copies": _("Copies of an Action"),
    "limits.file_bytes": _("Bytes of a file"),
    "limits.mail_bytes": _("Bytes of a mail that is sent"),
    "limits.raw_mail_bytes": _("Bytes of a mail that comes in"),
    "limits.message_text_bytes": _("Bytes of a written text"),
}
HINTS: Words = {
    "strict": _("Members take the next item by its due date; they do not choose."),
    "managers": _("They see the load of the queue and move its work. They are members too."),
    "time_zone": _("Such as Europe/Warsaw; empty: the person's own choice."),
    "language": _("Empty: the person's own choice."),
    "active": _("Somebody who is not cannot sign in and gets no work."),
    "approval-types.active": _("One that is not cannot be asked for any more."),
    "robots.active": _("One that is not gets no work."),
    "grants": _("Without any, the role holds everywhere. With some, only there and below."),
    "own_queues_only": _("Else they see all that their rights allow."),
    "organisation": _("Only for somebody who works for one organisation."),
    "service": _("Empty: everywhere."),
    "texts": _("They may hold {{reference}}, {{title}}, {{requester}}, {{agent}} and {{due}}."),
    "attach_tagged": _("One tag a line."),
    "lease": _("Such as “5 minutes”, at most a day."),
    "keep_raw_mail": _("Empty: for good."),
    "file_types": _("One a line, such as pdf; empty: all."),
    "keep_with_user": _("Work that comes back goes to who had it."),
    "limits": _("Empty: as Tramita brings it."),
    "calendars.time_zone": _("Such as Europe/Warsaw."),
    "week": _("Such as “09:00-12:30 13:00-17:30”; an empty day is free."),
    "holidays": _("Codes, such as PL, or BR and SP. Empty: none."),
    "extra_days_off": _("One a line, such as 2026-12-24; or press a day of the year below."),
    "within": _("Such as “16 working hours” or “3 days”."),
    "base": _("Empty: the beginning of the work; or a field, such as fields.delivery_date."),
    "due-rules.calendar": _("Empty: that of the contract, where working time is counted."),
    "undo_send": _("0 to 60."),
}
STEPS: Words = {
    "start": _("Counted from"),
    "days": _("The days later"),
    "hours": _("The hours later"),
    "moved": _("Moved, as the rule says"),
}
DAYS_OFF: Words = {
    "public": _("public holiday"),
    "extra": _("day off"),
    "free": _("no working time"),
}
PERMISSIONS: Words = {
    "view": pgettext_lazy("right", "See"),
    "create": pgettext_lazy("right", "Create"),
    "work": pgettext_lazy("right", "Work"),
    "mail": pgettext_lazy("right", "Write mail"),
    "resolve": pgettext_lazy("right", "Resolve"),
    "approvals_request": pgettext_lazy("right", "Ask for approvals"),
    "reports": pgettext_lazy("right", "Reports"),
    "assign": pgettext_lazy("right", "Assign"),
    "merge_undo": pgettext_lazy("right", "Undo a merge"),
    "manage_queue": pgettext_lazy("right", "Manage queues"),
    "bulk": pgettext_lazy("right", "Change many at once"),
    "configure": pgettext_lazy("right", "Configure"),
    "manage_users": pgettext_lazy("right", "Manage users"),
    "audit": pgettext_lazy("right", "See the audit"),
    "approve": pgettext_lazy("right", "Approve"),
}


def label(sort: str, name: str) -> Any:
    """What a key is called, `absent.from` among them."""
    return KEYS.get(f"{sort}.{name}") or KEYS.get(name, name)


def hint(sort: str, name: str) -> Any:
    return HINTS.get(f"{sort}.{name}") or HINTS.get(name, "")
