"""What the timeline says of a mail before it is read."""

import pytest

from tramita.ui.timeline import sentence
from tramita.ui.timeline_mail import remark


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"automatic": False, "new_participant": False}, ""),
        ({"automatic": True, "event": "failed"}, "Our mail could not be delivered"),
        ({"automatic": True, "event": "delayed"}, "Delivery of our mail is delayed"),
        ({"event": "relayed"}, "Our mail was delivered"),
        ({"event": "read"}, "Our mail was opened"),
        ({"unverified": True, "new_participant": True}, "Sender not verified"),
        ({"automatic": True}, "Automatic answer"),
        ({"new_participant": True}, "From a new participant"),
    ],
)
def test_a_mail_is_marked_by_what_must_be_known_of_it(data: dict[str, object], said: str) -> None:
    """MAIL-51, MAIL-74, MAIL-96, MAIL-98, MAIL-99."""
    assert remark(data) == said
    assert sentence("mail_received", data) == (said or "Mail received")


@pytest.mark.parametrize("type_", ["mail_failed", "mail_uncertain", "mail_held", "mail_cancelled"])
def test_what_became_of_our_mail_is_a_sentence(type_: str) -> None:
    """MAIL-113."""
    assert sentence(type_, {}) != type_.replace("_", " ")
