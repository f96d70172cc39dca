"""What the Builder calls the things of the configuration, their settings and their choices."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Any]

SORTS: Words = {
    "queues": _("Queues"),
    "teams": _("Teams"),
    "positions": _("Positions"),
    "roles": _("Roles"),
    "users": _("Users"),
    "robots": _("Robots"),
    "canned-texts": _("Canned texts"),
    "organisations": _("Organisations"),
    "customers": _("Customers"),
    "contracts": _("Contracts"),
    "services": _("Services"),
    "categories": _("Ticket categories"),
    "defect-categories": _("Defect categories"),
    "properties": _("Own properties"),
    "mail-templates": _("Automatic mails"),
    "schedules": _("Schedules"),
    "calendars": _("Calendars"),
    "due-rules": _("Due rules"),
    "approval-types": _("Approval types"),
    "sign-on": _("Single sign-on"),
    "settings": _("General settings"),
}
EXTENDED: Words = {"contacts": _("Contacts"), **SORTS}
NEW: Words = {
    "queues": _("New queue"),
    "teams": _("New team"),
    "positions": _("New position"),
    "roles": _("New role"),
    "users": _("New user"),
    "robots": _("New robot"),
    "canned-texts": _("New canned text"),
    "organisations": _("New organisation"),
    "customers": _("New customer"),
    "contracts": _("New contract"),
    "services": _("New service"),
    "categories": _("New Ticket category"),
    "defect-categories": _("New defect category"),
    "properties": _("New properties"),
    "mail-templates": _("New words for a mail"),
    "schedules": _("New structure of dates"),
    "calendars": _("New calendar"),
    "due-rules": _("New due rule"),
    "approval-types": _("New approval type"),
    "sign-on": _("New provider"),
}
ABOUT: Words = {
    "queues": _("Where work waits for a team, and who takes it from there."),
    "teams": _("Whose queues have names of their own, so that each team may have one of the same name."),
    "positions": _("Who holds a position: work goes to it by rule as it does to a person."),
    "roles": _("What may be done by whom: a standard role with single rights given or taken."),
    "users": _("Who works at the desk, and what they may do."),
    "robots": _("Programs that work items as people do."),
    "canned-texts": _("Sentences that are said often, in the language of whom they are for."),
    "organisations": _("The companies that are served, one below another if need be."),
    "customers": _("The top of everything that is configured: who work is done for."),
    "contracts": _("What was agreed with a customer, and by which calendar."),
    "services": _("What is done under a contract; processes belong to it."),
    "categories": _("What a Ticket may be about, in up to three levels; a lower one inherits."),
    "defect-categories": _("What can go wrong in a service, in up to three levels."),
    "properties": _("What is kept of users, contacts, organisations and so on besides what each has anyway."),
    "mail-templates": _("The desk’s own words for mails that are sent by themselves; else Tramita has words for each."),
    "schedules": _(
        "Structures of named dates, such as the cut-off and the payday of each month: Cases start and are due by them."
    ),
    "calendars": _("When a team works: windows, public holidays, days off."),
    "due-rules": _("What is promised: how long something may take, and how that is counted."),
    "approval-types": _("What the manager of an organisation may be asked to approve."),
    "sign-on": _("Providers by which people sign in with the account that they have already (OpenID Connect)."),
    "settings": _("What holds for the whole desk."),
}
STEPS: Words = {
    "start": _("Counted from"),
    "days": _("The days later"),
    "hours": _("The hours later"),
    "moved": _("Moved, as the rule says"),
}
MAILS: Words = {
    "no_response": _("When nobody answered"),
    "case_launched": _("When a Case starts"),
    "split": _("When a Ticket is split"),
    "resolution": _("When it is resolved"),
}
TEMPLATES: Words = {
    "acknowledgement": _("A mail came in"),
    "no_response": _("Nobody answered"),
    "no_response_closed": _("Nobody answered, and it is closed"),
    "case_launched": _("A Case starts"),
    "split": _("A Ticket is split"),
    "resolution": _("It is resolved"),
    "opening_asked": _("A manager of the customer is asked first"),
    "opening_approved": _("Their manager approved it"),
    "opening_declined": _("Their manager did not approve it"),
    "too_large": _("A mail was too large"),
    "new_user": _("Invitation of a new user"),
    "password_forgotten": _("A password was forgotten"),
    "password_changed": _("A password was changed"),
    "sign_in": _("A link that signs in"),
    "new_device": _("Somebody signed in from a new browser"),
    "second_factor_on": _("A second factor is asked for"),
    "second_factor_off": _("A second factor is asked for no more"),
    "substitute_named": _("Somebody decides in a manager’s place"),
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
    "prices": pgettext_lazy("right", "See prices"),
    "assign": pgettext_lazy("right", "Assign"),
    "merge_undo": pgettext_lazy("right", "Undo a merge"),
    "manage_queue": pgettext_lazy("right", "Manage queues"),
    "bulk": pgettext_lazy("right", "Change many at once"),
    "configure": pgettext_lazy("right", "Configure"),
    "publish": pgettext_lazy("right", "Set live"),
    "manage_users": pgettext_lazy("right", "Manage users"),
    "audit": pgettext_lazy("right", "See the audit"),
    "approve": pgettext_lazy("right", "Approve"),
    "merge": pgettext_lazy("right", "Merge, split, make a Case of a Ticket"),
    "due_dates": pgettext_lazy("right", "Change due dates"),
    "contacts": pgettext_lazy("right", "Keep contacts"),
    "block": pgettext_lazy("right", "Block senders"),
    "export": pgettext_lazy("right", "Take lists along as files"),
    "share_views": pgettext_lazy("right", "Share views with everybody"),
    "stop_robots": pgettext_lazy("right", "Stop all robots"),
    "canned_texts": pgettext_lazy("right", "Write canned texts"),
    "delete": pgettext_lazy("right", "Delete and restore"),
    "drafts": pgettext_lazy("right", "See the drafts of others"),
    "teams": pgettext_lazy("right", "See all teams, and correct their time"),
}
BUILDERS: Words = {
    "designer": _("Writes processes"),
    "publisher": _("Sets everything live"),
    "administrator": _("Manages users and reads the audit too"),
}


AUDITED: Words = {
    "deletions": _("Deletions"),
    "exports": _("Exports"),
    "reports": _("Saved views"),
    "webhooks": _("Webhooks"),
    "audit": _("The audit itself"),
}
AUDIT_SAYS: Words = {
    "deleted": pgettext_lazy("audit", "Deleted"),
    "restored": pgettext_lazy("audit", "Restored"),
    "exported": pgettext_lazy("audit", "Exported"),
    "made": pgettext_lazy("audit", "Made"),
    "changed": pgettext_lazy("audit", "Changed"),
    "rekeyed": pgettext_lazy("audit", "New secret"),
    "tried": pgettext_lazy("audit", "Tried out"),
    "replayed": pgettext_lazy("audit", "Told again"),
    "stopped": pgettext_lazy("audit", "Switched off"),
    "resumed": pgettext_lazy("audit", "Switched on"),
    "switched_on": pgettext_lazy("audit", "Kept from now on"),
    "switched_off": pgettext_lazy("audit", "Kept no more"),
}
SIGHTS: Words = {
    "own_queues": _("What stands in their queues, and their own"),
    "own_and_unassigned": _("Their own, and what nobody has yet in their queues"),
    "own": _("Their own only"),
}
