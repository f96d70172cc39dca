"""Changes of many items at once, made one by one by a worker, and what came of each (Z-7)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.leases import Leased
from tramita.models.people import Person


class Job(models.Model):
    """What somebody wants done to many items. Its end is told once, by the worker that sees it first."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    change = models.CharField(max_length=12)  # of `domain.bulk`; that of the other job, for an undo
    given = models.JSONField(default=dict)  # what the change needs, with the names that a page shows
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(null=True)  # of outcomes, by name, once it has ended: they do not change any more

    class Meta:
        db_table = "jobs"
        indexes = [
            models.Index(fields=["person", "-id"], name="jobs_by_person"),
            models.Index(fields=["id"], name="jobs_running", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["ended_at"], name="jobs_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.change} {self.total}"


class JobItem(Leased):
    """One item of a job: claimed like a timer, and finished in the transaction that changes the item."""

    class Outcome(models.IntegerChoices):
        """What came of it."""

        WAITING = 0
        DONE = 1
        UNCHANGED = 2  # it was so already
        REFUSED = 3  # `told` says why
        STOPPED = 4  # the job was stopped, or taken back, before its turn

    job = models.ForeignKey(Job, models.CASCADE, related_name="items", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    change = models.CharField(max_length=12)
    payload = models.JSONField(default=dict)  # who wants what; for an undo what was before
    outcome = models.SmallIntegerField(choices=Outcome.choices, default=Outcome.WAITING)
    told = models.JSONField(default=dict)  # of a refusal: the error, to be said in the reader's language
    before = models.JSONField(default=dict)  # of what was done: how the item stood, and its `seq` afterwards
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "job_items"
        constraints = [models.UniqueConstraint(fields=["job", "item"], name="once_in_a_job")]
        indexes = [
            models.Index(fields=["job", "outcome", "id"], name="job_items_by_outcome"),
            models.Index(fields=["due_at", "id"], name="job_items_due", condition=models.Q(outcome=0)),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.item_id} {self.outcome}"
