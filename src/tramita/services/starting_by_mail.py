"""New items from mail: one for each route it was addressed to (M-4, T-9, T-21, C-41, T-22, Z-5)."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from tramita.domain.actors import SYSTEM
from tramita.domain.auto_answers import why_not_acknowledge
from tramita.domain.codes import Kind, Listed, Method, State, Visibility
from tramita.domain.errors import Invalid, NotFound
from tramita.domain.mime import address_key
from tramita.domain.subjects import title_from, without_reference
from tramita.models import CopiedContact, Item, Person
from tramita.queries import definitions
from tramita.queries.mailboxes import RouteRow, Sender
from tramita.services import automatic_mails, clockwork, contacts, flowing, linking, openings, storing_mail
from tramita.services.beginning import begin, place, set_process
from tramita.services.ledger import Change, create
from tramita.services.moving import ended
from tramita.services.restraint import tell_operator, why_silent
from tramita.services.storing_mail import Arrival
from tramita.services.submitting import submission
from tramita.services.writing_mail import Answered

log = logging.getLogger(__name__)
MOST_AUTHORS = 5  # besides the first; more is no letter but a list


def start_from_mail(
    arrival: Arrival, route: RouteRow, *, follows: Item | None = None, fields: Mapping[str, Any] | None = None
) -> Item:
    """A new item by this route: To Do at once, with the sender as its contact. `fields` are those of a form (SS-2).

    Raises: Invalid, for an agent of another company (CT-6).
    """
    if is_stranger(arrival, route, follows):
        raise Invalid([contacts.works_elsewhere(route.kind, arrival.sender.address)])
    refused = not arrival.archive and arrival.desk.mailboxes.get(route.mailbox, False) and _unknown(arrival)
    item = _item(arrival, route, follows, fields)
    person = _person(arrival)
    at = arrival.dated if arrival.archive else arrival.at
    for name, person_id in contacts.filled({"requester": person.id or 0}, item).items():
        setattr(item, f"{name}_id", person_id)
    if item.organisation_id is None or not contacts.is_bound(person.role, person.organisation_id):
        item.organisation_id = person.organisation_id or item.organisation_id
    if follows is not None:
        _keep_contacts(item, follows)
    asked = [] if arrival.archive or refused else openings.who_decides(item)
    change = (
        _filed(item, arrival)
        if arrival.archive
        else _refused(item, arrival)
        if refused
        else openings.propose(item, at=arrival.at)
        if asked
        else _begun(item, arrival)
    )
    create(item, by=SYSTEM, at=at, change=change, more_to_tell=True)
    _copy_to_co_authors(item, arrival)
    _tell(change, arrival, route, person, silent=refused or arrival.archive)
    if asked:
        openings.ask(item, at=at)
    if follows is not None:
        _tie(item, follows, person, at=at)
    if item.kind is Kind.CASE and item.state is State.TO_DO:
        flowing.begin(item, at=at)
    return item


def is_stranger(arrival: Arrival, route: RouteRow, follows: Item | None) -> bool:
    """Whether the sender works here for a company that what this route starts has nothing to do with (CT-6)."""
    known = arrival.known
    if not contacts.is_bound(known.role, known.organisation_id):
        return False
    company = follows.organisation_id if follows else _process(route, follows)[1].organisation_id
    return bool(contacts.elsewhere({known.organisation_id}, company))


def _keep_contacts(item: Item, follows: Item) -> None:
    """Who the closed item was about, the new one is about (Z-5); who wrote now is its original requester (CT-4)."""
    for name in contacts.TAGS:
        setattr(item, f"{name}_id", getattr(follows, f"{name}_id") or getattr(item, f"{name}_id"))
    item.organisation_id = follows.organisation_id or item.organisation_id


def _tie(item: Item, follows: Item, person: Sender, *, at: datetime) -> None:
    """Linked both ways to what was Closed, and to the Case of a Closed Action (Z-5, CG-17); copies go on."""
    copied = Q(pk__in=CopiedContact.objects.filter(item=follows).values("person"))
    if person.id != item.requester_id:
        copied |= Q(pk=person.id)
    contacts.copy_to(item, contacts.may_have_to_do(item, Person.objects.filter(copied)))
    linking.link(item, to=follows, by=SYSTEM, at=at, type="follows_closed")
    if follows.kind is Kind.ACTION and follows.parent is not None:
        linking.link(item, to=follows.parent, by=SYSTEM, at=at)


def _copy_to_co_authors(item: Item, arrival: Arrival) -> None:
    """Who else stands in From wrote it too, and takes part (MAIL-27, MAIL-56)."""
    if len(arrival.mail.all_from) < 2:
        return
    others = {one.key: one for one in arrival.mail.all_from if one.usable and one.key != arrival.sender.key}
    ours = {address_key(one) for one in arrival.desk.own}
    found = [one for key, one in others.items() if key not in ours][:MOST_AUTHORS]
    people = [contacts.from_sender(one.key, one.name, at=arrival.at)[0] for one in found]
    contacts.copy_to(item, contacts.may_have_to_do(item, Person.objects.filter(pk__in=people)))


def _item(arrival: Arrival, route: RouteRow, follows: Item | None, fields: Mapping[str, Any] | None) -> Item:
    kind, process = _process(route, follows)
    mail = arrival.mail
    subject = without_reference(mail.subject or "", follows.reference) if follows else mail.subject
    item = Item(kind=kind, title=title_from(subject, mail.text) or arrival.sender.address)
    set_process(item, process)
    if fields is not None:  # they were looked at before they were kept; what the process asks since then, staff see
        item.title, item.fields = mail.subject or item.title, definitions.declared(item).merged({}, fields)
    return item


def _process(route: RouteRow, follows: Item | None) -> tuple[Kind, definitions.Current[Any]]:
    kind = Kind.TICKET if route.kind == "category" else Kind.CASE
    current = definitions.current_category(category_of(route, follows)) if kind is Kind.TICKET else None
    process = current or definitions.current_case_type(route.path)
    if process is None:
        raise NotFound("The process of the route “%(path)s” is gone.", path=route.path)
    return kind, process


def category_of(route: RouteRow, follows: Item | None) -> str:
    """The route's, or that of the Closed Ticket if it belongs to the same service (Z-5)."""
    before = follows.process.key if follows and follows.kind is Kind.TICKET and follows.process else ""
    same = before.split("/")[:3] == route.path.split("/")[:3]
    return before if same and definitions.current_category(before) else route.path


