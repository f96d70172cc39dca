"""Mailboxes at work: what was fetched, how far, what the name servers say of their domains, and their tests."""

from django.db import models

from tramita.models.leases import Leased
from tramita.models.mail import SeenMessage


class FetchedMessage(models.Model):
    """A message that a mail server held for us, by the server's own name for it: the ledger of transport (MAIL-3).

    IMAP names it by folder, UIDVALIDITY and UID (MAIL-4), POP3 by its UIDL. Several may hold the same content.
    """

    mailbox = models.CharField(max_length=254)
    folder = models.CharField(max_length=200, default="")
    uidvalidity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    uidl = models.CharField(max_length=100, default="")
    seen = models.ForeignKey(SeenMessage, models.PROTECT, null=True, related_name="fetched")  # null: not downloaded
    size = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    told = models.BooleanField(default=False)  # the server was told: Seen, moved, deleted (MAIL-2)

    class Meta:
        db_table = "fetched_messages"
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "folder", "uidvalidity", "uid"],
                name="fetched_once_by_uid",
                condition=models.Q(uid__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["mailbox", "uidl"], name="fetched_once_by_uidl", condition=~models.Q(uidl="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox} {self.uid or self.uidl}"


class MailboxState(Leased):
    """How far a mailbox has been fetched, by whom now, and what went wrong last (MAIL-5, MAIL-9 to MAIL-12)."""

    mailbox = models.OneToOneField("Mailbox", models.CASCADE, related_name="state")
    folder = models.CharField(max_length=200, default="")
    uidvalidity = models.BigIntegerField(null=True)
    high_uid = models.BigIntegerField(default=0)  # every UID up to this one is in the ledger of transport
    since = models.DateTimeField(null=True)  # what arrived before is archive, or left alone
    reconciled_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)  # in a row that failed
    next_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)  # the last time that all went well
    fault = models.CharField(max_length=40, default="")  # its stable name: login, token, tls, folder, unreachable …
    error = models.TextField(default="")  # what the server said
    failing_since = models.DateTimeField(null=True)
    secret = models.TextField(default="")  # the newest refresh token, encrypted (MAIL-11)

    class Meta:
        db_table = "mailbox_states"

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.fault or 'well'}"


class SenderDomain(models.Model):
    """A domain that we write From, and how its records in DNS were found the last time (MAIL-123)."""

    domain = models.CharField(max_length=253, unique=True)  # in ASCII
    checked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    records = models.JSONField(default=list)  # `sender_dns.Finding` each, with `since` when it is so

    class Meta:
        db_table = "sender_domains"

    def __str__(self) -> str:
        return self.domain


class Probe(Leased):
    """A mail that a mailbox sends to itself, and to its plus-address: the newest of each mailbox (MAIL-142)."""

    mailbox = models.OneToOneField("Mailbox", models.CASCADE, related_name="probe")
    nonce = models.CharField(max_length=40)  # which one it is; what comes back proves that we sent it
    ordered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)  # at the plain address
    plus_at = models.DateTimeField(null=True)  # at the plus-address
    plus_refused = models.TextField(default="")  # what the server said against the plus-address
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, default="")  # its stable name; empty: both ways work
    words = models.TextField(default="")  # what the server said
    signatures = models.JSONField(default=list)  # [[d, s], …] of DKIM on what came back (MAIL-123)
    verdicts = models.JSONField(default=dict)  # {dkim, spf} as the server that we believe says (MAIL-50)

    class Meta:
        db_table = "probes"

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.fault or 'well'}"
