"""How far a Case is with its steps, and why an Action was left to a person."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

# C-7: how far a Case is with a step
STEPS: Words = {
    "done": pgettext_lazy("a step of a Case", "Done"),
    "running": pgettext_lazy("a step of a Case", "Running"),
    "asked": pgettext_lazy("a step of a Case", "Done, to be moved on"),
    "to_come": pgettext_lazy("a step of a Case", "To come"),
    "left_out": pgettext_lazy("a step of a Case", "Not needed"),
}

# why the system left an Action to a person; the others are limits of automatic mail (MAIL-93)
LEFT: Words = {
    "no_recipient": _("there is nobody to write to"),
    "no_date": _("there is no date to wait for"),
    "blocked": _("the address is blocked"),
    "no_approvers": _("there is nobody who could approve it"),
    "too_few_approvers": _("not everybody who has to approve it can be asked"),
    "declined": _("it was not approved"),
    "approval_time_out": _("nobody decided in time"),
    "call": _("the other system could not be called"),
}
