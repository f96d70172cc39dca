"""Mail that other servers hand to us: the built-in SMTP and LMTP listener (TRAMITA_SMTP_LISTEN).

A recipient that we do not know is refused here and nowhere later (MAIL-15). `250` is said when the message is kept,
once for each mailbox of ours among the recipients (MAIL-2, MAIL-14); then it is processed. What is wrong with the
machine is a `451`, and the sender tries again (MAIL-8).
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier, BoundedSemaphore
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import close_old_connections, connections

from tramita.domain.wordless import wordless
from tramita.gateways.smtp_in import House, starttls
from tramita.mail.envelopes import by_mailbox
from tramita.queries import definitions
from tramita.queries.mailboxes import Directory, directory
from tramita.queries.memory import remembering
from tramita.services import receiving
from tramita.services.receiving import Kept

T = TypeVar("T")

THREADS = 4  # that answer, each with a connection to the database
PROCESSING = 2  # that process what was kept: no answer waits for them
MOST_RECIPIENTS = 1000
MOST_AHEAD = 200  # kept mails that wait here to be processed; the worker comes to the others within a minute or two
GRACE_SECONDS = 8.0  # for who is in the middle of a message when we are told to stop

OK = "250 2.0.0 Kept."
LATER = "451 4.3.0 Not now, please try again."
UNKNOWN = "550 5.1.1 There is no such address here."
TOO_LARGE = "552 5.3.4 The message is too large."
TOO_MANY = "452 4.5.3 Too many recipients."
FAULTS = (OSError, DatabaseFault)

log = logging.getLogger(__name__)


class Handler:
    """What each command asks of the desk. Every question goes to a thread: the wire never waits for the database."""

    def __init__(self, source: str) -> None:
        self.source = source  # smtp or lmtp
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix=source)
        self.processing = ThreadPoolExecutor(PROCESSING, thread_name_prefix="process")
        self.ahead = BoundedSemaphore(MOST_AHEAD)
        self.ending = False

    async def handle_EHLO(  # noqa: N802 - the names of all these are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        """The size that we take is announced as it is configured, for senders obey it (RFC 1870); else none is."""
        session.host_name = hostname
        limit = await self._ask(_most_bytes)
        rest = [line for line in said[1:] if not line.startswith("250-SIZE")]  # of the mail before
        return [said[0], *([] if limit is None else [f"250-SIZE {limit}"]), *rest]

    async def handle_MAIL(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender may be empty. A size that is told beforehand is checked beforehand (MAIL-13, RFC 1870)."""
        limit = await self._ask(_most_bytes)
        if limit is None:
            return LATER
        server.data_size_limit = limit
        if any(int(size) > limit for size in _declared(options)):
            return TOO_LARGE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Known are our addresses, with anything after a plus, and the postmaster (RFC 5321 section 4.5.1)."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        desk = await self._ask(_desk)
        if desk is None or not desk.mailboxes:
            return LATER  # of a desk without a mailbox we cannot say whom it will know
        if desk.takes(address) is None:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """An answer for each recipient by LMTP; by SMTP one for all, the worst."""
        raw = envelope.original_content or b""
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        answers = await self._ask(lambda: self._keep(raw, sender, envelope.rcpt_tos, at=datetime.now(UTC)))
        if answers is None:
            answers = [LATER] * len(envelope.rcpt_tos)
        return "\r\n".join(answers) if self.source == "lmtp" else max(answers)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is no reason to refuse a mail for good."""
        log.error("listener fails", exc_info=wordless(error))
        return LATER

    async def _ask(self, question: Callable[[], T]) -> T | None:
        """The answer from a thread; None when the database or the disk is away."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, _answer, question)

    def _keep(self, raw: bytes, sender: str, recipients: Sequence[str], *, at: datetime) -> list[str]:
        """Keep it once for each mailbox; the answers in the order of the recipients."""
        desk = _desk()
        said = {}
        for mailbox, ours in by_mailbox(recipients, desk).items():
            envelope = {"sender": sender, "recipients": ours}
            try:
                kept = receiving.keep(raw, mailbox=mailbox, source=self.source, envelope=envelope, desk=desk, at=at)
            except FAULTS as fault:
                log.warning("mail not kept", extra={"error": str(fault).strip(), "size": len(raw)})
                said[mailbox] = LATER
            else:
                said[mailbox] = OK
                self._process_soon(kept, at=at)
        return [said[desk.takes(recipient) or ""] for recipient in recipients]

    def _process_soon(self, kept: Kept, *, at: datetime) -> None:
        """After the answer, unless too many wait already: those are the worker's (`finish_abandoned`)."""
        if kept.news and not self.ending and self.ahead.acquire(blocking=False):
            self.processing.submit(_answer, lambda: self._process(kept, at=at))

    def close(self) -> None:
        """Wait for what was begun; what only waits is the worker's."""
        self.ending = True
        _let_go(self.processing, PROCESSING)
        _let_go(self.threads, THREADS)

    def _process(self, kept: Kept, *, at: datetime) -> None:
        self.ahead.release()
        if not self.ending:
            with remembering():
                receiving.process(kept, desk=directory(), at=at)


def _answer(question: Callable[[], T]) -> T | None:
    """In a thread, whose connection may have been cut since the last time."""
    close_old_connections()
    try:
        return question()
    except FAULTS as fault:
        log.warning("database or disk away", extra={"error": str(fault).strip()})
        close_old_connections()
        return None


def _let_go(threads: ThreadPoolExecutor, count: int) -> None:
    """Each thread finishes what it has, closes its connection to the database, and ends."""
    all_here = Barrier(count)

    def leave() -> None:
        all_here.wait()
        connections.close_all()

    for _ in range(count):
        threads.submit(leave)
    threads.shutdown(wait=True)


def _desk() -> Directory:
    with remembering():
        return directory()


def _most_bytes() -> int:
    with remembering():
        return definitions.settings().limits.raw_mail_bytes


def _declared(options: Sequence[str]) -> list[str]:
    sizes = [option.partition("=")[2] for option in options if option.upper().startswith("SIZE=")]
    return [size for size in sizes if size.isdigit()]


class Listener:
    """The listener at a door that is open already: clients that knock before it stands wait."""

    def __init__(self, source: str) -> None:
        self.handler = Handler(source)
        certificate = settings.TRAMITA_SMTP_CERTIFICATE
        tls = starttls(*certificate) if certificate else None
        self.house = House(self.handler, lmtp=source == "lmtp", name=socket.gethostname(), tls=tls)

    async def serve(self, door: socket.socket, stop: asyncio.Event) -> None:
        """Until told to stop; who is in the middle of a message may finish it."""
        server = await asyncio.get_running_loop().create_server(self.house.enter, sock=door)
        await stop.wait()
        server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                while any(session.envelope and session.envelope.mail_from for session in self.house.sessions):
                    await asyncio.sleep(0.05)
        for session in list(self.house.sessions):
            if session.transport is not None:
                session.transport.close()
        self.handler.close()


def run(door: socket.socket, source: str) -> None:
    """The life of the listener's process."""

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Listener(source).serve(door, stop)

    asyncio.run(main())
