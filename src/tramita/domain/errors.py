"""What can go wrong, one tree. Each class has a stable `code`; the message is for a person.

    TramitaError ─┬─ NotPermitted  403        NotFound  404  missing, or not visible to this person
                  │                              └─ FileMissing  seen, but its bytes are gone
                  ├─ Conflict      409 ─┬─ TransitionNotAllowed   carries `state` and `allowed`
                  │                     └─ GuardFailed            the row exists, a condition does not hold
                  └─ StaleVersion  412        Invalid   422  the input breaks a rule; names the field

Messages are English source texts; a face translates them through the catalogues (`code` is the key it keeps).
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class TramitaError(Exception):
    """The root: something a person can be told in one sentence."""

    code = "error"
    status = 400

    def __init__(self, message: str, **values: object) -> None:
        """`message` may hold `%(name)s` marks; `values` fill them after translation."""
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class NotPermitted(TramitaError):
    """The person may see it but may not do it."""

    code = "not_permitted"
    status = 403


class NotFound(TramitaError):
    """Missing, or not visible to this person: the two look the same."""

    code = "not_found"
    status = 404


class FileMissing(NotFound):
    """Its row is there and may be seen, its bytes are not: a folder that was not restored."""

    code = "file_missing"


class Conflict(TramitaError):
    """The thing is not in a condition to take this change."""

    code = "conflict"
    status = 409

    def __init__(self, message: str, *, code: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        if code:
            self.code = code


class TransitionNotAllowed(Conflict):
    """No row of the lifecycle leads from this state by this verb."""

    def __init__(self, verb: str, state: str, allowed: Iterable[str]) -> None:
        super().__init__(
            "“%(verb)s” is not possible while the item is %(state)s.",
            code="transition_not_allowed",
            verb=verb,
            state=state,
        )
        self.verb, self.state, self.allowed = verb, state, sorted(set(allowed))


class GuardFailed(TransitionNotAllowed):
    """The row exists, but a condition on the facts does not hold; `why` says which."""

    def __init__(self, verb: str, state: str, allowed: Iterable[str], why: str) -> None:
        super().__init__(verb, state, allowed)
        self.message, self.values = why, {}
        self.args = (why,)


class StaleVersion(TramitaError):
    """Somebody else changed the item since this version was read."""

    code = "stale_version"
    status = 412

    def __init__(self, *, read: int, current: int, changed: Iterable[str] = ()) -> None:
        super().__init__("Somebody changed this item meanwhile. Look at it again, then decide.")
        self.read, self.current, self.changed = read, current, list(changed)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with the input. `field` is a name of INTERFACES section 5."""

    field: str
    code: str
    message: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Invalid(TramitaError):
    """The input breaks a rule. Every fault is named at once, each with its field."""

    code = "validation_failed"
    status = 422

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = list(errors)
        super().__init__(
            "; ".join(f"{e.field}: {e.message % e.values if e.values else e.message}" for e in self.errors)
        )

    @classmethod
    def one(cls, field: str, code: str, message: str, **values: object) -> "Invalid":
        """The common case: a single field is wrong."""
        return cls([FieldError(field, code, message, values)])
