"""What is still to be done, by time or after a commit, and what was asked before."""

from django.db import models

from tramita.models.items import Item
from tramita.models.leases import Due, Tried
from tramita.models.people import Person


class Timer(Due):
    """A future moment: wake, time_out, close and the like. One per purpose and item (DESIGN decision 6)."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="timers", db_index=False)
    purpose = models.CharField(max_length=20)

    class Meta:
        db_table = "timers"
        constraints = [models.UniqueConstraint(fields=["item", "purpose"], name="one_timer_a_purpose")]
        indexes = [models.Index(fields=["due_at"], name="timers_due")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.purpose}"


class PlannedStart(Due):
    """When a trigger of a Case type starts the next Case; one a trigger, claimed like a timer (BU-6)."""

    process = models.ForeignKey("Definition", models.CASCADE, related_name="+", db_index=False)
    trigger = models.CharField(max_length=300)  # `every monday 09:00`
    purpose = models.CharField(max_length=10, default="case")

    class Meta:
        db_table = "planned_starts"
        constraints = [models.UniqueConstraint(fields=["process", "trigger"], name="one_start_a_trigger")]
        indexes = [models.Index(fields=["due_at"], name="starts_due")]

    def __str__(self) -> str:
        return f"{self.process_id} {self.trigger}"


class Delivery(Tried):
    """Something that leaves the house after the commit; tried with backoff, finished once."""

    class State(models.IntegerChoices):
        PENDING = 0
        DONE = 1
        FAILED = 2
        UNCERTAIN = 3  # sent, but the server's answer never came (MAIL-111)
        HELD = 4  # not sent until its writer looks (Z-12)
        CANCELLED = 5

    kind = models.CharField(max_length=20)  # mail
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="deliveries")
    message = models.ForeignKey("Message", models.CASCADE, null=True, related_name="deliveries")
    payload = models.JSONField(default=dict)
    state = models.SmallIntegerField(choices=State.choices, default=State.PENDING)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "deliveries"
        indexes = [
            models.Index(fields=["next_at"], name="deliveries_due", condition=models.Q(state=0)),
            models.Index(fields=["id"], name="deliveries_open", condition=models.Q(state__in=(0, 2, 3, 4))),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Alert(models.Model):
    """Something an operator must know until it is cured: `mailbox:desk@acme.example:token` (MAIL-11, MAIL-12, MAIL-93).

    One row a key; taking it away is the all-clear.
    """

    key = models.CharField(max_length=400, unique=True)
    kind = models.CharField(max_length=40)  # its stable name; the sentence is in `ui.labels`
    about = models.JSONField(default=dict)  # what the sentence names
    since = models.DateTimeField()
    at = models.DateTimeField()  # the last time
    count = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "alerts"

    def __str__(self) -> str:
        return self.key


class Presence(models.Model):
    """A page that somebody has open on an item, until its process says no more that it is (decision 33).

    It is told to the others who have the item open, and to nobody else; who gets work never depends on it.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    until = models.DateTimeField()

    class Meta:
        db_table = "presences"

    def __str__(self) -> str:
        return f"{self.person_id} {self.item_id}"


class IdempotencyKey(models.Model):
    """A POST that was answered: asking again with the same key gives the same answer."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    content_type = models.CharField(max_length=100, default="application/json")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_by_age")]

    def __str__(self) -> str:
        return self.key


class Allowance(models.Model):
    """How much one token has asked, of all processes together: spent until this moment, as if asking took time.

    A token that may ask 60 times a minute spends a second with each; a minute ahead of now it has nothing left.
    """

    key = models.CharField(max_length=64, primary_key=True)  # the token's digest
    spent_until = models.FloatField()  # seconds since 1970

    class Meta:
        db_table = "allowances"

    def __str__(self) -> str:
        return self.key


class Counter(models.Model):
    """Numbers drawn one after the other, where the database has no sequences."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        db_table = "counters"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
