"""POP3 (RFC 1939): messages by UIDL, bytes exactly as the server sends them; what is deleted goes at the good-bye."""

import base64
import hashlib
import poplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from tramita.domain.mime.dates import parse_date
from tramita.domain.mime.headers import split_message
from tramita.gateways.incoming import PATIENCE, Account, Held, MailServerFault, Name, fault_of, told_apart

PORTS = {"implicit": 995, "starttls": 110, "off": 110}
LONGEST_LINE = 20 * 1024 * 1024
LONGEST_UIDL = 100
SECRETS = re.compile(r"(PASS|AUTH \S+) .*", re.IGNORECASE)


class Pop3:
    """A session; see `incoming.Session`. Its steps are those of `Imap`."""

    folder: str = ""
    uidvalidity: int | None = None
    idles: bool = False

    def __init__(self, account: Account) -> None:
        self.account = account
        self.numbers: dict[Name, int] = {}  # of this session only
        self.sizes: dict[int, int] = {}

    def connect(self) -> None:
        """TCP and TLS."""
        account = self.account
        host, port = account.host, account.port or PORTS[account.tls]
        context = ssl.create_default_context()
        poplib._MAXLINE = LONGEST_LINE  # type: ignore[attr-defined]  # as shipped it refuses lines that real mail has
        with told():
            if account.tls == "implicit":
                self.pop: poplib.POP3 = poplib.POP3_SSL(host, port, timeout=PATIENCE, context=context)
                return
            self.pop = poplib.POP3(host, port, timeout=PATIENCE)
            if account.tls == "starttls":
                self.pop.stls(context)

    def log_in(self) -> None:
        """By token where there is one, else by password."""
        account = self.account
        if account.access_token:
            with told(otherwise="token"):
                self._say_token(f"user={account.user}\1auth=Bearer {account.access_token}\1\1")
            return
        with told(otherwise="login"):
            self.pop.user(account.user)
            self.pop.pass_(account.password)

    def open(self) -> None:
        """Read what it holds: UIDL and LIST."""
        with told():
            names, sizes = self.pop.uidl()[1], self.pop.list()[1]
        self.sizes = {int(number): int(size) for number, size in (line.split()[:2] for line in sizes)}
        pairs = [line.split(maxsplit=1) for line in names]
        self.numbers = {Name(uidl=_uidl(uidl)): int(number) for number, uidl in pairs}

    def names(self, above: int = 0) -> list[Name]:
        """See `Session`; there is nothing to be above of."""
        del above
        return sorted(self.numbers, key=self.numbers.__getitem__)

    def described(self, names: Sequence[Name]) -> Iterator[Held]:
        """See `Session`. When it arrived is told by the newest Received field, else by Date."""
        for name in names:
            yield Held(name, self.sizes.get(self.numbers[name], 0), _arrived(self.head(name)))

    def raw(self, name: Name) -> bytes | None:
        """See `Session`."""
        with told():
            return self._lines(f"RETR {self.numbers[name]}")

    def head(self, name: Name) -> bytes | None:
        """See `Session`."""
        with told():
            return self._lines(f"TOP {self.numbers[name]} 0")

    def tell(self, names: Sequence[Name], after: str, move_to: str = "") -> None:
        """See `Session`; it is in force once the session is closed well."""
        del move_to
        if after != "delete":
            return
        with told():
            for name in names:
                self.pop.dele(self.numbers[name])

    def bye(self) -> None:
        """QUIT: only now the server deletes."""
        with told():
            self.pop.quit()

    def wait(self, seconds: float, stays: Callable[[], bool]) -> None:
        """See `Session`: a POP3 session sees nothing new."""

    def close(self) -> None:
        """See `Session`."""
        with suppress(Exception):
            self.pop.close()

    def _say_token(self, secret: str) -> None:
        """In a line of its own: a command has 255 bytes at most (RFC 5034 section 4), and a token has thousands.

        A refusal comes in two steps as well: what is wrong, as a challenge, which an empty line answers.
        """
        self._say("AUTH XOAUTH2")
        said = self._say(base64.b64encode(secret.encode()).decode())
        if said.startswith(b"+OK"):
            return
        why = base64.b64decode(said[1:].strip() + b"==", validate=False).decode("utf-8", "replace")
        try:
            self._say("")
        except poplib.error_proto as refused:
            raise poplib.error_proto(f"{refused.args[0]!r} {why}") from refused
        raise poplib.error_proto(f"the token was refused: {why}")

    def _say(self, command: str) -> bytes:
        return self.pop._shortcmd(command)  # type: ignore[attr-defined,no-any-return]  # no public way to say it

    def _lines(self, command: str) -> bytes:
        """The answer's bytes as they are, only without the dots put before dots: `poplib` would mend line ends."""
        self._say(command)
        lines = []
        while (line := self.pop.file.readline(LONGEST_LINE)) not in (b".\r\n", b".\n"):
            if not line:
                raise EOFError("the connection was closed in the middle of a message")
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


@contextmanager
def told(*, otherwise: str = "protocol") -> Iterator[None]:
    """What the server or the network refuses, by its stable name."""
    with told_apart():
        try:
            yield
        except poplib.error_proto as error:
            said = error.args[0] if error.args else ""
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            name = "unreachable" if words == "-ERR EOF" else fault_of(words, otherwise)
            raise MailServerFault(name, SECRETS.sub(r"\1 …", words)) from error
        except (ValueError, IndexError) as error:  # an answer that is none
            raise MailServerFault("protocol", str(error)) from error


def _uidl(said: bytes) -> str:
    """As the server says it; a longer one than RFC 1939 allows by its digest."""
    text = said.strip().decode("utf-8", "backslashreplace")
    return text if len(text) <= LONGEST_UIDL else hashlib.sha256(said).hexdigest()


def _arrived(head: bytes | None) -> datetime | None:
    block, _ = split_message(head or b"")
    received = block.first("received")
    stamp = received.rpartition(b";")[2] if received else block.first("date")
    return parse_date(stamp.decode("latin-1")) if stamp else None
