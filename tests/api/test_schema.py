"""The description of the API: current, complete, and true."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from schemathesis import BaseSchema, checks
from tools import openapi as tool

from tests import factories
from tests.api.callers import stranger, token_for
from tests.desk import MONDAY, Desk, publish
from tramita.domain.codes import Role
from tramita.domain.permissions import permissions_of
from tramita.models import Definition, Grant, Person
from tramita.services import waiting

SOAK = os.environ.get("TRAMITA_SOAK") == "1"
COMPONENT = "#/components/schemas/"
SECRET = "Zorblax"  # on an item of another customer
repeatable = (lambda run: run) if SOAK else seed(5)
EXAMPLES = 400 if SOAK else 5
PHASES = (Phase.explicit, Phase.generate, *((Phase.shrink,) if SOAK else ()))  # to shrink is slow with a database


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return json.loads(tool.wanted())


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_file_in_docs_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    """STYLE 10: a stale API snapshot fails; `python -m tools.openapi` writes it anew."""
    assert tool.main(["--check"]) == 0, capsys.readouterr().out


def test_the_description_is_served_as_it_is_kept(described: dict[str, Any], db: None) -> None:
    """INTERFACES 5: OpenAPI 3.1 at /api/v1/openapi.json, for everybody."""
    answer = stranger().get("/openapi.json")

    assert answer.json() == described
    assert described["openapi"].startswith("3.1")


def test_each_name_in_the_description_stands_for_one_thing(described: dict[str, Any]) -> None:
    """INTERFACES 5: ninja lets the last of two shapes of one name stand for both."""
    meant: dict[str, dict[type, set[Any]]] = {}
    for shape in (one for one in every_below(BaseModel) if one.__module__.startswith("tramita.")):
        for mode in ("validation", "serialization"):  # an answer has other names than what it is made from
            made = shape.model_json_schema(mode=mode, ref_template=f"{COMPONENT}{{model}}")
            for name, definition in {**made.pop("$defs", {}), shape.__name__: made}.items():
                meant.setdefault(name, {}).setdefault(shape, set()).add(kind_of(definition))

    for name in set(re.findall(f'"{COMPONENT}([^"]+)"', json.dumps(described))):
        known = kind_of(described["components"]["schemas"][name])
        assert [shape for shape, kinds in meant[name].items() if known not in kinds] == [], name


def test_a_whole_number_of_a_body_has_an_end(described: dict[str, Any]) -> None:
    """Bad input: a database keeps none that is larger than 64 bits."""
    bodies = [each["requestBody"] for _, _, each in operations(described) if "requestBody" in each]
    endless = [
        shape
        for shape in parts_of({"bodies": bodies}, described["components"]["schemas"])
        if shape.get("type") == "integer" and not {"maximum", "exclusiveMaximum", "enum", "const"} & shape.keys()
    ]

    assert endless == []


def parts_of(schema: Any, named: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every mapping below, through the names that it refers to; each name once."""
    seen, waiting = set(), [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix(COMPONENT)
            if name in named and name not in seen:
                seen.add(name)
                waiting.append(named[name])
            yield part
        if isinstance(part, dict | list):
            waiting += part.values() if isinstance(part, dict) else part


def every_below(model: type) -> Iterator[type[Any]]:
    for one in model.__subclasses__():
        yield one
        yield from every_below(one)


def kind_of(schema: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """What tells two shapes apart: the names of an object, the values of a choice."""
    return schema["type"], tuple(sorted(schema.get("properties", schema.get("enum", ()))))


def test_every_call_says_what_it_does_and_every_post_takes_a_key(described: dict[str, Any]) -> None:
    """INTERFACES 5."""
    for path, method, operation in operations(described):
        names = [parameter.get("$ref", "") for parameter in operation["parameters"]]
        assert operation["summary"], path
        assert operation["security"] == [{"Token": []}], path
        assert {"401", "429", "503"} <= set(operation["responses"]), path
        assert ("#/components/parameters/IdempotencyKey" in names) == (method == "post"), path
        assert ("#/components/parameters/IfMatch" in names) == (method != "get" and "{reference}" in path), path


NAMED = """
POST /tickets · POST /cases · GET /items · GET /items/{reference} · PATCH /items/{reference}
POST /items/{reference}/submit · POST /items/{reference}/start
POST /items/{reference}/release · POST /items/{reference}/to-do
POST /items/{reference}/resume · POST /items/{reference}/reopen · POST /items/{reference}/abort
POST /items/{reference}/discard · POST /items/{reference}/assign · POST /items/{reference}/wait
POST /items/{reference}/resolve · GET /items/{reference}/timeline · GET /items/{reference}/due
POST /items/{reference}/notes · POST /items/{reference}/mails · POST /items/{reference}/merge
POST /items/{reference}/split · POST /items/{reference}/convert · POST /items/{reference}/undo
POST /items/{reference}/links · DELETE /items/{reference}/links · POST /items/{reference}/files
GET /items/{reference}/files · POST /items/{reference}/follow · DELETE /items/{reference}/follow · GET /notifications
GET /items/{reference}/flow · POST /items/{reference}/rework · POST /items/{reference}/next-step
POST /items/{reference}/review · POST /items/{reference}/actions · POST /items/{reference}/approvals · GET /approvals
POST /approvals/{number}/approve · POST /approvals/{number}/reject · POST /approvals/{number}/cancel · POST /next
POST /mail · GET /unhandled-mails · POST /unhandled-mails/{mail_id}/create-item · POST /unhandled-mails/{mail_id}/delete
POST /unhandled-mails/{mail_id}/replay · GET /events · POST /webhooks · GET /webhooks/{number}/deliveries
POST /webhooks/{number}/deliveries/{delivery}/replay · GET /users · GET /queues · GET /organisations · GET /contacts
POST /robot/next · POST /robot/leases/{lease}/heartbeat · POST /robot/leases/{lease}/complete
POST /robot/leases/{lease}/reject · POST /robot/leases/{lease}/unable
GET /categories · GET /case-types · GET /approval-types · GET /mailboxes
"""


def test_every_call_that_was_promised_is_there(described: dict[str, Any]) -> None:
    """INTERFACES 5: what its table names; more is welcome."""
    there = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, method, _ in operations(described)}

    assert {one.strip() for one in NAMED.replace("\n", "·").split("·")} - {""} <= there


def test_names_of_calls_are_unique(described: dict[str, Any]) -> None:
    """Clients are generated from them."""
    names = [operation["operationId"] for _, _, operation in operations(described)]

    assert len(names) == len(set(names))


def test_every_reference_of_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    """OpenAPI 3.1."""

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from references(one)

    for reference in set(references(described)):
        place: Any = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_the_pages_that_explain_the_api_need_no_inline_script(db: None) -> None:
    """INTERFACES 5, DESIGN 2.13: readable at /api/v1/docs, from our own files, under the strict policy."""
    answer = stranger().get("/docs")

    page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "://" not in page.replace("http://www.w3.org", "")
    assert "onload" not in page
    assert page.count("<script src=") == page.count("<script") - 1  # the one without is data


CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
CALLS = [
    (method.upper(), path) for path, method, _ in operations(json.loads(tool.PAGE.read_text("utf-8")))
]  # the file, so that collecting needs no database; it is current, says a test above


@schemathesis.serializer("message/rfc822")
def _as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A mail is bytes; any text is one."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@cache
def served() -> BaseSchema:
    """The description, as a program reads it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """A real WSGI request ends by closing connections, and the test's transaction with it; as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.soak
@pytest.mark.usefixtures("_one_connection", "data_dir")
@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda part: part.removeprefix("/api/v1"))
def test_whatever_is_asked_is_answered_as_described(method: str, path: str, desk: Desk) -> None:
    """INTERFACES 5: never a 500, every answer is one that the description names, and none tells of another customer.

    As somebody who asks, an agent, a robot and an administrator; a few examples a call from a fixed seed, with
    TRAMITA_SOAK=1 some hundreds from any.
    """
    tokens = _four_roles(desk)
    foreign = factories.ticket(title=SECRET, process=_of_another_customer()).reference
    own = [desk.ticket().reference, desk.case().reference, _draft(desk), _waiting(desk)]
    references = st.sampled_from([*own, foreign]) | st.none()

    @repeatable
    @given(case=served()[path][method].as_strategy(), reference=references, token=st.sampled_from(sorted(tokens)))
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=PHASES
    )
    def ask(case: schemathesis.Case, reference: str | None, token: str) -> None:
        if reference and "reference" in case.path_parameters:
            case.path_parameters["reference"] = reference
        # plain: within one process nobody unpacks what is packed
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        assert tokens[token] is Role.ADMINISTRATOR or SECRET not in answer.text

    ask()


def _of_another_customer() -> Definition:
    """A category with all that is above it, as whoever reads the configuration finds it."""
    above = None
    for kind, key in (("customer", "other"), ("contract", "other/main"), ("service", "other/main/help")):
        above = publish(kind, key, above)
    return publish("category", "other/main/help/query", above, title="Query")


def _four_roles(desk: Desk) -> dict[str, Role]:
    """Tokens and whose they are. The agent and the robot are granted the customer whose items these are."""
    root = factories.person("Vera Root", role=Role.ADMINISTRATOR)
    every = Person.objects.in_bulk([desk.ana.id, desk.robot.id, desk.rui.pk, root.pk])
    rights = sorted(permissions_of(Role.AGENT))
    Grant.objects.bulk_create(
        Grant(person_id=who, path="acme", permissions=rights) for who in (desk.ana.id, desk.robot.id)
    )
    return {token_for(person): person.role for person in every.values()}


def _draft(desk: Desk) -> str:
    return desk.ticket(draft=True, by=desk.leo).reference


def _waiting(desk: Desk) -> str:
    item = desk.ticket()
    waiting.wait(item, type="more_information", by=desk.ana, at=MONDAY)
    return item.reference
