"""A forgotten password, a new person's first one: by a link that came by mail (M-19b)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from tests.desk import Desk, publish
from tests.services.test_posting import Way, post, way
from tests.web.reading import text_of, words_of
from tramita.config.command import main
from tramita.domain.actors import SYSTEM
from tramita.domain.errors import NotFound
from tramita.domain.mime import parse
from tramita.models import Delivery, Person
from tramita.portal import passwords as pages
from tramita.services import passwords
from tramita.services.people import create_user

pytestmark = pytest.mark.django_db

ASK = "/accounts/password"
OLD, NEW = "correct-horse-9", "battery-staple-4"
HOUR = timedelta(hours=1)

__all__ = ["way"]  # a fixture


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    pages.allowances.forget()
    yield
    pages.allowances.forget()


@pytest.fixture
def ana(desk: Desk) -> Person:
    address = Person.objects.get(pk=desk.ana.id).email or ""
    return create_user(address, name=None, role=None, password=OLD, by=SYSTEM, at=timezone.now())


def links(way: Way) -> list[str]:
    """The address in each mail that was sent."""
    found = (re.search(r"https?://[^/\s]+(/accounts/password/\S+)", parse(raw).text) for _, _, raw in way.sent)
    return [one[1] for one in found if one]


def signs_in(person: Person, password: str) -> bool:
    return Client().post("/accounts/login/", {"login": person.email, "password": password}).status_code == 302


def asked(way: Way, person: Person, at: datetime | None = None) -> str:
    passwords.forgotten(person.email or "", at=at or timezone.now())
    post(timezone.now() + timedelta(seconds=5))
    return links(way)[-1]


def test_a_forgotten_password_is_chosen_anew_by_a_link(ana: Person, way: Way) -> None:
    """M-19b, MAIL-95: once; old sessions end, and the person is told."""
    elsewhere = Client()
    elsewhere.force_login(ana)
    assert "Forgotten password" in words_of(Client().get("/accounts/login/"))
    assert "a mail with a link is on its way" in words_of(Client().post(ASK, {"email": f" {ana.email.upper()} "}))
    post(timezone.now() + timedelta(seconds=5))

    (_, people, raw), (link,) = way.sent[0], links(way)
    told = message_from_bytes(raw, policy=policy.default)
    assert (people, told["Auto-Submitted"]) == ([ana.email], "auto-generated")
    assert parse(raw).defects == ()
    assert Client().get(link).status_code == 200  # a scanner looks, and nothing happens
    assert ana.email in words_of(Client().get(link))
    assert Client().post(link, {"password": "12345678"}).status_code == 422
    # a browser that keeps the address secret sends no origin with the form
    answer = Client(enforce_csrf_checks=True).post(link, {"password": NEW}, headers={"origin": "null"})

    assert "Your password is chosen" in words_of(answer)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert (signs_in(ana, NEW), signs_in(ana, OLD)) == (True, False)
    assert elsewhere.get("/settings/").status_code == 302
    again = Client().post(link, {"password": OLD + OLD})
    assert (again.status_code, "This link leads nowhere" in words_of(again)) == (404, True)
    post(timezone.now() + timedelta(seconds=5))
    changed = parse(way.sent[1][2])
    assert ("was changed" in changed.subject, "This is an automatic message." in changed.text) == (True, True)


def test_nothing_tells_whose_addresses_are_known(ana: Person, desk: Desk, way: Way) -> None:
    """SEC-9 in spirit: the page says the same, and nothing is sent to who has left or never had a password."""
    pages_said = {
        text_of(Client().post(ASK, {"email": one})) for one in (ana.email, "nobody@acme.example", "", "x" * 9999)
    }
    Person.objects.filter(pk=ana.pk).update(is_active=False)
    Person.objects.filter(pk=desk.rui.pk).update(password=make_password(None))
    for one in (ana.email, desk.rui.email):
        passwords.forgotten(one or "", at=timezone.now())

    assert len({re.sub(r'value="[^"]*"', "", page) for page in pages_said}) == 1
    assert Delivery.objects.count() == 1


def test_a_link_serves_for_an_hour_and_for_its_person(ana: Person, way: Way) -> None:
    """M-19b: nor does one that somebody made up."""
    now = timezone.now()
    key = asked(way, ana, now).rpartition("/")[2]
    assert passwords.owner(key, at=now + HOUR - timedelta(seconds=2)) == ana

    forged = [key[:-1] + ("0" if key[-1] != "0" else "1"), key.replace("-f-", "-n-"), "1-f-1-" + "a" * 20, "9" * 40, ""]
    forged += [key.replace(f"-{int(now.timestamp())}-", f"-{int(now.timestamp()) + 99}-")]
    for wrong, at in ((key, now + HOUR), *((one, now) for one in forged)):
        with pytest.raises(NotFound):
            passwords.owner(wrong, at=at)
    Person.objects.filter(pk=ana.pk).update(email="ana.new@desk.example")
    with pytest.raises(NotFound):
        passwords.owner(key, at=now)


def test_nobody_is_flooded_with_them(ana: Person) -> None:
    """MAIL-93: three an hour, and a browser ten times a minute."""
    now = timezone.now()
    for minute in range(5):
        passwords.forgotten(ana.email or "", at=now + timedelta(minutes=minute))
    passwords.forgotten(ana.email or "", at=now + HOUR + timedelta(minutes=1))

    assert Delivery.objects.count() == 4
    answers = [Client().post(ASK, {"email": "nobody@acme.example"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_what_the_database_holds_lets_nobody_in(ana: Person, way: Way) -> None:
    """SEC-9 in spirit: the link is made while the mail is sent."""
    key = asked(way, ana).rpartition("/")[2]

    assert key.rpartition("-")[2] not in str(Delivery.objects.values_list("payload", flat=True))


def test_a_new_person_chooses_their_first_password(desk: Desk, way: Way, capsys: pytest.CaptureFixture[str]) -> None:
    """M-19b: in their language, within a week."""
    given = ["user", "create", "nowa@desk.example", "--name", "Nowa", "--role", "agent"]
    assert main([*given, "--invite"]) == 0
    nowa = Person.objects.get(email="nowa@desk.example")
    assert (Delivery.objects.count(), signs_in(nowa, "")) == (1, False)
    Person.objects.filter(pk=nowa.pk).update(language="pl")
    Delivery.objects.all().delete()
    passwords.invite(Person.objects.get(pk=nowa.pk), by=SYSTEM, at=timezone.now())
    post(timezone.now() + timedelta(seconds=5))

    (link,) = links(way)
    said = parse(way.sent[0][2])
    assert ("dostęp" in said.subject, "automatyczna" in said.text) == (True, True)
    assert Client().post(link, {"password": NEW}).status_code == 200
    post(timezone.now() + timedelta(seconds=5))
    assert signs_in(nowa, NEW)
    assert len(way.sent) == 1


def test_the_sign_in_page_names_the_privacy_policy_of_the_desk(desk: Desk) -> None:
    """SEC-4, BU-7: where it has one."""
    without = text_of(Client().get("/accounts/login/"))
    publish("settings", "desk", privacy_policy="https://acme.example/privacy?a=1&b=2")

    page = text_of(Client().get("/accounts/login/"))

    assert "Privacy policy" not in without
    assert '<a class="link" href="https://acme.example/privacy?a=1&amp;b=2" rel="noreferrer">Privacy policy</a>' in page
