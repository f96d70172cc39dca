"""`export` writes the YAML that the configuration could have been applied from."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.emptying import empty_tables
from tests.factories import NOW

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import Person
from tramita.queries import definitions
from tramita.services.definitions import apply, export

Write = Callable[[str], Path]
SOAK = bool(os.environ.get("TRAMITA_SOAK"))  # a thousand configurations there and back


@pytest.mark.django_db
def test_an_export_of_the_example_changes_nothing_and_is_the_same_again(example: Path, file: Write) -> None:
    """BU-1, BU-2."""
    apply([example], by=SYSTEM, at=NOW)
    text = export()

    said = apply([file(text)], by=SYSTEM, at=NOW)

    assert said.created == said.changed == []
    assert export() == text


@pytest.mark.django_db(transaction=True)
def test_an_export_makes_the_same_desk_elsewhere(example: Path, file: Write) -> None:
    """BU-1."""
    apply([example], by=SYSTEM, at=NOW)
    text = export()
    empty_tables()

    apply([file(text)], by=SYSTEM, at=NOW)

    assert export() == text


@pytest.mark.django_db
def test_staff_made_by_hand_are_exported_and_strangers_who_wrote_are_not() -> None:
    """SEC-1."""
    root = factories.person("Root", role=Role.ADMINISTRATOR)
    factories.requester()

    assert yaml.safe_load(export()) == {"users": {root.email: {"name": "Root", "role": "administrator"}}}


@pytest.mark.django_db
def test_secrets_are_never_exported(file: Write) -> None:
    """SEC-1: passwords and tokens are no configuration; a mailbox names its variables."""
    connection = "{protocol: imap, host: mail.example, since: 2026-11-01, password_env: MAIL_PASSWORD}"
    text = f"mailboxes:\n  m@desk.example:\n    incoming: {connection}"
    apply([file(text)], by=SYSTEM, at=NOW)
    ana = factories.person(password="argon2$secret")

    found = export()

    assert "MAIL_PASSWORD" in found
    assert str(ana.email) in found
    assert "argon2" not in found


@pytest.mark.django_db
def test_what_a_mailbox_and_the_desk_say_of_mail_is_exported_as_it_was_written(file: Write) -> None:
    """M-24, MAIL-13, MAIL-50, MAIL-54, MAIL-115, MAIL-117, MAIL-123; defaults are left out."""
    written = {
        "settings": {
            "reply_marker": True,
            "colleagues_take_part": True,
            "thank_you_detection": True,
            "audit": ["deletions", "exports"],
            "keep_raw_mail": 400,
            "limits": {"raw_mail_bytes": 1_000_000},
            "undo_send": 0,
            "follow_merged": False,
            "show_time_tracker": False,
            "show_expected_times": False,
            "parent_companies": False,
            "privacy_policy": "https://desk.example/privacy",
        },
        "mailboxes": {
            "m@desk.example": {
                "name": "Service Desk",
                "signature": "The desk",
                "authserv_id": "mx.desk.example",
                "trusted": True,
                "copy_sent": "Sent",
                "dkim_selector": ["s1", "mail.2026"],
                "automatic_answers_wake": False,
            },
            "n@desk.example": {"dkim_selector": "s2"},
        },
    }

    apply([file(yaml.safe_dump(written))], by=SYSTEM, at=NOW)

    assert yaml.safe_load(export()) == written


@pytest.mark.django_db
def test_the_company_of_an_agent_and_whom_they_report_to_are_exported_as_written(file: Write) -> None:
    """CT-6, H-1."""
    written = {
        "organisations": {"supplier": {"name": "Supplier"}},
        "users": {
            "ana@desk.example": {
                "name": "Ana",
                "role": "agent",
                "organisation": "supplier",
                "reports_to": "leo@desk.example",
            },
            "leo@desk.example": {"name": "Leo", "role": "team_leader"},
        },
    }
    apply([file(yaml.safe_dump(written))], by=SYSTEM, at=NOW)

    assert yaml.safe_load(export()) == written
    ana = Person.objects.select_related("organisation", "reports_to").get(name="Ana")
    assert (str(ana.organisation), str(ana.reports_to)) == ("Supplier", "Leo")
    assert apply([file(export())], by=SYSTEM, at=NOW).changed == []


@pytest.mark.django_db
def test_a_lower_category_that_takes_something_back_says_so(file: Write) -> None:
    """Z-8, T-13, SS-2: inherited unless given, be it as null."""
    text = """
