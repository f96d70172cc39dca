"""Sheets from which Tickets or Cases are created, a row each, and what came of each row (BK-1)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.leases import Leased
from tramita.models.people import Person


class Sheet(models.Model):
    """An uploaded sheet. Its rows are checked first; whoever gave it then has those created that can be."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)  # ticket, case
    name = models.CharField(max_length=255)  # of the file
    unique_titles = models.BooleanField()
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)  # when creating was asked for

    class Meta:
        db_table = "sheets"
        indexes = [models.Index(fields=["person", "-id"], name="sheets_by_person")]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"


class SheetRow(Leased):
    """One row: claimed like a timer, and finished in the transaction that creates its item."""

    class Outcome(models.IntegerChoices):
        """What is known of it."""

        WAITING = 0  # to be checked, or to be created: `change` says which
        READY = 1  # it was checked, and can be created
        CREATED = 2
        REFUSED = 3  # `told` says why
        STOPPED = 4  # not started

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    cells = models.JSONField()  # as they were written, by column
    change = models.CharField(max_length=10)  # check, create
    payload = models.JSONField()  # what the item is started with, and by whom
    outcome = models.SmallIntegerField(choices=Outcome.choices, default=Outcome.WAITING)
    told = models.JSONField(default=dict)  # of a refusal: the error, to be said in the reader's language
    item = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "sheet_rows"
        constraints = [models.UniqueConstraint(fields=["sheet", "line"], name="once_in_a_sheet")]
        indexes = [
            models.Index(fields=["sheet", "outcome", "line"], name="sheet_rows_by_outcome"),
            models.Index(fields=["due_at", "id"], name="sheet_rows_due", condition=models.Q(outcome=0)),
            models.Index(fields=["item"], name="sheet_rows_of_item", condition=models.Q(item__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.line} {self.outcome}"
