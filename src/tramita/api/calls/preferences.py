"""One's own settings: language, zone, look, signature, notifications (SS-1, Z-13, M-19a, N-1)."""

from dataclasses import replace
from datetime import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tramita.api.auth import caller
from tramita.api.schemas.preferences import SettingsIn, SettingsOut
from tramita.domain.actors import STAFF, Actor
from tramita.domain.errors import Invalid
from tramita.models import Person
from tramita.queries.notices import ways, wishes_of
from tramita.services import preferences
from tramita.services.preferences import Chosen

router = Router(tags=["Settings"])
SYSTEM = "system"


@router.get("/settings", response=SettingsOut, operation_id="read_settings")
def read_settings(request: HttpRequest) -> SettingsOut:
    """The caller's own."""
    return _answer(caller(request))


@router.patch("/settings", response=SettingsOut, operation_id="change_settings")
def change_settings(request: HttpRequest, given: SettingsIn) -> SettingsOut:
    """Change what is named: how one is addressed, what lists look like, what one is told of and how."""
    by, named = caller(request), given.model_dump(exclude_unset=True)
    notices = named.pop("notices", {})
    if "theme" in named:
        named["theme"] = "" if named["theme"] == SYSTEM else named["theme"]
    words: dict[str, Any] = {name: "" if value is None else value for name, value in named.items()}
    try:
        preferences.change(Chosen(**words), notices, by=by, at=timezone.now())
    except Invalid as error:
        raise Invalid([replace(one, field=_as_asked(one.field)) for one in error.errors]) from error
    return _answer(by)


def _as_asked(field: str) -> str:
    return f"notices.{field}" if field in ("chosen", "quiet_from", "quiet_until") else field


def _answer(by: Actor) -> SettingsOut:
    person = preferences.own(by)
    at_desk = person.role in STAFF
    return SettingsOut.model_validate(
        {
            "language": person.language or None,
            "time_zone": person.time_zone or None,
            "theme": person.theme or SYSTEM,
            "density": (person.density or preferences.DENSITIES[0]) if at_desk else None,
            "shows_time": not person.hides_time if at_desk else None,
            "signature": person.signature if at_desk else None,
            "signs": person.signs if at_desk else None,
            "notices": _notices(person) if at_desk else None,
        }
    )


def _notices(person: Person) -> dict[str, Any]:
    kept = wishes_of(person.pk)
    return {
        "chosen": ways(kept),
        "mails": kept.mails,
        "quiet_from": _clock(kept.quiet_from),
        "quiet_until": _clock(kept.quiet_until),
    }


def _clock(moment: time | None) -> str | None:
    return f"{moment:%H:%M}" if moment else None
