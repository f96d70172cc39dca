"""The test of a mailbox's connection, as pages use it (MAIL-142): each step, and the fault that ended it."""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from tramita.models import Mailbox

CHECKS = "tramita.services.checking_mailboxes"


class Finding(Protocol):
    """One step of the test: its stable name, whether it went well, the name of the fault and the server's words."""

    step: str
    ok: bool
    fault: str
    words: str


Check = Callable[[Mailbox], Sequence[Finding]]


def connection_test() -> Check | None:
    """The test, where this build fetches mail; it loads what talks to mail servers, so it is asked for when used."""
    return cast("Check", import_module(CHECKS).check) if find_spec(CHECKS) else None
