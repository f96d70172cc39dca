"""Where a person's browsers are told of what happens, and what the installation proves itself with (AP-17, N-4)."""

from django.db import models

from tramita.models.people import Person


class PushSubscription(models.Model):
    """One browser of one person: its address at the browser's own push service, and the keys of its end (RFC 8291).

    A browser has one address: whoever switches it on has it, and nobody else any more.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the endpoint
    p256dh = models.CharField(max_length=100)  # the browser's public key, base64url
    auth = models.CharField(max_length=40)  # its secret, base64url
    browser = models.CharField(max_length=100, default="")  # as its owner knows it: `Firefox, Linux`
    at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)  # when its push service last took something

    class Meta:
        db_table = "push_subscriptions"

    def __str__(self) -> str:
        return f"{self.person_id} {self.browser}"


class Secret(models.Model):
    """Something that the installation made for itself once; only its own key reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    sealed = models.TextField()

    class Meta:
        db_table = "secrets"

    def __str__(self) -> str:
        return self.name
