"""What can be found by words: texts of items, folded, in the order in which they were indexed."""

from django.db import models

from tramita.models.items import Item


class SearchDoc(models.Model):
    """One text of an item. Made from the ledger by a worker, and made again from it at any time.

    Ids grow with time, so that the newest are found first. Beside it stands an index that Django does not know: on
    SQLite the FTS5 table `search_words`, kept by triggers; on PostgreSQL the column `words` (migration 0017).
    """

    class About(models.IntegerChoices):
        """Where the words stand."""

        ITEM = 1  # title, reference, people, organisation
        MAIL = 2
        NOTE = 3
        FILE = 4

    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    about = models.SmallIntegerField(choices=About.choices)
    source = models.BigIntegerField(default=0)  # of a mail, a note's entry, a file; 0 for the item itself
    body = models.TextField()  # folded

    class Meta:
        db_table = "search_docs"
        constraints = [models.UniqueConstraint(fields=["item", "about", "source"], name="one_doc_a_text")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.about}"


class Follower(models.Model):
    """How far somebody has read the ledger: the mark after which they go on."""

    name = models.CharField(max_length=40, primary_key=True)
    tx = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)

    class Meta:
        db_table = "followers"

    def __str__(self) -> str:
        return f"{self.name} {self.tx}-{self.entry}"
