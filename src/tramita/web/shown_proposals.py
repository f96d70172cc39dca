"""What robots propose on an item, as a person reads and changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.proposals import PERMISSION, Proposed, moment
from tramita.queries import definitions
from tramita.queries.proposals import Waiting
from tramita.queries.visibility import may
from tramita.ui import labels, moments
from tramita.web.proposal_inputs import Typed, inputs
from tramita.web.shown_reading import Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them. `facts` are what would be done besides what can be typed over; `whose` says in whose name."""

    id: int
    verb: str
    title: str
    robot: str
    sure: str
    facts: Sequence[tuple[str, str]]
    inputs: Sequence[Typed]
    as_robot: bool
    whose: str
    outsiders: str
    decides: bool


def waiting(reading: Reading, proposals: Sequence[Waiting]) -> list[Shown]:
    """Those that wait, for this reader. No statement."""
    known = definitions.declared(reading.item).fields if proposals else {}
    titles = {name: field.title or name for name, field in known.items()}
    return [_shown(reading, one, titles) for one in proposals]


def _shown(reading: Reading, one: Waiting, titles: Mapping[str, str]) -> Shown:
    given = one.given
    steps = _steps(one.verb, given)
    everybody = [] if steps else [str(address) for place in ("to", "cc", "bcc") for address in given.get(place, ())]
    everybody += [str(given["requester"])] if given.get("requester") else []
    known = _part_takers(reading)
    return Shown(
        id=one.id,
        verb=one.verb.value,
        title=labels.word("proposed_by_program" if one.program else "proposed", one.verb.value),
        robot=one.robot,
        sure=_("%(percent)s %% sure") % {"percent": one.confidence} if one.confidence is not None else "",
        facts=steps or _facts(given, titles),
        inputs=inputs(one.verb, given, titles),
        as_robot=one.as_robot,
        whose=_whose(one),
        outsiders=", ".join(address for address in everybody if address.lower() not in known),
        decides=may(reading.actor, PERMISSION[one.verb], reading.item),
    )


def _part_takers(reading: Reading) -> set[str]:
    contacts = reading.read.contacts
    every = [contacts.primary, contacts.requester, contacts.subject, contacts.original_requester, *contacts.cc]
    return {(one.address or "").lower() for one in every if one is not None}


def _whose(one: Waiting) -> str:
    if one.as_robot:
        return _(
            "As it stands, %(robot)s does it and you are named as who agreed. Changed, it is done in your name."
        ) % {"robot": one.robot}
    return _("Whoever agrees does it in their own name.")


def _steps(verb: Proposed, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What would become of the item, where nothing of its data changes; empty for the rest."""
    match verb:
        case Proposed.ASSIGN:
            return [(_("Assignee"), str(given.get("to")))]
        case Proposed.MOVE:
            return [(_("What is done"), labels.word("verb", given.get("verb")))]
        case Proposed.WAIT:
            until = moment(given.get("until"))
            found = [(_("Wait type"), labels.word("wait", given.get("type")))]
            found += [(_("Until"), moments.full(until))] if until else []
            found += [(_("Days"), str(given["days"]))] if given.get("days") else []
            return (
                [*found, (_("Close if no response received"), _("Yes"))] if given.get("close_if_no_response") else found
            )
    return []


def _facts(given: Mapping[str, Any], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """What stands in no input."""
    found: list[tuple[str, str]] = []
    for name in ("cc", "bcc"):
        if given.get(name):
            found.append((_("Copies") if name == "cc" else _("Blind copies"), ", ".join(map(str, given[name]))))
    if given.get("method"):
        found.append((_("Resolution method"), labels.word("method", given["method"])))
    if given.get("reason"):
        found.append((_("Reason"), str(given["reason"])))
    if given.get("type"):
        found.append((_("Approval"), str(given["type"])))
    whole = (given.get("fields") or {}).items()
    rest = ((titles.get(name, name), str(value)) for name, value in whole if not isinstance(value, str | int | float))
    return [*found, *rest]
