"""Programs that somebody let work with their rights (RFC 6749): one row a consent, with the tokens that live now."""

from django.db import models

from tramita.models.people import Person


class ToolAccess(models.Model):
    """What was agreed to, and by which tokens it is used; of each only the SHA-256 is kept.

    The code serves once: one that is shown again ends the access, and so does an old token that renews.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="tool_access")
    client = models.CharField(max_length=500)  # the address of its metadata document
    name = models.CharField(max_length=200)
    redirect_uri = models.CharField(max_length=1000)
    challenge = models.CharField(max_length=128)  # S256 (RFC 7636)
    code = models.CharField(max_length=64, unique=True)
    code_until = models.DateTimeField()
    redeemed = models.BooleanField(default=False)
    access = models.CharField(max_length=64, unique=True, null=True)
    access_until = models.DateTimeField(null=True)
    renewal = models.CharField(max_length=64, unique=True, null=True)
    renewal_until = models.DateTimeField(null=True)
    renewed = models.CharField(max_length=64, unique=True, null=True)  # the renewal before
    created_at = models.DateTimeField()

    class Meta:
        db_table = "tool_access"

    def __str__(self) -> str:
        return f"{self.person_id} {self.name}"