def _begun(item: Item, arrival: Arrival) -> Change:
    change = begin(item, "create", by=SYSTEM, at=arrival.at, write=False)
    submission(change)
    change.record("clock_started", **clockwork.begun(item, at=arrival.at))
    place(change)
    return change


def _refused(item: Item, arrival: Arrival) -> Change:
    """The mailbox refuses unknown senders: Closed at once, with a trace and in no list (T-22, CG-58)."""
    change = begin(item, "refuse", by=SYSTEM, at=arrival.at, write=False)
    columns = ended(item, Method.UNCONFIGURED_ADDRESS, by=SYSTEM, at=arrival.at)
    change.record("refused", **columns, listed=Listed.NONE, closed_at=arrival.at)
    return change


def _filed(item: Item, arrival: Arrival) -> Change:
    """Old mail is kept as it was: Closed, without clock or list, dated as it is (MAIL-17)."""
    change = begin(item, "archive", by=SYSTEM, at=arrival.dated, write=False)
    change.record("archived", listed=Listed.NONE, closed_at=arrival.dated)
    return change


def _person(arrival: Arrival) -> Sender:
    """Who asks; a stranger becomes a requester (MAIL-56)."""
    if arrival.known.id is not None:
        return arrival.known
    person_id, organisation_id = contacts.from_sender(arrival.sender.key, arrival.sender.name, at=arrival.at)
    return replace(arrival.known, id=person_id, organisation_id=organisation_id)


def _tell(change: Change, arrival: Arrival, route: RouteRow, person: Sender, *, silent: bool) -> None:
    """The mail's own entry, and the acknowledgement if the route asks for one (M-19b, MAIL-91)."""
    item = change.item
    wanted = route.acknowledge and not silent
    unanswered = _why_unanswered(item, arrival, route) if wanted else None
    data = storing_mail.entry_data(arrival, storing_mail.insert(item.pk, arrival))
    if unanswered:
        data["unanswered"] = arrival.notes["unanswered"] = unanswered
    dots: dict[str, Any] = {} if item.state is State.CLOSED else {"new_information": True}
    change.record(
        "mail_received",
        visibility=Visibility.PARTICIPANTS,
        data=data,
        words=storing_mail.entry_words(arrival),
        actor_id=None if arrival.unverified else person.id,
        **dots,
    )
    if wanted and not unanswered:
        _acknowledge(change, arrival, person)
    change.write()


def _why_unanswered(item: Item, arrival: Arrival, route: RouteRow) -> str | None:
    """What the mail itself says against an answer, or the limits; an operator hears of these (MAIL-91, MAIL-93)."""
    if said := why_not_acknowledge(arrival.mail, own=arrival.desk.own):
        return said
    limit = why_silent(item, to=arrival.sender.key, leaving_from=route.address, at=arrival.at)
    if limit:
        log.warning("no acknowledgement: %s", limit, extra={"item": item.reference, "seen": arrival.seen.pk})
        told = {"limit": limit, "item": item.reference, "mailbox": route.mailbox}
        tell_operator(f"loop:{limit}:{route.mailbox}", about=told, at=arrival.at)
    return limit


def _acknowledge(change: Change, arrival: Arrival, person: Sender) -> None:
    """Say that it arrived, in the language of who asked (M-19b)."""
    marks, mail = storing_mail.thread_marks(arrival.mail), arrival.mail
    automatic_mails.acknowledge(
        change,
        kind="opening_asked" if change.item.state is State.DRAFT else "acknowledgement",
        to=arrival.sender.address,
        name=arrival.sender.name,
        language=person.language or settings.LANGUAGE_CODE,
        answered=Answered(
            mail.stable_id[:998],
            mail.references,
            thread_index=marks.get("thread_index", ""),
            thread_topic=marks.get("thread_topic", ""),
        ),
        desk=arrival.desk,
    )


def _unknown(arrival: Arrival) -> bool:
    """Neither a contact nor in an organisation's domain (T-22, INTERFACES section 6)."""
    return not arrival.known.active and contacts.organisation_of(arrival.sender.key) is None
