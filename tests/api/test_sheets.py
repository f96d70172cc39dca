"""Tickets and Cases from a sheet over the API (BK-1)."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from tests.api.callers import Caller, Callers, problem
from tests.desk import Desk
from tests.services.test_bulk_sheets import CATEGORY, worked


def give(who: Caller, text: str, headers: dict[str, str] | None = None) -> HttpResponse:
    file = SimpleUploadedFile("march.csv", text.encode())
    body = encode_multipart(BOUNDARY, {"sheet": file, "kind": "ticket"})
    return who.send("POST", "/sheets", body, headers, content_type=MULTIPART_CONTENT)


def test_a_sheet_is_checked_and_created_by_calls(caller: Callers, desk: Desk) -> None:
    """BK-1."""
    text = f"title,description,category,requester\nOne,d,{CATEGORY},{desk.rui.email}\nTwo,,{CATEGORY},\n"

    answer = give(caller.leo, text)
    assert (answer.status_code, answer.json()["phase"]) == (202, "checking")
    path = f"/sheets/{answer.json()['id']}"
    assert answer["Location"] == f"/api/v1{path}"
    counts = {"waiting": 0, "ready": 1, "created": 0, "refused": 1, "stopped": 0}
    problem(caller.leo.post(f"{path}/create"), 409, "still_checking")
    worked(timezone.now())
    assert caller.leo.get(path).json()["counts"] == counts
    caller.leo.post(f"{path}/create")
    worked(timezone.now())

    rows = caller.leo.get(f"{path}/rows").json()["results"]
    assert [(row["line"], row["outcome"], row["code"]) for row in rows] == [
        (2, "created", None),
        (3, "refused", "validation_failed"),
    ]
    assert caller.ana.get(f"/items/{rows[0]['item']}").json()["title"] == "One"
    problem(caller.ana.get(path), 404, "not_found")


def test_a_sheet_is_refused_to_who_may_not_change_many(caller: Callers, desk: Desk) -> None:
    """BK-1, SEC-2."""
    problem(give(caller.ana, "title\nOne\n"), 403, "not_permitted")


def test_a_sheet_is_read_whole_where_its_call_has_a_key(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: looking whether it is the same again leaves nothing of it read."""
    text = f"title,description,category,requester\nOne,d,{CATEGORY},{desk.rui.email}\n"

    first, again = (give(caller.leo, text, {"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status_code, first.json()["counts"]["waiting"]) == (202, 1)
    assert first.json() == again.json()
