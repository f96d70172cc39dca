"""What a notification says: in the hub, in the pop-up, in the mail with news."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tramita.domain.notices import Event
from tramita.queries.notices import Notice
from tramita.ui import timeline, timeline_groups

LONGEST_REASON = 200


def sentence(one: Notice) -> str:
    """One line without the item, in the past tense; no words of notes or mails."""
    who = one.actor.name if one.actor else ""
    said = _SENTENCES[one.event]
    return said(one, who)


def _assigned(one: Notice, who: str) -> str:
    if one.data.get("inform"):
        return _("Assigned to you by its rule")
    return _("Assigned to you by %(name)s") % {"name": who} if who else _("Assigned to you")


def _copied(one: Notice, _who: str) -> str:
    return _("Assigned by its rule to %(name)s: you hold the position “%(position)s”") % {
        "name": one.data.get("assignee", ""),
        "position": one.data.get("copied_for", ""),
    }


def _mentioned(_one: Notice, who: str) -> str:
    return _("%(name)s mentioned you in a note") % {"name": who}


def _mail(_one: Notice, who: str) -> str:
    return _("Mail from %(name)s") % {"name": who} if who else _("A mail arrived")


def _written(one: Notice, who: str) -> str:
    if one.type == "mail_sent":
        return _("%(name)s sent a mail") % {"name": who or _("The system")}
    return _("%(name)s wrote a note") % {"name": who or _("The system")}


def _state(one: Notice, who: str) -> str:
    """As the timeline says it."""
    said = timeline.sentence(one.type, one.data)
    return _("%(what)s (%(name)s)") % {"what": said, "name": who} if who else said


def _decided(one: Notice, who: str) -> str:
    """With the manager's own reason: it is meant for who asked (AP-12, AP-18)."""
    reason = " ".join(str(one.data.get("decision_reason") or "").split())[:LONGEST_REASON]
    said = _state(one, who)
    return _("%(what)s: “%(reason)s”") % {"what": said, "reason": reason} if reason else said


def _timeline(one: Notice, _who: str) -> str:
    return timeline.sentence(one.type, one.data)


def _bulk(one: Notice, _who: str) -> str:
    total, refused = int(one.data.get("total", 0)), int(one.data.get("refused", 0))
    said = ngettext("The change of %(num)s item has ended", "The change of %(num)s items has ended", total)
    left = ngettext("%(num)s could not be changed", "%(num)s could not be changed", refused) % {"num": refused}
    return f"{said % {'num': total}} · {left}" if refused else said % {"num": total}


_SENTENCES: Mapping[Event, Callable[[Notice, str], str]] = {
    Event.MENTIONED: _mentioned,
    Event.APPROVAL: _decided,
    Event.PROBLEM: _timeline,
    Event.ASSIGNED: _assigned,
    Event.COPIED: _copied,
    Event.RETURNED: _timeline,
    Event.UNSENT: _timeline,
    Event.MAIL: _mail,
    Event.OVERDUE: lambda _one, _who: _("Overdue"),
    Event.DUE_SOON: lambda _one, _who: _("Due within the hour"),
    Event.STATE: _state,
    Event.WRITTEN: _written,
    Event.QUEUED: lambda _one, _who: _("New in the queue"),
    Event.BULK: _bulk,
}

ICONS: Mapping[Event, str] = {
    Event.MENTIONED: "user",
    Event.APPROVAL: "approve",
    Event.PROBLEM: "alert",
    Event.ASSIGNED: "inbox",
    Event.COPIED: "mail",
    Event.RETURNED: "queue",
    Event.UNSENT: "alert",
    Event.MAIL: "mail",
    Event.OVERDUE: "clock",
    Event.DUE_SOON: "clock",
    Event.STATE: "s-resolved",
    Event.WRITTEN: "lock",
    Event.QUEUED: "queue",
    Event.BULK: "check",
}


def icon(one: Notice) -> str:
    """The drawing beside it: of a change of state the shape of the new one, of a bulk change whether all was done."""
    if one.event is Event.STATE:
        return timeline_groups.icon_of(one.type, one.data)
    if one.event is Event.BULK and one.data.get("refused"):
        return "alert"
    return "send" if one.event is Event.WRITTEN and one.type == "mail_sent" else ICONS[one.event]
