"""Mail over HTTP: written on an item, handed in, and taken from the tray."""

import base64
import errno
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone

from tests.api.callers import Callers, fields, problem
from tests.desk import Desk
from tramita.gateways.storage import Folder
from tramita.models import Attachment, Delivery, Mailbox, Message, Route, SeenMessage


@pytest.fixture
def routed(desk: Desk, data_dir: Path) -> Desk:
    """The desk with a place for its mail; `invoices@desk.example` starts Tickets."""
    return desk


def raw(to: str = "invoices@desk.example", sender: str = "rui@acme.example", **headers: str) -> bytes:
    """A mail as a gateway hands it in."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, headers.get("subject", "Invoice 991 twice")
    message["Message-ID"] = headers.get("message_id", "<1@acme.example>")
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    message.set_content("It came twice.")
    return message.as_bytes()


def hand_in(caller, body: bytes, query: str = "", **headers: str):
    return caller.send("POST", f"/mail{query}", body, headers, content_type="message/rfc822")


def test_a_mail_becomes_a_ticket_and_the_same_again_nothing(caller: Callers, routed: Desk) -> None:
    """M-4, MAIL-3, MAIL-16, INTERFACES 6."""
    first = hand_in(caller.robot, raw(), "?mailbox=invoices@desk.example").json()
    again = hand_in(caller.robot, raw(), "?mailbox=invoices@desk.example").json()

    item = caller.ana.get(f"/items/{first['items'][0]}").json()
    assert (first["outcome"], first["reason"]) == ("created", None)
    assert (item["state"], item["title"], item["new_information"]) == ("to_do", "Invoice 991 twice", True)
    assert (again["outcome"], again["items"]) == ("duplicate", first["items"])


def test_a_key_makes_a_mail_handed_in_again_answer_the_same(caller: Callers, routed: Desk) -> None:
    """INTERFACES 5: every POST accepts a key, here without one transaction around all (DESIGN 2.10)."""
    key = {"Idempotency-Key": "m-1"}

    first, again = (hand_in(caller.robot, raw(), **key) for _ in range(2))
    other = hand_in(caller.robot, raw(subject="Other"), **key)

    assert first.json()["outcome"] == again.json()["outcome"] == "created"
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(other, 409, "idempotency_key_reused")


@pytest.mark.parametrize("body", [b"\x00", b"nonsense", b"\xff" * 300, b"From: \n\n", b"Subject: x\r\n\r\n"])
def test_whatever_is_handed_in_is_kept(caller: Callers, routed: Desk, body: bytes) -> None:
    """MAIL-1: never lost, never a 500."""
    answer = hand_in(caller.robot, body)

    assert answer.status_code == 200
    assert answer.json()["outcome"] in ("unhandled", "failed", "ignored")
    assert SeenMessage.objects.count() == 1


def test_a_full_disk_promises_nothing(caller: Callers, routed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8, bad input: a temporary fault, so the gateway keeps the mail and comes again."""

    def full(self: Folder, contents: Sequence[bytes]) -> list[str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "put_all", full)
        refused = hand_in(caller.robot, raw())

    problem(refused, 503, "unavailable")
    assert SeenMessage.objects.count() == 0
    assert hand_in(caller.robot, raw()).json()["outcome"] == "created"


def test_who_only_asks_hands_in_nothing(caller: Callers, routed: Desk) -> None:
    """SEC-1."""
    problem(hand_in(caller.rui, raw()), 403, "not_permitted")


def test_what_is_no_mail_is_refused(caller: Callers, routed: Desk) -> None:
    """RFC 9110."""
    problem(hand_in(caller.robot, b""), 400, "malformed")
    problem(caller.robot.send("POST", "/mail", b"{}"), 415, "unsupported_media_type")
    problem(hand_in(caller.robot, raw(), "?mailbox=a%00b"), 422, "validation_failed")


