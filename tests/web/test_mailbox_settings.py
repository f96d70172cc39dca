"""A page for each mailbox: what it shows, how it is changed, a test, and a mail to try (M-24, MAIL-142)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.services.test_mailbox_settings import DESK
from tests.services.test_receiving import mail, receive
from tests.web.reading import errors_of, text_of, words_of
from tramita.domain.actors import SYSTEM, Actor
from tramita.models import Alert, Item, Mailbox, MailboxState, Person, Route, SeenMessage
from tramita.services.definitions import apply

pytestmark = pytest.mark.django_db

PAGE = "/settings/mailboxes/desk@desk.example"
CATEGORY = "category:acme/main/finance/other"
As = Callable[[Actor], Client]


def as_(actor: Actor) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(Person.objects.get(pk=actor.id))
    return client


@pytest.fixture
def root(tmp_path: Path) -> Client:
    """The browser of who configures, at a desk that files configured."""
    file = tmp_path / "desk.yaml"
    file.write_text(DESK)
    apply([file], by=SYSTEM, at=timezone.now() - timedelta(days=1))
    return as_(make.administrator())


def stray(text: str = "It came twice.") -> SeenMessage:
    """A mail that no route takes."""
    receive(mail(text, to="cuentas@desk.example"), at=timezone.now())
    return SeenMessage.objects.latest("pk")


def form_of(page: str) -> dict[str, str]:
    """What a browser would send for the form of the mailbox, nothing touched."""
    form = page.split(f'action="{PAGE}"', 1)[1].split("</form>", 1)[0]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if named.get("type") != "checkbox" or re.search(r"\schecked", tag):
            found[named["name"]] = named.get("value", "on")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form))


def test_all_mailboxes_are_listed_with_how_they_fare(root: Client) -> None:
    """MAIL-10, MAIL-12."""
    box = Mailbox.objects.get(address="desk@desk.example")
    MailboxState.objects.create(mailbox=box, fault="login", error="NO [AUTH]", failing_since=timezone.now())

    words = words_of(root.get("/settings/mailboxes"))

    assert "desk@desk.example Service Desk IMAP mail.example Failing" in words
    assert "The server refuses the user name or the password" in words
    assert "info@desk.example not fetched" in words


def test_a_mailbox_shows_its_fault_in_plain_words_and_the_servers(root: Client) -> None:
    """MAIL-11, MAIL-12: and since when, and the alert about it."""
    box, now = Mailbox.objects.get(address="desk@desk.example"), timezone.now()
    MailboxState.objects.create(mailbox=box, fault="token", error="invalid_grant", failing_since=now, fetched_at=now)
    Alert.objects.create(key="a", kind="mailbox_token", about={"mailbox": box.address}, since=now, at=now)
    Alert.objects.create(key="b", kind="mailbox_tls", about={"mailbox": "else@desk.example"}, since=now, at=now)

    words = words_of(root.get(PAGE))

    assert words.count("The authorisation has ended") == 1
    assert "A mailbox must be authorised again" in words
    assert "invalid_grant" in words
    assert "else@desk.example" not in words


def test_saving_what_the_page_shows_changes_nothing(root: Client) -> None:
    """DESIGN decision 8: the form says all that the configuration says."""
    before = Mailbox.objects.filter(address="desk@desk.example").values().get()
    routes = list(Route.objects.values())

    response = root.post(PAGE, form_of(text_of(root.get(PAGE))))

    assert response.status_code == 302
    assert Mailbox.objects.filter(address="desk@desk.example").values().get() == before
    assert list(Route.objects.values()) == routes


def test_a_mailbox_is_changed_in_plain_forms(root: Client) -> None:
    """M-1, M-13, M-24, T-22, MAIL-13, MAIL-112, MAIL-50, MAIL-54, MAIL-114, MAIL-117."""
    form = form_of(text_of(root.get(PAGE)))
    form |= {"name": "Help", "signature": "Yours\r\nHelp", "plus_addressing": "only", "trusted": "on", "port": "1993"}
    form |= {"messages_a_minute": "30", "recipients_a_mail": "50"}
    form |= {"route-1-to": "more@desk.example", "route-1-process": CATEGORY, "route-0-remove": "on"}
    del form["automatic_answers_wake"], form["tell_too_large"]

    said = words_of(root.post(PAGE, form, follow=True))

    box = Mailbox.objects.get(address="desk@desk.example")
    assert "The mailbox is saved." in said
    assert (box.name, box.signature, box.plus_addressing, box.trusted) == ("Help", "Yours\nHelp", "only", True)
    assert (box.automatic_answers_wake, box.settings["port"], box.settings["host"]) == (False, 1993, "mail.example")
    assert box.outgoing == {"messages_a_minute": 30, "recipients_a_mail": 50, "tell_too_large": False}
    assert list(box.routes.filter(active=True).values_list("address", flat=True)) == ["more@desk.example"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(root: Client) -> None:
    """UI: refusals explain."""
    form = form_of(text_of(root.get(PAGE))) | {"route-1-to": "nonsense", "name": "Typed"}

    response = root.post(PAGE, form)

    assert response.status_code == 422
    assert set(errors_of(response)) == {"f-route-1-to", "f-route-1-process"}
    assert 'value="Typed"' in text_of(response)
    assert errors_of(root.post(PAGE, form | {"port": "x"})) == {"f-port": "Give a whole number."}
    assert set(errors_of(root.post(PAGE, form | {"route-1-to": "", "port": "99999"}))) == {"f-port"}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"port": "99999"}, "f-port", "Da un número del 1 al 65535."),
        ({"poll": "soon"}, "f-poll", "no es una duración"),
        ({"poll": "2 days"}, "f-poll", "Da de 10 segundos a un día"),
        ({"since": "someday"}, "f-since", "Da una fecha."),
        ({"password_env": ""}, "f-", "Inicia sesión con una contraseña o por OAuth"),
        ({"after": "move"}, "f-after", "Para mover el correo"),
        ({"scope": "mail"}, "f-scope", "Esto es parte de OAuth"),
        ({"name": "x" * 300}, "f-name", "Como máximo 200 caracteres."),
        ({"messages_a_minute": "0"}, "f-messages_a_minute", "Da un número del 1 al"),
    ],
    ids=str,
)
def test_what_the_configuration_refuses_is_said_in_the_readers_language(
    root: Client, typed: dict[str, str], field: str, said: str
) -> None:
    """UI: refusals explain, on a page in the reader's language."""
    Person.objects.filter(role="administrator").update(language="es")

    response = root.post(PAGE, form_of(text_of(root.get(PAGE))) | typed)

    assert response.status_code == 422
    assert said in words_of(response)
    assert field == "f-" or said in errors_of(response)[field]


