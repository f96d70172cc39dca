"""Running Cases move to a newer version of their type, each by itself, as an item of a job (decision 48).

What has begun stays as it began: Actions keep the version that they were started under, and due dates their promise
(SLA-17). From where it stands a Case goes on by the newer version. Rules: BU-4, C-7, C-9, decision 42.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tramita.domain import upgrades
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Reason
from tramita.domain.errors import Conflict
from tramita.domain.permissions import Permission
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.domain.upgrades import Chosen
from tramita.models import CaseAction, CaseStep, Item
from tramita.queries import definitions
from tramita.queries import flow as flows
from tramita.queries.flow import Place
from tramita.services import clockwork, flowing, lending, sql
from tramita.services.fields import with_defaults
from tramita.services.finishing import end_with_case
from tramita.services.ledger import Change
from tramita.services.moving import require
from tramita.services.new_actions import new_action
from tramita.services.transactions import one_transaction

BEGUN_AGAIN = ("wait_until", "wait_for_sub_case")  # of what the system does: no mail goes out a second time


@one_transaction
def upgrade(
    case: Item,
    *,
    old: int,
    new: int,
    numbers: Sequence[int],
    steps: Mapping[str, str],
    actions: Mapping[str, str | None],
    by: Actor,
    at: datetime,
) -> dict[str, Any] | None:
    """Bring a Case from one version to another, by their ids, and as far as it then goes by itself.

    What an undo needs to know; None when it was there already. The related group must be held.
    Raises: NotPermitted; Conflict, if it does not run, runs by another version or has nowhere to stand.
    """
    require(by, Permission.PUBLISH, case)
    if case.process_version_id == new:
        return None
    _require_running(case, old)
    chosen, after = Chosen(steps, actions), definitions.case_type(new)
    place = flows.place(case)
    _require_place(place, after, definitions.case_type(old), chosen)
    before = {"version": old, "numbers": [*reversed(numbers)], "finished_step": case.finished_step}
    renamed = _rename(case, chosen)
    closed = _close(case, place, chosen, by=by, at=at) if place and not place.at_end else []
    change = Change(case, by, at)
    finished = chosen.steps.get(case.finished_step or "", case.finished_step)
    data = {"from": numbers[0], "to": numbers[1], "closed": [reference for _, _, reference in closed]}
    change.record("version_changed", data=data, process_version_id=new, finished_step=finished)
    if (fields := with_defaults(case)) != case.fields:
        added = fields.keys() - case.fields.keys()
        change.record("fields_changed", data={"fields": sorted(added)}, fields=fields)
        clockwork.follow_fields(change, dict.fromkeys(added))
        lending.moved(change)
    change.write()
    flowing.go_on(case, at=at)
    now = _mark(case)
    went_on = place is not None and now[:2] != [place.id, place.over]
    return before | renamed | {"closed": [one[:2] for one in closed], "stands": now, "went_on": went_on}


@one_transaction
def take_back(case: Item, before: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Back to the version before, if the Case still stands where the move left it. What it closed is begun again.

    Raises: NotPermitted; Conflict, if it went on, by the move or since.
    """
    require(by, Permission.PUBLISH, case)
    if before["went_on"]:
        raise Conflict("The move completed its step: it went on, and stays where it is.", code="went_on")
    if case.state not in flowing.RUNNING or _mark(case) != before["stands"]:
        raise Conflict("It was changed since, and is left as it is.", code="changed_since")
    _write(before)
    change = Change(case, by, at)
    columns = {"process_version_id": before["version"], "finished_step": before["finished_step"]}
    first, last = before["numbers"]
    change.record("version_changed", data={"from": first, "to": last, "closed": []}, **columns)
    change.write()
    _begin_again(case, before["closed"], at=at)
    flowing.go_on(case, at=at)


def _require_running(case: Item, version: int) -> None:
    if case.kind is not Kind.CASE or case.state not in flowing.RUNNING:
        raise Conflict("It does not run any more.", code="not_running")
    if case.process_version_id != version:
        raise Conflict("It runs by another version meanwhile.", code="other_version")


def _require_place(place: Place | None, after: CaseTypeDefinition, old: CaseTypeDefinition, chosen: Chosen) -> None:
    if place is not None and upgrades.stands_at(place.step, after, chosen) is None:
        title = next((one.title for one in old.steps if one.name == place.step), place.step)
        raise Conflict("The newer version has no step for “%(step)s”, where it stands.", code="no_step", step=title)


def _rename(case: Item, chosen: Chosen) -> dict[str, list[list[Any]]]:
    """What the Case has been through goes by the new names; the rows that changed, with what they said."""
    steps = list(CaseStep.objects.filter(case=case, step__in=[*chosen.steps]).values_list("id", "step"))
    rows = list(CaseAction.objects.filter(step__case=case, name__in=[*chosen.renamed]).values_list("id", "name"))
    doubled = CaseAction.objects.filter(step__case=case, name__in=[*chosen.renamed.values()])
    if rows and doubled.exists():  # of a version before the last: it went on as it was, and has the name still
        raise Conflict("It has an Action of that name from an earlier version.", code="doubled")
    steps_now = [[row, chosen.steps[was]] for row, was in steps]
    _write({"case_steps": steps_now, "case_actions": [[row, chosen.renamed[was]] for row, was in rows]})
    return {"case_steps": [[*row] for row in steps], "case_actions": [[*row] for row in rows]}


def _write(names: Mapping[str, Iterable[Sequence[Any]]]) -> None:
    for row, name in names["case_steps"]:
        sql.execute("UPDATE case_steps SET step = %s WHERE id = %s", [name, row])
    for row, name in names["case_actions"]:
        sql.execute("UPDATE case_actions SET name = %s WHERE id = %s", [name, row])


def _close(case: Item, place: Place, chosen: Chosen, *, by: Actor, at: datetime) -> list[tuple[int, str, str]]:
    """End what runs in the step and is not wanted any more; row, name and reference of each."""
    rows = CaseAction.objects.filter(step=place.id, name__in=[*chosen.closed], item__isnull=False).order_by("id")
    ended = []
    for row, name, item in rows.values_list("id", "name", "item"):
        action = Item.objects.select_for_update().get(pk=item)
        if action.closed_at is None:
            end_with_case(action, because="version_changed", reason=Reason.BY_SYSTEM, by=by, at=at)
            ended.append((row, name, action.reference))
    return ended


def _begin_again(case: Item, closed: Iterable[Sequence[Any]], *, at: datetime) -> None:
    """Copies of what the move closed, in their places in the step. They begin To Do."""
    known, made = flowing.type_of(case).actions, []
    for row, name in closed:
        ordinal = sql.next_ordinal(case.pk)
        made.append(new_action(case, known[name], ordinal, reason=Reason.UNDONE, by=SYSTEM, at=at))
        sql.execute("UPDATE case_actions SET item_id = %s WHERE id = %s", [made[-1].pk, row])
    flowing.repeat(case, [one for one in made if known[one.action_name or ""].kind in BEGUN_AGAIN], at=at)


def _mark(case: Item) -> list[Any]:
    """Where it stands, and what runs there: another one, and somebody went on with it."""
    place = flows.place(case)
    if place is None:
        return []
    rows = CaseAction.objects.filter(step=place.id, item__closed_at=None, item__isnull=False).order_by("id")
    return [place.id, place.over, list(rows.values_list("item", flat=True))]