queues: {invoices: {title: Invoices}}
customers:
  acme:
    contracts:
      main:
        services:
          finance:
            ticket_categories:
              query: {queue: invoices, feedback_window: 5 days, allow_title_change: false, self_service: true}
              query/late: {title: Late, feedback_window: null, allow_title_change: true, self_service: false}
              query/paid: {title: Paid}
"""
    apply([file(text)], by=SYSTEM, at=NOW)

    service = yaml.safe_load(export())["customers"]["acme"]["contracts"]["main"]["services"]["finance"]

    late = service["ticket_categories"]["query/late"]
    assert late == {"title": "Late", "feedback_window": None, "allow_title_change": True, "self_service": False}
    paid = definitions.current_category("acme/main/finance/query/paid")
    assert paid is not None
    assert paid.process.self_service
    assert apply([file(export())], by=SYSTEM, at=NOW).changed == []


# Any configuration: built from names that refer to each other, so that it is always right.

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20
).filter(lambda text: text.strip() and text.isprintable())
keys = st.from_regex(r"\A[a-z][a-z0-9_-]{0,8}\Z")
days = st.integers(1, 40).map(lambda count: f"{count} days")
flags = st.booleans()
RULES, QUEUES, USERS = ["plain", "counted", "lent"], ["q1", "q2"], ["ana@desk.example", "leo@desk.example"]


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=optional)


def titled(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"title": words}, optional=optional)


work = {
    "queue": st.sampled_from(QUEUES),
    "team": st.sampled_from(["south", "north", None]),
    "skills": st.permutations(["french", "vat"]).map(lambda some: some[:1]) | st.just([]),
    "due": st.sampled_from(RULES),
    "assign": st.fixed_dictionaries(
        {"user": st.sampled_from(USERS)}, optional={"secondary": st.sampled_from(USERS), "inform": st.just(True)}
    )
    | st.fixed_dictionaries(
        {"position": st.just("p")},
        optional={"secondary_position": st.just("p"), "choose": st.just("least_loaded"), "inform": st.just(True)},
    )
    | st.just({"position": "p", "secondary": USERS[0], "inform": True, "copy_position": True}),
}
process = work | {
    "feedback_window": days,
    "allow_title_change": flags,
    "self_service": flags,
    "fields": st.dictionaries(
        st.sampled_from(["amount", "country"]), st.sampled_from(["number", {"type": "choice", "choices": ["a", "b"]}])
    ),
}
categories = st.fixed_dictionaries(
    {"a": titled(**process), "a/b": titled(**process), "a/b/c": titled(**process)},
)
limits = some(action_copies=st.integers(1, 99))
defect_categories = st.fixed_dictionaries({}, optional={"a": st.just({"title": "A"}), "b": titled()})
conditions = st.sampled_from(["fields.x > 1", "!(fields.y in [1, 'b', null]) && state == 'to_do'", "fields.z || true"])
manual = some(
    title=words,
    when=conditions,
    instructions=words,
    checklist=st.lists(words.map(str.strip), unique=True, max_size=3),
    startable=flags,
    estimate=st.sampled_from(["10 minutes", "1 hour 30 minutes"]),
    **work,
)
approvers = st.lists(
    st.sampled_from([{"any_of": ["managers"]}, {"any_of": USERS, "least": 2}, {"all_of": ["parent_managers"]}]),
    max_size=3,
)
actions = st.one_of(
    manual,
    st.builds(
        lambda to, when: {"kind": "send_mail", "to": to, "when": when}, st.sampled_from(["primary", *USERS]), conditions
    ),
    st.just(
        {
            "kind": "call_api",
            "url": "https://api.example/{{fields.x}}",
            "headers": {"X-Ref": "{{reference}}"},
            "secret_headers": {"Authorization": "ERP_TOKEN"},
            "body": "Hello {{title}}",
        }
    ),
    st.just({"kind": "call_api", "url": "https://api.example/x", "body": {"n": [1, None, True]}, "retries": 0}),
    st.just({"kind": "approval", "levels": [{"any_of": USERS}, {"all_of": USERS[:1]}], "timeout": "3 working days"}),
    st.builds(
        lambda when: {
            "kind": "approval",
            "rules": [
                {"when": when, "levels": [{"all_of": ["requester", "fields.boss"]}]},
                {"levels": [{"any_of": USERS}]},
            ],
            "reminders": False,
            "instructions": "Mind the date",
        },
        conditions,
    ),
    st.builds(lambda after: {"kind": "wait_until", "after": after}, days),
    st.just({"kind": "wait_for_sub_case", "close_if_none": True}),
    st.just({"review": "four_eyes", "checklist": ["Paid"], "review_checklist": ["Seen twice"]}),
)


@st.composite
def case_types(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(keys, unique=True, min_size=2, max_size=5))
    first, rest = names[:1], names[1:]
    steps = [{name: {"actions": [{f"{name}-act": draw(actions)}]}} for name in first]
    tree = draw(titled(contacts_required=flags, progression=st.sampled_from(["automatic", "manual"]), **process))
    starts = [{"every": "Monday 09:00"}, {"cron": "0 9 * * 1-5"}, {"dates": ["2026-03-01", "2026-04-01T09:00"]}]
    starts.append({"schedule": "payroll/cutoff"})
    if draw(flags):
        tree |= {"fields": {**tree.get("fields", {}), "how_many": "number"}, "records": "fields.how_many"}
    if draw(flags):
        tree |= {"schedule": "payroll"} | ({"due": "payday"} if draw(flags) else {})
    if draw(flags):
        tree["mail"] = draw(st.sampled_from(RECIPIENTS))
    return tree | {
        "steps": steps,
        "action_types": {name: draw(manual) for name in rest},
        "starts": draw(st.lists(st.sampled_from(starts), max_size=2)),
    }


RECIPIENTS = ({"to": ["requester"], "cc": []}, {"bcc": ["a@b.example"], "suggest": {"cc": ["copied", "c@d.example"]}})


free_days = some(
    holidays=st.sampled_from([{"country": "PL"}, {"country": "BR", "subdivision": "SP"}]),
    extra_days_off=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), unique=True, max_size=3),
)
canned_texts = st.fixed_dictionaries(
    {"title": words, "texts": st.dictionaries(st.sampled_from(["en", "pl", "pt-br"]), words, min_size=1)},
    optional={"attach_tagged": st.just(["terms"]), "files": st.just([{"name": "a.pdf", "sha256": "0f" * 32}])},
)
own = {
    "number": "text",
    "level": {"type": "choice", "choices": ["gold", {"silver": {"en": "Silver", "pl": "Srebro"}}]},
    "size": {"type": "number", "title": {"en": "Size", "pl": "Rozmiar"}},
    "since": {"type": "date"},
    "audited": {"type": "boolean", "title": "Audited"},
}
given_properties = some(
    number=words.map(str.strip),
    level=st.sampled_from(["gold", "silver"]),
    size=st.integers(-5, 10**6) | st.just(2.5),
    since=st.just(date(2026, 1, 31)),
    audited=flags,
)
structures = st.fixed_dictionaries(
    {"schedules": st.just({"2026-01": {"cutoff": "2026-01-20", "payday": "2026-01-30T09:00"}, "2026-02": {}})},
    optional={"title": words},
)
mail_texts = st.fixed_dictionaries(
    {"text": words.filter(lambda text: "{" not in text)}, optional={"subject": st.just("[{{reference}}] {{title}}")}
)
mail_templates = st.dictionaries(
    st.sampled_from(["split", "resolution"]), st.dictionaries(st.sampled_from(["en", "pl", "pt-br"]), mail_texts)
)
robot_modes = some(mode=st.sampled_from(["test", "both"]), active=st.just(False))
mailboxes = some(
    name=words,
    trusted=flags,
    automatic_answers_wake=flags,
    refuse_unknown_senders=flags,
    plus_addressing=st.sampled_from(["off", "only", "mixed"]),
    outgoing=some(messages_a_minute=st.integers(1, 99), tell_too_large=flags),
)
absences = st.fixed_dictionaries(
    {"from": st.just(date(2026, 7, 1)), "to": st.dates(date(2026, 7, 1), date(2026, 8, 1))},
    optional={"substitute": st.sampled_from(USERS)},
)


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    user = titled(
        language=st.sampled_from(["pl", "pt-br"]),
        own_queues_only=flags,
        skills=st.permutations(["french", "vat"]),
        builder=st.sampled_from(["designer", "publisher", "administrator"]),
        sees=st.sampled_from(["own", "own_queues"]),
        queues=st.just(QUEUES),
        absent=absences,
    )
    return {
        "properties": {"users": own, "organisations": own, "contracts": own},
        "mail_templates": draw(mail_templates),
        "schedules": {"payroll": draw(structures)},
        "settings": draw(
            some(
                keep_with_user=flags,
                restrict_defect_changes=flags,
                follow_merged=flags,
                show_time_tracker=flags,
                show_expected_times=flags,
                audit=st.sampled_from([["deletions"], ["reports", "audit"]]),
                undo_send=st.integers(0, 60),
                file_types=st.lists(st.sampled_from(["pdf", "png", "eml"]), unique=True),
                attach_tagged=some(split=st.just(["terms"])),
                limits=some(action_copies=st.integers(1, 99)),
            )
        ),
        "calendars": {
            "office": {"time_zone": "Europe/Warsaw", "week": {"mon-fri": "09:00-12:30 13:00-17:30"}} | draw(free_days)
        },
        "due_rules": {
            "plain": {"within": draw(days), "add_wait_time": draw(flags)},
            "counted": {"within": "16 working hours", "calendar": "office", "allow_override": draw(flags)},
            "lent": {"within": "2 working days"},
            "payday": {"within": draw(st.sampled_from(["0 days", "-2 days"])), "base": "schedule.payday"},
        },
        "roles": {
            "senior": draw(titled(description=words, options=some(assign=flags, export=flags)))
            | {"based_on": draw(st.sampled_from(["agent", "team_leader"]))}
        },
        "teams": {"south": draw(some(title=words, managers=st.just(USERS))), "north": draw(some(title=words))},
        "queues": {
            "s1": {"title": "Same", "team": "south", "name": "q1"},
            "n1": {"title": draw(st.sampled_from(["Same", "Other"])), "team": "north", "name": "q1"},
            "s2": {"title": "Two", "team": "south", "name": "q2", "members": USERS},
            "n2": {"title": "Two", "team": "north", "name": "q2", "managers": USERS[:1]},
        }
        | {
            key: draw(
                titled(
                    strict=flags,
                    members=st.just(USERS),
                    managers=st.just(USERS[:1]),
                    return_idle=st.sampled_from(["8 hours", "2 working days"]),
                )
            )
            for key in QUEUES
        },
        "positions": {"p": draw(some(title=words, holders=st.permutations([*USERS, "r"])))},
        "organisations": {
            "acme": {"name": draw(words), "properties": draw(given_properties)},
            "branch": {"name": draw(words), "parent": "acme", "due": draw(st.none() | st.just("plain"))},
        },
        "contacts": {
            "rui@acme.es": {
                "name": draw(words),
                "active": draw(flags),
                "organisation": "branch",
                "sees_organisation": draw(flags),
            }
        },
        "users": {
            key: {"name" if name == "title" else name: value for name, value in draw(user).items()}
            | {"role": draw(st.sampled_from(["agent", "senior"])), "properties": draw(given_properties)}
            for key in USERS
        },
        "robots": {
            "r": {"name": draw(words), "kinds": ["case"], "lease": "90 seconds"} | draw(robot_modes),
            "s": {
                "name": draw(words),
                "modes": {"mail": draw(st.sampled_from(["off", "act"])), "resolve": "act_with_approval"},
                "limits": {"writes_per_run": 20},
                "confidence": 80,
                "capacity": "8 hours",
                "farms": ["night"],
                "skills": ["vat"],
            },
        },
        "customers": {
            draw(keys): {
                "contracts": {
                    "c": {
                        "calendar": "office",
                        **draw(some(team=st.sampled_from(["south", "north"]))),
                        "properties": draw(given_properties),
                        "services": {
                            "s": {
                                **draw(some(team=st.sampled_from(["south", "north"]))),
                                "ticket_categories": draw(categories),
                                "defect_categories": draw(defect_categories),
                                "case_types": {draw(keys): draw(case_types())},
                            }
                        },
                    }
                }
            }
        },
        "approval_types": {
            "t": {"name": draw(words), "description": draw(words), "active": draw(flags), "levels": draw(approvers)}
            | draw(some(warn_on_resolve=flags, reminders=flags))
        },
        "sign_on": {
            "s": {
                "title": draw(words),
                "issuer": "https://login.example",
                "client_id": draw(words),
                "domains": ["acme.es"],
                "make_contacts": draw(flags),
                "addresses_verified": draw(flags),
                "active": draw(flags),
            }
        },
        "canned_texts": draw(st.dictionaries(keys, canned_texts, max_size=2)),
        "mailboxes": {"desk@desk.example": draw(mailboxes)},
    }


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@given(configuration=configurations())
@settings(max_examples=1000 if SOAK else 8, suppress_health_check=list(HealthCheck))
def test_an_export_of_any_configuration_changes_nothing(configuration: dict[str, Any], file: Write) -> None:
    """BU-1, BU-2: YAML there and back."""
    empty_tables()
    apply([file(yaml.safe_dump(configuration, allow_unicode=True))], by=SYSTEM, at=NOW)
    text = export()

    said = apply([file(text)], by=SYSTEM, at=NOW)

    assert said.created == said.changed == []
    assert export() == text


AUTOMATIC = """
mail_templates:
  acknowledgement:
    pl: {subject: "Mamy {{reference}}", text: "Witamy {{name}}"}
    en: {text: Hello, html: "<p>{{desk}}</p>"}
customers:
  acme:
    contracts:
      main:
        services:
          finance:
            ticket_categories:
              upper: {title: Upper, automatic_mails: [no_response, split]}
              upper/same: {title: Same}
              upper/none: {title: None, automatic_mails: []}
            case_types:
              onboarding: {title: Onboarding, automatic_mails: [resolution]}
"""


@pytest.mark.django_db
def test_automatic_mails_and_their_words_are_inherited_and_exported(file: Write) -> None:
    """M-19b, Z-8, BU-1."""
    apply([file(AUTOMATIC)], by=SYSTEM, at=NOW)

    sent = {path: definitions.current_category(f"acme/main/finance/{path}") for path in ("upper/same", "upper/none")}
    again = apply([file(export())], by=SYSTEM, at=NOW)

    assert {path: one.process.automatic_mails for path, one in sent.items() if one} == {
        "upper/same": ("no_response", "split"),
        "upper/none": (),
    }
    assert definitions.mail_texts("acknowledgement")["pl"].subject == "Mamy {{reference}}"
    assert (again.created, again.changed) == ([], [])
    assert "automatic_mails: []" in export()
