"""Which item a mail belongs to, and what it does there. Decisions only; services look up and write.

Rules: MAIL-70 to MAIL-76, MAIL-78, M-1, M-7 to M-10, M-13.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Generic, Protocol, TypeVar

from tramita.domain.codes import State, WaitType
from tramita.domain.mail_tokens import (
    Claim,
    Keys,
    answered_ids,
    claim_of_id,
    claims_of_addresses,
    claims_of_body,
    recipients,
)
from tramita.domain.mime import ParsedMail
from tramita.domain.references import Reference, found_in

ItemT = TypeVar("ItemT")
MOST_REFERENCES = 5  # of a subject that are looked at


class Rule(StrEnum):
    """How a mail found its item, in the order in which the ways are tried (MAIL-70)."""

    ADDRESS_TOKEN = "address_token"  # noqa: S105 - a name, not a secret
    SIGNED_ID = "signed_id"
    STORED_ID = "stored_id"
    REPORT = "report"  # a delivery report or receipt names a mail of ours
    SUBJECT = "subject"
    BODY_TAG = "body_tag"
    ANSWERED = "answered"  # a mail there, which came first, answers this one (MAIL-79)
    SPLIT = "split"  # the item was split off from the one that the mail was for (M-11)

    @property
    def confidence(self) -> str:
        """`proof`: it carries what only our mail could tell; `likely`: who takes part named what others know too."""
        return "proof" if self in _PROOFS else "likely"


_PROOFS = frozenset({Rule.ADDRESS_TOKEN, Rule.SIGNED_ID, Rule.REPORT, Rule.BODY_TAG})


@dataclass(frozen=True, slots=True)
class Match(Generic[ItemT]):
    """The item, why, and the words that prove it (MAIL-82)."""

    item: ItemT
    rule: Rule
    evidence: str
    new_participant: bool  # a valid token in the hands of somebody unknown (MAIL-74)


class Lookup(Protocol[ItemT]):
    """What matching asks of the database. Merges are followed by whoever answers (MAIL-77)."""

    def by_number(self, number: int, ordinal: int) -> ItemT | None:
        """The item of a true token; `ordinal` is 0 unless it is an Action."""

    def by_own_id(self, claim: Claim) -> ItemT | None:
        """The item of a mail of ours, whose id this claim is: where the mail was moved to, if it was (MAIL-78)."""

    def by_message_id(self, message_id: str) -> ItemT | None:
        """The item that holds a mail of this id, inside the mailbox this one arrived at (MAIL-80)."""

    def by_reference(self, reference: Reference) -> ItemT | None:
        """The item that a person would mean by `40308-T`."""

    def is_participant(self, item: ItemT, address: str) -> bool:
        """Requester, Cc, named in one of its mails, or a known colleague if so set (MAIL-73)."""


def every_address(_address: str) -> bool:
    """Plus-addresses are read wherever they stand."""
    return True


def match(
    mail: ParsedMail,
    *,
    sender: str,
    lookup: Lookup[ItemT],
    keys: Keys,
    envelope: Iterable[str] = (),
    reads: Callable[[str], bool] = every_address,
    only_addresses: bool = False,
) -> Match[ItemT] | None:
    """The item a mail belongs to, or None: then it starts something new. `sender` as `auto_answers.author` says.

    A reference that anybody can guess opens an item only to its participants. A forward is no reply: only the
    address it was sent to counts (MAIL-75). A report is joined by what it reports on, never by its subject.

    `reads`: whether the token in this address counts; `only_addresses`: nothing else joins an answer (M-1).
    """
    addresses = [one for one in recipients(mail, envelope) if reads(one)]
    for item, rule, evidence in _candidates(mail, sender, lookup, keys, addresses, only_addresses=only_addresses):
        if item is not None:
            report = mail.bounce is not None or mail.receipt is not None
            return Match(item, rule, evidence, not report and not lookup.is_participant(item, sender))
    return None


_Candidates = Iterator[tuple[ItemT | None, Rule, str]]


def _candidates(
    mail: ParsedMail, sender: str, lookup: Lookup[ItemT], keys: Keys, addresses: list[str], *, only_addresses: bool
) -> "_Candidates[ItemT]":
    signed = [claim for one in answered_ids(mail) if (claim := claim_of_id(one, keys=keys))]
    for claim in claims_of_addresses(addresses, keys=keys):
        yield _where(claim, signed, lookup), Rule.ADDRESS_TOKEN, claim.evidence
    if mail.bounce or mail.receipt:
        yield from _by_report(mail, lookup, keys)
    elif not only_addresses and not mail.is_forward:
        yield from _by_answer(mail, sender, signed, lookup, keys)


def _where(claim: Claim, signed: Sequence[Claim], lookup: Lookup[ItemT]) -> ItemT | None:
    """The item of a token; with a mail of ours beside that was written there, where that mail is now (MAIL-78)."""
    answered = next((one for one in signed if (one.number, one.ordinal) == (claim.number, claim.ordinal)), None)
    return lookup.by_own_id(answered) if answered else lookup.by_number(claim.number, claim.ordinal)


def _by_answer(
    mail: ParsedMail, sender: str, signed: Sequence[Claim], lookup: Lookup[ItemT], keys: Keys
) -> "_Candidates[ItemT]":
    for claim in signed:
        yield lookup.by_own_id(claim), Rule.SIGNED_ID, claim.evidence
    for candidate in answered_ids(mail):
        yield _open_to(sender, lookup.by_message_id(candidate), lookup), Rule.STORED_ID, candidate
    for reference in islice(dict.fromkeys(found_in(mail.subject or "")), MOST_REFERENCES):
        yield _open_to(sender, lookup.by_reference(reference), lookup), Rule.SUBJECT, str(reference)
    for claim in claims_of_body(f"{mail.text}\n{mail.html or ''}", keys=keys):
        yield lookup.by_number(claim.number, claim.ordinal), Rule.BODY_TAG, claim.evidence


def _by_report(mail: ParsedMail, lookup: Lookup[ItemT], keys: Keys) -> "_Candidates[ItemT]":
    """A report on a mail that was never ours is backscatter and matches nothing (MAIL-98)."""
    report = mail.bounce or mail.receipt
    original = report.original_message_id if report else None
    for candidate in filter(None, (original, *answered_ids(mail))):
        claim = claim_of_id(candidate, keys=keys)
        if claim:
            yield lookup.by_own_id(claim), Rule.REPORT, candidate


def _open_to(sender: str, item: ItemT | None, lookup: Lookup[ItemT]) -> ItemT | None:
    """Strangers never get in by what can be guessed or overheard (MAIL-73)."""
    return item if item is not None and sender and lookup.is_participant(item, sender) else None


class Effect(StrEnum):
    """What a mail does to the item it belongs to (MAIL-76)."""

    APPEND = "append"  # and mark "new information received"
    WAKE = "wake"  # append, To Do
    REOPEN = "reopen"  # append, To Do again
    NEW_LINKED = "new_linked"  # a new item that continues the closed one
    IGNORE = "ignore"  # keep the bytes, do nothing
    SET_ASIDE = "set_aside"  # a person looks at it first


def effect(
    mail: ParsedMail,
    *,
    state: State,
    wait_type: WaitType | None = None,
    window_open: bool = False,
    answers_automatic: bool = False,
    unverified_staff: bool = False,
    automatic_wakes: bool = True,
    thanks: bool = False,
    ends_wait: bool = True,
    awaits_approval: bool = False,
) -> Effect:
    """M-7 to M-10 and M-13, with MAIL-51, MAIL-96 and MAIL-99.

    `answers_automatic`: what it answers was written by the system. `unverified_staff`: the sender claims to be one
    of us without proof. `automatic_wakes`: the setting for absence notes that answer a person's mail. `thanks`: it
    says no more than that (R-21). `ends_wait`: a report is about the mail whose answer is waited for.
    `awaits_approval`: it waits for decisions or another system, and no mail is that (EA-3, A-55).
    """
    waits = state is State.WAITING and wait_type is WaitType.MORE_INFORMATION
    if mail.bounce or mail.receipt:  # an event on a mail of ours, whatever became of its item
        permanent = mail.bounce is not None and mail.bounce.permanent
        return Effect.WAKE if permanent and waits and ends_wait else Effect.APPEND
    if mail.auto_submitted and answers_automatic:
        return Effect.IGNORE
    if state is State.CLOSED:
        return Effect.SET_ASIDE if unverified_staff else Effect.NEW_LINKED
    if unverified_staff or (mail.auto_submitted and not automatic_wakes):
        return Effect.APPEND
    if waits and not awaits_approval:
        return Effect.WAKE
    if state is State.RESOLVED:
        if thanks and window_open:
            return Effect.APPEND
        return Effect.REOPEN if window_open else Effect.NEW_LINKED
    return Effect.APPEND
