"""What robots propose on an item, as a person reads and changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.proposals import PERMISSION
from tramita.queries.proposals import Waiting
from tramita.queries.visibility import may
from tramita.ui import labels
from tramita.web.shown_reading import Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them. `facts` are what would be done besides what can be typed over."""

    id: int
    verb: str
    title: str
    robot: str
    sure: str
    facts: Sequence[tuple[str, str]]
    to: str
    subject: str
    text: str
    outsiders: str
    decides: bool


def waiting(reading: Reading, proposals: Sequence[Waiting]) -> list[Shown]:
    """Those that wait, for this reader. No statement."""
    return [_shown(reading, one) for one in proposals]


def _shown(reading: Reading, one: Waiting) -> Shown:
    given = one.given
    everybody = [str(address) for place in ("to", "cc", "bcc") for address in given.get(place, ())]
    known = _part_takers(reading)
    return Shown(
        id=one.id,
        verb=one.verb.value,
        title=labels.word("proposed", one.verb.value),
        robot=one.robot,
        sure=_("%(percent)s %% sure") % {"percent": one.confidence} if one.confidence is not None else "",
        facts=list(_facts(given)),
        to=", ".join(str(address) for address in given.get("to", ())),
        subject=str(given.get("subject", "")),
        text=str(given.get("text") or given.get("note") or ""),
        outsiders=", ".join(address for address in everybody if address.lower() not in known),
        decides=may(reading.actor, PERMISSION[one.verb], reading.item),
    )


def _part_takers(reading: Reading) -> set[str]:
    contacts = reading.read.contacts
    every = [contacts.primary, contacts.requester, contacts.subject, contacts.original_requester, *contacts.cc]
    return {(one.address or "").lower() for one in every if one is not None}


def _facts(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """In the order in which they were given; a mail's words and the note stand in inputs."""
    found: list[tuple[str, str]] = []
    for name in ("cc", "bcc"):
        if given.get(name):
            found.append((_("Copies") if name == "cc" else _("Blind copies"), ", ".join(map(str, given[name]))))
    if given.get("method"):
        found.append((_("Resolution method"), labels.word("method", given["method"])))
    if given.get("title"):
        found.append((_("Title"), str(given["title"])))
    if given.get("category"):
        found.append((_("Category"), str(given["category"])))
    if given.get("tags"):
        found.append((_("Tags"), ", ".join(map(str, given["tags"]))))
    ticked = {str(name): _("Yes") if done else _("No") for name, done in (given.get("checklist") or {}).items()}
    return [*found, *ticked.items(), *((str(name), str(value)) for name, value in (given.get("fields") or {}).items())]
