"""An item's head and info card as the templates want them: words instead of codes, names instead of ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tramita.domain import resolution, waits
from tramita.domain.codes import Clock, Kind, Method, State, WaitType
from tramita.domain.definitions import Settings
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.around import Around, around
from tramita.queries.estimates import estimate_of
from tramita.queries.facts import only_reviews
from tramita.queries.kin import Kin
from tramita.queries.names import Who
from tramita.queries.trash import may_restore
from tramita.queries.visibility import may
from tramita.services import prioritising
from tramita.services.allocating import skills_of
from tramita.services.field_words import said_fields
from tramita.services.flowing import RUNNING
from tramita.services.tracking import REST_AFTER
from tramita.ui import allocated, due, labels, moments
from tramita.ui.absence import with_absence
from tramita.ui.due_text import due_text
from tramita.web import shown_proposals
from tramita.web.shown_approval import asks, panel
from tramita.web.shown_clock import why
from tramita.web.shown_defects import card
from tramita.web.shown_reading import Reading
from tramita.web.shown_schedule import schedule_shown
from tramita.web.shown_together import together

# the state whose shape stands beside a verb
SHAPES = {
    "start": "in_progress",
    "resume": "in_progress",
    "next-step": "in_progress",
    "to-do": "to_do",
    "submit": "to_do",
    "reopen": "to_do",
    "wait": "waiting",
    "resolve": "resolved",
    "review": "resolved",
    "unable": "problem",
    "abort": "closed",
    "discard": "rejected",
}
# these stand under the assignee, beside the steps, and with what belongs together
NOT_STATES = {"assign", "release", "rework", "merge", "split", "convert"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A person or nobody."""

    name: str = ""
    kind: str = "human"


def shown(reading: Reading) -> dict[str, Any]:
    """Everything above and beside the tabs."""
    paths = _paths(reading)
    workers, approvals = "assign" in reading.read.allowed, asks(reading)
    near = around(
        reading.item,
        reading.actor,
        at=reading.at,
        paths=paths,
        workers=workers,
        approvals=approvals,
        branches=_branches(reading),
    )
    settings = definitions.settings_of(near.settings)
    return {
        **_head(reading, [near.titles.get(path, path.rpartition("/")[2]) for path in paths]),
        **_moves(reading, settings, near),
        "defects": card(reading, near, settings),
        "may_work": may(reading.actor, "work", reading.item),
        "approval": panel(reading, near),
        "proposals": shown_proposals.waiting(reading, near.proposals),
        **_facts(reading, settings),
        **_people(reading),
        "organisation": near.organisation,
        "properties": list(said_fields(near.properties)),
        "above": near.above,
        "candidates": with_absence(near.workers, near.away),
        "sub_cases": reading.item.kind is Kind.CASE
        and reading.item.state in RUNNING
        and may(reading.actor, "work", reading.item),
        "related": near.linked,
        **together(reading, near.kin),
        "may_prioritise": prioritising.may_prioritise(reading.item, reading.actor),
        "followable": reading.running and reading.item.state is not State.DRAFT,
        "follows": near.follows if near.follows is not None else reading.actor.id in _workers(reading.item),
        "filed": near.files,
        "clock": near.clock,
        "shows_time": settings.show_time_tracker,
        "idle": int(REST_AFTER.total_seconds()),
        "tags": reading.read.tags,
        "taggable": reading.running and may(reading.actor, "work", reading.item),
        "tab": reading.tab,
    }


def _workers(item: Item) -> tuple[int | None, int | None]:
    """Who follows it without asking (N-1)."""
    return item.assignee_id, item.owner_id


def _paths(reading: Reading) -> list[str]:
    """Of the customer and the service; the contract says little and is left out."""
    return [branch for branch in _branches(reading) if branch.count("/") != 1]


def _branches(reading: Reading) -> list[str]:
    """Customer, contract and service."""
    path = reading.read.category or reading.read.case_type
    parts = path.split("/") if path else []
    return ["/".join(parts[: n + 1]) for n in range(3) if len(parts) > n]


