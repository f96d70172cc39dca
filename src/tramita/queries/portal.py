"""What the people who ask see in the portal: their requests, those of their organisation, and what they may decide."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef

from tramita.domain.actors import Actor
from tramita.domain.approvals import ENDS
from tramita.domain.codes import ApprovalState, Kind, Method, Role, State
from tramita.domain.mime.model import address_key
from tramita.domain.permissions import Sight
from tramita.models import Approval, Delivery, Item, Message, Person
from tramita.queries.approvals import (
    SHOWN,
    asked_now,
    asks_itself,
    by_levels,
    in_the_place_of,
    is_opening,
    parts_of,
    stands_in_for,
    visible_to,
)
from tramita.queries.items import visible_to as visible_items
from tramita.queries.matching import survivor
from tramita.queries.names import person_name
from tramita.queries.search import Filters, Found, search

MOST_TO_DECIDE = 100
MOST_ELSEWHERE = 200
STILL_HERE = (Delivery.State.PENDING, Delivery.State.FAILED, Delivery.State.HELD, Delivery.State.CANCELLED)
REQUESTS = (Kind.TICKET, Kind.CASE)


def requests_of(actor: Actor, *, everybodys: bool, at: datetime, cursor: str | None = None) -> Found:
    """The newest first. `everybodys`: of the organisation too, as far as they may see that (TO-1, SS-1).

    Raises: Invalid, for a cursor that is not ours. Cost: two statements.
    """
    reader = actor if everybodys else replace(actor, role=Role.REQUESTER, sees="")
    return search(reader, Filters(kind=REQUESTS), at=at, cursor=cursor)


def to_decide(actor: Actor, *, at: datetime) -> Sequence[Approval]:
    """The requests that wait for this person's own decision, the oldest first (AP-21).

    Cost: one statement, up to three more for each that asks by levels.
    """
    rows = Approval.objects.filter(visible_to(actor, at=at), state=ApprovalState.AWAITING).select_related(*SHOWN)
    return [one for one in rows.order_by("requested_at", "pk")[:MOST_TO_DECIDE] if _asks(one, actor, at)]


def decided(actor: Actor, *, limit: int, at: datetime) -> Sequence[Approval]:
    """What was decided, the newest first, whoever did. Cost: one statement."""
    rows = (
        Approval.objects.filter(visible_to(actor, at=at)).exclude(state=ApprovalState.AWAITING).select_related(*SHOWN)
    )
    return list(rows.order_by("-decided_at", "-pk")[:limit])


def _asks(approval: Approval, actor: Actor, at: datetime) -> bool:
    if not by_levels(approval):
        return True
    asked = [one.person for one in asked_now(approval) if one.person.is_active]
    mine = any(one.pk == actor.id for one in asked)
    return mine or stands_in_for(approval, actor, asked, at=at) is not None


def is_asked(approval: Approval, actor: Actor, *, at: datetime) -> bool:
    """Whether it waits for this person."""
    return approval.state == ApprovalState.AWAITING and _asks(approval, actor, at)


def may_cancel(approval: Approval, actor: Actor, *, at: datetime) -> bool:
    """Whether this manager may say that it is not needed any more (AP-14); what asks by itself ends in another way."""
    if approval.state != ApprovalState.AWAITING or asks_itself(approval) or is_opening(approval):
        return False
    return not ENDS["cancel"].who.isdisjoint(parts_of(approval, approval.item, actor, at=at))


def in_whose_place(approval: Approval, actor: Actor, *, at: datetime) -> str:
    """The name of the manager for whom this person would decide; empty where they decide in their own right."""
    manager = in_the_place_of(approval, actor, at=at)
    return person_name(manager.name, manager.email or "") if manager else ""


def may_see_all(actor: Actor) -> bool:
    """A manager sees what others of the organisation asked, and who may (TO-1, SS-1)."""
    sees = actor.role is Role.MANAGER or actor.sees == Sight.ORGANISATION
    return sees and actor.organisation_id is not None


def opening_of(item: Item) -> str:
    """Whether a manager of theirs decides first: `waits`, `declined`, or nothing (TO-4)."""
    if item.kind is not Kind.TICKET or item.submitted_at is not None:
        return ""
    if item.state is State.DRAFT:
        return "waits" if item.creator_id is None else ""
    return "declined" if item.method is Method.REJECTED else ""


def goes_on_in(item: Item) -> Item | None:
    """The item that this one was merged into, if what is written to it goes there (Z-4, CG-25).

    Cost: a few statements for one that was, none else.
    """
    if item.method is not Method.MERGED:
        return None
    living = survivor(item)
    return living if living.pk != item.pk and living.discarded_at is None else None


def said_elsewhere(living: Item, person: Person, *, since: datetime) -> Sequence[Message]:
    """What this person wrote to the item that theirs goes on in, and what was written to them from there.

    No word of anybody else, and nothing that has not left yet. The newest first. Cost: two statements.
    """
    mine = {address_key(one) for one in (person.email or "", *person.other_addresses.values_list("address", flat=True))}
    here = Delivery.objects.filter(message=OuterRef("pk"), kind="mail", state__in=STILL_HERE)
    rows = Message.objects.filter(~Exists(here), item=living, at__gte=since).defer("html").order_by("-at", "-pk")
    return [one for one in rows[:MOST_ELSEWHERE] if not mine.isdisjoint(_parties(one))]


def is_seen(item: Item, actor: Actor) -> bool:
    """Whether they may open it themselves. Cost: one statement."""
    return visible_items(actor).filter(pk=item.pk).exists()


def _parties(message: Message) -> set[str]:
    """Who wrote a mail that came in, or got one that went out."""
    if not message.outgoing:
        return {address_key(message.sender_address)}
    return {address_key(address) for _name, address in (*message.to, *message.cc)}


def process_title(item: Item) -> str:
    """What the request is called in the configuration."""
    return item.process.title if item.process else ""
