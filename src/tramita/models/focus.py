"""The Focus list: what somebody set on top of their Inbox (Z-6)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class Focus(models.Model):
    """One item of a person's short list. A trigger takes it away when the item leaves their Inbox."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "focus"
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="once_in_a_focus")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.position} {self.item_id}"
