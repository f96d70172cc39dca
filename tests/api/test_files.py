"""Files and links of an item over the API (F-1 to F-4)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import factories
from tests.api.callers import Caller, Callers
from tests.desk import MONDAY, Desk
from tramita.domain.codes import Visibility
from tramita.models import Attachment, Item, Message
from tramita.services import mailing, working

pytestmark = pytest.mark.usefixtures("data_dir")


def form(name: str = "terms.pdf", content: bytes = b"the terms", **fields: Any) -> bytes:
    file = SimpleUploadedFile(name, content, "application/pdf")
    return encode_multipart(BOUNDARY, {"file": file, **fields})


def upload(who: Caller, item: Item, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    return who.send("POST", f"/items/{item.reference}/files", body or form(), headers, content_type=MULTIPART_CONTENT)


def listed(who: Caller, item: Item) -> list[dict[str, Any]]:
    return list(who.get(f"/items/{item.reference}/files").json()["results"])


def test_a_file_is_added_listed_and_read(desk: Desk, caller: Callers) -> None:
    """INTERFACES 5, F-1: filename, content_type, size, url."""
    item = desk.ticket()

    answer = upload(caller.ana, item, form(tags="Terms, 2026", note="From legal"))

    assert answer.status_code == 201, answer.content
    (file,) = listed(caller.ana, item)
    assert file == answer.json()
    assert (file["filename"], file["content_type"], file["size"]) == ("terms.pdf", "application/pdf", 9)
    assert (file["tags"], file["note"], file["internal"], file["by"]["name"]) == (
        ["terms", "2026"],
        "From legal",
        True,
        "Ana Lima",
    )
    read = caller.ana.get(file["url"].removeprefix("/api/v1"))
    assert (read.getvalue(), read["X-Content-Type-Options"]) == (b"the terms", "nosniff")
    assert "attachment" in read["Content-Disposition"]


def test_adding_a_file_takes_the_item_and_needs_it(desk: Desk, caller: Callers) -> None:
    """F-2, S-14, Z-1."""
    free, others = desk.ticket(), desk.ticket()
    working.start(others, by=desk.leo, at=MONDAY)

    assert upload(caller.ana, free).status_code == 201
    refused = upload(caller.ana, others)

    assert Item.objects.get(pk=free.pk).assignee_id == desk.ana.id
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    assert not Attachment.objects.filter(item=others).exists()


def test_who_may_not_see_the_item_finds_no_file(desk: Desk, caller: Callers) -> None:
    """SEC-2: 404, as if it did not exist."""
    item = desk.ticket()
    file = upload(caller.ana, item).json()

    assert upload(caller.eve, item).status_code == 404
    assert caller.eve.get(f"/items/{item.reference}/files").status_code == 404
    assert caller.eve.get(f"/files/{file['id']}").status_code == 404


def test_outside_the_house_nothing_internal_is_seen(desk: Desk, caller: Callers) -> None:
    """F-1, decision 0028: what a colleague shows, and what came in mails that may be read; no remarks on it."""
    item = desk.ticket()
    inside = upload(caller.ana, item).json()
    shown = upload(caller.ana, item, form("prices.pdf", internal="false", tags="prices", note="Old")).json()

    (seen,) = listed(caller.rui, item)

    assert (seen["filename"], seen["tags"], seen["note"], seen["by"]) == ("prices.pdf", [], None, None)
    assert caller.rui.get(f"/files/{shown['id']}").getvalue() == b"the terms"
    assert caller.rui.get(f"/files/{inside['id']}").status_code == 404
    assert upload(caller.rui, item).status_code == 403


def test_a_file_of_a_mail_is_seen_by_who_may_read_the_mail(desk: Desk, caller: Callers) -> None:
    """F-1, MAIL-59."""
    item = desk.ticket()
    pdf = mailing.Enclosure("answer.pdf", "application/pdf", b"an answer")
    mailing.send(item, to=[desk.rui.email], text="Here.", attachments=[pdf], by=desk.ana, at=MONDAY)
    hidden = Message.objects.create(item=item, outgoing=False, at=MONDAY, message_id="hidden@mail.example")
    factories.entry(item, "mail_received", visibility=Visibility.INTERNAL, data={"message": hidden.pk})
    factories.attachment(item, hidden, filename="hidden.pdf")

    assert [one["filename"] for one in listed(caller.rui, item)] == ["answer.pdf"]
    assert {(one["filename"], one["internal"]) for one in listed(caller.ana, item)} == {
        ("answer.pdf", False),
        ("hidden.pdf", True),
    }


def test_a_file_is_described_and_taken_off(desk: Desk, caller: Callers) -> None:
    """F-3: what is left out stays."""
    item = desk.ticket()
    file = upload(caller.ana, item, form(tags="terms", note="From legal")).json()
    path = f"/items/{item.reference}/files/{file['id']}"

    changed = caller.ana.patch(path, {"internal": False}).json()

    assert (changed["tags"], changed["note"], changed["internal"]) == (["terms"], "From legal", False)
    assert caller.ana.delete(path).status_code == 204
    assert listed(caller.ana, item) == []
    assert caller.ana.delete(path).status_code == 404


def test_a_link_is_put_on_the_item(desk: Desk, caller: Callers) -> None:
    """F-1: a link is listed with its address; one that leads nowhere is refused by name."""
    item = desk.ticket()
    path = f"/items/{item.reference}/files/links"

    made = caller.ana.post(path, {"url": "https://acme.example/terms", "title": "Terms"})
    refused = caller.ana.post(path, {"url": "javascript:alert(1)"})

    assert (made.status_code, made.json()["kind"], made.json()["url"]) == (201, "link", "https://acme.example/terms")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "url")
    assert caller.ana.get(f"/files/{made.json()['id']}").status_code == 404


def test_files_of_the_item_go_along_with_a_mail(desk: Desk, caller: Callers) -> None:
    """F-4: files as attachments, links in the words; what is internal does not leave."""
    item = desk.ticket()
    shown = upload(caller.ana, item, form("prices.pdf", internal="false")).json()
    inside = upload(caller.ana, item).json()
    link = {"url": "https://acme.example/terms", "title": "Terms", "internal": False}
    link = caller.ana.post(f"/items/{item.reference}/files/links", link).json()
    mail = {"to": [desk.rui.email], "text": "Here they are.", "files": [shown["id"], link["id"]]}

    sent = caller.ana.post(f"/items/{item.reference}/mails", mail)
    refused = caller.ana.post(f"/items/{item.reference}/mails", mail | {"files": [inside["id"]]})

    assert sent.status_code == 201, sent.content
    message = Message.objects.get()
    assert message.text == "Here they are.\n\nTerms: https://acme.example/terms"
    assert [one.filename for one in message.attachments.all()] == ["prices.pdf"]
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "files")


def test_the_list_is_paged(desk: Desk, caller: Callers) -> None:
    """INTERFACES 5: by cursor, newest first, this item's own before those of its group (F-1)."""
    item = desk.ticket()
    related = desk.ticket()
    Item.objects.filter(pk=related.pk).update(related_to=item)
    factories.attachment(item, filename="first.pdf")
    factories.attachment(related, filename="other.pdf")
    factories.attachment(item, filename="second.pdf")

    page = caller.ana.get(f"/items/{item.reference}/files", limit=1).json()
    names = [page["results"][0]["filename"]]
    while page["next"]:
        page = caller.ana.get(f"/items/{item.reference}/files", limit=1, cursor=page["next"]).json()
        names.append(page["results"][0]["filename"])

    assert names == ["second.pdf", "first.pdf", "other.pdf"]


