"""What the timeline says of mails: what must be known of one before it is read, and what became of it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tramita.ui import labels

Data = Mapping[str, Any]


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


def way(data: Data) -> str:
    """How a mail found its item (MAIL-82); empty where it started it, or for another entry."""
    return labels.word("way", data["matched_by"]) if data.get("matched_by") else ""


def _received(data: Data) -> str:
    return remark(data) or _("Mail received")


def _erased(data: Data) -> str:
    many = len(data.get("messages", ()))
    said = ngettext("A mail was erased: %(why)s", "%(count)s mails were erased: %(why)s", many)
    return said % {"count": many, "why": data.get("why", "")}


def _moved_away(data: Data) -> str:
    return _("Mail moved to %(item)s") % {"item": data.get("to")}


def plain(text: Promise) -> Callable[[Data], str]:
    """A sentence that says nothing of the entry but its kind."""
    return lambda _data: str(text)


SENTENCES: Mapping[str, Callable[[Data], str]] = {
    "mail_received": _received,
    "mail_moved_here": _received,
    "mail_erased": _erased,
    "mail_moved_away": _moved_away,
    "archived": plain(gettext_lazy("Filed as old mail, Closed")),
    "mail_sent": plain(gettext_lazy("Mail sent")),
    "mail_failed": plain(gettext_lazy("Mail could not be sent")),
    "mail_uncertain": plain(gettext_lazy("Nobody knows whether the mail arrived")),
    "mail_held": plain(gettext_lazy("Mail held back")),
    "mail_late": plain(gettext_lazy("Mail has been waiting for a quarter of an hour")),
    "mail_left": plain(gettext_lazy("The late mail was sent")),
    "mail_resent": plain(gettext_lazy("Mail sent again")),
    "mail_settled": plain(gettext_lazy("The mail had arrived after all")),
    "mail_cancelled": plain(gettext_lazy("Mail cancelled")),
    "mail_released": plain(gettext_lazy("Mail sent before its time")),
}
