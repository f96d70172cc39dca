"""A mailbox is proved both ways: it sends a mail to itself and one to its plus-address, and sees them come (MAIL-142).

    look, so that it is known to open   →   send   →   look until both are there or the time is up   →   clean up

What is found goes the way of all mail, where it is known for what it is and does nothing else; then it is deleted at
the server. A worker that dies is followed by another, which sends nothing twice that it knows was sent.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from tramita.domain.errors import Invalid
from tramita.domain.mail_probes import PLAIN, PLUS, Mark, mail_of, mark_of, plus_address
from tramita.domain.mime import Address
from tramita.domain.mime.compose import compose
from tramita.gateways.incoming import MailServerFault, Name, Session
from tramita.gateways.smtp import RefusedError, SendError, Transport, UncertainError
from tramita.models import Mailbox, Probe
from tramita.queries.mailboxes import keys
from tramita.services import connecting, posting, probes, receiving

WAIT = timedelta(minutes=2)  # for the mail to the plain address
GRACE = timedelta(seconds=30)  # and at least so long after it for the other one
PAUSES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)  # seconds between two looks, the last for the rest
NEWEST = 50  # messages that a look opens

Clock = Callable[[], datetime]
Pause = Callable[[float], None]


class _Over(Exception):
    """It ends here: the stable name of its fault, and what was said."""

    def __init__(self, fault: str, words: str) -> None:
        super().__init__(fault)
        self.fault, self.words = fault, words


def prove_due(*, at: datetime, pause: Pause = time.sleep) -> int:
    """Do one that was ordered, if there is any; how many. Waits for servers."""
    claimed = probes.claim(at=at)
    if claimed is None:
        return 0
    began = time.monotonic()
    _run(claimed, lambda: at + timedelta(seconds=time.monotonic() - began), pause)
    return 1


def prove(box: Mailbox, *, clock: Clock, pause: Pause = time.sleep) -> Probe:
    """Order it and do it at once, whether a worker runs or not."""
    ordered = probes.begin(box, at=clock())
    claimed = probes.claim(at=clock(), only=ordered)
    return _run(claimed, clock, pause) if claimed else Probe.objects.get(pk=ordered.pk)


def _run(probe: Probe, clock: Clock, pause: Pause) -> Probe:
    watch = _Watch(probe, clock)
    try:
        watch.look()
        if probe.sent_at is None:
            _send(probe, clock)
        _wait(watch, pause)
        watch.clean_up()
    except _Over as over:
        return probes.end(probe, fault=over.fault, words=over.words, at=clock())
    except MailServerFault as fault:
        return probes.end(probe, fault=fault.name, words=fault.words, at=clock())
    return probes.end(probe, at=clock())


def _send(probe: Probe, clock: Clock) -> None:
    """Both mails, each by itself: a server may refuse the plus-address and nothing else."""
    address = probe.mailbox.address
    if settings.TRAMITA_SMTP_URL.startswith("file:"):
        raise _Over("files", settings.TRAMITA_SMTP_URL)
    if not posting.allowed(address):
        raise _Over("restricted", address)
    with posting.way_out() as way:
        try:
            _hand_over(probe, PLAIN, way, at=clock())
        except UncertainError:
            pass  # whether it arrived is what we are about to see
        except SendError as error:
            raise _Over("refused" if isinstance(error, RefusedError) else "not_sent", str(error)) from error
        except Invalid as error:  # an address that no mail can be written from
            raise _Over("not_sent", str(error)) from error
        _send_plus(probe, way, at=clock())
    probes.note(probe, sent_at=clock())


def _send_plus(probe: Probe, way: Transport, *, at: datetime) -> None:
    try:
        _hand_over(probe, PLUS, way, at=at)
    except UncertainError:
        pass
    except RefusedError as error:
        probes.note(probe, plus_refused=str(error)[: probes.LONGEST_WORDS])
    except SendError as error:
        raise _Over("not_sent", str(error)) from error


def _hand_over(probe: Probe, kind: str, way: Transport, *, at: datetime) -> None:
    """Raises: SendError."""
    box, secret = probe.mailbox, keys()
    words = _("Tramita sends this mail to see whether the mailbox works. It may be deleted.")
    sender = Address(box.name, box.address)
    raw = compose(mail_of(kind, probe.nonce, sender, _("Test of a mailbox"), words, keys=secret, at=at))
    to = plus_address(box.address, probe.nonce, keys=secret) if kind == PLUS else box.address
    refused = way.send(f"probe-{kind}-{probe.nonce}", box.address, [to], raw, handing_over=lambda: None)
    for error in (refused or {}).values():
        raise error


def _wait(watch: "_Watch", pause: Pause) -> None:
    """Until both are there; not for one that was refused."""
    until, number = watch.clock() + WAIT, 0
    while not _done(probe := watch.now(), watch.clock()):
        if probe.fault:
            raise _Over(probe.fault, probe.words)
        if watch.clock() >= until and probe.arrived_at is None:
            raise _Over("not_arrived", "")
        pause(PAUSES[min(number, len(PAUSES) - 1)])
        number += 1
        watch.look()


def _done(probe: Probe, now: datetime) -> bool:
    """The second mail may take as long again as the first took, at the least `GRACE`."""
    if probe.arrived_at is None:
        return False
    grace = max(GRACE, probe.arrived_at - (probe.sent_at or probe.arrived_at))
    return probe.plus_at is not None or bool(probe.plus_refused) or now >= probe.arrived_at + grace


@dataclass(slots=True)
class _Watch:
    """Who looks into the mailbox for our two mails."""

    probe: Probe
    clock: Clock
    looked: set[Name] = field(default_factory=set)

    def now(self) -> Probe:
        """How it stands. Raises: _Over, when another one was ordered meanwhile."""
        row = Probe.objects.get(pk=self.probe.pk)
        if row.fence != self.probe.fence:
            raise _Over("replaced", "")
        return row

    def look(self) -> None:
        """Take what is ours, and delete it there. Raises: MailServerFault."""
        with connecting.session(self.probe.mailbox, at=self.clock()) as session:
            self._take(session)
            session.bye()

    def clean_up(self) -> None:
        """What a worker was faster with and left, or moved; nothing is lost if it cannot be found."""
        with suppress(MailServerFault):
            self.look()
        said = self.probe.mailbox.settings
        if said.get("after") == "move":
            with (
                suppress(MailServerFault),
                connecting.session(self.probe.mailbox, at=self.clock(), folder=said["move_to"]) as session,
            ):
                session.tell([name for name, _mark in self._ours(session, set())], "delete")

    def _take(self, session: Session) -> None:
        ours = list(self._ours(session, self.looked))
        for name, _mark in ours:
            raw = session.raw(name)
            if raw is not None:
                source = str(self.probe.mailbox.settings.get("protocol", "imap"))
                receiving.receive(raw, mailbox=self.probe.mailbox.address, source=source, at=self.clock())
        if ours:
            session.tell([name for name, _mark in ours], "delete")

    def _ours(self, session: Session, looked: set[Name]) -> Iterator[tuple[Name, Mark]]:
        """The mails of this probe, and reports on them, among the newest that were not looked at."""
        for name in session.names()[-NEWEST:]:
            if name in looked:
                continue
            looked.add(name)
            head = session.head(name)
            mark = _mark(head) if head else None
            if head and mark is None and b"delivery-status" in head.lower():
                mark = _mark(session.raw(name) or b"")
            if mark and mark.nonce == self.probe.nonce:
                yield name, mark


def _mark(raw: bytes) -> Mark | None:
    return mark_of(receiving.read(raw, {}), keys=keys())
