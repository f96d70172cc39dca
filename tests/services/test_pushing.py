"""Browsers are told at once: asked, decided, no longer asked; by their own push services and nobody else."""

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.approving import Customer, customer, fresh
from tests.desk import MONDAY, Desk
from tests.fakes.push import Browser, push_service, signed_by
from tests.fakes.web import Web
from tests.services.test_races import at_once
from tramita.domain.errors import Invalid
from tramita.gateways.push import public_key
from tramita.models import Delivery, NoticeSettings, Person, PushSubscription, Secret
from tramita.services import approvals, notes, notifying, push_subscriptions, pushing, resolving, working
from tramita.services.claiming import DELIVERIES, claim
from tramita.services.push_keys import private_key
from tramita.services.push_orders import KIND
from tramita.services.push_subscriptions import MOST
from tramita.ui.notices import sentence
from tramita.worker import loop

pytestmark = [pytest.mark.django_db, pytest.mark.database]
followed = pytest.mark.django_db(transaction=True)  # what follows the ledger reads what is committed
SOAK = "TRAMITA_SOAK" in os.environ
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def service(settings: Any) -> Iterator[Web]:
    settings.TRAMITA_PUSH_INSIDE = frozenset({"localhost"})
    with push_service() as running:
        yield running


def browser_of(who: Any, service: Web, name: str = "") -> Browser:
    """It is switched on there."""
    made = Browser(service, name or f"of-{who.id}")
    push_subscriptions.subscribe(**made.given, browser="Firefox, Linux", by=Person.objects.get(pk=who.id), at=MONDAY)
    return made


def push(at: Any = MONDAY) -> None:
    while pushing.push_due(say=sentence, at=at):
        pass


def states() -> list[Any]:
    return list(Delivery.objects.filter(kind=KIND).order_by("pk").values_list("state", flat=True))


def test_each_manager_is_told_in_their_language_and_nobody_else(acme: Customer, service: Web) -> None:
    """AP-17, N-4: those of the organisation and of its parent, in every browser; leads to request and list."""
    Person.objects.filter(pk=acme.marta.id).update(language="fr")
    marta, phone = browser_of(acme.marta, service), browser_of(acme.marta, service, "phone")
    sofia, rui, ana = (browser_of(one, service) for one in (acme.sofia, acme.desk.rui, acme.desk.ana))

    asked = acme.asked(acme.ticket(title="Invoice 991 twice"), comment="Between us.")
    push()

    (said,) = sofia.told()
    assert said["title"] == "Ana Lima asks for your approval: Refund above limit"
    assert said["body"] == f"{asked.item.reference} Invoice 991 twice"
    assert said["here"] == f"{said['title']} · {said['body']}"
    assert (said["url"], said["all"]) == (f"/portal/approvals/{asked.pk}", "/portal/approvals")
    assert [one["lang"] for one in (*marta.told(), *phone.told())] == ["fr", "fr"]
    assert "approval" not in marta.told()[0]["title"]
    assert (rui.told(), ana.told()) == ([], [])
    assert {signed_by(one, service)[0] for one in service.heard} == {public_key(private_key())}
    assert b"Invoice" not in b"".join(one.body for one in service.heard)


def test_who_was_asked_is_told_at_once_that_another_decided(acme: Customer, service: Web) -> None:
    """AP-24, AP-17: in the place of what asked them; the one who decided is not told it again."""
    marta, sofia = browser_of(acme.marta, service), browser_of(acme.sofia, service)
    asked = acme.asked()
    push()

    approvals.approve(asked.pk, by=acme.marta, at=LATER)
    push(LATER)

    first, second = sofia.told()
    assert second["title"] == "Already approved by Marta Vidal: Refund above limit"
    assert (second["tag"], second["silent"]) == (first["tag"], True)
    assert len(marta.told()) == 1


