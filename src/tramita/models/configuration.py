"""Configuration: every definition is published as immutable versions (DESIGN decision 8)."""

from django.db import models

from tramita.models.people import Person


class Definition(models.Model):
    """One configured thing, known by its kind and path; `current` is what new items get.

    Kinds: settings calendar due_rule customer contract service category case_type approval_type mail_template role
    position team.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=400)  # "two_days", "acme/main/finance/invoice-query"
    title = models.CharField(max_length=200, default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    organisation = models.ForeignKey("Organisation", models.PROTECT, null=True, related_name="+")
    current = models.ForeignKey("Version", models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "definitions"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_definition_a_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Version(models.Model):
    """What a definition said from one moment on. Never changed: an item keeps the one it started with."""

    definition = models.ForeignKey(Definition, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "versions"
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.definition_id} v{self.number}"


class SkillDemand(models.Model):
    """A skill that a version asks of who gets its items by rule or by pulling: written with it, as it never changes."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="+", db_index=False)
    action = models.CharField(max_length=100, default="")  # of a Case type; empty: the Case, or the Ticket
    skill = models.CharField(max_length=100)

    class Meta:
        db_table = "skill_demands"
        constraints = [models.UniqueConstraint(fields=["version", "action", "skill"], name="each_demand_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.action} {self.skill}"


class ConfigurationChange(models.Model):
    """What one change made of one thing, by its section and key: as the configuration writes it (decision 0045)."""

    section = models.CharField(max_length=20)
    key = models.CharField(max_length=400)  # "invoices", "acme/main"; empty for the settings
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(null=True)  # null: it was not there
    after = models.JSONField(null=True)  # null: it is used no more

    class Meta:
        db_table = "configuration_changes"
        indexes = [models.Index(fields=["section", "key", "-id"], name="changes_of_a_thing")]

    def __str__(self) -> str:
        return f"{self.section}/{self.key}"


class Mailbox(models.Model):
    """An address where mail comes in, with its rules (M-1, T-22)."""

    address = models.EmailField(max_length=254, unique=True)
    plus_addressing = models.CharField(max_length=10, default="mixed")
    refuse_unknown_senders = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)  # how it connects; names of secrets, never secrets
    name = models.CharField(max_length=200, default="", db_default="")  # of From, beside the writer's (MAIL-117)
    signature = models.TextField(default="", db_default="")
    authserv_id = models.CharField(max_length=254, default="", db_default="")  # whose verdicts are believed (MAIL-50)
    trusted = models.BooleanField(default=False, db_default=False)  # our control fields count (MAIL-54)
    automatic_answers_wake = models.BooleanField(default=True, db_default=True)  # M-13, MAIL-99
    copy_sent = models.CharField(max_length=200, default="", db_default="")  # folder for copies (MAIL-114)
    outgoing = models.JSONField(null=True)  # limits of its provider, notices; null: nothing said (MAIL-112, MAIL-13)
    dkim_selectors = models.JSONField(null=True)  # of the keys that sign what it sends; None: not said (MAIL-123)
    plus_delivered = models.BooleanField(null=True)  # what the newest probe found; None: nobody knows (MAIL-117)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "mailboxes"

    def __str__(self) -> str:
        return self.address


class Route(models.Model):
    """Mail to this address starts that (M-4). An address has one active route."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="routes")
    address = models.EmailField(max_length=254, unique=True)
    process = models.ForeignKey(Definition, models.PROTECT, related_name="+")  # a category or a Case type
    acknowledge = models.BooleanField(default=False)  # M-19b
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    # test runs may begin by it (M-24); null: no. With a default SQLite would make the table anew, and lose its triggers
    test = models.BooleanField(null=True)

    class Meta:
        db_table = "routes"

    def __str__(self) -> str:
        return self.address
