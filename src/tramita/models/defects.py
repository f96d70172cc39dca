"""Defects: operational problems, beside the items that they came up on (D-1)."""

from django.db import models

from tramita.domain.defects import Party
from tramita.models.configuration import Definition
from tramita.models.fields import WordField
from tramita.models.items import Item
from tramita.models.people import Person


class Defect(models.Model):
    """What went wrong; the items of the related group share it (D-2, G-11). Its history is in the item's ledger."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="+")  # on which it was written down
    category = models.ForeignKey(Definition, models.PROTECT, related_name="+", db_index=False)
    party = WordField(Party, null=True, max_length=10)  # null: nobody knows
    description = models.TextField()
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    resolved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "defects"

    def __str__(self) -> str:
        return f"{self.item_id} {self.description}"
