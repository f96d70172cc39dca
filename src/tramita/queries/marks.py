"""Addresses with which something is wrong (MAIL-97, MAIL-98)."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.errors import NotPermitted
from tramita.domain.mime import address_key
from tramita.models import MarkedAddress
from tramita.queries.visibility import may


def marked(actor: Actor) -> "QuerySet[MarkedAddress]":
    """Those that bounce or complained. Raises: NotPermitted, for who writes no mail."""
    if not actor.is_staff or not may(actor, "mail"):
        raise NotPermitted("Only those who work items may read this.")
    return MarkedAddress.objects.filter(Q(bounced=True) | Q(complained=True))


def marks_of(addresses: Iterable[str]) -> dict[str, MarkedAddress]:
    """What is known against these addresses, by the address as it was given. Cost: one statement."""
    keys = {one: address_key(one) for one in addresses}
    found = MarkedAddress.objects.filter(Q(bounced=True) | Q(complained=True), address__in=set(keys.values()))
    by_key = {mark.address: mark for mark in found}
    return {one: by_key[key] for one, key in keys.items() if key in by_key}
