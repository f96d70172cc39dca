"""How work ends: the methods, who may set them, where they lead, and what must be given (SPEC section 8)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tramita.domain.codes import Kind, Method, State
from tramita.domain.errors import FieldError
from tramita.domain.facts import Facts


@dataclass(frozen=True, slots=True)
class Resolution:
    """One line of the table of SPEC section 8.1."""

    rule: str
    method: Method
    kind: Kind
    by_agent: bool  # offered to people (T-51)
    by_robot: bool
    ends_in: State  # when a person sets it
    window: bool  # whether it opens a feedback window, where one is configured


RESOLUTIONS: Mapping[Method, Resolution] = {
    line.method: line
    for line in (
        Resolution("R-1", Method.REPLIED, Kind.TICKET, True, True, State.RESOLVED, True),
        Resolution("R-2", Method.NO_RESPONSE, Kind.TICKET, True, True, State.RESOLVED, True),
        Resolution("R-3", Method.REJECTED, Kind.TICKET, True, True, State.RESOLVED, True),
        Resolution("R-3a", Method.REJECTED_SPAM, Kind.TICKET, True, False, State.CLOSED, False),
        Resolution("R-3b", Method.UNCONFIGURED_ADDRESS, Kind.TICKET, False, False, State.CLOSED, False),
        Resolution("R-4", Method.MERGED, Kind.TICKET, False, False, State.CLOSED, False),
        Resolution("R-4a", Method.SPLIT_COMPLETED, Kind.TICKET, False, False, State.CLOSED, False),
        Resolution("CG-27", Method.CASE_LAUNCHED, Kind.TICKET, False, False, State.CLOSED, False),
        Resolution("R-5", Method.COMPLETE, Kind.ACTION, True, True, State.CLOSED, False),
        Resolution("R-5a", Method.UNABLE_TO_COMPLETE, Kind.ACTION, True, True, State.CLOSED, False),
        Resolution("R-5b", Method.FULLY_RESOLVED, Kind.CASE, True, True, State.RESOLVED, True),
        Resolution("R-5c", Method.ABORTED, Kind.CASE, True, False, State.CLOSED, False),
    )
}

TICKET_FIELDS = ("title", "description", "category", "primary_contact", "requester")  # T-2


def offered(kind: Kind) -> tuple[Method, ...]:
    """The methods of the Resolve panel (T-51). Aborting a Case is a verb of its own (C-56)."""
    return tuple(
        line.method
        for line in RESOLUTIONS.values()
        if line.kind is kind and line.by_agent and line.method is not Method.ABORTED
    )


def opens_window(method: Method) -> bool:
    """Whether the requester may dispute it for a while, if the process has a window (R-13, R-18)."""
    return RESOLUTIONS[method].window


def missing_on_ticket(filled: Mapping[str, object]) -> tuple[str, ...]:
    """The mandatory fields of a Ticket that are still empty, in the order of the form (T-2)."""
    return tuple(name for name in TICKET_FIELDS if _empty(filled.get(name)))


def missing_on_case(filled: Mapping[str, object], *, contacts_required: bool) -> tuple[str, ...]:
    """As above for a Case; contacts only if its type says so (C-3, C-4)."""
    names = ["short_description"]
    if contacts_required:
        names += ["primary_contact", "requester"]
    return tuple(name for name in names if _empty(filled.get(name)))


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def required(names: Iterable[str]) -> Iterator[FieldError]:
    """One error for each missing field."""
    for name in names:
        yield FieldError(name, "required", "This is needed.")


def check_submission(facts: Facts) -> Iterator[FieldError]:
    """Nothing mandatory is missing (T-2, C-3, C-4)."""
    return required(facts.given.missing)


def check_note(facts: Facts) -> Iterator[FieldError]:
    """A resolution mail was sent or a note written, where the desk asks for one (R-6)."""
    if facts.given.note_required and not facts.given.note_given:
        yield FieldError(
            "resolution_note_required",
            "resolution_note_required",
            "Send a resolution mail or write a resolution note first.",
        )


def check_reason(facts: Facts) -> Iterator[FieldError]:
    """What cannot be completed has a reason (A-24)."""
    if not facts.given.reason.strip():
        yield FieldError("reason", "required", "Say why it cannot be completed.")


def check_checklist(facts: Facts) -> Iterator[FieldError]:
    """Every mandatory item of the checklist is done (D-12)."""
    if facts.given.open_checklist:
        yield FieldError(
            "checklist",
            "required",
            "Still open: %(items)s.",
            {"items": ", ".join(facts.given.open_checklist)},
        )


def check_confirmed(facts: Facts) -> Iterator[FieldError]:
    """An abort cannot be undone, so it is confirmed (C-56)."""
    if not facts.given.confirmed:
        yield FieldError("confirm", "required", "Confirm that the Case ends here for good.")
