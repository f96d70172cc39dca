"""What a person opened last (G-12), and that they opened it at all (SEC-3)."""

from datetime import datetime

from django.conf import settings
from django.db import connection

from tramita.domain.actors import Actor
from tramita.models import Item, Opening
from tramita.services.sql import stored
from tramita.services.transactions import one_statement


@one_statement
def opened(item: Item, *, by: Actor, at: datetime) -> None:
    """Remember that this person looked at the item: one statement, and nothing else changes (L-8).

    The database writes the line of the audit beside.
    """
    if by.id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accesses (person_id, item_id, at, noted) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (person_id, item_id) DO UPDATE SET at = excluded.at, noted = excluded.noted",
            [by.id, item.pk, stored(at), settings.TRAMITA_AUDIT_VIEWS],
        )


@one_statement
def looked(item: Item, *, via: str, by: Actor, at: datetime) -> None:
    """Another face showed it: the audit has that, and no list of what was opened last does. One statement, or none."""
    if by.id is not None and settings.TRAMITA_AUDIT_VIEWS:
        Opening.objects.create(person=by.id, item=item.pk, at=at, via=via)
