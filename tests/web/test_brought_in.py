"""What was brought in shows where it comes from, and how it stood there."""

from pathlib import Path

import pytest
from django.test import Client

from tests.desk import Desk
from tests.domain.test_legacy import LINES
from tests.services.test_bringing_in import SUFFIX, every_row, sheet, take
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
