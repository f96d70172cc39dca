"""Who wrote, what is our own, and what must not be answered by a machine."""

import pytest

from tests.domain.mails import mail
from tests.samples import expected, sample
from tramita.domain.auto_answers import (
    addressed,
    arrived_at,
    as_no_spam,
    author,
    dmarc,
    flagged_as_spam,
    may_acknowledge,
    proven,
    why_not_acknowledge,
    why_own,
    without_control_fields,
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
        ({"Auto_Submitted": "auto-replied (vacation); owner-email=rui@customer.example"}, "automatic"),
        ({"Auto_Submitted": "auto-notified"}, "automatic"),
        ({"Auto_Submitted": "No (really)"}, None),
        ({"Precedence": "bulk"}, "bulk"),
        ({"Precedence": "Junk"}, "bulk"),
        ({"Precedence": "list"}, "bulk"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"Precedence": "first-class"}, None),
        ({"List_Id": "<staff.customer.example>"}, "mailing list"),
        ({"List_Post": "<mailto:staff@customer.example>"}, "mailing list"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"X_Autorespond": "I am away"}, "automatic"),
        ({"X_Auto_Reply_From": "rui@customer.example"}, "automatic"),
        ({"X_Auto_Response_Suppress": "All"}, "answers are not wanted"),
        ({"X_Auto_Response_Suppress": "AutoReply"}, "answers are not wanted"),
        ({"X_Auto_Response_Suppress": "DR, RN"}, None),
        ({"Content_Type": 'multipart/report; boundary="x"'}, "automatic"),
        ({"From": "postmaster@mx.example"}, "nobody reads that address"),
        ({"From": "ne-pas-repondre@boutique.example"}, "nobody reads that address"),
        ({"From": "desk+40308.00000000000000000000@helpdesk.example"}, "own address"),
        ({"From": '"Nobody" <>'}, "no usable sender"),
        ({"X_Spam_Status": "Yes, score=9"}, "spam"),
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


TRUSTED = "in.helpdesk.example"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (f"{TRUSTED}; dmarc=pass header.from=customer.example", "pass"),
        (
            f"{TRUSTED} 1; spf=pass smtp.mailfrom=x@y.example; dmarc=pass (p=reject) header.from=customer.example",
            "pass",
        ),
        (f"{TRUSTED.upper()}; DMARC = PASS", "pass"),
        (f"{TRUSTED}; dmarc=fail header.from=customer.example", "fail"),
        (f"{TRUSTED}; spf=pass", "none"),
        (f"{TRUSTED}; dmarc=pass header.from=stranger.example", "unknown"),
        (f'{TRUSTED}; spf=fail smtp.mailfrom="x; dmarc=pass header.from=customer.example"@evil.example', "none"),
        (f"{TRUSTED}; spf=fail (x; dmarc=pass header.from=customer.example)", "none"),
        (f"{TRUSTED}; spf=fail (a (b; dmarc=pass) c); dmarc=fail", "fail"),
        (f"{TRUSTED}; spf=fail (never closed; dmarc=pass", "none"),
        (f"{TRUSTED}; spf=fail smtp.mailfrom==?utf-8?Q?x=3B_dmarc=3Dpass?=@evil.example", "none"),
        (f"{TRUSTED}; dmarc=passed", "passed"),
        (f"{TRUSTED}; x-dmarc=pass", "none"),
        (f"evil.{TRUSTED}; dmarc=pass", "unknown"),
        (f"evil.example (; {TRUSTED}); dmarc=pass", "unknown"),
        (f'evil.example "{TRUSTED}"; dmarc=pass', "unknown"),
    ],
)
def test_a_stranger_puts_no_verdict_into_the_field_of_the_trusted_server(said: str, verdict: str) -> None:
    """MAIL-50."""
    assert dmarc(mail(Authentication_Results=said), trusted=TRUSTED) == verdict


def test_only_the_topmost_verdict_of_the_trusted_server_counts() -> None:
    """MAIL-50: one below it was there before the mail reached us."""
    said = f"{TRUSTED}; dmarc=fail\r\nAuthentication-Results: {TRUSTED}; dmarc=pass"

    assert dmarc(mail(Authentication_Results=said), trusted=TRUSTED) == "fail"


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "rui@customer.example, ben@customer.example"},
        {"From": "rui@customer.example\r\nFrom: eve@stranger.example"},
        {"From": "nobody", "Reply_To": "rui@customer.example"},
    ],
)
def test_a_pass_proves_nothing_where_it_is_not_clear_who_wrote(fields: dict[str, str]) -> None:
    """MAIL-50, MAIL-51, MAIL-28."""
    read = mail(Authentication_Results=f"{TRUSTED}; dmarc=pass", **fields)

    assert not proven(read, own=OWN, trusted=TRUSTED)


def test_a_group_that_rewrote_from_proves_nothing_about_who_wrote() -> None:
    """MAIL-51, MAIL-53."""
    fields = {"From": "'Ola' via Desk <desk@helpdesk.example>", "X_Original_From": "ola@customer.example"}

    read = mail(Authentication_Results=f"{TRUSTED}; dmarc=pass", List_Id="<desk.helpdesk.example>", **fields)

    assert not proven(read, own=OWN, trusted=TRUSTED)
    assert proven(mail(Authentication_Results=f"{TRUSTED}; dmarc=pass"), own=OWN, trusted=TRUSTED)


def test_control_fields_of_ours_are_taken_out_but_for_the_one_that_ends_loops() -> None:
    """MAIL-54, MAIL-94."""
    read = without_control_fields(mail(X_Tramita_Category="acme/secret", x_tramita_x="1", X_Tramita_Loop=HOST))

    assert [name for name, _ in read.headers if name.lower().startswith("x-tramita")] == ["X-Tramita-Loop"]


@pytest.mark.parametrize(
    ("header", "flagged"),
    [
        ("", False),
        ("X-My-Flag: yes", True),
        ("x-my-flag: YES", True),
        ("X-My-Flag", True),
        ("X-My-Flag: no", False),
        ("X-Other-Flag: yes", False),
    ],
)
def test_a_filter_may_have_a_flag_of_its_own(header: str, flagged: bool) -> None:
    """MAIL-58."""
    read = mail(X_My_Flag="Yes, 7.1")

    assert flagged_as_spam(read, header=header) is flagged
    assert not flagged_as_spam(as_no_spam(read, header=header), header=header)


def test_the_known_flags_count_wherever_another_is_configured() -> None:
    """MAIL-58."""
    assert flagged_as_spam(mail(X_Spam_Flag="YES"), header="X-My-Flag: yes")
