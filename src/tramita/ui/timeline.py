"""The timeline as sentences in the past tense: what each entry of the ledger says to a person (TL-1, TL-2, T-10)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from tramita.ui import labels, moments

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
    "rejected": "people",
    "lease_ended": "people",
    "proposed": "people",
    "proposal_accepted": "people",
    "proposal_refused": "people",
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


def sentence(type_: str, data: Data) -> str:
    """What happened, without who and when; an unknown type says its code, so that nothing is hidden."""
    said = _SENTENCES.get(type_)
    return said(data) if said else type_.replace("_", " ")


def why(data: Data) -> str:
    """The reason of a change of state in words (API-3), unless it is the plain one; of many at once, that it was so."""
    reason = data.get("reason")
    if reason not in (None, 0, 1):
        return labels.word("reason", reason)
    return _("one of many, changed at once") if data.get("job") else ""


def _created(data: Data) -> str:
    said = _("Started as %(state)s") % {"state": labels.word("state", data.get("to"))}
    by = _("by its schedule: %(trigger)s") % {"trigger": data["trigger"]} if data.get("trigger") else ""
    of = data.get("split_from") or data.get("converted_from")
    made = _("made of %(item)s") % {"item": of} if of else ""
    return " · ".join(filter(None, (said, by, made)))


def _waited(data: Data) -> str:
    said = labels.word("wait", data.get("wait_type"))
    if data.get("days"):
        return _("Set to Waiting: %(type)s, %(days)s days") % {"type": said, "days": data["days"]}
    return _("Set to Waiting: %(type)s") % {"type": said}


def _wait_moved(data: Data) -> str:
    return _("Waits until %(moment)s now") % {"moment": moments.full(datetime.fromisoformat(data["until"]))}


def _resolved(data: Data) -> str:
    if not data.get("method"):
        return pgettext("timeline", "Resolved")
    return _("Resolved: %(method)s") % {"method": labels.word("method", data["method"])}


def _closed(data: Data) -> str:
    if not data.get("method"):
        return pgettext("timeline", "Closed")
    return _("Closed: %(method)s") % {"method": labels.word("method", data["method"])}


def _assigned(data: Data) -> str:
    return _("Assigned to %(name)s") % {"name": data.get("assignee") or _("nobody")}


def _category(data: Data) -> str:
    return _("Ticket category changed to %(category)s") % {"category": data.get("category")}


def _due(data: Data) -> str:
    moment = data.get("to")
    return _("Due date changed to %(moment)s") % {
        "moment": moments.full(datetime.fromisoformat(moment)) if moment else _("Not set")
    }


def _fields(data: Data) -> str:
    return _("Fields changed: %(names)s") % {"names": ", ".join(data.get("fields", ()))}


def _checklist(data: Data) -> str:
    """Which items were ticked, and which taken back (D-12)."""
    said = [
        text % {"items": ", ".join(data[name])}
        for name, text in (("ticked", _("Ticked: %(items)s")), ("unticked", _("No longer ticked: %(items)s")))
        if data.get(name)
    ]
    return " · ".join(said) or _("Checklist changed")


def _estimate(data: Data) -> str:
    if data.get("to") is None:
        return _("Estimate taken away")
    return _("Estimate changed to %(time)s") % {"time": moments.hours_and_minutes(data["to"])}


def _schedule(data: Data) -> str:
    if data.get("to") is None:
        return _("Schedule taken away")
    return _("Goes by the schedule %(name)s") % {"name": data["to"]}


def _tags(data: Data) -> str:
    added, removed = ", ".join(data.get("added", ())), ", ".join(data.get("removed", ()))
    said = [_("Tagged: %(tags)s") % {"tags": added}] if added else []
    return " · ".join([*said, _("Tags taken away: %(tags)s") % {"tags": removed}] if removed else said)


def _linked(data: Data) -> str:
    return _("Linked with %(item)s") % {"item": data.get("item")}


def _merged(data: Data) -> str:
    return _("Merged into %(item)s, Closed") % {"item": data.get("into")}


def _merged_here(data: Data) -> str:
    return _("%(item)s was merged into this item") % {"item": data.get("item")}


def _split(data: Data) -> str:
    return _("Split into %(items)s, Waiting") % {"items": ", ".join(data.get("children", ()))}


def _converted(data: Data) -> str:
    return _("Case %(item)s made of it, Waiting") % {"item": data.get("case")}


def _taken_back(data: Data) -> str:
    return _("Taken back into %(item)s, Closed") % {"item": data.get("into")}


_UNDONE = {
    "merge": gettext_lazy("Merge undone: %(items)s"),
    "split": gettext_lazy("Split undone: %(items)s"),
    "convert": gettext_lazy("Conversion undone: %(items)s"),
}


def _undone(data: Data) -> str:
    return str(_UNDONE[data.get("what", "merge")]) % {"items": ", ".join(data.get("items", ()))}


def _unlinked(data: Data) -> str:
    return _("Link with %(item)s taken away") % {"item": data.get("item")}


def _launched(data: Data) -> str:
    return _("Launched %(items)s") % {"items": ", ".join(data.get("items", ()))}


def _step_started(data: Data) -> str:
    said = {"step": data.get("title"), "items": ", ".join(data.get("items", ()))}
    return _("Step “%(step)s” begun: %(items)s") % said


def _reworked(data: Data) -> str:
    if data.get("action"):
        return _("Rework from “%(action)s” in step “%(step)s”") % {"action": data["action"], "step": data.get("title")}
    return _("Rework from step “%(step)s”") % {"step": data.get("title")}


def _version(data: Data) -> str:
    said = _("Moved from version %(from)s to version %(to)s of its Case type") % data
    return (
        _("%(what)s; closed: %(items)s") % {"what": said, "items": ", ".join(data["closed"])}
        if data["closed"]
        else said
    )


def _failed(data: Data) -> str:
    said = _("Left to a person: %(why)s") % {"why": labels.word("left", data.get("why"))}
    return f"{said}: {data['names']}" if data.get("names") else said


def _step(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"step": data.get("title")}


def _problem(data: Data) -> str:
    return _("Problem: %(problem)s") % {"problem": labels.word("problem", data.get("problem"))}


def _plain(text: Promise) -> Callable[[Data], str]:
    return lambda _data: str(text)


def _named(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"name": data.get("filename") or _("Erased")}


def remark(data: Data) -> str:
    """What must be known of a mail before it is read (M-11, MAIL-51, 74, 78, 96, 99); else empty."""
    if data.get("event"):
        return str(_REPORTS.get(data["event"], _REPORTS["delivered"]))
    if data.get("unverified"):
        return _("Sender not verified")
    if data.get("moved_from"):
        return _("Moved here from %(item)s") % {"item": data["moved_from"]}
    if data.get("copied"):
        return _("Copy of a mail to %(item)s") % {"item": data["copied"]}
    if data.get("automatic"):
        return _("Automatic answer")
    return _("From a new participant") if data.get("new_participant") else ""


_REPORTS = {
    "failed": gettext_lazy("Our mail could not be delivered"),
    "delayed": gettext_lazy("Delivery of our mail is delayed"),
    "delivered": gettext_lazy("Our mail was delivered"),
    "read": gettext_lazy("Our mail was opened"),
    "complaint": gettext_lazy("Our mail was reported as unwanted"),
}


def _received(data: Data) -> str:
    return remark(data) or _("Mail received")


def _erased(data: Data) -> str:
    many = len(data.get("messages", ()))
    said = ngettext("A mail was erased: %(why)s", "%(count)s mails were erased: %(why)s", many)
    return said % {"count": many, "why": data.get("why", "")}


def _moved_away(data: Data) -> str:
    return _("Mail moved to %(item)s") % {"item": data.get("to")}


def way(data: Data) -> str:
    """How a mail found its item (MAIL-82); empty where it started it, or for another entry."""
    return labels.word("way", data["matched_by"]) if data.get("matched_by") else ""


def answer(data: Data) -> str:
    """What was said with an approval, and how its manager was known, where that was a link (MAIL-52)."""
    said = data.get("comment") or data.get("decision_reason") or ""
    by_link = _("by the link in the mail") if data.get("way") == "mail_link" else ""
    unreached = _("not told by mail: %(names)s") % {"names": data["unreached"]} if data.get("unreached") else ""
    instead = _("in the place of %(name)s") % {"name": data["in_place_of"]} if data.get("in_place_of") else ""
    return " · ".join(filter(None, (str(said), instead, by_link, unreached)))


def _brought_in(data: Data) -> str:
    """With the state that it had there (V-61)."""
    where = {"system": labels.system(data.get("system", "")), "key": data.get("key", "")}
    came = _("Brought in from %(system)s, there %(key)s") % where
    return _("%(came)s: “%(was)s”") % {"came": came, "was": data.get("was", "")} if data.get("was") else came


def _feedback(data: Data) -> str:
    said = _("Feedback: done") if data.get("done") else _("Feedback: not done")
    rating = data.get("rating")
    return " · ".join(filter(None, (said, _("%(rating)s of 5") % {"rating": rating} if rating else "")))


def _defect(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"what": data.get("title", "")}


def _approval(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"what": data.get("name", "")} + _level(data)


def _level(data: Data) -> str:
    """Which one, where there are several, and whether others are asked still (EA-2, Z-16)."""
    several = int(data.get("of") or 1) > 1
    level = _("level %(level)s of %(of)s") % {"level": data["level"], "of": data["of"]} if several else ""
    return "".join(f" · {it}" for it in (level, _("not decided yet") if data.get("open") else "") if it)


def _deleted(data: Data) -> str:
    return _("Moved to the trash: “%(why)s”") % {"why": data.get("why", "")}


def _proposed(data: Data) -> str:
    what = labels.word("proposed", data.get("what", ""))
    sure = data.get("confidence")
    return (
        what
        if sure is None
        else _("%(what)s, %(percent)s %% sure")
        % {
            "what": what,
            "percent": sure,
        }
    )


def _proposal_accepted(data: Data) -> str:
    said = {"robot": data.get("robot", "")}
    if data.get("edited"):
        return _("Changed what %(robot)s proposed, and had it done") % said
    return _("Agreed to what %(robot)s proposed") % said


def _lease_ended(data: Data) -> str:
    if data.get("stopped"):
        return _("Robots were stopped, To Do")
    return _("No sign of life from %(robot)s, To Do") % {"robot": data.get("robot", "")}


_SENTENCES: Mapping[str, Callable[[Data], str]] = {
    "created": _created,
    "submission_note": _plain(gettext_lazy("Initial submission note")),
    "submitted": _plain(gettext_lazy("Submitted")),
    "started": _plain(gettext_lazy("Picked up, In Progress")),
    "set_to_do": _plain(gettext_lazy("Set back to To Do")),
    "released": _plain(gettext_lazy("Released to the queue")),
    "assigned": _assigned,
    "allocated": _plain(gettext_lazy("Allocated by rule")),
    "rejected": _plain(gettext_lazy("Rejected by a robot")),
    "lease_ended": _lease_ended,
    "proposed": _proposed,
    "proposal_accepted": _proposal_accepted,
    "proposal_refused": _plain(gettext_lazy("Refused what a robot proposed")),
    "wait_moved": _wait_moved,
    "waited": _waited,
    "resumed": _plain(gettext_lazy("Wait ended by hand, In Progress")),
    "woken": _plain(gettext_lazy("Woken, To Do")),
    "resolved": _resolved,
    "reopened": _plain(gettext_lazy("Reopened, To Do")),
    "feedback_given": _feedback,
    "closed": _closed,
    "aborted": _plain(gettext_lazy("Aborted")),
    "discarded": _plain(gettext_lazy("Draft discarded")),
    "deleted": _deleted,
    "restored": _plain(gettext_lazy("Restored from the trash")),
    "problem_raised": _problem,
    "note_added": _plain(gettext_lazy("Internal note")),
    "mail_received": _received,
    "mail_moved_here": _received,
    "mail_erased": _erased,
    "mail_moved_away": _moved_away,
    "brought_in": _brought_in,
    "archived": _plain(gettext_lazy("Filed as old mail, Closed")),
    "mail_sent": _plain(gettext_lazy("Mail sent")),
    "mail_failed": _plain(gettext_lazy("Mail could not be sent")),
    "mail_uncertain": _plain(gettext_lazy("Nobody knows whether the mail arrived")),
    "mail_held": _plain(gettext_lazy("Mail held back")),
    "mail_late": _plain(gettext_lazy("Mail has been waiting for a quarter of an hour")),
    "mail_left": _plain(gettext_lazy("The late mail was sent")),
    "mail_resent": _plain(gettext_lazy("Mail sent again")),
    "mail_settled": _plain(gettext_lazy("The mail had arrived after all")),
    "mail_cancelled": _plain(gettext_lazy("Mail cancelled")),
    "mail_released": _plain(gettext_lazy("Mail sent before its time")),
    "title_changed": _plain(gettext_lazy("Title changed")),
    "description_changed": _plain(gettext_lazy("Description changed")),
    "contacts_changed": _plain(gettext_lazy("Contacts changed")),
    "checklist_changed": _checklist,
    "estimate_changed": _estimate,
    "schedule_changed": _schedule,
    "fields_changed": _fields,
    "category_changed": _category,
    "due_changed": _due,
    "tags_changed": _tags,
    "file_added": _named(gettext_lazy("File added: %(name)s")),
    "link_added": _named(gettext_lazy("Link added: %(name)s")),
    "file_changed": _named(gettext_lazy("File described: %(name)s")),
    "file_removed": _named(gettext_lazy("File taken off: %(name)s")),
    "merged": _merged,
    "split": _split,
    "converted": _converted,
    "converted_again": lambda data: _("Made of %(item)s again, To Do") % {"item": data.get("converted_from")},
    "taken_back": _taken_back,
    "merged_here": _merged_here,
    "undone": _undone,
    "regrouped": _plain(gettext_lazy("Shares with another group of items now")),
    "linked": _linked,
    "unlinked": _unlinked,
    "action_launched": _launched,
    "step_started": _step_started,
    "step_completed": _step(gettext_lazy("Step “%(step)s” done; a person moves the Case on")),
    "children_completed": _plain(gettext_lazy("Everything in this Case is done; a person ends it")),
    "reworked": _reworked,
    "version_changed": _version,
    "action_failed": _failed,
    "called": _plain(gettext_lazy("The other system answered")),
    "handed_to_review": _plain(gettext_lazy("Work done; somebody else reviews it")),
    "review_failed": _plain(gettext_lazy("Review failed, back to whoever did it")),
    "moved_on": _plain(gettext_lazy("Moved on to the next step")),
    "approval_requested": _approval(gettext_lazy("Approval requested: %(what)s")),
    "approval_asked_again": _approval(gettext_lazy("Link for the approval sent again: %(what)s")),
    "approval_reminded": _approval(gettext_lazy("Managers reminded of the approval: %(what)s")),
    "approval_approved": _approval(gettext_lazy("Approval given: %(what)s")),
    "approval_rejected": _approval(gettext_lazy("Approval refused: %(what)s")),
    "approval_cancelled": _approval(gettext_lazy("Approval request cancelled: %(what)s")),
    "approval_expired": _approval(gettext_lazy("Approval request expired: %(what)s")),
    "defect_added": _defect(gettext_lazy("Defect added: %(what)s")),
    "defect_changed": _defect(gettext_lazy("Defect changed: %(what)s")),
    "defect_resolved": _defect(gettext_lazy("Defect resolved: %(what)s")),
    "defect_reopened": _defect(gettext_lazy("Defect not resolved after all: %(what)s")),
    "defect_removed": _defect(gettext_lazy("Defect taken away: %(what)s")),
    "seen": _plain(gettext_lazy("New information seen")),
    "clock_set": _plain(gettext_lazy("Clock set by the due-date rule")),
    "clock_started": _plain(gettext_lazy("Clock started")),
}
