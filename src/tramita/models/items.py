"""Items: Tickets, Cases and Actions in one table, and what hangs on them."""

from django.db import models

from tramita.domain.codes import Clock, Kind, Listed, Method, Problem, State, WaitType
from tramita.models.configuration import Definition, Version
from tramita.models.fields import NumberField, WordField
from tramita.models.people import Organisation, Person, Queue

OPEN = ~models.Q(listed=0)
APART = {"primary_contact": "primary", "subject": "subject", "original_requester": "first"}  # tags, and their indexes


class Item(models.Model):
    """A Ticket, Case or Action (G-1). Written only through `services.ledger`, never by `save()`.

    Folding the item's entries gives its columns; `version`, `seq` and `chain` belong to the ledger itself.
    A reference has no index of its own (`db_index=False`) where a named one begins with it or nobody looks it up:
    each costs every new item a page to write, and 15 to 50 MB for a million.
    """

    kind = NumberField(Kind)
    number = models.BigIntegerField()
    ordinal = models.PositiveIntegerField(default=0)  # an Action's running number in its Case
    version = models.PositiveIntegerField(default=1)
    seq = models.PositiveIntegerField(default=0)  # of the newest entry
    chain = models.CharField(max_length=64, default="")  # digest of the newest entry

    state = NumberField(State)
    listed = NumberField(Listed, default=Listed.NONE, db_column="list")
    title = models.CharField(max_length=1000, default="")
    description = models.TextField(default="")  # of a Draft; afterwards it is the submission note (T-4)

    wait_type = WordField(WaitType, null=True)
    wait_since = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True)
    wait_days = models.PositiveIntegerField(null=True)
    close_if_no_response = models.BooleanField(default=False)

    method = WordField(Method, null=True)
    resolution_reason = models.TextField(null=True)
    resolver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True)
    first_resolver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    first_resolved_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)

    problem = WordField(Problem, null=True)  # C-20
    problem_source = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    problem_reason = models.TextField(null=True)
    finished_step = models.CharField(max_length=100, null=True)  # of a Case that a person has to move on (C-7)

    assignee = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    last_assignee = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+", db_index=False)
    creator = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    allocation = models.CharField(max_length=40, default="")  # why this assignee or queue (Z-9)

    process = models.ForeignKey(Definition, models.PROTECT, null=True, related_name="+", db_index=False)
    process_version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+", db_index=False)
    customer = models.ForeignKey(Definition, models.PROTECT, null=True, related_name="+", db_index=False)
    action_name = models.CharField(max_length=100, null=True)  # of an Action, in its Case type
    instructions = models.TextField(null=True)
    checklist = models.JSONField(default=list)  # [[text, done], …]
    estimate = models.PositiveIntegerField(null=True)  # of an Action: seconds of effort (C-13)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    primary_contact = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # CT-1
    requester = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    subject = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    original_requester = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    due_rule = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)  # null while the clock does not run
    clock = WordField(Clock, default=Clock.STOPPED, max_length=10)
    schedule = models.JSONField(null=True)  # of a Case and its Actions: its name, and the dates it had then (BU-6)
    lent = models.JSONField(null=True)  # what its rule counts by and another item says, by name as it was last (SLA-2)
    followed = models.BooleanField(null=True)  # others' due dates are counted from its dates or fields (SLA-2)
    seconds_left = models.BigIntegerField(null=True)  # of a paused or stopped clock, negative when overdue
    sort_due = models.DateTimeField()  # due_at, or the end of time

    highlighted = models.BooleanField(default=False)
    new_information = models.BooleanField(default=False)
    robot_rejected = models.BooleanField(default=False)
    prioritised = models.BooleanField(null=True)  # a leader put it first in its queue; null: nobody did
    fence = models.PositiveIntegerField(null=True)  # of the lease under which a robot works on it (Z-17)
    approval = models.ForeignKey(  # the one that awaits a decision (AP-16)
        "Approval", models.PROTECT, null=True, related_name="+", db_index=False
    )
    mail_trouble = models.BooleanField(default=False, db_default=False)  # a mail of it did not go out (MAIL-113)

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", db_index=False)
    related_to = models.ForeignKey(  # the first of its related group, null for the first itself (G-11)
        "self", models.PROTECT, null=True, related_name="related", db_index=True
    )
    fields = models.JSONField(default=dict)
    # of what came from another system: which one, its name there, and its state there (V-61)
    brought_from = models.JSONField(null=True)

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)  # T-53: a Draft that is gone; only the audit knows it

    class Meta:
        db_table = "items"
        constraints = [
            models.UniqueConstraint(fields=["number", "kind", "ordinal"], name="one_item_a_reference"),
            models.CheckConstraint(
                condition=models.Q(state=3, wait_type__isnull=False)
                | (~models.Q(state=3) & models.Q(wait_type__isnull=True)),
                name="waiting_has_a_type",  # S-9
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "listed", "sort_due", "id"], name="items_by_queue"),
            models.Index(fields=["assignee", "listed", "sort_due", "id"], name="items_by_assignee"),
            models.Index(fields=["owner", "listed", "sort_due", "id"], name="items_by_owner"),
            models.Index(fields=["listed", "sort_due", "id"], name="items_by_list"),
            models.Index(fields=["organisation", "listed", "sort_due", "id"], name="items_of_organisation"),
            models.Index(fields=["process", "listed", "sort_due", "id"], name="items_of_process"),
            models.Index(fields=["requester", "id"], name="items_by_requester"),
            models.Index(fields=["parent", "ordinal"], name="items_by_parent"),
            models.Index(  # what a Case waits for, whatever has ended (C-10)
                fields=["parent"], name="items_open_below", condition=models.Q(state__lt=4, parent__isnull=False)
            ),
            models.Index(fields=["updated_at", "id"], name="items_by_update"),
            models.Index(
                fields=["queue", "sort_due", "id"],
                name="items_rejected_by_robots",
                condition=models.Q(robot_rejected=True),
            ),
            models.Index(  # a handful in each queue
                fields=["queue", "sort_due", "id"],
                name="items_prioritised",
                condition=models.Q(prioritised=True),
            ),
            models.Index(  # what no robot rejected, by kind: most robots work one of them (B-3)
                fields=["queue", "kind", "sort_due", "id"],
                name="items_for_robots",
                condition=models.Q(listed=3, robot_rejected=False),
            ),
            # who has to do with an item besides its requester (CT-7); most items have nobody else
            *(
                models.Index(
                    fields=[tag, "id"],
                    name=f"items_by_{name}",
                    condition=~models.Q(**{tag: models.F("requester")}),
                )
                for tag, name in APART.items()
            ),
            # the other orders of a list, of open work only: what is closed costs them nothing (H-7)
            *(
                models.Index(fields=[*place, "listed", *order, "id"], name=f"open_{of}{by}", condition=OPEN)
                for place, of in (([], ""), (["queue"], "queues_"))
                for order, by in ((["updated_at"], "by_update"), ([], "by_creation"))
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """`40308-T`, `10040-C`, `10040-C-A2` (G-6)."""
        if self.kind is Kind.ACTION:
            return f"{self.number}-C-A{self.ordinal}"
        return f"{self.number}-{self.kind.suffix}"


class Entry(models.Model):
    """One line of the ledger: timeline, audit, outbox and event feed at once. Append-only by trigger.

    `data` are facts; `words` is what people wrote and may be replaced by a tombstone when a person is erased:
    `digest` (of the words) and `chain` (over the item's entries) stay valid. On PostgreSQL the table has a
    column `tx` besides, for a cursor that misses nothing (`queries.events`).
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # null: the system
    type = models.CharField(max_length=40)
    reason = models.SmallIntegerField(null=True)
    visibility = models.CharField(max_length=12)
    data = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        db_table = "entries"
        constraints = [models.UniqueConstraint(fields=["item", "seq"], name="one_entry_a_seq")]

    def __str__(self) -> str:
        return f"{self.item_id}#{self.seq} {self.type}"


class CopiedContact(models.Model):
    """A contact who gets copies (CT-1)."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="copied")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "copied_contacts"
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="copied_once")]
        indexes = [models.Index(fields=["person", "item"], name="copied_by_person")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.person_id}"


class Link(models.Model):
    """Two items belong together (X-30): linked, follows_closed, merged_into, split_from, converted_to."""

    source = models.ForeignKey(Item, models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Item, models.CASCADE, related_name="links_in")
    type = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "links"
        constraints = [models.UniqueConstraint(fields=["source", "target", "type"], name="one_link_a_type")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.type} {self.target_id}"


class Access(models.Model):
    """When a person last opened an item (G-12)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    noted = models.BooleanField(null=True)  # the audit is to have it: the database writes the opening beside (SEC-3)

    class Meta:
        db_table = "accesses"
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="one_access_a_person")]
        indexes = [models.Index(fields=["person", "-at"], name="accesses_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.item_id}"
