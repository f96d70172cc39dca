"""What people read for every code of the product: SPEC section 29, the preferred label of each language.

The values are lazy: they take the language of the reader when they are shown. `word` finds one by code.
"""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tramita.domain.codes import ApprovalState, Clock, DueStatus, Kind, Listed, Method, Problem, Role, State, WaitType
from tramita.domain.defects import Party
from tramita.ui import (
    allocation_words,
    builder_words,
    case_words,
    desk_keys,
    desk_words,
    dns_words,
    list_words,
    mailbox_words,
    own_words,
    portal_words,
    tray_words,
    webhook_words,
)

Words = Mapping[str, Promise]

KINDS: Words = {Kind.TICKET: _("Ticket"), Kind.CASE: _("Case"), Kind.ACTION: _("Action")}

STATES: Words = {
    State.DRAFT: _("Draft"),
    State.TO_DO: _("To Do"),
    State.IN_PROGRESS: _("In Progress"),
    State.WAITING: _("Waiting"),
    State.RESOLVED: _("Resolved"),
    State.CLOSED: _("Closed"),
}


WAIT_TYPES: Words = {
    WaitType.MORE_INFORMATION: _("Wait for more information"),
    WaitType.UNTIL: _("Wait until"),
    WaitType.PAUSE: _("Pause"),
    WaitType.SPLIT: _("Split into several Tickets"),
    WaitType.CASE_LAUNCHED: _("Case launched"),
    WaitType.SUB_CASE: _("Wait for Sub-Case"),
}

METHODS: Words = {
    Method.REPLIED: _("Communication with service recipient"),
    Method.NO_RESPONSE: _("No response from customer"),
    Method.REJECTED: pgettext_lazy("resolution", "Rejected"),
    Method.REJECTED_SPAM: _("Rejected as spam"),
    Method.UNCONFIGURED_ADDRESS: _("Rejected - unconfigured e-mail address"),
    Method.MERGED: _("Merged"),
    Method.SPLIT_COMPLETED: _("Ticket split"),
    Method.CASE_LAUNCHED: _("Case launched"),
    Method.COMPLETE: _("Complete"),
    Method.UNABLE_TO_COMPLETE: _("Unable to complete"),
    Method.FULLY_RESOLVED: _("Fully resolved"),
    Method.ABORTED: _("Aborted"),
}

LISTS: Words = {
    Listed.INBOX: _("Inbox"),
    Listed.OWNED: _("Owned Work"),
    Listed.QUEUE: _("Queue"),
    Listed.NONE: _("No list"),
}

CLOCKS: Words = {
    Clock.RUNNING: _("Running"),
    Clock.PAUSED: _("Paused"),
    Clock.STOPPED: _("Stopped"),
}

DUE_STATUSES: Words = {
    DueStatus.OVERDUE: _("overdue"),
    DueStatus.TODAY: pgettext_lazy("due status", "today"),
    DueStatus.ON_TARGET: _("on target"),
    DueStatus.NOT_SET: _("not set"),
}

PROBLEMS: Words = {
    Problem.ACTION_UNABLE: _("An Action cannot be completed"),
    Problem.SUB_CASE_CANCELLED: _("A Sub-Case was cancelled"),
    Problem.RULE_BLOCKED: _("Blocked by a business rule"),
    Problem.NEEDS_ATTENTION: _("Needs attention"),
}

ROLES: Words = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.TEAM_LEADER: _("Team leader"),
    Role.AGENT: _("Agent"),
    Role.DESIGNER: _("Process designer"),
    Role.ROBOT: _("Robot"),
    Role.REQUESTER: _("Requester"),
    Role.MANAGER: _("Organisation manager"),
    Role.SYSTEM: _("The system"),
}

APPROVAL_STATES: Words = {
    ApprovalState.AWAITING: _("Awaiting approval"),
    ApprovalState.APPROVED: pgettext_lazy("approval", "Approved"),
    ApprovalState.REJECTED: pgettext_lazy("approval", "Rejected"),
    ApprovalState.CANCELLED: pgettext_lazy("approval", "Cancelled"),
    ApprovalState.EXPIRED: pgettext_lazy("approval", "Expired"),
}

