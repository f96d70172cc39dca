"""A process is changed on a page, as the YAML that a file would hold: the same validation and the same publication as
`apply` (DESIGN decision 8). What a page changes is one entry below `customers`; all else goes along as it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.errors import Conflict, FieldError, Invalid, NotFound
from tramita.models import Definition, ProcessDraft, Version
from tramita.queries import builder
from tramita.services.definitions import WrongConfiguration
from tramita.services.definitions.apply import one_at_a_time, publish
from tramita.services.definitions.export import as_yaml
from tramita.services.definitions.export_processes import customers
from tramita.services.definitions.plain_faults import plainly
from tramita.services.definitions.source import Node, Place, Problems, as_node, as_placed, documents
from tramita.services.definitions.values import KEY, KEY_LENGTH
from tramita.services.mailbox_settings import digest, permit, permit_drafts
from tramita.services.transactions import one_transaction

Tree = dict[str, Any]
SECTIONS = {"category": "ticket_categories", "case_type": "case_types"}
LEVELS = 3  # of the path of a service
LARGEST = 200_000  # characters of one process
AS_BEFORE = Place("customers as applied before")


def written(kind: str, path: str) -> tuple[str, str]:
    """The process as YAML, empty of one that is only a draft, and the digest by which a change of it is told.

    Raises: NotFound.
    """
    tree = _entry(customers(), kind, path)
    return as_yaml(tree) if tree else "", digest(tree)


@one_transaction
def change(kind: str, path: str, text: str, *, read: str, check_only: bool = False, by: Actor, at: datetime) -> bool:
    """The process becomes what this YAML says, as a new version; items that run keep theirs (SLA-17).

    Whether anything is new. `check_only`: it is validated with all the rest, and nothing is kept (BU-4).
    Raises: NotPermitted, NotFound, Invalid; Conflict `stale`, when somebody changed it meanwhile;
    WrongConfiguration, whose faults stand at `line 3`.
    """
    (permit_drafts if check_only else permit)(by)
    one_at_a_time()
    tree = customers()
    if digest(_entry(tree, kind, path)) != read:
        raise Conflict("Somebody changed this process meanwhile. Look at it again, then decide.", code="stale")
    node = readable(text)
    return _publish(tree, _place(kind, path), node, unready(kind, node), check_only=check_only, by=by, at=at)


@one_transaction
def body_as_if_published(kind: str, path: str, text: str, *, at: datetime) -> dict[str, Any]:
    """What a version would say; nothing is kept. Raises: as `change`."""
    with transaction.atomic():
        one_at_a_time()
        _publish(customers(), _place(kind, path), readable(text), Problems(), check_only=False, by=SYSTEM, at=at)
        body = Version.objects.get(pk=Definition.objects.get(kind=kind, key=path).current_id or 0).body
        transaction.set_rollback(True)
    return dict(body)


@one_transaction
def try_tree(kind: str, path: str, tree: Tree, *, by: Actor, at: datetime) -> bool:
    """Whether publishing this tree would say anything new; nothing is kept (BU-4).

    Raises: NotPermitted, NotFound; WrongConfiguration, whose faults stand at `process/steps/0/…`.
    """
    permit_drafts(by)
    one_at_a_time()
    whole = customers()
    _entry(whole, kind, path)
    new = as_placed(tree, "process")
    return _publish(whole, _place(kind, path), new, unready(kind, new), check_only=True, by=by, at=at)


def readable(text: str) -> Node:
    """The settings as they were written, whatever they say. Raises: Invalid, WrongConfiguration (BU-4)."""
    if not text.strip():
        raise Invalid.one("yaml", "required", "This is needed.")
    if len(text) > LARGEST:
        raise Invalid.one("yaml", "too_long", "At most %(most)s characters.", most=LARGEST)
    problems = Problems()
    roots = list(documents("line", text.encode(), problems))
    problems.check()
    if len(roots) != 1 or not isinstance(roots[0].value, dict):
        raise Invalid.one("yaml", "not_a_mapping", "Write the settings of one process: a key, a colon and what it is.")
    return roots[0]


def is_unreadable(text: str) -> bool:
    """Whether what was written has a fundamental fault, which keeps it from being saved as a draft too (BU-4)."""
    try:
        readable(text)
    except (Invalid, WrongConfiguration):
        return True
    return False


def new_path(kind: str, service: str, key: str) -> str:
    """The path of a process that a service does not have yet, not as a draft either. Raises: Invalid."""
    name = key.strip()
    if kind not in SECTIONS:
        raise Invalid.one("kind", "required", "Choose what is to be made.")
    if (there := _services(customers()).get(service)) is None:
        raise Invalid.one("service", "unknown", "Choose a service.")
    if not KEY.fullmatch(name) or len(name) > KEY_LENGTH:
        raise Invalid.one(
            "key", "invalid", "Letters, digits, “-”, “_” and “.” only, at most %(most)s.", most=KEY_LENGTH
        )
    path = f"{service}/{name}"
    written = ProcessDraft.objects.filter(process__key=path, process__kind__in=SECTIONS).exists()
    if written or any(name in there.get(one, ()) for one in SECTIONS.values()):
        raise Invalid.one("key", "already_there", "This service has a process of that name already.")
    return path


def _publish(
    tree: Tree, place: list[str], new: Node, problems: Problems, *, check_only: bool, by: Actor, at: datetime
) -> bool:
    root = _put(as_node({"customers": tree}, AS_BEFORE), ["customers", *place], new)
    applied = publish(root, problems, by=by, at=at, dry_run=check_only)
    return bool(applied.created or applied.changed)


def unready(kind: str, node: Node) -> Problems:
    """What a Case type lacks that is set live on a page: a due rule, and who gets it (BU-3). Files may leave it out."""
    problems = Problems()
    given = {name for name, one in node.value.items() if one.value not in (None, "")} if kind == "case_type" else None
    if given is not None and "due" not in given:
        problems.add(_at(node, "due"), "a Case type that goes live needs a due rule")
    if given is not None and not {"queue", "assign"} & given:
        problems.add(_at(node, "queue"), "a Case type that goes live needs a queue, or who gets it")
    return problems


def _at(node: Node, key: str) -> Place:
    """Where a key that is not there would stand: its own place in a tree, the first line of a text."""
    return Place(f"{node.place.file}/{key}") if node.place.line is None else node.place


def _put(node: Node, place: list[str], new: Node) -> Node:
    """The same tree with another node at this place."""
    key, *rest = place
    inner = _put(node.value[key], rest, new) if rest else new
    return Node({**node.value, key: inner}, node.place, keys={**node.keys, key: inner.place})


def _place(kind: str, path: str) -> list[str]:
    customer, contract, service, name = path.split("/", 3)
    return [customer, "contracts", contract, "services", service, SECTIONS[kind], name]


def _services(tree: Tree) -> dict[str, Tree]:
    """Every service by its path."""
    return {
        f"{customer}/{contract}/{name}": service
        for customer, one in tree.items()
        for contract, two in one["contracts"].items()
        for name, service in two["services"].items()
    }


def _entry(tree: Tree, kind: str, path: str) -> Tree:
    service, name = "/".join(path.split("/")[:LEVELS]), "/".join(path.split("/")[LEVELS:])
    there = _services(tree).get(service)
    found = (there or {}).get(SECTIONS.get(kind, ""), {}).get(name)
    if found is None and there is not None and not builder.process(kind, path).live:
        return {}  # it is a draft, and nothing else yet
    if found is None:
        raise NotFound("There is no such process.")
    return dict(found)


def faults(wrong: WrongConfiguration) -> Iterable[tuple[int | None, FieldError]]:
    """Line and fault of each, in order and as faces can translate it; one elsewhere has no line."""
    for one in wrong.errors:
        where, _, line = one.field.rpartition(":")
        here = where == "line" and line.isdecimal()
        yield (int(line) if here else None), plainly(one, "" if here else one.field)
