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


class Trial(models.Model):
    """A test run of a process: what that was when it was begun, and the moves since; no more of it is kept (BU-5)."""

    process = models.ForeignKey(Definition, models.CASCADE, related_name="trials")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField(null=True)  # None: of the draft
    body = models.JSONField()
    stand_in = models.BigIntegerField()  # id of the version that says so while it is played; no real one is below 0
    start = models.JSONField()  # short_description, requester, fields
    moves = models.JSONField(default=list)  # [{"do": "complete", "item": 2}, …]
    begun_at = models.DateTimeField()

    class Meta:
        db_table = "trials"
        constraints = [models.UniqueConstraint(fields=["process", "person"], name="one_trial_a_person")]

    def __str__(self) -> str:
        return f"{self.process_id} {self.person_id}"
