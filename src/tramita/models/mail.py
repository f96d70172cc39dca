"""Mail: what was seen, what was said, what was enclosed."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class SeenMessage(models.Model):
    """A message that reached a mailbox: the ledger of mail (MAIL-1, MAIL-3). The bytes lie in storage.

    `mailbox` is the address, empty when nobody could say. `content` is the SHA-256 without trace fields.
    """

    mailbox = models.CharField(max_length=254)
    source = models.CharField(max_length=20)  # import, api, imap, pop3, smtp
    folder = models.CharField(max_length=200, default="")
    uidvalidity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    envelope = models.JSONField(default=dict)
    raw = models.CharField(max_length=64)  # SHA-256 of all bytes: the key in storage
    content = models.CharField(max_length=64)
    size = models.BigIntegerField()
    seen_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, default="")  # INTERFACES section 6; empty: not processed yet
    reason = models.CharField(max_length=200, default="")
    subject = models.CharField(max_length=300, default="")  # for the tray
    sender = models.CharField(max_length=254, default="")
    items = models.JSONField(default=list)  # references
    tries = models.PositiveIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "seen_messages"
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "content"], name="seen_once_by_content"),
            models.UniqueConstraint(
                fields=["mailbox", "folder", "uidvalidity", "uid"],
                name="seen_once_by_uid",
                condition=models.Q(uid__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["outcome", "id"], name="seen_by_outcome")]

    def __str__(self) -> str:
        return f"{self.mailbox} {self.content[:8]}"


class Message(models.Model):
    """A mail on an item, in or out."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="messages")
    seen = models.ForeignKey(SeenMessage, models.PROTECT, null=True, related_name="messages")
    outgoing = models.BooleanField()
    automatic = models.BooleanField(default=False)  # ours: written by the system; theirs: by a machine
    message_id = models.CharField(max_length=998)  # without brackets
    in_reply_to = models.CharField(max_length=998, default="")
    references = models.JSONField(default=list, db_column="refs")
    subject = models.TextField(default="")
    sender_name = models.CharField(max_length=300, default="")
    sender_address = models.CharField(max_length=254, default="")
    to = models.JSONField(default=list, db_column="recipients")  # [[name, address], …]
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    at = models.DateTimeField()  # received, or written
    header_date = models.DateTimeField(null=True)
    text = models.TextField(default="")
    html = models.TextField(default="")
    reply_text = models.TextField(default="")
    raw = models.CharField(max_length=64, default="")  # SHA-256: the key in storage
    defects = models.JSONField(default=list)
    headers = models.JSONField(default=dict)  # of an outgoing mail: reply_to and extra fields

    class Meta:
        db_table = "messages"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "seen"], name="one_message_an_item", condition=models.Q(seen__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["message_id"], name="messages_by_message_id")]

    def __str__(self) -> str:
        return self.message_id


class Attachment(models.Model):
    """A file in a mail, or put on an item. The bytes lie in storage, once per content."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=200)
    size = models.BigIntegerField()
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=300, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "attachments"

    def __str__(self) -> str:
        return self.filename


class BlockedAddress(models.Model):
    """Mail from here starts nothing and is not answered (M-20, CG-59): an address, or `@domain`."""

    address = models.CharField(max_length=254, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "blocked_addresses"

    def __str__(self) -> str:
        return self.address
