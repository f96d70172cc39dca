"""A robot that works by tools: its modes, its bar, and the taint of what it reads hold as they do over the API."""

from typing import Any

import pytest
from django.utils import timezone

from tests.desk import Desk
from tests.mcp.talking import ASKS, Talker, said
from tests.services.robots.test_bounds import foreign, robot
from tests.services.test_edges import fresh
from tramita.domain.actors import Actor
from tramita.domain.proposals import Decided, Proposed
from tramita.models import Lease, Message, Proposal
from tramita.services import leasing, notes

pytestmark = pytest.mark.usefixtures("data_dir")
MODES = ("off", "suggest", "act_with_approval", "act")


def takes(by: Actor) -> Lease:
    """The robot with its next item, by the clock that the tools go by."""
    found = leasing.next_lease(by=by, at=timezone.now())
    assert found is not None
    return found[1]


def letter(desk: Desk, reference: str, **more: Any) -> dict[str, Any]:
    return {"reference": reference, "to": [desk.rui.email], "subject": "991", "text": "It was paid."} | more


@pytest.mark.parametrize("can", [ASKS, {}], ids=["asks", "asks nobody"])
@pytest.mark.parametrize("mode", MODES)
def test_a_tool_does_what_the_mode_of_the_robot_says(desk: Desk, mode: str, can: dict[str, Any]) -> None:
    """B-8, MCP: refused, suggested, put before a person, or asked about; and in no mode sent by the model alone."""
    desk.ticket()
    lease = takes(robot(desk, mails=True, modes={"mail": mode}))

    result = Talker(desk.robot.id, can=can).call("send_mail", **letter(desk, lease.item.reference, confidence=70))

    asked = mode == "act" and bool(can)
    assert (result.get("resultType") == "input_required") is asked
    assert not Message.objects.exists()
    made = Proposal.objects.first()
    if mode == "off":
        assert said(result)["refused"] == "not_permitted"
    elif not asked:
        assert made is not None
        assert (made.as_robot, made.confidence, said(result)["done"]) == (mode != "suggest", 70, False)
    assert (made is None) is (mode == "off" or asked)


def test_what_a_robot_only_suggests_is_put_before_people_by_every_tool_that_changes(desk: Desk) -> None:
    """B-8: fields, notes and the end of the work, which ends its run."""
    desk.ticket()
    lease = takes(robot(desk, modes={"change": "suggest", "resolve": "suggest"}))
    reference, talker = lease.item.reference, Talker(desk.robot.id, can=ASKS)

    talker.call("change_item", reference=reference, fields={"amount": 9})
    talker.call("add_note", reference=reference, body="Look.")
    talker.call("resolve_item", reference=reference, method="replied", note="Done.")
    late = talker.call("add_note", reference=reference, body="More.")

    made = Proposal.objects.order_by("pk").values_list("verb", "given")
    assert list(made) == [
        (Proposed.CHANGE, {"fields": {"amount": 9}}),
        (Proposed.CHANGE, {"note": "Look."}),
        (Proposed.COMPLETE, {"method": "replied", "note": "Done."}),
    ]
    assert (said(late)["refused"], fresh(lease.item).robot_rejected) == ("lease_lost", True)


def test_a_mail_below_the_bar_is_for_a_person(desk: Desk) -> None:
    """AI-1: nobody is asked whether a doubtful mail may go; it stands on the item."""
    desk.ticket()
    lease = takes(robot(desk, mails=True, modes={"mail": "act"}, confidence=80))
    talker = Talker(desk.robot.id, can=ASKS)

    sure = talker.call("send_mail", **letter(desk, lease.item.reference, confidence=80))
    unsure = talker.call("send_mail", **letter(desk, lease.item.reference, confidence=79))

    assert (sure["resultType"], said(unsure)["as_robot"]) == ("input_required", True)


