"""What was brought in shows where it comes from, and how it stood there."""

from pathlib import Path

import pytest
from django.test import Client

from tests.api.callers import ask
from tests.desk import Desk
from tests.domain.test_legacy import LINES
from tests.services.test_bringing_in import SUFFIX, action, case, every_row, sheet, take
from tramita.models import Person

pytestmark = pytest.mark.django_db


def test_every_old_state_can_be_read_on_the_page_and_in_the_api(desk: Desk, tmp_path: Path, client: Client) -> None:
    """V-61: two old states became the same, and each is shown as it was; V-2 to V-9, V-20 to V-26, V-41 to V-55."""
    take(sheet(tmp_path, every_row()))
    client.force_login(Person.objects.get(pk=desk.leo.id))

    for rule, kind, was, *_ in LINES:
        number = 1000 + int(rule.removeprefix("V-"))
        reference = f"1000-C-A{number}" if kind == "action" else f"{number}-{SUFFIX[kind]}"
        page = client.get(f"/items/{reference}")
        assert page.status_code == 200, rule
        assert f"State there: {was}" in page.content.decode(), rule
        assert "version 2020.1" in page.content.decode()


def test_a_case_whose_type_nobody_knows_any_more_is_read_worked_and_ended(
    desk: Desk, tmp_path: Path, client: Client
) -> None:
    """V-2, V-20, C-55: it comes without one, and its Actions with it; people end them."""
    rows = [
        case(1, "In progress (not yet being processed)", process=""),
        action(1, 1, "In progress (not yet being processed)"),
    ]
    assert {one.what for one in take(sheet(tmp_path, rows))} == {"created"}
    client.force_login(Person.objects.get(pk=desk.leo.id))
    tell = ask(desk.leo.id)

    for reference in ("1-C-A1", "1-C"):
        for tab in ("", "?tab=timeline", "?tab=files"):
            assert client.get(f"/items/{reference}{tab}").status_code == 200, (reference, tab)
        for path in ("", "/flow", "/due", "/timeline", "/files"):
            assert tell.get(f"/items/{reference}{path}").status_code in (200, 409), (reference, path)
        assert tell.post(f"/items/{reference}/start").json()["state"] == "in_progress"
        assert tell.post(f"/items/{reference}/wait", {"type": "more_information"}).json()["state"] == "waiting"
        assert tell.post(f"/items/{reference}/resume").json()["state"] == "in_progress"
        method = "complete" if reference.endswith("A1") else "fully_resolved"
        assert tell.post(f"/items/{reference}/resolve", {"method": method}).json()["state"] == "closed"
    assert client.get("/queues").status_code == 200
