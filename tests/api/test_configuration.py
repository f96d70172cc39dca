"""The configuration over HTTP: what `tramita export` writes, what `tramita apply` says and does, for whom it may."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from tests import factories
from tests.api.callers import Caller, ask, at_once, fields, problem
from tests.desk import Desk
from tramita.api.schemas.configuration import Section
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import AuditLine, ConfigurationChange, Grant, Person, Queue, Token
from tramita.services.configuring import LARGEST
from tramita.services.definitions import apply as apply_files
from tramita.services.definitions.reading import SECTIONS

pytestmark = [pytest.mark.django_db, pytest.mark.database]
EXAMPLE = Path(__file__).parents[1] / "samples" / "configuration.yaml"
QUEUES = "queues:\n  invoices: {title: Invoices, members: [ana@desk.example]}\n  billing: {title: Billing}\n"
LESS = "{name: Less, description: Of the next invoice}"
KEYS = {"Idempotency-Key": "one"}


def files(*texts: str, **more: str) -> dict[str, Any]:
    return {"files": [{"name": f"{number}.yaml", "text": text} for number, text in enumerate(texts, 1)], **more}


@pytest.fixture
def vera(db: None) -> Person:
    return factories.person("Vera Root", role=Role.ADMINISTRATOR)


@pytest.fixture
def root(vera: Person) -> Caller:
    """Vera, in a desk that was configured by the example of INTERFACES 4."""
    apply_files([EXAMPLE], by=SYSTEM, at=factories.NOW)
    return ask(vera)


def text_of(caller: Caller, **query: Any) -> str:
    (file,) = caller.get("/configuration", **query).json()["files"]
    return str(file["text"])


def test_what_is_read_is_what_export_writes_and_changes_nothing(root: Caller) -> None:
    """INTERFACES 4, BU-1: applied as it came, all of it is left as it is."""
    read = root.get("/configuration").json()

    told = root.post("/configuration/apply", read)

    assert told.status_code == 200, told.content
    assert {name: told.json()[name] for name in ("created", "changed", "retired")} == {
        "created": [],
        "changed": [],
        "retired": [],
    }
    assert "customers/acme/main/finance/onboarding" in told.json()["left"]
    assert root.get("/configuration").json() == read


def test_single_sections_are_read_by_name(root: Caller) -> None:
    """INTERFACES 4."""
    read = yaml.safe_load(text_of(root, section=["queues", "approval_types"]))

    assert sorted(read) == ["approval_types", "queues"]
    assert get_args(Section) == SECTIONS
    assert list(fields(problem(root.get("/configuration", section="queue"), 422, "validation_failed"))) == ["section"]


def test_a_plan_says_what_would_change_and_changes_nothing(root: Caller) -> None:
    """INTERFACES 2, BU-4: as `apply --dry-run`; so does one that is asked with a key."""
    before = text_of(root)

    plan, kept = (root.post("/configuration/plan", files(QUEUES), headers) for headers in (None, KEYS))

    assert plan.json() == kept.json()
    assert (plan.json()["created"], plan.json()["changed"]) == (["queues/billing"], ["queues/invoices"])
    assert text_of(root) == before
    assert not ConfigurationChange.objects.filter(by__isnull=False).exists()


def test_what_is_applied_is_audited_with_who_did_it(root: Caller, vera: Person) -> None:
    """SEC-3, BU-2: each thing as it was and as it is, as by every other way."""
    told = root.post("/configuration/apply", files(f"approval_types:\n  rebate: {LESS}\n"))

    changes = ConfigurationChange.objects.filter(by=vera.pk).order_by("key")
    assert told.json() == {
        "created": ["approval_types/rebate"],
        "changed": ["approval_types/refund"],
        "left": [],
        "retired": ["approval_types/refund"],
    }
    assert [(one.section, one.key, (one.before or {}).get("name")) for one in changes] == [
        ("approval_types", "rebate", None),
        ("approval_types", "refund", "Refund above limit"),
    ]


def test_every_fault_is_named_with_its_file_and_line_and_nothing_is_applied(root: Caller) -> None:
    """INTERFACES 4, BU-4."""
    before = text_of(root)
    wrong = files("settings:\n  undo_sent: 5\n", "approval_types:\n  rebate: {}\n")

    told = [problem(root.post(f"/configuration/{way}", wrong), 422, "wrong_configuration") for way in ("plan", "apply")]

    assert told[0] == told[1]
    assert {"1.yaml:2", "2.yaml:2"} == {one["field"] for one in told[0]["errors"]}
    assert "“undo_sent”" in told[0]["detail"]
    assert text_of(root) == before


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("queues: {\n", "1.yaml:2"),
        ("- queues\n", "1.yaml:1"),
        ("qeues: {}\n", "1.yaml:1"),
        ('queues: {a: {title: "x\\0"}}', "1.yaml:1"),
        ("{a: " * 300 + "1" + "}" * 300, "1.yaml:1"),
        ("[" * 5000, "1.yaml"),
        ("a: !!bool x", "1.yaml:1"),
        ("queues: {a: {title: !!python/object/apply:os.system [id]}}", "1.yaml:1"),
    ],
)
def test_what_is_hardly_yaml_is_told_where(root: Caller, text: str, where: str) -> None:
    """INTERFACES 5: never a 500."""
    told = problem(root.post("/configuration/plan", files(text)), 422, "wrong_configuration")

    assert where in {one["field"] for one in told["errors"]}


def test_more_than_is_read_in_time_is_refused(root: Caller) -> None:
    """Z-14: 1,048,576 characters of all files."""
    half = "#" * (LARGEST // 2)

    assert root.post("/configuration/plan", files(half, half)).status_code == 200
    assert fields(problem(root.post("/configuration/plan", files(half, half, "#")), 422, "validation_failed")) == {
        "files": "too_long"
    }


def test_what_somebody_changed_meanwhile_is_not_overwritten(root: Caller) -> None:
    """Z-2: with the version that was read, by whatever sections."""
    read = root.get("/configuration", section="approval_types").json()
    assert root.post("/configuration/apply", files("approval_types: {}", version=read["version"])).status_code == 200

    for way in ("plan", "apply"):
        problem(root.post(f"/configuration/{way}", read), 409, "stale")

    assert "approval_types" not in text_of(root)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_read_the_same_one_changes_it(root: Caller) -> None:
    """Z-2: the others are told, and read it again."""
    read = root.get("/configuration", section="approval_types").json()
    other = files(f"approval_types: {{rebate: {LESS}}}", version=read["version"])

    answers = at_once(4, lambda: root.post("/configuration/apply", other))

    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert ConfigurationChange.objects.filter(key="rebate").count() == 1


def test_asked_twice_with_a_key_it_is_done_once(root: Caller, vera: Person) -> None:
    """INTERFACES 5: the answer of the first time, word by word."""
    wanted = files(f"approval_types: {{rebate: {LESS}}}")

    first, again = (root.post("/configuration/apply", wanted, KEYS) for _ in range(2))

    assert first.status_code == 200
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert ConfigurationChange.objects.filter(by=vera.pk, key="rebate").count() == 1


CALLS: list[Callable[[Caller], Any]] = [
    lambda caller: caller.get("/configuration"),
    lambda caller: caller.post("/configuration/plan", files(QUEUES)),
    lambda caller: caller.post("/configuration/apply", files(QUEUES)),
    lambda caller: caller.post("/configuration/apply", files("qeues: {}")),  # it is not even read
]


@pytest.mark.parametrize(
    "role", [Role.DESIGNER, Role.TEAM_LEADER, Role.AGENT, Role.REQUESTER, Role.MANAGER], ids=lambda role: role.value
)
def test_only_who_configures_the_desk_reads_plans_and_applies(role: Role, desk: Desk) -> None:
    """SEC-1, BU-4: who writes drafts sets nothing live, by files neither."""
    caller = ask(factories.person("Odd Norn", role=role, organisation=factories.organisation("norn")))

    for call in CALLS:
        problem(call(caller), 403, "not_permitted")

    assert not Queue.objects.filter(key="billing").exists()


def test_an_administrator_of_one_customer_configures_nothing(desk: Desk) -> None:
    """SEC-2: whom grants narrow has no say in the desk as a whole."""
    someone = factories.person("Odd Norn", role=Role.ADMINISTRATOR)
    Grant.objects.create(person=someone, path="acme", permissions=["configure", "publish", "manage_users"])

    for call in CALLS:
        problem(call(ask(someone)), 403, "not_permitted")


@pytest.mark.parametrize("mode", ["suggest", "act_with_approval", "act"])
def test_a_robot_never_changes_rules_or_rights(mode: str, desk: Desk) -> None:
    """B-3, SEC-1, issue 8: whatever its modes, grants and role of this desk say."""
    robot = Person.objects.get(pk=desk.robot.id)
    robot.robot = {**(robot.robot or {}), "verbs": dict.fromkeys(("create", "change", "mail", "resolve"), mode)}
    robot.builder = "administrator"
    robot.save()
    every = ["view", "work", "configure", "publish", "manage_users", "audit"]
    for path in (None, "acme"):
        if path:
            Grant.objects.create(person=robot, path=path, permissions=every)
        for call in CALLS:
            problem(call(ask(robot)), 403, "not_permitted")

    assert not Queue.objects.filter(key="billing").exists()


def colleague(root: Caller, *, builder: str | None = None, **options: bool) -> Caller:
    """Olga, an agent with a role of this desk, who may have one of a builder besides."""
    role = {"title": "Of this desk", "based_on": "agent", "options": options}
    told = root.post("/configuration/apply", files(yaml.safe_dump({"roles": {"own": role}})))
    assert told.status_code == 200, told.content
    return ask(factories.person("Olga Oper", email="olga@desk.example", custom="own", builder=builder))


def test_who_manages_no_users_changes_the_desk_and_not_who_may_what(root: Caller) -> None:
    """SEC-1: the same predicate as in the Builder, whatever section leads there."""
    olga = colleague(root, builder="publisher", prices=True)
    everything = text_of(olga)

    for text in (
        "users:\n  olga@desk.example: {name: Olga, role: administrator}\n",
        "users: {}\n",
        "roles: {}\n",
        "roles: {own: {title: Of this desk, based_on: team_leader}}\n",
        "contacts:\n  new@acme.es: {name: New, organisation: acme, manager: true}\n",
        "contacts:\n  vera.root@desk.example: {name: Vera, organisation: acme}\n",
    ):
        for way in ("plan", "apply"):
            answer = olga.post(f"/configuration/{way}", files(text))
            assert answer.status_code in (403, 422), (text, answer.content)
    told = olga.post("/configuration/apply", files(everything.replace("Refund above limit", "Money back")))

    assert told.json()["changed"] == ["approval_types/refund"]
    assert Person.objects.get(email="olga@desk.example").custom == "own"
    assert not Person.objects.filter(role=Role.ADMINISTRATOR, is_active=False).exists()


def test_nobody_gives_by_files_what_they_have_not(root: Caller) -> None:
    """SEC-1: to themselves or by a role; told where the file says it."""
    olga = colleague(root, builder="administrator")
    people = yaml.safe_load(text_of(olga, section="users"))
    people["users"]["olga@desk.example"]["role"] = "team_leader"
    given = yaml.safe_dump(people)
    line = given[: given.index("olga@")].count("\n") + 1

    told = problem(olga.post("/configuration/apply", files(given)), 422, "validation_failed")
    wider = olga.post("/configuration/apply", files("roles:\n  own: {title: Own, based_on: team_leader}\n"))
    kept = olga.post("/configuration/apply", files("roles:\n  own: {title: Called so, based_on: agent}\n"))

    assert fields(told) == {f"1.yaml:{line}": "beyond"}
    assert fields(problem(wider, 422, "validation_failed")) == {"1.yaml:2": "beyond"}
    assert kept.json()["changed"] == ["roles/own"]
    assert Person.objects.get(email="olga@desk.example").role == Role.AGENT


def test_an_administrator_does_not_shut_themselves_out(root: Caller, vera: Person) -> None:
    """SEC-1: as on the page of users; another administrator can."""
    people = yaml.safe_load(text_of(root, section="users"))
    agent = people["users"] | {vera.email: {"name": "Vera", "role": "agent"}}

    told = root.post("/configuration/apply", files(yaml.safe_dump({"users": agent})))

    assert "locks_out" in fields(problem(told, 422, "validation_failed")).values()
    assert Person.objects.get(pk=vera.pk).role == Role.ADMINISTRATOR


def test_who_keeps_canned_texts_keeps_these_alone(root: Caller) -> None:
    """SEC-1: as on their page."""
    olga = colleague(root, canned_texts=True)
    texts = "canned_texts:\n  thanks: {title: Thanks, texts: {en: Thank you.}}\n"

    told = olga.post("/configuration/apply", files(texts))

    assert told.json()["created"] == ["canned_texts/thanks"]
    assert "Thank you." in text_of(olga, section="canned_texts")
    for refused in (
        olga.get("/configuration"),
        olga.get("/configuration", section=["canned_texts", "queues"]),
        olga.post("/configuration/plan", files(texts, QUEUES)),
    ):
        problem(refused, 403, "not_permitted")


def test_who_takes_no_lists_along_does_not_read_contacts_as_a_file(root: Caller) -> None:
    """SEC-1, TO-6: other sections they do."""
    olga = colleague(root, builder="publisher", export=False)

    assert "queues" in text_of(olga, section="queues")
    for query in ({}, {"section": ["contacts"]}):
        problem(olga.get("/configuration", **query), 403, "not_permitted")


def test_reading_it_is_kept_where_exports_are(root: Caller, vera: Person) -> None:
    """TO-6."""
    root.post("/configuration/apply", files("settings: {audit: [exports]}"))

    root.get("/configuration", section="queues")

    line = AuditLine.objects.get()
    assert (line.area, line.what, line.about, line.by_id) == ("exports", "exported", "YAML, queues", vera.pk)


def test_no_secret_is_in_what_is_read(root: Caller, vera: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES 4: names of environment variables, never what is in them; nothing of webhooks, tokens or passwords."""
    monkeypatch.setenv("MAIL_PASSWORD", "Zorblax")
    monkeypatch.setenv("SSO_SECRET", "Zorblax")
    vera.set_password("Zorblax")
    vera.save()
    applied = root.post(
        "/configuration/apply",
        files(
            "mailboxes:\n  a@desk.example:\n    incoming: {protocol: imap, host: mail.example, since: 2026-01-01, "
            "user: a, password_env: MAIL_PASSWORD}\n"
        ),
    )
    assert applied.status_code == 200, applied.content
    hook = root.post("/webhooks", {"url": "https://erp.example/x", "events": ["item.created"]}).json()

    text = text_of(root)

    assert "password_env: MAIL_PASSWORD" in text
    kept = [vera.password, hook["secret"], *Token.objects.values_list("digest", flat=True)]
    assert not [secret for secret in ("Zorblax", "erp.example", *kept) if secret in text]
    assert os.environ["MAIL_PASSWORD"] == "Zorblax"
