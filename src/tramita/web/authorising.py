"""To the provider's page of consent and back: a mailbox is authorised by one click (MAIL-11)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tramita.domain.errors import Conflict
from tramita.queries.mailboxes import get_box
from tramita.services import authorising
from tramita.ui import errors
from tramita.web.access import StaffRequest, staff

ASKED = "mailbox_authorisation"  # in the session; one consent at a time
SAID = ("state", "code", "error", "error_description")


@require_safe
@staff
def authorise(request: StaffRequest, address: str) -> HttpResponse:
    """A link and no form: our pages send forms to nobody else."""
    try:
        page, asked = authorising.begin(get_box(address), back=_back(), by=request.actor)
    except Conflict as refused:
        messages.error(request, errors.sentence(refused))
        return redirect("mailbox", address)
    request.session[ASKED] = asked
    return HttpResponseRedirect(page)


@require_safe
@staff
def authorised(request: StaffRequest) -> HttpResponse:
    """Where the provider sends the browser; a code serves once, so the page that it leads to may be loaded again."""
    asked = request.session.pop(ASKED, None)
    answer = {name: request.GET.get(name, "") for name in SAID}
    if asked is None:
        messages.error(request, _("This consent was not asked for here. Begin again."))
        return redirect("mailboxes")
    address = asked["mailbox"]
    try:
        authorising.complete(get_box(address), asked, answer, back=_back(), by=request.actor, at=timezone.now())
    except Conflict as refused:
        messages.error(request, errors.sentence(refused))
    else:
        messages.success(request, _("The mailbox is authorised. It is fetched at once."))
    return redirect("mailbox", address)


def _back() -> str:
    """As it must stand among the redirect addresses that the provider knows."""
    return settings.TRAMITA_BASE_URL.rstrip("/") + reverse("mailbox-authorised")
