"""What belongs together on an item's page: the tree of merges, splits and conversions, and what can be done (X-30)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tramita.domain.codes import State, WaitType
from tramita.domain.permissions import Permission
from tramita.queries.kin import Kin, tree
from tramita.queries.regroupings import may_take
from tramita.queries.visibility import may
from tramita.web.shown_reading import Reading

MADE = ("split_from", "converted_to")
HOW: Mapping[str, Promise] = {
    "merged_into": gettext_lazy("merged"),
    "split_from": gettext_lazy("split off"),
    "converted_to": gettext_lazy("made of it"),
    "sub_case": gettext_lazy("Sub-Case"),
}


def together(reading: Reading, kin: Sequence[Kin]) -> dict[str, Any]:
    """The tree, nested, and the ways to merge, split and convert that are open to this person."""
    return {"kin": [_shown(one, reading, None) for one in tree(kin)], "together": _offered(reading)}


def _shown(one: Kin, reading: Reading, above: Kin | None) -> dict[str, Any]:
    here, undo = one.id == reading.item.pk, _undo(one, reading)
    merged = one.how == "merged_into" and one.state is State.CLOSED
    return {
        "reference": one.reference,
        "kind": one.kind.value,
        "title": one.title,
        "state": one.state.value,
        "here": here,
        "how": str(HOW[one.how]) if above is not None and one.how in HOW else "",
        "href": reverse("item", args=[one.reference]) + ("?tab=comms" if merged else ""),
        "undo": undo,
        "undoes": next((low.reference for low in one.below if low.how in MADE), one.reference)
        if here
        else one.reference,
        "below": [_shown(other, reading, one) for other in one.below],
    }


def _undo(one: Kin, reading: Reading) -> str:
    """What a press takes back here, where this person may (Z-3)."""
    item = reading.item
    if one.how == "merged_into" and one.state is State.CLOSED:
        allowed = one.by_id == reading.actor.id or may(reading.actor, Permission.MERGE_UNDO, item)
        return _("Undo the merge of %(item)s") % {"item": one.reference} if allowed else ""
    if one.id != item.pk or item.wait_type not in (WaitType.SPLIT, WaitType.CASE_LAUNCHED):
        return ""
    maker = next((other.by_id for other in one.below if other.how in MADE), None)
    if not (maker == reading.actor.id or may(reading.actor, Permission.MERGE_UNDO, item)):
        return ""
    return _("Undo the split") if item.wait_type is WaitType.SPLIT else _("Undo the conversion")


def _offered(reading: Reading) -> list[tuple[str, str]]:
    item, allowed = reading.item, reading.read.allowed
    takes = may_take(item, reading.at) and may(reading.actor, "work", item)
    offered = [
        ("merge", _("Merge…"), "merge" in allowed or takes),
        ("split", _("Split…"), "split" in allowed),
        ("convert", _("Make a Case…"), "convert" in allowed),
    ]
    return [(verb, name) for verb, name, open_ in offered if open_]