@pytest.mark.parametrize(
    ("how", "said"), [("cancel", "Taken back by Ana Lima: Refund"), ("expire", "No decision is needed any more: Ref")]
)
def test_what_needs_no_decision_any_more_is_taken_back(acme: Customer, service: Web, how: str, said: str) -> None:
    """AP-30: it disappears; what had not left by then never does."""
    item, marta = acme.ticket(), browser_of(acme.marta, service)
    asked = acme.asked(item)

    if how == "cancel":
        approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER)
    else:
        resolving.resolve(fresh(item), method="replied", note="Done.", by=acme.desk.ana, at=LATER)
    push(LATER)

    (only,) = marta.told()
    assert only["title"].startswith(said)
    assert states() == [Delivery.State.CANCELLED, Delivery.State.DONE]


@followed
def test_agents_are_told_of_a_decision_as_they_wish(acme: Customer, service: Web) -> None:
    """AP-18, N-1, N-4: what pops up is pushed too, but in quiet hours, and not what was read meanwhile."""
    ana, leo = browser_of(acme.desk.ana, service), browser_of(acme.desk.leo, service)
    NoticeSettings.objects.create(person_id=acme.desk.leo.id, quiet_from="00:00", quiet_until="23:59")
    item = acme.ticket()
    working.start(item, by=acme.desk.ana, at=MONDAY)
    asked = acme.asked(fresh(item), by=acme.desk.leo)
    approvals.reject(asked.pk, reason="Too dear.", by=acme.sofia, at=LATER)
    while notifying.notify(at=LATER):
        pass

    push(LATER)

    (said,) = ana.told()
    assert said["title"] == "Approval refused: Refund above limit (Sofia Prado): “Too dear.”"
    assert said["url"].startswith("/notifications/")
    assert leo.told() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_its_push_service_knows_no_more_is_forgotten(acme: Customer, service: Web, status: int) -> None:
    """AP-17, issue 6."""
    browser_of(acme.marta, service)
    service.answers = [(status, "")]
    acme.asked()

    push()
    acme.asked(acme.ticket())
    push()

    assert not PushSubscription.objects.exists()
    assert len(service.heard) == 1


def test_what_a_push_service_does_not_take_now_is_tried_again_and_not_for_ever(acme: Customer, service: Web) -> None:
    """AP-17, DESIGN decision 5: with back-off; what is wrong for good is not tried again."""
    marta = browser_of(acme.marta, service)
    service.answers = [(503, ""), (429, ""), (201, ""), (413, "")]
    acme.asked()
    for minutes in (0, 1, 7):
        push(MONDAY + timedelta(minutes=minutes))
    assert states() == [Delivery.State.DONE]
    assert len({one["tag"] for one in marta.told()}) == 1

    acme.asked(acme.ticket())
    push(LATER)
    push(LATER + timedelta(days=1))

    assert states() == [Delivery.State.DONE, Delivery.State.FAILED]
    assert PushSubscription.objects.get().reached_at == MONDAY + timedelta(minutes=7)


def test_a_worker_that_dies_is_followed_by_another(acme: Customer, service: Web) -> None:
    """AP-17: at least once; a browser shows the same thing once, for it has the same tag."""
    marta = browser_of(acme.marta, service)
    acme.asked()
    claim(DELIVERIES, (KIND,), at=MONDAY)

    push(MONDAY + timedelta(minutes=1))
    during = len(service.heard)
    push(MONDAY + timedelta(minutes=3))

    assert (during, len(marta.told())) == (0, 1)


def test_a_browser_is_whose_it_was_last_and_nobody_hears_of_what_they_left(acme: Customer, service: Web) -> None:
    """AP-17, AP-25: of a shared browser, of who has left, of who manages no more."""
    marta = browser_of(acme.marta, service, "shared")
    browser_of(acme.desk.rui, service, "shared")
    acme.asked()
    push()
    assert (marta.told(), PushSubscription.objects.count()) == ([], 1)

    sofia = browser_of(acme.sofia, service)
    acme.asked(acme.ticket())
    Person.objects.filter(pk=acme.sofia.id).update(is_active=False)
    push()
    assert sofia.told() == []


