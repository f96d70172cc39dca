"""Running Cases move to the newest version of their type: what it would do is shown, then it is begun (decision 48)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.upgrades import Chosen, Fate
from tramita.queries import builder, upgrades
from tramita.queries.shell import operates
from tramita.queries.upgrades import Preview, Versions
from tramita.services import upgrading_many
from tramita.web import inputs, shown_process
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

CLOSE = ":close"  # no name of an Action has a colon


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def upgrade(request: StaffRequest, path: str) -> HttpResponse:
    """The move from `?from=3` to the newest version; a POST begins it, and leads to the job."""
    if not operates(request.actor):
        raise NotPermitted("Only those who configure the desk may do this.")
    found = upgrades.versions(path, _number(request.GET.get("from", "")))
    if request.method != "POST":
        return _shown(request, path, found, _chosen(request.GET))
    chosen = _chosen(request.POST)
    new = inputs.key(request, "to") or 0
    try:
        job = upgrading_many.begin(
            path, old=found.old_number, new=new, chosen=chosen, by=request.actor, at=timezone.now()
        )
    except Refusing as error:
        return _shown(request, path, found, chosen, refusal("upgrade", error, request.POST))
    messages.success(request, _("They move, one after the other. You may leave this page."))
    return redirect("job", job.pk)


def _shown(
    request: StaffRequest, path: str, found: Versions, chosen: Chosen, refused: Refusal | None = None
) -> HttpResponse:
    """Cost: the tree, and what the preview costs."""
    preview, new, taken = upgrades.preview(found, chosen), found.new, found.old.actions
    return page(
        request,
        "web/builder/upgrade.html",
        "builder",
        status=refused.status if refused else 200,
        tree=builder.tree(),
        kind="case_type",
        path=path,
        found=found,
        preview=preview,
        places=[(step.name, step.title) for step in new.steps],
        stand_ins=[(name, one.title) for name, one in new.actions.items() if name not in taken],
        chosen={**{f"step-{old}": to for old, to in chosen.steps.items()}, **_answers(chosen)},
        close=CLOSE,
        pairs=_told(preview, found),
        address=shown_process.address,
        **readers(refused),
    )


def _answers(chosen: Chosen) -> dict[str, str]:
    return {f"action-{old}": to or CLOSE for old, to in chosen.actions.items()}


def _told(preview: Preview, found: Versions) -> list[tuple[str, int]]:
    """What would come of it, in figures; what does not happen is not told."""
    fates = preview.fates
    every = [
        (_("Cases that go on where they stand"), fates[Fate.MOVES]),
        (_("Cases whose step is complete by it: the next begins"), fates[Fate.GOES_ON]),
        (_("Cases that keep version %(number)s") % {"number": found.old_number}, fates[Fate.STAYS]),
        (_("Actions that are closed"), preview.closed),
        (_("Actions that go on as they are"), preview.kept),
    ]
    return [(said, count) for said, count in every if count]


def _chosen(asked: Mapping[str, Any]) -> Chosen:
    """What a form says of steps and Actions; an empty answer is none."""
    given = {name: str(asked[name]) for name in asked if asked[name]}
    steps = {name.removeprefix("step-"): to for name, to in given.items() if name.startswith("step-")}
    actions = {name.removeprefix("action-"): to for name, to in given.items() if name.startswith("action-")}
    return Chosen(steps, {name: None if to == CLOSE else to for name, to in actions.items()})


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 9:
        raise NotFound("There is no such version, or it is the newest.")
    return int(typed)
