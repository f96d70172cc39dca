"""The listener, with Python's own SMTP and LMTP clients: what it keeps, whom it refuses, and when it says so."""

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connections

from tests import certificates
from tests.desk import Desk, build
from tests.services.test_poison import in_the_way
from tests.services.test_receiving import mail
from tramita.gateways import smtp_in
from tramita.mail import listening
from tramita.models import Definition, Delivery, Item, Mailbox, Message, Route, SeenMessage, Version
from tramita.services import receiving

pytestmark = pytest.mark.django_db(transaction=True)

RUI, INVOICES, SUPPLIERS = "rui@acme.example", "invoices@desk.example", "suppliers@desk.example"
FACILITIES = "facilities@desk.example"


class Running:
    """A listener in a thread, on a free port."""

    def __init__(self, source: str) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.source, self.ready = source, threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self.thread.start()
        self.ready.wait(10)

    async def _main(self) -> None:
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        self.listener = listening.Listener(self.source)
        self.loop.call_soon(self.ready.set)
        await self.listener.serve(self.door, self.stop)

    def client(self) -> smtplib.SMTP:
        """Said hello."""
        kind = smtplib.LMTP if self.source == "lmtp" else smtplib.SMTP
        client = kind("127.0.0.1", self.port, timeout=10)
        client.ehlo("mx.acme.example")
        return client

    def end(self) -> None:
        """All that was kept is processed when this returns."""
        if self.thread.is_alive():
            self.listener.handler.processing.submit(lambda: None).result(20)
            self.loop.call_soon_threadsafe(self.stop.set)
            self.thread.join(20)


@pytest.fixture
def office(transactional_db: None, data_dir: object) -> Desk:
    """The small desk, committed, with a second mailbox."""
    desk = build()
    box = Mailbox.objects.create(address=FACILITIES)
    Route.objects.create(mailbox=box, address=FACILITIES, process=desk.definitions["plain"])
    return desk


@pytest.fixture
def listener(office: Desk) -> Iterator[Callable[[str], Running]]:
    """`listener("lmtp")`."""
    running: list[Running] = []

    def begin(source: str = "smtp") -> Running:
        running.append(Running(source))
        return running[-1]

    yield begin
    for one in running:
        one.end()


def hand_over(client: smtplib.SMTP, raw: bytes, *recipients: str, sender: str = RUI) -> list[tuple[int, bytes]]:
    """The answers after DATA: one, or by LMTP one for each recipient."""
    assert client.mail(sender, [f"size={len(raw)}"])[0] == 250
    assert all(client.rcpt(recipient)[0] == 250 for recipient in recipients)
    answers = [client.data(raw)]
    if isinstance(client, smtplib.LMTP):
        answers += [client.getreply() for _ in recipients[1:]]
    return answers


@pytest.mark.parametrize("source", ["smtp", "lmtp"])
def test_a_mail_that_was_handed_over_is_kept_and_becomes_an_item(listener, source: str) -> None:
    """MAIL-1, MAIL-14, MAIL-16, M-4."""
    running = listener(source)
    raw = mail(Received="from mx.acme.example by desk.example")

    with running.client() as client:
        ((code, _),) = hand_over(client, raw, INVOICES)
    running.end()

    seen = SeenMessage.objects.get()
    assert code == 250
    assert (seen.source, seen.mailbox, seen.outcome) == (source, INVOICES, "created")
    assert seen.envelope == {"sender": RUI, "recipients": [INVOICES]}
    assert receiving.storage(receiving.settings.TRAMITA_STORAGE_URL).get(seen.raw) == raw


def test_what_arrives_is_kept_byte_for_byte(listener) -> None:
    """MAIL-1, MAIL-46: long lines, eight bits, dots and all."""
    running = listener()
    raw = mail("x" * 100_000 + "\r\n..\r\n.\xe9\r\n.", subject="\u00e9").replace(b"\xc3\xa9", b"\xe9")

    with running.client() as client:
        hand_over(client, raw, INVOICES)
    running.end()

    seen = SeenMessage.objects.get()
    assert receiving.storage(receiving.settings.TRAMITA_STORAGE_URL).get(seen.raw) == raw