CONTACT_ROLES: Words = {
    "primary": _("Primary contact"),
    "requester": _("Requester"),
    "subject": _("Subject"),
    "original_requester": _("Original requester"),
    "cc": _("Copy"),
}

# what a fault is about, where it does not stand beside its field
FIELDS: Words = {
    "title": _("Title"),
    "description": _("Description"),
    "category": _("Category"),
    "case_type": _("Case type"),
    "short_description": _("Case short description"),
    "primary_contact": _("Primary contact"),
    "requester": _("Requester"),
    "type": _("Wait type"),
    "days": _("Number of days to wait"),
    "until": _("Date and time"),
    "method": _("Resolution method"),
    "to": _("To"),
    "cc": _("Cc"),
    "due": _("Due"),
    "copies": _("Copies"),
    "tags": _("Tags"),
}

# the same of forms whose fields mean something else
FIELDS_OF: Mapping[str, Words] = {"approval": {"type": _("Approval type")}}

# the number of API-3, as text: why a state changed
REASONS: Words = {
    "0": _("new"),
    "1": _("by a person"),
    "2": _("by an integration"),
    "4": _("new information received"),
    "5": _("no response in time"),
    "6": _("date reached"),
    "7": _("all split Tickets completed"),
    "9": _("Sub-Case completed"),
    "10": _("Sub-Case cancelled"),
    "11": _("blocked by a business rule"),
    "14": _("feedback window passed"),
    "17": _("everything below is completed"),
    "18": _("previous step completed"),
    "19": _("an Action cannot be completed"),
    "20": _("by the system"),
    "21": _("rework started"),
    "100": _("delivery failed"),
    "101": _("lease ended"),
    "102": _("undone"),
    "103": _("rejected by a robot"),
    "104": _("reviewed"),
    "105": _("approval decided"),
    "106": _("not begun"),
}


# the last path segment of a call (INTERFACES section 5) as the button says it
VERBS: Words = {
    "start": _("In Progress"),
    "to-do": _("To Do"),
    "wait": _("Wait"),
    "resume": _("In Progress"),
    "next-step": _("Next step"),
    "rework": _("Rework"),
    "merge": _("Merge"),
    "split": _("Split"),
    "convert": _("Make a Case"),
    "resolve": _("Resolve"),
    "review": _("Review"),
    "reopen": _("Reopen"),
    "abort": _("Abort"),
    "submit": _("Submit"),
    "discard": _("Discard"),
    "release": _("Release to the queue"),
    "assign": _("Assign"),
    "complete": _("Complete"),
    "unable": _("Unable to complete"),
}


LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "pt-br": "Português (Brasil)",
    "fr": "Français",
    "es": "Español",
    "pl": "Polski",
}

PARTIES: Words = {
    Party.US: pgettext_lazy("at fault", "Our team"),
    Party.CUSTOMER: pgettext_lazy("at fault", "The customer"),
    Party.SUPPLIER: pgettext_lazy("at fault", "A supplier"),
    Party.OTHER: pgettext_lazy("at fault", "Somebody else"),
}


