"""Approval requests: who may see them, who may decide, and what is shown of them (SPEC section 13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from tramita.domain.actors import Actor
from tramita.domain.approvals import Part
from tramita.domain.codes import ApprovalState, Role
from tramita.domain.errors import NotFound
from tramita.models import Approval, ApprovalToken, Item, Organisation, Person
from tramita.queries import definitions, visibility
from tramita.queries.contacts import Contact
from tramita.queries.names import Who, who

SHOWN = ("item", "type", "organisation", "requested_by", "decided_by")


def managers_of(organisation_id: int | None) -> QuerySet[Person]:
    """The active managers of an organisation and of its parent, by name (AP-6, CG-47, CG-48, CG-53)."""
    parent = Organisation.objects.filter(pk=organisation_id or 0).values("parent")
    here = Q(organisation=organisation_id) | Q(organisation__in=parent)
    return Person.objects.filter(here, role=Role.MANAGER, is_active=True, organisation__isnull=False).order_by("name")


def visible_to(actor: Actor) -> Q:
    """Staff see those of the items they see, the account manager their customers'; managers those they may decide.

    Who asked for the Ticket is told nothing (CG-55).
    """
    if actor.is_system:
        return visibility.EVERYTHING
    if actor.is_staff or actor.role is Role.ROBOT:
        accounts = Q(organisation__account_manager=actor.id) | Q(organisation__parent__account_manager=actor.id)
        return visibility.visible_to(actor, through="item") | accounts
    if actor.role is Role.MANAGER and actor.organisation_id is not None:
        return Q(organisation=actor.organisation_id) | Q(organisation__parent=actor.organisation_id)
    return visibility.NOTHING


def get_visible(actor: Actor, approval_id: int) -> Approval:
    """One request. Raises: NotFound, whether it is missing or invisible. Cost: one statement."""
    found = Approval.objects.filter(visible_to(actor), pk=approval_id).select_related(*SHOWN).first()
    if found is None:
        raise NotFound("There is no such approval request.")
    return found


def listed(
    actor: Actor, *, states: Collection[ApprovalState], item: Item | None, after: int, limit: int
) -> tuple[list["Shown"], int | None]:
    """Requests by id, and the id to go on after. No states: for a manager what awaits a decision, else all."""
    wanted = states or ((ApprovalState.AWAITING,) if actor.role is Role.MANAGER else ())
    rows = Approval.objects.filter(visible_to(actor), pk__gt=after).select_related(*SHOWN).order_by("pk")
    rows = rows.filter(state__in=wanted) if wanted else rows
    rows = rows.filter(item=item) if item else rows
    found = list(rows[: limit + 1])
    return [shown(one) for one in found[:limit]], found[limit - 1].pk if len(found) > limit else None


def asked_of(manager: Contact, actor: Actor, *, limit: int) -> list["Shown"]:
    """The newest requests that this manager may decide, or might have, as far as the reader sees them (CT-7).

    Cost: one statement, none for who is no manager.
    """
    if not manager.decides or manager.organisation_id is None:
        return []
    theirs = Q(organisation=manager.organisation_id) | Q(organisation__parent=manager.organisation_id)
    rows = Approval.objects.filter(visible_to(actor), theirs).select_related(*SHOWN).order_by("-pk")
    return [shown(one) for one in rows[:limit]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as INTERFACES section 5 has it; `name` and `wording` are what was asked about."""

    id: int
    item: str
    type: str
    name: str
    wording: str
    state: ApprovalState
    comment: str | None
    reason: str | None
    requested_by: Who
    requested_at: datetime
    decided_by: Who | None
    decided_at: datetime | None


def shown(approval: Approval) -> Shown:
    """A request whose relations were read with it."""
    asked_about = definitions.approval_type(approval.version_id)
    decider = approval.decided_by
    return Shown(
        id=approval.pk,
        item=approval.item.reference,
        type=approval.type.key,
        name=asked_about.name,
        wording=asked_about.description,
        state=ApprovalState(approval.state),
        comment=approval.comment or None,
        reason=approval.reason or None,
        requested_by=_who(approval.requested_by),
        requested_at=approval.requested_at,
        decided_by=_who(decider) if decider else None,
        decided_at=approval.decided_at,
    )


def pending(item: Item) -> Approval | None:
    """What awaits a decision on an item, with `link_until`: when the last link in a mail expires.

    Cost: one statement, none where nothing does.
    """
    if item.approval_id is None:
        return None
    links = ApprovalToken.objects.filter(approval=OuterRef("pk")).order_by("-expires_at").values("expires_at")
    rows = Approval.objects.select_related(*SHOWN, "organisation__parent").annotate(link_until=Subquery(links[:1]))
    return rows.get(pk=item.approval_id)


def parts_of(approval: Approval, item: Item, actor: Actor) -> set[Part]:
    """What this actor has to do with a request. Cost: one statement for who is no staff."""
    organisation = approval.organisation
    accounts = {organisation.account_manager_id, organisation.parent and organisation.parent.account_manager_id}
    parts: dict[Part, bool] = {
        Part.MANAGER: actor.role is Role.MANAGER and managers_of(organisation.pk).filter(pk=actor.id or 0).exists(),
        Part.ASKER: actor.is_staff and approval.requested_by_id == actor.id,
        Part.AGENT: actor.is_staff and actor.id in (item.assignee_id, item.owner_id),
        Part.ACCOUNT_MANAGER: actor.is_staff and actor.id in accounts,
    }
    return {part for part, holds in parts.items() if holds}


def _who(person: Person) -> Who:
    return who(person.pk, person.name, person.email or "", person.role)
