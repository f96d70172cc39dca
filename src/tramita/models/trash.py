"""What was deleted and can be brought back (AP-23)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class Trashed(models.Model):
    """An item or a contact that nobody finds any more, until it is restored; exactly one of the two.

    That an item is gone says its own `discarded_at` (T-53): no list asks here. `kept` is what it takes to put things
    back: its list, its timers, what had not left the house.
    """

    item = models.OneToOneField(Item, models.CASCADE, null=True, related_name="trashed")
    person = models.OneToOneField(Person, models.CASCADE, null=True, related_name="trashed")
    first = models.ForeignKey("self", models.CASCADE, null=True, related_name="along")  # what it went along with
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.TextField()
    kept = models.JSONField(default=dict)

    class Meta:
        db_table = "trash"

    def __str__(self) -> str:
        return f"{self.item_id or self.person_id} at {self.at}"
