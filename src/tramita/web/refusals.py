"""What a page says when a service refused: the sentence, the faults beside their fields, and what was typed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from tramita.domain.errors import Conflict, Invalid, StaleVersion, TramitaError
from tramita.services.recipients import Outsiders, RecipientsReport
from tramita.ui import errors

Refusing = (Conflict, Invalid, StaleVersion)  # what is answered with the same page; the rest is for `access`
LOOKED = "looked"
Typed = Callable[[str, str, Any], Any]
Fault = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused form: `panel` names it, so that the page opens it again with what was typed."""

    panel: str
    sentence: str
    status: int
    code: str
    faults: dict[str, str] = field(default_factory=dict)
    stale: int | None = None  # the version that the page showed, where somebody changed the item since (Z-2)
    typed: QueryDict = field(default_factory=QueryDict)
    report: RecipientsReport | None = None  # recipients whom the writer is asked about (M-16)

    @property
    def looked(self) -> bool:
        """Nothing was refused: the form is shown again as what was typed makes it look."""
        return self.code == LOOKED

    @property
    def held(self) -> bool:
        """A reply that waits for its writer to look at something newer (Z-2)."""
        return self.code == "newer_communication"

    @property
    def reminder(self) -> bool:
        """Neither a mail nor a note was given, and the desk asks for one (R-8)."""
        return "resolution_note_required" in self.faults


def refusal(panel: str, error: TramitaError, typed: QueryDict) -> Refusal:
    """The error as a page shows it."""
    stale = error.read if isinstance(error, StaleVersion) else None
    said, faults = errors.sentence(error, panel), errors.by_field(error)
    report = error.report if isinstance(error, Outsiders) else None
    return Refusal(panel, said, error.status, error.code, faults, stale, typed, report)


def looked(panel: str, typed: QueryDict) -> Refusal:
    """A form that is only shown again, with what was typed."""
    return Refusal(panel, "", 200, LOOKED, typed=typed)


def readers(refused: Refusal | None) -> dict[str, Any]:
    """For templates: `typed(panel, name, otherwise)` and `fault(panel, name)`."""

    def typed(panel: str, name: str, otherwise: Any) -> Any:
        if refused is None or refused.panel != panel:
            return otherwise
        return refused.typed.get(name, "")

    def fault(panel: str, name: str) -> str:
        return refused.faults.get(name, "") if refused is not None and refused.panel == panel else ""

    return {"refused": refused, "typed": typed, "fault": fault}
