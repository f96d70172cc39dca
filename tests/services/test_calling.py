"""Actions that call another system: after the commit, at least once, and what comes of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.fakes.web import Web, serving
from tests.flows import begun, names, running
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_races import at_once, sound
from tests.services.test_receiving import mail
from tramita.domain.codes import Listed, State
from tramita.models import Delivery, Entry, Item
from tramita.services import calling, receiving, resolving, waiting
from tramita.services.call_orders import KIND
from tramita.services.claiming import DELIVERIES, claim

SOON, HOUR = MONDAY + timedelta(seconds=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def erp(settings: Any) -> Iterator[Web]:
    """Another system, inside of our network, which may be called."""
    settings.TRAMITA_CALLS_INSIDE = frozenset({"localhost"})
    with serving() as web:
        yield web


def calls(desk: Desk, web: Web, **keys: Any) -> tuple[Item, Item]:
    """A Case whose first step calls it; the Case and the Action."""
    tell = {"kind": "call_api", "url": f"{web.address}/suppliers", **keys}
    fields = {"amount": 20, "name": "Ines & Co"}
    case = begun(desk, {"one": ["tell"], "two": ["pay"]}, actions={"tell": tell}, fields=fields)
    return case, Item.objects.get(parent=case, action_name="tell")


def why(action: Item) -> Any:
    told = Entry.objects.filter(item=action, type="action_failed").latest("seq")
    return told.data["why"], told.words["names"]


def test_the_system_is_called_after_the_commit_and_the_case_goes_on(desk: Desk, erp: Web, monkeypatch: Any) -> None:
    """A-55, DESIGN decision 5: placeholders keep their kinds; a secret comes out of the environment alone."""
    monkeypatch.setenv("ERP_TOKEN", "Bearer 17")
    body = json.dumps({"sum": "{{fields.amount}}", "text": "For {{case}}: {{title}}", "gone": "{{fields.x}}"})
    case, action = calls(
        desk,
        erp,
        url=f"{erp.address}/suppliers/{{{{fields.name}}}}",
        method="PUT",
        body=body,
        headers={"X-Ref": "{{reference}}"},
        secret_headers={"Authorization": "ERP_TOKEN"},
    )
    before = (action.state, len(erp.heard))

    calling.call_due(at=SOON)

    [heard] = erp.heard
    assert before == (State.WAITING, 0)
    assert (heard.method, heard.path) == ("PUT", "/suppliers/Ines%20%26%20Co")
    assert json.loads(heard.body) == {"sum": 20, "text": f"For {case.reference}: Bodegas Llorente", "gone": None}
    assert (heard.headers["X-Ref"], heard.headers["Authorization"]) == (action.reference, "Bearer 17")
    assert heard.headers["Idempotency-Key"].startswith(action.reference)
    assert (fresh(action).state, names(case)) == (State.CLOSED, ["pay"])
    assert "Bearer" not in json.dumps(list(Entry.objects.values_list("data", "words")))
    in_order(action)


def test_what_fails_for_a_while_is_tried_again_with_the_same_key(desk: Desk, erp: Web) -> None:
    """A-55: with back-off, and then it goes on."""
    erp.answers = [(503, "busy"), (429, ""), (200, "")]
    case, action = calls(desk, erp)

    for later in (timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=7)):
        calling.call_due(at=MONDAY + later)

    assert len(erp.heard) == 3
    assert len({one.headers["Idempotency-Key"] for one in erp.heard}) == 1
    assert (fresh(action).state, names(case)) == (State.CLOSED, ["pay"])


@pytest.mark.parametrize(
    ("answers", "keys", "said"),
    [
        ([(400, "no such supplier")], {}, "the answer is 400 no such supplier"),
        ([(500, "")], {"retries": 0}, "the answer is 500"),
        ([(503, "")], {"timeout": "10 seconds"}, "the answer is 503"),
        ([(302, "")], {}, "the answer is 302"),
        ([(200, "no JSON")], {"store": {"number": "id"}}, "the answer cannot be read"),
        ([(200, "{}")], {"store": {"number": "supplier.id"}}, "no value at supplier.id"),
        ([(200, "")], {"secret_headers": {"Authorization": "NO_SUCH_VARIABLE"}}, "NO_SUCH_VARIABLE"),
    ],
)
def test_what_fails_for_good_is_a_persons_with_the_error(
    desk: Desk, erp: Web, answers: list[tuple[int, str]], keys: dict[str, Any], said: str
) -> None:
    """A-55: To Do in its queue, highlighted; it is called no more."""
    erp.answers = answers
    case, action = calls(desk, erp, **keys)

    calling.call_due(at=SOON)
    calling.call_due(at=MONDAY + HOUR)

    held, (code, error) = fresh(action), why(action)
    assert (held.state, held.listed, held.highlighted, code) == (State.TO_DO, Listed.QUEUE, True, "call")
    assert said in error
    assert len(erp.heard) <= 1
    assert Delivery.objects.get(item=action).state == Delivery.State.FAILED
    assert names(case) == ["tell"]
    in_order(action)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/"]
)
def test_what_is_inside_is_not_called_unless_it_is_named(desk: Desk, erp: Web, url: str) -> None:
    """A-55, DEPENDENCIES: private addresses are refused, whatever their names."""
    _, action = calls(desk, erp, url=url)

    calling.call_due(at=SOON)

    assert "inside of the own network" in why(action)[1]


def test_the_answer_goes_into_fields_of_the_case(desk: Desk, erp: Web) -> None:
    """A-55: where it is configured; conditions after it see it."""
    erp.answers = [(200, '{"supplier": {"id": "S-17"}}')]
    case, _ = calls(desk, erp, store={"number": "supplier.id"})

    calling.call_due(at=SOON)

    assert fresh(case).fields["number"] == "S-17"
    in_order(case)


def test_a_worker_that_dies_while_it_calls_is_followed_by_another(desk: Desk, erp: Web) -> None:
    """A-55: at least once, so with the key of the first."""
    case, _ = calls(desk, erp)
    [lost] = claim(DELIVERIES, (KIND,), at=SOON)

    calling.call_due(at=SOON + timedelta(minutes=1))
    during = len(erp.heard)
    calling.call_due(at=SOON + timedelta(minutes=3))

    assert (during, len(erp.heard)) == (0, 1)
    assert erp.heard[0].headers["Idempotency-Key"].endswith(f"-{lost.id}")
    assert names(case) == ["pay"]


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_an_abort_do_not_meet_halfway(desk: Desk, erp: Web) -> None:
    """A-55, C-60: whoever is first, nothing runs in a Closed Case."""
    case, action = calls(desk, erp)

    at_once(lambda: calling.call_due(at=SOON), lambda: resolving.abort(fresh(case), by=desk.ana, at=SOON))

    assert (sound(case).state, names(case)) in ((State.CLOSED, []), (State.TO_DO, ["pay"]))
    assert sound(action).state is State.CLOSED
    assert not Delivery.objects.filter(item=action, state=Delivery.State.PENDING).exists()


def test_what_was_taken_meanwhile_is_not_called(desk: Desk, erp: Web) -> None:
    """A-55: a person has it; not even when they wait for something else."""
    _, action = calls(desk, erp)
    waiting.resume(fresh(action), by=desk.ana, at=SOON)
    waiting.wait(fresh(action), type="more_information", by=desk.ana, at=SOON)

    calling.call_due(at=MONDAY + HOUR)

    assert (erp.heard, Delivery.objects.get(item=action).state) == ([], Delivery.State.CANCELLED)


def test_no_mail_ends_the_wait_for_a_system(desk: Desk, erp: Web, data_dir: object) -> None:
    """A-55, W-1: but once a person waits there for an answer, it does."""
    _, action = calls(desk, erp)

    receiving.receive(mail(f"Re {action.reference}", sender=str(desk.rui.email)), source="import", at=SOON)

    assert fresh(action).state is State.WAITING
    assert running(fresh(action.parent)) == [action]
