"""Which item a mail belongs to, and what it does there. Decisions only; services look up and write.

Rules: MAIL-70 to MAIL-76, M-7 to M-10, M-13.
"""

from collections.abc import Iterable, Iterator
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

    def by_message_id(self, message_id: str) -> ItemT | None:
        """The item that holds a mail of this id, inside the mailbox this one arrived at (MAIL-80)."""

    def by_reference(self, reference: Reference) -> ItemT | None:
        """The item that a person would mean by `40308-T`."""

    def is_participant(self, item: ItemT, address: str) -> bool:
        """Requester, Cc, named in one of its mails, or a known colleague if so set (MAIL-73)."""


def match(
    mail: ParsedMail, *, sender: str, lookup: Lookup[ItemT], keys: Keys, envelope: Iterable[str] = ()
) -> Match[ItemT] | None:
    """The item a mail belongs to, or None: then it starts something new. `sender` as `auto_answers.author` says.

    A reference that anybody can guess opens an item only to its participants. A forward is no reply: only the
    address it was sent to counts (MAIL-75). A report is joined by what it reports on, never by its subject.
    """
    for item, rule, evidence in _candidates(mail, sender, lookup, keys, envelope):
        if item is not None:
            unknown = rule is not Rule.REPORT and not lookup.is_participant(item, sender)
            return Match(item, rule, evidence, unknown)
    return None


_Candidates = Iterator[tuple[ItemT | None, Rule, str]]


def _candidates(
    mail: ParsedMail, sender: str, lookup: Lookup[ItemT], keys: Keys, envelope: Iterable[str]
) -> "_Candidates[ItemT]":
    for claim in claims_of_addresses(recipients(mail, envelope), keys=keys):
        yield lookup.by_number(claim.number, claim.ordinal), Rule.ADDRESS_TOKEN, claim.evidence
    if mail.bounce or mail.receipt:
        yield from _by_report(mail, lookup, keys)
        return
    if mail.is_forward:
        return
    for claim in _signed(answered_ids(mail), keys):
        yield lookup.by_number(claim.number, claim.ordinal), Rule.SIGNED_ID, claim.evidence
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
            yield lookup.by_number(claim.number, claim.ordinal), Rule.REPORT, candidate


def _signed(ids: Iterable[str], keys: Keys) -> Iterator[Claim]:
    return (claim for one in ids if (claim := claim_of_id(one, keys=keys)))


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
) -> Effect:
    """M-7 to M-10 and M-13, with MAIL-51, MAIL-96 and MAIL-99.

    `answers_automatic`: what it answers was written by the system. `unverified_staff`: the sender claims to be one
    of us without proof. `automatic_wakes`: the setting for absence notes that answer a person's mail. `thanks`: it
    says no more than that (R-21).
    """
    waits = state is State.WAITING and wait_type is WaitType.MORE_INFORMATION
    if mail.bounce or mail.receipt:
        permanent = mail.bounce is not None and mail.bounce.permanent
        return Effect.WAKE if permanent and waits else Effect.APPEND
    if mail.auto_submitted and answers_automatic:
        return Effect.IGNORE
    if unverified_staff or (mail.auto_submitted and not automatic_wakes):
        return Effect.APPEND
    if waits:
        return Effect.WAKE
    if state is State.RESOLVED:
        if thanks and window_open:
            return Effect.APPEND
        return Effect.REOPEN if window_open else Effect.NEW_LINKED
    return Effect.NEW_LINKED if state is State.CLOSED else Effect.APPEND
