"""What people read about mail: outcomes, reasons, what was looked for, faults of servers, alerts."""

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

# stable names of what mail servers refuse (MailboxState.fault)
FAULTS: Words = {
    "login": _("The server does not accept the user name or the password."),
    "token": _("The permission given at the provider has ended: somebody must authorise again."),
    "tls": _("The encrypted connection failed: certificate, name or method do not fit."),
    "unreachable": _("The server does not answer at this address and port."),
    "folder": _("There is no such folder on the server."),
    "timeout": _("The server took too long to answer."),
    "quota": _("The server says that a limit is reached."),
    "protocol": _("The server answered something unexpected."),
    "silent": _("It has not been fetched for a while."),
}

# what an operator must know (Alert.kind); `about` fills the marks
ALERTS: Words = {
    **{f"mailbox_{name}": words for name, words in FAULTS.items()},
    "tray_grows": _("Unhandled mail is growing."),
    "mail_restrained": _("Automatic answers were held back by a limit."),
    "reopened_too_often": _("Mails keep reopening the same item."),
}

# the steps of a connection test
STEPS: Words = {
    "settings": _("Settings"),
    "secret": _("Secret"),
    "connect": _("Connection"),
    "tls": _("Encryption"),
    "login": _("Sign-in"),
    "folder": _("Folder"),
    "list": _("Listing"),
    "fetch": _("Fetching"),
    "send": _("Sending"),
    "receive": _("Receiving"),
    "dkim": _("Signature of the domain"),
}


def finding(code: str, values: Mapping[str, Any]) -> str:
    """The sentence about one thing that was looked for."""
    return str(FINDINGS[code]) % values
