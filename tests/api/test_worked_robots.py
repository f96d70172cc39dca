"""The robots in examples/ work off the queue of invoices through the API."""

import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from tests.api.callers import ask
from tests.api.in_process import desk_of
from tests.desk import Desk
from tests.services.test_edges import fresh
from tramita.domain.codes import State
from tramita.models import Item, Message, Person, Proposal

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import invoice_robot  # noqa: E402 - it is found by the line above
import model_robot  # noqa: E402 - it too

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
ANSWERS = "http://model.example/v1/chat/completions"
MODEL = model_robot.Model("http://model.example/v1", "small")


def says(content: Any, **more: Any) -> dict[str, Any]:
    return {"json": {"choices": [{"message": {"content": content}}]}, **more}


def test_the_robot_of_rules_proposes_what_it_knows_and_rejects_the_rest(desk: Desk) -> None:
    """Issue of robots: by lease, by rules; people agree, and only then anything leaves."""
    known = desk.ticket(title="Invoice 991 came twice")
    unknown = desk.ticket(title="Where is the canteen?", description="I am hungry.")
    Person.objects.filter(pk=desk.rui.pk).update(email="rui@acme.example")

    assert sorted(invoice_robot.run(desk_of(desk.robot.id or 0), once=True)) == ["duplicate", "rejected"]

    assert [fresh(one).robot_rejected for one in (known, unknown)] == [True, True]
    assert not Message.objects.filter(outgoing=True, automatic=False).exists()
    mail, result = Proposal.objects.order_by("pk")
    ana = ask(desk.ana.id or 0)
    for one in (mail, result):
        assert ana.post(f"/proposals/{one.pk}/accept").status_code == 200
    sent = Message.objects.get(outgoing=True, automatic=False)
    assert "invoice 991 twice as well" in sent.text
    assert (fresh(known).state, fresh(known).resolver_id) == (State.RESOLVED, desk.robot.id)  # it may; Ana let it


def test_the_robot_of_rules_knows_five_languages() -> None:
    """Issue of robots."""
    texts = ("Invoice 12 twice", "Fatura 12 duas vezes", "Facture 12 en double", "Factura 12 dos veces")
    for text in (*texts, "Faktura 12 dwa razy"):
        found = invoice_robot.classify(text)
        assert found is not None
        assert (found[0].name, found[1]) == ("duplicate", "12")
    assert invoice_robot.classify("Invoice without a number came twice") is None


def test_the_robot_goes_on_when_it_is_stopped_in_the_middle(desk: Desk) -> None:
    """Z-17: a leader takes the item away while it works; the next is worked on."""
    desk.ticket(title="Invoice 991 came twice")
    here, classify = desk_of(desk.robot.id or 0), invoice_robot.classify

    def taken_away(text: str) -> Any:
        reference = Item.objects.get(assignee=desk.robot.id).reference
        ask(desk.leo.id or 0).post(f"/items/{reference}/release")
        return classify(text)

    invoice_robot.classify = taken_away
    try:
        first = here.post("/robot/next")
        with pytest.raises(invoice_robot.Problem) as caught:
            invoice_robot.work_on(here, first["item"], first["lease"])
    finally:
        invoice_robot.classify = classify
    assert caught.value.code == "lease_lost"


def test_the_robot_with_a_model_is_off_unless_configured() -> None:
    """Issue of robots."""
    assert model_robot.configured({}) is None
    assert model_robot.configured({"MODEL_URL": "http://x"}) is None
    assert model_robot.configured({"MODEL_URL": "http://x", "MODEL_NAME": "m"}) == model_robot.Model("http://x", "m")


def test_a_draft_of_the_model_is_proposed_and_nothing_else_is_done(desk: Desk) -> None:
    """Z-17, AI-1: it sees the words of the item; what it says is a proposal, with how sure it is."""
    desk.ticket(title="Invoice 991 came twice")
    here = desk_of(desk.robot.id or 0)
    taken = here.post("/robot/next")
    with responses.RequestsMock() as service:
        service.add("POST", ANSWERS, **says('{"answer": "We pay it once.", "percent": 70}'))
        assert model_robot.work_on(here, taken["item"], taken["lease"], MODEL) == "proposed"
        assert "Invoice 991" in str(service.calls[0].request.body)

    made = Proposal.objects.get()
    assert (made.given["text"], made.confidence) == ("We pay it once.", 70)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [
        says("no JSON"),
        says('{"answer": 1}'),
        says('{"answer": "x", "percent": 1e999}'),
        says('{"answer": ' + "[" * 100_000),
        {"json": {}},
        {"status": 500},
        {"body": requests.Timeout("too slow")},
        {"body": requests.ConnectionError("away")},
    ],
)
def test_a_model_that_is_away_slow_or_strange_has_no_answer(answer: dict[str, Any]) -> None:
    """Issue of robots: time-outs, and whatever it says."""
    with responses.RequestsMock() as service:
        service.add("POST", ANSWERS, **answer)
        assert MODEL.draft("Invoice 991") == ("", 0)


def test_what_is_refused_goes_to_people_and_the_next_is_worked_on(desk: Desk) -> None:
    """Issue of robots: a title of two lines, and drafts that nothing can keep."""
    odd = desk.ticket(title="Invoice 991\r\ncame twice")
    assert invoice_robot.run(desk_of(desk.robot.id or 0), once=True) == ["duplicate"]
    assert Proposal.objects.get(verb="mail").given["subject"] == "Invoice 991 came twice"

    drafted = [desk.ticket(title=f"Invoice 99{number}") for number in (2, 3)]
    with responses.RequestsMock() as service:
        service.add("POST", ANSWERS, **says('{"answer": "We pay \\ud800", "percent": 70}'))
        service.add("POST", ANSWERS, **says('{"answer": "We pay it.", "percent": 70}'))
        model_robot.run(desk_of(desk.robot.id or 0), MODEL)

    assert [fresh(one).robot_rejected for one in (odd, *drafted)] == [True, True, True]
    assert Proposal.objects.filter(given__text="We pay it.").count() == 1
