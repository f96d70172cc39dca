"""Who had others told of what happens, and what they did about it (TO-6)."""

from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.fakes.dripping import BODY, dripping
from tests.services.test_auditing import keeps, told
from tramita.models import WebhookDelivery
from tramita.services import webhook_calls, webhooks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ADDRESS = "https://partner.example/hook?key=s3cret"


@pytest.fixture
def root() -> Any:
    return factories.administrator()


def everything(root: Any) -> None:
    """Make, move, switch off and on, give a new secret, try out, tell again, take away."""
    by = {"by": root, "at": MONDAY}
    hook, _ = webhooks.subscribe(ADDRESS, ["item.created"], description="Warehouse", **by)
    webhooks.change(hook.pk, url="https://other.example/hook?key=s3cret", active=True, **by)
    webhooks.change(hook.pk, active=False, **by)
    webhooks.change(hook.pk, active=True, **by)
    webhooks.rotate(hook.pk, **by)
    tried = webhooks.try_out(hook.pk, **by)
    WebhookDelivery.objects.update(state=WebhookDelivery.State.FAILED, event="item.created", name="evt-7")
    webhooks.replay(hook.pk, tried.pk, **by)
    webhooks.replay(hook.pk, tried.pk, **by)  # it waits already
    WebhookDelivery.objects.update(state=WebhookDelivery.State.FAILED)
    webhooks.replay_span(hook.pk, since=MONDAY, **by)
    webhooks.remove(hook.pk, **by)


def test_what_is_done_with_a_webhook_is_audited(desk: Desk, root: Any) -> None:
    """TO-6, SEC-3: by host, for an address may hold a secret; only where that area is switched on."""
    everything(root)
    none = told()
    keeps("webhooks")
    everything(root)

    lines = told()
    hook = lines[0][2].split()[0]
    assert none == []
    assert [(what, why) for _area, what, _about, why in lines] == [
        ("made", ""),
        ("changed", "partner.example → other.example"),
        ("stopped", ""),
        ("resumed", ""),
        ("rekeyed", ""),
        ("tried", ""),
        ("replayed", "evt-7"),
        ("replayed", f"{MONDAY.isoformat()} –: 1"),
        ("deleted", ""),
    ]
    assert {one[0] for one in lines} == {"webhooks"}
    assert [one[2] for one in lines[:2]] == [f"{hook} partner.example Warehouse", f"{hook} other.example Warehouse"]
    assert "s3cret" not in repr(lines)


def test_a_change_that_changes_nothing_is_not_told(desk: Desk, root: Any) -> None:
    """TO-6."""
    keeps("webhooks")
    hook, _ = webhooks.subscribe(ADDRESS, ["item.created"], by=root, at=MONDAY)

    webhooks.change(hook.pk, url=ADDRESS, events=["item.created"], active=True, by=root, at=MONDAY)

    assert [one[1] for one in told()] == ["made"]


def test_who_drips_an_answer_has_given_none(
    desk: Desk, root: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API-2: a byte at a time is no answer, however long it goes on."""
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8"})
    monkeypatch.setattr(webhook_calls, "PATIENCE", 0.3)
    with dripping(BODY) as port:
        hook, _ = webhooks.subscribe(f"http://127.0.0.1:{port}/", ["item.created"], by=root, at=MONDAY)
        made = webhooks.try_out(hook.pk, by=root, at=MONDAY)

        webhook_calls.tell_now(made, at=MONDAY)

    row = WebhookDelivery.objects.get()
    assert (row.state, row.error) == (WebhookDelivery.State.FAILED, "127.0.0.1 does not answer in time")
