"""Who works a queue: leaders add and take away people, robots and whole farms, and set strict mode (Q-3, Q-10)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import NotPermitted
from tramita.queries import teams
from tramita.queries.desk_choices import choices
from tramita.services import desk_settings, leading_queues
from tramita.services.leading_queues import Changed
from tramita.ui import spans
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page


@require_http_methods(["GET", "POST"])
@staff
def people(request: StaffRequest, key: str) -> HttpResponse:
    """The members, each with what may be done about them; one form changes one thing."""
    if request.method == "GET":
        return _page(request, key)
    try:
        new = leading_queues.change(key, _wanted(request), by=request.actor, at=timezone.now())
    except Refusing as error:
        return _page(request, key, refusal("people", error, request.POST))
    messages.success(request, _("Saved.") if new else _("Nothing changed."))
    return redirect("queue-people", key)


def _wanted(request: StaffRequest) -> Changed:
    def some(name: str) -> list[str]:
        return [one for one in request.POST.getlist(name) if one]

    strict = inputs.text(request, "strict")
    return Changed(
        add=some("add"),
        remove=some("remove"),
        add_farms=some("add_farms"),
        remove_farms=some("remove_farms"),
        add_managers=[request.actor.email] if inputs.flag(request, "join") else some("add_managers"),
        remove_managers=some("remove_managers"),
        strict={"on": True, "off": False}.get(strict),
    )


def _page(request: StaffRequest, key: str, refused: Refusal | None = None) -> HttpResponse:
    """Cost: the queue, its members, and who could be one."""
    if not leading_queues.may_keep(request.actor, key):
        raise NotPermitted("Only a leader says who works this queue.")
    queue = desk_settings.current("queues", key)
    members, farms = teams.members(key), teams.farms()
    inside = {one.called for one in members if not one.by_farm}
    inside_farms = queue.get("farms", [])
    return page(
        request,
        "web/queue_people.html",
        "queues",
        status=refused.status if refused else 200,
        key=key,
        title=queue["title"],
        strict=queue.get("strict", False),
        idle=spans.return_of_idle(queue.get("return_idle")),
        members=members,
        others=[one for one in choices("user", "robot") if one[0] not in inside],
        farms=[(name, f"{name} · {len(robots)}") for name, robots in farms.items() if name not in inside_farms],
        inside_farms=[(name, len(farms.get(name, ()))) for name in inside_farms],
        managing=any(one.manager and one.called == request.actor.email for one in members),
        **readers(refused),
    )
