"""Who decides for a customer (AP-6, TO-1)."""

from django.db.models import Q, QuerySet

from tramita.domain.codes import Role
from tramita.models import Organisation, Person


def managers_of(organisation_id: int | None) -> QuerySet[Person]:
    """The active managers of an organisation and of its parent, by name (AP-6, CG-47, CG-48, CG-53)."""
    parent = Organisation.objects.filter(pk=organisation_id or 0).values("parent")
    here = Q(organisation=organisation_id) | Q(organisation__in=parent)
    return Person.objects.filter(here, role=Role.MANAGER, is_active=True, organisation__isnull=False).order_by("name")
