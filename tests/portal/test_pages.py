"""The portal: one's own requests and one's organisation's, answers that count, decisions; never what stays inside."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as desk_settings
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.approving import Customer, customer, fresh
from tests.desk import Desk
from tests.web.reading import text_of, words_of
from tramita.domain.codes import ApprovalState, State
from tramita.models import Approval, Delivery, Entry, Item, Message, Person, SeenMessage
from tramita.services import editing, mailing, merging, notes, portal_mail, resolving, waiting, working

pytestmark = pytest.mark.django_db
SECRET = "He is a difficult one."


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    return customer(desk)


def browser(person: Person | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def rui(acme: Customer) -> Client:
    return browser(acme.desk.rui)


@pytest.fixture
def marta(acme: Customer) -> Client:
    return browser(Person.objects.get(pk=acme.marta.id))


def waits(acme: Customer) -> Item:
    """Answered with a question, and a note beside it."""
    item, now = acme.ticket(title="Invoice 991 twice"), timezone.now()
    working.start(item, by=acme.desk.ana, at=now)
    mailing.send(item, to=[acme.desk.rui.email], text="Which account?", by=acme.desk.ana, at=now)
    notes.add_note(item, body=SECRET, by=acme.desk.ana, at=now)
    waiting.wait(item, type="more_information", days=3, by=acme.desk.ana, at=now)
    return fresh(item)


def press(client: Client, item: Item, **more: object) -> str:
    """Send the form of a request; the page after it."""
    form = {"text": "The second one.", "press": "abc"} | more
    return words_of(client.post(f"/portal/requests/{item.reference}", form, follow=True))


def test_one_sees_ones_own_requests_and_a_manager_the_organisations(acme: Customer, rui: Client, marta: Client) -> None:
    """SS-1, TO-1: in plain words; the tab of the organisation is a manager's."""
    item = waits(acme)
    acme.ticket(title="Draft", draft=True)

    mine, theirs = words_of(rui.get("/portal")), words_of(marta.get("/portal"))
    asked_for_all, all_ = words_of(rui.get("/portal?all=1")), words_of(marta.get("/portal?all=1"))

    assert "Invoice 991 twice" in mine
    assert "Waits for your answer" in mine
    assert "Draft" not in mine
    assert "My organisation" not in mine
    assert "Requests of my organisation" not in asked_for_all
    assert "Invoice 991 twice" not in theirs
    assert "Requests of my organisation" in all_
    assert item.reference in all_


@pytest.mark.parametrize("path", ["/portal", "/portal/approvals", "/portal/requests/1-T", "/portal/approvals/1"])
def test_nobody_enters_without_signing_in(client: Client, acme: Customer, path: str) -> None:
    """AP-11: a sign-in, then the page that was asked for."""
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_a_request_shows_what_was_said_and_nothing_internal(acme: Customer, rui: Client) -> None:
    """R-6: no note, no name of a colleague in it."""
    item = waits(acme)

    page = words_of(rui.get(f"/portal/requests/{item.reference}"))

    assert "Which account?" in page
    assert SECRET not in page


def test_strangers_and_other_organisations_see_nothing(acme: Customer) -> None:
    """SEC-2: missing and invisible look the same, whatever is asked for."""
    item = waits(acme)
    asked = acme.asked(acme.ticket())
    other = browser(factories.manager("Olga", organisation=factories.organisation("globex")))

    answers = [
        other.get(f"/portal/requests/{item.reference}"),
        other.post(f"/portal/requests/{item.reference}", {"text": "x", "press": "x"}),
        other.get(f"/portal/approvals/{asked.pk}"),
        other.post(f"/portal/approvals/{asked.pk}", {"decision": "approve"}),
    ]

    assert [one.status_code for one in answers] == [404] * 4
    assert fresh(item).state is State.WAITING
    assert Approval.objects.get().state == ApprovalState.AWAITING


def test_an_answer_wakes_the_request_as_a_mail_would(acme: Customer, rui: Client) -> None:
    """M-8: kept raw, on the item, with its file; pressed twice it is one message (MAIL-79)."""
    item = waits(acme)

    said = press(rui, item, files=SimpleUploadedFile("proof.pdf", b"%PDF-1.4"))
    press(rui, item)

    message = Message.objects.get(outgoing=False)
    assert "Your message is with us." in said
    assert "The second one." in said
    assert (fresh(item).state, fresh(item).highlighted) == (State.TO_DO, True)
    assert (message.item_id, message.sender_address, message.text.strip()) == (
        item.pk,
        acme.desk.rui.email,
        "The second one.",
    )
    assert message.attachments.get().filename == "proof.pdf"
    assert SeenMessage.objects.filter(source="portal", outcome="woken").count() == 1
    file = message.attachments.get().pk
    assert b"".join(rui.get(f"/portal/files/{file}").streaming_content) == b"%PDF-1.4"
    assert browser(factories.requester("Olga")).get(f"/portal/files/{file}").status_code == 404


