"""Merges, splits and conversions, each with what an undo needs (Z-3)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class Regrouping(models.Model):
    """A Ticket was merged into `other`, became the Case `other`, or was split (then there is no other). Decision 59.

    `before` says how the items stood, by what their ledgers call the columns; it holds no words.
    """

    class What(models.TextChoices):
        MERGE = "merge"
        SPLIT = "split"
        CONVERT = "convert"

    what = models.CharField(max_length=10, choices=What)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regroupings"
        indexes = [
            models.Index(fields=["item", "id"], name="regroupings_of_item"),
            models.Index(fields=["other", "id"], name="regroupings_of_other"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.item_id} {self.other_id}"
