"""What a body may be, and what becomes of everything else: never a 500."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.callers import Callers, fields, problem
from tests.desk import Desk
from tramita.api.bodies import read_json
from tramita.api.problems import Malformed
from tramita.domain.errors import Invalid

BROKEN = [
    b"{",
    b"nonsense",
    b"\xff\xfe{}",
    b'{"title": "\xe9"}',
    b'{"title": NaN}',
    b'{"title": Infinity}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"9" * 5000,
    b'{"title": 1' + b"0" * 5000 + b"}",
    b"\x00",
    b"{} {}",
]
WRONG = [b"[]", b'"x"', b"3", b"null", b'{"title": {}}', b'{"title": ["x"]}', b'{"cc": [[]]}', b'{"fields": "x"}']


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: str(body[:12]))
def test_what_is_no_json_is_malformed(caller: Callers, body: bytes) -> None:
    """INTERFACES 5: 400 malformed."""
    problem(caller.ana.post("/tickets", body), 400, "malformed")


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_json_of_another_shape_is_named(caller: Callers, body: bytes) -> None:
    """INTERFACES 5: 422."""
    told = problem(caller.ana.post("/tickets", body), 422, "validation_failed")

    assert told["errors"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"title": "a\\u0000b"}', "title"),
        (b'{"title": "\\ud800"}', "title"),
        (b'{"fields": {"a\\u0000": 1}}', "fields"),
        (b'{"fields": {"x": "\\udfff"}}', "fields.x"),
        (b'{"cc": ["a\\u0000"]}', "cc.0"),
        (b'{"fields": {"x": 1e999}}', "fields.x"),
        (b'{"fields": {"x": [-1e999]}}', "fields.x.0"),
        (b'{"fields": {"x": 1' + b"0" * 400 + b"}}", "fields.x"),
        (b'{"fields": {"x": ' + b"[" * 100 + b"]" * 100 + b"}}", "fields"),
    ],
)
def test_text_that_nothing_can_keep_is_named(caller: Callers, body: bytes, field: str) -> None:
    """INTERFACES 5."""
    assert list(fields(problem(caller.ana.post("/tickets", body), 422, "validation_failed"))) == [field]


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/users/%00/absence"), ("GET", "/items/4%00-T")])
def test_a_path_that_nothing_can_keep_names_nothing(caller: Callers, method: str, path: str) -> None:
    """INTERFACES 5: 404, never a 500; PostgreSQL does not even look for it."""
    problem(caller.ana.send(method, path), 404, "not_found")
    problem(caller.nobody.send(method, path), 401, "not_signed_in")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_another_content_type_is_refused(caller: Callers, kind: str) -> None:
    """RFC 9110: 415."""
    problem(caller.ana.send("POST", "/tickets", b"{}", content_type=kind), 415, "unsupported_media_type")


def test_a_charset_beside_the_content_type_is_fine(caller: Callers) -> None:
    """RFC 8259: JSON is UTF-8."""
    answer = caller.ana.send("POST", "/tickets", b'{"draft": true}', content_type="application/json; charset=utf-8")

    assert answer.status_code == 201


def test_a_body_beyond_the_limit_is_too_large(caller: Callers, settings) -> None:
    """Z-14: beyond the limits a clear refusal."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    problem(caller.ana.post("/tickets", {"title": "x" * 2000}), 413, "too_large")
    problem(caller.ana.post("/tickets", {"title": "x" * 2000}, {"Idempotency-Key": "k"}), 413, "too_large")


def test_verbs_without_data_read_no_body(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: transitions without data."""
    answer = caller.ana.send("POST", f"/items/{desk.ticket().reference}/start", b"anything", content_type="text/plain")

    assert answer.status_code == 200


@given(st.binary(max_size=200))
def test_reading_never_crashes(body: bytes) -> None:
    """INTERFACES 5: never a 500."""
    with suppress(Malformed, Invalid):
        read_json(body)


KEPT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | KEPT


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEPT, inner), max_leaves=9))
def test_what_a_client_writes_is_what_is_read(value: object) -> None:
    """RFC 8259."""
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value
