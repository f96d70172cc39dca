"""The small desk, and browsers of the cast: Ana works, Rui asks, Eve may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:  # models cannot be imported before Django is set up, and this file is read before it
    from tests.desk import Desk

Browser = Callable[[Any], Client]


@pytest.fixture
def desk(db: None) -> Desk:
    """Everything configured, nothing to do yet."""
    from tests import desk as desks
    from tramita.queries import definitions

    definitions.forget()
    return desks.build()


@pytest.fixture
def as_(desk: Desk) -> Browser:
    """A browser in which this person is signed in."""
    from tramita.models import Person

    def signed_in(who: Any) -> Client:
        client = Client()
        client.force_login(Person.objects.get(pk=getattr(who, "pk", None) or who.id))
        return client

    return signed_in


@pytest.fixture
def ana(desk: Desk, as_: Browser) -> Client:
    """Ana's browser."""
    return as_(desk.ana)
