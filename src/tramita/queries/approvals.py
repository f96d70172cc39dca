"""Approval requests: who may see them, who may decide, and what is shown of them (SPEC sections 13 and 15)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery

from tramita.domain.actors import Actor
from tramita.domain.approvals import Part
from tramita.domain.codes import ApprovalState, Role
from tramita.domain.definitions import ApprovalTypeDefinition
from tramita.domain.errors import NotFound
from tramita.models import Approval, ApprovalToken, Consent, Item, Person
from tramita.queries import definitions, substitutes, visibility
from tramita.queries.contacts import Contact
from tramita.queries.facts import action_of
from tramita.queries.managers import managers_of
from tramita.queries.names import Who, who
from tramita.queries.substitutes import standing_in

KEPT = Q(item__discarded_at=None)  # not in the trash with its item (AP-23)
SHOWN = ("item", "type", "organisation", "requested_by", "decided_by", "decided_for")


def deciders(approval: Approval, *, at: datetime) -> list[Person]:
    """Who may decide now: those who are asked, and who stands in for them while they are away (Z-16).

    Cost: three statements.
    """
    here = asked_people(approval)
    return [*here, *{one.substitute_id: one.substitute for one in standing_in(approval, here, at=at)}.values()]


def asked_people(approval: Approval) -> list[Person]:
    """Who decides in their own right: the managers (AP-6), or those whom its level asks and who have not said (EA-2,
    Z-16). Cost: one statement.
    """
    if not by_levels(approval):
        return list(managers_of(approval.organisation_id))
    return [one.person for one in asked_now(approval) if one.person.is_active]


def left_undecided(approval: Approval, *, at: datetime) -> list[Person]:
    """Whom the end of a request at this moment leaves without a decision: the managers, or those whom a level had
    asked by then, and who was written to in their place. Cost: two statements."""
    told = ApprovalToken.objects.filter(approval=approval).values("person")
    instead = Person.objects.filter(pk__in=told, is_active=True).order_by("pk")
    if not by_levels(approval):
        managers = managers_of(approval.organisation_id)
        return [*managers, *instead.exclude(pk__in=managers.values("pk"))]
    asked = Consent.objects.filter(approval=approval)
    ended = asked.filter(state=ApprovalState.EXPIRED, decided_at=at, person__in=told).select_related("person")
    people = [one.person for one in ended.order_by("person")]
    return [*people, *instead.exclude(pk__in=asked.values("person"))]


def asks_itself(approval: Approval) -> bool:
    """Whether an Action asks, and not an agent on a Ticket (decision 43)."""
    return approval.requested_by_id is None


def by_levels(approval: Approval) -> bool:
    """Whether each of some is asked, level after level: by an Action, or a type that says so (EA-2, Z-16)."""
    return asks_itself(approval) or bool(asked_about(approval).levels)


def is_opening(approval: Approval) -> bool:
    """Whether it is asked that a Ticket opens at all, by who wants it (TO-4)."""
    return approval.type.kind == "category"


def asked_now(approval: Approval) -> list[Consent]:
    """What awaits a decision on the lowest level that has some, by name. Cost: one statement."""
    rows = Consent.objects.filter(approval=approval, state=ApprovalState.AWAITING).select_related("person")
    found = list(rows.order_by("level", "person__name"))
    return [one for one in found if one.level == found[0].level]


def indispensable(item: Item, message_id: int) -> bool:
    """Whether nothing can be decided without whom this mail asked, as it does not arrive (EA-5)."""
    tokens = ApprovalToken.objects.filter(message=message_id, approval=item.approval_id)
    token = tokens.select_related("approval").first()
    now = asked_now(token.approval) if token else []
    if token is None or all(one.person_id != token.person_id for one in now):
        return False
    agreed = token.approval.consents.filter(level=now[0].level, state=ApprovalState.APPROVED).count()
    return now[0].every or agreed + len(now) - 1 < now[0].least


def asked_about(approval: Approval) -> ApprovalTypeDefinition:
    """What is asked, in its words: those of an approval type, of the Action that asks, or of the category."""
    if is_opening(approval):
        category = definitions.category(approval.version_id)
        return ApprovalTypeDefinition(category.path, category.title, "")
    action = action_of(approval.item)
    if action is None:
        return definitions.approval_type(approval.version_id)
    return ApprovalTypeDefinition(action.name, action.title, action.instructions, reminders=action.reminders)


def visible_to(actor: Actor, *, at: datetime) -> Q:
    """Staff see those of the items they see, the account manager their customers'; managers those of their
    organisation, approvers those that an Action asks them, and substitutes what they may decide now, or did.

    Who asked for the Ticket is told nothing (CG-55).
    """
    if actor.is_system:
        return visibility.EVERYTHING
    if actor.is_staff or actor.role is Role.ROBOT:
        accounts = Q(organisation__account_manager=actor.id) | Q(organisation__parent__account_manager=actor.id)
        return KEPT & (visibility.visible_to(actor, through="item") | accounts)
    theirs = _consented(actor.id or 0) | substitutes.visible(actor.id or 0, at=at)
    if actor.role is Role.MANAGER and actor.organisation_id is not None:
        return KEPT & (theirs | _managed(actor.organisation_id))
    return KEPT & theirs


def _consented(person_id: int) -> Q:
    """What is asked of a person by name, or was."""
    said = Q(person=person_id) | Q(decided_by=person_id)
    return Q(Exists(Consent.objects.filter(said, approval=OuterRef("pk")))) | Q(decided_by=person_id)


def _managed(organisation_id: int) -> Q:
    """What a person asks of the managers of an organisation, or of one below."""
    of_theirs = Q(organisation=organisation_id) | Q(organisation__parent=organisation_id)
    return of_theirs & Q(requested_by__isnull=False)


def get_visible(actor: Actor, approval_id: int, *, at: datetime) -> Approval:
    """One request. Raises: NotFound, whether it is missing or invisible. Cost: one statement."""
    found = Approval.objects.filter(visible_to(actor, at=at), pk=approval_id).select_related(*SHOWN).first()
    if found is None:
        raise NotFound("There is no such approval request.")
    return found


def listed(
    actor: Actor, *, states: Collection[ApprovalState], item: Item | None, after: int, limit: int, at: datetime
) -> tuple[list["Shown"], int | None]:
    """Requests by id, and the id to go on after. No states: for a manager what awaits a decision, else all."""
    wanted = states or ((ApprovalState.AWAITING,) if actor.role is Role.MANAGER else ())
    rows = Approval.objects.filter(visible_to(actor, at=at), pk__gt=after).select_related(*SHOWN).order_by("pk")
    rows = rows.filter(state__in=wanted) if wanted else rows
    rows = rows.filter(item=item) if item else rows
    found = list(rows[: limit + 1])
    return with_approvers(found[:limit]), found[limit - 1].pk if len(found) > limit else None


def with_approvers(some: Sequence[Approval]) -> list["Shown"]:
    """Requests, with whom each level asks. Cost: one statement, none where none asks by levels."""
    levelled = [one.pk for one in some if by_levels(one)]
    asked: dict[int, list[Consent]] = {}
    if levelled:
        rows = Consent.objects.filter(approval__in=levelled).select_related("person", "decided_by")
        for row in rows.order_by("level", "person__name"):
            asked.setdefault(row.approval_id, []).append(row)
    return [replace(shown(one), approvers=_asked(asked.get(one.pk, ()))) for one in some]


def _asked(consents: Sequence[Consent]) -> list["Asked"]:
    size = Counter(one.level for one in consents)
    return [
        Asked(
            one.level + 1,
            size[one.level] if one.every else one.least,
            _who(one.person),
            ApprovalState(one.state),
            _who(one.decided_by) if one.decided_by else None,
            one.decided_at,
        )
        for one in consents
    ]


def asked_of(manager: Contact, actor: Actor, *, limit: int, at: datetime) -> list["Shown"]:
    """The newest requests that this manager may decide, or might have, as far as the reader sees them (CT-7).

    Cost: one statement, none for who is no manager.
    """
    if not manager.decides or manager.organisation_id is None:
        return []
    theirs = _managed(manager.organisation_id) | _consented(manager.id)
    rows = Approval.objects.filter(visible_to(actor, at=at), theirs).select_related(*SHOWN).order_by("-pk")
    return [shown(one) for one in rows[:limit]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One who is asked on a level, so many of whom must agree; what awaits on a later level is not asked yet."""

    level: int  # from 1
    needed: int
    person: Who
    state: ApprovalState
    decided_by: Who | None  # who stood in for them
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as INTERFACES section 5 has it; `name` and `wording` are what was asked about.

    Where an Action asks, nobody requested it, and its type is none of the configured ones.
    """

    id: int
    item: str
    type: str | None
    name: str
    wording: str
    state: ApprovalState
    comment: str | None
    reason: str | None
    requested_by: Who | None
    requested_at: datetime
    decided_by: Who | None
    decided_at: datetime | None
    decided_for: Who | None = None  # in whose place
    opening: bool = False  # whether the Ticket opens at all (TO-4)
    approvers: Sequence["Asked"] = ()  # level by level, where it is asked so


def shown(approval: Approval) -> Shown:
    """A request whose relations were read with it."""
    asked, asker, decider = asked_about(approval), approval.requested_by, approval.decided_by
    return Shown(
        id=approval.pk,
        item=approval.item.reference,
        type=None if asks_itself(approval) or is_opening(approval) else approval.type.key,
        name=asked.name,
        wording=asked.description,
        state=ApprovalState(approval.state),
        comment=approval.comment or None,
        reason=approval.reason or None,
        requested_by=_who(asker) if asker else None,
        requested_at=approval.requested_at,
        decided_by=_who(decider) if decider else None,
        decided_at=approval.decided_at,
        decided_for=_who(approval.decided_for) if approval.decided_for else None,
        opening=is_opening(approval),
    )


def shown_to(approval: Approval, person: Person, *, at: datetime) -> Shown:
    """As one who was asked sees it; where several are asked by levels, what became of their own part.

    Cost: up to four statements where there are levels.
    """
    said = shown(approval)
    if not by_levels(approval) or person in deciders(approval, at=at):
        return said
    voices = Consent.objects.filter(Q(person=person) | Q(decided_by=person), approval=approval)
    mine = voices.exclude(decided_at=None).select_related("person", "decided_by").order_by("-level").first()
    if mine is None:
        return said
    passed_over = mine.state == ApprovalState.EXPIRED
    if passed_over and approval.state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        return said
    reason = said.reason if mine.state == ApprovalState.REJECTED else None
    decider = None if passed_over else _who(mine.decided_by or mine.person)
    return replace(
        said,
        state=ApprovalState(mine.state),
        decided_by=decider,
        decided_for=_who(mine.person) if mine.decided_by else None,
        decided_at=mine.decided_at,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Voices:
    """How many have to agree on the level that is asked now, of how many, and how many have."""

    needed: int
    of: int
    agreed: int
    more: bool  # others are asked after them


def voices(approval: Approval) -> Voices | None:
    """Where several decide together; None where any manager does. Cost: one statement where there are levels (Z-16)."""
    if approval.state != ApprovalState.AWAITING or not by_levels(approval):
        return None
    asked = list(Consent.objects.filter(approval=approval).order_by("level"))
    now = next((one.level for one in asked if one.state == ApprovalState.AWAITING), None)
    here = [one for one in asked if one.level == now]
    if not here:
        return None
    needed = len(here) if here[0].every else here[0].least
    agreed = sum(one.state == ApprovalState.APPROVED for one in here)
    return Voices(needed, len(here), agreed, asked[-1].level > here[0].level)


def consents_of(approval: Approval) -> Sequence[Consent]:
    """All who are asked, level by level. Cost: one statement."""
    rows = Consent.objects.filter(approval=approval).select_related("person", "decided_by")
    return list(rows.order_by("level", "person__name"))


def pending(item: Item) -> Approval | None:
    """What awaits a decision on an item, with `link_until`: when the last link in a mail expires.

    Cost: one statement, none where nothing does.
    """
    if item.approval_id is None:
        return None
    links = ApprovalToken.objects.filter(approval=OuterRef("pk")).order_by("-expires_at").values("expires_at")
    rows = Approval.objects.select_related(*SHOWN, "organisation__parent").annotate(link_until=Subquery(links[:1]))
    return rows.get(pk=item.approval_id)


def parts_of(approval: Approval, item: Item, actor: Actor, *, at: datetime) -> set[Part]:
    """What this actor has to do with a request. Cost: up to four statements for who is no staff."""
    organisation = approval.organisation
    if organisation is None:
        return set()
    accounts = {organisation.account_manager_id, organisation.parent and organisation.parent.account_manager_id}
    managers = [] if actor.is_staff else list(managers_of(organisation.pk))
    manages = any(one.pk == actor.id for one in managers)
    parts: dict[Part, bool] = {
        Part.MANAGER: manages,
        Part.SUBSTITUTE: not manages and stands_in_for(approval, actor, managers, at=at) is not None,
        Part.ASKER: actor.is_staff and approval.requested_by_id == actor.id,
        Part.AGENT: actor.is_staff and actor.id in (item.assignee_id, item.owner_id),
        Part.ACCOUNT_MANAGER: actor.is_staff and actor.id in accounts,
    }
    return {part for part, holds in parts.items() if holds}


def stands_in_for(approval: Approval, actor: Actor, asked: Sequence[Person], *, at: datetime) -> Person | None:
    """In whose place of those who are asked this person may decide. Cost: as `standing_in`."""
    found = standing_in(approval, asked, at=at)
    return next((one.person for one in found if one.substitute_id == actor.id), None)


def in_the_place_of(approval: Approval, actor: Actor, *, at: datetime) -> Person | None:
    """The manager for whom this person decides; None where they decide in their own right. Cost: three statements."""
    asked = asked_people(approval)
    own = any(one.pk == actor.id for one in asked)
    return None if own else stands_in_for(approval, actor, asked, at=at)


def _who(person: Person) -> Who:
    return who(person.pk, person.name, person.email or "", person.role)
