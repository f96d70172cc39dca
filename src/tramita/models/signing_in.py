"""What somebody signs in with besides a password, and from where (TO-7)."""

from django.db import models

from tramita.models.people import Person


class SecondFactor(models.Model):
    """An authenticator of a person. It counts from `since` on, when they showed that it works.

    `sealed` is its secret as only this installation reads it; recovery codes, each for once, by their SHA-256.
    """

    person = models.OneToOneField(Person, models.CASCADE, related_name="second_factor")
    sealed = models.TextField()
    since = models.DateTimeField(null=True)
    period = models.BigIntegerField(default=0)  # of the newest code that served
    recovery = models.JSONField(default=list)
    failures = models.JSONField(default=list)  # moments of wrong codes, of the last minutes

    class Meta:
        db_table = "second_factors"

    def __str__(self) -> str:
        return f"{self.person_id}"


class Device(models.Model):
    """A browser that somebody signed in from; known by the SHA-256 of what it keeps."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="devices", db_index=False)
    digest = models.CharField(max_length=64)
    agent = models.CharField(max_length=200, default="")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "devices"
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="one_device_a_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.agent}"


class Identity(models.Model):
    """Who somebody is at a provider of single sign-on. Their address may change there: the subject does not."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    at = models.DateTimeField()  # the first time

    class Meta:
        db_table = "identities"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_an_identity")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.issuer}"
