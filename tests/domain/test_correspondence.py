"""Which item a mail belongs to, and what it does there."""

from dataclasses import dataclass, field

import pytest

from tests.domain.mails import mail
from tests.samples import sample
from tramita.domain.codes import Kind, State, WaitType
from tramita.domain.correspondence import Effect, Match, Rule, effect, match
from tramita.domain.mail_tokens import Keys, body_tag, message_id, plus_address
from tramita.domain.mime import ParsedMail, parse
from tramita.domain.references import Reference

KEYS = Keys(("new secret", "old secret"))
TICKET = Reference(Kind.TICKET, 40308)
ACTION = Reference(Kind.ACTION, 10040, 2)
RUI, EVE = "rui@customer.example", "eve@stranger.example"
OURS = message_id(TICKET, "7", host="helpdesk.example", keys=KEYS)


@dataclass
class Desk:
    """A desk with one Ticket, one Action and the mails it has stored. Rui takes part, Eve does not."""

    items: dict[tuple[int, int], str] = field(default_factory=lambda: {(40308, 0): "ticket", (10040, 2): "action"})
    stored: dict[str, str] = field(default_factory=lambda: {"first@customer.example": "ticket"})
    participants: set[str] = field(default_factory=lambda: {RUI})

    def by_number(self, number: int, ordinal: int) -> str | None:
        return self.items.get((number, ordinal))

    def by_message_id(self, message_id: str) -> str | None:
        return self.stored.get(message_id)

    def by_reference(self, reference: Reference) -> str | None:
        return self.items.get((reference.number, reference.ordinal))

    def is_participant(self, item: str, address: str) -> bool:
        return address in self.participants


def matched(read: ParsedMail, sender: str = RUI, desk: Desk | None = None) -> Match[str] | None:
    return match(read, sender=sender, lookup=desk or Desk(), keys=KEYS)


def found_by(read: ParsedMail, sender: str = RUI) -> tuple[str, Rule] | None:
    found = matched(read, sender)
    return (found.item, found.rule) if found else None


def test_a_token_in_the_address_comes_first() -> None:
    """MAIL-70, M-3."""
    read = mail(To=plus_address("desk@helpdesk.example", TICKET, keys=KEYS), Subject="[10040-C-A2] other")

    assert found_by(read) == ("ticket", Rule.ADDRESS_TOKEN)


def test_an_answer_to_our_mail_finds_its_item_by_the_signed_id() -> None:
    """MAIL-70, MAIL-71, M-2."""
    assert found_by(mail(In_Reply_To=f"<{OURS}>")) == ("ticket", Rule.SIGNED_ID)


def test_references_are_read_from_the_end() -> None:
    """MAIL-70, MAIL-72."""
    newest = message_id(ACTION, "8", host="helpdesk.example", keys=KEYS)

    read = mail(References=f"<first@customer.example> <{OURS}>\r\n <{newest}>")

    assert found_by(read) == ("action", Rule.SIGNED_ID)


def test_a_requester_who_answers_their_own_first_mail_is_joined() -> None:
    """MAIL-70, M-3."""
    assert found_by(mail(In_Reply_To="<first@customer.example>")) == ("ticket", Rule.STORED_ID)


def test_a_reference_in_the_subject_counts_for_a_participant() -> None:
    """MAIL-73, M-2."""
    assert found_by(mail(Subject="AW: [40308-T] The lift")) == ("ticket", Rule.SUBJECT)


@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Re: [40308-T] The lift is stuck"},
        {"In_Reply_To": "<out.40308.7@helpdesk.example>"},
        {"In_Reply_To": "<out.40308.7.00000000000000000000@helpdesk.example>"},
        {"To": "desk+40308.00000000000000000000@helpdesk.example"},
        {"In_Reply_To": "<first@customer.example>"},
        {"Subject": "40308-T", "References": "<out.40308.1@helpdesk.example>"},
    ],
)
def test_strangers_never_get_in_by_what_can_be_guessed(fields: dict[str, str]) -> None:
    """MAIL-73, MAIL-71."""
    assert matched(mail(**fields), EVE) is None


@pytest.mark.parametrize("body", ["ref:40308.00000000000000000000", "About 40308-T and [40308-T]."])
def test_a_number_in_the_body_joins_nobody(body: str) -> None:
    """MAIL-70, M-2."""
    assert matched(mail(body)) is None


def test_the_unguessable_tag_in_the_body_joins() -> None:
    """MAIL-70."""
    assert found_by(mail(f"Thanks.\r\n> {body_tag(TICKET, keys=KEYS)}")) == ("ticket", Rule.BODY_TAG)


def test_a_valid_token_from_an_unknown_sender_brings_a_new_participant() -> None:
    """MAIL-74."""
    found = matched(mail(In_Reply_To=f"<{OURS}>"), EVE)

    assert found == Match("ticket", Rule.SIGNED_ID, OURS, new_participant=True)


