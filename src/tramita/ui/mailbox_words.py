"""What a mailbox says when it is tried, and what somebody must know of at once."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tramita.ui import dns_words

Words = Mapping[str, Promise]

# why a mail server gives us nothing, by the names of `gateways.incoming` (MAIL-11, MAIL-142)
FAULTS: Words = {
    "login": _("The server refuses the user name or the password"),
    "token": _("The authorisation has ended: authorise again"),
    "tls": _("No safe connection could be made"),
    "unreachable": _("The server cannot be reached"),
    "folder": _("The folder is not there"),
    "timeout": _("The server does not answer in time"),
    "quota": _("The mailbox is full"),
    "protocol": _("The server says something unexpected"),
    **dns_words.FAULTS,
}

# the steps of the connection test (MAIL-142)
STEPS: Words = {
    "secrets": _("Find the secrets"),
    "resolve": _("Find the server"),
    "connect": _("Connect"),
    "login": _("Log in"),
    "folder": _("Open the folder"),
    "list": _("List the messages"),
    "fetch": _("Fetch the newest one's head"),
    "copies": _("Find the folder for copies"),
    **dns_words.STEPS,
}

ALERTS: Words = {
    "mailbox_login": _("A mailbox refuses its password"),
    "mailbox_token": _("A mailbox must be authorised again"),
    "mailbox_secret_ends": _("The client secret of a mailbox ends soon"),
    "mailbox_silent": _("A mailbox has not been fetched for some time"),
    "start_failed": _("A Case that starts by itself could not be started"),
    "domain_records": _("Records of a domain that were in order are so no more"),
    "robots": _("The robots that another system keeps cannot be read"),
    "loop": _("Automatic mails go round, or nearly did: some were not sent"),
    "scanner": _("The scanner of files does not answer: files that came by mail are held back"),
}
