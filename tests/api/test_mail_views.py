"""The views of mail over HTTP, and a mail as it came (M-20, M-17, M-22, MAIL-46)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests import factories
from tests.api.callers import Callers, ask, problem
from tests.api.in_process import desk_of
from tests.desk import Desk
from tramita.models import Message, Person, SeenMessage
from tramita.services import mailing, receiving

pytestmark = pytest.mark.django_db
RAW = b"From: Rui <{rui}>\r\nTo: {to}\r\nSubject: Invoice 991\r\nMessage-ID: <{name}@acme.example>\r\n\r\nTwice.\r\n"


@pytest.fixture(autouse=True)
def _storage(data_dir: Path) -> None:
    """Bytes are kept in a folder of the test."""


def came(desk: Desk, name: str, to: str = "invoices@desk.example") -> bytes:
    """The bytes of a mail of Rui's that came in."""
    raw = RAW.decode().replace("{rui}", str(desk.rui.email)).replace("{to}", to).replace("{name}", name).encode()
    receiving.receive(raw, mailbox="invoices@desk.example", source="api", at=timezone.now())
    return raw


def test_what_came_in_is_listed_with_its_items(caller: Callers, desk: Desk) -> None:
    """M-20, SEC-2: page by page; of what one does not see there is nothing."""
    for name in ("a", "b", "c"):
        came(desk, name)

    first = caller.ana.get("/mails/inbox", limit=2).json()
    second = caller.ana.get("/mails/inbox", limit=2, cursor=first["next"]).json()

    rows = [*first["results"], *second["results"]]
    assert ([one["outcome"] for one in rows], second["next"]) == (["created"] * 3, None)
    assert all(len(one["items"]) == 1 and one["subject"] == "Invoice 991" for one in rows)
    assert (
        caller.ana.get("/mails/inbox", q="invoice 9").json()["results"]
        == caller.ana.get("/mails/inbox").json()["results"]
    )
    assert caller.eve.get("/mails/inbox").json()["results"] == []


def test_what_goes_out_waits_or_is_planned_is_listed(caller: Callers, desk: Desk) -> None:
    """M-17, MAIL-113: each with what is done about it by its item."""
    item = desk.ticket()
    later = timezone.now() + timedelta(days=1)
    mailing.send(item, to=[desk.rui.email], text="Later.", send_at=later, by=desk.ana, at=timezone.now())
    item.refresh_from_db()
    mailing.send(item, to=[desk.rui.email], text="Now.", by=desk.ana, at=timezone.now())

    [planned] = caller.ana.get("/mails/scheduled").json()["results"]
    [waits] = caller.ana.get("/mails/outbox").json()["results"]

    assert (planned["item"], planned["to"], waits["state"]) == (item.reference, [desk.rui.email], "queued")
    assert caller.ana.get("/mails/sent").json() == {"results": [], "next": None}
    assert caller.ana.post(f"/items/{item.reference}/mails/{planned['id']}/send-now").status_code == 200
    assert caller.ana.get("/mails/scheduled").json()["results"] == []
    assert {one["id"] for one in desk_of(desk.ana.id or 0).mails("outbox")} == {planned["id"], waits["id"]}
    assert caller.eve.get("/mails/outbox").json()["results"] == []


def test_who_put_a_mail_away_is_listed(caller: Callers, desk: Desk) -> None:
    """M-22."""
    came(desk, "a", to="nobody@desk.example")
    seen = SeenMessage.objects.get()
    caller.ana.post(f"/unhandled-mails/{seen.pk}/delete")

    [row] = caller.ana.get("/mails/deleted").json()["results"]

    assert (row["id"], row["by"], row["sender"]) == (seen.pk, "Ana Lima", desk.rui.email)


def test_a_mail_is_had_as_it_came(caller: Callers, desk: Desk) -> None:
    """MAIL-46: every byte, for who sees its item; what was written here has none."""
    raw = came(desk, "a")
    [row] = caller.ana.get("/mails/inbox").json()["results"]
    reference = row["items"][0]
    [entry] = caller.ana.get(f"/items/{reference}/timeline", type="mail_received").json()["results"]
    path = f"/items/{reference}/mails/{entry['data']['message']}/original"

    answer = caller.ana.get(path)

    assert b"".join(answer.streaming_content) == raw
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    problem(caller.eve.get(path), 404, "not_found")
    problem(caller.rui.get(path), 403, "not_permitted")
    other = desk.ticket().reference
    problem(caller.ana.get(f"/items/{other}/mails/{entry['data']['message']}/original"), 404, "not_found")


def test_a_mail_of_the_tray_is_had_as_it_came(caller: Callers, desk: Desk) -> None:
    """MAIL-46, M-22: of any mail for who audits; gone bytes are said to be gone."""
    raw = came(desk, "a", to="nobody@desk.example")
    seen = SeenMessage.objects.get()
    path = f"/unhandled-mails/{seen.pk}/original"
    root = ask(Person.objects.get(pk=factories.administrator().id))

    assert b"".join(caller.ana.get(path).streaming_content) == raw
    caller.ana.post(f"/unhandled-mails/{seen.pk}/delete")
    problem(caller.ana.get(path), 404, "not_found")
    assert b"".join(root.get(path).streaming_content) == raw
    SeenMessage.objects.update(raw="0" * 64)
    problem(root.get(path), 404, "file_missing")


@pytest.mark.parametrize("key", ["", "0" * 64], ids=["erased", "lost"])
def test_a_mail_whose_bytes_are_gone_says_so(caller: Callers, desk: Desk, key: str) -> None:
    """MAIL-18, MAIL-46: on an item and in the tray; that it was written here is said of our own alone."""
    came(desk, "a")
    [row] = caller.ana.get("/mails/inbox").json()["results"]
    [entry] = caller.ana.get(f"/items/{row['items'][0]}/timeline", type="mail_received").json()["results"]
    root = ask(Person.objects.get(pk=factories.administrator().id))
    Message.objects.filter(outgoing=False).update(raw=key)
    SeenMessage.objects.update(raw=key)

    on_item = caller.ana.get(f"/items/{row['items'][0]}/mails/{entry['data']['message']}/original")
    in_tray = root.get(f"/unhandled-mails/{SeenMessage.objects.get().pk}/original")

    assert [problem(each, 404, "file_missing")["code"] for each in (on_item, in_tray)] == ["file_missing"] * 2


def test_mail_is_listed_for_those_who_work_on_requests(caller: Callers, desk: Desk) -> None:
    """B-8, SS-1: neither for robots nor for who asks."""
    for view in ("inbox", "sent", "outbox", "scheduled", "deleted"):
        for one in (caller.robot, caller.rui):
            problem(one.get(f"/mails/{view}"), 403, "not_permitted")
