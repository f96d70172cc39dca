"""The timeline as sentences in the past tense: what each entry of the ledger says to a person (TL-1, TL-2, T-10)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tramita.ui import allocated, labels, moments, timeline_approvals, timeline_mail
from tramita.ui.timeline_mail import plain

Data = Mapping[str, Any]


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


def _returned(data: Data) -> str:
    said = {"name": data.get("assignee", "")}
    return _("Not begun by %(name)s in the time that its queue allows, back in the queue") % said


def _reallocated(data: Data) -> str:
    """Who or what does not serve any more, and where it went."""
    said = [
        text % {"name": data[name]}
        for name, text in (
            ("assignee", _("%(name)s cannot work on it any more")),
            ("owner", _("%(name)s does not answer for it any more")),
            ("queue", _("The queue “%(name)s” is used no more")),
        )
        if data.get(name)
    ]
    said += [_("%(name)s has the draft now") % {"name": data["heir"]}] if data.get("heir") else []
    return " · ".join([*said, *([allocated.sentence(data)] if data.get("why") else [])])


def _with_why(text: Promise) -> Callable[[Data], str]:
    """With where it went and why, if it did not stay with who had it."""
    return lambda data: f"{text} · {allocated.sentence(data)}" if data.get("why") else str(text)


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


def _named(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"name": data.get("filename") or _("Erased")}


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


def _deleted(data: Data) -> str:
    return _("Moved to the trash: “%(why)s”") % {"why": data.get("why", "")}


def _proposed(data: Data) -> str:
    what = labels.word("proposed_by_program" if data.get("program") else "proposed", data.get("what", ""))
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
    if data.get("as_robot"):
        return _("Let %(robot)s do what it proposed") % said
    return _("Agreed to what %(robot)s proposed") % said


def approver(data: Data) -> str:
    """Who agreed to what a robot did in its own name (decision 76); else empty."""
    return _("approved by %(name)s") % {"name": data["approved_by"]} if data.get("approved_by") else ""


def _lease_ended(data: Data) -> str:
    if data.get("stopped"):
        return _("Robots were stopped, To Do")
    return _("No sign of life from %(robot)s, To Do") % {"robot": data.get("robot", "")}


_SENTENCES: Mapping[str, Callable[[Data], str]] = {
    "created": _created,
    "submission_note": plain(gettext_lazy("Initial submission note")),
    "submitted": plain(gettext_lazy("Submitted")),
    "started": plain(gettext_lazy("Picked up, In Progress")),
    "set_to_do": plain(gettext_lazy("Set back to To Do")),
    "released": plain(gettext_lazy("Released to the queue")),
    "assigned": _assigned,
    "returned": _returned,
    "reallocated": _reallocated,
    "prioritised": plain(gettext_lazy("Put first in its queue")),
    "deprioritised": plain(gettext_lazy("Not first in its queue any more")),
    "allocated": allocated.sentence,
    "rejected": plain(gettext_lazy("Rejected by a robot")),
    "lease_ended": _lease_ended,
    "proposed": _proposed,
    "proposal_accepted": _proposal_accepted,
    "proposal_refused": plain(gettext_lazy("Refused what a robot proposed")),
    "proposal_expired": plain(gettext_lazy("What a robot proposed came too late: the item went on")),
    "wait_moved": _wait_moved,
    "waited": _waited,
    "resumed": plain(gettext_lazy("Wait ended by hand, In Progress")),
    "woken": _with_why(gettext_lazy("Woken, To Do")),
    "resolved": _resolved,
    "reopened": _with_why(gettext_lazy("Reopened, To Do")),
    "feedback_given": _feedback,
    "closed": _closed,
    "aborted": plain(gettext_lazy("Aborted")),
    "discarded": plain(gettext_lazy("Draft discarded")),
    "deleted": _deleted,
    "restored": plain(gettext_lazy("Restored from the trash")),
    "problem_raised": _problem,
    "note_added": plain(gettext_lazy("Internal note")),
    **timeline_mail.SENTENCES,
    "brought_in": _brought_in,
    "title_changed": plain(gettext_lazy("Title changed")),
    "description_changed": plain(gettext_lazy("Description changed")),
    "contacts_changed": plain(gettext_lazy("Contacts changed")),
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
    "regrouped": plain(gettext_lazy("Shares with another group of items now")),
    "linked": _linked,
    "unlinked": _unlinked,
    "action_launched": _launched,
    "step_started": _step_started,
    "step_completed": _step(gettext_lazy("Step “%(step)s” done; a person moves the Case on")),
    "children_completed": plain(gettext_lazy("Everything in this Case is done; a person ends it")),
    "reworked": _reworked,
    "version_changed": _version,
    "action_failed": _failed,
    "called": plain(gettext_lazy("The other system answered")),
    "handed_to_review": plain(gettext_lazy("Work done; somebody else reviews it")),
    "review_failed": plain(gettext_lazy("Review failed, back to whoever did it")),
    "moved_on": plain(gettext_lazy("Moved on to the next step")),
    **timeline_approvals.SENTENCES,
    "defect_added": _defect(gettext_lazy("Defect added: %(what)s")),
    "defect_changed": _defect(gettext_lazy("Defect changed: %(what)s")),
    "defect_resolved": _defect(gettext_lazy("Defect resolved: %(what)s")),
    "defect_reopened": _defect(gettext_lazy("Defect not resolved after all: %(what)s")),
    "defect_removed": _defect(gettext_lazy("Defect taken away: %(what)s")),
    "seen": plain(gettext_lazy("New information seen")),
    "clock_set": plain(gettext_lazy("Clock set by the due-date rule")),
    "clock_started": plain(gettext_lazy("Clock started")),
}
