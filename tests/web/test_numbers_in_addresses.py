"""A number that no row can have is an address that is not there, on the desk and in the portal."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern
from django.urls.converters import IntConverter

from tests.desk import Desk
from tests.web.conftest import Browser
from tramita.portal import urls as portal
from tramita.web import urls as web

HUGE = {"18 digits": "9" * 18, "19 digits": "9" * 19, "too large for a database": "9" * 30}


def numbered(patterns: list[URLPattern], number: str, reference: str) -> Iterator[str]:
    """Their addresses with that number, of those that have one."""
    for one in patterns:
        kinds = one.pattern.converters
        given = {
            name: number if isinstance(kind, IntConverter) else reference if name == "reference" else "x"
            for name, kind in kinds.items()
        }
        if number in given.values():
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part, given=given: given[part[1]], str(one.pattern))


@pytest.mark.parametrize("number", HUGE.values(), ids=list(HUGE))
def test_a_number_that_is_too_large_names_nothing(desk: Desk, as_: Browser, number: str) -> None:
    """Bad input: read or pressed, nothing breaks, and nobody is told more than that there is nothing."""
    reference = desk.ticket().reference
    leo, rui = as_(desk.leo), as_(desk.rui)
    pages = [(leo, each) for each in numbered(web.urlpatterns, number, reference)]
    pages += [(rui, each) for each in numbered(portal.urlpatterns, number, reference)]

    said = {
        (address, method): getattr(who, method)(address).status_code
        for who, address in pages
        for method in ("get", "post")
    }

    assert len(pages) > 40
    assert set(said.values()) <= {302, 400, 403, 404, 405, 422}, said
