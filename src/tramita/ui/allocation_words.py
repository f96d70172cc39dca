"""Why an item went where it is (Z-9)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tramita.domain.allocation import Why

WHY: Mapping[str, Any] = {
    Why.KEPT_WITH_USER: _("kept with who worked on it"),
    Why.RULE_USER: _("to the person of its rule"),
    Why.RULE_POSITION: _("to a holder of its position"),
    Why.RULE_SECONDARY: _("to the backup of its rule"),
    Why.RULE_SECONDARY_POSITION: _("to a holder of its backup position"),
    Why.OWNER: _("to its owner, as there was a problem"),
    Why.QUEUE: _("to its queue"),
    Why.NO_SKILL: _("to its queue, as nobody of its rule has the skills"),
    Why.NONE: _("nowhere: its rule names nobody and no queue"),
    "by_hand": _("by hand"),
    "taken": _("taken up by who works on it"),
    "released": _("given back to its queue"),
    "not_begun": _("back in its queue, as nobody began it in time"),
    "rejected": _("to people, as a robot could not do it"),
    "proposed": _("to people, who decide about what a robot proposed"),
    "lease_ended": _("back in its queue, as the robot that had it gave no sign of life"),
    "left_team": _("to its team, as who had it cannot work it any more"),
    "handed_on": _("from somebody who left, as their draft"),
    "review": _("to its reviewers"),
    "reviewed": _("back to who did it, after the review"),
}
