"""What a tool may not do by itself is put before people, on the page of the item: no answer of a client decides it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.bounds import NeedsPerson
from tramita.domain.proposals import Proposed
from tramita.domain.robots import LeaseLost
from tramita.mcp.tools.shapes import Answer
from tramita.mcp.tools.working import held
from tramita.models import Item
from tramita.queries import leases
from tramita.queries.items import get_visible_by_id
from tramita.services import proposing
from tramita.services.transactions import writing
from tramita.ui.bearing import ours
from tramita.ui.errors import sentence

NEXT = "Nothing was done. Tell the user to decide on that page, signed in; list_proposals says what became of it."


def put(
    verb: Proposed, exactly: Mapping[str, Any], *, because: NeedsPerson, about: Any, by: Actor, at: datetime
) -> Answer:
    """A robot's by its lease; a person's own program has them do it themselves."""
    with writing():
        item = _about(verb, about, by, at)
        if by.bounds is None:
            made = proposing.propose_by_program(item, verb=verb, given=exactly, by=by, at=at)
        else:
            lease = leases.lease_of(item)
            if lease is None:
                raise LeaseLost
            sure = getattr(about, "confidence", None)
            made = proposing.propose(lease.pk, verb=verb, given=exactly, confidence=sure, by=by, at=at)
    page = ours(f"/items/{item.reference}#proposal-{made.pk}")
    told = {"done": False, "proposal": made.pk, "as_robot": made.as_robot, "because": sentence(because)}
    return Answer({**told, "reference": item.reference, "page": page, "next": NEXT})


def _about(verb: Proposed, about: Any, by: Actor, at: datetime) -> Item:
    """The item on whose page it stands: of new work that a robot would begin, the one that it works on."""
    if verb is not Proposed.CREATE:
        return held(by, about.reference, follow=verb is Proposed.MAIL)
    living = leases.living_leases(by, at)
    if not living:
        raise LeaseLost
    return get_visible_by_id(by, living[-1].item_id, for_update=True)
