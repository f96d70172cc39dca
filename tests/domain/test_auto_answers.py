"""Who wrote, what is our own, and what must not be answered by a machine."""

import pytest

from tests.domain.mails import mail
from tests.samples import expected, sample
from tramita.domain.auto_answers import (
    addressed,
    arrived_at,
    author,
    dmarc,
    may_acknowledge,
    why_not_acknowledge,
    why_own,
)
from tramita.domain.codes import Kind
from tramita.domain.mail_tokens import Keys, message_id, plus_address
from tramita.domain.mime import parse
from tramita.domain.references import Reference

OWN = ("desk@helpdesk.example", "facilities@helpdesk.example")
HOST = "helpdesk.example"
KEYS = Keys(("secret",))
TICKET = Reference(Kind.TICKET, 40308)


@pytest.mark.parametrize("name", sorted(expected()))
def test_no_sample_gets_an_automatic_answer_that_must_not(name: str) -> None:
    """MAIL-91, MAIL-92."""
    ingest = expected()[name]["ingest"]
    answers = ingest["outcome"] in ("woken", "appended", "reopened")  # these are never acknowledged anyhow

    allowed = may_acknowledge(parse(sample(name[:3])), own=OWN)

    assert allowed is ingest["acknowledge"] or answers or (not ingest["acknowledge"] and _for_other_reasons(name))


def _for_other_reasons(name: str) -> bool:
    """The agent's address is spoofed: matching keeps it from being acknowledged."""
    return name.startswith("183")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Return_Path": "<>"}, "null return path"),
        ({"Auto_Submitted": "auto-generated"}, "automatic"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Unsubscribe": "<mailto:leave@lists.example>"}, "mailing list"),
        ({"X_Auto_Response_Suppress": "OOF, DR"}, "answers are not wanted"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"From": "no-reply@shop.example"}, "nobody reads that address"),
        ({"From": "MAILER-DAEMON@mx.example"}, "nobody reads that address"),
        ({"From": "desk@helpdesk.example"}, "own address"),
        ({"To": "somebody@customer.example"}, "we are neither in To nor in Cc"),
        ({"Subject": "Respuesta automática: fuera"}, "sounds automatic"),
        ({"Auto_Submitted": "no"}, None),
        ({"X_Auto_Response_Suppress": "None"}, None),
        ({"From": "noreen@customer.example"}, None),
        ({"From": "norbert.reply@customer.example"}, None),
    ],
)
def test_each_mark_of_a_machine_keeps_us_silent(fields: dict[str, str], reason: str | None) -> None:
    """MAIL-91."""
    assert why_not_acknowledge(mail(**fields), own=OWN) == reason


def test_our_own_message_is_known_by_its_id() -> None:
    """MAIL-94, M-5."""
    ours = message_id(TICKET, "9", host=HOST, keys=KEYS)

    assert why_own(mail(Message_ID=f"<{ours}>"), own=OWN, host=HOST, keys=KEYS) == "own_message"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"X_Tramita_Loop": "helpdesk.example"}, "loop"),
        ({"X_Tramita_Loop": "elsewhere.example"}, None),
        ({"From": "Facilities@Helpdesk.example"}, "own_address"),
        ({"From": "desk+40308.00@helpdesk.example"}, None),
        ({}, None),
    ],
)
def test_mail_of_ours_that_comes_back_is_recognised(fields: dict[str, str], reason: str | None) -> None:
    """MAIL-94, MAIL-54."""
    assert why_own(mail(**fields), own=OWN, host=HOST, keys=KEYS) == reason


def test_mail_that_goes_round_in_circles_is_recognised() -> None:
    """MAIL-94."""
    assert why_own(parse(sample("141")), own=OWN, host=HOST, keys=KEYS) == "hops"


def test_a_group_that_rewrote_from_is_no_loop() -> None:
    """MAIL-53, M-5."""
    read = parse(sample("184"))

    writer = author(read, own=OWN)

    assert writer is not None
    assert writer.address == "ola.berg@customer.example"
    assert why_own(read, own=OWN, host=HOST, keys=KEYS) is None


def test_a_reply_to_alone_does_not_change_who_wrote() -> None:
    """MAIL-53, MAIL-61."""
    writer = author(mail(Reply_To="eve@stranger.example"), own=OWN)

    assert writer is not None
    assert writer.address == "rui@customer.example"


def test_only_the_trusted_server_is_believed_about_dmarc() -> None:
    """MAIL-50, MAIL-51."""
    read = parse(sample("183"))

    assert dmarc(read, trusted="in.helpdesk.example") == "fail"
    assert dmarc(read, trusted="mx.elsewhere.example") == "unknown"
    assert dmarc(read, trusted="") == "unknown"


def test_a_dmarc_pass_for_another_domain_is_no_pass() -> None:
    """MAIL-51."""
    said = "in.helpdesk.example; dmarc=pass header.from=stranger.example"

    assert dmarc(mail(Authentication_Results=said), trusted="in.helpdesk.example") == "unknown"


def test_to_and_cc_choose_the_routes_and_plus_addresses_count() -> None:
    """M-23, MAIL-14."""
    tagged = plus_address("facilities@helpdesk.example", TICKET, keys=KEYS)

    read = mail(Cc=f"{tagged}, other@customer.example", Delivered_To="facilities@helpdesk.example")

    assert addressed(read, own=OWN) == ["desk@helpdesk.example", "facilities@helpdesk.example"]
    assert arrived_at(read, own=OWN) == "facilities@helpdesk.example"
    assert arrived_at(mail(To="x@customer.example"), own=OWN, envelope=["desk@helpdesk.example"]) == OWN[0]
