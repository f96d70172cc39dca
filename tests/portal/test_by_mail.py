"""Deciding by the link of a mail: single use, expiring, one person's, and never by looking."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.approving import Customer, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tests.web.reading import text_of, words_of
from tramita.domain.codes import ApprovalState, Role, Visibility
from tramita.models import Approval, ApprovalToken, Entry, Item, Message, Person
from tramita.portal import by_mail
from tramita.services import approvals, approving_by_mail, notes, receiving, resolving

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def asked(acme: Customer) -> Approval:
    """Asked a moment ago, by the clock on the wall: pages have no other."""
    item = acme.ticket()
    notes.add_note(item, body="He is a difficult one.", by=acme.desk.ana, at=MONDAY)
    return approvals.ask(fresh(item), type="refund", comment="He paid twice.", by=acme.desk.ana, at=timezone.now())


@pytest.fixture
def links(asked: Approval, settings: Any, tmp_path: Path) -> dict[str, str]:
    """The address of each manager's link, by the manager's address."""
    keys = sent(settings, tmp_path, at=timezone.now() + timedelta(seconds=1))
    return {who: f"/approvals/by-mail/{key}" for who, key in keys.items()}


@pytest.fixture
def marta(acme: Customer, links: dict[str, str]) -> str:
    return links[acme.marta.email]


@pytest.fixture
def sofia(acme: Customer, links: dict[str, str]) -> str:
    return links[acme.sofia.email]


@pytest.fixture
def phone() -> Client:
    """A browser in which nobody is signed in, and which insists on the token of forms."""
    return Client(enforce_csrf_checks=True)


def state_of(asked: Approval) -> ApprovalState:
    return ApprovalState(Approval.objects.get(pk=asked.pk).state)


def test_the_link_shows_the_request_and_no_note(phone: Client, marta: str, asked: Approval) -> None:
    """MAIL-52, MAIL-60: all of the data that the manager needs, and whose link it is."""
    page = phone.get(marta)

    said = words_of(page)
    wanted = ["Refund above limit", "Money goes back", "He paid twice.", asked.item.reference, "It came twice."]
    assert all(part in said for part in [*wanted, "Rui Sousa", "Acme Iberia", "This link is for Marta Vidal"])
    assert "difficult" not in said
    assert text_of(page).count('name="decision" value=') == 2


@pytest.mark.parametrize(
    ("method", "headers"),
    [("get", {}), ("head", {}), ("get", {"Sec-Purpose": "prefetch"}), ("get", {"Purpose": "preview"})],
    ids=["GET", "HEAD", "prefetch", "preview"],
)
@pytest.mark.parametrize("query", ["", "?decision=approve"])
def test_looking_never_decides(
    phone: Client, marta: str, asked: Approval, method: str, headers: dict[str, str], query: str
) -> None:
    """MAIL-52: link scanners fetch links, as often as they like."""
    for _ in range(3):
        answer = getattr(phone, method)(marta + query, headers=headers)

    assert answer.status_code == 200
    assert state_of(asked) is ApprovalState.AWAITING
    assert ApprovalToken.objects.filter(used_at=None).count() == 2
    assert not answer.cookies


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_no_other_method_does_anything(phone: Client, marta: str, asked: Approval, method: str) -> None:
    """MAIL-52."""
    answer = getattr(phone, method)(marta)

    assert answer.status_code == 405
    assert state_of(asked) is ApprovalState.AWAITING


def test_a_post_decides_as_the_person_whose_link_it_is(
    phone: Client, marta: str, asked: Approval, acme: Customer
) -> None:
    """MAIL-52, AP-11, AP-31: recorded as theirs, by the link."""
    answer = phone.post(marta, {"decision": "approve"}, follow=True)

    entry = Entry.objects.get(item=asked.item, type="approval_approved")
    assert state_of(asked) is ApprovalState.APPROVED
    assert (entry.actor_id, entry.data["way"]) == (acme.marta.id, "mail_link")
    assert "Marta Vidal approved this by the link" in words_of(answer)


def test_a_link_works_once(phone: Client, marta: str, asked: Approval) -> None:
    """MAIL-52: single use; the reason of a rejection is kept (AP-12)."""
    phone.post(marta, {"decision": "reject", "reason": "Too dear."})

    again = phone.post(marta, {"decision": "approve"})

    assert again.status_code == 409
    assert "Marta Vidal rejected this by the link" in words_of(again)
    assert "Too dear." in words_of(again)
    assert state_of(asked) is ApprovalState.REJECTED


def test_when_one_decided_the_links_of_all_are_dead_and_say_who_did(
    phone: Client, marta: str, sofia: str, asked: Approval
) -> None:
    """MAIL-52, AP-24."""
    phone.post(marta, {"decision": "approve"})

    page, late = phone.get(sofia), phone.post(sofia, {"decision": "reject"})

    for answer, status in ((page, 200), (late, 409)):
        assert answer.status_code == status
        assert "It was already decided: Marta Vidal approved it" in words_of(answer)
        assert 'value="approve"' not in text_of(answer)
    assert state_of(asked) is ApprovalState.APPROVED


def test_a_link_expires(phone: Client, marta: str, asked: Approval) -> None:
    """MAIL-52."""
    ApprovalToken.objects.update(expires_at=timezone.now())

    page, late = phone.get(marta), phone.post(marta, {"decision": "approve"})

    assert "This link has expired" in words_of(page)
    assert late.status_code == 409
    assert state_of(asked) is ApprovalState.AWAITING


def test_a_cancelled_request_is_said_to_be_cancelled(
    phone: Client, marta: str, asked: Approval, acme: Customer
) -> None:
    """MAIL-52, AP-14."""
    approvals.cancel(asked.pk, by=acme.desk.ana, at=timezone.now())

    late = phone.post(marta, {"decision": "approve"})

    assert late.status_code == 409
    assert "Ana Lima cancelled this request" in words_of(late)


def test_a_request_that_ended_with_its_ticket_is_said_to_have_ended(
    phone: Client, marta: str, asked: Approval, acme: Customer
) -> None:
    """MAIL-52, AP-13."""
    resolving.resolve(fresh(asked.item), method="replied", note="Done.", by=acme.desk.ana, at=timezone.now())

    late = phone.post(marta, {"decision": "approve"})

    assert late.status_code == 409
    assert "The Ticket ended on" in words_of(late)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.REQUESTER}, {"organisation": None}])
def test_who_is_no_manager_any_more_decides_nothing(
    phone: Client, marta: str, asked: Approval, acme: Customer, change: dict[str, Any]
) -> None:
    """MAIL-52, AP-25, CG-53."""
    Person.objects.filter(pk=acme.marta.id).update(**change)

    page, late = phone.get(marta), phone.post(marta, {"decision": "approve"})

    assert "Marta Vidal does not manage Acme Iberia any more" in words_of(page)
    assert late.status_code == 403
    assert state_of(asked) is ApprovalState.AWAITING


@pytest.mark.parametrize("key", ["nonsense", "%00", "x" * 500, "é"])
def test_a_key_that_nobody_has_leads_nowhere(phone: Client, asked: Approval, key: str) -> None:
    """MAIL-52: a foreign token says plainly that it is none."""
    for answer in (phone.get(f"/approvals/by-mail/{key}"), phone.post(f"/approvals/by-mail/{key}")):
        assert answer.status_code == 404
        assert "This link leads nowhere" in words_of(answer)


def test_a_key_of_another_request_decides_only_its_own(
    phone: Client, marta: str, asked: Approval, acme: Customer, settings: Any, tmp_path: Path
) -> None:
    """MAIL-52: bound to the request."""
    other = approvals.ask(acme.ticket(), type="refund", by=acme.desk.ana, at=timezone.now())

    phone.post(marta, {"decision": "approve", "approval": other.pk})

    assert state_of(asked) is ApprovalState.APPROVED
    assert state_of(other) is ApprovalState.AWAITING


def test_what_is_pressed_must_be_one_of_the_two(phone: Client, marta: str, asked: Approval) -> None:
    """MAIL-52."""
    answer = phone.post(marta, {"decision": "cancel"})

    assert answer.status_code == 422
    assert state_of(asked) is ApprovalState.AWAITING


def test_a_reason_that_is_too_long_comes_back_as_it_was_typed(phone: Client, marta: str, asked: Approval) -> None:
    """AP-12."""
    answer = phone.post(marta, {"decision": "reject", "reason": "x" * 10_001})

    assert answer.status_code == 422
    assert "x" * 10_001 in text_of(answer)
    assert state_of(asked) is ApprovalState.AWAITING


@pytest.mark.database
def test_a_reason_may_hold_what_no_database_keeps(phone: Client, marta: str, asked: Approval) -> None:
    """AP-12."""
    phone.post(marta, {"decision": "reject", "reason": "Too\x00 dear."})

    assert Approval.objects.get(pk=asked.pk).reason == "Too dear."


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pt-br", "Aguardando Aprovação"),
        ("fr", "En attente d’approbation"),
        ("es", "Pendiente de aprobación"),
        ("pl", "Oczekuje na akceptację"),
    ],
)
def test_the_page_is_in_its_readers_language(
    phone: Client, marta: str, acme: Customer, language: str, words: str
) -> None:
    """MAIL-52: also in a browser of another."""
    Person.objects.filter(pk=acme.marta.id).update(language=language)

    page = phone.get(marta, headers={"Accept-Language": "en"})

    assert words in words_of(page)
    assert f'<html lang="{language}"' in text_of(page)


def test_a_colleague_at_the_desk_decides_nothing_by_being_signed_in(
    client: Client, marta: str, asked: Approval, acme: Customer
) -> None:
    """MAIL-52: who got the link forwarded sees whose it is; the decision is never their own."""
    client.force_login(Person.objects.get(pk=acme.desk.leo.id))

    assert "This link is for Marta Vidal" in words_of(client.get(marta))
    client.post(marta, {"decision": "approve"})

    assert Approval.objects.get(pk=asked.pk).decided_by_id == acme.marta.id


def test_the_address_is_kept_secret(phone: Client, marta: str) -> None:
    """MAIL-52: it goes to no other site, and into no cache."""
    page = phone.get(marta)

    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]


def test_who_tries_too_often_waits(phone: Client, marta: str, asked: Approval, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-52: keys are not guessed."""
    monkeypatch.setattr(by_mail, "A_MINUTE", 3)
    for _ in range(3):
        phone.get("/approvals/by-mail/guess")

    answer = phone.post(marta, {"decision": "approve"})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert state_of(asked) is ApprovalState.AWAITING


@pytest.mark.parametrize("words", ["Approved", "approve", "Yes, I approve this."])
def test_an_answer_to_the_mail_decides_nothing(asked: Approval, acme: Customer, links: Any, words: str) -> None:
    """MAIL-51, MAIL-59: From proves nothing; it is put on the Ticket as internal, like any answer to such a mail."""
    ours = Message.objects.get(approval_token__person=acme.marta.id)

    raw = mail(words, sender=acme.marta.email, reply_to=ours.message_id)
    outcome = receiving.receive(raw, source="import", at=timezone.now())

    entry = Entry.objects.filter(item=asked.item, type="mail_received").last()
    assert outcome.outcome == "appended"
    assert entry is not None
    assert entry.visibility == Visibility.INTERNAL.value
    assert state_of(asked) is ApprovalState.AWAITING


def test_a_key_is_found_by_its_digest_alone(asked: Approval, marta: str) -> None:
    """MAIL-52: stored hashed; one from the database is none."""
    for token in ApprovalToken.objects.all():
        for stolen in (token.digest, token.sealed):
            with pytest.raises(Exception, match="no such link"):
                approving_by_mail.read(stolen, at=timezone.now())
    assert Item.objects.get(pk=asked.item_id).approval_id == asked.pk
