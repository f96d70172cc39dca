"""A person's own settings, the tray, files."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tramita.gateways.storage import storage
from tramita.models import Attachment, Person, SeenMessage


def test_language_zone_and_theme_are_kept(desk: Desk, ana: Client) -> None:
    """Z-13: the page that answers speaks the new language already."""
    form = {"language": "fr", "time_zone": "Europe/Paris", "theme": "dark"}

    response = ana.post("/settings/", form, follow=True)

    person = Person.objects.get(pk=desk.ana.id)
    assert (person.language, person.time_zone, person.theme) == ("fr", "Europe/Paris", "dark")
    assert '<html lang="fr" data-theme="dark"' in text_of(response)


def test_single_keys_can_be_switched_off(desk: Desk, ana: Client) -> None:
    """UI, WCAG 2.1.4: in this browser, and on again."""
    form = {"language": "en", "time_zone": "", "theme": "system"}

    off = text_of(ana.post("/settings/", form, follow=True))
    on = text_of(ana.post("/settings/", {**form, "keys": "on"}, follow=True))

    assert 'data-keys="off"' in off
    assert 'data-keys="off"' not in on


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"language": "xx", "time_zone": "", "theme": "light"}, "f-language"),
        ({"language": "en", "time_zone": "Mars/Olympus", "theme": "light"}, "f-time_zone"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused(desk: Desk, ana: Client, form: dict[str, str], field: str) -> None:
    """422: nothing is kept."""
    response = ana.post("/settings/", form)

    assert response.status_code == 422
    assert field in errors_of(response)
    assert Person.objects.get(pk=desk.ana.id).theme == ""


def test_unhandled_mail_is_listed_with_its_reason(desk: Desk, ana: Client, as_: Browser) -> None:
    """M-5, M-21."""
    SeenMessage.objects.create(
        mailbox="invoices@desk.example",
        source="import",
        raw="0" * 64,
        content="1" * 64,
        size=100,
        seen_at=datetime(2026, 3, 2, tzinfo=UTC),
        outcome="unhandled",
        reason="no route",
        subject="<b>Paper clips</b>",
        sender="news@shop.example",
    )

    page = ana.get("/mail/unhandled")

    assert "No route for any of its addresses" in words_of(page)
    assert "&lt;b&gt;Paper clips" in text_of(page)


def test_a_file_is_always_a_download(desk: Desk, ana: Client, as_: Browser, data_dir: object, settings) -> None:  # type: ignore[no-untyped-def]
    """DESIGN decision 13: never shown inside our pages; who may not see the item gets 404."""
    key = storage(settings.TRAMITA_STORAGE_URL).put(b"<script>alert(1)</script>")
    file = Attachment.objects.create(
        item=desk.ticket(),
        sha256=key,
        filename="факт\r\nura.html",
        content_type="text/html",
        size=25,
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )

    response = ana.get(f"/files/{file.pk}")

    assert response.getvalue().startswith(b"<")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert as_(desk.eve).get(f"/files/{file.pk}").status_code == 404