def test_a_mail_may_be_larger_than_other_bodies_but_not_endless(
    caller: Callers, routed: Desk, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    """MAIL-13, Z-14."""
    from tramita.api import bodies

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    monkeypatch.setitem(bodies.LARGER, "receive_mail", 2000)

    assert hand_in(caller.robot, raw()).json()["outcome"] == "created"
    problem(hand_in(caller.robot, raw() + b"x" * 2000), 413, "too_large")
    problem(hand_in(caller.nobody, raw()), 401, "not_signed_in")


def test_a_mail_from_an_item_goes_to_the_outbox(caller: Callers, routed: Desk) -> None:
    """M-15, MAIL-110."""
    path = f"/items/{routed.ticket().reference}"
    file = {"filename": "credit.txt", "content_type": "text/plain", "content": base64.b64encode(b"991").decode()}
    mail = {"to": ["rui@acme.example"], "cc": [], "subject": "Invoice", "text": "Dear Rui", "attachments": [file]}

    answer = caller.ana.post(f"{path}/mails", mail)

    assert answer.status_code == 201
    assert Delivery.objects.get().state == 0
    assert Message.objects.get().text == "Dear Rui"
    assert (Attachment.objects.get().filename, Attachment.objects.get().size) == ("credit.txt", 3)


def test_send_and_resolve_is_one(caller: Callers, routed: Desk) -> None:
    """R-11, R-6."""
    path = f"/items/{routed.ticket().reference}"
    mail = {"to": ["rui@acme.example"], "text": "Credited.", "resolve": "replied"}

    item = caller.ana.post(f"{path}/mails", mail).json()

    assert (item["state"], item["resolution"]["method"]) == ("resolved", "replied")


def test_a_resolution_that_fails_sends_nothing(caller: Callers, routed: Desk) -> None:
    """R-11."""
    path = f"/items/{routed.ticket().reference}"
    mail = {"to": ["rui@acme.example"], "text": "Credited.", "resolve": "magic"}

    answer = caller.ana.post(f"{path}/mails", mail)

    assert answer.status_code == 422
    assert Message.objects.count() == Delivery.objects.count() == 0


def test_a_reply_older_than_the_newest_mail_is_held(caller: Callers, routed: Desk) -> None:
    """Z-2, INTERFACES 5: 409 newer_communication."""
    path = f"/items/{hand_in(caller.robot, raw()).json()['items'][0]}"
    mail = {"to": ["rui@acme.example"], "text": "Which one?", "based_on": 1}

    problem(caller.ana.post(f"{path}/mails", mail), 409, "newer_communication")
    newest = caller.ana.get(f"{path}/timeline").json()["results"][-1]["seq"]
    assert caller.ana.post(f"{path}/mails", {**mail, "based_on": newest}).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": []}, "to"),
        ({"to": ["nonsense"]}, "to"),
        ({"cc": ["a b@c"]}, "cc"),
        ({"to": "rui@acme.example"}, "to"),
        ({"text": ""}, "text"),
        ({"subject": "a\r\nBcc: eve@x.example"}, "subject"),
        ({"send_at": "2020-01-01T00:00:00Z"}, "send_at"),
        ({"attachments": [{"filename": "x", "content": "%%%"}]}, "attachments.0.content"),
        ({"attachments": [{"filename": "", "content": ""}]}, "attachments.0.filename"),
        ({"attachments": [{"filename": "x", "content": "", "content_type": "a\r\nb"}]}, "attachments.0.content_type"),
        ({"based_on": "newest"}, "based_on"),
    ],
)
def test_a_wrong_mail_is_named_and_not_sent(caller: Callers, routed: Desk, wrong: dict, field: str) -> None:
    """MAIL-110, INTERFACES 5."""
    mail = {"to": ["rui@acme.example"], "text": "Dear Rui", **wrong}

    told = problem(caller.ana.post(f"/items/{routed.ticket().reference}/mails", mail), 422, "validation_failed")

    assert field in fields(told)
    assert Message.objects.count() == 0


def test_who_asked_may_not_write_from_the_item(caller: Callers, routed: Desk) -> None:
    """SEC-1."""
    answer = caller.rui.post(f"/items/{routed.ticket().reference}/mails", {"to": ["a@b.example"], "text": "x"})

    problem(answer, 403, "not_permitted")


