"""Over HTTP: a mail that lies on the wrong item, addresses that mail does not reach, and the trace of the tray."""

from pathlib import Path

import pytest

from tests import factories as make
from tests.api.callers import Callers, ask, problem
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive, started
from tramita.models import Mailbox, MarkedAddress, Message, SeenMessage


@pytest.fixture
def message(desk: Desk, data_dir: Path) -> Message:
    """Rui's mail, on the Ticket that it started."""
    return started(desk).messages.get(outgoing=False)


def test_a_mail_is_moved_and_the_answer_is_the_item_that_has_it(caller: Callers, desk: Desk, message: Message) -> None:
    """MAIL-78."""
    other = desk.ticket()
    path = f"/items/{message.item.reference}/mails/{message.pk}/move"

    answer = caller.ana.post(path, {"to": other.reference})

    assert (answer.status_code, answer.json()["reference"]) == (200, other.reference)
    assert answer.json()["new_information"] is True
    assert Message.objects.get(pk=message.pk).item_id == other.pk
    problem(caller.ana.post(path, {"to": other.reference}), 404, "not_found")


@pytest.mark.parametrize(("to", "status", "code"), [("99999-T", 404, "not_found"), ("", 404, "not_found")])
def test_it_is_moved_to_no_item_that_is_not_there(
    caller: Callers, message: Message, to: str, status: int, code: str
) -> None:
    """MAIL-78."""
    path = f"/items/{message.item.reference}/mails/{message.pk}/move"

    problem(caller.ana.post(path, {"to": to}), status, code)
    problem(caller.ana.post(path, {"to": message.item.reference}), 422, "validation_failed")
    problem(caller.ana.post(path, {}), 422, "validation_failed")


@pytest.mark.parametrize("verb", ["move", "create-item"])
def test_who_may_not_write_there_moves_and_makes_nothing(
    caller: Callers, desk: Desk, message: Message, verb: str
) -> None:
    """MAIL-78, M-25, SEC-2."""
    body = {"to": desk.ticket().reference} if verb == "move" else {"category": "acme/main/finance/plain"}
    path = f"/items/{message.item.reference}/mails/{message.pk}/{verb}"

    problem(caller.eve.post(path, body), 404, "not_found")
    problem(caller.rui.post(path, body), 403, "not_permitted")


def test_a_mail_becomes_an_item_of_its_own(caller: Callers, message: Message) -> None:
    """M-25."""
    path = f"/items/{message.item.reference}/mails/{message.pk}/create-item"

    answer = caller.ana.post(path, {"category": "acme/main/finance/plain"})

    assert (answer.status_code, answer.json()["category"]) == (201, "acme/main/finance/plain")
    assert answer.headers["Location"].endswith(answer.json()["reference"])
    problem(caller.ana.post(path, {"category": "nothing"}), 422, "validation_failed")
    problem(caller.ana.post(path.replace(str(message.pk), "999"), {"category": "x"}), 404, "not_found")


def test_marked_addresses_are_listed_and_cleared(caller: Callers, desk: Desk) -> None:
    """MAIL-97, MAIL-98."""
    given = {"address": "rui@acme.example", "bounced": True, "status": "5.1.1", "detail": "User unknown", "at": MONDAY}
    mark = MarkedAddress.objects.create(**given)
    MarkedAddress.objects.create(address="once@acme.example", failures=[MONDAY.isoformat()], at=MONDAY)

    (told,) = caller.ana.get("/marked-addresses").json()["results"]

    assert (told["id"], told["address"], told["status"]) == (mark.pk, "rui@acme.example", "5.1.1")
    assert (told["bounced"], told["complained"], told["detail"]) == (True, False, "User unknown")
    problem(caller.rui.get("/marked-addresses"), 403, "not_permitted")
    problem(caller.rui.post(f"/marked-addresses/{mark.pk}/clear"), 403, "not_permitted")
    assert caller.ana.post(f"/marked-addresses/{mark.pk}/clear").status_code == 204
    problem(caller.ana.post(f"/marked-addresses/{mark.pk}/clear"), 404, "not_found")
    assert caller.ana.get("/marked-addresses").json()["results"] == []


def test_an_unhandled_mail_tells_how_it_came_there(caller: Callers, desk: Desk, data_dir: Path) -> None:
    """MAIL-141."""
    receive(mail(to="nobody@desk.example"))
    path = f"/unhandled-mails/{SeenMessage.objects.get().pk}"

    told = caller.ana.get(path).json()

    assert (told["reason"], told["trace"]["did"]["reason"]) == ("no route", "no route")
    problem(caller.rui.get(path), 403, "not_permitted")
    problem(caller.ana.get("/unhandled-mails/999"), 404, "not_found")


def test_what_was_no_spam_comes_in_after_all(caller: Callers, desk: Desk, data_dir: Path) -> None:
    """MAIL-58."""
    Mailbox.objects.update(settings={"spam_header": "X-My-Flag"})
    receive(mail("No spam", X_My_Flag="yes"))
    path = f"/unhandled-mails/{SeenMessage.objects.get().pk}/not-spam"

    problem(caller.rui.post(path), 403, "not_permitted")
    assert caller.ana.post(path).json()["outcome"] == "created"
    problem(caller.ana.post(path), 404, "not_found")


def test_a_persons_mail_is_erased_and_the_audit_says_so(caller: Callers, desk: Desk, data_dir: Path) -> None:
    """MAIL-18."""
    receive(mail(sender=desk.rui.email))
    wanted, root = {"address": desk.rui.email, "reason": "Asked for it"}, ask(make.administrator().id or 0)

    problem(caller.ana.post("/erasures", wanted), 403, "not_permitted")
    problem(caller.ana.get("/erasures"), 403, "not_permitted")
    wrong = problem(root.post("/erasures", {"address": "nobody"}), 422, "validation_failed")
    assert [one["field"] for one in wrong["errors"]] == ["address", "reason"]
    tried = root.post("/erasures", wanted | {"dry_run": True, "reason": ""}).json()
    done = root.post("/erasures", wanted).json()

    assert tried == done
    assert (done["messages"], done["items"], done["left"]) == (1, 1, 0)
    (told,) = root.get("/erasures").json()["results"]
    assert (told["reason"], told["counts"]) == ("Asked for it", done)
    assert desk.rui.email not in str(told)
