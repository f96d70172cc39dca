"""What those who ask say of the work that was done for them (T-45)."""

from django.db import models

from tramita.models.configuration import Definition
from tramita.models.items import Item
from tramita.models.people import Person, Queue


class Feedback(models.Model):
    """One word on one resolution: whether it is done, and how good it was. The comment is words of the ledger.

    `queue` and `resolver` are those of the resolution, so that results stay with who did the work (RP-1).
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="feedback", db_index=False)
    resolved_at = models.DateTimeField()  # which resolution of the item
    done = models.BooleanField()
    rating = models.PositiveSmallIntegerField(null=True)  # 1 to 5
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+", db_index=False)
    resolver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    process = models.ForeignKey(Definition, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "feedback"
        constraints = [
            models.UniqueConstraint(fields=["item", "resolved_at"], name="one_feedback_a_resolution"),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)), name="rated_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.rating or ''}"
