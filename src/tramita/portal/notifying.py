"""Whether this browser tells its owner at once what waits for them (AP-17)."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tramita.portal.access import CustomerRequest, customer, shown
from tramita.portal.requests import around
from tramita.ui import pushing


@require_safe
@customer
def notifications(request: CustomerRequest) -> HttpResponse:
    """The switch, and the browsers where it is on."""
    return shown(
        request,
        "portal/notifications.html",
        here="",
        push=pushing.switch(request.person),
        **around(request),
    )
