"""The people of an organisation and its branches, for its managers in the portal (TO-1)."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.models import Organisation, Person

MOST = 500  # that one page shows


def may_administer(actor: Actor) -> bool:
    """Whether this person makes members and names managers: a manager of an organisation that is nobody's branch.

    Cost: one statement for a manager, none else.
    """
    return actor.role is Role.MANAGER and administered(actor).filter(pk=actor.organisation_id or 0).exists()


def administered(actor: Actor) -> QuerySet[Organisation]:
    """Their organisation and its branches, by name; none for who may not."""
    if actor.role is not Role.MANAGER or actor.organisation_id is None:
        return Organisation.objects.none()
    own = Q(pk=actor.organisation_id, parent=None)
    below = Q(parent=actor.organisation_id, parent__parent=None)
    return Organisation.objects.filter(own | below, active=True).order_by("name")


def members(actor: Actor) -> Sequence[Person]:
    """Everybody of those organisations who asks or decides, by organisation and name. Cost: one statement."""
    return list(visible_members(actor).select_related("organisation").order_by("organisation__name", "name")[:MOST])


def visible_members(actor: Actor) -> QuerySet[Person]:
    """The same, to narrow further."""
    asking = Person.objects.filter(role__in=(Role.REQUESTER, Role.MANAGER))
    return asking.filter(organisation__in=administered(actor).values("pk"))
