"""The wire of mail that is handed to us: SMTP (RFC 5321) and LMTP (RFC 2033) by aiosmtpd, with limits of our own.

What a line may hold, how long somebody may be silent, how many may talk at once: real mail is never refused for it.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

MOST_CONNECTIONS = 100
LONGEST_LINE = 256 * 1024  # RFC 5321 says 1,000; senders of HTML in one line are many, and refusing loses their mail
SILENCE_SECONDS = 300.0  # between two pieces of anything (RFC 5321 section 4.5.3.2)
SESSION_SECONDS = 3600.0
BUSY = b"421 4.3.2 Too many connections, come again later.\r\n"

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own tells addresses (MAIL-144)


def starttls(certificate: str, key: str) -> ssl.SSLContext:
    """What a client may ask for by STARTTLS (RFC 3207): TLS 1.2 or newer. Raises: OSError, ssl.SSLError among them.

    A key with a password is refused: nobody is there to be asked.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key, password=lambda: "")
    return context


class Session(SMTP):
    """One client. The handler decides; a long transfer is no silence."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: Any, house: "House") -> None:
        super().__init__(
            handler,
            data_size_limit=None,  # the handler's: it knows what is configured
            enable_SMTPUTF8=True,
            hostname=house.name,
            ident="Tramita",
            timeout=SILENCE_SECONDS,
            tls_context=house.tls,
        )
        self.house = house

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`; it comes once more when the client has turned to TLS."""
        if self not in self.house.sessions:
            self._end = self.loop.call_later(SESSION_SECONDS, transport.close)
        self.house.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.house.sessions.discard(self)
        self._end.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._reset_timeout()
        super().data_received(data)


class LocalSession(Session, LMTP):
    """After DATA each recipient has an answer of its own, also when the message as a whole is refused."""

    _each = 0

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """See RFC 2033 section 4.2."""
        try:
            await super().smtp_DATA(arg)
        finally:
            self._each = 0

    async def push(self, status: Any) -> None:
        """Between `354` and the end of DATA what is said to all is said to each."""
        if isinstance(status, str) and status.startswith("354") and self.envelope is not None:
            self._each = len(self.envelope.rcpt_tos)
        elif self._each > 1 and "\r\n" not in status:
            status = "\r\n".join([status] * self._each)
        await super().push(status)


class TurnedAway(asyncio.Protocol):
    """One client too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(BUSY)
        transport.close()


class House:
    """Who is inside, and the door to them: `loop.create_server(house.enter, …)`."""

    def __init__(
        self,
        handler: Any,
        *,
        lmtp: bool,
        name: str,
        tls: ssl.SSLContext | None = None,
        most: int = MOST_CONNECTIONS,
    ) -> None:
        self.sessions: set[Session] = set()
        self.tls = tls
        self.name = name
        self.most = most
        kind = LocalSession if lmtp else Session
        self._open: Callable[[], Session] = lambda: kind(handler, self)

    def enter(self) -> asyncio.BaseProtocol:
        """The protocol of a new client."""
        return self._open() if len(self.sessions) < self.most else TurnedAway()
