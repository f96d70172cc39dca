"""What people are told: whom they follow, what for, and by which way (SPEC section 21)."""

from django.db import models

from tramita.models.items import Entry, Item
from tramita.models.leases import Due
from tramita.models.people import Person


class Follow(models.Model):
    """Somebody follows an item, or with `muted` hears nothing of one that is theirs (N-1)."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="follows", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="follows")
    muted = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "follows"
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {'mutes' if self.muted else 'follows'} {self.item_id}"


class Notification(models.Model):
    """One thing that one person is told, by the ways they chose. It holds no words: these are read when it is.

    `key` says what it is about, an entry or a due date: nobody is told the same thing twice.
    """

    class Mail(models.IntegerChoices):
        """What becomes of it by mail."""

        NONE = 0
        WAITING = 1  # for the next mail to this person
        DONE = 2  # sent, or not worth a mail any more

    person = models.ForeignKey(Person, models.CASCADE, related_name="notifications", db_index=False)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, related_name="+", db_index=False)
    event = models.CharField(max_length=12)  # of `domain.notices`
    key = models.CharField(max_length=50)
    at = models.DateTimeField()
    hub = models.BooleanField()
    browser = models.BooleanField()
    mail = models.SmallIntegerField(choices=Mail.choices)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notifications"
        constraints = [models.UniqueConstraint(fields=["person", "item", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="notifications_by_person"),
            models.Index(
                fields=["person", "-id"],
                name="notifications_unread",
                condition=models.Q(read_at__isnull=True),
            ),
            models.Index(fields=["person"], name="notifications_to_mail", condition=models.Q(mail=1)),
            models.Index(fields=["at"], name="notifications_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.event} {self.item_id}"


class NoticeSettings(models.Model):
    """What a person wants to be told, and how; without a row, what `domain.notices` has as usual."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_settings")
    chosen = models.JSONField(default=dict)  # "inbox.mail": ["hub", "browser"]; what is not named is as usual
    mails = models.BooleanField(default=True)  # off: no mail at all, whatever is chosen (MAIL-124)
    quiet_from = models.TimeField(null=True)  # in the person's own zone
    quiet_until = models.TimeField(null=True)
    mailed = models.JSONField(default=list)  # moments of the last mails: the limits of MAIL-93
    fault = models.TextField(default="")  # why the last mail did not arrive

    class Meta:
        db_table = "notice_settings"

    def __str__(self) -> str:
        return f"of {self.person_id}"


class Digest(Due):
    """When the next mail with news goes to a person: one of a kind a person, claimed like a timer (MAIL-93)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    purpose = models.CharField(max_length=10)

    class Meta:
        db_table = "digests"
        constraints = [models.UniqueConstraint(fields=["person", "purpose"], name="one_digest_a_person")]
        indexes = [models.Index(fields=["due_at"], name="digests_due")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"
