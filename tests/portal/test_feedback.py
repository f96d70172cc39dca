"""“Is it done?” on the page of a request, and by the link of the mail that resolved it (T-45)."""

import email
import re
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.approving import Customer, customer, fresh
from tests.desk import Desk
from tests.portal.test_pages import browser
from tests.services.test_automatic_mails import switch_on
from tests.web.reading import words_of
from tramita.domain.codes import State
from tramita.gateways.storage import storage
from tramita.models import Entry, Feedback, Item, Message, Person
from tramita.services import mailing, resolving, working
from tramita.worker.loop import mail_out

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    from tramita.portal.feedback import allowances

    allowances.forget()


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    return customer(desk)


def resolved(acme: Customer) -> Item:
    item, now = acme.ticket(), timezone.now()
    working.start(item, by=acme.desk.ana, at=now)
    resolving.resolve(item, method="replied", by=acme.desk.ana, at=now)
    return fresh(item)


def link(acme: Customer, settings: Any, folder: Path, cc: tuple[str, ...] = ()) -> tuple[Item, str]:
    """The address that Rui's mail leads to; empty where it has none."""
    switch_on("resolution")
    item, now = acme.ticket(), timezone.now()
    working.start(item, by=acme.desk.ana, at=now)
    mailing.send(item, to=[acme.desk.rui.email or ""], cc=cc, text="Paid.", resolve="replied", by=acme.desk.ana, at=now)
    settings.TRAMITA_SMTP_URL = f"file://{folder}"
    mail_out(at=now)
    [path] = folder.glob("*.eml")
    said = email.message_from_bytes(path.read_bytes(), policy=policy.default).get_body()
    found = re.search(r"/feedback/by-mail/\S+", said.get_content() if said else "")
    return fresh(item), found[0] if found else ""


def test_on_the_page_of_the_request_it_is_confirmed_and_rated(acme: Customer) -> None:
    """T-45, UI portal: what was said is shown and may be changed; nothing else changes."""
    item, rui = resolved(acme), browser(acme.desk.rui)
    path = f"/portal/requests/{item.reference}"
    before = words_of(rui.get(path))

    after = words_of(rui.post(f"{path}/feedback", {"done": "yes", "rating": "4"}, follow=True))

    assert "Is it done?" in before
    assert "Thank you for telling us." in after
    assert "gave 4 of 5" in after
    assert fresh(item).state is State.RESOLVED


def test_what_is_not_done_needs_a_word_and_is_taken_up_again(acme: Customer) -> None:
    """T-45: what was chosen stays while the word is missing."""
    item, rui = resolved(acme), browser(acme.desk.rui)
    path = f"/portal/requests/{item.reference}"

    refused = rui.post(f"{path}/feedback", {"done": "no", "rating": "2"})
    kept = re.search(r'value="2" checked', refused.content.decode())
    after = words_of(rui.post(f"{path}/feedback", {"done": "no", "comment": "The second one."}, follow=True))

    assert (refused.status_code, bool(kept)) == (422, True)
    assert "Say what is missing." in words_of(refused)
    assert "We take it up again." in after
    assert "Is it done?" not in after
    assert (fresh(item).state, Feedback.objects.get().done) == (State.TO_DO, False)


def test_others_and_late_ones_are_refused(acme: Customer) -> None:
    """SEC-2, R-14: strangers see no request; after the window it is said."""
    item = resolved(acme)
    path = f"/portal/requests/{item.reference}/feedback"
    stranger = browser(factories.requester("Olga")).post(path, {"done": "yes"})
    Item.objects.filter(pk=item.pk).update(window_ends_at=timezone.now() - timedelta(seconds=1))

    late = browser(acme.desk.rui).post(path, {"done": "yes"})

    assert (stranger.status_code, late.status_code) == (404, 409)
    assert "The time for this is over." in words_of(late)
    assert not Feedback.objects.exists()


def test_the_link_of_the_mail_asks_and_only_its_button_counts(acme: Customer, settings: Any, tmp_path: Path) -> None:
    """T-45, MAIL-52: opening it changes nothing, whoever opens it; the page sets no cookie and needs no script."""
    item, path = link(acme, settings, tmp_path / "out")
    anybody = Client(enforce_csrf_checks=True)

    looked = [anybody.get(path), anybody.head(path)]
    untouched = not Feedback.objects.exists()
    after = words_of(anybody.post(path, {"done": "yes", "rating": "5"}, follow=True))

    assert [one.status_code for one in looked] == [200, 200]
    assert untouched
    assert "This link is for Rui Sousa." in words_of(looked[0])
    assert not anybody.cookies
    assert looked[0].headers["Referrer-Policy"] == "no-referrer"
    assert "Thank you for telling us." in after
    assert (Feedback.objects.get().rating, Feedback.objects.get().person) == (5, acme.desk.rui)
    assert Entry.objects.get(type="feedback_given").data["way"] == "mail_link"
    disputed = words_of(anybody.post(path, {"done": "no", "comment": "No."}, follow=True))
    assert "We take it up again." in disputed
    assert fresh(item).state is State.TO_DO
    resolving.resolve(fresh(item), method="replied", by=acme.desk.ana, at=timezone.now())
    assert "The time for this is over." in words_of(anybody.get(path))
    assert anybody.post(path, {"done": "yes"}).status_code == 409


def test_the_link_stands_in_nothing_that_is_kept_and_cannot_be_made_up(
    acme: Customer, settings: Any, tmp_path: Path
) -> None:
    """T-45: no colleague finds it in the house; the signature of another purpose opens nothing."""
    _item, path = link(acme, settings, tmp_path / "out")
    message = Message.objects.get(outgoing=True)
    kept = storage(settings.TRAMITA_STORAGE_URL).get(message.raw)

    assert path
    assert b"/feedback/by-mail" not in kept
    assert "/feedback/by-mail" not in message.text
    for key in (str(message.pk), f"{message.pk}:x", Signer(salt="other").sign(message.pk)):
        assert Client().get(f"/feedback/by-mail/{key}").status_code == 404
    Person.objects.filter(pk=acme.desk.rui.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_a_mail_to_several_has_no_link(acme: Customer, settings: Any, tmp_path: Path) -> None:
    """T-45: it would be the word of one in the hands of all."""
    other = factories.requester("Olga")

    assert link(acme, settings, tmp_path / "out", cc=(str(other.email),))[1] == ""