def test_of_two_who_edit_a_mailbox_the_second_is_told(root: Client) -> None:
    """Z-2."""
    form = form_of(text_of(root.get(PAGE)))
    root.post(PAGE, form | {"name": "First"})

    response = root.post(PAGE, form | {"name": "Second"})

    assert response.status_code == 409
    assert "Somebody changed this mailbox meanwhile" in words_of(response)
    assert Mailbox.objects.get(address="desk@desk.example").name == "First"


def test_without_a_protocol_a_mailbox_is_not_fetched(root: Client) -> None:
    """M-24."""
    root.post(PAGE, form_of(text_of(root.get(PAGE))) | {"protocol": ""})

    assert Mailbox.objects.get(address="desk@desk.example").settings == {}


def test_a_mailbox_is_added_and_no_longer_used(root: Client) -> None:
    """M-24."""
    assert errors_of(root.post("/settings/mailboxes", {"address": "desk"})).keys() == {"f-address"}

    added = root.post("/settings/mailboxes", {"address": "New@desk.example"})
    root.post("/settings/mailboxes/new@desk.example/remove")

    assert added.headers["Location"] == "/settings/mailboxes/new@desk.example"
    assert not Mailbox.objects.get(address="new@desk.example").active
    assert root.get("/settings/mailboxes/new@desk.example").status_code == 404