def _head(reading: Reading, place: list[str]) -> dict[str, Any]:
    item = reading.item
    process = _process_title(item) or (reading.read.category or "").rpartition("/")[2]
    return {
        "place": [*place, process] if process else place,
        "process": process,
        "process_name": _("Category") if item.kind is Kind.TICKET else _("Process"),
        "due": due.shown(due_at=item.due_at, clock=item.clock, seconds_left=item.seconds_left, now=reading.at),
        "promise": _promise(item, reading.at),
        "why": why(item, reading.at),
        "zone": timezone.get_current_timezone_name(),
        "due_editable": reading.running and item.due_at is not None and may(reading.actor, "due_dates", item),
        "title_editable": reading.running and item.state is not State.DRAFT and _title_editable(item),
    }


def _promise(item: Item, now: datetime) -> str:
    """The due date in full, or what was left when the clock was paused (SLA-10, CG-43)."""
    paused = item.clock is Clock.PAUSED
    return due_text(due_at=item.due_at, paused=paused, seconds_left=item.seconds_left, now=now)


def _moves(reading: Reading, settings: Settings, near: Around) -> dict[str, Any]:
    """The state control: what the tables allow, in their order; an Action's second end is a panel of its own."""
    item, allowed = reading.item, list(reading.read.allowed)
    moves = [verb for verb in allowed if verb not in NOT_STATES]
    if "start" in moves and "resume" in moves:  # the same to a person: a problem Case set In Progress (C-22, C-53)
        moves.remove("resume")
    if item.kind is Kind.ACTION and "resolve" in moves:
        moves.insert(moves.index("resolve") + 1, "unable")
    methods = [(m.value, labels.word("method", m)) for m in resolution.offered(item.kind) if m != "unable_to_complete"]
    return {
        "allowed": allowed,
        "starts_cases": _starts_cases(item, near.kin),
        "moves": moves,
        "go_on": [verb for verb in moves if verb in ("start", "resume")],
        "shapes": SHAPES,
        "no_moves": _("Nothing more happens to a Closed item.")
        if not reading.running
        else _("Nothing you may do now."),
        "refusals": _refusals(reading, allowed),
        "takes": item.state is State.TO_DO and item.assignee_id is None and "start" in allowed,  # S-4, CG-45
        "wait_types": [(w.value, labels.word("wait", w)) for w in waits.offered(item.kind)],
        "pausing": _pausing(item),
        "methods": methods,
        "resolve_label": labels.word("method", Method.COMPLETE) if item.kind is Kind.ACTION else _("Resolve"),
        "note_required": "resolve" in moves and settings.resolution_note_required,
        "counts_as_resolution": "",
    }


def _starts_cases(item: Item, kin: Sequence[Kin]) -> bool:
    """Whether it may have Sub-Cases (C-60): its type knows an Action that starts some, or a Case hangs on it."""
    if item.kind is not Kind.CASE or item.process_version_id is None:
        return False
    below = (one for one in kin if one.above == item.pk and one.kind is Kind.CASE)
    return any(one.state is not State.CLOSED for one in below) or any(
        action.kind == "start_case" for action in definitions.case_type(item.process_version_id).actions.values()
    )


def _refusals(reading: Reading, allowed: list[str]) -> list[str]:
    """Why something that people look for is not offered (UI: refusals explain)."""
    item = reading.item
    if item.state is State.RESOLVED and "reopen" not in allowed:
        return [_("The feedback window has passed.")]
    if item.state is State.TO_DO and "start" not in allowed and item.assignee_id not in (None, reading.actor.id):
        return [_("Somebody else has it. Ask for it to be assigned to you.")]
    if item.wait_type in (WaitType.SPLIT, WaitType.CASE_LAUNCHED, WaitType.SUB_CASE):
        return [_("It waits for other items and goes on by itself when they end.")]
    return []


def _pausing(item: Item) -> bool:
    rule = definitions.due_rule(item.due_rule_id) if item.due_rule_id else None
    return rule is not None and rule.add_wait_time


