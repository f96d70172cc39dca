"""Other systems are told of what happens: once each, in order, again when it failed, and no word of anybody's."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.fakes.web import Heard, Web, serving
from tests.services.test_races import at_once
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotFound, NotPermitted
from tramita.domain.webhooks import EVENTS, WAITS, signed
from tramita.models import Item, Person, Webhook, WebhookDelivery
from tramita.queries import webhooks as queries
from tramita.queries.people import actor_by_id
from tramita.services import (
    notes,
    retention,
    webhook_calls,
    webhook_orders,
    webhooks,
    working,
)
from tramita.services.claiming import claim
from tramita.services.webhook_calls import HOOKS

# what follows the ledger reads what is committed
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def root() -> Any:
    return factories.administrator()


@pytest.fixture
def other(settings: Any) -> Iterator[Web]:
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8", "::1"})
    with serving() as running:
        yield running


def listens(other: Web, by: Any, *events: str, path: str = "/hook", at: datetime = MONDAY) -> tuple[Webhook, str]:
    return webhooks.subscribe(f"{other.address}{path}", events or EVENTS, by=by, at=at)


def follow() -> None:
    while webhook_orders.follow(at=LATER):
        pass


def tell(at: datetime = LATER) -> None:
    """As a worker does: those who are well, and those where something failed."""
    while webhook_calls.call_due(at=at) + webhook_calls.call_due(at=at, failing=True):
        pass


def bodies(other: Web) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in other.heard]


def test_what_happens_is_told_signed_and_without_words(desk: Desk, root: Any, other: Web) -> None:
    """API-2, INTERFACES section 5; what was written stays in the house."""
    _hook, secret = listens(other, root)
    item = desk.ticket(title="Invoice 991", at=MONDAY)
    working.start(item, by=desk.ana, at=MONDAY)
    notes.add_note(item, body="They never pay.", by=desk.ana, at=MONDAY)
    follow()
    tell()

    told = bodies(other)
    assert [one["type"] for one in told][:1] == ["item.created"]
    assert {one["type"] for one in told} >= {"item.created", "item.state_changed", "communication.created"}
    last = told[-1]["data"]
    assert (last["reference"], last["kind"], last["title"]) == (str(item.reference), "ticket", "Invoice 991")
    assert (last["customer"], last["contract"], last["service"]) == ("acme", "main", "finance")
    assert last["communication"] == 4  # API-4: a note
    heard = other.heard[-1]
    again = signed(heard.headers["webhook-id"], heard.body.decode(), [secret], at=LATER)
    assert heard.headers["webhook-signature"] == again["webhook-signature"]
    assert not any(word in one.body.decode() for one in other.heard for word in ("never pay", "It came twice", "rui"))


def test_before_submission_a_draft_has_neither_title_nor_due_date(desk: Desk, root: Any, other: Web) -> None:
    """API-2; and only who may see the Draft hears of it (T-51)."""
    designer = factories.agent("Dora", role=Role.DESIGNER)
    listens(other, root, "item.created")
    listens(other, designer, "item.created", path="/designer")
    draft = desk.ticket(draft=True)
    follow()
    tell()

    [told] = bodies(other)
    assert (told["data"]["state"], told["data"]["title"], told["data"]["due_at"]) == ("draft", "", None)
    assert told["data"]["id"] == draft.pk
    assert other.heard[0].path == "/hook"


def test_who_listens_hears_of_what_they_may_see_and_of_what_comes(desk: Desk, root: Any, other: Web) -> None:
    """API-2, SEC-2: permission on the data; and nothing of before."""
    desk.ticket(title="Long ago")
    elsewhere = factories.administrator("Elsewhere")
    Person.objects.get(pk=elsewhere.id).grants.create(path="other", permissions=["view", "configure"])
    listens(other, elsewhere, path="/elsewhere")
    listens(other, root, "item.created", path="/root", at=LATER)
    desk.ticket(title="Now", at=LATER)
    follow()
    tell()

    assert [(one.path, json.loads(one.body)["data"]["title"]) for one in other.heard] == [("/root", "Now")]


def test_what_failed_is_told_again_under_its_id_and_holds_only_its_item(desk: Desk, root: Any, other: Web) -> None:
    """API-2: at least once, in order for each item."""
    listens(other, root, "item.created", "item.state_changed")
    one, two = desk.ticket(title="One"), desk.ticket(title="Two")
    working.start(one, by=desk.ana, at=MONDAY)
    follow()
    other.answers = [(503, ""), (200, "")]
    tell()

    first = other.heard[0].headers["webhook-id"]
    held = str(WebhookDelivery.objects.get(name=first).item.reference)
    assert held not in {json.loads(heard.body)["data"]["reference"] for heard in other.heard[1:]}
    assert Webhook.objects.get().failing_since == LATER or len(other.heard) > 1

    tell(LATER + WAITS[0] * 2)

    by_item = defaultdict(list)
    for heard in other.heard[1:]:
        by_item[json.loads(heard.body)["data"]["reference"]].append(json.loads(heard.body)["type"])
    assert by_item[str(one.reference)] == ["item.created", "item.state_changed"]
    assert by_item[str(two.reference)] == ["item.created"]
    assert [heard.headers["webhook-id"] for heard in other.heard].count(first) == 2
    assert Webhook.objects.get().failing_since is None


def test_who_takes_nothing_is_told_apart_until_it_takes_something(desk: Desk, root: Any, other: Web) -> None:
    """API-2: one that is away, with much that waits for it, holds nobody up; the answer of each try is kept."""
    away = webhooks.subscribe("http://127.0.0.1:1/", ["item.created"], by=root, at=MONDAY)[0]
    listens(other, root, "item.created")
    for number in range(4):
        desk.ticket(title=f"Number {number}")
    follow()
    other.answers = [(500, ""), (200, "")]
    webhook_calls.call_due(at=LATER)
    assert Webhook.objects.get(pk=away.pk).failing_since == LATER
    desk.ticket()
    follow()

    assert webhook_calls.call_due(at=LATER) == 1  # of who is well
    assert webhook_calls.call_due(at=LATER, failing=True) == 1
    mine = WebhookDelivery.objects.filter(webhook=away).exclude(answers=None)
    assert {(answer["outcome"], answer["status"]) for one in mine for answer in one.answers} == {("unreachable", None)}
    well = Webhook.objects.exclude(pk=away.pk).get()
    assert (well.failing_since, well.taken_at) == (None, LATER)

    Webhook.objects.filter(pk=away.pk).update(url=f"{other.address}/back")
    tell(LATER + WAITS[0] * 2)
    assert Webhook.objects.get(pk=away.pk).failing_since is None
    [kept] = WebhookDelivery.objects.filter(webhook=well, tries=2)
    assert [answer["outcome"] for answer in kept.answers] == ["refused", "taken"]


def test_after_three_days_it_is_given_up_and_can_be_told_again_by_hand(desk: Desk, root: Any, other: Web) -> None:
    """API-2: the log says why; a replay has the same id."""
    hook, _ = listens(other, root, "item.created")
    desk.ticket()
    follow()
    other.answers, at = [(500, "")], LATER
    for wait in (*WAITS, timedelta()):
        tell(at)
        at += wait * 1.3

    told = WebhookDelivery.objects.get()
    assert (told.state, told.status, told.error) == (WebhookDelivery.State.FAILED, 500, "it answers 500")
    assert len(other.heard) == len(WAITS) + 1

    other.answers = [(204, "")]
    webhooks.replay(hook.pk, told.pk, by=root, at=at)
    tell(at)

    assert WebhookDelivery.objects.get().state == WebhookDelivery.State.DONE
    assert len({heard.headers["webhook-id"] for heard in other.heard}) == 1


def test_who_answers_that_it_is_gone_hears_nothing_more(desk: Desk, root: Any, other: Web) -> None:
    """API-2, Standard Webhooks: 410."""
    listens(other, root)
    desk.ticket()
    follow()
    other.answers = [(410, "")]
    tell()
    desk.ticket()
    follow()
    tell(LATER + timedelta(days=1))

    assert not Webhook.objects.get().active
    assert len(other.heard) == 1


def test_a_right_that_is_lost_ends_it(desk: Desk, root: Any, other: Web) -> None:
    """API-2, SEC-1: between what happened and what is told, too."""
    listens(other, root)
    desk.ticket()
    follow()
    Person.objects.filter(pk=root.id).update(role="agent")
    tell()
    desk.ticket()
    follow()

    assert other.heard == []
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {WebhookDelivery.State.FAILED}


def test_what_may_not_be_seen_any_more_is_neither_told_nor_shown(desk: Desk, root: Any, other: Web) -> None:
    """API-2, SEC-2, decision 89: rights are those of the moment when it is told, told again or read."""
    hook, _ = listens(other, root, "item.created", "item.state_changed")
    item = desk.ticket(title="Invoice 991")
    follow()
    tell()
    working.start(item, by=desk.ana, at=MONDAY)
    follow()
    number = WebhookDelivery.objects.earliest("pk").pk

    Person.objects.get(pk=root.id).grants.create(path="other", permissions=["view", "configure"])
    narrowed = actor_by_id(root.id)
    tell()

    assert len(other.heard) == 1
    assert [one.error for one in WebhookDelivery.objects.order_by("pk")] == ["", webhook_calls.NOT_ALLOWED.error]
    assert queries.told(hook, narrowed, before=0, limit=9) == ([], None)
    assert webhooks.replay_span(hook.pk, since=MONDAY, failed_only=False, by=narrowed, at=LATER) == 0
    with pytest.raises(NotFound):
        webhooks.replay(hook.pk, number, by=narrowed, at=LATER)
    assert webhooks.try_out(hook.pk, by=narrowed, at=LATER).event == "test"


def test_what_a_worker_switched_off_stays_off_when_its_description_is_changed(
    desk: Desk, root: Any, other: Web
) -> None:
    """API-2: it said that it is gone; only what is given is changed."""
    hook, _ = listens(other, root)
    read, stale = webhooks.own, Webhook.objects.get()

    def own(number: int, *, by: Any) -> Webhook:
        """As somebody read it before the worker wrote."""
        Webhook.objects.filter(pk=read(number, by=by).pk).update(active=False)
        return stale

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(webhooks, "own", own)
        webhooks.change(hook.pk, description="Books", by=root, at=LATER)

    assert not Webhook.objects.get().active


def test_the_own_network_is_refused_unless_it_is_allowed(desk: Desk, root: Any, other: Web, settings: Any) -> None:
    """INTERFACES section 5: `TRAMITA_WEBHOOK_ALLOW`; a name that leads inside is found out when something is sent."""
    listens(other, root, "item.created")
    desk.ticket()
    follow()
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"10.0.0.0/8"})
    tell()

    assert other.heard == []
    assert "TRAMITA_WEBHOOK_ALLOW does not name it" in WebhookDelivery.objects.get().error
    for url in ("http://127.0.0.1:1/", "http://[::1]/", "http://169.254.169.254/latest", "http://192.168.1.1/"):
        with pytest.raises(Invalid, match="own network"):
            webhooks.subscribe(url, EVENTS, by=root, at=MONDAY)
    assert webhooks.subscribe("http://10.1.2.3/", EVENTS, by=root, at=MONDAY)[0].url == "http://10.1.2.3/"


def test_only_who_configures_has_webhooks_and_each_their_own(desk: Desk, root: Any, other: Web) -> None:
    """API-2: the builder role."""
    designer = factories.agent("Dora", role=Role.DESIGNER)
    hook, _ = listens(other, root)

    with pytest.raises(NotPermitted):
        listens(other, desk.ana)
    with pytest.raises(NotFound):
        webhooks.own(hook.pk, by=designer)
    own, _ = listens(other, designer)
    assert webhooks.own(own.pk, by=root) == own


def test_for_a_day_both_secrets_sign(desk: Desk, root: Any, other: Web) -> None:
    """API-2: a key is changed without a gap."""
    hook, old = listens(other, root, "item.created")
    new = webhooks.rotate(hook.pk, by=root, at=MONDAY)
    for at in (LATER, MONDAY + timedelta(days=1)):
        webhooks.try_out(hook.pk, by=root, at=at)
        tell(at)

    both, one = (heard.headers["webhook-signature"].split() for heard in other.heard)
    assert len(both) == 2
    assert len(one) == 1
    assert old != new


def test_two_workers_order_and_tell_each_thing_once(desk: Desk, root: Any, other: Web) -> None:
    """DESIGN decisions 4 and 6: of two one takes a batch."""
    listens(other, root, "item.created")
    for number in range(6):
        desk.ticket(title=f"Number {number}")

    at_once(follow, follow)
    at_once(tell, tell)
    tell()

    assert sorted(one["data"]["title"] for one in bodies(other)) == [f"Number {number}" for number in range(6)]


def test_a_worker_that_died_with_it_leaves_it_to_the_next(desk: Desk, root: Any, other: Web) -> None:
    """DESIGN decision 6: its lease runs out."""
    listens(other, root, "item.created")
    desk.ticket()
    follow()
    assert len(claim(HOOKS, EVENTS, at=LATER)) == 1
    tell(LATER + timedelta(minutes=1))
    assert other.heard == []

    tell(LATER + timedelta(minutes=3))

    assert len(other.heard) == 1


@pytest.mark.parametrize("seed", [1])
def test_a_receiver_that_drops_a_third_gets_everything_in_order(desk: Desk, root: Any, other: Web, seed: int) -> None:
    """Issue 7: every event at least once, the same id on repeats, order per item kept."""
    chance = random.Random(seed)
    listens(other, root, "item.created", "item.state_changed")
    items = [desk.ticket(title=f"Number {number}") for number in range(5)]
    for item in items:
        working.start(item, by=desk.ana, at=MONDAY)
        working.to_do(Item.objects.get(pk=item.pk), by=desk.ana, at=MONDAY)
    follow()
    other.answers = [(500 if chance.random() < 0.3 else 200, "") for _ in range(400)]
    at = LATER
    while WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING).exists():
        tell(at)
        at += timedelta(hours=1)

    first: dict[str, Heard] = {}
    for heard in other.heard:
        kept = first.setdefault(heard.headers["webhook-id"], heard)
        assert kept.body == heard.body
    done = set(WebhookDelivery.objects.values_list("name", flat=True))
    assert done == set(first)
    for item in items:
        mine = [json.loads(one.body)["data"] for one in first.values() if json.loads(one.body)["data"]["id"] == item.pk]
        assert [one["entry"] for one in mine] == sorted(one["entry"] for one in mine)
    assert len(other.heard) > len(first)


def test_what_was_told_long_ago_is_forgotten(desk: Desk, root: Any, other: Web) -> None:
    """The log holds thirty days."""
    listens(other, root, "item.created")
    desk.ticket()
    follow()
    tell()

    assert retention.forget_webhooks(at=LATER + timedelta(days=29)) == 0
    assert retention.forget_webhooks(at=LATER + timedelta(days=31)) == 1


def test_while_nobody_listens_it_costs_a_statement(desk: Desk, django_assert_num_queries: Any) -> None:
    """It is asked once a second."""
    desk.ticket()
    with django_assert_num_queries(1):
        assert webhook_orders.follow(at=LATER) == 0
