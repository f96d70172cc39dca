"""Signing in with a second factor, and from a browser that was never one's own (TO-7)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.portal.test_pages import browser
from tests.web.reading import words_of
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.one_time import code_of, period_at
from tramita.models import Delivery, Device, Person, SecondFactor
from tramita.services import second_factor
from tramita.services.sealing import unseal

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery-9"


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    from tramita.portal.second_step import allowances

    allowances.forget()


@pytest.fixture
def rui(desk: Desk) -> Person:
    person = Person.objects.get(pk=desk.rui.pk)
    person.set_password(PASSWORD)
    person.save()
    return person


def code_now(person: Person, shift: int = 0) -> str:
    """What the authenticator shows."""
    factor = SecondFactor.objects.get(person=person)
    return code_of(unseal(factor.sealed), period_at(timezone.now()) + shift)


def turned_on(person: Person) -> list[str]:
    """Their recovery codes. The code that turned it on was that of the half minute before."""
    second_factor.begin(person)
    return second_factor.turn_on(person, code_now(person, -1), at=timezone.now())


def first_step(client: Client, person: Person, after: str = "/portal/settings") -> Any:
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD, "next": after})


def told() -> list[str]:
    return [one.payload["kind"] for one in Delivery.objects.filter(kind="account").order_by("pk")]


def test_the_second_step_comes_before_anything_is_theirs(rui: Person) -> None:
    """TO-7: after the password there is only the form for the code; a right one leads where they were going."""
    turned_on(rui)
    client = Client()

    first = first_step(client, rui)
    between = client.get("/portal")
    wrong = client.post("/accounts/code", {"code": "000000x"})
    right = client.post("/accounts/code", {"code": code_now(rui)})

    assert first.headers["Location"] == "/accounts/code"
    assert between.headers["Location"].startswith("/accounts/login/")
    assert (wrong.status_code, "not the code of now" in words_of(wrong)) == (422, True)
    assert right.headers["Location"] == "/portal/settings"
    assert client.get("/portal").status_code == 200


def test_a_code_serves_once_and_a_recovery_code_too(rui: Person) -> None:
    """TO-7: whoever looked over a shoulder comes too late."""
    codes = turned_on(rui)
    used = code_now(rui)
    now = timezone.now()

    second_factor.check(rui, used, at=now)
    second_factor.check(rui, codes[0].upper().replace("-", " "), at=now)

    for code in (used, codes[0]):
        with pytest.raises(Invalid):
            second_factor.check(rui, code, at=now)
    assert second_factor.recovery_codes_left(rui) == len(codes) - 1


def test_after_five_wrong_codes_nothing_is_tried_for_a_while(rui: Person) -> None:
    """TO-7: the right one neither; the count is the database's, whichever process asks."""
    codes, now = turned_on(rui), timezone.now()
    for _ in range(5):
        with pytest.raises(Invalid):
            second_factor.check(rui, "nothing", at=now)

    with pytest.raises(Conflict):
        second_factor.check(rui, codes[0], at=now)

    second_factor.check(rui, codes[0], at=now + timedelta(minutes=6))


def test_without_a_password_before_there_is_no_second_step(rui: Person, client: Client) -> None:
    """TO-7: nor after ten minutes, nor for who has left meanwhile; never to another site."""
    turned_on(rui)
    assert client.get("/accounts/code").headers["Location"] == "/accounts/login/"

    first_step(client, rui)
    session = client.session
    session["second_step"] = {**session["second_step"], "after": "https://evil.example/"}
    session.save()
    away = client.post("/accounts/code", {"code": code_now(rui)})
    late = Client()
    first_step(late, rui)
    session = late.session
    session["second_step"] = {
        **session["second_step"],
        "since": (timezone.now() - timedelta(minutes=11)).isoformat(),
    }
    session.save()

    assert away.headers["Location"] == "/"
    assert late.get("/accounts/code").headers["Location"] == "/accounts/login/"


def test_it_is_turned_on_with_a_code_and_off_with_another(rui: Person) -> None:
    """TO-7, M-19b: the recovery codes are shown once; its owner hears of both."""
    client = browser(rui)
    before = words_of(client.get("/accounts/security"))
    refused = client.post("/accounts/security", {"do": "on", "code": "1"})
    on = client.post("/accounts/security", {"do": "on", "code": code_now(rui, -1)})
    shown = re.findall(r"<li><code>([\w-]+)</code>", on.content.decode())
    still = client.post("/accounts/security", {"do": "off", "code": "1"}).status_code
    page = words_of(client.get("/accounts/security"))
    off = words_of(client.post("/accounts/security", {"do": "off", "code": shown[3]}, follow=True))

    assert "Show this picture to your authenticator" in before
    assert (refused.status_code, still) == (422, 422)
    assert len(set(shown)) == 10
    assert "Recovery codes left: 10." in page
    assert shown[0] not in page
    assert "asks for no code any more" in off
    assert not second_factor.is_on(rui)
    assert told() == ["second_factor_on", "second_factor_off"]


def test_a_browser_that_was_never_theirs_is_told_of(rui: Person) -> None:
    """TO-7: not the first of all, not one that is known; the other person of a shared one has a first too."""
    home, elsewhere = Client(headers={"user-agent": "Firefox"}), Client(headers={"user-agent": "Somebody's"})
    first_step(home, rui)
    first_step(home, rui)
    before = told()
    first_step(elsewhere, rui)

    assert before == []
    assert told() == ["new_device"]
    letter = Delivery.objects.get(kind="account").payload
    assert letter["to"] == rui.email
    assert "Somebody's" in letter["text"]
    assert sorted(Device.objects.values_list("agent", flat=True)) == ["Firefox", "Somebody's"]
    assert home.cookies["browser"]["httponly"]


def test_who_keeps_the_desk_lets_somebody_in_who_lost_it(rui: Person) -> None:
    """TO-7: by the command line; its owner hears of it."""
    from tramita.cli.people import SECOND_FACTOR_OFF

    turned_on(rui)

    class Args:
        email = rui.email

    assert SECOND_FACTOR_OFF.run(Args()) == 0  # type: ignore[arg-type]  # has what it reads
    assert not second_factor.is_on(rui)
    assert told()[-1] == "second_factor_off"
