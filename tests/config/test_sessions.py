"""Who is signed in: the table is Django's, the statement that reads it ours."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tramita.config.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> SessionStore:
    session = SessionStore()
    session["who"] = "ana"
    session.save()
    return session


def test_what_is_kept_is_read_again(kept: SessionStore) -> None:
    """By its key alone."""
    assert SessionStore(kept.session_key)["who"] == "ana"


@pytest.mark.parametrize("key", ["over", "unknown-unknown-unknown"])
def test_a_session_that_is_over_or_unknown_is_nobodys(kept: SessionStore, key: str) -> None:
    """It keeps nothing, and what is kept next gets a key that nobody has chosen."""
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    asked = kept.session_key if key == "over" else key
    session = SessionStore(asked)

    assert session.get("who") is None
    session["who"] = "leo"
    session.save()
    assert session.session_key not in {asked, None}
