"""Why a mail found no item, step by step in the order in which it was tried (M-21, MAIL-7, MAIL-82)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from tramita.domain.auto_answers import addressed, author
from tramita.domain.mail_tokens import answered_ids, claims_of_addresses, recipients, without_token
from tramita.domain.mime import ParsedMail, address_key
from tramita.domain.references import found_in
from tramita.models import Message
from tramita.queries.mailboxes import Directory, keys

MOST = 5  # of each kind that are named


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for: its sentence stands in `ui.tray_words`. `found`: it was there."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    found: bool = False


def findings(mail: ParsedMail, *, mailbox: str, desk: Directory) -> list[Finding]:
    """What the mail was asked for. Cost: one statement, none for a mail that answers nothing."""
    return [*_sender(mail, desk), *_answers(mail), *_references(mail), *_routes(mail, mailbox, desk)]


def _sender(mail: ParsedMail, desk: Directory) -> Iterator[Finding]:
    sender = author(mail, own=desk.own)
    if sender is None or not sender.usable:
        yield Finding("no_sender")
    if mail.spam:
        yield Finding("spam")
    if mail.bounce or mail.receipt:
        yield Finding("report")


def _answers(mail: ParsedMail) -> Iterator[Finding]:
    named = answered_ids(mail)[:MOST]
    known = set(Message.objects.filter(message_id__in=named).values_list("message_id", flat=True)) if named else set()
    for one in named:
        yield Finding("answers_ours" if one in known else "answers_nothing", {"id": one}, found=one in known)
    if not named:
        yield Finding("no_answer")


def _references(mail: ParsedMail) -> Iterator[Finding]:
    tokens = list(claims_of_addresses(recipients(mail), keys=keys()))
    named = list(dict.fromkeys(map(str, found_in(mail.subject or ""))))[:MOST]
    yield from (Finding("reference", {"reference": one}, found=True) for one in named)
    if not tokens and not named:
        yield Finding("no_reference")


def _routes(mail: ParsedMail, mailbox: str, desk: Directory) -> Iterator[Finding]:
    ours = addressed(mail, own=desk.own)
    for one in candidates(mail)[:MOST]:
        route = desk.routes.get(one)
        if route is not None:
            yield Finding("route", {"address": one, "process": route.path}, found=True)
        else:
            yield from _no_route(one, desk)
    if mailbox and not ours:
        yield Finding("not_named", {"mailbox": mailbox})


def _no_route(address: str, desk: Directory) -> Iterator[Finding]:
    near = get_close_matches(address, desk.routes, 1, cutoff=0.75)
    values = {"address": address}
    yield Finding("near_route", {**values, "near": near[0]}) if near else Finding("no_route", values)


def candidates(mail: ParsedMail) -> list[str]:
    """The plain addresses in To and Cc, each once: what a route could be made for."""
    named = (address_key(without_token(one.address)) for one in (*mail.to, *mail.cc) if one.usable)
    return list(dict.fromkeys(named))
