"""Consent that a Ticket asks for on the customer's side (SPEC section 13), or an Action of a Case (section 15)."""

from django.db import models

from tramita.domain.codes import ApprovalState
from tramita.models.configuration import Definition, Version
from tramita.models.fields import WordField
from tramita.models.items import Item
from tramita.models.mail import Message
from tramita.models.people import Organisation, Person


class Approval(models.Model):
    """A request. `version` keeps the very words of its type that were decided on (Z-16).

    An Action asks by itself: nobody requests it, type and version are those of its Case, and its `consents` say of
    whom it is asked (decision 43); so do those of a type that has levels (decision 65). Written only by
    `services.approvals`, `consents` and `expiring`, each with an entry on the item.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="approvals")
    type = models.ForeignKey(Definition, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # as then (AP-26)
    state = WordField(ApprovalState, default=ApprovalState.AWAITING)
    comment = models.TextField(default="")
    requested_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_for = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # Substitution
    decided_at = models.DateTimeField(null=True)  # also of a cancelled or expired one
    reason = models.TextField(default="")

    class Meta:
        db_table = "approvals"
        constraints = [
            models.UniqueConstraint(  # AP-16
                fields=["item"], name="one_approval_at_a_time", condition=models.Q(state="awaiting")
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="approvals_by_state")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"


class Consent(models.Model):
    """What one approver is asked on one level, by an Action or a type that asks level by level (EA-2, Z-16). The lowest
    level that has one awaiting is asked now; those above are asked after it."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="consents", db_index=False)
    level = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    every = models.BooleanField()  # all of the level must agree
    least = models.PositiveSmallIntegerField(default=1, db_default=1)  # else so many; of one the first decision counts
    state = WordField(ApprovalState, default=ApprovalState.AWAITING)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # who stood in
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consents"
        constraints = [models.UniqueConstraint(fields=["approval", "level", "person"], name="asked_once_on_a_level")]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.level} {self.person_id} {self.state}"


class Substitution(models.Model):
    """Who decides for a manager while they are away: a colleague whom they name, one at a time (Z-16)."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="substitution")
    substitute = models.ForeignKey(Person, models.CASCADE, related_name="stands_in_for")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # from then on they decide alone again

    class Meta:
        db_table = "substitutions"

    def __str__(self) -> str:
        return f"{self.substitute_id} for {self.person_id}"


class ApprovalToken(models.Model):
    """The key in the link of a mail to one manager about one request (MAIL-52). Found by its SHA-256.

    `sealed` is the key as only this installation can read it: the worker writes it into the mail when it leaves.
    """

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="tokens")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, models.CASCADE, related_name="approval_token")
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "approval_tokens"

    def __str__(self) -> str:
        return f"{self.approval_id} for {self.person_id}"
