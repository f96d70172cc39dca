"""What each person chooses for themselves: language, look, and what they are told of."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise]


THEMES: Words = {
    "system": _("Like the system"),
    "light": _("Light"),
    "dark": pgettext_lazy("theme", "Dark"),
}

DENSITIES: Words = {
    "dense": pgettext_lazy("rows", "Dense"),
    "airy": pgettext_lazy("rows", "Airy"),
}

# what one can be told of (N-1)
EVENTS: Words = {
    "mentioned": _("Somebody mentions me in a note"),
    "approval": _("An approval is decided"),
    "problem": _("A Case of mine has a problem"),
    "assigned": _("Something is assigned to me"),
    "returned": _("What I had and did not begin goes back to its queue"),
    "unsent": _("A mail did not go out, or came back"),
    "mail": _("A mail arrives"),
    "overdue": _("It is overdue"),
    "due_soon": _("It is due within the hour"),
    "state": _("Its state changes"),
    "written": _("A colleague writes a note or a mail"),
    "queued": _("Something new is in the queue"),
}

TIES: Words = {
    "me": _("Meant for me"),
    "inbox": _("Items assigned to me or owned by me"),
    "followed": _("Items that I follow"),
    "queue": _("Items waiting in my queues"),
}

CHANNELS: Words = {
    "hub": _("In Tramita"),
    "browser": _("Pop-up"),
    "mail": _("Mail"),
}
