"""What is decided on a mail that did not go out: send it again, it arrived, do not send it (MAIL-111, MAIL-113)."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tramita.models import Item
from tramita.queries.outbox import mail_of
from tramita.services import settling_mail
from tramita.web.access import StaffRequest, staff
from tramita.web.moves import unchecked

DECISIONS = {
    "resend": settling_mail.resend,
    "arrived": settling_mail.settle_as_sent,
    "give-up": settling_mail.give_up,
}


def decide(name: str) -> Callable[..., HttpResponse]:
    """The view of a decision."""

    @require_POST
    @staff
    def press(request: StaffRequest, reference: str, number: int) -> HttpResponse:
        def use_case(item: Item) -> None:
            DECISIONS[name](mail_of(item, number), by=request.actor, at=timezone.now())

        return unchecked(request, reference, "mail", use_case)

    return press
