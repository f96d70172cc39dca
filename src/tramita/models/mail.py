"""Mail: what was seen, what was said, what was enclosed."""

from django.db import models

from tramita.models.items import Item
from tramita.models.people import Person


class SeenMessage(models.Model):
    """A message that reached a mailbox: the ledger of mail (MAIL-1, MAIL-3). The bytes lie in storage.

    `mailbox` is the address, empty when nobody could say. `content` is the SHA-256 without trace fields. Which copies
    of it a server held is told by `FetchedMessage`.
    """

    mailbox = models.CharField(max_length=254)
    source = models.CharField(max_length=20)  # import, api, imap, pop3, smtp, lmtp, hook
    envelope = models.JSONField(default=dict)  # sender and recipients as the transport told them (MAIL-14)
    raw = models.CharField(max_length=64)  # SHA-256 of all bytes: the key in storage; empty: erased (MAIL-18)
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
    next_at = models.DateTimeField(null=True)  # not processed again before (MAIL-6)
    archive = models.BooleanField(default=False, db_default=False)  # old mail: nothing is answered (MAIL-17)
    handled_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # M-21, M-22
    trace = models.JSONField(null=True)  # how it came to its outcome, step by step (MAIL-141)

    class Meta:
        db_table = "seen_messages"
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "content"], name="seen_once_by_content"),
        ]
        indexes = [
            models.Index(fields=["outcome", "id"], name="seen_by_outcome"),
            models.Index(fields=["seen_at"], name="seen_with_raw", condition=~models.Q(raw="")),  # MAIL-18
            models.Index(fields=["mailbox", "id"], name="seen_by_mailbox"),  # the Mail view of one mailbox (M-20)
        ]

    def __str__(self) -> str:
        return f"{self.mailbox} {self.content[:8]}"


class Message(models.Model):
    """A mail on an item, in or out."""

    class Shown(models.IntegerChoices):
        """How its body is shown."""

        TEXT = 0  # its text is all there is to show
        WAITING = 1  # the worker has still to clean its HTML; its text is shown meanwhile
        CLEAN = 2  # `html` may be shown, in a frame of its own
        TOO_MUCH = 3  # over a limit of the cleaner: its text, with a notice (MAIL-45)

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
    html = models.TextField(default="")  # ours as written; theirs cleaned, once `shown` says so (MAIL-43)
    shown = models.SmallIntegerField(choices=Shown.choices, default=Shown.TEXT, db_default=Shown.TEXT)
    view = models.JSONField(null=True)  # what the worker found for showing it: remote pictures, invitations, notices
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
        indexes = [
            models.Index(fields=["message_id"], name="messages_by_message_id"),
            models.Index(
                fields=["in_reply_to"],
                name="messages_by_answered",  # MAIL-79
                condition=models.Q(outgoing=False) & ~models.Q(in_reply_to=""),
            ),
            models.Index(fields=["id"], name="messages_to_clean", condition=models.Q(shown=1)),
            models.Index(
                fields=["sender_address", "at"],
                name="messages_by_machine",  # MAIL-93
                condition=models.Q(outgoing=True, automatic=True),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class TrayView(models.Model):
    """How a message that waits in the tray is shown; the worker makes it, like that of a mail on an item (MAIL-7)."""

    seen = models.OneToOneField(SeenMessage, models.CASCADE, related_name="tray_view")
    html = models.TextField(default="")  # cleaned (MAIL-43)
    shown = models.SmallIntegerField(choices=Message.Shown.choices, default=Message.Shown.WAITING)
    view = models.JSONField(null=True)

    class Meta:
        db_table = "tray_views"
        indexes = [models.Index(fields=["id"], name="tray_views_to_clean", condition=models.Q(shown=1))]

    def __str__(self) -> str:
        return f"{self.seen_id} {self.shown}"


class Scan(models.Model):
    """What the operator's scanner says of bytes in the storage (MAIL-57). Until it has spoken nobody gets them."""

    class Verdict(models.IntegerChoices):
        """Whether the bytes may be had."""

        WAITING = 0
        CLEAN = 1
        FOUND = 2  # something that harms: `words` names it

    key = models.CharField(max_length=64, unique=True)  # SHA-256: of a file, or of a message of the tray
    mail = models.BooleanField(default=False)  # its files are looked at one by one besides
    verdict = models.SmallIntegerField(choices=Verdict.choices, default=Verdict.WAITING)
    words = models.CharField(max_length=300, default="")  # what was found, or the fault of the last try
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    at = models.DateTimeField()  # first asked, or answered

    class Meta:
        db_table = "scans"
        indexes = [models.Index(fields=["next_at"], name="scans_due", condition=models.Q(verdict=0))]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.verdict}"


class Attachment(models.Model):
    """A file in a mail or a note, or a file or link put on an item (F-1). Bytes lie in storage, once per content.

    The last four columns are null in whatever nobody described, so that old databases need no rewriting.
    """

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
    url = models.TextField(null=True)  # of a link, which has no bytes; its name is `filename`
    tags = models.JSONField(null=True)  # what canned texts and automatic mails take it by (F-3)
    note = models.TextField(null=True)
    internal = models.BooleanField(null=True)  # true: no mail takes it along; null: as visible as its mail

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


class MarkedAddress(models.Model):
    """An address with which something is wrong: mail to it bounces, or its owner complained (MAIL-97, MAIL-98)."""

    address = models.CharField(max_length=254, unique=True)  # its key
    bounced = models.BooleanField(default=False)  # the next mail to it warns the writer
    complained = models.BooleanField(default=False)  # no automatic mail goes there
    status = models.CharField(max_length=12, default="")  # 5.1.1
    detail = models.CharField(max_length=300, default="")
    failures = models.JSONField(default=list)  # moments of the last temporary ones
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")  # the mail that told
    at = models.DateTimeField()

    class Meta:
        db_table = "marked_addresses"

    def __str__(self) -> str:
        return self.address


class Draft(models.Model):
    """What somebody is writing on an item and has not sent: one of each kind a person and item."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="drafts")
    item = models.ForeignKey(Item, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10)  # reply, note
    to = models.JSONField(default=list, db_column="recipients")  # as typed
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    subject = models.TextField(default="")
    text = models.TextField(default="")
    html = models.TextField(default="")
    files = models.JSONField(default=list)  # [{filename, content_type, size, sha256}]
    based_on = models.PositiveIntegerField(null=True)  # the newest entry its writer had seen (Z-2)
    answers = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")  # the mail it replies to
    leaving_from = models.CharField(max_length=254, default="", db_default="")  # which of our addresses (M-15)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "drafts"
        constraints = [models.UniqueConstraint(fields=["person", "item", "kind"], name="one_draft_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} on {self.item_id}"


class CannedUse(models.Model):
    """When a person last used a canned text (M-19)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    definition = models.ForeignKey("Definition", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "canned_uses"
        constraints = [models.UniqueConstraint(fields=["person", "definition"], name="one_use_a_person")]
        indexes = [models.Index(fields=["person", "-at"], name="canned_uses_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.definition_id}"