def test_an_answer_reopens_inside_the_window_and_begins_anew_after_it(acme: Customer, rui: Client) -> None:
    """M-9, M-10, Z-5: the page says what will happen before, and what happened after."""
    item, now = waits(acme), timezone.now()
    resolving.resolve(item, method="replied", note="Done.", by=acme.desk.ana, at=now)
    before = words_of(rui.get(f"/portal/requests/{item.reference}"))
    press(rui, item, press="one")
    reopened = fresh(item).state
    resolving.resolve(fresh(item), method="replied", note="Done.", by=acme.desk.ana, at=now)
    Item.objects.filter(pk=item.pk).update(state=State.CLOSED, window_ends_at=now - timedelta(days=1))
    closed = words_of(rui.get(f"/portal/requests/{item.reference}"))
    said = press(rui, item, press="two")

    assert "Is it done? We think so." in before
    assert reopened is State.TO_DO
    assert "What you write now begins a new one." in closed
    assert "your message began a new one" in said
    assert Message.objects.filter(outgoing=False).order_by("-id")[0].item_id != item.pk


def test_an_empty_answer_is_refused_and_nothing_is_kept(acme: Customer, rui: Client) -> None:
    """MAIL-4: what was typed stays."""
    item = waits(acme)

    response = rui.post(f"/portal/requests/{item.reference}", {"text": "  ", "press": "abc"})

    assert response.status_code == 422
    assert "Write something first." in words_of(response)
    assert not SeenMessage.objects.exists()


