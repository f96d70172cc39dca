"""A configured duration as its reader says it: “2 working days” is “2 jours ouvrés” (INTERFACES section 4)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from tramita.domain.durations import parse_span

ELAPSED: Mapping[str, Any] = {
    "week": ngettext_lazy("%(num)s week", "%(num)s weeks", "num"),
    "day": ngettext_lazy("%(num)s day", "%(num)s days", "num"),
    "hour": ngettext_lazy("%(num)s hour", "%(num)s hours", "num"),
    "minute": ngettext_lazy("%(num)s minute", "%(num)s minutes", "num"),
    "second": ngettext_lazy("%(num)s second", "%(num)s seconds", "num"),
}
WORKING: Mapping[str, Any] = {  # there are no working weeks
    "day": ngettext_lazy("%(num)s working day", "%(num)s working days", "num"),
    "hour": ngettext_lazy("%(num)s working hour", "%(num)s working hours", "num"),
    "minute": ngettext_lazy("%(num)s working minute", "%(num)s working minutes", "num"),
    "second": ngettext_lazy("%(num)s working second", "%(num)s working seconds", "num"),
}


def words(text: str) -> str:
    """What the configuration says in English, in the reader's language."""
    span = parse_span(text)
    units = WORKING if span.working else ELAPSED
    return " ".join(str(units[unit] % {"num": number}) for number, unit in span.parts)


def return_of_idle(text: str | None) -> str:
    """What a queue does with work that nobody begins (Q-6); nothing for one that leaves it where it is."""
    if not text:
        return ""
    return _("What a person was given and does not begin within %(time)s comes back to this queue.") % {
        "time": words(text)
    }
