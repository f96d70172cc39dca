"""A mail server that takes mail by SMTP (aiosmtpd) and delivers it into a Dovecot of the tests, as a provider would.

`plus` says what it does with plus-addresses: "deliver", "refuse" at RCPT, "drop", or "report" that it cannot.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.dovecot import Dovecot, _free_ports

REPORT = (
    "From: MAILER-DAEMON@mx.example\r\nTo: {sender}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    "Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n\r\n--b--\r\n"
)


class Relay:
    """What it does and what it saw. Everything for the mailbox lands in one user's folder."""

    def __init__(self, dovecot: Dovecot, user: str) -> None:
        self.dovecot, self.user = dovecot, user
        self.plus, self.plain = "deliver", "deliver"
        self.fields = b""  # put before each mail: signatures and verdicts
        self.renames = False  # gives each mail a Message-ID of its own
        self.seen: list[tuple[str, bytes]] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._does(address) == "refuse":
            return "550 5.1.1 no such user"
        if self._does(address) == "later":
            return "451 4.2.0 come again"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for address in envelope.rcpt_tos:
            self._deliver(str(envelope.mail_from), address, bytes(envelope.original_content or b""))
        return "250 ok"

    def _does(self, address: str) -> str:
        return self.plus if "+" in address else self.plain

    def _deliver(self, sender: str, address: str, raw: bytes) -> None:
        self.seen.append((address, raw))
        if self._does(address) == "deliver":
            raw = raw.replace(b"Message-ID: <", b"Message-ID: <renamed.") if self.renames else raw
            self.dovecot.put(self.user, [self.fields + raw])
        elif self._does(address) == "report":
            headers = raw.partition(b"\r\n\r\n")[0].decode()
            self.dovecot.put(self.user, [REPORT.format(sender=sender, to=address, headers=headers).encode()])


@contextmanager
def relay(dovecot: Dovecot, user: str) -> Iterator[tuple[Relay, str]]:
    """One, with its address for TRAMITA_SMTP_URL, for the length of a test."""
    one, (port,) = Relay(dovecot, user), _free_ports(1)
    controller = Controller(one, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield one, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
