"""Changing many items at once: the page that asks what is to be done, the job, and the way back (Z-7, BK-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.bulk import OFFERED, Bulk, can_be_undone
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Job
from tramita.queries import absences, jobs, narrowed, reporting, startable, views, worklists
from tramita.queries.jobs import JobView
from tramita.queries.visibility import may
from tramita.queries.worklists import Place
from tramita.services import bulk
from tramita.ui import labels
from tramita.ui.absence import with_absence
from tramita.web import inputs, shown_bulk
from tramita.web.access import StaffRequest, staff
from tramita.web.asked import Look, look_in, reader_of
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

SHOWN = 12  # titles on the page that asks


@dataclass(frozen=True, slots=True)
class Chosen:
    """The items that were ticked, or all of a list; `carried` says it again in the next form."""

    ids: Sequence[int]
    carried: Sequence[tuple[str, str]]
    back: str

    @property
    def too_many(self) -> bool:
        """More than one job takes; not all of them were counted."""
        return len(self.ids) > settings.TRAMITA_BULK_LIMIT


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def ask(request: StaffRequest) -> HttpResponse:
    """The changes that this person made; after a form with ticked items, what is to be done to them."""
    if request.method == "POST":
        _require(request)
        return _asked(request, chosen(request, timezone.now()))
    found, following = jobs.mine(request.actor, before=inputs.after(request))
    return page(
        request,
        "web/bulk/jobs.html",
        "bulk",
        found=[(one, shown_bulk.title(one)) for one in found],
        may_create=may(request.actor, "bulk"),
        first=request.path if "after" in request.GET else "",
        next=f"{request.path}?after={following}" if following else "",
    )


@require_POST
@staff
def start(request: StaffRequest) -> HttpResponse:
    """Have it done; the message leads to the job, and takes it back."""
    now = timezone.now()
    _require(request)
    wanted = chosen(request, now)
    try:
        if wanted.too_many:
            raise bulk.too_many()
        job = bulk.begin(
            inputs.text(request, "do"),
            wanted.ids,
            to=inputs.key(request, "to") or 0,
            category=inputs.text(request, "category"),
            tags=[inputs.text(request, "tags")],
            by=request.actor,
            at=now,
        )
    except Refusing as error:
        return _asked(request, wanted, refusal("bulk", error, request.POST))
    said = shown_bulk.what(job.change, job.given.get("name", ""))
    _say(request, job, said, undo=can_be_undone(Bulk(job.change)))
    return redirect(wanted.back)


@require_safe
@staff
def job(request: StaffRequest, number: int) -> HttpResponse:
    """How far it is, what came of each item, and why."""
    view = jobs.get_job(request.actor, number)
    outcome = request.GET.get("outcome", "")
    lines, following = jobs.lines(request.actor, view.job, outcome=outcome, after=inputs.after(request) or 0)
    here, narrowed_to = reverse("job", args=[number]), f"outcome={outcome}&" if outcome else ""
    return page(
        request,
        "web/bulk/job.html",
        "bulk",
        view=view,
        title=shown_bulk.title(view),
        outcome=outcome,
        lines=[(line, shown_bulk.why(line)) for line in lines],
        own=view.job.person_id == request.actor.id,
        first=f"{here}?{narrowed_to}" if "after" in request.GET else "",
        next=f"{here}?{narrowed_to}after={following}" if following else "",
    )


@require_POST
@staff
def undo(request: StaffRequest, number: int) -> HttpResponse:
    """Take back what was done; back to where the button was, or to the job that does it."""
    view = _own(request, number)
    try:
        made = bulk.undo(view.job, by=request.actor, at=timezone.now())
    except Refusing as error:
        messages.error(request, refusal("bulk", error, request.POST).sentence)
        return redirect("job", number)
    came_from = request.htmx.current_url_abs_path or ""
    if not came_from or came_from.startswith(reverse("bulk")):
        return redirect("job", made.pk)
    _say(request, made, shown_bulk.title(jobs.get_job(request.actor, made.pk)), undo=False)
    return redirect(_safe(came_from))


@require_POST
@staff
def stop(request: StaffRequest, number: int) -> HttpResponse:
    """Leave the rest alone."""
    bulk.stop(_own(request, number).job, by=request.actor)
    return redirect("job", number)


def _own(request: StaffRequest, number: int) -> JobView:
    _require(request)
    return jobs.get_job(request.actor, number)


def _require(request: StaffRequest) -> None:
    """Told at once, and not after a form was filled in; the service asks again."""
    if not may(request.actor, "bulk"):
        raise NotPermitted("You may not change many items at once.")


def _say(request: StaffRequest, made: Job, said: str, *, undo: bool) -> None:
    many = ngettext("%(num)d item", "%(num)d items", made.total) % {"num": made.total}
    link = format_html('<a href="{}">{}</a>', reverse("job", args=[made.pk]), _("Look"))
    tags = f"undo {reverse('undo-job', args=[made.pk])}" if undo else ""
    messages.success(request, format_html("{}: {} {}", said, many, link), extra_tags=tags)


def chosen(request: StaffRequest, now: datetime) -> Chosen:
    """What a form with ticked rows means now. Who may see less than when it was made, changes less."""
    back = _safe(inputs.text(request, "back"))
    if inputs.flag(request, "all"):
        look, here = look_in(request.POST), inputs.text(request, "here")
        ids = _whole(request, here, look, now)
        return Chosen(ids, [("all", "1"), ("here", here), ("back", back), *look.pairs()], back)
    ids_of, _missing = jobs.named(request.actor, request.POST.getlist("item"))
    return Chosen(list(ids_of.values()), [("back", back), *(("item", one) for one in ids_of)], back)


def _whole(request: StaffRequest, here: str, look: Look, now: datetime) -> list[int]:
    reader = reader_of(request, now)
    place = _place(request, here) or narrowed.everywhere(look.narrowing, reader)
    narrow = narrowed.narrow(look.narrowing, reader)
    return jobs.all_of(place, request.actor, narrow, limit=settings.TRAMITA_BULK_LIMIT)


def _place(request: StaffRequest, here: str) -> Place | None:
    """The list of that name; None for a view, which is every list at once. Raises: NotFound."""
    name, _colon, key = here.partition(":")
    if name == "view":
        return None
    if name == "queue":
        return worklists.of_queue(key)[0]
    known = {"inbox": worklists.inbox, "owned": worklists.owned}
    if name in known:
        return known[name](request.actor)
    around = reporting.places(request.actor, reporting.line_of(request.actor)) if name == "team" else {}
    if key not in around:
        raise NotFound("There is no such list.")
    return around[key]


def _safe(address: str) -> str:
    """An address of ours, or the Inbox."""
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else reverse("inbox")


def _asked(request: StaffRequest, wanted: Chosen, refused: Refusal | None = None) -> HttpResponse:
    """The page that asks what is to be done, or says what is too much, or nothing. Cost: four statements more."""
    does, number = inputs.text(request, "do"), len(wanted.ids)
    if refused is None and (wanted.too_many or not number):
        refused = refusal("bulk", bulk.too_many() if number else bulk.nothing(), request.POST)
    return page(
        request,
        "web/bulk/ask.html",
        "bulk",
        status=refused.status if refused else 200,
        does=does if does in OFFERED else "",
        changes=[(one.value, labels.word("bulk", one)) for one in OFFERED],
        number=number,
        too_many=wanted.too_many,
        carried=wanted.carried,
        back=wanted.back,
        some=jobs.titles(request.actor, wanted.ids[:SHOWN]),
        people=_people() if number else (),
        categories=_categories(request) if number else (),
        **readers(refused),
    )


def _people() -> list[tuple[int, str]]:
    """Who works here, and who of them is away."""
    people = [(int(number), name) for number, name in views.choices().get("person", ())]
    return with_absence(people, absences.workers_away(timezone.now()))


def _categories(request: StaffRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """Under the names of what is above them, as the tray has them."""
    found = []
    for group in startable.startable(request.actor):
        choices = [(one.value.partition(":")[2], one.title) for one in group.choices if one.kind == "category"]
        if choices:
            found.append((group.title, choices))
    return found
