"""Who sent a mail over the limit hears of it once, in their language (MAIL-13; decision 0027)."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way, post, way
from tests.services.test_receiving import mail
from tramita.domain.mime import parse
from tramita.models import Delivery, Item, Mailbox, MarkedAddress, SeenMessage, ToldSender
from tramita.queries import definitions
from tramita.services import blocking, posting, receiving, replaying
from tramita.services.size_notices import KIND, SMALL

LIMIT = 100_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

__all__ = ["way"]  # a fixture


@pytest.fixture(autouse=True)
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tramita.domain.definitions.Limits.raw_mail_bytes", LIMIT)
    definitions.forget()


def heavy(desk: Desk, number: int = 0, **given: str) -> bytes:
    said = {"sender": desk.rui.email, "subject": "The plans"} | given
    return mail(f"{number} " + "plan " * (LIMIT // 4), **said)


def receive(raw: bytes, at=MONDAY, **more: Any) -> receiving.Outcome:
    return receiving.receive(raw, source="import", at=at, **more)


def notices() -> list[dict[str, Any]]:
    return list(Delivery.objects.filter(kind=KIND).values_list("payload", flat=True))


def test_a_mail_over_the_limit_waits_in_the_tray_and_its_sender_is_told(desk: Desk, way: Way) -> None:
    """MAIL-13, MAIL-95, M-19b: by whatever way it came."""
    outcome = receive(heavy(desk))
    assert post() == [posting.Result.DONE]

    (_, people, raw) = way.sent[0]
    told = message_from_bytes(raw, policy=policy.default)
    seen = SeenMessage.objects.get()
    assert (outcome.outcome, outcome.reason) == ("unhandled", "too large")
    assert (Item.objects.count(), seen.raw != "") == (0, True)
    assert people == [desk.rui.email]
    assert told["Subject"] == "Too large: The plans"
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["In-Reply-To"] == f"<{parse(heavy(desk)).message_id}>"
    assert "0.1 MB" in told.get_body().get_content()
    assert parse(raw).defects == ()
    assert Delivery.objects.get().state == Delivery.State.DONE


def test_the_notice_speaks_the_senders_language_and_the_desks_words(desk: Desk, way: Way) -> None:
    """M-19b, MAIL-126."""
    desk.rui.language = "pl"
    desk.rui.save()

    receive(heavy(desk))
    post()

    assert "Za duża" in parse(way.sent[0][2]).subject


def test_each_message_is_told_once_and_an_address_once_a_day(desk: Desk) -> None:
    """MAIL-13, MAIL-93."""
    receive(heavy(desk))
    receive(heavy(desk), at=MONDAY + HOUR)
    receive(heavy(desk, 1), at=MONDAY + HOUR)
    assert len(notices()) == 1

    receive(heavy(desk, 2), at=MONDAY + DAY + HOUR)
    assert len(notices()) == 2


@pytest.mark.parametrize(
    "given",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<all.acme.example>"},
        {"Return_Path": "<>"},
        {"to": "somebody@else.example"},
        {"sender": "noreply@acme.example"},
        {"sender": "stranger@nowhere.example"},
        {"sender": "invoices@desk.example"},
        {"X_Spam_Flag": "YES"},
    ],
    ids=str,
)
def test_silence_is_kept_where_an_acknowledgement_would_keep_it(desk: Desk, given: dict[str, str]) -> None:
    """MAIL-91, MAIL-13, MAIL-15: and towards strangers, whose address proves nothing."""
    receive(heavy(desk, **given), mailbox="invoices@desk.example")

    assert SeenMessage.objects.get().raw
    assert notices() == []


def test_who_is_blocked_or_complained_is_not_told(desk: Desk) -> None:
    """MAIL-98, M-20."""
    MarkedAddress.objects.create(address=desk.rui.email, complained=True, at=MONDAY)
    receive(heavy(desk))
    blocking.block(desk.marta.email, by=desk.ana, at=MONDAY)
    receive(heavy(desk, sender=desk.marta.email))

    assert notices() == []


def test_a_mailbox_switches_the_notice_off(desk: Desk) -> None:
    """MAIL-13: some operators want none."""
    Mailbox.objects.update(outgoing={"tell_too_large": False})

    receive(heavy(desk), mailbox="invoices@desk.example")

    assert SeenMessage.objects.get().reason == "too large"
    assert (notices(), ToldSender.objects.count()) == ([], 0)


def test_old_mail_and_a_rehearsal_tell_nobody(desk: Desk) -> None:
    """MAIL-17, MAIL-143."""
    receive(heavy(desk), archive=True)
    replaying.try_out(heavy(desk, 1), mailbox="invoices@desk.example", by=desk.ana, at=MONDAY)

    assert notices() == []


def test_a_person_may_have_it_processed_all_the_same(desk: Desk) -> None:
    """MAIL-7, MAIL-143."""
    receive(heavy(desk))

    outcome = replaying.replay(SeenMessage.objects.get(), by=desk.ana, at=MONDAY + HOUR)

    assert outcome.outcome == "created"


def test_a_notice_that_is_refused_ends_and_concerns_no_item(desk: Desk, way: Way) -> None:
    """MAIL-113: nobody can decide on it."""
    from tramita.gateways import smtp

    receive(heavy(desk))
    way.answers = [smtp.UncertainError("cut")]

    post()

    assert Delivery.objects.get().state == Delivery.State.FAILED
    assert post(MONDAY + HOUR) == []


def test_a_mail_of_common_size_costs_no_look_at_the_limit(desk: Desk) -> None:
    """MAIL-13: what is small is too large nowhere."""
    assert len(mail()) < SMALL
    assert receive(mail(sender=desk.rui.email)).outcome == "created"