def test_what_no_browser_says_is_refused(acme: Customer, service: Web) -> None:
    """AP-17: an address that is not encrypted or has a password in it, keys of another length."""
    given = Browser(service, "x").given
    rui = Person.objects.get(pk=acme.desk.rui.pk)
    wrong = [
        ("endpoint", "http://push.example/x"),
        ("endpoint", "https://me:pass@push.example/x"),
        ("endpoint", "https://push.example/" + "x" * 2000),
        ("endpoint", "javascript:alert(1)"),
        ("endpoint", ""),
        ("p256dh", given["auth"]),
        ("auth", "*"),
    ]

    for name, value in wrong:
        with pytest.raises(Invalid) as refused:
            push_subscriptions.subscribe(**given | {name: value}, by=rui, at=MONDAY)
        assert [fault.field for fault in refused.value.errors] == [name]


def test_of_many_browsers_the_oldest_make_room(acme: Customer, service: Web) -> None:
    """AP-17: nobody fills the table."""
    for number in range(MOST + 2):
        browser_of(acme.desk.rui, service, f"b{number}")

    kept = PushSubscription.objects.order_by("pk").values_list("endpoint", flat=True)
    assert [one.rpartition("/")[2] for one in kept] == [f"b{number}" for number in range(2, MOST + 2)]


@followed
def test_two_processes_make_one_key_and_a_lost_one_is_made_anew(acme: Customer, service: Web, settings: Any) -> None:
    """AP-17: made once; whoever changes the installation's key keeps it as long as the old one is named."""
    first, second = at_once(private_key, private_key)
    assert first == second == private_key()
    browser_of(acme.marta, service)
    old = settings.SECRET_KEY

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "y" * 50, [old]
    assert private_key() == first
    settings.SECRET_KEY_FALLBACKS = []
    assert private_key() != first
    assert Secret.objects.count() == 1
    assert not PushSubscription.objects.exists()


@pytest.mark.soak
@followed
def test_from_the_request_to_the_hand_over_it_takes_less_than_five_seconds_in_the_soak(
    acme: Customer, service: Web
) -> None:
    """AP-17, issue 6: in the soak two hundred requests within a minute, two browsers each, on a worker that stays; here
    a few, of which each is handed over once."""
    marta, sofia = browser_of(acme.marta, service), browser_of(acme.sofia, service)
    count = 200 if SOAK else 5
    items, asked, stop = [acme.ticket() for _ in range(count)], {}, threading.Event()
    worker = threading.Thread(target=loop.Worker(stop=stop, only="push")._apart, args=[loop.push])
    worker.start()
    try:
        for item in items:
            asked[acme.asked(item, at=timezone.now()).pk] = time.monotonic()
            stop.wait(60 / count if SOAK else 0)
        assert service.hears(2 * count, within=60)
    finally:
        stop.set()
        worker.join()
    for browser in (marta, sofia):
        assert sorted(one["tag"] for one in browser.told()) == sorted(f"approval-{pk}" for pk in asked)
    if SOAK:
        waits = sorted(at - asked[int(one["tag"].partition("-")[2])] for at, one in timed(marta, sofia, service))
        assert waits[-1] < 5, (
            f"half of {len(waits)} within {waits[len(waits) // 2]:.2f} s, the last after {waits[-1]:.2f} s"
        )


def timed(marta: Browser, sofia: Browser, service: Web) -> Iterator[tuple[float, dict[str, Any]]]:
    for heard in service.heard:
        reader = marta if heard.path == marta.path else sofia
        yield heard.at, json.loads(reader.read(heard.body))


@followed
def test_notes_are_never_pushed(acme: Customer, service: Web) -> None:
    """CG-55: who asks hears nothing, and what is told of a note has none of its words."""
    item, rui, ana = acme.ticket(), browser_of(acme.desk.rui, service), browser_of(acme.desk.ana, service)
    working.start(item, by=acme.desk.ana, at=MONDAY)
    notes.add_note(fresh(item), body="@Ana Lima He is a difficult one.", by=acme.desk.leo, at=LATER)
    while notifying.notify(at=LATER):
        pass
    push(LATER)

    assert rui.told() == []
    assert [one["title"] for one in ana.told()] == ["Leo Roy mentioned you in a note"]
