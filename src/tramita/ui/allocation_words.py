"""Why an item went where it is (Z-9)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tramita.domain.allocation import Why

WHY: Mapping[str, Any] = {
    Why.KEPT_WITH_USER: _("kept with who worked on it"),
    Why.RULE_USER: _("to whom its rule names"),
    Why.RULE_POSITION: _("to a holder of the position that its rule names"),
    Why.RULE_SECONDARY: _("to the backup that its rule names"),
    Why.RULE_SECONDARY_POSITION: _("to a holder of the position that is the backup of its rule"),
    Why.OWNER: _("to its owner, as there was a problem"),
    Why.QUEUE: _("to its queue"),
    Why.NONE: _("nowhere: its rule names nobody and no queue"),
    "by_hand": _("by hand"),
}
