"""`If-Match: "VERSION"` on the writes of an item, `ETag` on its answers (Z-2, RFC 9110 section 13)."""

import re
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from tramita.api.auth import caller
from tramita.domain.codes import Method
from tramita.domain.errors import Invalid, StaleVersion, TransitionNotAllowed
from tramita.models import Item
from tramita.queries.facts import allowed
from tramita.queries.items import get_visible
from tramita.queries.regroupings import living
from tramita.services.ledger import stale
from tramita.services.transactions import writing

R = TypeVar("R")
HEADER = "If-Match"
TRIES = 8  # two writers without a version meet; the second looks again


def etag(version: int) -> str:
    """The version as a header carries it."""
    return f'"{version}"'


def wanted_version(request: HttpRequest) -> int | None:
    """The version the caller saw; None without the header and for `*`. Raises: Invalid."""
    given = request.headers.get(HEADER, "*").strip()
    if given == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', given, re.ASCII)
    if not found:
        raise Invalid.one(HEADER, "wrong_version", 'This must be a version in quotes, like "7".')
    return int(found[1])


def change_item(request: HttpRequest, reference: str, change: Callable[[Item], R], *, follow: bool = False) -> R:
    """Fetch the item as its caller sees it, and change it.

    With a version, a stale one is refused; without one the change applies to what is there now, so a writer who
    was faster only makes us look again. A refused verb tells what this caller may do instead, as a read does.
    `follow`: of an item that was merged, what is written goes to where it lives on, whatever version was seen (Z-4).

    Raises: NotFound, StaleVersion, and what `change` raises.
    """
    version = wanted_version(request)
    for _ in range(TRIES):
        try:
            return _change(request, reference, version, change, follow=follow)
        except TransitionNotAllowed as error:
            item = get_visible(caller(request), reference)
            error.allowed = sorted(allowed(item, caller(request), timezone.now()))
            raise
        except StaleVersion as error:
            if version is not None:
                raise
            lost = error
    raise lost


def tried_again(act: Callable[[], R]) -> R:
    """Do what reads the item anew by itself; a writer who was faster only makes it look again."""
    for _ in range(TRIES - 1):
        try:
            with writing(), transaction.atomic():
                return act()
        except StaleVersion:
            continue
    return act()


def _change(
    request: HttpRequest, reference: str, version: int | None, change: Callable[[Item], R], *, follow: bool
) -> R:
    with writing(), transaction.atomic():  # the inner one: a try that lost leaves nothing in an outer transaction
        item = get_visible(caller(request), reference)
        if follow and item.method is Method.MERGED:
            return change(get_visible(caller(request), living(item).reference))
        if version not in (None, item.version):
            raise stale(item.pk, version)
        return change(item)
