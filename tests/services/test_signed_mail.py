"""What a signature lets a mail do, and what stays of it: as good as a DMARC pass, and nothing less is (MAIL-51)."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import smime
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import HOUR, asked, fresh, receive, started
from tests.smime import Party, Signing
from tramita.domain.codes import State
from tramita.gateways import apart
from tramita.gateways.cleaning import TooMuchError
from tramita.models import Entry, Item, Message, SeenMessage
from tramita.services import moving_mail, replaying, tray
from tramita.services.receiving import Letter
from tramita.services.receiving_many import receive_all

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def ca(settings, tmp_path: Path) -> Party:
    """An authority that this installation trusts."""
    made = smime.authority()
    settings.TRAMITA_MAIL_AUTHORITIES = tmp_path / "acme.pem"
    settings.TRAMITA_MAIL_AUTHORITIES.write_text(made.pem)
    return made


def from_ana(desk: Desk, ca: Party, *, came: str | None = None, signed_at=MONDAY, **fields: str) -> bytes:
    ana = smime.person(desk.ana.email, by=ca)
    return smime.clear(Signing(ana, signed_at=signed_at), came=came, From=f"Ana <{desk.ana.email}>", **fields)


def waiting(desk: Desk) -> tuple[Item, str]:
    """An item that waits for an answer, and the id to answer."""
    item = started(desk)
    return item, f"<{asked(desk, item).message_id}>"


def test_an_agents_signed_mail_is_theirs_and_wakes(desk: Desk, ca: Party) -> None:
    """MAIL-51, MAIL-39: without a word of any mail server."""
    item, question = waiting(desk)

    outcome = receive(from_ana(desk, ca, In_Reply_To=question), at=MONDAY + HOUR)

    told = Entry.objects.get(item=item, type="mail_received", actor=desk.ana.id)
    assert (outcome.outcome, told.visibility, "unverified" in told.data) == ("woken", "participants", False)


@pytest.mark.parametrize("fault", ["changed", "issuer", "another", "old", "two"])
def test_a_signature_that_proves_nothing_gives_no_powers(desk: Desk, ca: Party, fault: str) -> None:
    """MAIL-51: the mail is an outsider's, for us alone, and wakes nothing."""
    item, question = waiting(desk)
    given = {
        "changed": {"came": smime.WORDS + "and more"},
        "old": {"signed_at": MONDAY - timedelta(days=20)},
        "two": {"Sender": "x@y.example\r\nFrom: eve@evil.example"},
    }.get(fault, {})
    raw = from_ana(desk, smime.authority() if fault == "issuer" else ca, In_Reply_To=question, **given)
    if fault == "another":
        raw = smime.clear(Signing(smime.person("eve@evil.example", by=ca)), From=desk.ana.email, In_Reply_To=question)

    outcome = receive(raw, at=MONDAY + HOUR)

    told = Entry.objects.filter(item=item, type="mail_received").latest("seq")
    assert (outcome.outcome, fresh(item).state) == ("appended", State.WAITING)
    assert (told.visibility, told.data["unverified"], told.actor) == ("internal", True, None)


def test_the_verdict_is_kept_once_with_the_mail_and_with_its_trace(desk: Desk, ca: Party) -> None:
    """MAIL-39, MAIL-141: nobody verifies it again when it is shown."""
    receive(from_ana(desk, ca), at=MONDAY)

    kept = Message.objects.get(outgoing=False).headers["signature"]
    expected = {"state": "verified", "by": desk.ana.email, "issuer": "Acme Mail CA", "proves": True}
    assert kept == expected | {"at": MONDAY.isoformat()}
    assert SeenMessage.objects.get().trace["signature"] == kept


def test_a_crypto_fault_never_fails_the_message(desk: Desk, ca: Party, monkeypatch) -> None:
    """MAIL-39, zammad#6217."""

    def dies(_job: object) -> None:
        raise TooMuchError("fault")

    monkeypatch.setattr(apart, "verified", dies)

    assert receive(from_ana(desk, ca), at=MONDAY).outcome == "created"
    assert Message.objects.get(outgoing=False).headers["signature"] == {"state": "unverified", "why": "fault"}


def test_many_at_once_are_verified_as_each_alone(desk: Desk, ca: Party) -> None:
    """MAIL-16, MAIL-51."""
    item, question = waiting(desk)
    raws = [from_ana(desk, ca, In_Reply_To=question), from_ana(desk, ca, Message_ID="<two@desk.example>")]

    done = list(receive_all([Letter(raw, "import") for raw in raws], at=MONDAY + HOUR))

    assert [one.outcome for one in done] == ["woken", "created"]
    assert fresh(item).state is State.TO_DO


def test_a_rehearsal_verifies_as_well(desk: Desk, ca: Party) -> None:
    """MAIL-143."""
    item, question = waiting(desk)

    raw = from_ana(desk, ca, In_Reply_To=question)
    _, pasted = replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=MONDAY + HOUR)

    assert pasted.outcome.outcome == "woken"
    assert fresh(item).state is State.WAITING


def test_a_rehearsal_of_the_tray_verifies_as_well(desk: Desk, ca: Party) -> None:
    """MAIL-143: what it says would happen is what happens."""
    _, question = waiting(desk)
    receive(from_ana(desk, ca, In_Reply_To=question, X_Spam_Flag="YES"), at=MONDAY + HOUR)
    seen = SeenMessage.objects.get(outcome="unhandled")
    raw = from_ana(desk, ca, In_Reply_To=question)

    _, pasted = replaying.try_out(raw, mailbox="invoices@desk.example", by=desk.ana, at=MONDAY + HOUR)
    outcome = tray.not_spam(seen, by=desk.ana, at=MONDAY + HOUR)

    assert (pasted.outcome.outcome, outcome.outcome) == ("woken", "woken")
    assert pasted.outcome.trace["sender"]["verified"] is True


def test_what_a_person_makes_of_a_proven_mail_is_its_senders(desk: Desk, ca: Party) -> None:
    """MAIL-51, M-21, M-25: from the tray, and from another item."""
    receive(from_ana(desk, ca, To="nobody@desk.example"), at=MONDAY)
    made = tray.create_item(
        SeenMessage.objects.get(), category="acme/main/finance/plain", by=desk.leo, at=MONDAY + HOUR
    )
    mail = Message.objects.get(item=made)
    again = moving_mail.start_item(mail, category="acme/main/finance/plain", by=desk.leo, at=MONDAY + HOUR)

    for item in (made, again):
        told = Entry.objects.get(item=item, type="mail_received")
        assert (told.actor_id, "unverified" in told.data) == (desk.ana.id, False)
    assert Message.objects.get(item=again).headers["signature"] == mail.headers["signature"]
