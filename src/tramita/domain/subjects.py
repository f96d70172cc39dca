"""Subjects and threads of outgoing mail (MAIL-76, MAIL-118, MAIL-119)."""

import re
from collections.abc import Sequence

from tramita.domain.references import Reference

LONGEST = 240  # characters of a subject
MOST_BYTES = 1_500  # of a References field: relays refuse more (MAIL-118)

_PREFIX = re.compile(r"^\s*(?:re|aw|antw|rép|res|resp|odp|sv|vs|r)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)
_FORWARDED = re.compile(r"^\s*(?:fwd?|wg|tr|rv|pd|enc|vl|i)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)


def subject_with_reference(subject: str, reference: Reference | str, *, reply: bool = False) -> str:
    """`Re: [40308-T] the original words`: the reference once, in one form, and no second `Re:`."""
    words, answered = _bare(without_reference(subject, reference))
    mark = f"[{reference}]"
    beginning = f"Re: {mark} " if reply or answered else f"{mark} "
    return _shortened((beginning + words).strip())


def without_reference(subject: str, reference: Reference | str) -> str:
    """The subject without this reference, for the item that continues a closed one (MAIL-76)."""
    pattern = rf"\[?(?<![\w-]){re.escape(str(reference))}(?![\w-])\]?"
    return " ".join(re.sub(pattern, " ", subject, flags=re.IGNORECASE).split())


def title_from(subject: str | None, text: str) -> str:
    """What an item is called: the subject without `Re:` and `Fwd:`, else the first words of the mail."""
    words, _ = _bare(" ".join((subject or "").split()), also=_FORWARDED)
    return _shortened(words or next((line.strip() for line in text.split("\n") if line.strip()), ""))


def references_header(theirs: Sequence[str], message_id: str | None) -> tuple[str, ...]:
    """Their ids and the one that is answered, without brackets: the first and the newest that fit (MAIL-118)."""
    ids = list(dict.fromkeys([*theirs, *([message_id] if message_id else [])]))
    ids = [one for one in ids if 0 < len(one.encode()) <= 400 and one.isprintable() and " " not in one]
    if not ids:
        return ()
    room = MOST_BYTES - _cost(ids[0])
    kept: list[str] = []
    for one in reversed(ids[1:]):
        room -= _cost(one)
        if room <= 0:
            break
        kept.append(one)
    return (ids[0], *reversed(kept))


def _cost(one: str) -> int:
    return len(one.encode()) + 3  # brackets and a blank


def _bare(subject: str, also: re.Pattern[str] | None = None) -> tuple[str, bool]:
    """Without prefixes, and whether one said that it answers."""
    answered = False
    for _ in range(50):
        found = _PREFIX.match(subject)
        answered |= bool(found)
        found = found or (also.match(subject) if also else None)
        if not found:
            break
        subject = subject[found.end() :]
    return subject.strip(), answered


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