def test_what_a_tool_reads_taints_the_run(desk: Desk) -> None:
    """Z-17: then it sees its own organisation only, and reaches those who take part, as over the API."""
    desk.ticket()
    others = foreign(desk)
    lease = takes(robot(desk, mails=True, modes={"mail": "act"}))
    assert not lease.tainted
    talker = Talker(desk.robot.id)

    talker.call("read_conversation", reference=lease.item.reference)

    assert Lease.objects.get().tainted
    assert said(talker.call("read_item", reference=others.reference))["refused"] == "not_found"
    outside = said(talker.call("send_mail", **letter(desk, lease.item.reference, to=["evil@elsewhere.example"])))
    assert outside["as_robot"] is False


def test_a_robot_that_rests_gets_nothing_by_tools_either(desk: Desk) -> None:
    """B-1."""
    desk.ticket()
    desk.ticket()
    takes(robot(desk, limits={"runs_per_hour": 1}))

    assert said(Talker(desk.robot.id).call("pull_next"))["item"] is None


def test_a_robot_accepts_nothing(desk: Desk) -> None:
    """Z-17: neither its own proposal nor another's."""
    desk.ticket()
    lease = takes(robot(desk, mails=True, modes={"mail": "act_with_approval"}))
    talker = Talker(desk.robot.id, can=ASKS)
    made = said(talker.call("send_mail", **letter(desk, lease.item.reference)))

    assert said(talker.call("accept_proposal", proposal=made["proposal"]))["refused"] == "not_found"
    assert not Message.objects.exists()


def test_what_a_robot_only_suggests_to_do_next_is_put_before_people_too(desk: Desk) -> None:
    """B-8, decision 82: to wait, to give away, to move on; the page says what would be done."""
    desk.ticket()
    lease = takes(robot(desk, modes={"change": "suggest"}))
    reference, talker = lease.item.reference, Talker(desk.robot.id, can=ASKS)

    told = [
        said(talker.call("wait_item", reference=reference, type="more_information", days=5)),
        said(talker.call("assign_item", reference=reference, to=desk.ana.email)),
        said(talker.call("move_item", reference=reference, verb="release")),
    ]

    assert [one["done"] for one in told] == [False, False, False]
    assert list(Proposal.objects.order_by("pk").values_list("verb", "given")) == [
        (Proposed.WAIT, {"type": "more_information", "days": 5}),
        (Proposed.ASSIGN, {"to": desk.ana.email}),
        (Proposed.MOVE, {"verb": "release"}),
    ]
    assert fresh(lease.item).assignee_id == desk.robot.id


def test_what_cannot_be_proposed_says_so(desk: Desk) -> None:
    """B-8: a robot that may only suggest begins no Case and puts nothing back, and is told what it can do instead."""
    desk.ticket()
    lease = takes(robot(desk, modes={"create": "suggest", "change": "suggest"}))
    case = {"case_type": "acme/main/finance/onboarding", "short_description": "Bodegas", "requester": desk.rui.email}
    talker = Talker(desk.robot.id)

    for told in (
        said(talker.call("start_case", **case)),
        said(talker.call("move_item", reference=lease.item.reference, verb="to-do")),
    ):
        assert told["refused"] == "needs_a_person"
        assert "cannot be proposed" in told["because"]


@pytest.mark.parametrize("can", [ASKS, {}], ids=["asks", "asks nobody"])
def test_a_tool_that_comes_too_late_leaves_the_proposal_expired(desk: Desk, can: dict[str, Any]) -> None:
    """Z-17: the tool is refused and taken back, and that it expired is kept."""
    desk.ticket()
    lease = takes(robot(desk, mails=True, modes={"mail": "act_with_approval"}))
    made = said(Talker(desk.robot.id, can=ASKS).call("send_mail", **letter(desk, lease.item.reference)))
    notes.add_note(fresh(lease.item), body="No!", by=desk.ana, at=timezone.now())

    told = said(Talker(desk.leo.id, can=can).call("accept_proposal", proposal=made["proposal"]))

    assert told["refused"] == "proposal_expired"
    assert Proposal.objects.get().state is Decided.EXPIRED
    assert not Message.objects.exists()
