"""By which providers people sign in (TO-7)."""

from collections.abc import Sequence

from tramita.domain.bodies import restore
from tramita.domain.sign_on import SignOnDefinition
from tramita.models import Definition


def providers() -> Sequence[SignOnDefinition]:
    """Those that let people in, by their titles. Cost: one statement."""
    rows = Definition.objects.filter(kind="sign_on", active=True, current__isnull=False).order_by("title", "key")
    read = [restore(SignOnDefinition, body) for body in rows.values_list("current__body", flat=True)]
    return [one for one in read if one.active]


def provider(key: str) -> SignOnDefinition | None:
    """The one of this name, if it lets people in. Cost: one statement."""
    return next((one for one in providers() if one.key == key), None)
