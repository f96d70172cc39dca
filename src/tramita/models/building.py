"""What somebody writes in the Builder and has not published yet (BU-4)."""

from django.db import models

from tramita.models.configuration import Definition
from tramita.models.people import Person


class ProcessDraft(models.Model):
    """The draft of a process: one for all who work on it, so that nobody's is forgotten."""

    process = models.OneToOneField(Definition, models.CASCADE, related_name="draft")
    text = models.TextField()
    base = models.CharField(max_length=16)  # the digest of what was published when it was begun
    number = models.PositiveIntegerField()  # of times it was saved; who saves names the one they saw
    saved_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "process_drafts"

    def __str__(self) -> str:
        return f"{self.process_id} {self.number}"
