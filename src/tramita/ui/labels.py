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
from tramita.ui import builder_words, desk_words, dns_words, tray_words

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

REQUESTS: Words = {  # the states, in words of who asked
    State.DRAFT: _("Waits for an approval"),
    State.TO_DO: pgettext_lazy("request", "Received"),
    State.IN_PROGRESS: _("We are working on it"),
    State.WAITING: pgettext_lazy("request", "Waiting"),
    State.RESOLVED: pgettext_lazy("request", "Done"),
    State.CLOSED: pgettext_lazy("request", "Closed"),
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
}

# why a message lies in the tray (MAIL section 9); what is not named here is said as it is
MAIL_REASONS: Words = {
    "no route": _("No route for any of its addresses"),
    "no sender": _("It has no usable sender"),
    "agent of another company": _("Its sender works here for another company"),
    "spam": _("Taken for spam"),
    "too large": _("It is larger than what is taken"),
    "report on a mail that was not ours": _("A report on a mail that was not ours"),
    "unverified sender": _("It says that one of us wrote it, and nothing proves it"),
    "loop": _("Our own mail going round"),
    "probe": _("A mail that the mailbox sent to itself"),
    "own address": _("From one of our own addresses"),
    "blocked": _("Its sender is blocked"),
    "automatic answer to an automatic mail": _("An automatic answer to an automatic mail"),
    "automatic answer to a notification": _("An automatic answer to a notification"),
    "report on a notification": _("A report on a notification"),
    "answer to a notification": _("It answers a notification, and nothing proves that a colleague wrote it"),
    "answer to news of several items": _("It answers news of several items"),
    "answer to a notification on a Closed item": _("It answers a notification on a Closed item"),
    "reopened too often": _("Only appended: mails keep reopening the item"),
    "unconfigured_address": _("Rejected - unconfigured e-mail address"),
    "The raw message is not in the storage.": _("The message itself is not kept any more."),
}

# how a mail found its item (MAIL-70, MAIL-82)
WAYS: Words = {
    "address_token": _("found by the address it was sent to"),
    "signed_id": _("found by the mail it answers"),
    "stored_id": _("found by an earlier mail it answers"),
    "report": _("found by the mail it reports on"),
    "subject": _("found by the reference in its subject"),
    "body_tag": _("found by the mark in its text"),
    "answered": _("found by a later mail that answers it"),
    "split": _("copied from the Ticket that was split"),
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

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "pt-br": "Português (Brasil)",
    "fr": "Français",
    "es": "Español",
    "pl": "Polski",
}

# why a mail server gives us nothing, by the names of `gateways.incoming` (MAIL-11, MAIL-142)
MAILBOX_FAULTS: Words = {
    "login": _("The server refuses the user name or the password"),
    "token": _("The authorisation has ended: authorise again"),
    "tls": _("No safe connection could be made"),
    "unreachable": _("The server cannot be reached"),
    "folder": _("The folder is not there"),
    "timeout": _("The server does not answer in time"),
    "quota": _("The mailbox is full"),
    "protocol": _("The server says something unexpected"),
    **dns_words.FAULTS,
}

# the steps of the connection test (MAIL-142)
MAILBOX_STEPS: Words = {
    "secrets": _("Find the secrets"),
    "resolve": _("Find the server"),
    "connect": _("Connect"),
    "login": _("Log in"),
    "folder": _("Open the folder"),
    "list": _("List the messages"),
    "fetch": _("Fetch the newest one's head"),
    "copies": _("Find the folder for copies"),
    **dns_words.STEPS,
}

ALERTS: Words = {
    "mailbox_login": _("A mailbox refuses its password"),
    "mailbox_token": _("A mailbox must be authorised again"),
    "mailbox_secret_ends": _("The client secret of a mailbox ends soon"),
    "mailbox_silent": _("A mailbox has not been fetched for some time"),
    "start_failed": _("A Case that starts by itself could not be started"),
    "domain_records": _("Records of a domain that were in order are so no more"),
    "loop": _("Automatic mails go round, or nearly did: some were not sent"),
    "scanner": _("The scanner of files does not answer: files that came by mail are held back"),
}

THEMES: Words = {
    "system": _("Like the system"),
    "light": _("Light"),
    "dark": pgettext_lazy("theme", "Dark"),
}

DENSITIES: Words = {
    "dense": pgettext_lazy("rows", "Dense"),
    "airy": pgettext_lazy("rows", "Airy"),
}

