"""What ninja cannot say about every call: problem documents, headers of versions and idempotency keys, raw bodies."""

import re
from collections.abc import Iterator
from typing import Any

from tramita.api.problems import MEDIA_TYPE
from tramita.api.schemas.problems import ProblemDetails

PROBLEMS = {
    400: "The request cannot be read",
    401: "No valid token",
    403: "You see it, but may not do this",
    404: "It does not exist, or not for you",
    409: "Its state forbids this (`transition_not_allowed`), or it conflicts with what is there",
    412: "It changed since the version in If-Match",
    413: "The body is too large",
    415: "Another content type is needed",
    422: "The input breaks a rule; `errors` names the fields",
    429: "Too many requests; see Retry-After",
    503: "The database does not answer; see Retry-After",
}
OF_READS = (400, 401, 403, 404, 422, 429, 503)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Asking again with the same key answers as the first time, and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~](?:[ -~]*[!-~])?$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The version this is based on; refused with 412 when the item changed since.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$', "examples": ['"7"']},
}
FIRST_SENTENCE = re.compile(r"(?:(?<=\.)\s)|(?:\s\([A-Z]+-\d+.*)")
ETAG = {"description": 'The item\'s version, like `"7"`', "schema": {"type": "string"}}
LOCATION = {"description": "Where the new item is", "schema": {"type": "string"}}


def completed(schema: dict[str, Any]) -> None:
    """Add them, in place."""
    schema["components"]["schemas"]["ProblemDetails"] = ProblemDetails.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    _lift_definitions(schema["components"]["schemas"])
    schema["components"]["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY, "IfMatch": IF_MATCH}
    schema["components"]["responses"] = {f"Problem{status}": _problem(text) for status, text in PROBLEMS.items()}
    for path, method, operation in _operations(schema):
        _add_headers(path, method, operation)
        _add_problems(method, operation)
        if description := operation.get("description"):  # what ninja makes of a function's name says less
            operation["summary"] = FIRST_SENTENCE.split(description, maxsplit=1)[0].rstrip(".")


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _add_headers(path: str, method: str, operation: dict[str, Any]) -> None:
    if method == "post":
        operation["parameters"].append({"$ref": "#/components/parameters/IdempotencyKey"})
    if method != "get" and "/items/{reference}" in path:
        operation["parameters"].append({"$ref": "#/components/parameters/IfMatch"})
    for status, answer in operation["responses"].items():
        answers_item = "ItemOut" in str(answer.get("content", ""))
        if answers_item and "Page" not in str(answer["content"]):
            answer["headers"] = {"ETag": ETAG} | ({"Location": LOCATION} if status == 201 else {})


def _add_problems(method: str, operation: dict[str, Any]) -> None:
    for status in OF_READS if method == "get" else PROBLEMS:
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def _lift_definitions(schemas: dict[str, Any]) -> None:
    for model in list(schemas.values()):
        schemas.update(model.pop("$defs", {}))
