"""What was brought in from other systems, under the name that it had there: nothing is brought in twice."""

from django.db import models

from tramita.models.items import Item


class BroughtIn(models.Model):
    """An item here, and its name there."""

    system = models.CharField(max_length=20)  # legacy, zammad, osticket
    key = models.CharField(max_length=200)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "brought_in"
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="brought_in_once")]
        indexes = [models.Index(fields=["item"], name="brought_in_as")]

    def __str__(self) -> str:
        return f"{self.system} {self.key}"
