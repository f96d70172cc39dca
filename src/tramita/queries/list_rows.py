"""One row of a list, with the names that it shows: how it is read and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tramita.domain.codes import Clock, Kind, Role, State
from tramita.domain.references import Reference
from tramita.queries import definitions
from tramita.queries.rows import document, moment, moment_or_none

KINDS = {kind.number: kind for kind in Kind}
STATES = {state.number: state for state in State}
CLOCKS = {clock.value: clock for clock in Clock}
KEYED = ("assignee", "queue", "organisation", "process")
ROBOT = Role.ROBOT.value
NOTHING: Mapping[str, Any] = {}
PROPOSES, FIRST = 2, 4  # of what a robot handed over; of what a leader put first, added to that

READ = (
    "id, number, kind, ordinal, version, title, state, problem, due_at, clock, seconds_left, sort_due, highlighted, "
    "new_information, robot_rejected, prioritised, mail_trouble, wait_type, updated_at, assignee_id, queue_id, "
    "organisation_id, process_id, owner_id, created_at"
)
SHOWN = (
    "f.id, f.number, f.kind, f.ordinal, f.version, f.title, f.state, f.problem, "
    "f.due_at, f.clock, f.seconds_left, f.sort_due, f.highlighted, f.new_information, "
    "CASE WHEN f.robot_rejected THEN CASE WHEN EXISTS (SELECT 1 FROM proposals pr WHERE pr.item_id = f.id AND "
    f"pr.state = 'waiting') THEN {PROPOSES} ELSE 1 END ELSE 0 END + CASE WHEN f.prioritised THEN {FIRST} ELSE 0 END, "
    "f.mail_trouble, f.wait_type, f.updated_at, a.name, a.email, a.role, q.title, o.name, d.title, "
    "w.name, w.email, f.created_at, f.assignee_id, q.key, o.key, d.key"
)
NAMES = (
    "LEFT JOIN people a ON a.id = f.assignee_id LEFT JOIN queues q ON q.id = f.queue_id "
    "LEFT JOIN organisations o ON o.id = f.organisation_id LEFT JOIN definitions d ON d.id = f.process_id "
    "LEFT JOIN people w ON w.id = f.owner_id"
)


@dataclass(frozen=True, slots=True)
class Besides:
    """A value that a list shows only when it is asked for: what is read of the item, how it is shown, what names it."""

    read: str
    shown: str
    join: str = ""


FIELDS = Besides(", fields", "f.fields")
BESIDES: Mapping[str, Besides] = {
    "contract": Besides(
        "",
        "ct.title",
        "LEFT JOIN definitions sv ON sv.id = d.parent_id LEFT JOIN definitions ct ON ct.id = sv.parent_id",
    ),
    "parent": Besides(
        ", parent_id",
        "pd.title",
        "LEFT JOIN items pi ON pi.id = f.parent_id LEFT JOIN definitions pd ON pd.id = pi.process_id",
    ),
    "action": Besides(
        ", process_version_id, action_name", "CAST(f.process_version_id AS TEXT) || ' ' || f.action_name"
    ),
    "updated_by": Besides(
        ", seq",
        "COALESCE(NULLIF(ub.name, ''), ub.email, ub.key)",
        "LEFT JOIN entries le ON le.item_id = f.id AND le.seq = f.seq LEFT JOIN people ub ON ub.id = le.actor_id",
    ),
}


class Row(NamedTuple):
    """One item of a list, with the names that it shows."""

    id: int
    reference: str
    kind: Kind
    version: int
    title: str
    state: State
    problem: str | None
    due_at: datetime | None
    clock: Clock
    seconds_left: int | None
    sort_due: datetime
    highlighted: bool
    new_information: bool
    robot_rejected: bool
    robot_proposes: bool  # what it handed over waits with its proposal
    prioritised: bool  # a leader put it first
    mail_trouble: bool  # a mail of it did not go out (MAIL-113)
    wait_type: str | None
    updated_at: datetime
    assignee: str
    assignee_kind: str  # human or robot
    queue: str
    organisation: str
    process: str
    owner: str
    created_at: datetime
    named: tuple[Any, ...]  # its assignee's id, the keys of its queue, organisation and process, or None
    fields: Mapping[str, Any] = NOTHING  # where a list has columns of them (D-20)
    besides: Mapping[str, str] = NOTHING  # by the names of `BESIDES`, where they were asked for

    def key(self, of: str) -> str:
        """What names its assignee, queue, organisation or process in an address; nothing for none."""
        return str(self.named[KEYED.index(of)] or "")


def with_more(row: Sequence[Any], besides: Sequence[str], *, with_fields: bool) -> Row:
    """A row from the columns of `SHOWN`, and what was asked for besides."""
    more = len(besides) + with_fields
    if not more:
        return row_from(row)
    said = dict(zip(besides, (str(one or "") for one in row[-more:]), strict=False))
    if said.get("action"):
        said["action"] = _action(said["action"])
    return row_from(row[:-more])._replace(besides=said, fields=document(row[-1]) if with_fields else NOTHING)


def _action(told: str) -> str:
    """What an Action is called in the version of its Case type, which is kept in memory."""
    version, _, name = told.partition(" ")
    actions = definitions.case_type(int(version)).actions
    return actions[name].title if name in actions else name


def row_from(row: Sequence[Any]) -> Row:
    """A row from the columns of `SHOWN`: fifty a page, so values go by their places."""
    id_, number, kind_number, ordinal, version, title, state, problem, due_at, clock, left, sort_due, *more = row
    highlighted, new, rejected, unsent, wait, updated_at, name, email, role, queue, organisation, process, *last = more
    owner, owner_email, created_at, *named = last
    kind = KINDS[kind_number]
    return Row(
        id_,
        str(Reference(kind, number, ordinal)),
        kind,
        version,
        title,
        STATES[state],
        problem,
        moment_or_none(due_at),
        CLOCKS[clock],
        left,
        moment(sort_due),
        bool(highlighted),
        bool(new),
        rejected % FIRST > 0,
        rejected % FIRST == PROPOSES,
        rejected >= FIRST,
        bool(unsent),
        wait,
        moment(updated_at),
        name or email or "",
        "robot" if role == ROBOT else "human",
        queue or "",
        organisation or "",
        process or "",
        owner or owner_email or "",
        moment(created_at),
        tuple(named),
    )
