"""The process that the product brings along, from a mail to the end: people, a robot, and another system."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.callers import problem
from tests.fakes.web import serving
from tests.onboarding import TYPE, Story
from tests.services.test_walk import consistent
from tramita.domain.codes import Method, State
from tramita.models import CaseAction, CaseStep, Delivery, Entry, Item

OF_CHECK = ["agreement-signed", "bank-check", "credit-rating"]  # the agreement itself is begun and done


@pytest.fixture
def story(transactional_db: None, data_dir: Path, settings: Any) -> Iterator[Story]:
    settings.TRAMITA_CALLS_INSIDE = frozenset({"localhost"})
    with serving() as erp:
        yield Story(data_dir, erp)


def test_a_supplier_is_taken_on_from_the_first_mail_to_the_last(story: Story) -> None:
    """C-1, C-7, C-8, C-10, C-22, C-30 to C-34, C-46, G-5, A-22, A-23, A-42, A-44, A-50 to A-55, EA-1 to EA-5, B-4.

    Rework twice, and a newer version between the two; nothing is left behind, nothing runs twice in a pass.
    """
    arrived = story.hand_in("Bodegas Llorente", "We would like to deliver to you.")
    story.case = arrived["items"][0]
    story.worker()
    asked = story.to("carmen@")
    assert (len(asked), story.standing()) == (2, ["ask-papers"])  # it was acknowledged, and asked for the papers

    answered = story.hand_in("Re: Bodegas Llorente", "Here they are.", answers=asked[-1])
    assert answered["items"] == [f"{story.case}-A1"]
    story.does(story.ana, "start", story.case)
    known = {"country": "ES", "iban": "ES00 0000", "volume": 42000}
    story.changes(story.ana, story.case, fields=known)
    assert story.ana.post("/next").json()["reference"] == f"{story.case}-A1"
    story.does(story.ana, "resolve", f"{story.case}-A1", {"method": "complete"})
    assert story.standing() == OF_CHECK

    bank = story.open("bank-check")
    problem(story.ana.post(f"/items/{bank}/resolve", {"method": "complete"}), 422, "validation_failed")
    story.bank_is_checked()
    assert story.robot_works() == "credit-rating"
    story.agreement_is_signed()
    assert story.standing() == ["approve"]
    story.worker()
    story.decides("helen@", "approve")
    story.erp.answers = [(400, "no such account")]
    story.worker()
    refused = Entry.objects.get(item__action_name="create-supplier", type="action_failed")
    assert "no such account" in str(refused.words)

    # nobody can do it: the Case comes back to its owner, who corrects the account and has it checked again
    story.does(story.ana, "resolve", story.open("create-supplier"), {"method": "unable_to_complete", "reason": "Wrong"})
    case = story.ana.get(f"/items/{story.case}").json()
    assert (case["state"], case["problem"]["code"], case["assignee"]["name"]) == ("to_do", "action_unable", "Ana Lima")
    story.changes(story.ana, story.case, fields={"iban": "ES91 2100"})
    story.does(story.ana, "rework", story.case, {"step": "check"})
    assert story.standing() == OF_CHECK

    # meanwhile the process gets a step more, and an Action another name; the Case goes on by it
    story.publish_newer()
    wanted = {"case_type": TYPE, "old": 1, "actions": {"credit-rating": "rating"}}
    seen = story.vera.post("/case-types/upgrades/preview", wanted).json()
    assert (seen["cases"], seen["move"], seen["stay"], [one["name"] for one in seen["actions"]]) == (
        1,
        1,
        0,
        ["credit-rating"],
    )
    assert story.vera.post("/case-types/upgrades", {**wanted, "new": 2}).status_code == 202
    story.worker()
    assert story.item().process_version.number == 2
    story.bank_is_checked()
    story.robot_works()
    story.agreement_is_signed()
    assert (story.standing(), story.robot_works(), story.standing()) == (["sanctions"], "sanctions", ["approve"])

    # who approves says no; from an Action that had ended it is done again, with what came after it
    story.worker()
    story.decides("rui@", "reject")
    assert story.ana.get(f"/items/{story.open('approve')}").json()["state"] == "to_do"
    ended = Item.objects.filter(action_name="bank-check").latest("ordinal")
    story.does(story.ana, "rework", story.open("approve"), {"action": ended.reference})
    assert story.standing() == ["agreement-signed", "bank-check", "rating"]
    story.is_done_again()
    story.decides("helen@", "approve")
    story.erp.answers = [(200, '{"supplier": {"number": "S-17"}}')]
    story.worker()

    done = story.ana.get(f"/items/{story.case}").json()
    assert (done["state"], done["resolution"]["method"]) == ("resolved", "fully_resolved")
    assert done["fields"]["supplier_number"] == "S-17"
    assert "you are a supplier" in str(story.to("carmen@")[-1].get_body())
    story.worker(after=timedelta(days=8))
    assert story.item().state is State.CLOSED
    nothing_is_left_behind(story)


def nothing_is_left_behind(story: Story) -> None:
    """Each pass ran each Action once; every ledger folds; no mail went twice, no order waits (C-34, decision 42)."""
    steps = list(CaseStep.objects.filter(case=story.item()).order_by("number"))
    assert [step.step for step in steps] == [
        *("collect", "check", "agree", "create"),
        *("check", "screen", "agree"),
        *("check", "screen", "agree", "create", "tell", ""),
    ]
    assert all(step.ended_at for step in steps)
    for step in steps:
        names = Counter(CaseAction.objects.filter(step=step, item__isnull=False).values_list("name", flat=True))
        assert set(names.values()) <= {1}
    for item in Item.objects.filter(related_to=story.item()) | Item.objects.filter(pk=story.item().pk):
        assert item.state is State.CLOSED
        consistent(item)
    assert [one.method for one in Item.objects.filter(kind=1, parent=story.item())] == [Method.FULLY_RESOLVED] * 3
    assert len(story.to("carmen@")) == 3
    assert [len(story.to(who)) for who in ("helen@", "rui@")] == [3, 3]
    assert len(story.erp.heard) == 2
    assert len({one.headers["Idempotency-Key"] for one in story.erp.heard}) == 2
    assert not Delivery.objects.filter(state=Delivery.State.PENDING).exists()