def test_an_unhandled_mail_becomes_an_item_after_all(caller: Callers, routed: Desk) -> None:
    """M-21, M-5."""
    hand_in(caller.robot, raw(to="nobody@elsewhere.example"), "?mailbox=invoices@desk.example")
    (mail,) = caller.ana.get("/unhandled-mails").json()["results"]
    path = f"/unhandled-mails/{mail['id']}"

    told = problem(caller.ana.post(f"{path}/create-item", {"category": "nothing"}), 422, "validation_failed")
    answer = caller.ana.post(f"{path}/create-item", {"category": "acme/main/finance/invoice-query"})

    assert (mail["outcome"], mail["sender"], mail["subject"]) == ("unhandled", "rui@acme.example", "Invoice 991 twice")
    assert list(fields(told)) == ["category"]
    assert (answer.status_code, answer.json()["title"]) == (201, "Invoice 991 twice")
    assert caller.ana.get("/unhandled-mails").json()["results"] == []
    problem(caller.ana.post(f"{path}/create-item", {"category": "x"}), 404, "not_found")


def test_an_unhandled_mail_is_tried_again_after_a_route_was_made(caller: Callers, routed: Desk) -> None:
    """MAIL-143, M-21."""
    hand_in(caller.robot, raw(to="new@desk.example"), "?mailbox=invoices@desk.example")
    (mail,) = caller.ana.get("/unhandled-mails").json()["results"]
    box, category = Mailbox.objects.get(), routed.definitions["plain"]
    Route.objects.create(mailbox=box, address="new@desk.example", process=category)

    told = caller.ana.post(f"/unhandled-mails/{mail['id']}/replay").json()

    assert told["outcome"] == "created"
    assert caller.ana.get(f"/items/{told['items'][0]}").json()["category"] == "acme/main/finance/plain"


def test_an_unhandled_mail_is_put_away_and_its_bytes_stay(caller: Callers, routed: Desk) -> None:
    """M-21, MAIL-1."""
    hand_in(caller.robot, raw(to="nobody@elsewhere.example"))
    (mail,) = caller.ana.get("/unhandled-mails").json()["results"]

    answer = caller.ana.post(f"/unhandled-mails/{mail['id']}/delete")

    assert answer.status_code == 204
    assert caller.ana.get("/unhandled-mails").json()["results"] == []
    assert SeenMessage.objects.get().handled_by_id == routed.ana.id


@pytest.mark.parametrize("verb", ["create-item", "delete", "replay"])
def test_the_tray_is_for_who_works_there(caller: Callers, routed: Desk, verb: str) -> None:
    """M-21, SEC-2."""
    hand_in(caller.robot, raw(to="nobody@elsewhere.example"), "?mailbox=invoices@desk.example")
    path = f"/unhandled-mails/{SeenMessage.objects.get().pk}/{verb}"
    body = {"category": "acme/main/finance/plain"} if verb == "create-item" else None

    problem(caller.eve.post(path, body), 404, "not_found")
    problem(caller.rui.post(path, body), 403, "not_permitted")
    problem(caller.rui.get("/unhandled-mails"), 403, "not_permitted")
    assert caller.eve.get("/unhandled-mails").json()["results"] == []
    problem(caller.ana.post(f"/unhandled-mails/{10**18}/{verb}", body), 404, "not_found")
    problem(caller.ana.post(f"/unhandled-mails/{10**30}/{verb}", body), 422, "validation_failed")


