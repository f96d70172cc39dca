"""The audit of the desk, for who may read it (TO-6)."""

from collections.abc import Sequence

from tramita.domain.actors import Actor
from tramita.domain.errors import NotPermitted
from tramita.models import AuditLine
from tramita.queries.visibility import may

PAGE = 50


def may_read(actor: Actor) -> bool:
    """Who audits the whole desk."""
    return actor.grants is None and actor.is_staff and may(actor, "audit")


def listed(actor: Actor, *, area: str = "", before: int | None = None) -> tuple[Sequence[AuditLine], int | None]:
    """The newest first, and the number to go on below. Raises: NotPermitted. Cost: one statement."""
    if not may_read(actor):
        raise NotPermitted("Only those who audit the desk may read this.")
    rows = AuditLine.objects.filter(**({"area": area} if area else {}), **({"pk__lt": before} if before else {}))
    found = list(rows.select_related("by").order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
