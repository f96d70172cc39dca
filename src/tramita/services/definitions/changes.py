"""Who changed what of the configuration, and when: each changed thing as it was and as it is (BU-2, decision 0045)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.models import ConfigurationChange
from tramita.services import auditing
from tramita.services.definitions import export
from tramita.services.definitions.plain import Tree
from tramita.services.definitions.tally import Applied

ELSEWHERE = ("contacts",)  # what is kept of them is theirs, and erased with them
LEVELS = ("contracts", "services")
PROCESSES = ("ticket_categories", "case_types")  # have versions of their own


def record(before: Tree, applied: Applied, *, by: Actor, at: datetime) -> None:
    """One row a thing that is not as it was. Cost: reads the sections that changed, and nothing when none did."""
    touched = {name.split("/")[0] for name in (*applied.created, *applied.changed)} - {*ELSEWHERE}
    if not touched:
        return
    rows = []
    for section, now in export.current(only=touched).items():
        was, became = dict(things(section, before[section])), dict(things(section, now))
        rows += [
            ConfigurationChange(
                section=section, key=key, at=at, by_id=by.id, before=was.get(key), after=became.get(key)
            )
            for key in sorted({*was, *became})
            if was.get(key) != became.get(key)
        ]
    ConfigurationChange.objects.bulk_create(rows)
    for one in rows:
        if one.section == "settings":
            kept, keeps = ((tree or {}).get("audit", ()) for tree in (one.before, one.after))
            auditing.note_switched(kept, keeps, by=by, at=at)


def things(section: str, tree: Tree) -> Iterator[tuple[str, Any]]:
    """The things of a section by their keys, as JSON keeps them."""
    if section == "settings":
        yield "", plain(tree)
    elif section == "customers":
        yield from _branches(tree, "", LEVELS)
    else:
        yield from ((key, plain(one)) for key, one in tree.items())


def _branches(entries: Tree, above: str, levels: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Customers, contracts and services, each without what is below it."""
    for key, one in entries.items():
        path = f"{above}/{key}" if above else key
        yield path, plain({name: it for name, it in one.items() if name not in (*LEVELS, *PROCESSES)})
        if levels:
            yield from _branches(one[levels[0]], path, levels[1:])


def plain(tree: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(tree, default=str))
