"""The desk as tools. Imports are inside the fixtures: this file is read before Django's settings stand."""

import pytest


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    from tramita.ui import bearing

    bearing.portions.forget()
