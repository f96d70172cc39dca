"""Webhooks on pages: made with their secret shown once, tried out, told again; each answer is in the log (API-2)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.desk import Desk
from tests.fakes.web import Web, serving
from tests.web.conftest import Browser
from tests.web.reading import words_of
from tramita.domain.codes import Role
from tramita.domain.webhooks import EVENTS
from tramita.models import Webhook, WebhookDelivery
from tramita.services import webhook_calls, webhooks

pytestmark = pytest.mark.django_db
PAGE = "/settings/webhooks"
State = WebhookDelivery.State


@pytest.fixture
def other(settings: Any) -> Iterator[Web]:
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8", "::1"})
    with serving() as running:
        yield running


@pytest.fixture
def root(desk: Desk, as_: Browser) -> Client:
    """The browser of an administrator."""
    return as_(factories.administrator())


def made(root: Client, other: Web, *events: str) -> Webhook:
    """One whose secret was seen."""
    form = {"url": f"{other.address}/hook", "events": events or EVENTS, "description": "The ledger"}
    assert "whsec_" in words_of(root.post(f"{PAGE}/new", form, follow=True))
    return Webhook.objects.get()


def told(hook: Webhook, state: State, **columns: Any) -> WebhookDelivery:
    at = timezone.now()
    ended = {"ended_at": at} if state is not State.PENDING else {}
    plain: dict[str, Any] = {"event": "item.created", "name": "msg_1", "created_at": at, "due_at": at}
    return WebhookDelivery.objects.create(webhook=hook, state=state, **plain | ended | columns)


def test_a_new_one_shows_its_secret_once(root: Client, other: Web) -> None:
    """API-2: neither a second look nor a form sent again shows it, and a new secret lets the old one sign for a day."""
    hook = made(root, other, "item.created")
    here = f"{PAGE}/{hook.pk}"
    assert "whsec_" not in words_of(root.get(here))
    assert "The ledger" in words_of(root.get(PAGE))

    first = words_of(root.post(f"{here}/secret", follow=True))
    second = words_of(root.post(f"{here}/secret", follow=True))

    assert len({one for words in (first, second) for one in re.findall(r"whsec_\S+", words)}) == 2
    assert "the one before signs too until" in second
    now = timezone.now()
    assert len(webhook_calls.secrets_of(Webhook.objects.get(), at=now)) == 3  # pressed twice leaves no gap either
    assert len(webhook_calls.secrets_of(Webhook.objects.get(), at=now + timedelta(days=1, minutes=1))) == 1


def test_a_wrong_form_says_so_beside_the_field_and_keeps_what_was_typed(root: Client, other: Web) -> None:
    """UI: a refusal explains; nothing is made."""
    answer = root.post(f"{PAGE}/new", {"url": "http://10.0.0.1/", "description": "Ledger"})
    assert answer.status_code == 422
    assert "inside of the own network" in words_of(answer)
    assert "http://10.0.0.1/" in answer.content.decode()

    nothing = root.post(f"{PAGE}/new", {"url": f"{other.address}/hook"})
    assert "Choose among these" in words_of(nothing)
    assert not Webhook.objects.exists()


def test_the_button_tells_at_once_and_says_what_was_answered(root: Client, other: Web) -> None:
    """API-2: the test button; the log keeps the answer of each try."""
    hook = made(root, other)
    here = f"{PAGE}/{hook.pk}"
    assert "It took the test and answered 200" in words_of(root.post(f"{here}/test", follow=True))

    other.answers = [(503, "Down for\nmaintenance")]
    assert "The test was not taken" in words_of(root.post(f"{here}/test", follow=True))

    one = hook.deliveries.get(state=State.FAILED)
    words = words_of(root.get(f"{here}/deliveries/{one.pk}"))
    assert "503 It was refused. Down for maintenance" in words
    assert '"type": "test"' in words
    failing = words_of(root.get(PAGE))
    assert "Failing" in failing
    assert [heard.path for heard in other.heard] == ["/hook", "/hook"]


def test_one_thing_or_a_span_is_told_again(root: Client, other: Web) -> None:
    """API-2: replay, under the ids of before; a test that was pressed is not among them."""
    hook = made(root, other)
    here, now = f"{PAGE}/{hook.pk}", timezone.now()
    failed, taken = told(hook, State.FAILED), told(hook, State.DONE, name="msg_2")
    long_ago = told(hook, State.FAILED, created_at=now - timedelta(days=9), name="msg_3")
    told(hook, State.FAILED, event="test", name="msg_4")
    span = {"since": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}"}

    assert "1 thing is told again" in words_of(root.post(f"{here}/replay", span, follow=True))
    assert WebhookDelivery.objects.get(state=State.PENDING) == failed
    assert "1 thing is told again" in words_of(root.post(f"{here}/replay", span | {"all": "on"}, follow=True))
    root.post(f"{here}/deliveries/{long_ago.pk}/replay")
    waits = set(WebhookDelivery.objects.filter(state=State.PENDING).values_list("name", flat=True))
    assert waits == {"msg_1", "msg_2", "msg_3"}
    assert taken.name in waits

    webhook_calls.call_due(at=timezone.now())

    assert {heard.headers["webhook-id"] for heard in other.heard} == waits
    refused = root.post(f"{here}/replay", {"since": "2026-03-02T10:00", "until": "2026-03-02T09:00"})
    assert (refused.status_code, "not after the beginning" in words_of(refused)) == (422, True)


def test_one_that_is_off_is_neither_tried_nor_told_again(root: Client, other: Web) -> None:
    """API-2: it says so, and hears from now on once it is on again."""
    hook = made(root, other)
    here = f"{PAGE}/{hook.pk}"
    one = told(hook, State.FAILED)
    assert "hears nothing more" in words_of(root.post(f"{here}/switch", follow=True))

    for path in ("test", f"deliveries/{one.pk}/replay"):
        answer = root.post(f"{here}/{path}")
        assert (answer.status_code, "This webhook is switched off." in words_of(answer)) == (409, True)
    assert "from now on" in words_of(root.post(f"{here}/switch", {"on": "on"}, follow=True))
    assert root.post(f"{here}/remove", follow=True).status_code == 200
    assert not WebhookDelivery.objects.exists()


def test_the_log_is_narrowed_and_what_waits_is_counted(
    root: Client, other: Web, django_assert_num_queries: Any
) -> None:
    """Health at a glance."""
    hook = made(root, other, "item.created")
    for number, state in enumerate((State.PENDING, State.PENDING, State.FAILED)):
        told(hook, state, name=f"msg_{number}")

    assert len(re.findall("An item came to be", words_of(root.get(f"{PAGE}/{hook.pk}?state=failed")))) == 2  # and above
    assert re.search(r"Not yet — 2 —", words_of(root.get(PAGE)))
    with django_assert_num_queries(5):
        root.get(PAGE)


def test_who_may_not_have_them_has_no_page(desk: Desk, root: Client, other: Web, as_: Browser) -> None:
    """API-2: the builder role; a designer sees their own alone."""
    hook = made(root, other)
    designer = factories.agent("Dora", role=Role.DESIGNER)
    webhooks.subscribe(f"{other.address}/theirs", EVENTS, by=designer, at=timezone.now())

    for who in (desk.ana, desk.leo):
        assert {as_(who).get(path).status_code for path in (PAGE, f"{PAGE}/new", f"{PAGE}/{hook.pk}")} == {403}
        assert as_(who).post(f"{PAGE}/{hook.pk}/remove").status_code == 403
        assert PAGE not in as_(who).get("/settings/").content.decode()
    assert as_(designer).get(f"{PAGE}/{hook.pk}").status_code == 404
    assert "/theirs" in words_of(as_(designer).get(PAGE))
    assert "/hook" not in words_of(as_(designer).get(PAGE))
    assert PAGE in as_(designer).get("/settings/").content.decode()
    assert "/theirs" in words_of(root.get(PAGE))
