"""Whether it is done, and how good it was: on the page of a request, or by the link of a mail (T-45).

By the link nobody signs in; looking changes nothing, for programs that look for malice open every link.
"""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, Invalid, NotFound, TramitaError
from tramita.models import Item
from tramita.portal.by_mail import kept_secret, too_often
from tramita.queries.feedback import said_of
from tramita.services import feedback, feedback_link
from tramita.services.feedback_link import Asked
from tramita.ui import errors
from tramita.ui.allowance import Allowances

A_MINUTE = 30  # of one address and process
SAYS = {"yes": feedback.confirm, "no": feedback.dispute}
THANKS = {
    "yes": gettext_lazy("Thank you for telling us."),
    "no": gettext_lazy("We take it up again. Thank you for telling us."),
}
allowances = Allowances()


def give(typed: QueryDict, item: Item, *, by: Actor, at: datetime, way: str = "") -> str:
    """Keep what the form says; the thanks for it. Raises: Invalid, Conflict."""
    done, rating = typed.get("done", ""), typed.get("rating", "")
    if done not in SAYS or rating not in ("", *map(str, feedback.RATINGS)):
        raise Invalid.one("rating", "invalid", "Choose one.")
    SAYS[done](item, rating=int(rating) if rating else None, comment=typed.get("comment", ""), by=by, at=at, way=way)
    return str(THANKS[done])


@csrf_exempt  # nothing to steal: who knows the address may say it, whatever the browser carries; so no cookie is set
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is asked, or keep what is said."""
    return too_often(request, allowances, A_MINUTE) or kept_secret(_answer(request, key))


def _answer(request: HttpRequest, key: str) -> HttpResponse:
    try:
        asked = feedback_link.read(key, at=timezone.now())
    except NotFound:
        return render(request, "portal/no_link.html", status=404)
    zone = ZoneInfo(asked.person.time_zone or settings.TIME_ZONE)
    with translation.override(asked.person.language or settings.LANGUAGE_CODE), timezone.override(zone):
        return _give(request, asked) if request.method == "POST" else _page(request, asked)


def _give(request: HttpRequest, asked: Asked) -> HttpResponse:
    now = timezone.now()
    try:
        if not asked.open:
            raise Conflict("The time for this is over. Write to us instead.", code="window_over")
        give(request.POST, asked.item, by=asked.by, at=now, way=feedback_link.WAY)
    except (Invalid, Conflict) as refused:
        return _page(request, asked, refused=refused)
    said = urlencode({"said": request.POST["done"]})
    return redirect(f"{request.path}?{said}")


def _page(request: HttpRequest, asked: Asked, *, refused: TramitaError | None = None) -> HttpResponse:
    thanks = str(THANKS.get(request.GET.get("said", ""), "")) if request.method != "POST" else ""
    context = {
        "title": asked.item.title,
        "reference": asked.item.reference,
        "person": asked.person.name or asked.person.email,
        "open": asked.open and not thanks,
        "until": asked.item.window_ends_at,
        "given": said_of(asked.item),
        "typed": request.POST,
        "faults": errors.by_field(refused) if refused else {},
        "thanks": thanks,
        "refused": errors.sentence(refused) if refused else "",
    }
    return render(request, "portal/feedback.html", context, status=refused.status if refused else 200)
