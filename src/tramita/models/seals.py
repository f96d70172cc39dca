"""Who opened what, and the audit: one line for everything that is kept of it, each sealed to the one before (SEC-3)."""

from django.db import models


class Opening(models.Model):
    """Somebody looked at an item. Ids only: what is said of a person or item stays when they go."""

    person = models.BigIntegerField(db_column="person_id")
    item = models.BigIntegerField(db_column="item_id")
    at = models.DateTimeField()
    via = models.CharField(max_length=10)  # page, portal, api, tools

    class Meta:
        db_table = "openings"

    def __str__(self) -> str:
        return f"{self.person} {self.item} {self.via}"


class Seal(models.Model):
    """One thing that happened, by where it is kept; `digest` is of what is kept there, `seal` of all lines up to it."""

    class Source(models.IntegerChoices):
        ENTRY = 1  # of the ledger: what was done to an item
        OPENING = 2
        CONFIGURATION = 3
        DESK = 4  # the audit of the desk: deletions, exports …

    source = models.SmallIntegerField(choices=Source.choices)
    row = models.BigIntegerField()
    at = models.DateTimeField()
    person = models.BigIntegerField(null=True, db_column="person_id")  # null: the system
    item = models.BigIntegerField(null=True, db_column="item_id")
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        db_table = "seals"
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="one_seal_a_row")]
        indexes = [
            models.Index(fields=["person", "-id"], name="seals_by_person"),
            models.Index(fields=["item", "-id"], name="seals_by_item"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.source} {self.row}"
