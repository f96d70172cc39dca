"""What may this person see, and do: two predicates for everybody who asks (DESIGN decision 11).

`visible_to` narrows every read, `may` guards every write.

Staff and robots see every item, or with grants those of a process at or below a granted path (SEC-2); a Draft
is for its creator, its assignee and leaders, until it is discarded (T-53); one that a customer asked for is for all
staff (TO-4). Who works in a group that sees less sees their queues' items, or only their own (TO-5). A requester sees
their own requests, one who may also those of their organisation (SS-1), a manager those of its branches too (TO-1);
none of them sees Actions, or Drafts that staff write. The system sees all.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Model, Q, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from tramita.domain.actors import Actor
from tramita.domain.bounds import Bounds
from tramita.domain.codes import Kind, Role, State
from tramita.domain.permissions import LEADING, Permission, Sight, held, whole
from tramita.models import Definition, Item, Organisation

NOTHING = Q(pk__in=())
EVERYTHING = Q()


def visible_to(actor: Actor, *, through: str = "") -> Q:
    """The items this actor may see. `through` names the relation when it is not items that are filtered: `item`."""
    at = f"{through}__" if through else ""
    if actor.is_system:
        return EVERYTHING
    if actor.is_staff or actor.role is Role.ROBOT:
        rights = _drafts(actor, at) & _granted(actor, at)
        return _kept(at) & rights & _confined(actor, at) & _in_sight(actor, at)
    return _kept(at) & _requested(actor, at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an item decides whether staff see it."""

    state: int
    creator_id: int | None
    assignee_id: int | None
    discarded: bool
    path: str | None  # of its process
    owner_id: int | None
    queue_id: int | None


def sees(actor: Actor, item: Standing) -> bool:
    """`visible_to` for staff, of an item that was read already: a stream asks it of each open page, and each change.

    A test holds the two together. Who is no staff sees nothing by it.
    """
    if not actor.is_staff or item.discarded:
        return False
    own = actor.id in (item.creator_id, item.assignee_id) or item.creator_id is None
    if item.state == State.DRAFT.number and not own and not may(actor, Permission.DRAFTS):
        return False
    if actor.sees and not _is_in_sight(actor, item):
        return False
    if actor.grants is None:
        return True
    if item.path is None:
        return item.creator_id == actor.id
    return any("view" in permissions and covers(at, item.path) for at, permissions in actor.grants)


def may(actor: Actor, permission: str, where: Item | str | None = None) -> bool:
    """Whether the role gives this permission, or with grants, whether one at or above the place does (SEC-2).

    `where` is an item, or a path of the configuration; None asks whether there is any place at all. What a role of
    the desk switches off, no grant gives; a part goes with the whole that a grant names (SEC-1).
    """
    if permission in actor.never:
        return False
    if actor.bounds is not None and not (actor.bounds.may(permission) and _within(actor.bounds, permission, where)):
        return False
    if actor.grants is None or permission in LEADING:
        return permission in held(actor.role, actor.also)
    path, named = _path(where), whole(permission)
    return any(named in granted and (where is None or covers(at, path)) for at, granted in actor.grants)


def works(actor: Actor) -> bool:
    """Of the house: what is internal may be read."""
    return actor.is_system or actor.is_staff or actor.role is Role.ROBOT


def takes_along(actor: Actor) -> bool:
    """Whether they may have lists as files, or all events one after the other: whoever asks has their own."""
    return not works(actor) or may(actor, Permission.EXPORT)


def everywhere(actor: Actor, permission: str) -> bool:
    """Whether somebody of staff may do this for the whole desk: no grant narrows them."""
    return actor.is_staff and actor.grants is None and may(actor, permission)


def _within(bounds: Bounds, permission: str, where: Item | str | None) -> bool:
    """Mail that belongs to no item is nobody's in particular: not for who has read what came from outside."""
    return not (bounds.tainted and permission == "mail" and not isinstance(where, Item))


def covers(granted: str, path: str) -> bool:
    """Whether a path is at or below a granted one."""
    return path == granted or path.startswith(f"{granted}/")


def _path(where: Item | str | None) -> str:
    if isinstance(where, Item):
        return where.process.key if where.process else ""
    return where or ""


def _kept(at: str) -> Q:
    """A discarded Draft is gone, but for the audit (T-53)."""
    return Q(**{f"{at}discarded_at": None})


def _drafts(actor: Actor, at: str) -> Q:
    if may(actor, Permission.DRAFTS):
        return EVERYTHING
    asked_for = Q(**{f"{at}creator": None})  # a customer's, which a manager of theirs approves first (TO-4)
    return ~Q(**{f"{at}state": State.DRAFT.number}) | asked_for | _own(actor, at)


def _confined(actor: Actor, at: str) -> Q:
    """A robot that has read what came from outside sees what it works on, and its organisation's (decision 60)."""
    bounds = actor.bounds
    if bounds is None or bounds.organisations is None:
        return EVERYTHING
    return Q(**{f"{at}organisation__in": sorted(bounds.organisations)}) | Q(**{f"{at}pk__in": sorted(bounds.items)})