ALL: Mapping[str, Words] = {
    "rating": portal_words.RATINGS,
    "request": portal_words.REQUESTS,
    "kind": KINDS,
    "state": STATES,
    "wait": WAIT_TYPES,
    "method": METHODS,
    "list": LISTS,
    "clock": CLOCKS,
    "due": DUE_STATUSES,
    "problem": PROBLEMS,
    "role": ROLES,
    "contact": CONTACT_ROLES,
    "approval": APPROVAL_STATES,
    "reason": REASONS,
    "why": allocation_words.WHY,
    "verb": VERBS,
    "bulk": list_words.BULK,
    "bulk_outcome": list_words.BULK_OUTCOMES,
    "sheet_outcome": list_words.SHEET_OUTCOMES,
    "mail": tray_words.REASONS,
    "way": tray_words.WAYS,
    "outcome": tray_words.OUTCOMES,
    "delivery": tray_words.DELIVERIES,
    "mailbox_fault": mailbox_words.FAULTS,
    "mailbox_step": mailbox_words.STEPS,
    "alert": mailbox_words.ALERTS,
    "record": dns_words.RECORDS,
    "verdict": dns_words.VERDICTS,
    "finding": dns_words.FINDINGS,
    "proof": dns_words.PROOFS,
    "theme": own_words.THEMES,
    "narrowing": list_words.NARROWING,
    "mark": list_words.MARKS,
    "column": list_words.COLUMNS,
    "group": list_words.GROUPS,
    "sort": list_words.SORTS,
    "density": own_words.DENSITIES,
    "party": PARTIES,
    "event": own_words.EVENTS,
    "tie": own_words.TIES,
    "channel": own_words.CHANNELS,
    "whose": list_words.WHOSE,
    "step": case_words.STEPS,
    "action_kind": builder_words.ACTION_KINDS,
    "builder_tab": builder_words.TABS,
    "trial_move": builder_words.MOVES,
    "robot_mode": builder_words.ROBOT_MODES,
    "process_kind": builder_words.PROCESSES,
    "field_type": builder_words.FIELD_TYPES,
    "design_part": builder_words.DESIGN_PARTS,
    "item_field": builder_words.ITEM_FIELDS,
    "approved_by": builder_words.APPROVED_BY,
    "started": builder_words.STARTED,
    "progression": builder_words.PROGRESSIONS,
    "robot_does": builder_words.ROBOT_DOES,
    "rests": builder_words.RESTS,
    "handed_over": builder_words.HANDED_OVER,
    "reversed": builder_words.REVERSED,
    "proposed": builder_words.PROPOSED,
    "proposed_by_program": builder_words.PROPOSED_BY_PROGRAM,
    "robot_verb": builder_words.ROBOT_VERBS,
    "review": builder_words.REVIEWS,
    "comparison": builder_words.COMPARISONS,
    "desk_sort": desk_words.SORTS,
    "desk_new": desk_words.NEW,
    "desk_about": desk_words.ABOUT,
    "permission": desk_words.PERMISSIONS,
    "builder_role": desk_words.BUILDERS,
    "sight": desk_words.SIGHTS,
    "audit_area": desk_words.AUDITED,
    "audit_what": desk_words.AUDIT_SAYS,
    "weekday": desk_keys.DAYS,
    "automatic_mail": desk_words.MAILS,
    "extended": desk_words.EXTENDED,
    "mail_template": desk_words.TEMPLATES,
    "due_step": desk_words.STEPS,
    "day_off": desk_words.DAYS_OFF,
    "webhook_event": webhook_words.EVENTS,
    "webhook_state": webhook_words.STATES,
    "webhook_outcome": webhook_words.OUTCOMES,
    "left": case_words.LEFT,
}


FORMER = _("version 2020.1")


def word(family: str, code: object) -> str:
    """The label of one code in the reader's language; a code that nobody named is shown as it is."""
    return words(family).get(str(code), str(code))


def system(code: str) -> str:
    """The name of a system that items were brought in from; those of products are the same in every language."""
    named = {"legacy": str(FORMER), "zammad": "Zammad", "osticket": "osTicket"}
    return named.get(code, code)


def words(family: str) -> Mapping[str, str]:
    """A whole family in the reader's language, translated once (MEASURED section 3)."""
    return words_in(get_language() or "", family)


def word_in(language: str, family: str, code: object) -> str:
    """See `word`."""
    return words_in(language, family).get(str(code), str(code))


@lru_cache(maxsize=256)
def words_in(language: str, family: str) -> Mapping[str, str]:
    """See `words`."""
    with override(language or None):
        return {str(code): str(label) for code, label in ALL[family].items()}