def test_files_that_are_too_large_together_are_refused_unread(
    acme: Customer, rui: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-13: the words stay, and nothing of the files was read."""
    monkeypatch.setattr(portal_mail, "LARGEST", 3)
    monkeypatch.setattr(portal_mail, "written", None)  # where they would be read
    item = waits(acme)

    form = {"text": "Here.", "press": "abc", "files": SimpleUploadedFile("proof.pdf", b"%PDF")}
    response = rui.post(f"/portal/requests/{item.reference}", form)

    assert response.status_code == 422
    assert "20 MB together" in words_of(response)
    assert not SeenMessage.objects.exists()


def test_what_waits_for_a_manager_is_counted_listed_and_decided_on_its_page(acme: Customer, marta: Client) -> None:
    """AP-21, AP-11, AP-12: all data of the Ticket and the request; looking decides nothing; the reason is kept."""
    first, second = acme.asked(comment="He paid twice."), acme.asked(acme.ticket(title="Another"))
    notes.add_note(fresh(first.item), body=SECRET, by=acme.desk.ana, at=timezone.now())

    listed, page = words_of(marta.get("/portal/approvals")), words_of(marta.get(f"/portal/approvals/{first.pk}"))
    untouched = Approval.objects.filter(state=ApprovalState.AWAITING).count()
    after = words_of(
        marta.post(f"/portal/approvals/{first.pk}", {"decision": "reject", "reason": "Too much"}, follow=True)
    )
    late = marta.post(f"/portal/approvals/{first.pk}", {"decision": "approve"})

    assert "Approve actions (2)" in listed
    assert all(said in page for said in ("Refund above limit", "He paid twice.", "Invoice 991 twice", "Acme Iberia"))
    assert SECRET not in page
    assert untouched == 2
    assert "Approve actions (1)" in after
    assert (late.status_code, "already" in words_of(late)) == (409, True)
    first.refresh_from_db()
    assert (first.state, first.reason, first.decided_by_id) == (ApprovalState.REJECTED, "Too much", acme.marta.id)
    assert Entry.objects.filter(item=first.item, type="approval_rejected").count() == 1
    assert Approval.objects.get(pk=second.pk).state == ApprovalState.AWAITING


def test_who_asks_sees_nothing_of_approvals(acme: Customer, rui: Client) -> None:
    """CG-55: neither the tab nor the request; nor may they decide."""
    asked = acme.asked()

    assert "Approve actions" not in words_of(rui.get("/portal"))
    assert rui.post(f"/portal/approvals/{asked.pk}", {"decision": "approve"}).status_code == 404
    assert "Refund" not in text_of(rui.get(f"/portal/requests/{asked.item.reference}"))


def test_a_phone_may_keep_the_portal_among_its_programs(rui: Client) -> None:
    """UI portal, “on a phone first”: the manifest is named by each page, and all that it names is there."""
    page = rui.get("/portal").content.decode()
    said = rui.get("/manifest.webmanifest")

    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert said.headers["Content-Type"] == "application/manifest+json"
    assert (said.json()["start_url"], said.json()["display"]) == ("/portal", "standalone")
    shown = [one["src"] for one in said.json()["icons"]] + re.findall(r'"apple-touch-icon" href="([^"]+)"', page)
    assert [one.rpartition("/")[2] for one in shown] == [
        f"tramita{one}" for one in (".svg", "-192.png", "-512.png", "-180.png")
    ]
    assert all(finders.find(one.removeprefix(desk_settings.STATIC_URL)) for one in shown)
    assert all(rui.get(one["url"]).status_code == 200 for one in said.json()["shortcuts"])


def test_what_is_written_to_a_merged_request_goes_where_that_goes_on(acme: Customer, rui: Client) -> None:
    """Z-4, X-4: and of the other request nothing is shown that is not theirs."""
    item, other, now = acme.ticket(title="Twice"), acme.ticket(requester=acme.marta.email), timezone.now()
    notes.add_note(fresh(other), body=SECRET, by=acme.desk.ana, at=now)
    merging.merge([fresh(item)], into=fresh(other), by=acme.desk.ana, at=now)

    page = words_of(rui.get(f"/portal/requests/{item.reference}"))
    press(rui, item, press="one")

    mailing.send(fresh(other), to=[acme.marta.email], text="To Marta only.", by=acme.desk.ana, at=timezone.now())
    mailing.send(fresh(other), to=[acme.desk.rui.email], text="The other account.", by=acme.desk.ana, at=timezone.now())
    held = words_of(rui.get(f"/portal/requests/{item.reference}"))
    Delivery.objects.filter(kind="mail").update(state=Delivery.State.DONE)
    after = words_of(rui.get(f"/portal/requests/{item.reference}"))

    assert "This request goes on in another one." in page
    assert "Open it" not in page
    assert Message.objects.get(outgoing=False).item_id == other.pk
    assert "The second one." in held
    assert "The other account." not in held
    assert "The other account." in after
    assert all(one not in after for one in (SECRET, "To Marta only."))
    assert rui.get(f"/portal/requests/{other.reference}").status_code == 404


def test_a_merged_request_leads_to_one_that_is_theirs_too(acme: Customer, rui: Client) -> None:
    """Z-4: there it is read, once."""
    item, other, now = acme.ticket(title="Twice"), acme.ticket(), timezone.now()
    merging.merge([fresh(item)], into=fresh(other), by=acme.desk.ana, at=now)
    press(rui, item, press="one")

    page = text_of(rui.get(f"/portal/requests/{item.reference}"))

    assert f'href="/portal/requests/{other.reference}">Open it' in page
    assert words_of(rui.get(f"/portal/requests/{other.reference}")).count("The second one.") == 1


def test_who_may_reads_the_requests_of_colleagues_and_decides_nothing(acme: Customer) -> None:
    """SS-1: the tab of the organisation, without the managers' ones; who may not has none."""
    item, other = acme.ticket(title="Invoice 991 twice"), acme.ticket(requester=acme.marta.email, title="Of the group")
    acme.asked(item)
    rosa = factories.requester("Rosa", organisation=acme.branch)
    before = words_of(browser(rosa).get("/portal"))
    Person.objects.filter(pk=rosa.pk).update(sees="organisation")
    client = browser(rosa)

    tabs, listed = words_of(client.get("/portal")), words_of(client.get("/portal?all=1"))

    assert "My organisation" not in before
    assert "My organisation" in tabs
    assert "Invoice 991 twice" not in tabs
    assert "Invoice 991 twice" in listed
    assert "Of the group" not in listed
    assert "Approve actions" not in listed
    assert client.get(f"/portal/requests/{item.reference}").status_code == 200
    assert client.get(f"/portal/requests/{other.reference}").status_code == 404
    assert client.get("/portal/members").status_code == 404


@pytest.mark.database
def test_who_decides_sees_first_what_was_changed_after_it_was_asked(acme: Customer, marta: Client) -> None:
    """AP-21, issue 6: a page older than the change decides nothing; the new one names it, and then it counts."""
    item = acme.ticket(title="Invoice 991 twice")
    asked = acme.asked(item, at=timezone.now())
    address = f"/portal/approvals/{asked.pk}"
    before = text_of(marta.get(address))

    editing.edit(fresh(item), changes={"title": "Invoice 991, thrice"}, by=acme.desk.ana, at=timezone.now())
    refused = marta.post(address, {"decision": "approve", "seen": "0"})
    state = Approval.objects.get(pk=asked.pk).state
    after = words_of(marta.get(address))
    marta.post(address, {"decision": "approve", "seen": "1"})

    assert 'name="seen" value="0"' in before
    assert (refused.status_code, state) == (409, ApprovalState.AWAITING)
    assert "Changed after this was asked: Title" in after
    assert "Invoice 991, thrice" in after
    assert Approval.objects.get(pk=asked.pk).state is ApprovalState.APPROVED
