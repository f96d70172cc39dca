"""All tables as the models have them: an empty database gets them at once, in a fifth of the time (decision 61).

A database that is older goes through the steps that this stands for.
"""

import datetime
from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

REPLACED = [
    "0001_initial",
    "0002_kept_by_the_database",
    "0003_mail_in_full",
    "0011_stamp_of_the_configuration",
    "0012_found_quickly",
    "0015_what_a_draft_answers",
    "0016_mail_views",
    "0017_found_by_words",
    "0018_saved_views",
    "0019_mail_proves_itself",
    "0020_tray_views_and_scans",
    "0021_approvals",
    "0022_focus",
    "0023_what_mail_remembers",
    "0024_who_is_here",
    "0025_notifications",
    "0026_files_of_an_item",
    "0027_bulk_changes",
    "0028_time_spent",
    "0029_defects",
    "0030_contacts",
    "0031_reports_to",
    "0032_properties",
    "0033_tags_of_items",
    "0034_search_vocabulary",
    "0035_the_flow_of_a_case",
    "0036_planned_starts",
    "0037_approval_actions",
    "0038_changes_of_the_configuration",
    "0039_drafts_of_processes",
    "0040_where_browsers_are_told",
    "0041_feedback",
    "0042_what_an_undo_needs",
    "0043_trash",
]
KEPT = (
    "0002_kept_by_the_database",
    "0011_stamp_of_the_configuration",
    "0017_found_by_words",
    "0022_focus",
    "0025_notifications",
    "0030_contacts",
    "0034_search_vocabulary",
)


class Tables(Operation):
    """Each table with its indexes. Step by step Django would think of all its neighbours anew at each one."""

    def __init__(self, state: list[Operation]) -> None:
        self.state = state

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        vars(state).pop("apps", None)  # they are made anew when they are asked for, not after each operation
        for operation in self.state:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in to_state.apps.get_app_config(app_label).get_models():
            schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in reversed(list(from_state.apps.get_app_config(app_label).get_models())):
            schema_editor.delete_model(model)

    def describe(self) -> str:
        return "Create all tables"


def kept(name: str) -> list[Operation]:
    """What that step did besides tables: triggers, functions, words, first rows."""
    operations: list[Operation] = import_module(f"tramita.migrations.{name}").Migration.operations
    return [one for one in operations if isinstance(one, migrations.RunPython)]


