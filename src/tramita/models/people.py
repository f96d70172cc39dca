"""People: users, robots, requesters and managers are one identity with a role."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tramita.domain.codes import Role
from tramita.models.fields import WordField


class Organisation(models.Model):
    """A company whose people ask for things (TO-1, CT-5): at most one parent above it."""

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="branches")
    domains = models.JSONField(default=list)
    account_manager = models.ForeignKey("Person", models.SET_NULL, null=True, related_name="+")
    active = models.BooleanField(default=True)
    properties = models.JSONField(null=True)  # D-22
    due = models.CharField(max_length=100, null=True)  # the due-date rule of what its people ask for (TO-2)

    class Meta:
        db_table = "organisations"

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds a person by address, as the sign-in does."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody who works items, asks for them, or is a program that does (robots have no address).

    Addresses are kept in lower case (MAIL-56); what a person may do is in `role`, `custom`, `builder` and `grants`.
    """

    email = models.EmailField(max_length=254, unique=True, null=True)
    key = models.CharField(max_length=100, unique=True, null=True)  # a robot's name in the configuration
    name = models.CharField(max_length=200)
    role = WordField(Role, default=Role.REQUESTER)
    custom = models.CharField(max_length=100, null=True)  # a role of this desk, which stands on that one (SEC-1)
    builder = models.CharField(max_length=20, null=True)  # `roles.Builder`
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="people")
    language = models.CharField(max_length=10, default="")  # empty: the installation's
    time_zone = models.CharField(max_length=64, default="")  # empty: the installation's
    theme = models.CharField(max_length=10, default="")  # empty: as the system
    # of lists; null: dense. With a default SQLite would make the table anew, and lose its triggers (migration 0011)
    density = models.CharField(max_length=10, null=True)
    hides_time = models.BooleanField(null=True)  # the clock of an item, which runs all the same (TL-5)
    is_active = models.BooleanField(default=True)
    own_queues_only = models.BooleanField(default=False)
    sees = models.CharField(max_length=20, null=True)  # `permissions.Sight`; null: what role and grants say
    robot = models.JSONField(null=True)  # kinds and lease of a robot, as configured
    absent = models.JSONField(null=True)  # from, to, substitute
    reports_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="reports")  # H-1, Q-11
    configured = models.BooleanField(default=False)  # named by the configuration: leaving it deactivates
    signature = models.TextField(default="", db_default="")  # M-19a
    signs = models.BooleanField(default=False, db_default=False)  # whether it is used
    properties = models.JSONField(null=True)  # D-22
    due = models.CharField(max_length=100, null=True)  # the due-date rule of what they ask for (TO-2)
    calendar = models.CharField(max_length=100, null=True)  # when a contact works (SS-1)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        db_table = "people"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=False) | models.Q(key__isnull=False),
                name="people_have_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.key or ""

    @property
    def called(self) -> str:
        """How a configuration calls them: by their address, a robot by its name."""
        return self.email or self.key or ""


class OtherAddress(models.Model):
    """A further address of a contact: that of a double who was merged into them. Their mail is this contact's."""

    address = models.EmailField(max_length=254, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="other_addresses")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "other_addresses"

    def __str__(self) -> str:
        return self.address


class Grant(models.Model):
    """What a person may do on one branch of the configuration (SEC-2). No grant: the role everywhere."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    path = models.CharField(max_length=400)  # customer, or customer/contract/service[/process]
    permissions = models.JSONField(default=list)

    class Meta:
        db_table = "grants"
        constraints = [models.UniqueConstraint(fields=["person", "path"], name="one_grant_a_path")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.path}"


class PersonSkill(models.Model):
    """Something that a person or robot can do, in the desk's own words."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="skills", db_index=False)
    skill = models.CharField(max_length=100)

    class Meta:
        db_table = "person_skills"
        constraints = [models.UniqueConstraint(fields=["person", "skill"], name="each_skill_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.skill}"


class Token(models.Model):
    """A key to the API. Only its SHA-256 is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, default="")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "tokens"

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """Where items wait for a team (Q-1)."""

    key = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=200)  # with that of its team, where another has the same
    own_title = models.CharField(max_length=200, null=True)  # without; null: as `title`
    name = models.CharField(max_length=100, null=True)  # within its team; null: its key
    team = models.CharField(max_length=100, null=True)  # the key of a definition
    strict = models.BooleanField(default=False)
    return_idle = models.CharField(max_length=60, null=True)  # a duration in words; null: what is given stays
    farms = models.JSONField(null=True)  # whose robots work it
    active = models.BooleanField(default=True)
    members = models.ManyToManyField(Person, through="Membership", related_name="queues")

    class Meta:
        db_table = "queues"

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """Somebody works a queue."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    manager = models.BooleanField(default=False)
    by_farm = models.BooleanField(null=True)  # because its farm works the queue; else it is named there
    said = models.CharField(max_length=10, null=True)  # by the queue itself, of managers of its team

    class Meta:
        db_table = "memberships"
        constraints = [models.UniqueConstraint(fields=["queue", "person"], name="one_membership_a_queue")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.queue_id}"
