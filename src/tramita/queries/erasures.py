"""The audit of erasures: whose mail was erased by whom, when and why (MAIL-18)."""

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.errors import NotPermitted
from tramita.models import Erasure
from tramita.queries.visibility import may


def erasures(actor: Actor) -> "QuerySet[Erasure]":
    """All of them. Raises: NotPermitted, for who does not audit the whole desk."""
    if actor.grants is not None or not may(actor, "audit"):
        raise NotPermitted("Only those who audit the desk may read this.")
    return Erasure.objects.select_related("by")
