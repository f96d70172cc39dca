"""The state control: a function a verb, each calls one service (SPEC sections 3 to 8)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tramita.domain.codes import Method
from tramita.models import Item
from tramita.queries.items import get_visible
from tramita.services import flowing, launching, ledger, prioritising, resolving, reviewing, starting, waiting, working
from tramita.web.access import StaffRequest, staff
from tramita.web.inputs import flag, moment, number, text
from tramita.web.item_page import item_page
from tramita.web.refusals import Refusing, refusal

PLAIN = {
    "start": working.start,
    "to-do": working.to_do,
    "release": working.release,
    "resume": waiting.resume,
    "next-step": flowing.next_step,
    "reopen": resolving.reopen,
}


@require_POST
@staff
def priority(request: StaffRequest, reference: str) -> HttpResponse:
    """A leader puts it first in its queue, or takes that back (Q-2, decision 81)."""
    do = prioritising.prioritise if flag(request, "first") else prioritising.deprioritise
    return act(request, reference, "priority", lambda item: do(item, by=request.actor, at=timezone.now()))


def act(
    request: StaffRequest,
    reference: str,
    panel: str,
    use_case: Callable[[Item], object],
    answer: Callable[[Item], HttpResponse] | None = None,
) -> HttpResponse:
    """Do it to the item as the page showed it; refused, the same page comes back with what was typed (Z-2)."""

    def on_what_was_shown(item: Item) -> None:
        as_shown(item, request.POST.get("version", ""))
        use_case(item)

    return unchecked(request, reference, panel, on_what_was_shown, answer)


def unchecked(
    request: StaffRequest,
    reference: str,
    panel: str,
    use_case: Callable[[Item], object],
    answer: Callable[[Item], HttpResponse] | None = None,
) -> HttpResponse:
    """As above, whatever version the page showed: for what is only added to the conversation."""
    item = get_visible(request.actor, reference)
    try:
        use_case(item)
    except Refusing as error:
        return item_page(request, reference, refused=refusal(panel, error, request.POST))
    return answer(item) if answer else redirect("item", item.reference)


def as_shown(item: Item, version: str) -> None:
    """Refuse when somebody changed the item since the page was made. Raises: StaleVersion."""
    if version.isdecimal() and int(version) != item.version:
        raise ledger.stale(item.pk, int(version))


def plain(verb: str) -> Callable[..., HttpResponse]:
    """The view of a verb that needs nothing."""

    @require_POST
    @staff
    def press(request: StaffRequest, reference: str) -> HttpResponse:
        return act(request, reference, verb, lambda item: PLAIN[verb](item, by=request.actor, at=timezone.now()))

    return press


@require_POST
@staff
def assign(request: StaffRequest, reference: str) -> HttpResponse:
    """T-27, T-54: to a user or robot, by id."""
    to = text(request, "to")
    target: str | int = int(to) if to.isdecimal() else to
    return act(
        request, reference, "assign", lambda item: working.assign(item, to=target, by=request.actor, at=timezone.now())
    )


@require_POST
@staff
def wait(request: StaffRequest, reference: str) -> HttpResponse:
    """T-30, T-31, C-50; the date is read in the person's zone (W-15)."""

    def use_case(item: Item) -> None:
        waiting.wait(
            item,
            type=text(request, "type") or None,
            until=moment(request, "until"),
            days=number(request, "days"),
            close_if_no_response=flag(request, "close_if_no_response"),
            by=request.actor,
            at=timezone.now(),
        )

    return act(request, reference, "wait", use_case)


@require_POST
@staff
def resolve(request: StaffRequest, reference: str) -> HttpResponse:
    """T-35, C-55, A-38; the reminder of R-8 is this page with the note beside."""

    def use_case(item: Item) -> None:
        note = text(request, "note")
        method = text(request, "method") or None
        resolving.resolve(item, method=method, note=note, by=request.actor, at=timezone.now())

    return act(request, reference, "resolve", use_case)


@require_POST
@staff
def unable(request: StaffRequest, reference: str) -> HttpResponse:
    """A-22: a reason, and the page closes."""

    def use_case(item: Item) -> None:
        reason, method = text(request, "reason"), Method.UNABLE_TO_COMPLETE
        resolving.resolve(item, method=method, reason=reason, by=request.actor, at=timezone.now())

    return act(request, reference, "unable", use_case, lambda item: _closed(request, item, _("%s cannot be completed")))


@require_POST
@staff
def review(request: StaffRequest, reference: str) -> HttpResponse:
    """A-41, A-42: the verdict is the button."""

    def use_case(item: Item) -> None:
        passed, reason = {"yes": True, "no": False}.get(text(request, "pass")), text(request, "reason")
        reviewing.review(item, passed=passed, reason=reason, by=request.actor, at=timezone.now())

    return act(request, reference, "review", use_case)


@require_POST
@staff
def abort(request: StaffRequest, reference: str) -> HttpResponse:
    """C-56: confirmed by a tick."""
    confirmed = request.POST.get("confirmed") == "yes"
    sub_cases = flag(request, "sub_cases") or not flag(request, "asked")  # asked only where there may be some (C-60)

    def use_case(item: Item) -> None:
        resolving.abort(item, confirmed=confirmed, sub_cases=sub_cases, by=request.actor, at=timezone.now())

    return act(request, reference, "abort", use_case)


@require_POST
@staff
def submit(request: StaffRequest, reference: str) -> HttpResponse:
    """T-23, C-42; the page closes and a message carries the reference (T-7)."""
    return act(
        request,
        reference,
        "draft",
        lambda item: starting.submit(item, by=request.actor, at=timezone.now()),
        lambda item: submitted(request, item),
    )


@require_POST
@staff
def discard(request: StaffRequest, reference: str) -> HttpResponse:
    """T-53: a Draft goes."""

    def gone(item: Item) -> HttpResponse:
        messages.info(request, _("The draft %s is discarded.") % item.reference)
        return redirect("inbox")

    return act(
        request, reference, "discard", lambda item: starting.discard(item, by=request.actor, at=timezone.now()), gone
    )


@require_POST
@staff
def launch(request: StaffRequest, reference: str) -> HttpResponse:
    """C-11: Actions by hand; the tab stays."""

    def use_case(item: Item) -> None:
        launching.launch(
            item,
            action=text(request, "action"),
            copies=number(request, "copies") or 0,
            due=moment(request, "due"),
            instructions=text(request, "instructions") or None,
            by=request.actor,
            at=timezone.now(),
        )

    return act(
        request, reference, "launch", use_case, lambda item: redirect(f"{item_address(item.reference)}?tab=actions")
    )


def submitted(request: StaffRequest, item: Item) -> HttpResponse:
    """T-7: the page closes, and what says so links to the item."""
    return _closed(request, item, _("Submitted as %s"))


def item_address(reference: str) -> str:
    """The path of an item's page."""
    return redirect("item", reference)["Location"]


def _closed(request: StaffRequest, item: Item, sentence: str) -> HttpResponse:
    link = format_html('<a href="{}">{}</a>', item_address(item.reference), item.reference)
    before, _mark, after = sentence.partition("%s")
    messages.success(request, format_html("{}{}{}", before, link, after))
    return redirect("inbox")