# what one can be told of (N-1)
EVENTS: Words = {
    "mentioned": _("Somebody mentions me in a note"),
    "approval": _("An approval is decided"),
    "problem": _("A Case of mine has a problem"),
    "assigned": _("Something is assigned to me"),
    "unsent": _("A mail did not go out, or came back"),
    "mail": _("A mail arrives"),
    "overdue": _("It is overdue"),
    "due_soon": _("It is due within the hour"),
    "state": _("Its state changes"),
    "written": _("A colleague writes a note or a mail"),
    "queued": _("Something new is in the queue"),
}

TIES: Words = {
    "me": _("Meant for me"),
    "inbox": _("Items assigned to me or owned by me"),
    "followed": _("Items that I follow"),
    "queue": _("Items waiting in my queues"),
}

CHANNELS: Words = {
    "hub": _("In Tramita"),
    "browser": _("Pop-up"),
    "mail": _("Mail"),
}

PARTIES: Words = {
    Party.US: pgettext_lazy("at fault", "Our team"),
    Party.CUSTOMER: pgettext_lazy("at fault", "The customer"),
    Party.SUPPLIER: pgettext_lazy("at fault", "A supplier"),
    Party.OTHER: pgettext_lazy("at fault", "Somebody else"),
}

# C-7: how far a Case is with a step
STEPS: Words = {
    "done": pgettext_lazy("a step of a Case", "Done"),
    "running": pgettext_lazy("a step of a Case", "Running"),
    "asked": pgettext_lazy("a step of a Case", "Done, to be moved on"),
    "to_come": pgettext_lazy("a step of a Case", "To come"),
    "left_out": pgettext_lazy("a step of a Case", "Not needed"),
}

# why the system left an Action to a person; the others are limits of automatic mail (MAIL-93)
LEFT: Words = {
    "no_recipient": _("there is nobody to write to"),
    "no_date": _("there is no date to wait for"),
    "blocked": _("the address is blocked"),
    "no_approvers": _("there is nobody who could approve it"),
    "too_few_approvers": _("not everybody who has to approve it can be asked"),
    "declined": _("it was not approved"),
    "approval_time_out": _("nobody decided in time"),
    "call": _("the other system could not be called"),
}

# H-1, Q-11: the parts of the Team page
WHOSE: Words = {
    "": _("Everybody"),
    "queues": _("My queues"),
    "manager": _("My manager"),
    "peers": _("My peers"),
    "reports": _("My reports"),
}

RATINGS: Words = {
    "5": pgettext_lazy("rating", "Very content"),
    "4": pgettext_lazy("rating", "Content"),
    "3": pgettext_lazy("rating", "So-so"),
    "2": pgettext_lazy("rating", "Not content"),
    "1": pgettext_lazy("rating", "Not content at all"),
}

ALL: Mapping[str, Words] = {
    "rating": RATINGS,
    "request": REQUESTS,
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
    "verb": VERBS,
    "bulk": BULK,
    "bulk_outcome": BULK_OUTCOMES,
    "sheet_outcome": SHEET_OUTCOMES,
    "mail": MAIL_REASONS,
    "way": WAYS,
    "outcome": tray_words.OUTCOMES,
    "delivery": tray_words.DELIVERIES,
    "mailbox_fault": MAILBOX_FAULTS,
    "mailbox_step": MAILBOX_STEPS,
    "alert": ALERTS,
    "record": dns_words.RECORDS,
    "verdict": dns_words.VERDICTS,
    "finding": dns_words.FINDINGS,
    "proof": dns_words.PROOFS,
    "theme": THEMES,
    "narrowing": NARROWING,
    "mark": MARKS,
    "column": COLUMNS,
    "group": GROUPS,
    "sort": SORTS,
    "density": DENSITIES,
    "party": PARTIES,
    "event": EVENTS,
    "tie": TIES,
    "channel": CHANNELS,
    "whose": WHOSE,
    "step": STEPS,
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
    "proposed": builder_words.PROPOSED,
    "robot_verb": builder_words.ROBOT_VERBS,
    "review": builder_words.REVIEWS,
    "comparison": builder_words.COMPARISONS,
    "desk_sort": desk_words.SORTS,
    "desk_new": desk_words.NEW,
    "desk_about": desk_words.ABOUT,
    "permission": desk_words.PERMISSIONS,
    "sight": desk_words.SIGHTS,
    "audit_area": desk_words.AUDITED,
    "audit_what": desk_words.AUDIT_SAYS,
    "weekday": desk_words.DAYS,
    "automatic_mail": desk_words.MAILS,
    "extended": desk_words.EXTENDED,
    "mail_template": desk_words.TEMPLATES,
    "due_step": desk_words.STEPS,
    "day_off": desk_words.DAYS_OFF,
    "left": LEFT,
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
