"""The desk over HTTP. Imports are inside the fixtures: this file is read before Django's settings stand."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.callers import Callers
    from tests.desk import Desk


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    from tramita.api import rate

    rate.forget()


@pytest.fixture
def caller(desk: "Desk") -> "Callers":
    """The cast of the desk, each with a token."""
    from tests.api.callers import cast

    return cast(desk)
