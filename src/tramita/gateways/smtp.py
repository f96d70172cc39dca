"""Mail leaves the house: to a server by SMTP, or into a folder.

What can go wrong has three kinds: refused for good, not now, and nobody knows (the connection broke after the last
byte, RFC 5321 section 6.1): such a mail is never sent again blindly (MAIL-111).
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tramita.gateways.storage import write_whole

TIMEOUT = 60.0  # seconds
PORTS = {"smtp": 587, "smtps": 465}


class SendError(Exception):
    """The mail did not go out. The text is the server's answer, or what the network said."""


class RefusedError(SendError):
    """For good: 5xx (MAIL-112)."""


class NotNowError(SendError):
    """Try again later: 4xx, or no connection (MAIL-112)."""


class UncertainError(SendError):
    """The message was handed over and no answer came (MAIL-111)."""


class Transport(Protocol):
    """A way out."""

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> None:
        """Send one message. `name` is the same for every attempt; `handing_over` is called before the bytes go.

        Raises: RefusedError, NotNowError, UncertainError.
        """


class Outgoing:
    """A folder: one complete `.eml` a message. Writing it again writes the same file, so nothing is ever uncertain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> None:
        """See `Transport`; the envelope is not kept."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / f"{name}.eml", raw)
        except OSError as error:
            raise NotNowError(str(error)) from error


class Server:
    """An SMTP server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.implicit_tls = parts.scheme == "smtps"
        self.starttls = parse_qs(parts.query).get("tls") == ["starttls"]

    def send(
        self, name: str, sender: str, recipients: Sequence[str], raw: bytes, *, handing_over: Callable[[], None]
    ) -> None:
        """See `Transport`."""
        try:
            connection = self._connect()
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNowError(str(error)) from error
        try:
            self._envelope(connection, sender, recipients)
            self._data(connection, raw, handing_over)
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.implicit_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        connection.ehlo_or_helo_if_needed()
        if self.starttls:
            connection.starttls(context=context)
            connection.ehlo()
        if self.user:
            connection.login(self.user, self.password)
        return connection

    def _envelope(self, connection: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> None:
        try:
            steps = [connection.mail(sender), *(connection.rcpt(address) for address in recipients)]
        except (OSError, smtplib.SMTPException) as error:
            raise NotNowError(str(error)) from error
        for code, answer in steps:
            if code not in (250, 251):
                raise _answered(code, answer)

    def _data(self, connection: smtplib.SMTP, raw: bytes, handing_over: Callable[[], None]) -> None:
        try:
            code, answer = connection.docmd("data")
        except (OSError, smtplib.SMTPException) as error:
            raise NotNowError(str(error)) from error
        if code != 354:
            raise _answered(code, answer)
        handing_over()
        try:
            connection.send(_stuffed(raw))
            code, answer = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise UncertainError(str(error) or "no answer after the message") from error
        if code != 250:
            raise _answered(code, answer)


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
