"""Which files nobody may have yet, or at all: what the operator's scanner says of them (MAIL-57)."""

from collections.abc import Collection

from django.conf import settings

from tramita.domain.errors import Conflict
from tramita.models import Attachment, Scan


def held(keys: Collection[str]) -> dict[str, str]:
    """Of these bytes those that are held back, with what was found in them, empty while they wait to be looked at.

    Cost: one statement; none without a scanner.
    """
    if not settings.TRAMITA_SCANNER or not keys:
        return {}
    said = {key: (verdict, words) for key, verdict, words in _said(keys)}
    waiting = (Scan.Verdict.WAITING.value, "")
    told = {key: said.get(key, waiting) for key in keys}
    return {
        key: words if verdict == Scan.Verdict.FOUND else ""
        for key, (verdict, words) in told.items()
        if verdict != Scan.Verdict.CLEAN
    }


def _said(keys: Collection[str]) -> Collection[tuple[str, int, str]]:
    return Scan.objects.filter(key__in=set(keys)).values_list("key", "verdict", "words")


def let_through(key: str) -> None:
    """Raises: Conflict `held_back`, for bytes that are not to be had."""
    found = held([key])
    if found.get(key):
        raise Conflict("The scanner found %(what)s in this file.", code="held_back", what=found[key])
    if found:
        raise Conflict("This file has not been scanned yet. Try again in a minute.", code="held_back")


def came_in(file: Attachment) -> bool:
    """It came by mail, and waits for the scanner; what people of ours send or put there does not."""
    return file.message is not None and not file.message.outgoing
