"""Who asks for things signs in by the link of a mail (UI portal, M-19b)."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.services.test_posting import Way, post, way
from tests.web.reading import words_of
from tramita.domain.errors import NotFound
from tramita.domain.mime import parse
from tramita.models import Delivery, Person
from tramita.portal import by_link
from tramita.services import mail_link, second_factor

pytestmark = pytest.mark.django_db
__all__ = ["way"]  # a fixture


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    by_link.allowances.forget()
    yield
    by_link.allowances.forget()


def link(way: Way, person: Person) -> str:
    """The address in the mail that somebody asked for on the page."""
    said = words_of(Client().post("/accounts/link", {"email": f" {(person.email or '').upper()} "}))
    assert "a mail with a link is on its way" in said
    post(timezone.now() + timedelta(seconds=5))
    found = re.search(r"https?://[^/\s]+(/accounts/link/\S+)", parse(way.sent[-1][2]).text)
    assert found
    return found[1]


def test_the_link_signs_in_once_and_only_by_its_button(desk: Desk, way: Way) -> None:
    """MAIL-52: whoever only opens it changes nothing; nobody needs a password; a token guards the button."""
    path, client = link(way, desk.rui), Client()

    looked = words_of(client.get(path))
    outside = client.get("/portal").status_code
    forged = Client(enforce_csrf_checks=True).post(path).status_code
    entered = client.post(path)
    again = Client().post(path)

    assert "This link is for Rui Sousa." in looked
    assert (outside, forged) == (302, 403)
    assert entered.headers["Location"] == "/portal"
    assert client.get("/portal").status_code == 200
    assert (again.status_code, "This link leads nowhere" in words_of(again)) == (404, True)


def test_nothing_tells_whether_we_know_an_address_and_who_works_here_gets_none(desk: Desk) -> None:
    """M-19b, MAIL-93: nor who has left; at most three within an hour."""
    ana = Person.objects.get(pk=desk.ana.id)
    Person.objects.filter(pk=desk.marta.pk).update(is_active=False)
    for address in ("nobody@new.example", ana.email, desk.marta.email):
        said = words_of(Client().post("/accounts/link", {"email": address}))
        assert "a mail with a link is on its way" in said
    assert not Delivery.objects.filter(kind="account").exists()

    for _ in range(5):
        mail_link.send(desk.rui.email or "", at=timezone.now())
    assert Delivery.objects.filter(kind="account").count() == 3


def test_it_is_too_old_after_a_quarter_of_an_hour_and_serves_nothing_else(desk: Desk, way: Way) -> None:
    """M-19b: no password is chosen with it."""
    key = link(way, desk.rui).rpartition("/")[2]

    assert mail_link.owner(key, at=timezone.now()).pk == desk.rui.pk
    with pytest.raises(NotFound):
        mail_link.owner(key, at=timezone.now() + timedelta(minutes=16))
    assert Client().get(f"/accounts/password/{key}").status_code == 404
    Person.objects.filter(pk=desk.rui.pk).update(email="other@acme.example")
    with pytest.raises(NotFound):
        mail_link.use(key, at=timezone.now())


def test_a_second_factor_is_asked_for_all_the_same(desk: Desk, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """TO-7: a mail is one factor."""
    monkeypatch.setattr(second_factor, "is_on", lambda person: True)
    client = Client()

    assert client.post(link(way, desk.rui)).headers["Location"] == "/accounts/code"
    assert client.get("/portal").status_code == 302
