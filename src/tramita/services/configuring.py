"""The configuration as files, for somebody who has rights: what `export` writes and `apply` does (decision 85).

Whoever runs the command has the machine, and is asked nothing. Here the predicates of the Builder hold: only who
configures the desk as a whole, and nobody gives rights that they have not (SEC-1). A robot never does.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.domain.errors import Conflict, FieldError, Invalid, NotPermitted
from tramita.queries.visibility import takes_along
from tramita.services import auditing, desk_settings, giving
from tramita.services.definitions import Applied, export
from tramita.services.definitions.apply import one_at_a_time, publish
from tramita.services.definitions.export import as_yaml, current
from tramita.services.definitions.plain import Tree
from tramita.services.definitions.source import Node, Place, Problems, gathered
from tramita.services.mailbox_settings import digest
from tramita.services.transactions import leaving_nothing, writing

LARGEST = 1_048_576  # characters of all files: 13 s of reading; a larger configuration goes by the command
OF_PEOPLE = (*giving.OF_RIGHTS, "contacts")  # who comes in, and as what
OWN_WORK = frozenset({"canned_texts"})  # of who keeps these and no more


@dataclass(frozen=True, slots=True)
class File:
    """YAML, and the name by which its faults are told."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration as files write it, and the digest by which a change of it is told."""

    text: str
    version: str


def read(sections: Collection[str] = (), *, by: Actor, at: datetime) -> Configured:
    """All of it, or these sections; without secrets. Kept by the audit of the desk as a list taken along (TO-6).

    Raises: NotPermitted.
    """
    permit(by, sections)
    if (not sections or "contacts" in sections) and not takes_along(by):
        raise NotPermitted("You may not take lists along as files.")
    tree = current(everybody=True)
    text = as_yaml({name: tree[name] for name in sections if tree[name]}) if sections else export()
    with writing():
        auditing.note(Area.EXPORTS, "exported", ", ".join(["YAML", *sections]), by=by, at=at)
    return Configured(text, digest(tree))


def apply(files: Sequence[File], *, version: str = "", rehearse: bool = False, by: Actor, at: datetime) -> Applied:
    """The configuration becomes what these files say, all of it or nothing. `rehearse`: only what would change.

    `version`: what was read, to be changed only if nobody changed it meanwhile.
    Raises: NotPermitted; WrongConfiguration and Invalid, naming each fault with file and line; Conflict `stale`.
    """
    permit(by, OWN_WORK)  # whoever changes nothing here has nothing read either
    if sum(len(one.text) for one in files) > LARGEST:
        raise Invalid.one("files", "too_long", "At most %(most)s characters.", most=LARGEST)
    problems = Problems()
    root = gathered([(one.name, one.text.encode()) for one in files], problems)
    permit(by, root.value)
    with leaving_nothing() if rehearse else writing():
        one_at_a_time()
        if version and version != digest(current(everybody=True)):
            raise Conflict("Somebody changed the configuration meanwhile. Read it again, then decide.", code="stale")
        before = current(everybody=True, only=giving.OF_RIGHTS)
        applied = publish(root, problems, by=by, at=at, from_files=True)
        _expect_given(root, applied, before, by=by)
    return applied


def permit(by: Actor, sections: Collection[str] = ()) -> None:
    """As on the pages of the Builder, where canned texts may be all that somebody keeps. Raises: NotPermitted."""
    desk_settings.permit_thing("canned-texts" if {*sections} == OWN_WORK else "settings", by)


def _expect_given(root: Node, applied: Applied, before: Tree, *, by: Actor) -> None:
    """Who changes people manages users, gives nobody more than they have, and stays in. Raises: as `desk_settings`."""
    touched = {name.partition("/")[0] for name in (*applied.created, *applied.changed)}
    if touched.isdisjoint(OF_PEOPLE):
        return
    giving.expect_giver("users", by)
    after = current(everybody=True, only=giving.OF_RIGHTS)
    if faults := [*_beyond(root, before, after, by=by), *_locked_out(root, after, by=by)]:
        raise Invalid(faults)


def _beyond(root: Node, before: Tree, after: Tree, *, by: Actor) -> Iterator[FieldError]:
    for section in giving.OF_RIGHTS:
        for key, tree in after[section].items():
            was: Mapping[str, object] = before[section].get(key, {})
            if tree == was:
                continue
            try:
                giving.expect_owned(section, was, tree, by=by)
            except Invalid as more:
                yield replace(more.errors[0], field=_place(root, section, key))


def _locked_out(root: Node, after: Tree, *, by: Actor) -> Iterator[FieldError]:
    mine = after["users"].get(by.email)
    if mine is None or not giving.keeps(mine, "publish", "manage_users"):
        said = "You cannot take this from yourself: another administrator can."
        yield FieldError(_place(root, "users", by.email), "locks_out", said)


def _place(root: Node, section: str, key: str) -> str:
    """Where the files say it; its name, where only the database does."""
    node = root.value.get(section)
    return str((node and node.keys.get(key)) or Place(f"{section}/{key}"))
