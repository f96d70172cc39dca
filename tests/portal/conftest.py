"""A full allowance for every test. Imports are inside: this file is read before Django's settings stand."""

import pytest


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    from tramita.portal.by_mail import allowances

    allowances.forget()
