"""Where a Case stands in its flow: the steps it went through, and the Actions of each (C-7)."""

from django.db import models

from tramita.models.items import Item


class CaseStep(models.Model):
    """A step that began in a Case. The newest is where the Case stands; a rework begins steps anew (C-34).

    A step without a name is the end: all steps are done, and what else was launched is waited for (C-10).
    """

    case = models.ForeignKey(Item, models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveIntegerField()  # in the order in which they began
    step = models.CharField(max_length=100)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "case_steps"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_step_a_number")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.step}"


class CaseAction(models.Model):
    """An Action of a step that began: the database keeps that none runs twice in one pass (decision 42)."""

    step = models.ForeignKey(CaseStep, models.CASCADE, related_name="actions", db_index=False)
    name = models.CharField(max_length=100)
    copy = models.PositiveIntegerField(default=0)  # the ordinal of one launched to settle a problem; 0: the flow's own
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+", db_index=False)  # null: not needed

    class Meta:
        db_table = "case_actions"
        constraints = [models.UniqueConstraint(fields=["step", "name", "copy"], name="once_in_a_pass")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.name}"
