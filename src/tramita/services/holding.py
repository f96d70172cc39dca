"""Who changes a related group holds it (decision 42)."""

from django.db import connection

from tramita.domain.codes import Kind
from tramita.models import Item
from tramita.services import sql


def hold(item: Item) -> None:
    """Nobody else moves this item's related group until the end of the transaction; the group's first item stands
    for it. On SQLite a writer is alone anyway."""
    if connection.vendor == "postgresql" and item.kind is not Kind.TICKET:
        sql.execute("SELECT 1 FROM items WHERE id = %s FOR UPDATE", [item.related_to_id or item.pk])
