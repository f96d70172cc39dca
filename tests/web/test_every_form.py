"""Whatever `apply` can say has a form in the Builder, or a reason why not (BU-1, A-9)."""

from collections import defaultdict
from collections.abc import Mapping

import pytest

from tramita.domain.definitions import LANGUAGES
from tramita.services import desk_settings
from tramita.services.definitions import fields, flow, keys, process_shapes, reading
from tramita.services.definitions.shapes import Key, Shape
from tramita.services.definitions.source import Place, Problems, as_placed
from tramita.web import mailbox_form

SORTS = desk_settings.SORTS
# Each thing that a file can hold: the shape that its form is made of.
FORMS: Mapping[str, Shape] = {
    "settings": SORTS["settings"].shape,
    "a structure of dates": SORTS["schedules"].shape,
    "a calendar": SORTS["calendars"].shape,
    "a due-date rule": SORTS["due-rules"].shape,
    "a queue": SORTS["queues"].shape,
    "a team": SORTS["teams"].shape,
    "a position": SORTS["positions"].shape,
    "an organisation": SORTS["organisations"].shape,
    "a user": SORTS["users"].shape,
    "a robot": SORTS["robots"].shape,
    "a customer": SORTS["customers"].shape,
    "a contract": SORTS["contracts"].shape,
    "a service": SORTS["services"].shape,
    "a Ticket category": SORTS["categories"].shape,
    "a defect category": SORTS["defect-categories"].shape,
    "an approval type": SORTS["approval-types"].shape,
    "a provider of single sign-on": SORTS["sign-on"].shape,
    "a role": SORTS["roles"].shape,
    "a canned text": SORTS["canned-texts"].shape,
    "a Case type": process_shapes.CASE_TYPE,
    "a step": process_shapes.STEP,
    "a field": fields.FIELD,
    "a card": fields.CARD,
}
# Keys that no shape of theirs asks, and where else they are said.
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "an organisation": {"properties": "asked as soon as they are declared"},
    "a user": {"properties": "asked as soon as they are declared", "queues": "the form of the queue names its members"},
    "a robot": {"queues": "the form of the queue names its members"},
    "a customer": {"properties": "asked as soon as they are declared", "contracts": "have forms of their own"},
    "a contract": {"properties": "asked as soon as they are declared", "services": "have forms of their own"},
    "a service": {
        "properties": "asked as soon as they are declared",
        **dict.fromkeys(("ticket_categories", "case_types", "defect_categories"), "have forms of their own"),
    },
    "a Ticket category": dict.fromkeys(("fields", "cards"), "are parts of the process that have forms of their own"),
    "a Case type": dict.fromkeys(
        ("steps", "action_types", "fields", "cards"), "are parts of the process that have forms of their own"
    ),
    "a step": {"actions": "have forms of their own"},
}
# Things whose forms are made another way, or that are inside of a form above.
OTHERWISE = {
    "a contact": "the page of the contact keeps it (web/contacts)",
    "a mailbox": "the page of the mailbox, with its routes and its connection (web/mailbox_form)",
    "a route": "a row of the page of its mailbox",
    "an incoming connection": "fields of the page of its mailbox",
    "“outgoing”": "fields of the page of its mailbox",
    "an Action": "by its kind, see below",
    "a column": "a row of its table",
    "a text by language": "an input for each language",
    "assign": "inputs of whoever is assigned",
    "a start": "a row of its Case type",
    "a level": "a row of its approval",
    "a rule": "a row of its approval",
    "“mail”": "a part of its Case type or Action",
    "“suggest”": "a part of the recipients",
    "absent": "three inputs of the user",
    "holidays": "two inputs of the calendar",
    "limits": "an input for each",
    "modes": "a part of its robot",
    "the text of a mail": "a part for each language",
    "a file": "a row of its canned text",
    "the options of a role": "a part of its role",
}
EVERYTHING = {
    "properties": {"users": {"number": {"type": "text"}}},
    "schedules": {"payroll": {"schedules": {"2026-01": {"cutoff": "2026-01-20"}}}},
    "settings": {"limits": {"action_copies": 3}},
    "calendars": {"office": {"time_zone": "UTC", "week": {"mon": "09:00-17:00"}, "holidays": {"country": "PL"}}},
    "due_rules": {"plain": {"within": "3 days"}},
    "queues": {"q": {"members": ["ana@desk.example"]}},
    "teams": {"t": {"managers": ["ana@desk.example"]}},
    "positions": {"p": {"holders": ["ana@desk.example"]}},
    "organisations": {"acme": {"name": "Acme"}},
    "contacts": {"rui@acme.example": {"name": "Rui"}},
    "users": {
        "ana@desk.example": {"name": "Ana", "role": "agent", "absent": {"from": "2026-01-01", "to": "2026-01-02"}}
    },
    "robots": {"r": {"name": "R", "modes": {"mail": "act"}}},
    "customers": {
        "acme": {
            "contracts": {
                "main": {
                    "services": {
                        "desk": {
                            "ticket_categories": {
                                "query": {
                                    "queue": "q",
                                    "skills": ["french"],
                                    "due": "plain",
                                    "feedback_window": "3 days",
                                    "assign": {"user": "ana@desk.example"},
                                    "automatic_mails": ["split"],
                                    "fields": {
                                        "goods": {"type": "table", "columns": {"what": {"title": {"en": "What"}}}}
                                    },
                                    "cards": {"order": {"fields": ["goods"]}},
                                }
                            },
                            "defect_categories": {"billing": {}},
                            "case_types": {
                                "hiring": {
                                    "assign": {"user": "ana@desk.example"},
                                    "starts": [{"every": "monday 09:00"}],
                                    "mail": {"to": ["primary"], "suggest": {"cc": ["primary"]}},
                                    "steps": [
                                        {
                                            "ask": {
                                                "actions": [
                                                    {
                                                        "agree": {
                                                            "kind": "approval",
                                                            "rules": [{"levels": [{"any_of": ["primary"]}]}],
                                                        }
                                                    }
                                                ]
                                            }
                                        }
                                    ],
                                }
                            },
                        }
                    }
                }
            }
        }
    },
    "mailboxes": {
        "m@desk.example": {
            "routes": [{"to": "m@desk.example", "start": "ticket", "category": "acme/main/desk/query"}],
            "incoming": {"protocol": "imap", "host": "mail.example", "since": "2026-01-01", "password_env": "P"},
            "outgoing": {"messages_a_minute": 3},
        }
    },
    "mail_templates": {"split": {"en": {"text": "Split"}}},
    "approval_types": {"t": {"name": "T", "description": "T"}},
    "sign_on": {
        "acme": {"title": "A", "issuer": "https://login.acme.example", "client_id": "t", "domains": ["acme.example"]}
    },
    "roles": {"r": {"title": "R", "based_on": "agent", "options": {"mail": False}}},
    "canned_texts": {"c": {"title": "C", "texts": {"en": "C"}, "files": [{"name": "a", "sha256": "0f" * 32}]}},
}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """By each thing, the keys that a file may give it: those that its reader asks for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    done = keys.Keys.done

    def noted(self: keys.Keys) -> None:
        found[self.what] |= self.taken
        done(self)

    monkeypatch.setattr(keys.Keys, "done", noted)
    reading.read(as_placed(EVERYTHING, ""), Problems())
    return found


def test_the_sample_names_every_section_there_is() -> None:
    """BU-1: else what follows would see less than `apply`."""
    assert {*EVERYTHING} == {*reading.SECTIONS}
    assert {sort.section for sort in SORTS.values()} | {"mailboxes", "contacts"} == {*reading.SECTIONS}


def test_every_key_of_every_thing_has_a_form_or_a_reason(said: dict[str, set[str]]) -> None:
    """BU-1."""
    for what, asked in said.items():
        if what in OTHERWISE:
            continue
        elsewhere = ELSEWHERE.get(what, {})
        assert asked - FORMS[what].names == {*elsewhere}, what
        assert FORMS[what].names - asked == set(), what
    assert {*FORMS, *OTHERWISE} == {*said}


def test_the_inner_forms_ask_what_their_readers_take(said: dict[str, set[str]]) -> None:
    """BU-1, EA-2, M-15: rows and parts of a form."""
    level = inner_of(process_shapes.RULE, "levels")
    inner = {
        "a column": fields.COLUMN.without("name").names,
        "a rule": process_shapes.RULE.names,
        "a file": inner_of(SORTS["canned-texts"].shape, "files").names,
        "“mail”": process_shapes.MAIL.names,
        "“suggest”": process_shapes.SUGGESTED.names,
        "a level": {*key_of(level, "how").of, *level.names},
        "a start": {*key_of(process_shapes.START, "way").of},
        "a text by language": {*LANGUAGES},
        "the text of a mail": inner_of(SORTS["mail-templates"].shape, "en").names,
        "an incoming connection": {one.name for one in mailbox_form.FIELDS},
        "“outgoing”": {one.name for one in mailbox_form.OUTGOING},
    }

    assert {what: said[what] - {*names} for what, names in inner.items()} == {what: set() for what in inner}


@pytest.mark.parametrize("kind", flow.OF_KIND)
def test_every_key_of_an_action_has_its_place_in_the_form_of_its_kind(said: dict[str, set[str]], kind: str) -> None:
    """A-9: what YAML can say of this kind, a form asks."""
    before = {*said["an Action"]}
    said["an Action"].clear()
    text = {"start_case": {"case_type": "x/y/z/w"}, "call_api": {"url": "https://api.example"}}.get(kind, {})
    context = keys.Reading(Problems())
    node = as_placed({"kind": kind} | text, "action")
    flow.action(context, "one", node, Place("action"), flow.Flow(flow.Branch("x/y/z", None), "x/y/z/v", {}))

    assert process_shapes.action(kind).names == said["an Action"]
    assert before


def key_of(shape: Shape, name: str) -> Key:
    return next(one for one in shape.keys if one.name == name)


def inner_of(shape: Shape, name: str) -> Shape:
    inner = key_of(shape, name).inner
    assert inner is not None
    return inner
