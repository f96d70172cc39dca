"""A mailbox is changed on a page: the same validation and the same publication as `apply` (DESIGN decision 8).

What a page changes is one entry of the section `mailboxes`; all others go along as they are.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, FieldError, Invalid, NotFound, NotPermitted
from tramita.queries import definitions
from tramita.queries.visibility import may
from tramita.services.definitions import WrongConfiguration
from tramita.services.definitions.apply import one_at_a_time, publish
from tramita.services.definitions.connections import CONNECTION
from tramita.services.definitions.export import mailboxes
from tramita.services.definitions.plain_faults import plainly
from tramita.services.definitions.source import Problems, as_placed
from tramita.services.definitions.values import ADDRESS, ADDRESS_LENGTH
from tramita.services.transactions import one_transaction

Tree = dict[str, Any]
CONNECTION_KEYS = frozenset(CONNECTION)  # what `incoming` may hold
STARTS = {"category": "ticket", "case_type": "case"}


@dataclass(frozen=True, slots=True)
class NewRoute:
    """Mail to this address starts that. `process` is `category:PATH` or `case_type:PATH`, as a page chooses it."""

    to: str
    process: str
    acknowledge: bool = False
    test: bool = False  # test runs may begin by it

    def written(self) -> Tree:
        """As the configuration writes it."""
        kind, _, path = self.process.partition(":")
        tree = {"to": self.to.strip().lower(), "start": STARTS.get(kind, ""), kind: path}
        return tree | {name: True for name in ("acknowledge", "test") if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Edited:
    """A mailbox as a page sends it; `read` is the digest of what the page had shown."""

    read: str
    values: Mapping[str, Any] = field(default_factory=dict)  # name, plus_addressing, signature … without empty ones
    incoming: Mapping[str, Any] = field(default_factory=dict)
    routes: Mapping[int, NewRoute] = field(default_factory=dict)  # by their numbers on the page


def current(address: str) -> Tree:
    """The mailbox as the configuration writes it. Raises: NotFound."""
    found = mailboxes().get(address)
    if found is None:
        raise NotFound("There is no such mailbox.")
    return dict(found)


def digest(tree: Tree) -> str:
    """What a page hands back, so that nobody's change is undone unseen (Z-2)."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True, default=str).encode()).hexdigest()[:16]


@one_transaction
def add_mailbox(address: str, *, by: Actor, at: datetime) -> str:
    """A new mailbox without routes; its address in lower case. Raises: NotPermitted, Invalid."""
    permit(by)
    one_at_a_time()
    key = _address(address, "address")
    if key in (known := mailboxes()):
        raise Invalid.one("address", "already_there", "There is a mailbox of this address already.")
    _publish({**known, key: {}}, {}, by=by, at=at)
    return key


@one_transaction
def drop_mailbox(address: str, *, by: Actor, at: datetime) -> None:
    """Fetched no more, and its routes lead nowhere; what came in stays. Raises: NotPermitted, NotFound."""
    permit(by)
    one_at_a_time()
    current(address)
    _publish({key: tree for key, tree in mailboxes().items() if key != address}, {}, by=by, at=at)


@one_transaction
def add_route(mailbox: str, route: NewRoute, *, by: Actor, at: datetime) -> None:
    """Later mail to this address starts that by itself (M-21, M-24). Raises: NotPermitted, NotFound, Invalid."""
    permit(by)
    one_at_a_time()
    known = mailboxes()
    if mailbox not in known:
        raise Invalid.one("mailbox", "unknown", "There is no such mailbox.")
    _check_routes({"": route})
    routes = [*known[mailbox].get("routes", ()), route.written()]
    where = f"mailboxes/{mailbox}/routes/{len(routes) - 1}"
    names = {where: "to", f"{where}/to": "to", f"{where}/category": "process", f"{where}/case_type": "process"}
    _publish({**known, mailbox: {**known[mailbox], "routes": routes}}, names, by=by, at=at)


@one_transaction
def change(address: str, edited: Edited, *, by: Actor, at: datetime) -> None:
    """The mailbox becomes what the page says. Faults name its fields: `port`, `route-0-to`.

    Raises: NotPermitted, NotFound, Invalid; Conflict `stale`, when somebody changed it meanwhile.
    """
    permit(by)
    one_at_a_time()
    if digest(current(address)) != edited.read:
        raise Conflict("Somebody changed this mailbox meanwhile. Look at it again, then decide.", code="stale")
    _check_routes({f"route-{number}-": route for number, route in edited.routes.items()})
    tree = {**edited.values, "routes": [one.written() for one in edited.routes.values()]}
    if edited.incoming:
        tree["incoming"] = dict(edited.incoming)
    _publish({**mailboxes(), address: tree}, _field_names(address, tree, edited.routes), by=by, at=at)


def permit(by: Actor) -> None:
    """Raises: NotPermitted, for who may not set live what concerns the desk as a whole (BU-4)."""
    if by.grants is not None or not may(by, "publish"):
        raise NotPermitted("Only those who configure the desk may do this.")


def permit_drafts(by: Actor) -> None:
    """Raises: NotPermitted, for who writes no drafts of processes either."""
    if by.grants is not None or not may(by, "configure"):
        raise NotPermitted("Only those who configure the desk may do this.")


def _address(typed: str, name: str) -> str:
    key = typed.strip().lower()
    if not ADDRESS.fullmatch(key) or len(key) > ADDRESS_LENGTH:
        raise Invalid.one(name, "invalid_address", "“%(address)s” is no mail address.", address=typed)
    return key


def _check_routes(routes: Mapping[str, NewRoute]) -> None:
    """What people get wrong most, said in their language; the rest is said by the publication."""
    errors: list[FieldError] = []
    for prefix, route in routes.items():
        if not ADDRESS.fullmatch(route.to.strip().lower()):
            known = {"address": route.to}
            errors.append(FieldError(f"{prefix}to", "invalid_address", "“%(address)s” is no mail address.", known))
        kind, _, path = route.process.partition(":")
        read = definitions.current_category if kind == "category" else definitions.current_case_type
        if kind not in STARTS or read(path) is None:
            errors.append(FieldError(f"{prefix}process", "required", "Choose what the mail starts."))
    if errors:
        raise Invalid(errors)


def _field_names(address: str, tree: Tree, numbers: Iterable[int]) -> dict[str, str]:
    """Where a fault of the configuration stands on the page."""
    at = f"mailboxes/{address}"
    names = {f"{at}/{name}": name for name in tree} | {
        f"{at}/{side}/{name}": name for side in ("incoming", "outgoing") for name in tree.get(side, ())
    }
    names |= {f"{at}/dkim_selector/{place}": "dkim_selector" for place in range(len(tree.get("dkim_selector", ())))}
    for place, number in enumerate(numbers):
        where, prefix = f"{at}/routes/{place}", f"route-{number}-"
        names |= {where: f"{prefix}to", f"{where}/to": f"{prefix}to"}
        names |= dict.fromkeys((f"{where}/category", f"{where}/case_type", f"{where}/start"), f"{prefix}process")
    return names


def _publish(section: Tree, names: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    try:
        publish(as_placed({"mailboxes": section}, ""), Problems(), by=by, at=at)
    except WrongConfiguration as wrong:
        raise Invalid(_placed(wrong.errors, names)) from wrong


def _placed(errors: Sequence[FieldError], names: Mapping[str, str]) -> list[FieldError]:
    """Each fault beside its field."""
    return [plainly(one, names.get(one.field, one.field)) for one in errors]
