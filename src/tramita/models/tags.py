"""Tags of items: words that a team agrees on, to find work by (Z-7)."""

from django.db import models

from tramita.models.items import Item


class ItemTag(models.Model):
    """One tag of one item, in the one spelling of `domain.tags`."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="tags", db_index=False)
    tag = models.CharField(max_length=40)

    class Meta:
        db_table = "item_tags"
        constraints = [models.UniqueConstraint(fields=["item", "tag"], name="once_on_an_item")]
        indexes = [models.Index(fields=["tag", "item"], name="items_by_tag")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.tag}"
