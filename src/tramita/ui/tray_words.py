"""What people read about mail: outcomes, deliveries, what was looked for."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]

# INTERFACES section 6
OUTCOMES: Words = {
    "created": _("Created"),
    "appended": _("Appended"),
    "woken": _("Woken"),
    "reopened": _("Reopened"),
    "unhandled": _("Unhandled"),
    "ignored": _("Ignored"),
    "duplicate": _("Seen before"),
    "failed": pgettext_lazy("mail", "Failed"),
    "deleted": _("Deleted"),
}

# MAIL-110 to MAIL-113, M-17
DELIVERIES: Words = {
    "queued": _("Queued"),
    "late": _("Late"),
    "failed": pgettext_lazy("mail", "Failed"),
    "uncertain": _("Uncertain"),
    "held": _("Held back"),
    "sent": pgettext_lazy("mail", "Sent"),
}

# what was looked for in a mail and with what result (queries.why_here)
FINDINGS: Words = {
    "no_sender": _("No usable sender: nobody could be answered"),
    "spam": _("A mail server marked it as spam"),
    "report": _("It is a report of a mail server, not a letter"),
    "answers_ours": _("It answers %(id)s, a mail of ours or to us"),
    "answers_nothing": _("It answers %(id)s: no mail of ours"),
    "no_answer": _("It answers no other mail"),
    "reference": _("Its subject names %(reference)s: that counts only for those who take part there"),
    "no_reference": _("Reference in the subject or in the address: none"),
    "route": _("Route for %(address)s: starts %(process)s"),
    "no_route": _("Route for %(address)s: none"),
    "near_route": _("Route for %(address)s: none. The nearest is %(near)s"),
    "not_named": _("It came to %(mailbox)s without naming it in To or Cc, such as by Bcc"),
}


def finding(code: str, values: Mapping[str, Any]) -> str:
    """The sentence about one thing that was looked for."""
    return str(FINDINGS[code]) % values
