"""Provider webhooks: posts written after the providers' own documents; who may post, and what is kept of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client

from tests.desk import Desk
from tests.services.test_receiving import mail
from tramita.gateways.storage import storage
from tramita.models import Item, SeenMessage
from tramita.services import receiving

pytestmark = pytest.mark.django_db

SECRET, SIGNING_KEY = "s" * 40, "key-0123456789"
RUI, INVOICES = "rui@acme.example", "invoices@desk.example"
RAW = mail("It came twice \u00e9.").replace(b"\xc3\xa9", b"\xe9")  # no UTF-8
BOUNDARY = "xYzZY"


@pytest.fixture
def hooked(desk: Desk, data_dir: object, settings: LazySettings) -> Desk:
    """A desk whose secrets are configured."""
    settings.TRAMITA_MAIL_HOOK_SECRET = SECRET
    settings.TRAMITA_MAILGUN_SIGNING_KEY = SIGNING_KEY
    return desk


def post(provider: str, body: bytes, kind: str, *, secret: str | None = SECRET) -> int:
    """The status of the answer."""
    given = {} if secret is None else {"Authorization": "Basic " + base64.b64encode(f"hook:{secret}".encode()).decode()}
    client = Client(raise_request_exception=False)
    return client.post(f"/mail/hooks/{provider}", body, content_type=kind, headers=given).status_code


def form(**fields: str | bytes) -> tuple[bytes, str]:
    """A multipart form, byte for byte."""
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name.replace("_", "-").encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in fields.items()
    ]
    return b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode(), f"multipart/form-data; boundary={BOUNDARY}"


def signed(key: str = SIGNING_KEY) -> dict[str, str]:
    """As Mailgun signs its posts."""
    said = {"timestamp": str(int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())), "token": "t" * 50}
    digest = hmac.new(key.encode(), (said["timestamp"] + said["token"]).encode(), hashlib.sha256)
    return said | {"signature": digest.hexdigest()}


def mailgun(raw: bytes = RAW, **more: str) -> tuple[bytes, str]:
    return form(**signed() | {"sender": RUI, "recipient": INVOICES} | more, body_mime=raw)


def mailgun_as_form(raw: bytes = RAW) -> tuple[bytes, str]:
    fields = signed() | {"sender": RUI, "recipient": INVOICES, "body-mime": raw}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def sendgrid(raw: bytes = RAW, *to: str) -> tuple[bytes, str]:
    envelope = json.dumps({"from": RUI, "to": list(to or [INVOICES])})
    return form(email=raw, envelope=envelope, spam_score="0.1")


def sparkpost(raw: bytes = RAW) -> tuple[bytes, str]:
    content = {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True}
    relayed = {"content": content, "protocol": "smtp", "msg_from": RUI, "rcpt_to": INVOICES}
    return json.dumps([{"msys": {"relay_message": relayed}}]).encode(), "application/json"


def postmark(**more: object) -> tuple[bytes, str]:
    said = {
        "FromFull": {"Email": RUI, "Name": "Rui Sousa"},
        "ToFull": [{"Email": INVOICES, "Name": ""}],
        "OriginalRecipient": INVOICES,
        "Subject": "Invoice 991",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "Date": "Mon, 2 Mar 2026 09:00:00 +0000",
        "TextBody": "It came twice.",
        "HtmlBody": "<p>It came twice.</p>",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{RUI}>"},
            {"Name": "Message-ID", "Value": "<991@acme.example>"},
        ],
        "Attachments": [
            {"Name": "991.pdf", "ContentType": "application/pdf", "Content": base64.b64encode(b"%PDF-1.7").decode()}
        ],
    }
    return json.dumps(said | more).encode(), "application/json"


WITH_BYTES: dict[str, Callable[[], tuple[bytes, str]]] = {
    "mailgun": mailgun,
    "mailgun ": mailgun_as_form,
    "sendgrid": sendgrid,
    "sparkpost": sparkpost,
}


@pytest.mark.parametrize("name", WITH_BYTES)
def test_the_raw_message_is_kept_byte_for_byte_where_the_provider_gives_it(
    hooked: Desk, settings: LazySettings, name: str
) -> None:
    """MAIL-1, MAIL-14, MAIL-16."""
    provider = name.strip()

    assert post(provider, *WITH_BYTES[name]()) == 200

    seen = SeenMessage.objects.get()
    assert storage(settings.TRAMITA_STORAGE_URL).get(seen.raw) == RAW
    assert (seen.source, seen.mailbox, seen.outcome) == ("hook", INVOICES, "created")
    assert seen.envelope == {"sender": RUI, "recipients": [INVOICES], "provider": provider}


def test_a_raw_message_in_json_is_kept_as_it_is(hooked: Desk, settings: LazySettings) -> None:
    """MAIL-1: Postmark tells the sender beside it."""
    assert post("postmark", *postmark(RawEmail=mail().decode())) == 200

    seen = SeenMessage.objects.get()
    assert storage(settings.TRAMITA_STORAGE_URL).get(seen.raw) == mail()
    assert seen.envelope == {"sender": RUI, "recipients": [INVOICES], "provider": "postmark"}


def test_a_message_that_comes_in_parts_is_made_again_and_marked_so(hooked: Desk) -> None:
    """MAIL-1: with its attachment; posted twice it is the same message (MAIL-3)."""
    assert [post("postmark", *postmark()) for _ in range(2)] == [200, 200]

    seen = SeenMessage.objects.get()
    assert (seen.outcome, seen.envelope["remade"]) == ("created", True)
    (message,) = Item.objects.get().messages.filter(outgoing=False)
    assert (message.message_id, message.text.strip()) == ("991@acme.example", "It came twice.")
    assert [file.filename for file in message.attachments.all()] == ["991.pdf"]


def test_mailjet_tells_parts(hooked: Desk) -> None:
    """MAIL-16."""
    said = {
        "Sender": RUI,
        "Recipient": INVOICES,
        "Headers": {"From": f"Rui <{RUI}>", "To": INVOICES, "Subject": "Invoice 991", "Message-ID": "<1@acme.example>"},
        "Parts": [],
        "Text-part": "It came twice.",
    }

    assert post("mailjet", json.dumps(said).encode(), "application/json") == 200

    assert SeenMessage.objects.get().outcome == "created"


@pytest.mark.parametrize("name", WITH_BYTES)
def test_a_post_that_comes_again_changes_nothing(hooked: Desk, name: str) -> None:
    """MAIL-3: providers repeat what they got no answer to."""
    for _ in range(2):
        assert post(name.strip(), *WITH_BYTES[name]()) == 200

    assert (SeenMessage.objects.count(), Item.objects.count()) == (1, 1)


@pytest.mark.parametrize("secret", [None, "", "x" * 40, SECRET[:-1]])
def test_who_does_not_know_the_secret_is_refused(hooked: Desk, secret: str | None) -> None:
    """Nothing is kept."""
    assert post("postmark", *postmark(), secret=secret) == 403
    assert not SeenMessage.objects.exists()


def test_another_scheme_than_basic_or_rubbish_is_refused(hooked: Desk) -> None:
    """As above."""
    for given in ("Bearer " + SECRET, "Basic ???"):
        answer = Client().post(
            "/mail/hooks/postmark", b"{}", content_type="application/json", headers={"Authorization": given}
        )
        assert answer.status_code == 403


def test_a_wrong_signature_is_refused(hooked: Desk) -> None:
    """Mailgun signs besides."""
    assert post("mailgun", *mailgun(**signed("another-key"))) == 400
    assert not SeenMessage.objects.exists()


@pytest.mark.parametrize("provider", ["postmark", "mailgun", "sendgrid"])
def test_without_a_secret_there_is_no_such_address(desk: Desk, provider: str) -> None:
    """Whoever has configured nothing offers nothing."""
    assert post(provider, *postmark(), secret="") == 404


def test_mailgun_needs_its_own_key(hooked: Desk, settings: LazySettings) -> None:
    """Only those providers whose secrets are configured."""
    settings.TRAMITA_MAILGUN_SIGNING_KEY = ""

    assert post("mailgun", *mailgun()) == 404
    assert post("postmark", *postmark()) == 200


def test_a_provider_that_we_do_not_know_and_another_method_are_refused(hooked: Desk) -> None:
    """A GET reads nothing; HEAD is how some look whether we are there."""
    given = {"Authorization": "Basic " + base64.b64encode(f"hook:{SECRET}".encode()).decode()}

    assert post("pigeon", b"", "text/plain") == 404
    assert Client().get("/mail/hooks/postmark", headers=given).status_code == 405
    assert Client().head("/mail/hooks/postmark", headers=given).status_code == 200


def test_several_of_our_mailboxes_in_one_envelope(hooked: Desk) -> None:
    """MAIL-14, MAIL-15: what is for nobody of ours waits in the tray, for the provider has accepted it."""
    assert post("sendgrid", *sendgrid(mail(to="x@else.example"), INVOICES, "nobody@desk.example")) == 200

    kept = {seen.mailbox: seen.envelope["recipients"] for seen in SeenMessage.objects.all()}
    assert kept == {INVOICES: [INVOICES], "": ["nobody@desk.example"]}


def test_nothing_is_acknowledged_while_the_database_is_away(hooked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-2, MAIL-8."""

    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "keep", away)
        assert post("sendgrid", *sendgrid()) == 503

    assert post("sendgrid", *sendgrid()) == 200


def test_what_was_kept_is_acknowledged_though_it_could_not_be_processed(
    hooked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-2, MAIL-6: the worker tries again."""

    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "sort_out", away)
        assert post("sendgrid", *sendgrid()) == 200

    assert SeenMessage.objects.get().outcome == ""


def test_a_post_that_nobody_understands_is_kept_and_shown(hooked: Desk, settings: LazySettings) -> None:
    """MAIL-7."""
    assert post("postmark", b'{"Shape": "of another year"', "application/json") == 200

    seen = SeenMessage.objects.get()
    assert (seen.outcome, seen.envelope["unread"]) == ("unhandled", True)
    assert storage(settings.TRAMITA_STORAGE_URL).get(seen.raw).startswith(b'{"Shape"')


def test_a_mail_larger_than_django_takes_into_memory_comes_in(hooked: Desk, settings: LazySettings) -> None:
    """MAIL-13: up to the limit of the desk, not of a form."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    raw = mail("y" * 5000)

    assert post("mailgun", *mailgun(raw)) == 200

    assert SeenMessage.objects.get().size == len(raw)
