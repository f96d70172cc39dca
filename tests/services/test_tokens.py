"""OAuth: tokens are renewed early, the newest refresh token is kept sealed, and a refusal is named (MAIL-11)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import responses
from django.conf import LazySettings

from tests.desk import Desk
from tests.fakes.imap import FakeImap, fake_imap
from tests.gateways.test_calling import leading
from tests.services.test_receiving import mail
from tramita.models import Alert, Mailbox, MailboxState, SeenMessage
from tramita.services import connecting, fetching
from tramita.services.sealing import seal, unseal

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
URL = "https://login.example/token"


@pytest.fixture
def server() -> Iterator[FakeImap]:
    with fake_imap(mail(), tokens=("access 1",)) as one:
        yield one


@pytest.fixture
def box(desk: Desk, data_dir: object, server: FakeImap, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("REFRESH", "refresh 0")
    monkeypatch.setenv("CLIENT_SECRET", "client's secret")
    monkeypatch.setattr(connecting, "_access", {})
    mailbox = Mailbox.objects.get()
    mailbox.settings = {
        "protocol": "imap",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "off",
        "user": "desk@acme.example",
        "token_url": URL,
        "client_id": "us",
        "client_secret_env": "CLIENT_SECRET",
        "refresh_token_env": "REFRESH",
        "scope": "mail",
        "since": "2020-01-01",
    }
    mailbox.save()
    return mailbox


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    leading(monkeypatch, "93.184.215.14")
    with responses.RequestsMock() as mock:
        yield mock


def fetch(box: Mailbox, at: datetime = NOW) -> dict[str, int]:
    return dict(fetching.visit(box, clock=lambda: at))


def asked(call: responses.Call) -> str:
    return bytes(call.request.body or b"").decode()


def test_a_token_gets_in_and_is_used_until_shortly_before_its_end(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock
) -> None:
    """MAIL-11."""
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 3600})

    assert fetch(box) == {"fetched": 1}
    fetch(box, NOW + 54 * MINUTE)
    assert len(tokens.calls) == 1
    fetch(box, NOW + 56 * MINUTE)

    assert len(tokens.calls) == 2
    assert "grant_type=refresh_token" in asked(tokens.calls[0])
    assert "refresh_token=refresh+0" in asked(tokens.calls[1])
    assert "scope=mail" in asked(tokens.calls[0])


def test_a_new_refresh_token_is_kept_sealed_and_used_from_then_on(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock
) -> None:
    """MAIL-11: Microsoft sends a new one each time, Google none."""
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 60, "refresh_token": "refresh 1"})
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 60})
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 60})

    for minutes in range(3):
        assert "mailboxes_failed" not in fetch(box, NOW + minutes * MINUTE)

    assert "refresh_token=refresh+0" in asked(tokens.calls[0])
    assert all("refresh_token=refresh+1" in asked(call) for call in list(tokens.calls)[1:])
    secret = MailboxState.objects.get().secret
    assert secret
    assert "refresh 1" not in secret


def test_who_authorises_again_replaces_the_token_that_was_kept(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-11."""
    tokens.post(URL, json={"access_token": "access 1", "refresh_token": "refresh 1"})
    fetch(box)
    monkeypatch.setenv("REFRESH", "refresh again")

    fetch(box, NOW + MINUTE)

    assert "refresh_token=refresh+again" in asked(tokens.calls[-1])


def test_a_refused_refresh_is_an_alert_by_its_name_and_tells_no_secret(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock
) -> None:
    """MAIL-11."""
    tokens.post(URL, status=400, json={"error": "invalid_grant", "error_description": "The token has expired."})

    assert fetch(box) == {"mailboxes_failed": 1}

    alert = Alert.objects.get()
    assert (alert.kind, alert.about["words"]) == ("mailbox_token", "invalid_grant The token has expired.")
    assert MailboxState.objects.get().fault == "token"
    assert server.seen == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [({"status": 503}, "unreachable"), ({"body": "<html>"}, "token"), ({"json": ["access"]}, "token")],
)
def test_what_a_token_server_says_otherwise_has_its_name_too(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock, answer: dict[str, object], fault: str
) -> None:
    """MAIL-8, MAIL-11."""
    tokens.post(URL, **answer)

    fetch(box)

    assert MailboxState.objects.get().fault == fault


def test_a_token_that_the_mail_server_refuses_is_asked_for_anew(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock
) -> None:
    """MAIL-11: revoked before its time."""
    tokens.post(URL, json={"access_token": "revoked", "expires_in": 3600})
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 3600})

    assert fetch(box) == {"mailboxes_failed": 1}
    assert Alert.objects.get().kind == "mailbox_token"

    assert fetch(box, NOW + MINUTE) == {"fetched": 1}
    assert not Alert.objects.exists()
    assert SeenMessage.objects.count() == 1


def test_that_a_client_secret_ends_is_said_two_weeks_before(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock
) -> None:
    """MAIL-11: nothing else would say so until the day."""
    box.settings["client_secret_ends"] = "2026-12-20"
    box.save()
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 10**7})

    fetch(box)
    assert not Alert.objects.exists()
    fetch(box, NOW + timedelta(days=10))

    assert Alert.objects.get().about == {"mailbox": box.address, "ends": "2026-12-20T00:00:00+00:00"}
    box.settings["client_secret_ends"] = "2028-12-20"
    box.save()
    tokens.post(URL, json={"access_token": "access 1", "expires_in": 10**7})
    fetch(box, NOW + timedelta(days=11))
    assert not Alert.objects.exists()


def test_what_is_sealed_opens_with_an_older_key_and_with_no_other(settings: LazySettings) -> None:
    """MAIL-11: SECRET_KEY is rotated."""
    sealed = seal("refresh 1")
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [old]

    assert unseal(sealed) == "refresh 1"
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed) == ""
