"""The resolution methods against the table of SPEC section 8.1, and what a submission needs."""

import pytest

from tramita.domain.codes import Kind, Method
from tramita.domain.resolution import RESOLUTIONS, missing_on_case, missing_on_ticket, offered, opens_window

# rule, method, kind, who (a agent, r robot, s only the system), state, feedback window
TABLE = """
R-1   replied              ticket ar resolved window
R-2   no_response          ticket ar resolved window
R-3   rejected             ticket ar resolved window
R-3a  rejected_spam        ticket a  closed   -
R-3b  unconfigured_address ticket s  closed   -
R-4   merged               ticket s  closed   -
R-4a  split_completed      ticket s  closed   -
CG-27 case_launched        ticket s  closed   -
R-5   complete             action ar closed   -
R-5a  unable_to_complete   action ar closed   -
R-5b  fully_resolved       case   ar resolved window
R-5c  aborted              case   a  closed   -
"""
FULL = {
    "title": "Invoice 991 twice",
    "description": "Please look",
    "category": "acme/main/finance/invoice-query",
    "primary_contact": 7,
    "requester": 7,
}


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_method_is_as_the_specification_says(line: str) -> None:
    """R-1 to R-5c, R-18, CG-27."""
    rule, method, kind, who, state, window = line.split()
    known = RESOLUTIONS[Method(method)]

    assert (known.rule, known.kind, known.ends_in) == (rule, kind, state)
    assert (known.by_agent, known.by_robot) == ("a" in who, "r" in who)
    assert opens_window(Method(method)) == (window == "window")


def test_the_table_knows_every_method() -> None:
    """R-1 to R-5c."""
    assert set(RESOLUTIONS) == set(Method)


def test_the_panel_offers_people_only_their_methods() -> None:
    """T-51, A-7, C-55; aborting is a verb of its own (C-56)."""
    assert offered(Kind.TICKET) == (Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED, Method.REJECTED_SPAM)
    assert offered(Kind.CASE) == (Method.FULLY_RESOLVED,)
    assert offered(Kind.ACTION) == (Method.COMPLETE, Method.UNABLE_TO_COMPLETE)


def test_a_full_ticket_lacks_nothing() -> None:
    """T-2."""
    assert missing_on_ticket(FULL) == ()


@pytest.mark.parametrize("field", FULL)
@pytest.mark.parametrize("empty", [None, "", "  \n"])
def test_each_mandatory_field_of_a_ticket_is_missed(field: str, empty: str | None) -> None:
    """T-2."""
    assert missing_on_ticket(FULL | {field: empty}) == (field,)


def test_all_missing_fields_are_named_in_the_order_of_the_form() -> None:
    """T-2, T-3."""
    assert missing_on_ticket({}) == ("title", "description", "category", "primary_contact", "requester")


def test_a_case_needs_contacts_only_if_its_type_says_so() -> None:
    """C-3, C-4."""
    assert missing_on_case({}, contacts_required=False) == ("short_description",)
    assert missing_on_case({}, contacts_required=True) == ("short_description", "primary_contact", "requester")
    assert missing_on_case({"short_description": "Onboard Acme"}, contacts_required=False) == ()
