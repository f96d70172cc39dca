"""What is remembered about mail besides the mails: who was told, how fast a mailbox sends, whose mail is erased."""

from django.db import models

from tramita.models.leases import NEVER_LEASED, Leased
from tramita.models.mail import SeenMessage
from tramita.models.people import Person


class ToldSender(models.Model):
    """Who was told that a mail of theirs was too large: each message once, each address once a day (MAIL-13)."""

    seen = models.OneToOneField(SeenMessage, models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)  # its key; empty once its owner's mail is erased
    at = models.DateTimeField()

    class Meta:
        db_table = "told_senders"
        indexes = [models.Index(fields=["address", "at"], name="told_lately")]

    def __str__(self) -> str:
        return f"{self.address} {self.seen_id}"


class Lane(Leased):
    """How fast a mailbox with a limit of its provider may send: so many mails a minute, by one worker (MAIL-112)."""

    mailbox = models.CharField(max_length=254, unique=True)
    left = models.JSONField(default=list)  # moments of the last minute at which mails were handed over
    closed_until = models.DateTimeField(default=NEVER_LEASED)  # when the next one may go

    class Meta:
        db_table = "lanes"

    def __str__(self) -> str:
        return self.mailbox


class Erasure(models.Model):
    """Somebody's mail was erased: who did it, when, why, and the bytes that are still to go (MAIL-18).

    Whose mail it was is told by a digest of the address alone.
    """

    about = models.CharField(max_length=64)  # SHA-256 of the address as it is compared
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)  # what was erased
    keys = models.JSONField(default=list)  # of the storage, not erased yet
    done = models.BooleanField(default=False)  # no bytes are left

    class Meta:
        db_table = "erasures"
        indexes = [models.Index(fields=["id"], name="erasures_open", condition=models.Q(done=False))]

    def __str__(self) -> str:
        return f"{self.about[:8]} {self.at:%Y-%m-%d}"
