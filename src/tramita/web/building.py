"""The Builder: customers with their processes; one of them as it flows, as it is set, as YAML, and as it was.

Only who configures the desk as a whole comes here (SEC-1). What is published is validated with all the rest (BU-4).
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.errors import NotPermitted
from tramita.queries import builder
from tramita.queries.builder import Process
from tramita.queries.desk_choices import choices
from tramita.queries.shell import designs, operates
from tramita.services import process_drafts, process_settings
from tramita.services.definitions import WrongConfiguration
from tramita.ui import errors
from tramita.web import inputs, shown_process, shown_trial
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusal, Refusing, readers, refusal
from tramita.web.rendering import page

TABS = {
    "case_type": ("flow", "edit", "settings", "yaml", "test", "history"),
    "category": ("settings", "edit", "yaml", "test", "history"),
}


OF_DRAFTS = ("edit", "yaml", "test")  # what there is of a process that nobody published


@require_safe
@staff
def overview(request: StaffRequest) -> HttpResponse:
    """The tree, and a form for one more process."""
    permit(request)
    return _overview(request)


@require_POST
@staff
def add(request: StaffRequest) -> HttpResponse:
    """A new process, which then is filled in."""
    kind = inputs.text(request, "kind")
    service, key, title = (inputs.text(request, name) for name in ("service", "key", "title"))
    try:
        queue, due = inputs.text(request, "queue"), inputs.text(request, "due")
        now = timezone.now()
        path = process_drafts.add(kind, service, key, title, queue=queue, due=due, by=request.actor, at=now)
    except Refusing as error:
        return _overview(request, refusal("new", error, request.POST))
    messages.success(request, _("A draft of it is there. Now say what it does, then publish it."))
    return redirect(shown_process.address(kind, path, tab="edit"))


@require_http_methods(["GET", "POST"])
@staff
def process(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """One process; a POST checks, keeps or publishes the YAML of it."""
    permit(request)
    if request.method == "GET":
        return process_page(request, kind, path)
    try:
        for name, do in (("check", _check), ("save", _save), ("discard", _discard)):
            if inputs.flag(request, name):
                return do(request, kind, path)
        return _publish(request, kind, path)
    except WrongConfiguration as wrong:
        found, grave = process_settings.faults(wrong), process_settings.is_unreadable(_typed(request))
        faults = [(line, one.field, errors.fault_sentence(one)) for line, one in found]
        return process_page(request, kind, path, refusal("yaml", wrong, request.POST), faults=faults, grave=grave)
    except Refusing as error:
        return process_page(request, kind, path, refusal("yaml", error, request.POST))


def _typed(request: StaffRequest) -> str:
    return str(request.POST.get("yaml", "")).replace("\r\n", "\n")


def _check(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    text, read, now = _typed(request), inputs.text(request, "read"), timezone.now()
    new = process_settings.change(kind, path, text, read=read, check_only=True, by=request.actor, at=now)
    return process_page(request, kind, path, typed=text, checked=True, new=new)


def _save(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    """The draft is kept, whatever is to be put right in it; that is told on the page to which one comes back."""
    read, draft = inputs.text(request, "read"), inputs.key(request, "draft") or 0
    process_drafts.save(kind, path, _typed(request), read=read, draft=draft, by=request.actor, at=timezone.now())
    messages.success(request, _("The draft is kept. Nothing runs by it."))
    return redirect(shown_process.address(kind, path, tab="yaml"))


def _discard(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    return discarded(request, kind, path, shown_process.address(kind, path, tab="yaml"))


def discarded(request: StaffRequest, kind: str, path: str, back: str) -> HttpResponse:
    """The draft is thrown away; a process that was nothing else is gone with it."""
    live = builder.process(kind, path).live
    process_drafts.discard(kind, path, draft=inputs.key(request, "draft") or 0, by=request.actor)
    messages.success(request, _("The draft is gone."))
    return redirect(back if live else "builder")


def _publish(request: StaffRequest, kind: str, path: str) -> HttpResponse:
    read, draft = inputs.text(request, "read"), inputs.key(request, "draft") or 0
    now = timezone.now()
    new = process_drafts.publish(kind, path, _typed(request), read=read, draft=draft, by=request.actor, at=now)
    said = _("Published. Items that run keep the version they began with.") if new else _("Nothing changed.")
    messages.success(request, said)
    return redirect(shown_process.address(kind, path))


def process_page(
    request: StaffRequest, kind: str, path: str, refused: Refusal | None = None, *, typed: str = "", **context: Any
) -> HttpResponse:
    """Cost: the tree, the process, and what its tab shows."""
    found = builder.process(kind, path)
    tabs = tabs_of(found, kind)
    asked = "yaml" if refused or typed else request.GET.get("tab", tabs[0] if found.live else "yaml")
    asked = "test" if refused is not None and refused.panel == "trial" else asked
    tab = asked if asked in tabs else "yaml"
    shown: dict[str, Any] = {
        "faults": (),
        "checked": False,
        "new": False,
        "grave": False,
        "typing": inputs.flag(request, "typing"),  # told politely: nobody pressed anything
    } | context
    if tab == "yaml":
        shown |= _editor(request, found, kind, path, refused, typed)
    elif tab == "test":
        shown |= shown_trial.trial(request.actor, kind, path, found, refused)
    else:
        shown |= shown_process.SHOWN[tab](found, kind, request.GET)
    return page(
        request,
        "web/builder/process.html",
        "builder",
        status=refused.status if refused else 200,
        tree=builder.tree(),
        kind=kind,
        path=path,
        found=found,
        tab=tab,
        tabs=[(shown_process.address(kind, path, tab=name), name, name == tab) for name in tabs],
        address=shown_process.address,
        **shown,
        **readers(refused),
    )


def tabs_of(found: Process, kind: str) -> tuple[str, ...]:
    """What there is to see of a process that is live, or a draft only."""
    return TABS[kind] if found.live else tuple(one for one in TABS[kind] if one in OF_DRAFTS)


def _editor(
    request: StaffRequest, found: Process, kind: str, path: str, refused: Refusal | None, typed: str
) -> dict[str, Any]:
    """What is published, the draft, or what was typed. Who met somebody else's words sees them besides, and decides."""
    (now, read), draft = process_settings.written(kind, path), builder.draft(found.id)
    text, base = (draft.text, draft.base) if draft else (now, read)
    shown = {
        "draft": draft,
        "setters": [] if operates(request.actor) else builder.setters(),
        "yaml": text,
        "read": base,
        "seen": draft.number if draft else 0,
        "meanwhile": "",
    }
    if request.method == "POST":
        shown |= {"yaml": refused.typed.get("yaml", "") if refused else typed, "read": inputs.text(request, "read")}
        shown["seen"] = inputs.key(request, "draft") or 0
    if refused is not None and refused.code == "stale":
        shown |= {"meanwhile": now, "read": read}
    elif refused is not None and refused.code == "draft_stale":
        shown |= {"meanwhile": text, "read": base, "seen": draft.number if draft else 0}
    return shown


def _overview(request: StaffRequest, refused: Refusal | None = None) -> HttpResponse:
    return page(
        request,
        "web/builder/overview.html",
        "builder",
        status=refused.status if refused else 200,
        tree=builder.tree(),
        services=builder.services(),
        queues=choices("queue"),
        rules=choices("due_rule"),
        path="",
        kind="",
        address=shown_process.address,
        **readers(refused),
    )


def permit(request: StaffRequest) -> None:
    if not designs(request.actor):
        raise NotPermitted("Only those who configure the desk may do this.")