def test_tokens_of_a_retired_secret_are_still_believed() -> None:
    """MAIL-71."""
    old = message_id(TICKET, "7", host="helpdesk.example", keys=Keys(("old secret",)))

    assert found_by(mail(In_Reply_To=f"<{old}>")) == ("ticket", Rule.SIGNED_ID)


def test_a_token_of_one_mail_says_nothing_about_another() -> None:
    """MAIL-71."""
    assert matched(mail(In_Reply_To=f"<{OURS.replace('40308.7', '40308.8')}>"), EVE) is None
    assert matched(mail(In_Reply_To=f"<{OURS.replace('40308', '10040a2')}>"), EVE) is None


def test_an_empty_in_reply_to_matches_nothing() -> None:
    """MAIL-72."""
    desk = Desk(stored={"": "ticket"})

    assert matched(mail(In_Reply_To="<>", References=""), desk=desk) is None


def test_a_forward_of_our_mail_is_no_reply() -> None:
    """MAIL-75."""
    read = mail(Subject="Fwd: [40308-T] The lift", References=f"<{OURS}>", To="facilities@helpdesk.example")

    assert matched(read) is None


def test_a_bounce_joins_the_mail_that_bounced() -> None:
    """MAIL-96, MAIL-70."""
    raw = sample("120").replace(b"out.10432.2.9f31c07ab2de4518@helpdesk.example", OURS.encode())

    assert found_by(parse(raw), "") == ("ticket", Rule.REPORT)


def test_backscatter_matches_nothing() -> None:
    """MAIL-98."""
    assert matched(parse(sample("125")), "") is None


@pytest.mark.parametrize("state", [State.DRAFT, State.TO_DO, State.IN_PROGRESS])
def test_mail_is_appended_to_running_work(state: State) -> None:
    """M-7, MAIL-76."""
    assert effect(mail(), state=state) is Effect.APPEND


@pytest.mark.parametrize("wait_type", WaitType)
def test_only_a_wait_for_information_is_woken_by_mail(wait_type: WaitType) -> None:
    """M-8, T-38, MAIL-76."""
    expected = Effect.WAKE if wait_type is WaitType.MORE_INFORMATION else Effect.APPEND

    assert effect(mail(), state=State.WAITING, wait_type=wait_type) is expected


def test_mail_inside_the_window_reopens() -> None:
    """M-9, MAIL-76."""
    assert effect(mail(), state=State.RESOLVED, window_open=True) is Effect.REOPEN


def test_thanks_take_up_no_work_that_is_done_but_end_a_wait_and_start_something_after_the_window() -> None:
    """R-21."""
    waits = WaitType.MORE_INFORMATION

    assert effect(mail(), state=State.RESOLVED, window_open=True, thanks=True) is Effect.APPEND
    assert effect(mail(), state=State.RESOLVED, window_open=False, thanks=True) is Effect.NEW_LINKED
    assert effect(mail(), state=State.WAITING, wait_type=waits, thanks=True) is Effect.WAKE


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_mail_after_the_window_starts_a_new_item(state: State) -> None:
    """M-10, MAIL-76."""
    assert effect(mail(), state=state) is Effect.NEW_LINKED


def test_an_absence_note_wakes_when_it_answers_a_person() -> None:
    """M-13, MAIL-99."""
    note, waits = parse(sample("101")), WaitType.MORE_INFORMATION

    assert effect(note, state=State.WAITING, wait_type=waits) is Effect.WAKE
    assert effect(note, state=State.WAITING, wait_type=waits, automatic_wakes=False) is Effect.APPEND
    assert effect(note, state=State.WAITING, wait_type=waits, answers_automatic=True) is Effect.IGNORE


def test_a_person_who_answers_an_automatic_mail_is_heard() -> None:
    """M-13."""
    found = effect(mail(), state=State.WAITING, wait_type=WaitType.MORE_INFORMATION, answers_automatic=True)

    assert found is Effect.WAKE


@pytest.mark.parametrize(("number", "expected"), [("120", Effect.WAKE), ("121", Effect.APPEND), ("124", Effect.APPEND)])
def test_only_a_permanent_failure_ends_a_wait(number: str, expected: Effect) -> None:
    """MAIL-96, MAIL-98."""
    found = effect(parse(sample(number)), state=State.WAITING, wait_type=WaitType.MORE_INFORMATION)

    assert found is expected


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_bounce_reopens_nothing(state: State) -> None:
    """MAIL-96."""
    assert effect(parse(sample("120")), state=state, window_open=True) is Effect.APPEND


def test_a_sender_who_only_claims_to_be_staff_wakes_nothing() -> None:
    """MAIL-51."""
    read = parse(sample("183"))

    found = effect(read, state=State.WAITING, wait_type=WaitType.MORE_INFORMATION, unverified_staff=True)

    assert found is Effect.APPEND