def test_an_unknown_recipient_is_refused_and_the_others_are_taken(listener) -> None:
    """MAIL-15."""
    with listener().client() as client:
        client.mail(RUI)

        assert client.rcpt("nobody@desk.example")[0] == 550
        assert client.rcpt("invoices@else.example")[0] == 550
        assert client.rcpt("Invoices@DESK.example")[0] == 250
        assert client.rcpt("invoices+40308.0123456789abcdef0123@desk.example")[0] == 250
        assert client.rcpt("suppliers+anything@desk.example")[0] == 250
        assert client.rcpt("postmaster@desk.example")[0] == 250
        assert client.rcpt("postmaster")[0] == 250
        assert client.rcpt("postmaster@else.example")[0] == 550


def test_a_desk_that_knows_no_mailbox_yet_refuses_nobody_for_good(listener) -> None:
    """MAIL-15: a permanent refusal of an address that is about to be valid is the worst of all."""
    Mailbox.objects.all().delete()

    with listener().client() as client:
        client.mail(RUI)

        assert client.rcpt(INVOICES)[0] == 451


def test_mail_for_the_postmaster_waits_in_the_tray(listener) -> None:
    """MAIL-15, RFC 5321 section 4.5.1."""
    running = listener()

    with running.client() as client:
        hand_over(client, mail(to="postmaster@desk.example"), "postmaster@desk.example")
    running.end()

    seen = SeenMessage.objects.get()
    assert (seen.mailbox, seen.outcome, seen.reason) == (INVOICES, "unhandled", "no route")


def test_a_null_sender_is_taken_and_never_answered(listener) -> None:
    """MAIL-14, MAIL-91: the message itself carries no Return-Path yet."""
    running = listener()

    with running.client() as client:
        hand_over(client, mail("One"), INVOICES, sender="")
        hand_over(client, mail("Two"), INVOICES)
    running.end()

    assert Item.objects.count() == 2
    assert SeenMessage.objects.filter(envelope__sender="").count() == 1
    answered = Message.objects.filter(outgoing=True).values_list("item__messages__seen__envelope", flat=True)
    assert {said["sender"] for said in answered if said} == {RUI}


def test_several_of_our_mailboxes_in_one_envelope_get_it_once_each(listener) -> None:
    """MAIL-14, MAIL-80, M-23."""
    running = listener()
    to = f"{INVOICES}, {SUPPLIERS}, {FACILITIES}"

    with running.client() as client:
        hand_over(client, mail(to=to), INVOICES, SUPPLIERS, FACILITIES, "invoices+x@desk.example")
    running.end()

    kept = {seen.mailbox: seen.envelope["recipients"] for seen in SeenMessage.objects.all()}
    assert kept == {INVOICES: [INVOICES, SUPPLIERS, "invoices+x@desk.example"], FACILITIES: [FACILITIES]}
    assert Item.objects.count() == 3
    assert not SeenMessage.objects.filter(outcome__in=("", "failed")).exists()


def test_a_token_in_the_envelope_alone_finds_its_item(listener, office: Desk) -> None:
    """MAIL-14, MAIL-70: a blind copy to the plus-address of an item."""
    running = listener()
    with running.client() as client:
        hand_over(client, mail("One"), INVOICES)
        running.end()
    reply_to = Message.objects.get(outgoing=True).headers["reply_to"]
    later = listener()

    with later.client() as client:
        hand_over(client, mail("Two", to="somebody@else.example", subject="Something else"), reply_to)
    later.end()

    assert SeenMessage.objects.latest("id").outcome == "appended"
    assert Item.objects.count() == 1


def test_lmtp_answers_for_each_recipient(listener) -> None:
    """RFC 2033 section 4.2."""
    with listener("lmtp").client() as client:
        answers = hand_over(client, mail(), INVOICES, SUPPLIERS, FACILITIES)

        assert [code for code, _ in answers] == [250, 250, 250]
        assert client.noop()[0] == 250


