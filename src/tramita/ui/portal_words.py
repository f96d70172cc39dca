"""What whoever asked reads of their request, and what they may say of how it was done."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tramita.domain.codes import State

Words = Mapping[str, Promise]

REQUESTS: Words = {  # the states, in words of who asked
    State.DRAFT: _("Waits for an approval"),
    State.TO_DO: pgettext_lazy("request", "Received"),
    State.IN_PROGRESS: _("We are working on it"),
    State.WAITING: pgettext_lazy("request", "Waiting"),
    State.RESOLVED: pgettext_lazy("request", "Done"),
    State.CLOSED: pgettext_lazy("request", "Closed"),
}

RATINGS: Words = {
    "5": pgettext_lazy("rating", "Very content"),
    "4": pgettext_lazy("rating", "Content"),
    "3": pgettext_lazy("rating", "So-so"),
    "2": pgettext_lazy("rating", "Not content"),
    "1": pgettext_lazy("rating", "Not content at all"),
}
