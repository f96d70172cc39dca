"""`apply` makes the configuration equal to the files: once, whole, and with the old versions kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests import factories
from tests.factories import NOW

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import (
    Definition,
    Grant,
    Mailbox,
    MailboxState,
    Membership,
    Organisation,
    Person,
    Queue,
    Route,
    Version,
)
from tramita.queries import definitions
from tramita.services.definitions import Applied, WrongConfiguration, apply

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
QUERY = "acme/main/finance/invoice-query"

DESK = """
calendars:
  office: {time_zone: Europe/Warsaw, week: {mon-fri: "09:00-17:00"}}
due_rules:
  two_days: {within: 16 working hours, calendar: office}
  lent: {within: 8 working hours}
queues:
  invoices: {title: Invoices}
"""
CUSTOMER = """
customers:
  acme:
    contracts:
      main:
        calendar: office
        services:
          finance:
            ticket_categories:
              invoice-query: {title: Invoice query, queue: invoices, due: lent}
"""


def applied(*files: Path, dry_run: bool = False) -> Applied:
    return apply(files, by=SYSTEM, at=NOW, dry_run=dry_run)


def test_the_example_is_applied_once_and_then_left(example: Path) -> None:
    """BU-1, BU-2: idempotent."""
    first, second = applied(example), applied(example)

    assert "customers/acme/main/finance/onboarding" in first.created
    assert not first.changed
    assert not second.created
    assert not second.changed
    assert second.left == first.created


def test_the_example_says_what_it_says(example: Path) -> None:
    """R-6, G-7, Z-8, B-3, T-22, CT-5, AP-5: every section arrives."""
    applied(example)

    duplicate = definitions.current_category(f"{QUERY}/duplicate")
    onboarding = definitions.current_case_type("acme/main/finance/onboarding")
    assert definitions.settings().resolution_note_required
    assert duplicate is not None
    assert (duplicate.process.queue, duplicate.process.due) == ("invoices", "plain")
    assert duplicate.process.feedback_window == 5
    assert onboarding is not None
    assert [step.name for step in onboarding.process.steps] == ["collect", "check", "finish"]
    assert onboarding.process.actions["bank-check"].four_eyes
    assert Person.objects.get(email="marta@acme.es").role == Role.MANAGER
    assert Person.objects.get(key="robo-1").robot == {"kinds": ["action", "ticket"], "lease": 300}
    assert {person.name for person in Queue.objects.get(key="invoices").members.all()} == {"Ana Lima", "Invoice reader"}
    assert Organisation.objects.get(key="acme-iberia").parent == Organisation.objects.get(key="acme")
    assert Route.objects.get(address="invoices@desk.example").acknowledge
    assert [one.key for one in definitions.approval_types()] == ["refund"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(example: Path) -> None:
    """BU-4."""
    said = applied(example, dry_run=True)

    assert "queues/invoices" in said.created
    assert not Definition.objects.exists()
    assert not Person.objects.exists()


def test_a_changed_rule_is_a_new_version_and_running_items_keep_theirs(file: Write) -> None:
    """SLA-17, BU-2, decision 63: the lock is one of pages; a file that changes a live rule says so on purpose."""
    applied(file(DESK))
    before = Definition.objects.get(kind="due_rule", key="two_days").current_id
    assert before

    said = applied(file(DESK.replace("16 working", "24 working")))

    after = Definition.objects.get(kind="due_rule", key="two_days").current
    assert said.changed == ["due_rules/two_days"]
    assert after is not None
    assert after.number == 2
    assert str(definitions.due_rule(before).within) == "16 working hours"
    assert str(definitions.due_rule(after.pk).within) == "24 working hours"


def test_a_changed_calendar_changes_every_rule_that_counts_by_it(file: Write) -> None:
    """SLA-3, SLA-17: a version of a rule carries its calendar."""
    applied(file(DESK + CUSTOMER))
    rule = Definition.objects.get(kind="due_rule", key="two_days").current_id
    assert rule

    said = applied(file("calendars:\n  office: {time_zone: Europe/Warsaw, week: {mon-fri: '08:00-16:00'}}"))

    assert said.changed == ["calendars/office", "due_rules/lent", "due_rules/two_days"]
    old = definitions.due_rule(rule).calendar
    new = definitions.due_rule(Definition.objects.get(kind="due_rule", key="two_days").current_id or 0).calendar
    assert old is not None
    assert new is not None
    nine = NOW.replace(hour=7)  # in Warsaw 08:00
    assert not old.is_working(nine)
    assert new.is_working(nine)


def test_a_rule_without_a_calendar_counts_by_that_of_the_contract(file: Write) -> None:
    """SLA-1, SLA-3."""
    applied(file(DESK + CUSTOMER))

    lent = Definition.objects.get(kind="due_rule", key="lent@acme/main").current_id

    assert lent
    assert definitions.due_rule(lent).calendar is not None


def test_what_has_no_title_reads_like_its_name(file: Write) -> None:
    """G-8."""
    applied(file(DESK + CUSTOMER.replace("title: Invoice query, ", "")))

    current = definitions.current_category(QUERY)
    assert current is not None
    assert current.process.title == "Invoice query"


def test_what_left_the_files_is_deactivated_and_comes_back_as_it_was(file: Write) -> None:
    """BU-2: nothing that items refer to is ever deleted."""
    whole = file(DESK + CUSTOMER)
    applied(whole)
    version = Version.objects.get(definition__key=QUERY)

    gone = applied(file(DESK + "customers: {}"))

    assert gone.retired == [f"customers/{path}" for path in ("acme", "acme/main", "acme/main/finance", QUERY)]
    assert gone.changed == gone.retired
    assert definitions.current_category(QUERY) is None
    assert applied(whole).changed == gone.retired
    back = definitions.current_category(QUERY)
    assert back is not None
    assert back.version_id == version.pk


def test_an_absent_section_is_left_alone(file: Write) -> None:
    """BU-1: one file may carry the queues only."""
    applied(file(DESK + CUSTOMER))

    said = applied(file("queues:\n  invoices: {title: Bills}"))

    assert said.changed == ["queues/invoices"]
    assert said.created == said.left == []
    assert definitions.current_category(QUERY) is not None


def test_a_section_cannot_take_away_what_an_absent_one_refers_to(file: Write) -> None:
    """BU-4."""
    applied(file(DESK + CUSTOMER))

    with pytest.raises(WrongConfiguration, match="no queue “invoices”"):
        applied(file("queues: {}"))

    assert Queue.objects.get(key="invoices").active


def test_people_keep_their_passwords_and_what_they_chose(file: Write) -> None:
    """SEC-1, H-8: `apply` sets what the file says, and no more."""
    text = "users:\n  ana@desk.example: {name: Ana Lima, role: agent}"
    applied(file(text))
    ana = Person.objects.get()
    ana.set_password("correct horse battery")
    ana.language = "pl"
    ana.save()

    said = applied(file(text.replace("agent", "team_leader")))

    ana.refresh_from_db()
    assert said.changed == ["users/ana@desk.example"]
    assert ana.role == Role.TEAM_LEADER
    assert ana.check_password("correct horse battery")
    assert ana.language == "pl"


def test_a_new_person_cannot_sign_in_until_a_password_is_set(example: Path) -> None:
    """SEC-1."""
    applied(example)

    assert not any(person.has_usable_password() for person in Person.objects.all())


def test_people_whom_no_file_ever_named_are_left_alone(file: Write) -> None:
    """SEC-1: neither the administrator made by hand nor somebody who wrote once is locked out."""
    root = factories.person("Root", role=Role.ADMINISTRATOR)
    rui = factories.requester()
    text = "users:\n  ana@desk.example: {name: Ana Lima, role: agent}\ncontacts:\n  lucia@acme.es: {name: Lucia}\n"
    applied(file(text))

    said = applied(file("users: {}\ncontacts: {}"))

    assert said.retired == ["contacts/lucia@acme.es", "users/ana@desk.example"]
    active = Person.objects.filter(is_active=True).values_list("pk", flat=True)
    assert set(active) == {root.pk, rui.pk}


def test_somebody_who_works_here_already_may_be_named_as_a_member(file: Write) -> None:
    """Q-1."""
    root = factories.person("Root", role=Role.ADMINISTRATOR)

    applied(file(f"queues:\n  invoices: {{title: I, members: [{root.email}]}}"))

    assert Membership.objects.get().person == root


def test_memberships_and_grants_become_exactly_those_of_the_files(file: Write) -> None:
    """Q-1, Q-10, SEC-2, Q-14."""
    people = """
