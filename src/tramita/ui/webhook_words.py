"""What webhooks are told, what becomes of it, and why."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: Mapping[str, Any] = {
    "item.created": _("An item came to be"),
    "item.updated": _("Something about an item changed"),
    "item.state_changed": _("An item went to another state"),
    "communication.created": _("A mail came or left, or a note was written"),
    "approval.requested": _("Managers were asked to approve"),
    "approval.decided": _("A manager decided"),
    "test": _("Test"),
}
STATES: Mapping[str, Any] = {
    "pending": _("Waits"),
    "done": _("Taken"),
    "failed": _("Given up"),
}
OUTCOMES: Mapping[str, Any] = {
    "taken": _("It was taken."),
    "refused": _("It was refused."),
    "gone": _("It wants to hear nothing more."),
    "slow": _("It did not answer in time."),
    "unreachable": _("It could not be reached."),
    "no_address": _("There is no such host."),
    "inside": _("It leads into the own network, which TRAMITA_WEBHOOK_ALLOW does not allow."),
    "too_large": _("Its answer was too large."),
    "unsealed": _("Its secret cannot be read any more. Make a new one."),
    "off": _("It was switched off."),
    "not_allowed": _("Whose webhook it is may not hear of this any more."),
}
