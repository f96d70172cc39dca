"""Time spent on items (TL-5)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class TimeSpent(models.Model):
    """A session: somebody had an item in focus (decision 39). `seconds` are what counts, as of `seen_at` while it runs.

    It runs while `ended_at` is null, and not beyond `until` unless a page holds it; nobody has two that run.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    by_hand = models.BooleanField(default=False)  # begun by a button, and no page with a script has held it yet
    paused = models.BooleanField(default=False)  # ended by a button: it goes on by hand
    edited_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    edited_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "time_spent"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_at__isnull=True), name="one_clock_each"
            ),
        ]
        indexes = [models.Index(fields=["begun_at"], name="time_of_a_month")]  # TO-3

    def __str__(self) -> str:
        return f"{self.person_id} {self.item_id} {self.seconds}"