def test_the_connection_test_shows_each_step_and_names_the_fault(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-142."""
    asked = []

    def check(box: Mailbox, *, at: datetime) -> list[SimpleNamespace]:
        asked.append(box.address)
        return [
            SimpleNamespace(step="connect", ok=True, fault="", words=""),
            SimpleNamespace(step="login", ok=False, fault="login", words="NO [AUTHENTICATIONFAILED]"),
        ]

    monkeypatch.setattr("tramita.web.mailbox_settings.check", check)

    words = words_of(root.post(f"{PAGE}/test"))

    assert asked == ["desk@desk.example"]
    assert "Connect Log in : The server refuses the user name or the password" in words
    assert "NO [AUTHENTICATIONFAILED]" in words


def test_a_pasted_mail_shows_which_route_takes_it(root: Client) -> None:
    """UI, Routes: nothing is kept."""
    raw = mail(to="desk@desk.example", subject="<b>Clips</b>").decode()

    response = root.post(f"{PAGE}/try", {"raw": raw})

    words = words_of(response)
    assert "Created Ticket: acme/main/finance/query" in words
    assert "Route for desk@desk.example: starts acme/main/finance/query" in words
    assert "<b>Clips" not in text_of(response)
    assert (Item.objects.count(), SeenMessage.objects.count()) == (0, 0)


def test_a_mail_may_be_tried_as_a_file(root: Client, tmp_path: Path) -> None:
    """UI, Routes: bytes as they are."""
    file = tmp_path / "mail.eml"
    file.write_bytes(mail("No route", to="else@desk.example"))

    with file.open("rb") as sent:
        words = words_of(root.post(f"{PAGE}/try", {"file": sent}))

    assert "Unhandled No route for any of its addresses" in words


def test_only_who_configures_sees_mailboxes(root: Client) -> None:
    """SEC-1, SEC-2."""
    for actor in (make.agent(), make.leader(), make.administrator("Part", grants={"acme": ["configure"]})):
        browser = as_(actor)
        for path in ("/settings/mailboxes", PAGE):
            assert browser.get(path).status_code == 403
        for path in ("/settings/mailboxes", PAGE, f"{PAGE}/remove", f"{PAGE}/test", f"{PAGE}/try"):
            assert browser.post(path).status_code == 403


def test_a_route_is_made_and_what_waits_may_be_replayed(root: Client) -> None:
    """M-21: so that it does not happen again, for this and similar mails."""
    seen = stray("One")
    stray("Two")
    form = {"to": "cuentas@desk.example", "process": CATEGORY, "mailbox": "desk@desk.example"}

    made = root.post(f"/mail/unhandled/{seen.pk}/create-route", form)
    where = made.headers["Location"]
    asked = words_of(root.get(where))
    rehearsed = words_of(root.post(where, {"what": "rehearse"}))
    assert not Item.objects.exists()
    done = words_of(root.post(where, {"what": "replay"}))

    assert "2 mails wait here." in asked
    assert "Nothing was changed." in rehearsed
    assert "Ticket: acme/main/finance/other" in rehearsed
    assert "This is what happened." in done
    assert Item.objects.count() == 2
    assert not SeenMessage.objects.exclude(outcome="created", handled_by__name="Root").exists()


def test_a_route_that_cannot_be_is_refused_beside_its_field(root: Client) -> None:
    """M-24, 422."""
    form = {"to": "desk@desk.example", "process": CATEGORY, "mailbox": "desk@desk.example", "acknowledge": "on"}

    response = root.post(f"/mail/unhandled/{stray().pk}/create-route", form)

    assert response.status_code == 422
    assert errors_of(response) == {"f-route-to": "This address has a route already, or is named twice."}
    assert f'value="{CATEGORY}" selected' in text_of(response)
    assert re.search(r'id="f-route-acknowledge"\s+checked', text_of(response))
