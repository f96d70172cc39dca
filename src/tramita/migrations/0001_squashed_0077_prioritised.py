"""All tables as the first 77 steps leave them: an empty database gets them at once (decision 61).

A database that is older goes through the steps that this stands for.
"""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

REPLACED = (
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
    "0044_test_runs",
    "0045_further_addresses",
    "0046_signing_in",
    "0047_estimates",
    "0048_webhooks",
    "0049_how_much_a_token_asked",
    "0050_identities",
    "0051_schedules_of_cases",
    "0052_leases_of_robots",
    "0053_levels_of_approvals",
    "0054_brought_in",
    "0055_routes_for_test_runs",
    "0056_bounds_of_robots",
    "0057_sheets",
    "0058_what_somebody_sees",
    "0059_audit_of_the_desk",
    "0060_swept_early",
    "0061_substitutes",
    "0062_proposals_of_robots",
    "0063_whose_due_rule",
    "0064_tool_access",
    "0065_seals",
    "0066_deeds_of_robots",
    "0067_time_of_a_month",
    "0068_dates_that_items_lend",
    "0069_roles_of_the_desk",
    "0070_calendars_of_contacts",
    "0071_webhook_answers",
    "0072_return_idle",
    "0073_skills",
    "0074_items_for_robots",
    "0075_farms_of_queues",
    "0076_teams",
    "0077_prioritised",
)
BESIDES = (  # what these did besides tables is done as they did it: triggers, functions, words, first rows
    "0002_kept_by_the_database",
    "0011_stamp_of_the_configuration",
    "0017_found_by_words",
    "0022_focus",
    "0025_notifications",
    "0030_contacts",
    "0034_search_vocabulary",
    "0060_swept_early",
    "0065_seals",
)


def steps(name: str) -> list[Operation]:
    operations: list[Operation] = import_module(f"tramita.migrations.{name}").Migration.operations
    return operations


class Tables(Operation):
    """Each table with its indexes. Step by step Django would make the classes of all its neighbours anew each time."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        vars(state).pop("apps", None)  # they are made when they are asked for, not after each operation
        for name in REPLACED:
            for operation in steps(name):
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


class Migration(migrations.Migration):
    initial = True
    replaces = [("tramita", name) for name in REPLACED]
    dependencies = []
    operations = [Tables(), *(one for name in BESIDES for one in steps(name) if isinstance(one, migrations.RunPython))]