def test_lmtp_says_which_mailbox_could_not_take_it(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8, RFC 2033: one is kept, the other is to be tried again."""
    keep = receiving.keep

    def fails_for_one(raw, **given):
        if given["mailbox"] == FACILITIES:
            raise OperationalError("gone away")
        return keep(raw, **given)

    monkeypatch.setattr(receiving, "keep", fails_for_one)
    running = listener("lmtp")

    with running.client() as client:
        answers = hand_over(client, mail(), INVOICES, FACILITIES, SUPPLIERS)
    running.end()

    assert [code for code, _ in answers] == [250, 451, 250]
    assert SeenMessage.objects.get().mailbox == INVOICES


def small(bytes_: int) -> None:
    """Mails may be this large."""
    settings = Definition.objects.create(kind="settings", key="settings")
    body = {"limits": {"raw_mail_bytes": bytes_}}
    settings.current = Version.objects.create(
        definition=settings, number=1, body=body, published_at="2026-01-01T00:00Z"
    )
    settings.save()


@pytest.mark.parametrize("source", ["smtp", "lmtp"])
def test_too_large_a_mail_is_refused_before_or_after_its_bytes(listener, source: str) -> None:
    """MAIL-13, RFC 1870: by the size that is told, and by the size that comes; every recipient hears of it."""
    small(2000)
    with listener(source).client() as client:
        assert client.mail(RUI, ["size=2001"])[0] == 552
        client.mail(RUI)
        client.rcpt(INVOICES)
        client.rcpt(SUPPLIERS)

        answers = [client.data(mail("y\r\n" * 2000))]
        if source == "lmtp":
            answers.append(client.getreply())

        assert {code for code, _ in answers} == {552}
        assert client.noop()[0] == 250
        assert hand_over(client, mail(), INVOICES)[0][0] == 250
    assert SeenMessage.objects.count() == 1


@pytest.mark.parametrize("source", ["smtp", "lmtp"])
def test_the_size_that_is_taken_is_announced_as_it_is_configured(listener, source: str) -> None:
    """MAIL-13, RFC 1870: a sender that reads a smaller size there gives the mail back without asking us."""
    running = listener(source)
    with running.client() as client:
        assert client.esmtp_features["size"] == str(50 * 1024**2)
        assert client.mail(RUI, [f"size={50 * 1024**2}"])[0] == 250
        client.rset()
        assert client.mail(RUI, [f"size={50 * 1024**2 + 1}"])[0] == 552

    small(2000)
    with running.client() as client:
        assert client.esmtp_features["size"] == "2000"


def test_a_database_that_is_away_is_a_temporary_refusal(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8: at each command, and nothing is promised."""
    running = listener()
    with running.client() as client:
        client.mail(RUI)
        client.rcpt(INVOICES)
        with monkeypatch.context() as patch:
            patch.setattr(listening, "directory", away)

            assert client.data(mail())[0] == 451
            client.mail(RUI)
            assert client.rcpt(INVOICES)[0] == 451
            patch.setattr(listening.definitions, "settings", away)
            client.rset()
            assert client.mail(RUI)[0] == 451
            assert b"size" not in client.ehlo()[1].lower()

        assert hand_over(client, mail(), INVOICES)[0][0] == 250
    assert SeenMessage.objects.count() == 1


def away() -> None:
    raise OperationalError("the connection is closed")


def test_a_full_disk_is_a_temporary_refusal(listener, settings: LazySettings) -> None:
    """MAIL-1, MAIL-8."""
    running = listener()
    folder = in_the_way(settings, mail())

    with running.client() as client:
        assert hand_over(client, mail(), INVOICES)[0][0] == 451
        assert not SeenMessage.objects.exists()
        folder.unlink()
        assert hand_over(client, mail(), INVOICES)[0][0] == 250


def test_a_fault_of_ours_is_never_a_refusal_for_good(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8, MAIL-15."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(receiving, "keep", broken)
    with listener().client() as client:
        assert hand_over(client, mail(), INVOICES)[0][0] == 451


def test_nothing_is_said_before_the_commit(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-2: the client waits while the message is being kept, and the row is there when it hears of it."""
    gate, keep, heard = threading.Event(), receiving.keep, []

    def slow(raw, **given):
        gate.wait(10)
        return keep(raw, **given)

    monkeypatch.setattr(receiving, "keep", slow)
    running = listener()

    def client() -> None:
        with running.client() as one:
            heard.append((hand_over(one, mail(), INVOICES)[0][0], SeenMessage.objects.count()))
        connections.close_all()

    waiting = threading.Thread(target=client)
    waiting.start()
    waiting.join(0.2)
    assert heard == []
    gate.set()
    waiting.join(10)

    assert heard == [(250, 1)]


def test_a_client_that_was_not_told_sends_again_and_nothing_is_doubled(
    listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-2, MAIL-3: it went away between our commit and our answer."""
    keep, gone = receiving.keep, threading.Event()
    running = listener()
    first = running.client()

    def hangs_up(raw, **given):
        kept = keep(raw, **given)
        first.sock.shutdown(socket.SHUT_RDWR)
        gone.set()
        return kept

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "keep", hangs_up)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            hand_over(first, mail(), INVOICES)
        assert gone.wait(10)
    first.close()

    with running.client() as client:
        assert hand_over(client, mail(), INVOICES)[0][0] == 250
    running.end()

    assert (Item.objects.count(), SeenMessage.objects.count()) == (1, 1)
    assert Delivery.objects.count() == 1  # one acknowledgement


def test_a_mail_that_only_names_us_in_the_envelope_waits_in_the_tray(listener) -> None:
    """M-5, M-23, MAIL-14: a blind copy."""
    running = listener()

    with running.client() as client:
        hand_over(client, mail(to="somebody@else.example"), FACILITIES)
    running.end()

    seen = SeenMessage.objects.get()
    assert (seen.mailbox, seen.outcome, seen.reason) == (FACILITIES, "unhandled", "no route")
    assert not Message.objects.filter(outgoing=True).exists()


def test_one_client_too_many_is_asked_to_come_later(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8."""
    running = listener()
    running.listener.house.most = 1
    with running.client():
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            smtplib.SMTP("127.0.0.1", running.port, timeout=10)

        assert refused.value.smtp_code == 421


def test_so_many_recipients_and_no_more(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321 section 4.5.3.1.10: the rest is sent in another transaction."""
    monkeypatch.setattr(listening, "MOST_RECIPIENTS", 2)
    with listener().client() as client:
        client.mail(RUI)

        assert [client.rcpt(one)[0] for one in (INVOICES, SUPPLIERS, FACILITIES)] == [250, 250, 452]


def test_who_is_silent_too_long_is_let_go(listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that says nothing holds its place for ever otherwise."""
    monkeypatch.setattr(smtp_in, "SILENCE_SECONDS", 0.05)
    client = listener().client()

    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.getreply()
    client.close()


def test_addresses_in_any_script_are_taken(listener) -> None:
    """RFC 6531."""
    box = Mailbox.objects.create(address="fatur\u00e1s@desk.example")
    running = listener()

    with running.client() as client:
        client.command_encoding = "utf-8"
        assert client.has_extn("smtputf8")
        assert hand_over(client, mail(), box.address, sender="z\u00e9@acme.example")[0][0] == 250
    running.end()

    seen = SeenMessage.objects.get()
    assert (seen.mailbox, seen.envelope["sender"]) == (box.address, "z\u00e9@acme.example")


@pytest.mark.parametrize("source", ["smtp", "lmtp"])
def test_a_client_may_turn_to_tls_and_what_it_said_before_is_forgotten(
    listener, source: str, settings: LazySettings, tmp_path: Path
) -> None:
    """RFC 3207: the certificate is proven, the letter comes in by the same rules."""
    pem, key = certificates.write(tmp_path)
    settings.TRAMITA_SMTP_CERTIFICATE = (str(pem), str(key))
    running = listener(source)
    trusts = ssl.create_default_context(cafile=str(pem))

    with running.client() as client:
        assert client.has_extn("starttls")
        client.mail("before@acme.example")
        client._host = certificates.NAME
        assert client.starttls(context=trusts)[0] == 220
        client.ehlo("mx.acme.example")
        assert not client.has_extn("starttls")
        assert client.sock.version() in ("TLSv1.2", "TLSv1.3")
        assert client.rcpt(INVOICES)[0] == 503
        ((code, _),) = hand_over(client, mail(), INVOICES)
    running.end()

    assert code == 250
    assert SeenMessage.objects.get().envelope["sender"] == RUI
    assert not running.listener.house.sessions


def test_without_a_certificate_no_tls_is_offered(listener) -> None:
    """RFC 3207."""
    with listener().client() as client:
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] in (454, 500, 502)
