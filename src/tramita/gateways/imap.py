"""IMAP (RFC 3501): messages by UID and UIDVALIDITY, peeked at, never by number or unread flag (MAIL-4, MAIL-5)."""

import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tramita.gateways.incoming import (
    HEAD_BYTES,
    PATIENCE,
    Account,
    Held,
    MailServerFault,
    Name,
    fault_of,
    told_apart,
)

if TYPE_CHECKING:
    from imap_tools.mailbox import BaseMailBox

PORTS = {"implicit": 993, "starttls": 143, "off": 143}
CHUNK = 200  # messages described, or told of, by one command
UID, SIZE = re.compile(rb"UID (\d+)"), re.compile(rb"RFC822\.SIZE (\d+)")
ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
GLANCE = 1.0  # seconds between two looks at whether to go on waiting


class Imap:
    """A session; see `incoming.Session`. `connect`, `log_in` and `open` are its steps, each with its own fault."""

    def __init__(self, account: Account) -> None:
        self.account, self.folder = account, account.folder
        self.uidvalidity: int | None = None
        self.idles = False

    def connect(self) -> None:
        """TCP and TLS."""
        import imap_tools

        account = self.account
        host, port = account.host, account.port or PORTS[account.tls]
        context = ssl.create_default_context()
        with told(otherwise="protocol"):
            if account.tls == "implicit":
                self.box: BaseMailBox = imap_tools.MailBox(host, port, PATIENCE, ssl_context=context)
                return
            self.box = imap_tools.MailBoxUnencrypted(host, port, PATIENCE)
            if account.tls == "starttls":
                self.box.client.starttls(context)

    def log_in(self) -> None:
        """By token where there is one, else by password; then what the server can do for who is in."""
        account = self.account
        with told(otherwise="token" if account.access_token else "login"):
            if account.access_token:
                self.box.xoauth2(account.user, account.access_token, None)
            elif account.user.isascii() and account.password.isascii():
                self.box.login(account.user, account.password, None)
            else:
                self.box.login_utf8(account.user, account.password, None)
        with told(otherwise="protocol"):
            _, said = self.box.client.capability()
            self.able = said[-1].decode("ascii", "replace").upper().split()
        self.box.client.capabilities = tuple(self.able)
        self.idles = "IDLE" in self.able

    def open(self) -> None:
        """Select the folder."""
        with told(otherwise="folder"):
            self.box.folder.set(self.folder)
        _, said = self.box.client.response("UIDVALIDITY")
        if not said or said[0] is None:
            raise MailServerFault("protocol", "the server gives no UIDVALIDITY")
        self.uidvalidity = int(said[0])

    def names(self, above: int = 0) -> list[Name]:
        """See `Session`. `n:*` always names the last message, also when it is older."""
        self._grown()  # what it said before, this search tells
        with told():
            found = self.box.uids(f"UID {above + 1}:*", charset=None)
        return [Name(uid) for uid in sorted(map(int, found)) if uid > above]

    def described(self, names: Sequence[Name]) -> Iterator[Held]:
        """See `Session`."""
        for chunk in _chunks(names):
            for line in self._fetch(chunk, "(UID RFC822.SIZE INTERNALDATE)"):
                text = line if isinstance(line, bytes) else b" ".join(line)
                uid, size = UID.search(text), SIZE.search(text)
                if uid and size:
                    yield Held(Name(int(uid[1])), int(size[1]), _moment(ARRIVED.search(text)))

    def raw(self, name: Name) -> bytes | None:
        """See `Session`."""
        return self._bytes(name, "(BODY.PEEK[])")

    def head(self, name: Name) -> bytes | None:
        """See `Session`."""
        return self._bytes(name, f"(BODY.PEEK[HEADER]<0.{HEAD_BYTES}>)")

    def tell(self, names: Sequence[Name], after: str, move_to: str = "") -> None:
        """See `Session`. Without UIDPLUS a deleted message is only marked: an expunge would take others' too."""
        for chunk in _chunks(names):
            if after == "seen":
                self._command("STORE", chunk, "+FLAGS.SILENT", r"(\Seen)")
            elif after == "move":
                self._move(chunk, move_to)
            elif after == "delete":
                self._delete(chunk)

    def wait(self, seconds: float, stays: Callable[[], bool]) -> None:
        """See `Session`, by IDLE (RFC 2177)."""
        if self._grown():  # said while it answered something else: IDLE does not say it again
            return
        began = time.monotonic()
        with told():
            self.box.idle.start()  # type: ignore[no-untyped-call]  # the library types it not
            while (
                not self._grown(keep=True) and not self._came_along() and stays() and time.monotonic() < began + seconds
            ):
                asked = time.monotonic()
                heard = self.box.idle.poll(GLANCE)
                if any(b"EXISTS" in line for line in heard) or (not heard and time.monotonic() - asked < GLANCE / 2):
                    break  # news, or woken for nothing: the connection may be closed, which `stop` would meet
            self.box.idle.stop()  # type: ignore[no-untyped-call]

    def _came_along(self) -> bool:
        """Whether news lies here read already, in one piece with the server's `+`: the socket shows nothing of it."""
        client = self.box.client
        patience = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            return b"EXISTS" in client.file.peek()  # type: ignore[union-attr]  # a buffered reader
        except ssl.SSLWantReadError:
            return False
        finally:
            client.sock.settimeout(patience)

    def _grown(self, *, keep: bool = False) -> bool:
        """Whether it said since the last search that the folder has more messages."""
        said = self.box.client.untagged_responses
        return bool(said.get("EXISTS") if keep else said.pop("EXISTS", None))

    def holds_id(self, folder: str, message_id: str) -> bool:
        """Whether a message with this Message-ID lies in that folder."""
        with told(otherwise="folder"):
            self.box.folder.set(folder, readonly=True)
        with told():
            return bool(self.box.uids(f'HEADER Message-ID "<{message_id}>"', charset=None))

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a message there, as read."""
        with told(otherwise="folder"):
            self.box.append(raw, folder, at, [r"\Seen"])

    def bye(self) -> None:
        """See `Session`: what was told is in force already."""

    def close(self) -> None:
        """See `Session`."""
        with suppress(Exception):
            self.box.logout()
        with suppress(Exception):
            self.box.client.shutdown()  # where there was no good-bye

    def _delete(self, names: Sequence[Name]) -> None:
        self._command("STORE", names, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.able:
            self._command("EXPUNGE", names)

    def _move(self, names: Sequence[Name], to: str) -> None:
        from imap_tools.utils import encode_folder

        folder = encode_folder(to).decode("ascii")
        if "MOVE" in self.able:
            self._command("MOVE", names, folder, otherwise="folder")
            return
        self._command("COPY", names, folder, otherwise="folder")
        self._delete(names)

    def _bytes(self, name: Name, what: str) -> bytes | None:
        found = [line[1] for line in self._fetch([name], what) if isinstance(line, tuple)]
        return bytes(found[0]) if found else None

    def _fetch(self, names: Sequence[Name], what: str) -> list[Any]:
        """The lines of the answer; a line with a literal is a tuple."""
        return [line for line in self._command("FETCH", names, what) if line]

    def _command(self, verb: str, names: Sequence[Name], *arguments: str, otherwise: str = "protocol") -> list[Any]:
        uids = ",".join(str(name.uid) for name in names)
        with told(otherwise=otherwise):
            status, answer = self.box.client.uid(verb, uids, *arguments)
        if status != "OK":
            words = " ".join(line.decode("utf-8", "replace") for line in answer if isinstance(line, bytes))
            raise MailServerFault(fault_of(words, otherwise), words or f"{verb} was refused")
        return answer


@contextmanager
def told(*, otherwise: str = "protocol") -> Iterator[None]:
    """What the server or the network refuses, by its stable name."""
    import imaplib

    import imap_tools

    with told_apart():
        try:
            yield
        except imaplib.IMAP4.abort as error:
            raise MailServerFault("unreachable", str(error)) from error
        except imaplib.IMAP4.error as error:
            raise MailServerFault(fault_of(str(error), otherwise), _words(error)) from error
        except imap_tools.errors.UnexpectedCommandStatusError as error:
            said = " ".join(map(_text, error.command_result[1]))
            raise MailServerFault(fault_of(said, otherwise), said) from error
        except imap_tools.errors.ImapToolsError as error:
            raise MailServerFault(otherwise, str(error)) from error


def _words(error: Exception) -> str:
    return " ".join(map(_text, error.args))


def _text(said: object) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None


def _chunks(names: Sequence[Name]) -> Iterator[Sequence[Name]]:
    for start in range(0, len(names), CHUNK):
        yield names[start : start + CHUNK]
