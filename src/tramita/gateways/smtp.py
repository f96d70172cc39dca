"""Mail goes out: to an SMTP server, or as files into a folder.

What can go wrong has three kinds: refused for good, not now, and nobody knows (the connection broke after the last
byte, RFC 5321 section 6.1): such a mail is never sent again blindly (MAIL-111).
"""

import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tramita.gateways.storage import write_whole

PORTS = {"smtp": 587, "smtps": 465}
ACCEPTED = (250, 251, 252)
CLOSING = 421  # the server is going away, whatever was asked


class SendError(Exception):
    """The mail did not go out. The text is the server's answer, or what the network said."""


class RefusedError(SendError):
    """For good: 5xx (MAIL-112)."""


class NotNowError(SendError):
    """Try again later: 4xx, or no connection (MAIL-112)."""


class UncertainError(SendError):
    """The message was handed over and no answer came (MAIL-111)."""


Refusals = Mapping[str, SendError]


class Transport(Protocol):
    """A way out, for one mail after the other until it is closed."""

    @property
    def largest(self) -> int | None:
        """The most bytes of a message, as the server said when it was last spoken to; None if it did not (MAIL-121)."""

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> Refusals:
        """Send one message; the recipients that were refused, each with why. The others have got it.

        `name` is the same for every attempt. `handing_over` is called before the bytes go: what it raises stops them.
        Raises: RefusedError, NotNowError, UncertainError, when it is all recipients' fate.
        """

    def close(self) -> None:
        """Say good-bye."""


class Outgoing:
    """A folder: one complete `.eml` a message. Writing it again writes the same file, so nothing is ever uncertain."""

    largest: int | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> Refusals:
        """See `Transport`; the envelope is not kept."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / f"{name}.eml", raw)
        except OSError as error:
            raise NotNowError(str(error)) from error
        return {}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection or an answer, and for the one after the message (RFC 5321 section 4.5.3.2)."""

    answer: float = 60.0
    final: float = 300.0


class Server:
    """An SMTP server; one connection serves mail after mail."""

    def __init__(self, url: str, timeouts: Timeouts = Timeouts()) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.implicit_tls = parts.scheme == "smtps"
        self.starttls = parse_qs(parts.query).get("tls") == ["starttls"]
        self.timeouts = timeouts
        self.largest: int | None = None
        self._open: smtplib.SMTP | None = None

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> Refusals:
        """See `Transport`."""
        try:
            self._from(sender, len(raw))
            refused = self._to(recipients)
            if len(refused) < len(set(recipients)):
                self._data(raw, handing_over)
            else:
                self._reset()
        except RefusedError:
            self._reset()
            raise
        except BaseException:
            self._drop()  # in a state that nobody knows
            raise
        return refused

    def close(self) -> None:
        """Say good-bye; whether it is heard does not matter."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._open.quit()
        self._drop()

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    def _reset(self) -> None:
        """Ready for the next mail, or not connected any more."""
        try:
            if self._open is not None and self._open.rset()[0] not in ACCEPTED:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _from(self, sender: str, size: int) -> None:
        """The beginning of the envelope, on the connection that is open; a server may have ended that meanwhile."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                code, answer = self._mail(self._open, sender, size)
                if code in ACCEPTED:
                    return
                if code != CLOSING:
                    raise _answered(code, answer)
            self._drop()
        self._open = self._connected()
        code, answer = _asked(lambda connection: self._mail(connection, sender, size), self._open)
        if code not in ACCEPTED:
            raise _answered(code, answer)

    def _mail(self, connection: smtplib.SMTP, sender: str, size: int) -> tuple[int, bytes]:
        return connection.mail(sender, [f"SIZE={size}"] if connection.has_extn("size") else [])

    def _connected(self) -> smtplib.SMTP:
        """A connection that may send. What goes wrong here is no mail's fault, whatever number the server gives it."""
        try:
            connection = self._connect()
        except smtplib.SMTPResponseException as error:
            raise NotNowError(str(_answered(error.smtp_code, error.smtp_error))) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNowError(str(error) or "no connection") from error
        said = connection.esmtp_features.get("size", "").split(" ")[0]
        self.largest = int(said) if said.isdecimal() and int(said) else None
        return connection

    def _connect(self) -> smtplib.SMTP:
        context, patience = ssl.create_default_context(), self.timeouts.answer
        if self.implicit_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=patience, context=context)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=patience)
        try:
            self._introduce(connection, context)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        connection.ehlo_or_helo_if_needed()
        if self.starttls:
            connection.starttls(context=context)  # a server without it gets no password and no mail
            connection.ehlo()
        if self.user:
            connection.login(self.user, self.password)

    def _to(self, recipients: Sequence[str]) -> dict[str, SendError]:
        refused: dict[str, SendError] = {}
        for address in dict.fromkeys(recipients):
            code, answer = _asked(lambda connection, to=address: connection.rcpt(to), self._open)  # type: ignore[misc]
            if code == CLOSING:
                raise NotNowError(str(_answered(code, answer)))
            if code not in ACCEPTED:
                refused[address] = _answered(code, answer)
        return refused

    def _data(self, raw: bytes, handing_over: Callable[[], None]) -> None:
        code, answer = _asked(lambda connection: connection.docmd("data"), self._open)
        if code != 354:
            raise _answered(code, answer)
        handing_over()
        code, answer = self._handed_over(raw)
        if code != 250:
            raise _answered(code, answer)

    def _handed_over(self, raw: bytes) -> tuple[int, bytes]:
        connection = self._open
        if connection is None or connection.sock is None:
            raise UncertainError("the connection is gone")
        try:
            connection.sock.settimeout(self.timeouts.final)
            connection.send(_stuffed(raw))
            answer = connection.getreply()
            connection.sock.settimeout(self.timeouts.answer)
        except (OSError, smtplib.SMTPException) as error:
            raise UncertainError(str(error) or "no answer after the message") from error
        return answer


def _asked(command: Callable[[smtplib.SMTP], tuple[int, bytes]], connection: smtplib.SMTP | None) -> tuple[int, bytes]:
    """The server's answer. Raises: NotNowError, when the connection breaks; nothing was handed over yet."""
    if connection is None:
        raise NotNowError("no connection")
    try:
        return command(connection)
    except (OSError, smtplib.SMTPException) as error:
        raise NotNowError(str(error) or "no answer") from error


def _stuffed(raw: bytes) -> bytes:
    """Dots at the beginning of a line doubled, and the end marked (RFC 5321 section 4.5.2)."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    body = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return (body if body.endswith(b"\r\n") else body + b"\r\n") + b".\r\n"


def _answered(code: int, answer: bytes | str) -> SendError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return RefusedError(f"{code} {text}") if 500 <= code < 600 else NotNowError(f"{code} {text}")


def transport(url: str) -> Transport:
    """The way out at `smtp://…`, `smtps://…` or `file://FOLDER`. Raises: ValueError for another address."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Outgoing(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme in PORTS:
        return Server(url)
    raise ValueError(f"{url}: mail wants smtp://, smtps:// or file://")
