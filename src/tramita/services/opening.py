"""What a person opened last (G-12)."""

from datetime import datetime

from django.db import connection

from tramita.domain.actors import Actor
from tramita.models import Item
from tramita.services.sql import stored
from tramita.services.transactions import one_statement


@one_statement
def opened(item: Item, *, by: Actor, at: datetime) -> None:
    """Remember that this person looked at the item: one statement, and nothing else changes (L-8)."""
    if by.id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accesses (person_id, item_id, at) VALUES (%s, %s, %s) "
            "ON CONFLICT (person_id, item_id) DO UPDATE SET at = excluded.at",
            [by.id, item.pk, stored(at)],
        )
