"""Rows that one worker at a time has: a lease that runs out, and a fence that tells a late one (DESIGN decision 6)."""

from datetime import UTC, datetime

from django.db import models

NEVER_LEASED = datetime(1970, 1, 1, tzinfo=UTC)


class Leased(models.Model):
    """Taken by a conditional update that raises the fence; whoever comes back with an older fence changes nothing."""

    lease_until = models.DateTimeField(default=NEVER_LEASED)
    fence = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Tried(Leased):
    """It may fail, and is tried again later."""

    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        abstract = True


class Due(Tried):
    """It is worked off once its moment has come."""

    due_at = models.DateTimeField()
    payload = models.JSONField(default=dict)

    class Meta:
        abstract = True
