"""Saved views: a list that somebody named (H-7)."""

from django.db import models

from tramita.models.people import Person, Queue


class View(models.Model):
    """What narrows a list, how it is shown, and for whom. `narrowing` is kept as it was asked (`domain.narrowing`)."""

    class Shared(models.TextChoices):
        NOBODY = ""
        TEAM = "team"  # the members of `team`
        ALL = "all"  # everybody who works items

    owner = models.ForeignKey(Person, models.CASCADE, related_name="+")
    title = models.CharField(max_length=80)
    shared = models.CharField(max_length=4, default="", choices=Shared.choices)
    team = models.ForeignKey(Queue, models.CASCADE, null=True, related_name="+")
    narrowing = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    sort = models.CharField(max_length=20, default="due")
    grouping = models.CharField(max_length=20, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "views"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shared="team", team__isnull=False)
                | (~models.Q(shared="team") & models.Q(team=None)),
                name="a_team_s_view_has_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.title
