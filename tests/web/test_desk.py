"""The Builder's forms of queues, people, canned texts and so on, over HTTP (SPEC section 22)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.desk import MONDAY
from tests.web.reading import errors_of, form_of, text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import ConfigurationChange, Person, Queue
from tramita.queries import definitions
from tramita.services import desk_settings
from tramita.services.definitions import apply, export

EXAMPLE = Path(__file__).parents[1] / "samples" / "configuration.yaml"
# of each sort: one thing, an input of it, and something new to put there
EDITS = (
    ("queues", "invoices", "strict", ["on"]),
    ("teams", "south", "managers", ["leo@desk.example", "ana@desk.example"]),
    ("positions", "accounts", "holders.2.holder", ["robo-1"]),
    ("roles", "senior", "options.mail", ["false"]),
    ("users", "ana@desk.example", "role", ["team_leader"]),
    ("robots", "robo-1", "lease", ["7 minutes"]),
    ("canned-texts", "greeting", "texts.en", ["Good day, {{requester}}"]),
    ("organisations", "acme-iberia", "domains", ["acme.es\nacme.pt"]),
    ("customers", "acme", "title", ["Acme"]),
    ("contracts", "acme/main", "title", ["Main"]),
    ("contracts", "acme/main", "hours.monthly_hours", ["37,5"]),
    ("services", "acme/main/finance", "title", ["Finance"]),
    ("categories", "acme/main/finance/invoice-query", "feedback_window", ["7 days"]),
    ("categories", "acme/main/finance/invoice-query/duplicate", "queue", ["-"]),
    ("calendars", "office", "week.sat", ["09:00-12:00"]),
    ("due-rules", "two_days", "within", ["12 working hours"]),
    ("due-rules", "plain", "hours.excess_price", ["95.50"]),
    ("approval-types", "refund", "levels.0.approvers", ["managers\nparent_managers"]),
    ("sign-on", "acme", "domains", ["acme.es\nacme.pt"]),
    ("settings", "", "undo_send", ["20"]),
)


@pytest.fixture(autouse=True)
def configured(db: None) -> None:
    """The desk of INTERFACES section 4."""
    apply([EXAMPLE], by=SYSTEM, at=MONDAY)
    definitions.forget()


@pytest.fixture
def root(client: Client) -> Client:
    """Root configures the desk."""
    client.force_login(Person.objects.get(email="root@desk.example"))
    return client


def path_of(sort: str, key: str) -> str:
    return f"/builder/desk/{sort}/{key}" if key else f"/builder/desk/{sort}"


def sent(root: Client, sort: str, key: str, **new: list[str]) -> Any:
    """The form of a thing, sent as it is but for these inputs."""
    path = path_of(sort, key)
    return root.post(path, form_of(root.get(path), path) | new)


@pytest.mark.parametrize(("sort", "key", "name", "new"), EDITS, ids=[f"{edit[0]} {edit[1]}" for edit in EDITS])
def test_a_form_that_is_sent_as_it_was_changes_nothing_and_a_change_is_what_a_file_would_say(
    root: Client, tmp_path: Path, sort: str, key: str, name: str, new: list[str]
) -> None:
    """BU-1, BU-2, BU-7: the screens and `apply` are two faces of one thing; who changed it and when is kept."""
    before = export()

    untouched = sent(root, sort, key)
    same = export()
    changed = sent(root, sort, key, **{name: new, "unlock": ["on"]})
    file = tmp_path / "exported.yaml"
    file.write_text(export(), encoding="utf-8")
    again = apply([file], by=SYSTEM, at=MONDAY)

    assert (untouched.status_code, same) == (302, before)
    assert changed["Location"] == path_of(sort, key)
    assert export() != before
    assert (again.created, again.changed) == ([], [])
    said = words_of(root.get(path_of(sort, key)))
    assert "Saved." in said
    assert sort == "categories" or "Root" in said.partition("History")[2]


@pytest.mark.parametrize("sort", ["queues", "users", "categories", "settings"])
def test_who_does_not_configure_the_desk_neither_sees_nor_changes_it(client: Client, sort: str) -> None:
    """SEC-1: refused on the page and in the service."""
    key = next(edit[1] for edit in EDITS if edit[0] == sort)
    leo = Person.objects.get(email="leo@desk.example")
    client.force_login(leo)

    seen = client.get(path_of(sort, key))
    changed = client.post(path_of(sort, key), {"title": "Mine"})

    assert (seen.status_code, changed.status_code) == (403, 403)


def test_a_queue_is_made_listed_and_used_no_more(root: Client) -> None:
    """Q-1, Q-3, BU-1: with its members, from the page alone."""
    made = root.post("/builder/desk/queues", {"key": "claims", "title": "Claims", "members": ["ana@desk.example"]})
    listed = words_of(root.get("/builder/desk/queues"))
    form = form_of(root.get("/builder/desk/queues/claims"), "/builder/remove/queues/claims")
    gone = root.post("/builder/remove/queues/claims", form)

    assert made["Location"] == "/builder/desk/queues/claims"
    assert "Claims claims ana@desk.example" in listed
    assert gone["Location"] == "/builder/desk/queues"
    assert not Queue.objects.get(key="claims").active
    assert [one.after is None for one in ConfigurationChange.objects.filter(key="claims").order_by("id")] == [
        False,
        True,
    ]


def test_what_something_else_names_cannot_be_taken_away(root: Client) -> None:
    """BU-4: a fundamental fault forbids saving, and says where it would be missed."""
    form = form_of(root.get("/builder/desk/queues/invoices"), "/builder/remove/queues/invoices")

    refused = root.post("/builder/remove/queues/invoices", form)

    assert refused.status_code == 422
    assert "ticket_categories/invoice-query/queue" in words_of(refused)
    assert Queue.objects.get(key="invoices").active


def test_a_fault_stands_at_its_field_in_the_readers_language_and_what_was_typed_stays(root: Client) -> None:
    """BU-4, H-1: nothing is saved."""
    Person.objects.filter(email="root@desk.example").update(language="pl")
    wrong = {"name": [""], "absent.from": ["2026-12-24"], "absent.to": ["2026-12-01"], "time_zone": ["Europe/Warszawa"]}

    refused = sent(root, "users", "ana@desk.example", **wrong)

    assert refused.status_code == 422
    assert {"f-name", "f-absent", "f-time_zone"} <= {*errors_of(refused)}
    assert "Europe/Warszawa" in text_of(refused)
    assert "needs" not in " ".join(errors_of(refused).values())


def test_somebody_elses_change_is_not_undone_unseen(root: Client) -> None:
    """Z-2: two administrators."""
    path = path_of("queues", "invoices")
    mine = form_of(root.get(path), path)
    sent(root, "queues", "invoices", title=["Bills"])

    refused = root.post(path, mine | {"title": ["Accounts"]})

    assert refused.status_code == 409
    assert Queue.objects.get(key="invoices").title == "Bills"
    assert "Accounts" in text_of(refused)


def test_an_administrator_cannot_lock_themselves_out(root: Client) -> None:
    """SEC-1: somebody must be able to undo it."""
    refused = sent(root, "users", "root@desk.example", role=["agent"])

    assert refused.status_code == 422
    assert "f-role" in errors_of(refused)


def test_rights_are_given_by_place_and_taken_back(root: Client) -> None:
    """SEC-2: a row a place."""
    given = sent(root, "users", "ana@desk.example", **{"grants.0.place": ["acme"], "grants.0.may": ["view", "work"]})
    kept = desk_settings.current("users", "ana@desk.example")
    taken = sent(root, "users", "ana@desk.example", **{"grants.0.place": [""]})

    assert (given.status_code, taken.status_code) == (302, 302)
    assert kept["grants"] == {"acme": ["view", "work"]}
    assert "grants" not in desk_settings.current("users", "ana@desk.example")


def test_a_canned_text_is_previewed_before_it_is_saved(root: Client) -> None:
    """M-19: filled with sample values; nothing is kept."""
    shown = sent(
        root, "canned-texts", "ask-order", **{"texts.en": ["Dear {{requester}}: {{reference}}"], "preview": ["1"]}
    )

    assert "Dear Lucía Ramos: 40308-T" in words_of(shown)
    assert "which order" in desk_settings.current("canned-texts", "ask-order")["texts"]["en"]


def test_staff_that_no_file_named_are_shown_and_become_configured_when_changed(root: Client) -> None:
    """BU-1: `user create` and the page meet."""
    Person.objects.create(email="eve@desk.example", name="Eve", role="agent", created_at=MONDAY)

    listed = words_of(root.get("/builder/desk/users"))
    sent(root, "users", "eve@desk.example", name=["Eve Adams"])

    assert "eve@desk.example" in listed
    assert Person.objects.get(email="eve@desk.example").configured
    assert Person.objects.get(email="eve@desk.example").name == "Eve Adams"


def press(root: Client, day: str) -> Any:
    """A day of the year 2026."""
    form = form_of(root.get(path_of("calendars", "office"), {"year": "2026"}), "/builder/days/office")
    return root.post("/builder/days/office", {"read": form["read"], "year": "2026", "day": day})


def test_a_day_of_the_year_is_made_a_day_off_and_taken_back(root: Client) -> None:
    """SLA-3: by a press or by its date; the year says what each day is."""
    path = path_of("calendars", "office")
    page = text_of(root.get(path, {"year": "2026"}))
    press(root, "2026-08-14")
    off = desk_settings.current("calendars", "office")["extra_days_off"]
    again = press(root, "2026-08-14")

    assert 'value="2026-12-24" tabindex="-1" data-day="extra"' in page
    assert 'value="2026-12-25" tabindex="-1" data-day="public"' in page
    assert 'value="2026-12-26" tabindex="-1" data-day="public"' in page
    assert [one.isoformat() for one in off] == ["2026-08-14", "2026-12-24"]
    assert again["Location"] == f"{path}?year=2026#year"
    assert [one.isoformat() for one in desk_settings.current("calendars", "office")["extra_days_off"]] == ["2026-12-24"]


def test_a_wrong_window_of_a_week_is_named_and_nothing_is_saved(root: Client) -> None:
    """SLA-3, BU-4."""
    refused = sent(root, "calendars", "office", **{"week.sat": ["9 to 12"]})

    assert refused.status_code == 422
    assert "is no window" in words_of(refused)
    assert "sat" not in desk_settings.current("calendars", "office")["week"]


def test_a_due_rule_is_tried_with_a_start_before_it_is_saved(root: Client) -> None:
    """SLA-1, SLA-3, UI “Due rules”: the due date, step by step, with the working time of each day adding up."""
    start = {"start": ["2026-12-23T15:30"], "preview": ["1"], "within": ["10 working hours"]}

    shown = words_of(sent(root, "due-rules", "two_days", **start))

    assert "Wednesday, Dec. 23, 2026 15:30 The hours later Tuesday, Dec. 29, 2026 09:00" in shown  # holidays between
    assert "Together 10 h 00 m" in shown
    assert desk_settings.current("due-rules", "two_days")["within"] == "16 working hours"


def test_a_customer_is_made_from_its_top_to_a_category_that_inherits(root: Client) -> None:
    """BU-1, Z-8, T-12: each below what it belongs to; a lower category shows what it inherits, and may take it back."""
    for sort, data in (
        ("customers", {"key": "beta", "title": "Beta"}),
        ("contracts", {"above": "beta", "key": "care"}),
        ("services", {"above": "beta/care", "key": "help"}),
        ("categories", {"above": "beta/care/help", "key": "claim", "queue": "invoices", "due": "plain"}),
        ("categories", {"above": "beta/care/help/claim", "key": "late", "due": "-"}),
    ):
        made = root.post(f"/builder/desk/{sort}", data)
        assert made.status_code == 302, words_of(made)

    shown = words_of(root.get("/builder/desk/categories/beta/care/help/claim/late"))
    late = definitions.current_category("beta/care/help/claim/late")

    assert "As above: invoices" in shown
    assert late is not None
    assert (late.process.queue, late.process.due) == ("invoices", None)


def test_what_holds_something_is_not_taken_away(root: Client) -> None:
    """BU-1: a contract with services stays."""
    form = form_of(root.get("/builder/desk/contracts/acme/main"), "/builder/remove/contracts/acme/main")

    refused = root.post("/builder/remove/contracts/acme/main", form)

    assert refused.status_code == 409
    assert "acme/main" in desk_settings.entries("contracts")


def test_own_properties_are_declared_given_and_taken_back(root: Client) -> None:
    """D-22, BU-1: a row a property, its choices inside of it; then the things of that sort are asked for them."""
    declared = {
        "key": "queues",
        "fields.0.name": "level",
        "fields.0.type": "choice",
        "fields.0.title.en": "Level",
        "fields.0.choices.0.value": "gold",
        "fields.0.choices.1.value": "silver",
        "fields.0.choices.1.label.pl": "srebro",
    }
    nothing = root.post("/builder/desk/properties", declared)
    made = root.post("/builder/desk/properties", declared | {"key": "organisations"})
    given = sent(root, "organisations", "acme", **{"properties.level": ["silver"]})
    kept = desk_settings.current("organisations", "acme")
    sent(root, "organisations", "acme", **{"properties.level": [""]})
    wrong = sent(root, "properties", "organisations", **{"fields.1.name": ["a b"], "fields.1.type": ["text"]})

    assert (nothing.status_code, made.status_code, given.status_code) == (422, 302, 302)
    assert desk_settings.current("properties", "organisations")["fields"]["level"]["choices"] == [
        "gold",
        {"silver": {"pl": "srebro"}},
    ]
    assert kept["properties"] == {"level": "silver"}
    assert "properties" not in desk_settings.current("organisations", "acme")
    assert "f-fields.1.name" in errors_of(wrong)


def test_defect_categories_are_made_below_a_service_and_below_each_other(root: Client) -> None:
    """D-1, BU-1."""
    for data in (
        {"above": "acme/main/finance", "key": "billing", "title": "Billing"},
        {"above": "acme/main/finance/billing", "key": "amount", "title": "Wrong amount"},
    ):
        made = root.post("/builder/desk/defect-categories", data)
        assert made.status_code == 302, words_of(made)

    assert desk_settings.current("defect-categories", "acme/main/finance/billing/amount") == {"title": "Wrong amount"}
    assert "Wrong amount" in words_of(root.get("/builder/desk/defect-categories"))
    assert "Wrong amount" in words_of(root.get("/builder/desk/services/acme/main/finance")).partition("History")[2]


def test_the_words_of_an_automatic_mail_are_previewed_and_kept(root: Client) -> None:
    """M-19b, MAIL-126, BU-1: filled with made-up values; a placeholder that the mail does not know is refused."""
    words = {"key": "split", "pl.text": "{{name}}: {{reference}} to teraz {{children}}"}

    shown = root.post("/builder/desk/mail-templates", words | {"preview": "1"})
    wrong = root.post("/builder/desk/mail-templates", words | {"pl.text": "{{password}}"})
    made = root.post("/builder/desk/mail-templates", words)

    assert "Lucía: 40308-T to teraz 40309-T, 40310-T" in words_of(shown)
    assert "f-pl.text" in errors_of(wrong)
    assert made["Location"] == "/builder/desk/mail-templates/split"
    assert definitions.mail_texts("split")["pl"].text == words["pl.text"]


def test_a_due_rule_that_live_processes_use_is_locked_and_can_be_copied(root: Client) -> None:
    """BU-2: it is changed for all of them on purpose, or a copy is made for some."""
    page = words_of(root.get(path_of("due-rules", "two_days")))
    locked = sent(root, "due-rules", "two_days", within=["12 working hours"])
    copy = form_of(root.get("/builder/desk/due-rules?add=1&from=two_days"), "/builder/desk/due-rules")
    made = root.post("/builder/desk/due-rules", copy | {"key": "quick", "within": "12 working hours"})
    unused = sent(root, "due-rules", "quick", within=["10 working hours"])

    assert "2 go by it" in page
    assert (locked.status_code, made.status_code, unused.status_code) == (422, 302, 302)
    assert "f-unlock" in errors_of(locked)
    assert desk_settings.current("due-rules", "two_days")["within"] == "16 working hours"
    assert desk_settings.current("due-rules", "quick") == {
        "within": "10 working hours",
        "calendar": "office",
        "add_wait_time": True,
        "allow_override": True,
    }


def test_a_structure_of_named_dates_is_filled_in_by_schedules(root: Client) -> None:
    """BU-6: a row a schedule, its dates a line each; a date that is none is told at its row."""
    rows = {"schedules.0.name": "2026-01", "schedules.0.dates": "cutoff: 2026-01-20\npayday: 2026-01-30T09:00"}
    made = root.post("/builder/desk/schedules", {"key": "payroll", "title": "Payroll", **rows})
    wrong = sent(
        root, "schedules", "payroll", **{"schedules.1.name": ["2026-02"], "schedules.1.dates": ["cutoff: soon"]}
    )

    assert made.status_code == 302, words_of(made)
    assert desk_settings.current("schedules", "payroll") == {
        "title": "Payroll",
        "schedules": {"2026-01": {"cutoff": "2026-01-20", "payday": "2026-01-30T09:00"}},
    }
    assert wrong.status_code == 422
    assert any(name.startswith("f-schedules.1.") for name in errors_of(wrong))


def test_nobody_gives_what_they_do_not_have(root: Client) -> None:
    """SEC-1: neither to a role nor to a person; what was given already may stay, and builders stand apart."""
    sent(root, "users", "ana@desk.example", role=["agent"], builder=["administrator"])
    ana = Client()
    ana.force_login(Person.objects.get(email="ana@desk.example"))

    to_leader = sent(ana, "users", "ana@desk.example", role=["team_leader"])
    by_role = sent(ana, "roles", "senior", **{"options.bulk": ["true"]})
    by_grant = sent(ana, "users", "leo@desk.example", **{"grants.0.place": ["acme"], "grants.0.may": ["approve"]})
    renamed = sent(ana, "users", "leo@desk.example", name=["Leo R."])

    assert [one.status_code for one in (to_leader, by_role, by_grant, renamed)] == [422, 422, 422, 302]
    assert Person.objects.get(email="ana@desk.example").role == Role.AGENT
    assert "bulk" not in desk_settings.current("roles", "senior")["options"]


def test_who_sets_live_and_manages_nobody_changes_no_roles_and_no_people(root: Client) -> None:
    """SEC-1: the role of a publisher."""
    sent(root, "users", "ana@desk.example", builder=["publisher"])
    ana = Client()
    ana.force_login(Person.objects.get(email="ana@desk.example"))

    assert sent(ana, "queues", "invoices", title=["Bills"]).status_code == 302
    assert sent(ana, "roles", "senior", title=["Boss"]).status_code == 403
    assert sent(ana, "users", "leo@desk.example", name=["Leo R."]).status_code == 403


def test_a_role_that_somebody_has_is_not_taken_away(root: Client) -> None:
    """SEC-1, BU-1."""
    sent(root, "users", "ana@desk.example", role=["senior"])
    path = "/builder/desk/roles/senior"

    refused = root.post("/builder/remove/roles/senior", {"read": form_of(root.get(path), path)["read"]})

    assert refused.status_code == 422
    assert Person.objects.get(email="ana@desk.example").custom == "senior"