def _facts(reading: Reading, settings: Settings) -> dict[str, Any]:
    item, read = reading.item, reading.read
    tickable = reading.running and may(reading.actor, "work", item)
    editable = tickable and not only_reviews(item, reading.actor)
    done = sum(1 for _text, ticked in item.checklist if ticked)
    return {
        "editable": editable,
        "tickable": tickable,
        "deletable": reading.item.state is not State.DRAFT
        and reading.item.kind is not Kind.ACTION
        and may_restore(reading.actor),
        "parent": read.parent,
        "parent_name": labels.word("kind", Kind.TICKET if (read.parent or "").endswith("-T") else Kind.CASE),
        "merged_into": read.merged_into,
        "queue": read.queue.title if read.queue else "",
        "allocated": allocated.why(read.allocation),
        "skills": skills_of(reading.item),
        "category": read.category or "",
        "categories": _categories(reading) if editable and item.kind is Kind.TICKET else [],
        "resolver": _name(read.resolution.by if read.resolution else None),
        "first_resolver": _name(read.resolution.first_by if read.resolution else None),
        "problem_source": read.problem.source if read.problem else "",
        "checked": f"{done}/{len(item.checklist)}",
        "estimate": _estimate(item) if settings.show_expected_times else [],
        **schedule_shown(item),
        "brought_from": _brought_from(reading),
    }


def _brought_from(reading: Reading) -> dict[str, str] | None:
    """Where it was worked on before, and how it stood there (V-61)."""
    came = reading.read.brought_from
    return {"system": labels.system(came.system), "key": came.key, "state": came.state} if came else None


def _estimate(item: Item) -> list[tuple[str, str]]:
    """The effort that an Action, or a Case with all its Actions, is expected to cost; nothing where none is (C-13)."""
    said = moments.hours_and_minutes
    if item.kind is Kind.ACTION:
        return [] if item.estimate is None else [(_("Estimated effort"), said(item.estimate))]
    found = estimate_of(item)
    if found is None:
        return []
    parts = [(_("of Actions begun"), said(found.created)), (_("of Actions to come"), said(found.to_come))]
    return [(_("Estimated effort"), said(found.total)), *parts]


def _people(reading: Reading) -> dict[str, Any]:
    read, contacts = reading.read, reading.read.contacts
    roles: dict[int, list[str]] = {}
    people: dict[int, Who] = {}
    held = [(tag, who) for tag in ("primary", "requester", "subject") if (who := getattr(contacts, tag))]
    for tag, who in (*held, *(("cc", one) for one in contacts.cc)):
        people[who.id] = who
        roles.setdefault(who.id, []).append(labels.word("contact", tag))
    return {
        "assignee": Shown(read.assignee.name, read.assignee.kind) if read.assignee else Shown(),
        "owner": Shown(read.owner.name, read.owner.kind) if read.owner else Shown(),
        "contacts": [
            (who.name, ", ".join(roles[pk]), reverse("contact", args=[pk]) if who.address else "")
            for pk, who in people.items()
        ],
        "addresses": {
            "primary": contacts.primary.address if contacts.primary else "",
            "requester": contacts.requester.address if contacts.requester else "",
            "cc": ", ".join(who.address or "" for who in contacts.cc),
        },
    }


def _categories(reading: Reading) -> list[tuple[str, str]]:
    return [(one.path, one.title or one.path) for one in definitions.categories_for(reading.actor)]


def _process_title(item: Item) -> str:
    """As it was called when the item started."""
    if item.process_version_id is None:
        return ""
    read = definitions.category if item.kind is Kind.TICKET else definitions.case_type
    return read(item.process_version_id).title


def _title_editable(item: Item) -> bool:
    """G-8; the service has the last word."""
    if item.kind is Kind.ACTION or item.process_version_id is None:
        return False
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id).allow_title_change
    return definitions.case_type(item.process_version_id).allow_title_change


def _name(who: Any) -> str:
    return who.name if who else ""
