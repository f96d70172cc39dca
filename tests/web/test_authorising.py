"""A mailbox is authorised by one click: to the provider's page of consent and back (MAIL-11, RFC 6749, RFC 7636)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import responses
from django.conf import LazySettings
from django.test import Client

from tests import factories as make
from tests.desk import Desk
from tests.fakes.imap import FakeImap, fake_imap
from tests.gateways.test_calling import leading
from tests.services.test_receiving import mail
from tests.services.test_tokens import asked as told
from tests.web.reading import text_of, words_of
from tests.web.test_mailbox_settings import as_
from tramita.models import Mailbox, MailboxState, SeenMessage
from tramita.services import connecting, fetching

pytestmark = pytest.mark.django_db(transaction=True)

URL, CONSENT = "https://login.example/token", "https://login.example/authorize?tenant=acme"
PAGE, BACK = "/settings/mailboxes/invoices@desk.example", "/settings/authorised"


@pytest.fixture
def server() -> Iterator[FakeImap]:
    with fake_imap(mail(), tokens=("access 1",)) as one:
        yield one


@pytest.fixture
def box(desk: Desk, data_dir: Path, server: FakeImap, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """A mailbox that nobody has authorised yet."""
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
        "authorize_url": CONSENT,
        "client_id": "us",
        "client_secret_env": "CLIENT_SECRET",
        "scope": "mail offline_access",
        "since": "2020-01-01",
    }
    mailbox.save()
    return mailbox


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    leading(monkeypatch, "93.184.215.14")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def fetch(box: Mailbox) -> dict[str, int]:
    return dict(fetching.visit(box, clock=lambda: datetime.now(UTC)))


def consent(root: Client) -> dict[str, str]:
    """One click; what the provider is asked."""
    answer = root.get(f"{PAGE}/authorise")
    assert answer.status_code == 302
    assert answer["Location"].startswith(CONSENT + "&")
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def test_one_click_and_a_consent_authorise_a_mailbox_again(
    box: Mailbox, server: FakeImap, tokens: responses.RequestsMock, settings: LazySettings
) -> None:
    """MAIL-11: it said that nobody had; then it is fetched, with the token kept sealed."""
    root = as_(make.administrator())
    fetch(box)
    state = MailboxState.objects.get()
    assert (state.fault, state.error) == ("token", "nobody has authorised it yet")
    assert "Authorise again" in words_of(root.get(PAGE))

    asked = consent(root)

    assert (asked["client_id"], asked["scope"], asked["response_type"]) == ("us", "mail offline_access", "code")
    assert (asked["access_type"], asked["prompt"], asked["login_hint"]) == ("offline", "consent", "desk@acme.example")
    assert asked["redirect_uri"] == settings.TRAMITA_BASE_URL + BACK
    tokens.post(URL, json={"access_token": "access 0", "refresh_token": "refresh 1"})
    tokens.post(URL, json={"access_token": "access 1"})
    answer = root.get(BACK, {"state": asked["state"], "code": "once"})
    assert answer.status_code == 302

    words = words_of(root.get(answer["Location"]))
    state.refresh_from_db()
    assert "The mailbox is authorised." in words
    assert "refresh 1" not in state.secret
    assert state.next_at is None
    given = parse_qs(told(tokens.calls[0]))
    challenge = urlsafe_b64encode(hashlib.sha256(given["code_verifier"][0].encode()).digest()).rstrip(b"=").decode()
    assert (given["grant_type"], given["code"], asked["code_challenge"]) == (
        ["authorization_code"],
        ["once"],
        challenge,
    )
    assert (given["client_secret"], given["redirect_uri"]) == (["client's secret"], [asked["redirect_uri"]])
    fetch(box)
    assert "refresh_token=refresh+1" in told(tokens.calls[1])
    assert SeenMessage.objects.count() == 1
    assert MailboxState.objects.get().fault == ""
    page = text_of(root.get(PAGE))
    assert (f"{PAGE}/authorise" in page, "Authorise again" in page) == (True, False)


def test_an_answer_that_was_not_asked_for_changes_nothing(box: Mailbox, tokens: responses.RequestsMock) -> None:
    """RFC 6749 section 10.12: another state, none, the same a second time, and another person's browser."""
    root = as_(make.administrator())
    asked = consent(root)

    for client, state in ((root, "guessed"), (root, asked["state"]), (as_(make.administrator()), asked["state"])):
        answer = client.get(BACK, {"state": state, "code": "stolen"})
        assert "This consent was not asked for here." in words_of(client.get(answer["Location"]))

    assert not tokens.calls
    assert not MailboxState.objects.exclude(secret="").exists()


@pytest.mark.parametrize(
    ("answer", "body", "words"),
    [
        ({"error": "access_denied", "error_description": "The user <b>said no."}, None, "access_denied The user"),
        ({"code": "late"}, {"error": "invalid_grant"}, "invalid_grant"),
        ({"code": "once"}, {"access_token": "access 1"}, "the answer holds no refresh token"),
        ({}, None, "there is no code in the answer"),
    ],
)
def test_what_the_provider_refuses_is_said_in_its_words(
    box: Mailbox, tokens: responses.RequestsMock, answer: dict[str, str], body: dict[str, str] | None, words: str
) -> None:
    """MAIL-11: and nothing is kept."""
    root = as_(make.administrator())
    asked = consent(root)
    if body:
        tokens.post(URL, status=400 if "error" in body else 200, json=body)

    said = root.get(BACK, {"state": asked["state"], **answer})

    assert f"The provider gives no authorisation: {words}" in words_of(root.get(said["Location"]))
    assert not MailboxState.objects.exclude(secret="").exists()


def test_only_who_configures_authorises_and_only_where_there_is_a_page_of_consent(box: Mailbox, desk: Desk) -> None:
    """SEC-2, MAIL-11."""
    assert as_(desk.ana).get(f"{PAGE}/authorise").status_code == 403
    Mailbox.objects.update(settings={**box.settings, "authorize_url": ""})
    root = as_(make.administrator())

    assert f"{PAGE}/authorise" not in text_of(root.get(PAGE))
    answer = root.get(f"{PAGE}/authorise")
    assert answer["Location"] == PAGE
    assert "name no address for consent" in words_of(root.get(PAGE))


def test_a_newer_token_of_the_environment_counts_beside_the_page(
    box: Mailbox, tokens: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-11: whoever authorised last is believed."""
    Mailbox.objects.update(settings={**box.settings, "refresh_token_env": "REFRESH"})
    root = as_(make.administrator())
    asked = consent(root)
    tokens.post(URL, json={"access_token": "access 1", "refresh_token": "by page"})
    root.get(BACK, {"state": asked["state"], "code": "once"})
    monkeypatch.setenv("REFRESH", "by hand")
    tokens.post(URL, json={"access_token": "access 1"})

    fetch(Mailbox.objects.get())

    assert "refresh_token=by+hand" in told(tokens.calls[-1])
    assert MailboxState.objects.get().fault == ""
