"""The token server of a mailbox: how long it is waited for, and how its silence is named (MAIL-11)."""

import socket

import pytest

from tests.fakes.dripping import BODY, HEADERS, TLS, dripping
from tests.fakes.web import serving
from tramita.gateways import oauth
from tramita.gateways.incoming import MailServerFault


def asked(url: str) -> oauth.Tokens:
    return oauth.refreshed(url, client="us", secret="ours", refresh="refresh 0")


@pytest.mark.parametrize(("scheme", "first"), [("http", HEADERS), ("http", BODY), ("https", TLS)])
def test_a_token_server_that_sends_a_byte_at_a_time_is_cut_off(
    scheme: str, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-8, MAIL-11, decision 83: the time is that of the whole call; whoever fetches mail goes on."""
    monkeypatch.setattr(oauth, "PATIENCE", 0.3)

    with dripping(first) as port, pytest.raises(MailServerFault, match="does not answer in time") as fault:
        asked(f"{scheme}://localhost:{port}/token")

    assert fault.value.name == "timeout"


def test_a_token_server_of_the_own_network_is_asked_like_the_mail_server() -> None:
    """MAIL-11: who keeps the mailbox named it."""
    with serving() as web:
        web.answers = [(200, '{"access_token": "access 1", "expires_in": 60}')]

        tokens = asked(f"{web.address}/token")

    assert (tokens.access, tokens.seconds, tokens.refresh) == ("access 1", 60, "")
    heard = web.heard[0]
    assert heard.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert b"refresh_token=refresh+0" in heard.body


def test_a_token_server_that_is_away_or_has_no_address_is_unreachable() -> None:
    """MAIL-8."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        for url in (f"http://localhost:{taken.getsockname()[1]}/token", "http://[::1/token"):
            with pytest.raises(MailServerFault) as fault:
                asked(url)
            assert fault.value.name == "unreachable"