users:
  ana@desk.example:
    name: Ana Lima
    role: agent
    queues: [invoices]
    own_queues_only: true
    grants: {acme: [view, work], acme/main/finance: [create]}
  leo@desk.example: {name: Leo Roy, role: team_leader}
"""
    managed = DESK.replace("title: Invoices", "title: Invoices, managers: [leo@desk.example]")
    applied(file(managed + CUSTOMER + people))
    members = {one.person.name: one.manager for one in Membership.objects.select_related("person")}
    assert members == {"Ana Lima": False, "Leo Roy": True}
    assert dict(Grant.objects.values_list("path", "permissions")) == {
        "acme": ["view", "work"],
        "acme/main/finance": ["create"],
    }

    smaller = people.replace("queues: [invoices]", "queues: []").replace("acme: [view, work], ", "")
    said = applied(file(DESK + CUSTOMER + smaller))

    assert said.changed == ["queues/invoices", "users/ana@desk.example"]
    assert not Membership.objects.exists()
    assert list(Grant.objects.values_list("path", flat=True)) == ["acme/main/finance"]


def test_a_route_may_move_to_another_mailbox(file: Write) -> None:
    """M-24: an address has one route."""
    one = f"      - {{to: bills@desk.example, start: ticket, category: {QUERY}}}\n"
    boxes = "mailboxes:\n  a@desk.example:\n    routes:\n{}  b@desk.example:\n    routes: []\n"
    moved = boxes.replace("a@", "x@").replace("b@", "a@").replace("x@", "b@")
    applied(file(DESK + CUSTOMER + boxes.format(one)))

    said = applied(file(DESK + CUSTOMER + moved.format(one)))

    assert said.changed == ["mailboxes/b@desk.example"]
    route = Route.objects.get()
    assert route.mailbox == Mailbox.objects.get(address="b@desk.example")
    assert route.active


def test_a_mailbox_that_left_takes_its_routes_along(file: Write) -> None:
    """M-24."""
    route = f"{{to: a@desk.example, start: ticket, category: {QUERY}}}"
    box = f"mailboxes:\n  a@desk.example:\n    routes:\n      - {route}\n"
    applied(file(DESK + CUSTOMER + box))

    said = applied(file("mailboxes: {}"))

    assert said.retired == ["mailboxes/a@desk.example"]
    assert not Route.objects.get().active
    assert not Mailbox.objects.get().active


def test_an_absence_and_a_lease_arrive_as_they_were_meant(file: Write) -> None:
    """Z-17: a lease is a length of time."""
    applied(
        file(
            "users:\n  leo@desk.example: {name: Leo, role: agent}\n"
            "  ana@desk.example:\n    name: Ana\n    role: agent\n"
            "    absent: {from: 2026-08-01, to: 2026-08-15, substitute: leo@desk.example}\n"
            "robots:\n  r: {name: R, lease: 1 hour 30 minutes}\n"
        )
    )

    ana, robot = Person.objects.get(email="ana@desk.example"), Person.objects.get(key="r")
    assert ana.absent == {"from": "2026-08-01", "to": "2026-08-15", "substitute": "leo@desk.example"}
    assert robot.robot == {"kinds": ["action"], "lease": timedelta(minutes=90).total_seconds()}


@pytest.mark.django_db(transaction=True)
def test_two_who_apply_at_once_do_it_one_after_the_other(example: Path) -> None:
    """BU-2: what both would create is created once."""

    def one(_: int) -> Applied:
        try:
            return applied(example)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(one, range(2)), key=lambda said: len(said.left))

    assert first.created == second.left
    assert first.left == second.created == first.changed == second.changed == []


def test_a_large_desk_is_left_without_a_statement_for_each_thing(file: Write, django_assert_max_num_queries) -> None:
    """BU-1: the cost of looking is the number of sections, not of people."""
    lines = [f"  a{n}@acme.es: {{name: A{n}}}" for n in range(200)]
    text = file("contacts:\n" + "\n".join(lines))
    applied(text)

    with django_assert_max_num_queries(60):
        assert len(applied(text).left) == 200


@pytest.mark.django_db
def test_a_mailbox_that_failed_is_tried_at_once_when_its_settings_change(file: Write) -> None:
    """MAIL-11: who cures it need not wait for the pause to end."""
    text = "mailboxes:\n  m@desk.example:\n    incoming: {protocol: imap, host: %s, since: 2026-11-01, password_env: P}"
    apply([file(text % "wrong.example")], by=SYSTEM, at=NOW)
    later = NOW + timedelta(minutes=15)
    MailboxState.objects.create(mailbox=Mailbox.objects.get(), fault="unreachable", next_at=later)
    apply([file(text % "wrong.example")], by=SYSTEM, at=NOW)
    assert MailboxState.objects.get().next_at == later

    apply([file(text % "right.example")], by=SYSTEM, at=NOW)

    assert MailboxState.objects.get().next_at is None


def test_a_robot_is_kept_on_the_terms_that_the_file_says(file: Write) -> None:
    """B-1, B-8: modes of its verbs, limits, hours; what is wrong is named by its line."""
    source = """calendars:
  office: {time_zone: UTC, week: {mon-fri: "09:00-17:00"}}
robots:
  r:
    name: R
    modes: {mail: act, resolve: act_with_approval}
    limits: {writes_per_run: 20, cost_per_day: 30}
    capacity: 8 hours
    confidence: 80
    calendar: office
"""
    applied(file(source))

    assert Person.objects.get(key="r").robot == {
        "kinds": ["action"],
        "lease": 300,
        "modes": {"mail": "act", "resolve": "act_with_approval"},
        "limits": {"writes_per_run": 20, "cost_per_day": 30},
        "capacity": 28_800,
        "confidence": 80,
        "calendar": "office",
    }
    with pytest.raises(WrongConfiguration) as caught:
        applied(file(source.replace("mail: act,", "mail: always,").replace("calendar: office", "calendar: night")))
    assert [line.split(":")[1] for line in caught.value.lines()] == ["6", "10"]
