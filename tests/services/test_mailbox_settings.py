"""Mailboxes and routes are changed on a page exactly as `apply` would change them (DESIGN decision 8)."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import factories as make
from tests.desk import MONDAY
from tests.services.test_receiving import mail, receive
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.models import Mailbox, Route, Version
from tramita.services import mailbox_settings
from tramita.services.definitions import apply, export
from tramita.services.mailbox_settings import Edited, NewRoute

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(hours=1)
DESK = """
customers:
  acme:
    contracts:
      main:
        services:
          finance:
            ticket_categories: {query: {title: Invoice query}, other: {title: Other}}
            case_types: {joining: {title: Joining, steps: [{one: {actions: [{do: {title: Do it}}]}}]}}
mailboxes:
  desk@desk.example:
    name: Service Desk
    incoming: {protocol: imap, host: mail.example, user: desk, password_env: DESK_PASSWORD, since: 2026-01-01}
    routes: [{to: desk@desk.example, start: ticket, category: acme/main/finance/query, acknowledge: true}]
  info@desk.example: {}
"""


@pytest.fixture
def root(tmp_path: Path) -> Actor:
    """Who configures, at a desk that files configured."""
    file = tmp_path / "desk.yaml"
    file.write_text(DESK)
    apply([file], by=SYSTEM, at=MONDAY)
    return make.administrator()


def read(address: str = "desk@desk.example") -> str:
    return mailbox_settings.digest(mailbox_settings.current(address))


def test_a_route_made_on_a_page_takes_the_next_mail(root: Actor) -> None:
    """M-21, M-24."""
    route = NewRoute("cuentas@desk.example", "category:acme/main/finance/other")
    assert receive(mail("One", to="cuentas@desk.example")).outcome == "unhandled"

    mailbox_settings.add_route("info@desk.example", route, by=root, at=LATER)

    outcome = receive(mail("Two", to="cuentas@desk.example"), at=LATER)
    assert (outcome.outcome, Route.objects.get(address="cuentas@desk.example").mailbox.address) == (
        "created",
        "info@desk.example",
    )


def test_a_route_made_on_a_page_is_what_a_file_would_have_said(root: Actor, tmp_path: Path) -> None:
    """DESIGN decision 8: the export holds it, applying that changes nothing, and nothing else was touched."""
    versions = Version.objects.count()

    mailbox_settings.add_route(
        "info@desk.example", NewRoute("hr@desk.example", "case_type:acme/main/finance/joining"), by=root, at=LATER
    )

    file = tmp_path / "exported.yaml"
    file.write_text(export())
    applied = apply([file], by=SYSTEM, at=LATER)
    assert (applied.created, applied.changed, Version.objects.count()) == ([], [], versions)
    assert "hr@desk.example" in file.read_text()


@pytest.mark.parametrize(
    ("mailbox", "to", "process", "field"),
    [
        ("info@desk.example", "no address", "category:acme/main/finance/query", "to"),
        ("info@desk.example", "desk@desk.example", "category:acme/main/finance/query", "to"),
        ("info@desk.example", "new@desk.example", "category:acme/none", "process"),
        ("info@desk.example", "new@desk.example", "", "process"),
        ("none@desk.example", "new@desk.example", "category:acme/main/finance/query", "mailbox"),
    ],
)
def test_what_is_wrong_with_a_route_is_said_beside_its_field(
    root: Actor, mailbox: str, to: str, process: str, field: str
) -> None:
    """M-24, 422: nothing is kept."""
    with pytest.raises(Invalid) as refused:
        mailbox_settings.add_route(mailbox, NewRoute(to, process), by=root, at=LATER)

    assert [one.field for one in refused.value.errors] == [field]
    assert Route.objects.count() == 1


def test_only_who_configures_changes_mailboxes(root: Actor) -> None:
    """SEC-1, SEC-2."""
    route = NewRoute("new@desk.example", "category:acme/main/finance/query")

    for actor in (make.agent(), make.leader(), make.administrator("Part", grants={"acme": ["configure"]})):
        with pytest.raises(NotPermitted):
            mailbox_settings.add_route("info@desk.example", route, by=actor, at=LATER)
        with pytest.raises(NotPermitted):
            mailbox_settings.add_mailbox("more@desk.example", by=actor, at=LATER)
        with pytest.raises(NotPermitted):
            mailbox_settings.drop_mailbox("info@desk.example", by=actor, at=LATER)
        with pytest.raises(NotPermitted):
            mailbox_settings.change("info@desk.example", Edited(""), by=actor, at=LATER)


def test_a_mailbox_is_changed_as_a_whole(root: Actor) -> None:
    """M-1, M-13, M-24, T-22, MAIL-50, MAIL-114, MAIL-117."""
    values = {"name": "Help", "plus_addressing": "off", "refuse_unknown_senders": True, "automatic_answers_wake": False}
    incoming = {"protocol": "pop3", "host": "pop.example", "port": 995, "user": "desk", "password_env": "DESK_PASSWORD"}
    incoming |= {"since": "2026-01-01"}
    routes = [
        NewRoute("desk@desk.example", "category:acme/main/finance/other"),
        NewRoute("join@desk.example", "case_type:acme/main/finance/joining", acknowledge=True),
    ]

    mailbox_settings.change(
        "desk@desk.example", Edited(read(), values, incoming, dict(enumerate(routes))), by=root, at=LATER
    )

    box = Mailbox.objects.get(address="desk@desk.example")
    assert (box.name, box.plus_addressing, box.refuse_unknown_senders) == ("Help", "off", True)
    assert (box.automatic_answers_wake, box.settings) == (False, incoming)
    active = box.routes.filter(active=True).order_by("position").values_list("address", "process__key", "acknowledge")
    assert list(active) == [
        ("desk@desk.example", "acme/main/finance/other", False),
        ("join@desk.example", "acme/main/finance/joining", True),
    ]


def test_a_fault_of_the_connection_stands_beside_its_field(root: Actor) -> None:
    """MAIL-12, 422: what `apply` refuses the page refuses."""
    incoming = {"protocol": "imap", "port": 70_000, "host": "h.example", "password_env": "P", "since": "2026-01-01"}
    twice = dict.fromkeys((3, 5), NewRoute("a@desk.example", "category:acme/main/finance/query"))

    with pytest.raises(Invalid) as refused:
        mailbox_settings.change("desk@desk.example", Edited(read(), {}, incoming, twice), by=root, at=LATER)

    assert {one.field for one in refused.value.errors} == {"port", "route-5-to"}
    assert Mailbox.objects.get(address="desk@desk.example").settings["protocol"] == "imap"
    assert "port" not in Mailbox.objects.get(address="desk@desk.example").settings


def test_of_two_who_edit_a_mailbox_the_second_is_told(root: Actor) -> None:
    """Z-2."""
    shown = read("info@desk.example")
    mailbox_settings.change("info@desk.example", Edited(shown, {"name": "First"}), by=root, at=LATER)

    with pytest.raises(Conflict) as refused:
        mailbox_settings.change("info@desk.example", Edited(shown, {"name": "Second"}), by=root, at=LATER)

    assert refused.value.code == "stale"
    assert Mailbox.objects.get(address="info@desk.example").name == "First"


def test_a_mailbox_comes_and_goes(root: Actor) -> None:
    """M-24: deactivated, never deleted; its routes with it."""
    assert mailbox_settings.add_mailbox(" New@Desk.example ", by=root, at=LATER) == "new@desk.example"
    with pytest.raises(Invalid):
        mailbox_settings.add_mailbox("new@desk.example", by=root, at=LATER)
    with pytest.raises(Invalid):
        mailbox_settings.add_mailbox("desk", by=root, at=LATER)

    mailbox_settings.drop_mailbox("desk@desk.example", by=root, at=LATER)

    assert not Mailbox.objects.get(address="desk@desk.example").active
    assert not Route.objects.get(address="desk@desk.example").active
    with pytest.raises(NotFound):
        mailbox_settings.current("desk@desk.example")


def test_another_server_is_not_believed_to_deliver_what_the_last_did(root: Actor) -> None:
    """MAIL-117: what a mail to itself found of plus-addresses is forgotten with the server, and only then."""
    Mailbox.objects.update(plus_delivered=False)
    tree = mailbox_settings.current("desk@desk.example")
    named = {name: value for name, value in tree.items() if name not in ("incoming", "routes")}

    def save(**more: object) -> bool | None:
        edited = Edited(read(), {**named, "dkim_selector": "s1"}, {**tree["incoming"], **more})
        mailbox_settings.change("desk@desk.example", edited, by=root, at=LATER)
        return Mailbox.objects.get(address="desk@desk.example").plus_delivered

    assert save() is False
    assert save(host="other.example") is None
