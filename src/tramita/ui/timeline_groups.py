"""The parts of the timeline, as its filters name them: which entry belongs to which, and its drawing (TL-2, T-10)."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Data = Mapping[str, Any]

# the filter of the Timeline tab: a group of entry types each
GROUPS: Mapping[str, Promise] = {
    "talk": gettext_lazy("Mails and notes"),
    "state": gettext_lazy("State changes"),
    "people": gettext_lazy("Assignments"),
    "data": gettext_lazy("Data and due date"),
    "links": gettext_lazy("Links and Actions"),
    "approvals": gettext_lazy("Approvals"),
    "defects": gettext_lazy("Defects"),
    "category": gettext_lazy("Ticket category changed"),
    "rework": gettext_lazy("Case rework history"),
    "system": gettext_lazy("Housekeeping"),
}
HIDDEN = frozenset({"category", "system"})  # shown only when asked for (T-10)

GROUP_OF: Mapping[str, str] = {
    "mail_received": "talk",
    "mail_sent": "talk",
    "mail_failed": "talk",
    "mail_uncertain": "talk",
    "mail_held": "talk",
    "mail_late": "talk",
    "mail_left": "talk",
    "mail_resent": "talk",
    "mail_settled": "talk",
    "mail_cancelled": "talk",
    "mail_moved_here": "talk",
    "mail_erased": "talk",
    "mail_moved_away": "talk",
    "mail_released": "talk",
    "note_added": "talk",
    "feedback_given": "talk",
    "submission_note": "talk",
    "assigned": "people",
    "allocated": "people",
    "released": "people",
    "returned": "people",
    "prioritised": "people",
    "deprioritised": "people",
    "reallocated": "people",
    "rejected": "people",
    "lease_ended": "people",
    "proposed": "people",
    "proposal_accepted": "people",
    "proposal_refused": "people",
    "proposal_expired": "people",
    "category_changed": "category",
    "title_changed": "data",
    "description_changed": "data",
    "contacts_changed": "data",
    "fields_changed": "data",
    "checklist_changed": "data",
    "estimate_changed": "data",
    "schedule_changed": "data",
    "due_changed": "data",
    "tags_changed": "data",
    "file_added": "data",
    "link_added": "data",
    "file_changed": "data",
    "file_removed": "data",
    "merged": "links",
    "split": "links",
    "converted": "links",
    "converted_again": "links",
    "taken_back": "links",
    "merged_here": "links",
    "undone": "links",
    "regrouped": "system",
    "linked": "links",
    "unlinked": "links",
    "action_launched": "links",
    "step_started": "links",
    "reworked": "rework",
    "version_changed": "rework",
    "approval_requested": "approvals",
    "approval_asked_again": "approvals",
    "approval_reminded": "approvals",
    "approval_approved": "approvals",
    "approval_rejected": "approvals",
    "approval_cancelled": "approvals",
    "approval_expired": "approvals",
    "defect_added": "defects",
    "defect_changed": "defects",
    "defect_resolved": "defects",
    "defect_reopened": "defects",
    "defect_removed": "defects",
    "seen": "system",
    "clock_set": "system",
    "clock_started": "system",
}

ICONS: Mapping[str, str] = {
    "talk": "mail",
    "people": "user",
    "category": "tag",
    "data": "pencil",
    "links": "link",
    "rework": "undo",
    "approvals": "approve",
    "defects": "alert",
    "system": "info",
}


def group_of(type_: str) -> str:
    """The filter that an entry belongs to; whatever is not named is a change of state."""
    return GROUP_OF.get(type_, "state")


def icon_of(type_: str, data: Data) -> str:
    """The drawing beside a line: for a change of state the shape of the new one."""
    group = group_of(type_)
    if group == "state":
        return f"s-{data['to']}" if data.get("to") else "info"
    return "lock" if type_ == "note_added" else ICONS[group]
