"""Other systems that are told of what happens (API-2)."""

from django.db import models

from tramita.models.items import Item
from tramita.models.leases import Due
from tramita.models.people import Person


class Webhook(models.Model):
    """An address outside, what it hears of, and for whom: it is told of what its person may see."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="webhooks")
    url = models.TextField()
    events = models.JSONField(default=list)
    description = models.CharField(max_length=300, default="")
    secret = models.TextField()  # sealed
    old_secrets = models.JSONField(default=list)  # pairs: sealed, and until when it signs too
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)  # when something was last taken there
    failing_since = models.DateTimeField(null=True)  # nothing was taken since then; of one that is off: it said 410

    class Meta:
        db_table = "webhooks"

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(Due):
    """One thing that one of them is told: in order for each item, tried for three days."""

    class State(models.IntegerChoices):
        PENDING = 0
        DONE = 1
        FAILED = 2

    webhook = models.ForeignKey(Webhook, models.CASCADE, db_index=False, related_name="deliveries")
    item = models.ForeignKey(Item, models.CASCADE, db_index=False, null=True, related_name="+")
    event = models.CharField(max_length=30)
    name = models.CharField(max_length=40)  # the `webhook-id`, the same at every try
    state = models.SmallIntegerField(choices=State.choices, default=State.PENDING)
    status = models.SmallIntegerField(null=True)  # of the last answer
    answers = models.JSONField(null=True)  # of each try, the newest last
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_deliveries"
        indexes = [
            models.Index(fields=["due_at", "id"], name="webhooks_due", condition=models.Q(state=0)),
            models.Index(fields=["webhook", "item", "id"], name="webhooks_in_order", condition=models.Q(state=0)),
            models.Index(fields=["webhook", "-id"], name="webhooks_told"),
            models.Index(fields=["item"], name="webhooks_of_item"),
            models.Index(fields=["ended_at"], name="webhooks_by_age", condition=models.Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.name}"
