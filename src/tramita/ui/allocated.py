"""Why an item went where it is, as its page and its timeline say it (Z-9)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.allocation import SUBSTITUTE
from tramita.ui import labels


def why(reason: str) -> str:
    """In words; empty where nothing was allocated yet."""
    said = labels.word("why", reason.removesuffix(SUBSTITUTE)) if reason else ""
    return _("%(why)s, by their substitute") % {"why": said} if reason.endswith(SUBSTITUTE) else said


def sentence(data: Mapping[str, Any]) -> str:
    """What the entry says: why, by which position, in whose place."""
    reason = str(data.get("why", ""))
    if not reason:
        return _("Allocated by rule")
    if data.get("position"):
        said = _("Allocated to a holder of “%(position)s”") % {"position": data["position"]}
    else:
        said = _("Allocated: %(why)s") % {"why": labels.word("why", reason.removesuffix(SUBSTITUTE))}
    away = _("in place of %(name)s, who is away") % {"name": data["instead_of"]} if data.get("instead_of") else ""
    return " · ".join(filter(None, (said, away)))
