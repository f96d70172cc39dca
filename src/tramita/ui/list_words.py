"""What a list says: what it is narrowed by and sorted, its columns, and what is done to many of its rows."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

# what can be done to many items at once (Z-7); those that need a value say it with an ellipsis
BULK: Words = {
    "assign": _("Assign…"),
    "release": _("Release to the queue"),
    "start": _("Start (In Progress, mine)"),
    "to-do": _("Back to To Do"),
    "resume": _("End the wait (In Progress)"),
    "reopen": _("Reopen"),
    "category": _("Change the category…"),
    "tag": _("Tag…"),
    "untag": _("Take a tag away…"),
    "follow": _("Follow"),
    "unfollow": _("Follow no more"),
    "upgrade": _("Move to another version"),
}

SHEET_OUTCOMES: Words = {
    "waiting": _("Waiting"),
    "ready": pgettext_lazy("row", "Can be created"),
    "created": pgettext_lazy("row", "Created"),
    "refused": pgettext_lazy("row", "To be corrected"),
    "stopped": pgettext_lazy("row", "Not started"),
}

BULK_OUTCOMES: Words = {
    "waiting": pgettext_lazy("an item of a bulk change", "Not yet"),
    "done": pgettext_lazy("an item of a bulk change", "Done"),
    "unchanged": pgettext_lazy("an item of a bulk change", "Was so already"),
    "refused": pgettext_lazy("an item of a bulk change", "Refused"),
    "stopped": pgettext_lazy("an item of a bulk change", "Left alone"),
}

# what a list is narrowed by, as the chip of a filter says it
NARROWING: Words = {
    "kind": _("Kind"),
    "state": _("State"),
    "list": pgettext_lazy("where an item stands", "List"),
    "due": _("Due"),
    "wait": _("Wait type"),
    "mark": pgettext_lazy("of an item", "Marked"),
    "queue": _("Queue"),
    "assignee": _("Assignee"),
    "owner": _("Owner"),
    "organisation": _("Organisation"),
    "process": _("Contract, service or category"),
    "tag": _("Tag"),
    "created_from": _("Created from"),
    "created_to": _("Created until"),
    "created_days": _("Created in the last days"),
    "updated_from": _("Changed from"),
    "updated_to": _("Changed until"),
    "updated_days": _("Changed in the last days"),
}

MARKS: Words = {
    "highlighted": _("Highlighted"),
    "new_information": _("New information"),
    "problem": _("Problem"),
    "robot_rejected": _("Robot rejected"),
    "prioritised": _("First"),
    "mail_trouble": _("Mail problem"),
}

COLUMNS: Words = {
    "organisation": _("Organisation"),
    "process": _("Category or Case type"),
    "contract": _("Contract"),
    "parent": _("Parent process"),
    "action": _("Action type"),
    "queue": _("Queue"),
    "owner": _("Owner"),
    "state": _("State"),
    "created": pgettext_lazy("when", "Created"),
    "updated": pgettext_lazy("when", "Changed"),
    "updated_by": _("Changed by"),
    "overdue": _("Overdue"),
    "due": _("Due"),
    "who": _("Assignee"),
}

GROUPS: Words = {
    "state": _("State"),
    "due": _("Due"),
    "kind": _("Kind"),
    "assignee": _("Assignee"),
    "queue": _("Queue"),
    "organisation": _("Organisation"),
    "process": _("Category or Case type"),
}

SORTS: Words = {
    "due": _("Due first"),
    "-due": _("Due last"),
    "-updated": _("Newest change first"),
    "updated": _("Oldest change first"),
    "-created": _("Newest first"),
    "created": _("Oldest first"),
}

# H-1, Q-11: the parts of the Team page
WHOSE: Words = {
    "": _("Everybody"),
    "queues": _("My queues"),
    "manager": _("My manager"),
    "peers": _("My peers"),
    "reports": _("My reports"),
}
