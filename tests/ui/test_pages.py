"""Pages that belong to no face: sign-in, errors, the style sheet."""

from errno import ENOSPC, EROFS

import pytest
from django.db import OperationalError
from django.test import Client

from tests import factories
from tramita.ui import views
from tramita.ui.stylesheet import stylesheet

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_is_a_plain_form(client: Client) -> None:
    """INTERFACES section 7: an e-mail field and a password field."""
    page = client.get("/accounts/login/").content.decode()

    assert 'name="login" type="email"' in page
    assert 'name="password" type="password"' in page


def test_a_wrong_password_is_said_beside_the_form(client: Client) -> None:
    """The address stays typed; nothing tells whether it exists."""
    page = client.post("/accounts/login/", {"login": "eve@else.example", "password": "guess"}).content.decode()

    assert 'role="alert"' in page
    assert 'value="eve@else.example"' in page


@pytest.mark.parametrize(
    ("language", "heading"),
    [("pt-BR", "Entrar"), ("fr", "Se connecter"), ("es", "Iniciar sesión"), ("pl", "Zaloguj się"), ("de", "Sign in")],
)
def test_a_visitor_is_met_in_the_language_of_the_browser(client: Client, language: str, heading: str) -> None:
    """UI: their language."""
    page = client.get("/accounts/login/", headers={"accept-language": language}).content.decode()

    assert f"<h1>{heading}</h1>" in page


def test_every_page_carries_the_strict_policy(client: Client) -> None:
    """DESIGN decision 13: no inline script or style."""
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_style_sheet_may_be_kept_for_ever(client: Client) -> None:
    """Its address changes with its content; an old address leads nowhere."""
    response = client.get(f"/style-{stylesheet().digest}.css", headers={"accept-encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/style-000000000000.css").status_code == 404


def test_a_missing_page_says_so(client: Client) -> None:
    """404: missing and invisible look the same."""
    response = client.get("/nowhere")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize(
    ("trouble", "status", "says"),
    [
        (OperationalError("server closed the connection"), 503, "The database does not answer"),
        (OperationalError("database or disk is full"), 503, "The disk takes nothing more"),
        (OSError(ENOSPC, "No space left on device"), 503, "The disk takes nothing more"),
        (OSError(EROFS, "Read-only file system"), 503, "The disk takes nothing more"),
        (ConnectionError("another system is away"), 500, ""),  # an OSError too, and no disk
        (KeyError("bug"), 500, ""),
    ],
)
def test_a_lost_database_and_a_full_disk_are_told_apart_from_a_bug(
    client: Client, monkeypatch: pytest.MonkeyPatch, trouble: Exception, status: int, says: str
) -> None:
    """DESIGN section 5, bad input: pages say so when the database goes away, or nothing can be kept."""

    def fail() -> None:
        raise trouble

    monkeypatch.setattr(views, "stylesheet", fail)
    client.raise_request_exception = False

    response = client.get("/style-000000000000.css")

    page = response.content.decode()
    assert response.status_code == status
    assert says in page
    assert str(trouble) not in page


def test_somebody_who_has_left_cannot_sign_in(client: Client) -> None:
    """The answer is that of a wrong password."""
    gone = factories.person("Dora Gone", is_active=False)
    gone.set_password("the quick brown fox")
    gone.save()

    response = client.post("/accounts/login/", {"login": gone.email, "password": "the quick brown fox"})

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    """Throttled by address: after five wrong ones the right one has to wait too."""
    ana = factories.person()
    ana.set_password("the quick brown fox")
    ana.save()

    for _attempt in range(6):
        client.post("/accounts/login/", {"login": ana.email, "password": "guess"})
    response = client.post("/accounts/login/", {"login": ana.email, "password": "the quick brown fox"})

    assert response.status_code in (200, 429)
    assert "_auth_user_id" not in client.session