def test_a_stale_version_and_a_repeated_key(desk: Desk, caller: Callers) -> None:
    """Z-2 and INTERFACES 5: 412 changes nothing; the same key twice adds one file."""
    item = desk.ticket()
    stale = upload(caller.ana, item, headers={"If-Match": '"99"'})
    first = upload(caller.ana, item, headers={"Idempotency-Key": "once"})
    again = upload(caller.ana, item, headers={"Idempotency-Key": "once"})

    assert stale.status_code == 412
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("body", [encode_multipart(BOUNDARY, {"note": "No file"}), b"not a form"])
def test_a_form_without_a_file_is_refused(desk: Desk, caller: Callers, body: bytes) -> None:
    """INTERFACES 5: never a 500."""
    item = desk.ticket()

    assert upload(caller.ana, item, body).status_code in (400, 422)


def test_what_is_put_on_a_merged_ticket_lies_where_that_goes_on(desk: Desk, caller: Callers) -> None:
    """Z-4, X-1: a file and a link, whatever version of the Ticket was seen."""
    ticket, target = desk.ticket(), desk.ticket()
    seen = {"If-Match": caller.ana.get(f"/items/{ticket.reference}").headers["ETag"]}
    caller.ana.post(f"/items/{ticket.reference}/merge", {"into": target.reference})

    added = upload(caller.ana, ticket, headers=seen)
    linked = caller.ana.post(f"/items/{ticket.reference}/files/links", {"url": "https://acme.example/terms"}, seen)

    assert (added.status_code, linked.status_code) == (201, 201)
    assert Attachment.objects.filter(item=target).count() == 2
