"""What each rule writes: reason, highlight and method, row by row, from SPEC 3.2, 4.5, 5.3 and API-3."""

import pytest

from tramita.domain.cases import PROBLEM_REASONS
from tramita.domain.codes import Kind, Problem, Reason
from tramita.domain.lifecycles import LIFECYCLES

# rule, verb, reason of API-3, highlighted, method stored where the row knows it
TICKET = """
T-20 draft             0   no  -
T-21 create            0   no  -
T-22 refuse            20  no  unconfigured_address
T-23 submit            1   no  -
T-24 resolve           1   no  -
T-25 start             1   no  -
T-26 release           1   no  -
T-27 assign            1   no  -
T-28 to-do             1   no  -
T-29 reject            103 no  -
T-30 wait              1   no  -
T-31 wait              1   no  -
T-32 split             1   no  -
T-33 convert           1   no  -
T-34 resume            1   no  -
T-35 resolve           1   no  -
T-36 resolve           1   no  rejected_spam
T-37 merge             1   no  merged
T-38 wake              4   yes -
T-39 time_out          5   yes -
T-40 time_out          5   no  no_response
T-41 date_reached      6   yes -
T-42 complete_children 7   no  split_completed
T-43 complete_children 17  no  case_launched
T-44 reopen            4   yes -
T-45 feedback          4   yes -
T-46 reopen            1   no  -
T-47 close             14  no  -
T-53 discard           1   no  -
T-54 assign            1   no  -
W-14 wait              1   no  -
Z-17 end_lease         101 no  -
Q-6  return            106 no  -
Q-7  reallocate        20  no  -
MAIL-17 archive        20  no  -
MAIL-96 bounce         100 yes -
TO-4 propose           0   no  -
TO-4 admit             105 no  -
TO-4 decline           105 no  rejected
"""

CASE = """
C-40 draft             0   no  -
C-41 create            0   no  -
C-42 submit            1   no  -
C-43 resolve           1   no  fully_resolved
C-44 start             1   no  -
C-45 release           1   no  -
C-45 assign            1   no  -
C-45 to-do             1   no  -
C-45 reject            103 no  -
C-46 problem           19  yes -
C-47 complete_step     18  yes -
C-7  next-step         1   no  -
C-48 wait              1   no  -
C-49 wait              1   no  -
C-50 wait              1   no  -
C-51 wake              4   yes -
C-52 date_reached      6   yes -
C-53 resume            1   no  -
C-54 rework            21  no  -
C-55 resolve           1   no  fully_resolved
C-55 complete_children 17  no  fully_resolved
C-56 abort             1   no  aborted
C-57 reopen            4   yes -
C-57 reopen            1   no  -
C-57 feedback          4   yes -
C-58 close             14  no  -
C-60 abort             20  no  aborted
T-53 discard           1   no  -
T-54 assign            1   no  -
W-14 wait              1   no  -
Z-17 end_lease         101 no  -
Q-6  return            106 no  -
Q-7  reallocate        20  no  -
MAIL-17 archive        20  no  -
MAIL-96 bounce         100 yes -
"""

ACTION = """
A-30 create            0   no  -
A-31 start             1   no  -
A-32 release           1   no  -
A-32 assign            1   no  -
A-32 to-do             1   no  -
A-32 reject            103 no  -
A-33 wait              1   no  -
A-34 wait              1   no  -
A-35 wake              4   yes -
A-36 date_reached      6   yes -
A-37 resume            1   no  -
A-38 resolve           1   no  complete
A-39 resolve           1   no  unable_to_complete
A-40 resolve           1   no  -
A-41 review            104 yes -
A-42 review            104 no  complete
A-43 close             20  no  -
A-44 complete_children 9   no  complete
A-45 create            0   no  -
A-45 wait              1   no  complete
A-46 create            0   no  complete
A-51 complete          20  no  complete
A-55 fail              100 yes -
EA-5 decline           105 yes -
T-54 assign            1   no  -
W-6 wait               20  no  -
W-14 wait              1   no  -
Z-17 end_lease         101 no  -
Q-6  return            106 no  -
Q-7  reallocate        20  no  -
MAIL-96 bounce         100 yes -
"""

RULES = {Kind.TICKET: TICKET, Kind.CASE: CASE, Kind.ACTION: ACTION}
BEYOND = {Kind.TICKET: {"T-48"}, Kind.CASE: {"C-59"}, Kind.ACTION: {"A-47"}}


@pytest.mark.parametrize("kind", Kind)
def test_each_rule_writes_the_reason_highlight_and_method_of_the_specification(kind: Kind) -> None:
    """S-13, L-5, API-3, R-1 to R-5c; T-20 to T-54, C-40 to C-60, A-30 to A-47, W-6, W-14, Z-17, MAIL-17, MAIL-96."""
    expected = {tuple(line.split()) for line in RULES[kind].strip().splitlines()}

    written = {
        (r.rule, r.verb, str(r.reason.value), "yes" if r.highlight else "no", r.method or "-")
        for r in LIFECYCLES[kind].rows
    }

    assert written == expected


@pytest.mark.parametrize("kind", Kind)
def test_a_later_mail_to_something_closed_is_a_remark_not_a_row(kind: Kind) -> None:
    """T-48, C-59, A-47, M-10."""
    assert set(LIFECYCLES[kind].remarks) == BEYOND[kind]


def test_each_problem_has_its_reason() -> None:
    """C-24."""
    assert {
        Problem.ACTION_UNABLE: Reason(19),
        Problem.SUB_CASE_CANCELLED: Reason(10),
        Problem.RULE_BLOCKED: Reason(11),
        Problem.NEEDS_ATTENTION: Reason(20),
    } == PROBLEM_REASONS


@pytest.mark.parametrize("kind", Kind)
def test_what_passes_through_resolved_has_no_window(kind: Kind) -> None:
    """A-25, T-42, R-18: Resolved and Closed in the same operation."""
    passing = {r.rule for r in LIFECYCLES[kind].rows if r.through}

    assert (
        passing
        == {
            Kind.TICKET: {"T-42"},
            Kind.CASE: set(),
            Kind.ACTION: {"A-38", "A-39", "A-42", "A-44", "A-45", "A-51"},
        }[kind]
    )
