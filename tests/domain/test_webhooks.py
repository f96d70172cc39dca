"""What other systems are told of, and how it is signed (API-2, Standard Webhooks)."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.errors import Invalid
from tramita.domain.webhooks import EVENTS, WAITS, checked_events, checked_url, event_of, new_secret, signed, wait_after

AT = datetime(2022, 11, 3, 20, 26, 10, tzinfo=UTC)


def test_it_is_signed_as_the_reference_library_of_standard_webhooks_does() -> None:
    """API-2: id, moment and body, by HMAC-SHA256. The example of that specification's own tests."""
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'

    said = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", body, [key], at=datetime.fromtimestamp(1614265330, UTC))

    assert said == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_changes_both_sign() -> None:
    """API-2: whoever has not changed yet accepts what comes."""
    old, new = new_secret(), new_secret()

    both = signed("msg_1", "{}", [new, old], at=AT)["webhook-signature"].split()

    assert both == [signed("msg_1", "{}", [one], at=AT)["webhook-signature"] for one in (new, old)]
    assert old != new
    assert len(base64.b64decode(new.removeprefix("whsec_"))) == 32


@pytest.mark.parametrize(
    ("type_", "data", "event"),
    [
        ("created", {"to": "to_do"}, "item.created"),
        ("started", {"to": "in_progress", "from": "to_do"}, "item.state_changed"),
        ("mail_received", {}, "communication.created"),
        ("note_added", {}, "communication.created"),
        ("title_changed", {}, "item.updated"),
        ("approval_requested", {}, "approval.requested"),
        ("approval_rejected", {}, "approval.decided"),
        ("seen", {}, None),
        ("mail_failed", {}, None),
    ],
)
def test_an_entry_of_the_ledger_has_a_name_outside(type_: str, data: dict[str, str], event: str | None) -> None:
    """API-2, INTERFACES section 5."""
    assert event_of(type_, data) == event


def test_what_fails_is_tried_for_three_days_each_time_at_a_moment_of_its_own() -> None:
    """API-2: with jitter."""
    assert timedelta(days=2, hours=20) < sum(WAITS, timedelta()) < timedelta(days=3, hours=4)
    for number, wait in enumerate(WAITS, 1):
        found = {wait_after(number) for _ in range(20)}
        assert all(one is not None and wait * 0.8 <= one <= wait * 1.2 for one in found)
        assert len(found) > 1
    assert wait_after(len(WAITS) + 1) is None


@pytest.mark.parametrize(
    "url",
    ["", "erp.example/hook", "ftp://erp.example/", "https:///x", "https://me:pw@erp.example/", "https://é.example/"],
)
def test_an_address_that_nothing_can_be_sent_to_is_refused(url: str) -> None:
    """API-2."""
    with pytest.raises(Invalid, match="url"):
        checked_url(url)


def test_events_are_those_there_are_in_their_order() -> None:
    """INTERFACES section 5."""
    assert checked_events(["item.updated", "item.created", "item.updated"]) == ["item.created", "item.updated"]
    assert checked_events(reversed(EVENTS)) == list(EVENTS)
    for wrong in ([], ["item.closed"]):
        with pytest.raises(Invalid, match="events"):
            checked_events(wrong)