def test_send_and_resolve_names_its_own_field(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5, R-11: 422 names the field that was sent, and nothing is sent."""
    path = f"/items/{desk.ticket().reference}"

    answer = caller.ana.post(f"{path}/mails", {"to": ["rui@acme.example"], "text": "Done.", "resolve": "complete"})

    assert set(fields(problem(answer, 422, "validation_failed"))) == {"resolve"}
    assert caller.ana.get(f"{path}/timeline", type="mail_sent").json()["results"] == []


@pytest.mark.parametrize(("verb", "state"), [("resend", 0), ("arrived", 1), ("give-up", 5)])
def test_a_mail_of_which_nobody_knows_is_decided_on(caller: Callers, routed: Desk, verb: str, state: int) -> None:
    """MAIL-111, MAIL-113."""
    path = f"/items/{routed.ticket().reference}"
    caller.ana.post(f"{path}/mails", {"to": ["rui@acme.example"], "text": "Dear Rui"})
    mail = Message.objects.get()
    problem(caller.ana.post(f"{path}/mails/{mail.pk}/{verb}"), 409, "already_settled")
    Delivery.objects.update(state=3)

    problem(caller.rui.post(f"{path}/mails/{mail.pk}/{verb}"), 403, "not_permitted")
    problem(caller.ana.post(f"{path}/mails/{mail.pk + 1}/{verb}"), 404, "not_found")
    problem(caller.ana.post(f"/items/{routed.ticket().reference}/mails/{mail.pk}/{verb}"), 404, "not_found")
    answer = caller.ana.post(f"{path}/mails/{mail.pk}/{verb}")

    assert answer.status_code == 200
    assert answer.json()["reference"] == mail.item.reference
    assert Delivery.objects.get().state == state


def test_the_tray_is_narrowed_by_mailbox_and_reason_and_paged(caller: Callers, routed: Desk) -> None:
    """M-21: filters and cursor go together."""
    for number in range(3):
        SeenMessage.objects.create(
            mailbox="" if number else "invoices@desk.example",
            content=f"{number}",
            raw="x",
            size=1,
            seen_at="2026-03-02T09:00:00Z",
            outcome="unhandled",
            reason="spam" if number == 2 else "no route",
        )

    def ids(query: str) -> int:
        return len(caller.leo.get(f"/unhandled-mails{query}").json()["results"])

    first = caller.leo.get("/unhandled-mails?limit=1").json()
    assert (ids(""), ids("?mailbox="), ids("?mailbox=invoices@desk.example"), ids("?reason=spam")) == (3, 2, 1, 1)
    assert ids(f"?cursor={first['next']}") == 2


def test_addresses_are_blocked_through_the_api(caller: Callers, routed: Desk) -> None:
    """M-20: listed with who and when, refused beside their field, let in again."""
    made = caller.ana.post("/blocked-addresses", {"address": "@Shop.example"})
    caller.ana.post("/blocked-addresses", {"address": "a@b.example"})
    first = caller.leo.get("/blocked-addresses?limit=1").json()
    second = caller.leo.get(f"/blocked-addresses?limit=1&cursor={first['next']}").json()

    assert (made.status_code, made.json()["address"], made.json()["by"]) == (201, "@shop.example", routed.ana.name)
    assert [one["address"] for one in (*first["results"], *second["results"])] == ["a@b.example", "@shop.example"]
    assert second["next"] is None
    problem(caller.ana.post("/blocked-addresses", {"address": "shop"}), 422, "validation_failed")
    for number in (made.json()["id"], 987654321):  # who may not, does not learn which there are
        problem(caller.rui.send("DELETE", f"/blocked-addresses/{number}"), 403, "not_permitted")
    problem(caller.rui.get("/blocked-addresses"), 403, "not_permitted")
    problem(caller.eve.post("/blocked-addresses", {"address": "@shop.example"}), 403, "not_permitted")
    assert caller.ana.send("DELETE", f"/blocked-addresses/{made.json()['id']}").status_code == 204
    problem(caller.ana.send("DELETE", f"/blocked-addresses/{made.json()['id']}"), 404, "not_found")


def test_a_mail_is_taken_back_or_sent_before_its_time(caller: Callers, desk: Desk) -> None:
    """M-17, MAIL-115: as the buttons beside it do; one that left is 409."""
    item = desk.ticket()
    path, later = f"/items/{item.reference}/mails", (timezone.now() + timedelta(days=3)).isoformat()
    mail = {"to": [desk.rui.email], "subject": "Invoice 991", "text": "It is credited.", "send_at": later}
    for _ in range(2):
        assert caller.ana.post(path, mail).status_code == 201
    first, second = Delivery.objects.order_by("pk")

    assert caller.ana.post(f"{path}/{first.message_id}/take-back").status_code == 200
    assert caller.ana.post(f"{path}/{first.message_id}/take-back").status_code == 409
    assert caller.ana.post(f"{path}/{second.message_id}/send-now").status_code == 200
    assert Delivery.objects.get(pk=second.pk).next_at <= timezone.now()
    assert caller.eve.post(f"{path}/{second.message_id}/take-back").status_code == 404
