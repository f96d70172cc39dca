"""What robots hold: a lease is one run of a robot on one item (Z-17)."""

from django.db import models

from tramita.domain.proposals import Decided, Proposed
from tramita.domain.robots import Ending
from tramita.models.fields import WordField
from tramita.models.items import Item
from tramita.models.people import Person


class Lease(models.Model):
    """A robot works on an item until `expires_at`, or longer if it gives signs of life.

    The item carries the fence of its living lease; whoever comes with another one is late. A fence only grows: it is
    the version that the item had when the robot got it.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="leases", db_index=False)
    robot = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    fence = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = WordField(Ending, null=True)
    tainted = models.BooleanField(default=False)  # it has read what came from outside
    writes = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)  # as the robot says
    confidence = models.PositiveSmallIntegerField(null=True)  # percent, as the robot says of its result

    class Meta:
        db_table = "leases"
        constraints = [
            models.UniqueConstraint(fields=["item", "fence"], name="one_lease_a_fence"),
            models.UniqueConstraint(
                fields=["item"], name="one_living_lease", condition=models.Q(ended_at__isnull=True)
            ),
        ]
        indexes = [
            # `ended_at` besides, always null: a planner without figures prefers an index that answers two questions
            models.Index(
                fields=["robot", "ended_at", "id"],
                name="leases_of_the_living",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.Index(fields=["robot", "-taken_at"], name="leases_by_robot"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.robot_id} {self.fence}"


class RobotStop(models.Model):
    """All robots were stopped, until somebody lets them go on; the newest row says how it is now."""

    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=300, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "robot_stops"
        indexes = [models.Index(fields=["id"], name="robots_stopped", condition=models.Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.at} {self.reason}"


class Proposal(models.Model):
    """What a robot, or a person's program, would do, exactly; it is done once a person says so, as it is or changed.

    `as_robot`: agreed to as it is, it is the robot's own deed; else a suggestion, done by whoever takes it up.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="proposals", db_index=False)
    robot = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)  # or whose program it is
    fence = models.PositiveIntegerField()  # of the lease under which it was proposed; 0: there was none
    seq = models.PositiveIntegerField()  # of the newest entry that the robot could have seen
    verb = WordField(Proposed)
    as_robot = models.BooleanField(default=False, db_default=False)
    given = models.JSONField(default=dict)
    confidence = models.PositiveSmallIntegerField(null=True)  # percent, as the robot says
    created_at = models.DateTimeField()
    state = WordField(Decided, default=Decided.WAITING)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, default="")  # of a refusal

    class Meta:
        db_table = "proposals"
        indexes = [
            models.Index(fields=["item", "id"], name="proposals_of_item"),
            models.Index(fields=["item"], name="proposals_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["robot", "-created_at"], name="proposals_by_robot"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verb} {self.state}"
