"""What the timeline says of approvals: asked, decided, by whom and on which level."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Data = Mapping[str, Any]


def answer(data: Data) -> str:
    """What was said with an approval, and how its manager was known, where that was a link (MAIL-52)."""
    said = data.get("comment") or data.get("decision_reason") or ""
    by_link = _("by the link in the mail") if data.get("way") == "mail_link" else ""
    unreached = _("not told by mail: %(names)s") % {"names": data["unreached"]} if data.get("unreached") else ""
    instead = _("in the place of %(name)s") % {"name": data["in_place_of"]} if data.get("in_place_of") else ""
    return " · ".join(filter(None, (str(said), instead, by_link, unreached)))


def _approval(text: Promise) -> Callable[[Data], str]:
    return lambda data: str(text) % {"what": data.get("name", "")} + _level(data)


def _level(data: Data) -> str:
    """Which one, where there are several, and whether others are asked still (EA-2, Z-16)."""
    several = int(data.get("of") or 1) > 1
    level = _("level %(level)s of %(of)s") % {"level": data["level"], "of": data["of"]} if several else ""
    return "".join(f" · {it}" for it in (level, _("not decided yet") if data.get("open") else "") if it)


SENTENCES: Mapping[str, Callable[[Data], str]] = {
    "approval_requested": _approval(gettext_lazy("Approval requested: %(what)s")),
    "approval_asked_again": _approval(gettext_lazy("Link for the approval sent again: %(what)s")),
    "approval_reminded": _approval(gettext_lazy("Managers reminded of the approval: %(what)s")),
    "approval_approved": _approval(gettext_lazy("Approval given: %(what)s")),
    "approval_rejected": _approval(gettext_lazy("Approval refused: %(what)s")),
    "approval_cancelled": _approval(gettext_lazy("Approval request cancelled: %(what)s")),
    "approval_expired": _approval(gettext_lazy("Approval request expired: %(what)s")),
}