def _own(actor: Actor, at: str) -> Q:
    return Q(**{f"{at}creator": actor.id}) | Q(**{f"{at}assignee": actor.id})


def _in_sight(actor: Actor, at: str) -> Q:
    """What their group lets them see (TO-5): always what they have, answer for or made."""
    if not actor.sees:
        return EVERYTHING
    mine = Q(**{f"{at}assignee": actor.id}) | Q(**{f"{at}owner": actor.id}) | Q(**{f"{at}creator": actor.id})
    theirs = Q(**{f"{at}queue__in": sorted(actor.queue_ids)})
    if actor.sees == Sight.OWN_QUEUES:
        return mine | theirs
    return mine | (theirs & Q(**{f"{at}assignee": None})) if actor.sees == Sight.OWN_AND_UNASSIGNED else mine


def _is_in_sight(actor: Actor, item: Standing) -> bool:
    """As above, of an item that was read already."""
    if actor.id in (item.assignee_id, item.owner_id, item.creator_id):
        return True
    wide = actor.sees == Sight.OWN_QUEUES or (actor.sees == Sight.OWN_AND_UNASSIGNED and item.assignee_id is None)
    return wide and item.queue_id in actor.queue_ids


def _granted(actor: Actor, at: str) -> Q:
    """An own Draft that has no process yet is under nobody's grant, and still its creator's."""
    if actor.grants is None:
        return EVERYTHING
    homeless = Q(**{f"{at}process": None, f"{at}creator": actor.id})
    return Q(**{f"{at}process__in": processes(actor, "view")}) | homeless


def processes(actor: Actor, permission: str) -> Any:
    """A subquery of the categories and Case types where a grant gives this permission."""
    covered, named = NOTHING, whole(permission)
    for path, permissions in actor.grants or ():
        if named in permissions and permission not in actor.never:
            covered |= Q(key=path) | Q(_starts_with(f"{path}/"))
    return Definition.objects.filter(covered, kind__in=("category", "case_type")).values("pk")


def _starts_with(branch: str) -> Exact:
    """Not LIKE, which on SQLite takes no notice of upper and lower case."""
    return Exact(Left("key", len(branch)), Value(branch))


def _requested(actor: Actor, at: str) -> Q:
    seen = Q(**{f"{at}requester": actor.id}) | Q(**{f"{at}primary_contact": actor.id})
    if actor.role is Role.MANAGER and actor.organisation_id is not None:
        ours = Q(pk=actor.organisation_id) | Q(parent=actor.organisation_id)
        seen |= Q(**{f"{at}organisation__in": Organisation.objects.filter(ours).values("pk")})
    elif actor.sees == Sight.ORGANISATION and actor.organisation_id is not None:
        seen |= Q(**{f"{at}organisation": actor.organisation_id})
    submitted = Q(**{f"{at}state__gt": State.DRAFT.number}) | Q(**{f"{at}creator": actor.id})
    submitted |= Q(**{f"{at}creator": None})  # it waits for a manager of theirs (TO-4)
    return ~Q(**{f"{at}kind": Kind.ACTION}) & seen & submitted


@dataclass(frozen=True, slots=True)
class Fragment:
    """A condition in SQL over the unaliased table, with its parameters; `TRUE` when there is none."""

    sql: str
    params: tuple[Any, ...] = ()


TRUE = Fragment("TRUE")


def both(*parts: Fragment) -> Fragment:
    """All of these conditions at once."""
    sql = " AND ".join(part.sql for part in parts if part.sql != "TRUE")
    return Fragment(sql or "TRUE", tuple(one for part in parts for one in part.params))


def visible_sql(actor: Actor) -> Fragment:
    """`visible_to` for a statement written as text, over the table `items`."""
    return _compiled(connection.vendor, actor)


def listed_sql(actor: Actor) -> Fragment:
    """`visible_sql` for items that stand in a person's own list or in a queue.

    From staff without grants who see all nothing of that is hidden: a Draft stands in its creator's Inbox only (L-9),
    what was discarded stands nowhere (T-53). So that a count reads an index and no item (0.7 ms instead of 2.4).
    """
    return TRUE if actor.is_staff and actor.grants is None and not actor.sees else visible_sql(actor)


@lru_cache(maxsize=512)
def _compiled(vendor: str, actor: Actor) -> Fragment:
    return condition(Item, visible_to(actor))


def condition(model: type[Model], q: Q) -> Fragment:
    """A Q without joins as SQL."""
    query = model._default_manager.filter(q).query
    try:
        sql, params = query.where.as_sql(query.get_compiler("default"), connection)
    except EmptyResultSet:
        return Fragment("FALSE")
    except FullResultSet:
        return TRUE
    return Fragment(f"({sql})", tuple(params)) if sql else TRUE
