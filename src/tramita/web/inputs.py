"""Reading a form's values. A value that cannot be read is refused beside its field, never guessed."""

import re
from datetime import UTC, date, datetime

from django.http import HttpRequest
from django.utils import timezone

from tramita.domain.errors import Invalid


def text(request: HttpRequest, name: str) -> str:
    """What was typed, without the blanks around it; nothing for a field that was not sent."""
    return str(request.POST.get(name, "")).strip()


def flag(request: HttpRequest, name: str) -> bool:
    """Whether it was ticked."""
    return bool(request.POST.get(name))


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number, or None when nothing was typed."""
    typed = text(request, name)
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 9:
        raise Invalid.one(name, "invalid", "Give a whole number.")
    return int(typed)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A date and time of the person's zone, as `datetime-local` gives it, or None when nothing was typed (W-15).

    An hour that happens twice is the first one; one that the change to summer time skips is an hour later.
    """
    typed = text(request, name)
    if not typed:
        return None
    try:
        naive = datetime.fromisoformat(typed)
    except ValueError:
        raise Invalid.one(name, "invalid", "Give a date and a time.") from None
    there = naive if naive.tzinfo else naive.replace(tzinfo=timezone.get_current_timezone())
    return there.astimezone(UTC)


def day(request: HttpRequest, name: str) -> date | None:
    """A day, as `date` gives it, or None when nothing was typed."""
    typed = text(request, name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid.one(name, "invalid", "Give a day, such as 2026-12-24.") from None


def key(request: HttpRequest, name: str) -> int | None:
    """The id of a row, or None: what is none names nothing."""
    typed = text(request, name)
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def after(request: HttpRequest) -> int | None:
    """Which row a longer list goes on after, from `?after=7`."""
    typed = request.GET.get("after", "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def moment_of(request: HttpRequest, name: str) -> datetime:
    """As `moment`, of a field that must be filled."""
    found = moment(request, name)
    if found is None:
        raise Invalid.one(name, "required", "Give a date and a time.")
    return found


def addresses(request: HttpRequest, name: str) -> list[str]:
    """Addresses between commas, semicolons or blanks; of `Rui Sousa <rui@acme.example>` only what is inside."""
    found: list[str] = []
    for part in re.split(r"[,;\n]", text(request, name)):
        inside = re.search(r"<([^<>]*)>", part)
        found += [inside[1].strip()] if inside else part.split()
    return found
