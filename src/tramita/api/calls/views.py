"""Saved views: the lists that people named, and what is in them (H-7)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answers
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.items import ItemPage
from tramita.api.schemas.views import ViewChange, ViewIn, ViewOut, ViewPage
from tramita.domain.actors import Actor
from tramita.domain.errors import FieldError, Invalid
from tramita.domain.narrowing import TAG, is_own, read
from tramita.models import View
from tramita.queries import views as queries
from tramita.queries.names import who
from tramita.queries.viewed import items_of
from tramita.queries.worklists import ORDERS
from tramita.services import views
from tramita.services.views import Wanted
from tramita.ui import list_words
from tramita.ui.worklist import COLUMNS

router = Router(tags=["Views"])
ALONE = "nobody"


@router.get("/views", response=ViewPage, operation_id="list_views")
def list_views(request: HttpRequest, wanted: Query[Paging]) -> ViewPage:
    """The caller's own, and those shared with a team of theirs or with everybody."""
    by = queries.at_work(caller(request))
    rows, last = queries.listed_for(by, after=position_of(wanted.cursor), limit=wanted.limit)
    return ViewPage(results=[_view(one, by) for one in rows], next=cursor_for(last))


@router.post("/views", response={201: ViewOut}, operation_id="make_view")
def make_view(request: HttpRequest, given: ViewIn) -> Status[ViewOut]:
    """Save a list under a name. With a team shares who is in it, with everybody who leads."""
    by = queries.at_work(caller(request))
    made = views.make(_wanted(given.model_dump()), by=by, at=timezone.now())
    return Status(201, _view(made, by))


@router.get("/views/{int:number}", response=ViewOut, operation_id="read_view")
def read_view(request: HttpRequest, number: int) -> ViewOut:
    """One of them."""
    by = queries.at_work(caller(request))
    return _view(queries.get_view(by, number), by)


@router.patch("/views/{int:number}", response=ViewOut, operation_id="change_view")
def change_view(request: HttpRequest, number: int, given: ViewChange) -> ViewOut:
    """One's own; of shared ones also who sets the desk's configuration live."""
    by = queries.at_work(caller(request))
    view = queries.get_view(by, number)
    version = view.version if given.version is None else given.version
    wanted = _wanted(_as_given(view) | given.model_dump(exclude_unset=True, exclude={"version"}))
    views.change(view, wanted, version=version, by=by, at=timezone.now())
    return _view(queries.get_view(by, number), by)


@router.delete("/views/{int:number}", response={204: None}, operation_id="delete_view")
def delete_view(request: HttpRequest, number: int) -> Status[None]:
    """It is gone for everybody it was shared with."""
    by = queries.at_work(caller(request))
    views.delete(queries.get_view(by, number), by=by, at=timezone.now())
    return Status(204, None)


@router.get("/views/{int:number}/items", response=ItemPage, operation_id="list_view_items")
def list_view_items(request: HttpRequest, number: int, wanted: Query[Paging]) -> ItemPage:
    """What the caller finds in it now, in its order: “me” is the caller, today the caller's day."""
    by = queries.at_work(caller(request))
    view = queries.get_view(by, number)
    items, following = items_of(view, by, at=timezone.now(), cursor=wanted.cursor, limit=wanted.limit)
    return ItemPage(results=item_answers(request, items), next=following)


def _wanted(given: dict[str, Any]) -> Wanted:
    """Raises: Invalid, for every word that no list knows: a page leaves it out, a program is told."""
    given = {name: value or EMPTY[name] for name, value in given.items()}
    if faults := list(_faults(given)):
        raise Invalid(faults)
    return Wanted(
        title=given["title"],
        narrowing=read(given["narrowing"]),
        columns=given["columns"],
        sort=given["sort"],
        grouping=given["group"],
        shared="" if given["shared"] == ALONE else given["shared"],
        team=given["team"],
    )


EMPTY: dict[str, Any] = {
    "title": "",
    "narrowing": {},
    "columns": [],
    "sort": "due",
    "group": "",
    "shared": ALONE,
    "team": "",
}


def _faults(given: dict[str, Any]) -> Iterator[FieldError]:
    narrowing = given["narrowing"]
    kept = dict(read(narrowing))
    for name, values in narrowing.items():
        lost = name != TAG and {one.strip() for one in values} - set(kept.get(name, ()))  # tags are spelled anew
        if lost or name not in kept:
            yield FieldError(f"narrowing.{name}", "unknown", "No list is narrowed by this.")
    if unknown := [one for one in given["columns"] if one not in COLUMNS and not is_own(one)]:
        yield FieldError("columns", "unknown", "There is no column “%(name)s”.", {"name": unknown[0]})
    if given["sort"] not in ORDERS:
        yield _one_of("sort", ORDERS)
    if given["group"] not in ("", *list_words.GROUPS):
        yield _one_of("group", list_words.GROUPS)


def _one_of(field: str, words: Any) -> FieldError:
    return FieldError(field, "unknown", "Choose among these: %(words)s.", {"words": ", ".join(words)})


def _as_given(view: View) -> dict[str, Any]:
    """The view as it would be made anew; a value that is none any more is left out."""
    return {
        "title": view.title,
        "narrowing": {name: list(values) for name, values in queries.narrowing_of(view)},
        "columns": _columns(view.columns),
        "sort": view.sort if view.sort in ORDERS else "due",
        "group": view.grouping if view.grouping in list_words.GROUPS else "",
        "shared": view.shared or ALONE,
        "team": view.team.key if view.team else "",
    }


def _columns(kept: Sequence[str]) -> list[str]:
    return [one for one in kept if one in COLUMNS or is_own(one)]


def _view(view: View, by: Actor) -> ViewOut:
    owner = view.owner
    facts = _as_given(view) | {
        "id": view.pk,
        "owner": who(owner.pk, owner.name, owner.email or "", owner.role),
        "may_change": queries.may_change(by, view),
        "version": view.version,
        "updated_at": view.updated_at,
    }
    return ViewOut.model_validate(facts | {name: facts[name] or None for name in ("group", "team")})
