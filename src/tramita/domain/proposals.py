"""What a robot proposes and a person decides (decision 60)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tramita.domain.errors import Invalid
from tramita.domain.kept_text import moment_can_be_kept


class Proposed(StrEnum):
    """What is proposed."""

    MAIL = "mail"
    COMPLETE = "complete"
    CHANGE = "change"
    WAIT = "wait"
    ASSIGN = "assign"
    MOVE = "move"  # one of the verbs that need nothing else
    CREATE = "create"  # a Ticket, which is linked with the item
    ASK = "ask"  # for an approval of the customer's managers


class Decided(StrEnum):
    """How it stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"  # as it was
    CHANGED = "changed"  # a person changed it first
    REFUSED = "refused"
    EXPIRED = "expired"  # the item went on meanwhile


KEYS: Mapping[Proposed, frozenset[str]] = {
    Proposed.MAIL: frozenset({"to", "cc", "bcc", "subject", "text"}),
    Proposed.COMPLETE: frozenset({"fields", "note", "method", "reason"}),
    Proposed.CHANGE: frozenset({"title", "category", "fields", "checklist", "tags", "note"}),
    Proposed.WAIT: frozenset({"type", "until", "days", "close_if_no_response"}),
    Proposed.ASSIGN: frozenset({"to"}),
    Proposed.MOVE: frozenset({"verb"}),
    Proposed.CREATE: frozenset({"title", "description", "category", "requester", "cc", "fields"}),
    Proposed.ASK: frozenset({"type", "comment"}),
}
PERMISSION = {
    Proposed.MAIL: "mail",
    Proposed.COMPLETE: "resolve",
    Proposed.CHANGE: "work",
    Proposed.WAIT: "work",
    Proposed.ASSIGN: "assign",
    Proposed.MOVE: "work",  # to release asks for more when it is done
    Proposed.CREATE: "create",
    Proposed.ASK: "approvals_request",
}
VERB = {  # of a robot's modes
    Proposed.MAIL: "mail",
    Proposed.COMPLETE: "resolve",
    **dict.fromkeys((Proposed.CHANGE, Proposed.WAIT, Proposed.ASSIGN, Proposed.MOVE), "change"),
    Proposed.CREATE: "create",
}
NEEDED = {
    Proposed.ASK: ("type",),
    Proposed.CREATE: ("category", "requester"),
    Proposed.WAIT: ("type",),
    Proposed.ASSIGN: ("to",),
    Proposed.MOVE: ("verb",),
}
MOVES = ("release", "resume", "reopen", "next-step", "submit")  # to begin, and to put back, is for who has it
OF_ROBOTS = frozenset(VERB)
STEPS = frozenset({Proposed.WAIT, Proposed.ASSIGN, Proposed.MOVE})  # the tables leave them to people
# what tells of who has the item, or of proposals, and not of the matter: a robot's deed may be agreed to after these
BESIDES = frozenset(
    {
        "proposed", "proposal_accepted", "proposal_refused", "proposal_expired", "seen", "started", "assigned",
        "released", "returned", "reallocated", "allocated", "set_to_do", "lease_ended", "rejected", "clock_set",
        "clock_started", "mail_left", "prioritised", "deprioritised",
    }
)  # fmt: skip


def meant(given: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is null: it is not said."""
    return {name: value for name, value in given.items() if value is not None}


def check(verb: Proposed, given: Mapping[str, Any]) -> None:
    """Raises: Invalid, for what nobody could accept. It is kept as it came, and shown and done from there."""
    for name, value in given.items():
        if name not in KEYS[verb]:
            raise Invalid.one(name, "unknown_field", "This call has no such field.")
        if wrong := _SHAPES[name, verb](value):
            raise Invalid.one(name, *wrong)
    if verb is Proposed.MAIL and not (given.get("to") and str(given.get("text", "")).strip()):
        missing = "text" if given.get("to") else "to"
        raise Invalid.one(missing, "required", "This is needed.")
    if verb is Proposed.CHANGE and not given:
        raise Invalid.one("change", "required", "This is needed.")
    for name in NEEDED.get(verb, ()):
        if not given.get(name):
            raise Invalid.one(name, "required", "This is needed.")
    if verb is Proposed.MOVE and given["verb"] not in MOVES:
        raise Invalid.one("verb", "not_a_choice", "This is not one of the possible values.")
    if verb is Proposed.WAIT:
        moment(given.get("until"))


def moment(text: object) -> datetime | None:
    """The end of a wait as a proposal keeps it, ISO 8601 with its offset; None for none. Raises: Invalid."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or not moment_can_be_kept(read):
        raise Invalid.one("until", "wrong_moment", "This must be a moment in ISO 8601 with its offset.")
    return read.astimezone(UTC)


LONGEST_LINE, LONGEST_TEXT, MOST = 1000, 1_048_576, 100
Wrong = tuple[str, str] | None  # code and sentence


def _text(value: Any, longest: int = LONGEST_TEXT) -> Wrong:
    if not isinstance(value, str):
        return "wrong_type", "This must be text."
    return ("too_long", "This is too long.") if len(value) > longest else None


def _line(value: Any) -> Wrong:
    return _text(value, LONGEST_LINE)


def _subject(value: Any) -> Wrong:
    broken = isinstance(value, str) and not {"\r", "\n"}.isdisjoint(value)
    return ("wrong_form", "This is not in the right form.") if broken else _line(value)


def _lines(value: Any) -> Wrong:
    if not isinstance(value, list):
        return "wrong_type", "This must be a list."
    if len(value) > MOST:
        return "too_long", "These are too many."
    return next((wrong for one in value if (wrong := _line(one))), None)


def _object(value: Any) -> Wrong:
    return None if isinstance(value, Mapping) else ("wrong_type", "This must be an object.")


def _ticks(value: Any) -> Wrong:
    return _object(value) or next((wrong for one in value.values() if (wrong := _yes_or_no(one))), None)


def _yes_or_no(value: Any) -> Wrong:
    return None if isinstance(value, bool) else ("wrong_type", "This must be true or false.")


def _number(value: Any) -> Wrong:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None if whole else ("wrong_type", "This must be a whole number.")


_BY_NAME: Mapping[str, Callable[[Any], Wrong]] = {
    **dict.fromkeys(("to", "cc", "bcc", "tags"), _lines),
    **dict.fromkeys(("text", "note", "reason", "description", "comment"), _text),
    **dict.fromkeys(("title", "category", "requester", "method", "type", "until", "verb"), _line),
    "subject": _subject,
    "fields": _object,
    "checklist": _ticks,
    "days": _number,
    "close_if_no_response": _yes_or_no,
}
_SHAPES = {(name, verb): _BY_NAME[name] for verb, names in KEYS.items() for name in names}
_SHAPES["to", Proposed.ASSIGN] = _line


def verbs(verb: Proposed, given: Mapping[str, Any]) -> frozenset[str]:
    """Of a robot's modes: all that doing it takes; none for what no robot does in its own name."""
    if verb in STEPS:
        return frozenset()
    along = {"change"} if verb is Proposed.COMPLETE and given.get("fields") else set()
    return frozenset({VERB[verb], *along}) if verb in VERB else frozenset()
