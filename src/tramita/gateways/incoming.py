"""A mail server that holds messages for us: what IMAP and POP3 have in common.

A session names messages by what the server calls them for good (MAIL-4), tells size and arrival before anything is
downloaded (MAIL-13), and is told what became of them only when somebody says so (MAIL-2).
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

PATIENCE = 30.0  # seconds for a connection, and for each answer
HEAD_BYTES = 64 * 1024  # of a message that is not downloaded
LONGEST_WORDS = 500
FAULTS = ("login", "token", "tls", "unreachable", "folder", "timeout", "quota", "protocol")


class MailServerFault(Exception):
    """Why a mail server gives us nothing: a stable name of `FAULTS`, and its own words."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name}: {words}")
        self.name, self.words = name, words[:LONGEST_WORDS]


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox lies and how to get in. Secrets never show in a log."""

    host: str
    user: str
    protocol: str = "imap"  # or pop3
    port: int = 0  # 0: the usual one
    tls: str = "implicit"  # or starttls, off
    folder: str = "INBOX"
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)  # of OAuth, instead of a password


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What the server calls a message: its UID in IMAP, its UIDL in POP3."""

    uid: int | None = None
    uidl: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A message that the server holds. `arrived` is None where nobody can tell."""

    name: Name
    size: int
    arrived: datetime | None = None


class Session(Protocol):
    """An open mailbox. Every call raises MailServerFault."""

    folder: str
    uidvalidity: int | None
    idles: bool  # it says by itself when something arrives

    def names(self, above: int = 0) -> list[Name]:
        """What it holds, in order of arrival; of IMAP only the UIDs above that."""

    def described(self, names: Sequence[Name]) -> Iterator[Held]:
        """Size and arrival of each that is still there."""

    def raw(self, name: Name) -> bytes | None:
        """All bytes, exactly; None when it is gone. Its flags do not change."""

    def head(self, name: Name) -> bytes | None:
        """The header block, at most `HEAD_BYTES` of it."""

    def tell(self, names: Sequence[Name], after: str, move_to: str = "") -> None:
        """That we have them: `seen`, `move` or `delete`; `keep` changes nothing."""

    def wait(self, seconds: float, stays: Callable[[], bool]) -> None:
        """Until the server says that something arrived, at most so long, and only while `stays` holds."""

    def bye(self) -> None:
        """Say good-bye: from now on what was told is in force."""

    def close(self) -> None:
        """Let go of the connection. Never raises."""


@contextmanager
def told_apart() -> Iterator[None]:
    """What the network says, by its stable name."""
    try:
        yield
    except MailServerFault:
        raise
    except ssl.SSLError as error:
        raise MailServerFault("tls", str(error)) from error
    except TimeoutError as error:
        raise MailServerFault("timeout", f"no answer within {PATIENCE:.0f} seconds") from error
    except (OSError, EOFError) as error:
        raise MailServerFault("unreachable", str(error) or "the connection was closed") from error


def fault_of(words: str, otherwise: str) -> str:
    """A refusal's name, by the response code that servers put before their words (RFC 5530, RFC 3206)."""
    upper = words.upper()
    if "OVERQUOTA" in upper or "QUOTA EXCEEDED" in upper:
        return "quota"
    if "[UNAVAILABLE]" in upper or "[SYS/TEMP]" in upper:
        return "unreachable"
    return otherwise
