"""Subjects and threads of outgoing mail (MAIL-76, MAIL-118, MAIL-119)."""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from tramita.domain.references import Reference

LONGEST = 240  # characters of a subject
MOST_BYTES = 1_500  # of a References field: relays refuse more (MAIL-118)
THREAD_HEAD, THREAD_STEP, LONGEST_THREAD = 22, 5, 500  # bytes of a Thread-Index: its first, each answer, all
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

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


def thread_index(theirs: str, *, at: datetime) -> str | None:
    """Outlook's Thread-Index of an answer to a mail that had one; None if theirs is none (MAIL-118).

    An answer adds five bytes: the time since the conversation began, in units of 2^18 (or 2^23) of 100 ns.
    """
    try:
        thread = base64.b64decode("".join(theirs.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(thread) < THREAD_HEAD or (len(thread) - THREAD_HEAD) % THREAD_STEP or len(thread) > LONGEST_THREAD:
        return None
    since = at - _EPOCH
    ticks = max(0, (since.days * 86_400 + since.seconds) * 10**7 - (int.from_bytes(thread[:6]) << 16))
    coarse = ticks >> 49 != 0
    step = (coarse << 31) | ((ticks >> (23 if coarse else 18)) & 0x7FFFFFFF)
    return base64.b64encode(thread + step.to_bytes(4) + b"\x00").decode()


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
