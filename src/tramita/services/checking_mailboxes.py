"""Does a mailbox work? Step by step, each with its result and the server's own words (MAIL-142). Nothing changes."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.gateways.imap import Imap
from tramita.gateways.incoming import MailServerFault
from tramita.gateways.pop3 import Pop3
from tramita.models import Mailbox, Probe
from tramita.services import connecting

STEPS = ("secrets", "resolve", "connect", "login", "folder", "list", "fetch", "copies")


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: what was tried, the name of its fault or none, what the server said or holds."""

    step: str  # of `STEPS`
    fault: str = ""  # of `incoming.FAULTS`
    words: str = ""

    @property
    def ok(self) -> bool:
        """It went well."""
        return not self.fault


def proof(probe: Probe) -> list[Finding]:
    """What a mail to itself has proved so far, step by step up to the first that failed.

    The words of a step that went well are a name (`under_way`, `plus`, `no_plus`, `unsigned`) or a signature.
    """
    if probe.fault and not probe.sent_at:
        return [Finding("send", probe.fault, probe.words)]
    found = [Finding("send", "", "" if probe.sent_at else "under_way")]
    if probe.fault:
        return [*found, Finding("arrive", probe.fault, probe.words)]
    if probe.sent_at:
        found.append(Finding("arrive", "", "" if probe.arrived_at else "under_way"))
    if probe.arrived_at:
        signed = ", ".join(f"d={domain} s={selector}" for domain, selector in probe.signatures)
        verdict = f" ({probe.verdicts['dkim']})" if signed and probe.verdicts.get("dkim") else ""
        found += [_plus(probe), Finding("signature", "", signed + verdict or "unsigned")]
    return found


def _plus(probe: Probe) -> Finding:
    """A server that delivers no plus-addresses is no fault, unless nothing else would join answers (M-1)."""
    if probe.plus_at:
        return Finding("plus", "", "plus")
    if not (probe.ended_at or probe.plus_refused):
        return Finding("plus", "", "under_way")
    lost = probe.mailbox.plus_addressing == "only"
    return Finding("plus", "plus_lost" if lost else "", probe.plus_refused if lost else "no_plus")


def check(box: Mailbox, *, at: datetime) -> list[Finding]:
    """Try every step up to the first that fails. Waits for the server; secrets are never in what it answers."""
    found = []
    try:
        for step, words in _steps(box, at=at):
            found.append(Finding(step, "", words))
    except MailServerFault as fault:
        failed = STEPS[len(found)]
        found.append(Finding(failed, fault.name, fault.words))
    return found


def _steps(box: Mailbox, *, at: datetime) -> Iterator[tuple[str, str]]:
    session = connecting.unopened(box, at=at)
    yield "secrets", ""
    yield "resolve", _resolved(session.account.host)
    tries: list[tuple[str, Callable[[], Any]]] = [
        ("connect", session.connect),
        ("login", session.log_in),
        ("folder", session.open),
        ("list", lambda: f"{len(session.names())} messages"),
        ("fetch", lambda: _newest(session)),
        ("copies", lambda: _copies(box, session)),
    ]
    try:
        for step, do in tries:
            yield step, do() or ""
    finally:
        session.close()


def _resolved(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise MailServerFault("unreachable", f"{host}: {error.strerror or error}") from error


def _newest(session: Imap | Pop3) -> str:
    """The head of the newest message, where there is one."""
    names = session.names()
    head = session.head(names[-1]) if names else None
    return f"{len(head)} bytes of the newest message's head" if head else "the folder is empty"


def _copies(box: Mailbox, session: Imap | Pop3) -> str:
    """The folder for copies of what is sent, if it wants any (MAIL-114)."""
    if not box.copy_sent:
        return "no copies are kept"
    if isinstance(session, Pop3):
        raise MailServerFault("protocol", "only an IMAP server takes copies")
    session.holds_id(box.copy_sent, "no-such-message@tramita.invalid")
    return box.copy_sent
