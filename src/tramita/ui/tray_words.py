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

# why a message lies in the tray (MAIL section 9); what is not named here is said as it is
REASONS: Words = {
    "no route": _("No route for any of its addresses"),
    "no sender": _("It has no usable sender"),
    "agent of another company": _("Its sender works here for another company"),
    "spam": _("Taken for spam"),
    "too large": _("It is larger than what is taken"),
    "report on a mail that was not ours": _("A report on a mail that was not ours"),
    "unverified sender": _("It says that one of us wrote it, and nothing proves it"),
    "loop": _("Our own mail going round"),
    "probe": _("A mail that the mailbox sent to itself"),
    "own address": _("From one of our own addresses"),
    "blocked": _("Its sender is blocked"),
    "automatic answer to an automatic mail": _("An automatic answer to an automatic mail"),
    "automatic answer to a notification": _("An automatic answer to a notification"),
    "report on a notification": _("A report on a notification"),
    "answer to a notification": _("It answers a notification, and nothing proves that a colleague wrote it"),
    "answer to news of several items": _("It answers news of several items"),
    "answer to a notification on a Closed item": _("It answers a notification on a Closed item"),
    "reopened too often": _("Only appended: mails keep reopening the item"),
    "unconfigured_address": _("Rejected - unconfigured e-mail address"),
    "The raw message is not in the storage.": _("The message itself is not kept any more."),
}

# how a mail found its item (MAIL-70, MAIL-82)
WAYS: Words = {
    "address_token": _("found by the address it was sent to"),
    "signed_id": _("found by the mail it answers"),
    "stored_id": _("found by an earlier mail it answers"),
    "report": _("found by the mail it reports on"),
    "subject": _("found by the reference in its subject"),
    "body_tag": _("found by the mark in its text"),
    "answered": _("found by a later mail that answers it"),
    "split": _("copied from the Ticket that was split"),
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