STATE: list[Any] = [
    migrations.CreateModel(
        name="Alert",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=400, unique=True)),
            ("kind", models.CharField(max_length=40)),
            ("about", models.JSONField(default=dict)),
            ("since", models.DateTimeField()),
            ("at", models.DateTimeField()),
            ("count", models.PositiveIntegerField(default=1)),
        ],
        options={
            "db_table": "alerts",
        },
    ),
    migrations.CreateModel(
        name="Counter",
        fields=[
            ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ("value", models.BigIntegerField()),
        ],
        options={
            "db_table": "counters",
        },
    ),
    migrations.CreateModel(
        name="Follower",
        fields=[
            ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ("tx", models.BigIntegerField(default=0)),
            ("entry", models.BigIntegerField(default=0)),
        ],
        options={
            "db_table": "followers",
        },
    ),
    migrations.CreateModel(
        name="Lane",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("mailbox", models.CharField(max_length=254, unique=True)),
            ("left", models.JSONField(default=list)),
            ("closed_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
        ],
        options={
            "db_table": "lanes",
        },
    ),
    migrations.CreateModel(
        name="Mailbox",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address", models.EmailField(max_length=254, unique=True)),
            ("plus_addressing", models.CharField(default="mixed", max_length=10)),
            ("refuse_unknown_senders", models.BooleanField(default=False)),
            ("settings", models.JSONField(default=dict)),
            ("name", models.CharField(db_default="", default="", max_length=200)),
            ("signature", models.TextField(db_default="", default="")),
            ("authserv_id", models.CharField(db_default="", default="", max_length=254)),
            ("trusted", models.BooleanField(db_default=False, default=False)),
            ("automatic_answers_wake", models.BooleanField(db_default=True, default=True)),
            ("copy_sent", models.CharField(db_default="", default="", max_length=200)),
            ("outgoing", models.JSONField(null=True)),
            ("dkim_selectors", models.JSONField(null=True)),
            ("plus_delivered", models.BooleanField(null=True)),
            ("active", models.BooleanField(default=True)),
        ],
        options={
            "db_table": "mailboxes",
        },
    ),
    migrations.CreateModel(
        name="Secret",
        fields=[
            ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ("sealed", models.TextField()),
        ],
        options={
            "db_table": "secrets",
        },
    ),
    migrations.CreateModel(
        name="SenderDomain",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("domain", models.CharField(max_length=253, unique=True)),
            ("checked_at", models.DateTimeField(null=True)),
            ("next_at", models.DateTimeField()),
            ("records", models.JSONField(default=list)),
        ],
        options={
            "db_table": "sender_domains",
        },
    ),
    migrations.CreateModel(
        name="Person",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("password", models.CharField(max_length=128, verbose_name="password")),
            ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
            ("email", models.EmailField(max_length=254, null=True, unique=True)),
            ("key", models.CharField(max_length=100, null=True, unique=True)),
            ("name", models.CharField(max_length=200)),
            ("role", models.CharField(default="requester", max_length=32)),
            ("language", models.CharField(default="", max_length=10)),
            ("time_zone", models.CharField(default="", max_length=64)),
            ("theme", models.CharField(default="", max_length=10)),
            ("density", models.CharField(max_length=10, null=True)),
            ("hides_time", models.BooleanField(null=True)),
            ("is_active", models.BooleanField(default=True)),
            ("own_queues_only", models.BooleanField(default=False)),
            ("robot", models.JSONField(null=True)),
            ("absent", models.JSONField(null=True)),
            ("configured", models.BooleanField(default=False)),
            ("signature", models.TextField(db_default="", default="")),
            ("signs", models.BooleanField(db_default=False, default=False)),
            ("properties", models.JSONField(null=True)),
            ("created_at", models.DateTimeField()),
            (
                "reports_to",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="reports",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "people",
        },
    ),
    migrations.CreateModel(
        name="BlockedAddress",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address", models.CharField(max_length=254, unique=True)),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "blocked_addresses",
        },
    ),
    migrations.CreateModel(
        name="Definition",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=20)),
            ("key", models.CharField(max_length=400)),
            ("title", models.CharField(default="", max_length=200)),
            ("active", models.BooleanField(default=True)),
            (
                "parent",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="children",
                    to="tramita.definition",
                ),
            ),
        ],
        options={
            "db_table": "definitions",
        },
    ),
    migrations.CreateModel(
        name="Approval",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("state", models.CharField(default="awaiting", max_length=32)),
            ("comment", models.TextField(default="")),
            ("requested_at", models.DateTimeField()),
            ("decided_at", models.DateTimeField(null=True)),
            ("reason", models.TextField(default="")),
            (
                "decided_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "requested_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "type",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
        ],
        options={
            "db_table": "approvals",
        },
    ),
    migrations.CreateModel(
        name="Item",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.SmallIntegerField()),
            ("number", models.BigIntegerField()),
            ("ordinal", models.PositiveIntegerField(default=0)),
            ("version", models.PositiveIntegerField(default=1)),
            ("seq", models.PositiveIntegerField(default=0)),
            ("chain", models.CharField(default="", max_length=64)),
            ("state", models.SmallIntegerField()),
            ("listed", models.SmallIntegerField(db_column="list", default=0)),
            ("title", models.CharField(default="", max_length=1000)),
            ("description", models.TextField(default="")),
            ("wait_type", models.CharField(max_length=32, null=True)),
            ("wait_since", models.DateTimeField(null=True)),
            ("wait_until", models.DateTimeField(null=True)),
            ("wait_days", models.PositiveIntegerField(null=True)),
            ("close_if_no_response", models.BooleanField(default=False)),
            ("method", models.CharField(max_length=32, null=True)),
            ("resolution_reason", models.TextField(null=True)),
            ("resolved_at", models.DateTimeField(null=True)),
            ("first_resolved_at", models.DateTimeField(null=True)),
            ("window_ends_at", models.DateTimeField(null=True)),
            ("problem", models.CharField(max_length=32, null=True)),
            ("problem_reason", models.TextField(null=True)),
            ("finished_step", models.CharField(max_length=100, null=True)),
            ("allocation", models.CharField(default="", max_length=40)),
            ("action_name", models.CharField(max_length=100, null=True)),
            ("instructions", models.TextField(null=True)),
            ("checklist", models.JSONField(default=list)),
            ("due_at", models.DateTimeField(null=True)),
            ("clock", models.CharField(default="stopped", max_length=10)),
            ("seconds_left", models.BigIntegerField(null=True)),
            ("sort_due", models.DateTimeField()),
            ("highlighted", models.BooleanField(default=False)),
            ("new_information", models.BooleanField(default=False)),
            ("robot_rejected", models.BooleanField(default=False)),
            ("mail_trouble", models.BooleanField(db_default=False, default=False)),
            ("fields", models.JSONField(default=dict)),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
            ("submitted_at", models.DateTimeField(null=True)),
            ("closed_at", models.DateTimeField(null=True)),
            ("discarded_at", models.DateTimeField(null=True)),
            (
                "approval",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.approval",
                ),
            ),
            (
                "assignee",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "creator",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "customer",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
            (
                "first_resolver",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "last_assignee",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "original_requester",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "owner",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "parent",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="children",
                    to="tramita.item",
                ),
            ),
            (
                "primary_contact",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "problem_source",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.item",
                ),
            ),
            (
                "process",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
            (
                "related_to",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="related", to="tramita.item"
                ),
            ),
            (
                "requester",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "resolver",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "subject",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "items",
        },
    ),
    migrations.CreateModel(
        name="Entry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("seq", models.PositiveIntegerField()),
            ("at", models.DateTimeField()),
            ("type", models.CharField(max_length=40)),
            ("reason", models.SmallIntegerField(null=True)),
            ("visibility", models.CharField(max_length=12)),
            ("data", models.JSONField(default=dict)),
            ("words", models.JSONField(default=dict)),
            ("digest", models.CharField(max_length=64)),
            ("chain", models.CharField(max_length=64)),
            (
                "actor",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entries",
                    to="tramita.item",
                ),
            ),
        ],
        options={
            "db_table": "entries",
        },
    ),
    migrations.CreateModel(
        name="Defect",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("party", models.CharField(max_length=10, null=True)),
            ("description", models.TextField()),
            ("created_at", models.DateTimeField()),
            ("resolved_at", models.DateTimeField(null=True)),
            (
                "created_by",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "resolved_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "category",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"),
            ),
        ],
        options={
            "db_table": "defects",
        },
    ),
    migrations.CreateModel(
        name="CopiedContact",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="copied", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "copied_contacts",
        },
    ),
    migrations.CreateModel(
        name="CaseStep",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField()),
            ("step", models.CharField(max_length=100)),
            ("begun_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "case",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "case_steps",
        },
    ),
    migrations.CreateModel(
        name="CaseAction",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=100)),
            ("copy", models.PositiveIntegerField(default=0)),
            (
                "step",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="actions",
                    to="tramita.casestep",
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="tramita.item",
                ),
            ),
        ],
        options={
            "db_table": "case_actions",
        },
    ),
    migrations.AddField(
        model_name="approval",
        name="item",
        field=models.ForeignKey(
            on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="tramita.item"
        ),
    ),
    migrations.CreateModel(
        name="Access",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"),
            ),
        ],
        options={
            "db_table": "accesses",
        },
    ),
    migrations.CreateModel(
        name="ItemTag",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("tag", models.CharField(max_length=40)),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "item_tags",
        },
    ),
    migrations.CreateModel(
        name="Job",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("change", models.CharField(max_length=12)),
            ("given", models.JSONField(default=dict)),
            ("total", models.PositiveIntegerField()),
            ("created_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(null=True)),
            ("counts", models.JSONField(null=True)),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "undoes",
                models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.CASCADE, related_name="undone_by", to="tramita.job"
                ),
            ),
        ],
        options={
            "db_table": "jobs",
        },
    ),
    migrations.CreateModel(
        name="JobItem",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("change", models.CharField(max_length=12)),
            ("payload", models.JSONField(default=dict)),
            (
                "outcome",
                models.SmallIntegerField(
                    choices=[(0, "Waiting"), (1, "Done"), (2, "Unchanged"), (3, "Refused"), (4, "Stopped")], default=0
                ),
            ),
            ("told", models.JSONField(default=dict)),
            ("before", models.JSONField(default=dict)),
            ("due_at", models.DateTimeField()),
            ("tries", models.PositiveIntegerField(default=0)),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                ),
            ),
            (
                "job",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="items", to="tramita.job"
                ),
            ),
        ],
        options={
            "db_table": "job_items",
        },
    ),
    migrations.CreateModel(
        name="Link",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("type", models.CharField(max_length=20)),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "source",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="links_out", to="tramita.item"
                ),
            ),
            (
                "target",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="links_in", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "links",
        },
    ),
    migrations.CreateModel(
        name="MailboxState",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("folder", models.CharField(default="", max_length=200)),
            ("uidvalidity", models.BigIntegerField(null=True)),
            ("high_uid", models.BigIntegerField(default=0)),
            ("since", models.DateTimeField(null=True)),
            ("reconciled_at", models.DateTimeField(null=True)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("next_at", models.DateTimeField(null=True)),
            ("tried_at", models.DateTimeField(null=True)),
            ("fetched_at", models.DateTimeField(null=True)),
            ("fault", models.CharField(default="", max_length=40)),
            ("error", models.TextField(default="")),
            ("failing_since", models.DateTimeField(null=True)),
            ("secret", models.TextField(default="")),
            (
                "mailbox",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="state", to="tramita.mailbox"
                ),
            ),
        ],
        options={
            "db_table": "mailbox_states",
        },
    ),
    migrations.CreateModel(
        name="Membership",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("manager", models.BooleanField(default=False)),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "db_table": "memberships",
        },
    ),
    migrations.CreateModel(
        name="Message",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("outgoing", models.BooleanField()),
            ("automatic", models.BooleanField(default=False)),
            ("message_id", models.CharField(max_length=998)),
            ("in_reply_to", models.CharField(default="", max_length=998)),
            ("references", models.JSONField(db_column="refs", default=list)),
            ("subject", models.TextField(default="")),
            ("sender_name", models.CharField(default="", max_length=300)),
            ("sender_address", models.CharField(default="", max_length=254)),
            ("to", models.JSONField(db_column="recipients", default=list)),
            ("cc", models.JSONField(default=list)),
            ("bcc", models.JSONField(default=list)),
            ("at", models.DateTimeField()),
            ("header_date", models.DateTimeField(null=True)),
            ("text", models.TextField(default="")),
            ("html", models.TextField(default="")),
            (
                "shown",
                models.SmallIntegerField(
                    choices=[(0, "Text"), (1, "Waiting"), (2, "Clean"), (3, "Too Much")], db_default=0, default=0
                ),
            ),
            ("view", models.JSONField(null=True)),
            ("reply_text", models.TextField(default="")),
            ("raw", models.CharField(default="", max_length=64)),
            ("defects", models.JSONField(default=list)),
            ("headers", models.JSONField(default=dict)),
            (
                "item",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "messages",
        },
    ),
    migrations.CreateModel(
        name="MarkedAddress",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address", models.CharField(max_length=254, unique=True)),
            ("bounced", models.BooleanField(default=False)),
            ("complained", models.BooleanField(default=False)),
            ("status", models.CharField(default="", max_length=12)),
            ("detail", models.CharField(default="", max_length=300)),
            ("failures", models.JSONField(default=list)),
            ("at", models.DateTimeField()),
            (
                "message",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tramita.message"
                ),
            ),
        ],
        options={
            "db_table": "marked_addresses",
        },
    ),
    migrations.CreateModel(
        name="Draft",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=10)),
            ("to", models.JSONField(db_column="recipients", default=list)),
            ("cc", models.JSONField(default=list)),
            ("bcc", models.JSONField(default=list)),
            ("subject", models.TextField(default="")),
            ("text", models.TextField(default="")),
            ("html", models.TextField(default="")),
            ("files", models.JSONField(default=list)),
            ("based_on", models.PositiveIntegerField(null=True)),
            ("leaving_from", models.CharField(db_default="", default="", max_length=254)),
            ("version", models.PositiveIntegerField(default=1)),
            ("updated_at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="tramita.item"
                ),
            ),
            (
                "answers",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tramita.message"
                ),
            ),
        ],
        options={
            "db_table": "drafts",
        },
    ),
    migrations.CreateModel(
        name="Delivery",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("error", models.TextField(default="")),
            ("kind", models.CharField(max_length=20)),
            ("payload", models.JSONField(default=dict)),
            (
                "state",
                models.SmallIntegerField(
                    choices=[
                        (0, "Pending"),
                        (1, "Done"),
                        (2, "Failed"),
                        (3, "Uncertain"),
                        (4, "Held"),
                        (5, "Cancelled"),
                    ],
                    default=0,
                ),
            ),
            ("next_at", models.DateTimeField()),
            ("created_at", models.DateTimeField()),
            (
                "item",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="tramita.item"
                ),
            ),
            (
                "message",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="deliveries",
                    to="tramita.message",
                ),
            ),
        ],
        options={
            "db_table": "deliveries",
        },
    ),
    migrations.CreateModel(
        name="Attachment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("sha256", models.CharField(max_length=64)),
            ("filename", models.CharField(max_length=255)),
            ("content_type", models.CharField(max_length=200)),
            ("size", models.BigIntegerField()),
            ("inline", models.BooleanField(default=False)),
            ("content_id", models.CharField(default="", max_length=300)),
            ("at", models.DateTimeField()),
            ("url", models.TextField(null=True)),
            ("tags", models.JSONField(null=True)),
            ("note", models.TextField(null=True)),
            ("internal", models.BooleanField(null=True)),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="tramita.item"
                ),
            ),
            (
                "message",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="attachments",
                    to="tramita.message",
                ),
            ),
        ],
        options={
            "db_table": "attachments",
        },
    ),
    migrations.CreateModel(
        name="ApprovalToken",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("sealed", models.TextField()),
            ("expires_at", models.DateTimeField()),
            ("used_at", models.DateTimeField(null=True)),
            (
                "approval",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="tramita.approval"
                ),
            ),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "message",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="approval_token", to="tramita.message"
                ),
            ),
        ],
        options={
            "db_table": "approval_tokens",
        },
    ),
    migrations.CreateModel(
        name="NoticeSettings",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("chosen", models.JSONField(default=dict)),
            ("mails", models.BooleanField(default=True)),
            ("quiet_from", models.TimeField(null=True)),
            ("quiet_until", models.TimeField(null=True)),
            ("mailed", models.JSONField(default=list)),
            ("fault", models.TextField(default="")),
            (
                "person",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="notice_settings",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "notice_settings",
        },
    ),
    migrations.CreateModel(
        name="Notification",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("event", models.CharField(max_length=12)),
            ("key", models.CharField(max_length=50)),
            ("at", models.DateTimeField()),
            ("hub", models.BooleanField()),
            ("browser", models.BooleanField()),
            ("mail", models.SmallIntegerField(choices=[(0, "None"), (1, "Waiting"), (2, "Done")])),
            ("read_at", models.DateTimeField(null=True)),
            (
                "entry",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="tramita.entry",
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                ),
            ),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="notifications",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "notifications",
        },
    ),
    migrations.CreateModel(
        name="Organisation",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=100, unique=True)),
            ("name", models.CharField(max_length=200)),
            ("domains", models.JSONField(default=list)),
            ("active", models.BooleanField(default=True)),
            ("properties", models.JSONField(null=True)),
            (
                "account_manager",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "parent",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="branches",
                    to="tramita.organisation",
                ),
            ),
        ],
        options={
            "db_table": "organisations",
        },
    ),
    migrations.AddField(
        model_name="item",
        name="organisation",
        field=models.ForeignKey(
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="tramita.organisation",
        ),
    ),
    migrations.AddField(
        model_name="definition",
        name="organisation",
        field=models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.organisation"
        ),
    ),
    migrations.AddField(
        model_name="approval",
        name="organisation",
        field=models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.organisation"
        ),
    ),
    migrations.AddField(
        model_name="person",
        name="organisation",
        field=models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="people", to="tramita.organisation"
        ),
    ),
    migrations.CreateModel(
        name="PlannedStart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("error", models.TextField(default="")),
            ("due_at", models.DateTimeField()),
            ("payload", models.JSONField(default=dict)),
            ("trigger", models.CharField(max_length=200)),
            ("purpose", models.CharField(default="case", max_length=10)),
            (
                "process",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
        ],
        options={
            "db_table": "planned_starts",
        },
    ),
    migrations.CreateModel(
        name="Presence",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("until", models.DateTimeField()),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                ),
            ),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "presences",
        },
    ),
    migrations.CreateModel(
        name="Probe",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("nonce", models.CharField(max_length=40)),
            ("ordered_at", models.DateTimeField()),
            ("sent_at", models.DateTimeField(null=True)),
            ("arrived_at", models.DateTimeField(null=True)),
            ("plus_at", models.DateTimeField(null=True)),
            ("plus_refused", models.TextField(default="")),
            ("ended_at", models.DateTimeField(null=True)),
            ("fault", models.CharField(default="", max_length=40)),
            ("words", models.TextField(default="")),
            ("signatures", models.JSONField(default=list)),
            ("verdicts", models.JSONField(default=dict)),
            (
                "mailbox",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="probe", to="tramita.mailbox"
                ),
            ),
        ],
        options={
            "db_table": "probes",
        },
    ),
    migrations.CreateModel(
        name="ProcessDraft",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("text", models.TextField()),
            ("base", models.CharField(max_length=16)),
            ("number", models.PositiveIntegerField()),
            ("saved_at", models.DateTimeField()),
            (
                "process",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="draft", to="tramita.definition"
                ),
            ),
            (
                "saved_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "process_drafts",
        },
    ),
    migrations.CreateModel(
        name="PushSubscription",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("endpoint", models.TextField()),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("p256dh", models.CharField(max_length=100)),
            ("auth", models.CharField(max_length=40)),
            ("browser", models.CharField(default="", max_length=100)),
            ("at", models.DateTimeField()),
            ("reached_at", models.DateTimeField(null=True)),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="push_subscriptions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "push_subscriptions",
        },
    ),
    migrations.CreateModel(
        name="Queue",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=100, unique=True)),
            ("title", models.CharField(max_length=200)),
            ("strict", models.BooleanField(default=False)),
            ("active", models.BooleanField(default=True)),
            (
                "members",
                models.ManyToManyField(
                    related_name="queues", through="tramita.Membership", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "db_table": "queues",
        },
    ),
    migrations.AddField(
        model_name="membership",
        name="queue",
        field=models.ForeignKey(
            on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="tramita.queue"
        ),
    ),
    migrations.AddField(
        model_name="item",
        name="queue",
        field=models.ForeignKey(
            db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.queue"
        ),
    ),
    migrations.CreateModel(
        name="Feedback",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("resolved_at", models.DateTimeField()),
            ("done", models.BooleanField()),
            ("rating", models.PositiveSmallIntegerField(null=True)),
            ("at", models.DateTimeField(db_index=True)),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "process",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.definition",
                ),
            ),
            (
                "resolver",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="feedback",
                    to="tramita.item",
                ),
            ),
            (
                "queue",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="tramita.queue",
                ),
            ),
        ],
        options={
            "db_table": "feedback",
        },
    ),
    migrations.CreateModel(
        name="Regrouping",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "what",
                models.CharField(
                    choices=[("merge", "Merge"), ("split", "Split"), ("convert", "Convert")], max_length=10
                ),
            ),
            ("at", models.DateTimeField()),
            ("before", models.JSONField()),
            ("undone_at", models.DateTimeField(null=True)),
            (
                "by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                ),
            ),
            (
                "other",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="tramita.item",
                ),
            ),
        ],
        options={
            "db_table": "regroupings",
        },
    ),
    migrations.CreateModel(
        name="Route",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address", models.EmailField(max_length=254, unique=True)),
            ("acknowledge", models.BooleanField(default=False)),
            ("position", models.PositiveIntegerField(default=0)),
            ("active", models.BooleanField(default=True)),
            (
                "mailbox",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="routes", to="tramita.mailbox"
                ),
            ),
            (
                "process",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.definition"
                ),
            ),
        ],
        options={
            "db_table": "routes",
        },
    ),
    migrations.CreateModel(
        name="Scan",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=64, unique=True)),
            ("mail", models.BooleanField(default=False)),
            ("verdict", models.SmallIntegerField(choices=[(0, "Waiting"), (1, "Clean"), (2, "Found")], default=0)),
            ("words", models.CharField(default="", max_length=300)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("next_at", models.DateTimeField()),
            ("at", models.DateTimeField()),
        ],
        options={
            "db_table": "scans",
            "indexes": [models.Index(condition=models.Q(("verdict", 0)), fields=["next_at"], name="scans_due")],
        },
    ),
    migrations.CreateModel(
        name="SearchDoc",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("about", models.SmallIntegerField(choices=[(1, "Item"), (2, "Mail"), (3, "Note"), (4, "File")])),
            ("source", models.BigIntegerField(default=0)),
            ("body", models.TextField()),
            (
                "item",
                models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"
                ),
            ),
        ],
        options={
            "db_table": "search_docs",
        },
    ),
    migrations.CreateModel(
        name="SeenMessage",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("mailbox", models.CharField(max_length=254)),
            ("source", models.CharField(max_length=20)),
            ("envelope", models.JSONField(default=dict)),
            ("raw", models.CharField(max_length=64)),
            ("content", models.CharField(max_length=64)),
            ("size", models.BigIntegerField()),
            ("seen_at", models.DateTimeField()),
            ("outcome", models.CharField(default="", max_length=12)),
            ("reason", models.CharField(default="", max_length=200)),
            ("subject", models.CharField(default="", max_length=300)),
            ("sender", models.CharField(default="", max_length=254)),
            ("items", models.JSONField(default=list)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("processed_at", models.DateTimeField(null=True)),
            ("next_at", models.DateTimeField(null=True)),
            ("archive", models.BooleanField(db_default=False, default=False)),
            ("trace", models.JSONField(null=True)),
            (
                "handled_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "seen_messages",
        },
    ),
    migrations.AddField(
        model_name="message",
        name="seen",
        field=models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="tramita.seenmessage"
        ),
    ),
    migrations.CreateModel(
        name="FetchedMessage",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("mailbox", models.CharField(max_length=254)),
            ("folder", models.CharField(default="", max_length=200)),
            ("uidvalidity", models.BigIntegerField(null=True)),
            ("uid", models.BigIntegerField(null=True)),
            ("uidl", models.CharField(default="", max_length=100)),
            ("size", models.BigIntegerField(default=0)),
            ("at", models.DateTimeField()),
            ("told", models.BooleanField(default=False)),
            (
                "seen",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fetched",
                    to="tramita.seenmessage",
                ),
            ),
        ],
        options={
            "db_table": "fetched_messages",
        },
    ),
    migrations.CreateModel(
        name="Timer",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("error", models.TextField(default="")),
            ("due_at", models.DateTimeField()),
            ("payload", models.JSONField(default=dict)),
            ("purpose", models.CharField(max_length=20)),
            (
                "item",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="timers",
                    to="tramita.item",
                ),
            ),
        ],
        options={
            "db_table": "timers",
        },
    ),
    migrations.CreateModel(
        name="TimeSpent",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("begun_at", models.DateTimeField()),
            ("seen_at", models.DateTimeField()),
            ("until", models.DateTimeField()),
            ("ended_at", models.DateTimeField(null=True)),
            ("seconds", models.PositiveIntegerField(default=0)),
            ("by_hand", models.BooleanField(default=False)),
            ("paused", models.BooleanField(default=False)),
            ("edited_at", models.DateTimeField(null=True)),
            (
                "edited_by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"),
            ),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "time_spent",
        },
    ),
    migrations.CreateModel(
        name="Token",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(default="", max_length=100)),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("created_at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "db_table": "tokens",
        },
    ),
    migrations.CreateModel(
        name="ToldSender",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("address", models.CharField(max_length=254)),
            ("at", models.DateTimeField()),
            (
                "seen",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.seenmessage"
                ),
            ),
        ],
        options={
            "db_table": "told_senders",
        },
    ),
    migrations.CreateModel(
        name="Trashed",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField()),
            ("reason", models.TextField()),
            ("kept", models.JSONField(default=dict)),
            (
                "by",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "first",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.CASCADE, related_name="along", to="tramita.trashed"
                ),
            ),
            (
                "item",
                models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.CASCADE, related_name="trashed", to="tramita.item"
                ),
            ),
            (
                "person",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="trashed",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "trash",
        },
    ),
    migrations.CreateModel(
        name="TrayView",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("html", models.TextField(default="")),
            (
                "shown",
                models.SmallIntegerField(
                    choices=[(0, "Text"), (1, "Waiting"), (2, "Clean"), (3, "Too Much")], default=1
                ),
            ),
            ("view", models.JSONField(null=True)),
            (
                "seen",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="tray_view", to="tramita.seenmessage"
                ),
            ),
        ],
        options={
            "db_table": "tray_views",
        },
    ),
    migrations.CreateModel(
        name="Version",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField()),
            ("body", models.JSONField()),
            ("published_at", models.DateTimeField()),
            (
                "definition",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="tramita.definition"
                ),
            ),
            (
                "published_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "versions",
        },
    ),
    migrations.AddField(
        model_name="item",
        name="due_rule",
        field=models.ForeignKey(
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="tramita.version",
        ),
    ),
    migrations.AddField(
        model_name="item",
        name="process_version",
        field=models.ForeignKey(
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="tramita.version",
        ),
    ),
    migrations.AddField(
        model_name="definition",
        name="current",
        field=models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.version"
        ),
    ),
    migrations.AddField(
        model_name="approval",
        name="version",
        field=models.ForeignKey(
            db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tramita.version"
        ),
    ),
    migrations.CreateModel(
        name="View",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=80)),
            (
                "shared",
                models.CharField(choices=[("", "Nobody"), ("team", "Team"), ("all", "All")], default="", max_length=4),
            ),
            ("narrowing", models.JSONField(default=dict)),
            ("columns", models.JSONField(default=list)),
            ("sort", models.CharField(default="due", max_length=20)),
            ("grouping", models.CharField(default="", max_length=20)),
            ("version", models.PositiveIntegerField(default=1)),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
            (
                "owner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "team",
                models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.queue"
                ),
            ),
        ],
        options={
            "db_table": "views",
        },
    ),
    migrations.CreateModel(
        name="ConfigurationChange",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("section", models.CharField(max_length=20)),
            ("key", models.CharField(max_length=400)),
            ("at", models.DateTimeField()),
            ("before", models.JSONField(null=True)),
            ("after", models.JSONField(null=True)),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "configuration_changes",
            "indexes": [models.Index(fields=["section", "key", "-id"], name="changes_of_a_thing")],
        },
    ),
    migrations.CreateModel(
        name="Consent",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("level", models.PositiveSmallIntegerField()),
            ("every", models.BooleanField()),
            ("state", models.CharField(default="awaiting", max_length=32)),
            ("decided_at", models.DateTimeField(null=True)),
            (
                "approval",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="consents",
                    to="tramita.approval",
                ),
            ),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "consents",
            "constraints": [
                models.UniqueConstraint(fields=("approval", "level", "person"), name="asked_once_on_a_level")
            ],
        },
    ),
    migrations.CreateModel(
        name="CannedUse",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "definition",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.definition"
                ),
            ),
        ],
        options={
            "db_table": "canned_uses",
            "indexes": [models.Index(fields=["person", "-at"], name="canned_uses_by_person")],
            "constraints": [models.UniqueConstraint(fields=("person", "definition"), name="one_use_a_person")],
        },
    ),
    migrations.CreateModel(
        name="Digest",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("lease_until", models.DateTimeField(default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ("fence", models.PositiveIntegerField(default=0)),
            ("tries", models.PositiveIntegerField(default=0)),
            ("error", models.TextField(default="")),
            ("due_at", models.DateTimeField()),
            ("payload", models.JSONField(default=dict)),
            ("purpose", models.CharField(max_length=10)),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "digests",
            "indexes": [models.Index(fields=["due_at"], name="digests_due")],
            "constraints": [models.UniqueConstraint(fields=("person", "purpose"), name="one_digest_a_person")],
        },
    ),
    migrations.CreateModel(
        name="Erasure",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("about", models.CharField(max_length=64)),
            ("reason", models.CharField(max_length=300)),
            ("at", models.DateTimeField()),
            ("counts", models.JSONField(default=dict)),
            ("keys", models.JSONField(default=list)),
            ("done", models.BooleanField(default=False)),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "db_table": "erasures",
            "indexes": [models.Index(condition=models.Q(("done", False)), fields=["id"], name="erasures_open")],
        },
    ),
    migrations.CreateModel(
        name="Grant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("path", models.CharField(max_length=400)),
            ("permissions", models.JSONField(default=list)),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="grants", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "db_table": "grants",
            "constraints": [models.UniqueConstraint(fields=("person", "path"), name="one_grant_a_path")],
        },
    ),
    migrations.CreateModel(
        name="IdempotencyKey",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=200)),
            ("request", models.CharField(max_length=64)),
            ("status", models.PositiveSmallIntegerField()),
            ("body", models.TextField()),
            ("content_type", models.CharField(default="application/json", max_length=100)),
            ("headers", models.JSONField(default=dict)),
            ("created_at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
        ],
        options={
            "db_table": "idempotency_keys",
            "indexes": [models.Index(fields=["created_at"], name="idempotency_keys_by_age")],
            "constraints": [models.UniqueConstraint(fields=("person", "key"), name="one_answer_a_key")],
        },
    ),
    migrations.CreateModel(
        name="Follow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("muted", models.BooleanField(default=False)),
            ("at", models.DateTimeField()),
            (
                "person",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="follows", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "item",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="follows",
                    to="tramita.item",
                ),
            ),
        ],
        options={
            "db_table": "follows",
            "constraints": [models.UniqueConstraint(fields=("item", "person"), name="followed_once")],
        },
    ),
    migrations.CreateModel(
        name="Focus",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("position", models.PositiveIntegerField()),
            (
                "person",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "item",
                models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tramita.item"),
            ),
        ],
        options={
            "db_table": "focus",
            "constraints": [models.UniqueConstraint(fields=("person", "item"), name="once_in_a_focus")],
        },
    ),
    migrations.AddConstraint(
        model_name="entry",
        constraint=models.UniqueConstraint(fields=("item", "seq"), name="one_entry_a_seq"),
    ),
    migrations.AddIndex(
        model_name="copiedcontact",
        index=models.Index(fields=["person", "item"], name="copied_by_person"),
    ),
    migrations.AddConstraint(
        model_name="copiedcontact",
        constraint=models.UniqueConstraint(fields=("item", "person"), name="copied_once"),
    ),
    migrations.AddConstraint(
        model_name="casestep",
        constraint=models.UniqueConstraint(fields=("case", "number"), name="one_step_a_number"),
    ),
    migrations.AddConstraint(
        model_name="caseaction",
        constraint=models.UniqueConstraint(fields=("step", "name", "copy"), name="once_in_a_pass"),
    ),
    migrations.AddIndex(
        model_name="access",
        index=models.Index(fields=["person", "-at"], name="accesses_by_person"),
    ),
    migrations.AddConstraint(
        model_name="access",
        constraint=models.UniqueConstraint(fields=("person", "item"), name="one_access_a_person"),
    ),
    migrations.AddIndex(
        model_name="itemtag",
        index=models.Index(fields=["tag", "item"], name="items_by_tag"),
    ),
    migrations.AddConstraint(
        model_name="itemtag",
        constraint=models.UniqueConstraint(fields=("item", "tag"), name="once_on_an_item"),
    ),
    migrations.AddIndex(
        model_name="job",
        index=models.Index(fields=["person", "-id"], name="jobs_by_person"),
    ),
    migrations.AddIndex(
        model_name="job",
        index=models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["id"], name="jobs_running"),
    ),
    migrations.AddIndex(
        model_name="job",
        index=models.Index(fields=["ended_at"], name="jobs_by_age"),
    ),
    migrations.AddIndex(
        model_name="jobitem",
        index=models.Index(fields=["job", "outcome", "id"], name="job_items_by_outcome"),
    ),
    migrations.AddIndex(
        model_name="jobitem",
        index=models.Index(condition=models.Q(("outcome", 0)), fields=["due_at", "id"], name="job_items_due"),
    ),
    migrations.AddConstraint(
        model_name="jobitem",
        constraint=models.UniqueConstraint(fields=("job", "item"), name="once_in_a_job"),
    ),
    migrations.AddConstraint(
        model_name="link",
        constraint=models.UniqueConstraint(fields=("source", "target", "type"), name="one_link_a_type"),
    ),
    migrations.AddConstraint(
        model_name="draft",
        constraint=models.UniqueConstraint(fields=("person", "item", "kind"), name="one_draft_a_kind"),
    ),
    migrations.AddIndex(
        model_name="delivery",
        index=models.Index(condition=models.Q(("state", 0)), fields=["next_at"], name="deliveries_due"),
    ),
    migrations.AddIndex(
        model_name="delivery",
        index=models.Index(condition=models.Q(("state__in", (0, 2, 3, 4))), fields=["id"], name="deliveries_open"),
    ),
    migrations.AddIndex(
        model_name="notification",
        index=models.Index(fields=["person", "-id"], name="notifications_by_person"),
    ),
    migrations.AddIndex(
        model_name="notification",
        index=models.Index(
            condition=models.Q(("read_at__isnull", True)), fields=["person", "-id"], name="notifications_unread"
        ),
    ),
    migrations.AddIndex(
        model_name="notification",
        index=models.Index(condition=models.Q(("mail", 1)), fields=["person"], name="notifications_to_mail"),
    ),
    migrations.AddIndex(
        model_name="notification",
        index=models.Index(fields=["at"], name="notifications_by_age"),
    ),
    migrations.AddConstraint(
        model_name="notification",
        constraint=models.UniqueConstraint(fields=("person", "item", "key"), name="told_once"),
    ),
    migrations.AddConstraint(
        model_name="person",
        constraint=models.CheckConstraint(
            condition=models.Q(("email__isnull", False), ("key__isnull", False), _connector="OR"),
            name="people_have_a_name",
        ),
    ),
    migrations.AddIndex(
        model_name="plannedstart",
        index=models.Index(fields=["due_at"], name="starts_due"),
    ),
    migrations.AddConstraint(
        model_name="plannedstart",
        constraint=models.UniqueConstraint(fields=("process", "trigger"), name="one_start_a_trigger"),
    ),
    migrations.AddConstraint(
        model_name="membership",
        constraint=models.UniqueConstraint(fields=("queue", "person"), name="one_membership_a_queue"),
    ),
    migrations.AddConstraint(
        model_name="feedback",
        constraint=models.UniqueConstraint(fields=("item", "resolved_at"), name="one_feedback_a_resolution"),
    ),
    migrations.AddConstraint(
        model_name="feedback",
        constraint=models.CheckConstraint(
            condition=models.Q(("rating__isnull", True), ("rating__range", (1, 5)), _connector="OR"),
            name="rated_one_to_five",
        ),
    ),
    migrations.AddIndex(
        model_name="regrouping",
        index=models.Index(fields=["item", "id"], name="regroupings_of_item"),
    ),
    migrations.AddIndex(
        model_name="regrouping",
        index=models.Index(fields=["other", "id"], name="regroupings_of_other"),
    ),
    migrations.AddConstraint(
        model_name="searchdoc",
        constraint=models.UniqueConstraint(fields=("item", "about", "source"), name="one_doc_a_text"),
    ),
    migrations.AddIndex(
        model_name="seenmessage",
        index=models.Index(fields=["outcome", "id"], name="seen_by_outcome"),
    ),
    migrations.AddIndex(
        model_name="seenmessage",
        index=models.Index(condition=models.Q(("raw", ""), _negated=True), fields=["seen_at"], name="seen_with_raw"),
    ),
    migrations.AddIndex(
        model_name="seenmessage",
        index=models.Index(fields=["mailbox", "id"], name="seen_by_mailbox"),
    ),
    migrations.AddConstraint(
        model_name="seenmessage",
        constraint=models.UniqueConstraint(fields=("mailbox", "content"), name="seen_once_by_content"),
    ),
    migrations.AddIndex(
        model_name="message",
        index=models.Index(fields=["message_id"], name="messages_by_message_id"),
    ),
    migrations.AddIndex(
        model_name="message",
        index=models.Index(
            condition=models.Q(("outgoing", False), models.Q(("in_reply_to", ""), _negated=True)),
            fields=["in_reply_to"],
            name="messages_by_answered",
        ),
    ),
    migrations.AddIndex(
        model_name="message",
        index=models.Index(condition=models.Q(("shown", 1)), fields=["id"], name="messages_to_clean"),
    ),
    migrations.AddIndex(
        model_name="message",
        index=models.Index(
            condition=models.Q(("automatic", True), ("outgoing", True)),
            fields=["sender_address", "at"],
            name="messages_by_machine",
        ),
    ),
    migrations.AddConstraint(
        model_name="message",
        constraint=models.UniqueConstraint(
            condition=models.Q(("seen__isnull", False)), fields=("item", "seen"), name="one_message_an_item"
        ),
    ),
    migrations.AddConstraint(
        model_name="fetchedmessage",
        constraint=models.UniqueConstraint(
            condition=models.Q(("uid__isnull", False)),
            fields=("mailbox", "folder", "uidvalidity", "uid"),
            name="fetched_once_by_uid",
        ),
    ),
    migrations.AddConstraint(
        model_name="fetchedmessage",
        constraint=models.UniqueConstraint(
            condition=models.Q(("uidl", ""), _negated=True), fields=("mailbox", "uidl"), name="fetched_once_by_uidl"
        ),
    ),
    migrations.AddIndex(
        model_name="timer",
        index=models.Index(fields=["due_at"], name="timers_due"),
    ),
    migrations.AddConstraint(
        model_name="timer",
        constraint=models.UniqueConstraint(fields=("item", "purpose"), name="one_timer_a_purpose"),
    ),
    migrations.AddConstraint(
        model_name="timespent",
        constraint=models.UniqueConstraint(
            condition=models.Q(("ended_at__isnull", True)), fields=("person",), name="one_clock_each"
        ),
    ),
    migrations.AddIndex(
        model_name="toldsender",
        index=models.Index(fields=["address", "at"], name="told_lately"),
    ),
    migrations.AddIndex(
        model_name="trayview",
        index=models.Index(condition=models.Q(("shown", 1)), fields=["id"], name="tray_views_to_clean"),
    ),
    migrations.AddConstraint(
        model_name="version",
        constraint=models.UniqueConstraint(fields=("definition", "number"), name="one_version_a_number"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["queue", "listed", "sort_due", "id"], name="items_by_queue"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["assignee", "listed", "sort_due", "id"], name="items_by_assignee"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["owner", "listed", "sort_due", "id"], name="items_by_owner"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["listed", "sort_due", "id"], name="items_by_list"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["organisation", "listed", "sort_due", "id"], name="items_of_organisation"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["process", "listed", "sort_due", "id"], name="items_of_process"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["requester", "id"], name="items_by_requester"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["parent", "ordinal"], name="items_by_parent"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("parent__isnull", False), ("state__lt", 4)), fields=["parent"], name="items_open_below"
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(fields=["updated_at", "id"], name="items_by_update"),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("robot_rejected", True)),
            fields=["queue", "sort_due", "id"],
            name="items_rejected_by_robots",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("primary_contact", models.F("requester")), _negated=True),
            fields=["primary_contact", "id"],
            name="items_by_primary",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("subject", models.F("requester")), _negated=True),
            fields=["subject", "id"],
            name="items_by_subject",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("original_requester", models.F("requester")), _negated=True),
            fields=["original_requester", "id"],
            name="items_by_first",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("listed", 0), _negated=True),
            fields=["listed", "updated_at", "id"],
            name="open_by_update",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("listed", 0), _negated=True), fields=["listed", "id"], name="open_by_creation"
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("listed", 0), _negated=True),
            fields=["queue", "listed", "updated_at", "id"],
            name="open_queues_by_update",
        ),
    ),
    migrations.AddIndex(
        model_name="item",
        index=models.Index(
            condition=models.Q(("listed", 0), _negated=True),
            fields=["queue", "listed", "id"],
            name="open_queues_by_creation",
        ),
    ),
    migrations.AddConstraint(
        model_name="item",
        constraint=models.UniqueConstraint(fields=("number", "kind", "ordinal"), name="one_item_a_reference"),
    ),
    migrations.AddConstraint(
        model_name="item",
        constraint=models.CheckConstraint(
            condition=models.Q(
                models.Q(("state", 3), ("wait_type__isnull", False)),
                models.Q(models.Q(("state", 3), _negated=True), ("wait_type__isnull", True)),
                _connector="OR",
            ),
            name="waiting_has_a_type",
        ),
    ),
    migrations.AddConstraint(
        model_name="definition",
        constraint=models.UniqueConstraint(fields=("kind", "key"), name="one_definition_a_key"),
    ),
    migrations.AddIndex(
        model_name="approval",
        index=models.Index(fields=["state", "id"], name="approvals_by_state"),
    ),
    migrations.AddConstraint(
        model_name="approval",
        constraint=models.UniqueConstraint(
            condition=models.Q(("state", "awaiting")), fields=("item",), name="one_approval_at_a_time"
        ),
    ),
    migrations.AddConstraint(
        model_name="view",
        constraint=models.CheckConstraint(
            condition=models.Q(
                models.Q(("shared", "team"), ("team__isnull", False)),
                models.Q(models.Q(("shared", "team"), _negated=True), ("team", None)),
                _connector="OR",
            ),
            name="a_team_s_view_has_a_team",
        ),
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [("tramita", name) for name in REPLACED]
    dependencies = []
    operations = [Tables(STATE), *(operation for name in KEPT for operation in kept(name))]
