"""A lifecycle for reading, and the pages made from it."""

from pathlib import Path

import pytest

from tramita.domain import lifecycle_text
from tramita.domain.codes import Kind, State
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.tickets import TICKET

PAGES = Path(__file__).parents[2] / "docs" / "lifecycles"


@pytest.mark.parametrize("kind", Kind)
def test_the_pages_in_the_documentation_are_those_of_the_code(kind: Kind) -> None:
    """STYLE 10: stale pages fail; `tramita lifecycle --out docs/lifecycles` writes them anew."""
    page = (PAGES / f"{kind.value}.md").read_text(encoding="utf-8")

    assert page == lifecycle_text.markdown(LIFECYCLES[kind])


@pytest.mark.parametrize("kind", Kind)
def test_every_row_is_printed_once(kind: Kind) -> None:
    """S-1."""
    lifecycle = LIFECYCLES[kind]
    printed = lifecycle_text.table(lifecycle)

    assert [cells[0] for cells in printed] == [row.rule for row in lifecycle.rows]
    assert all(len(cells) == len(lifecycle_text.HEADERS) for cells in printed)


def test_a_line_reads_like_the_specification() -> None:
    """T-32, T-42, T-53."""
    lines = {cells[0]: cells for cells in lifecycle_text.table(TICKET)}

    assert lines["T-32"][:5] == ("T-32", "split", "To Do, In Progress", "Waiting (split)", "agent")
    assert lines["T-42"][3] == "Resolved, at once Closed"
    assert lines["T-53"][3:6] == ("(gone)", "agent", "wrote_or_has_it")
    assert lines["T-36"][6] == "method rejected_spam"


@pytest.mark.parametrize("kind", Kind)
def test_the_diagram_draws_every_state_and_every_rule(kind: Kind) -> None:
    """S-1, S-12."""
    drawn = lifecycle_text.mermaid(LIFECYCLES[kind])

    assert drawn.startswith("stateDiagram-v2\n")
    for state in LIFECYCLES[kind].states:
        assert f"    {state.value}: " in drawn
    for row in LIFECYCLES[kind].rows:
        assert f"{row.verb} {row.rule}" in drawn
    assert "    closed --> [*]" in drawn
    assert "closed --> to_do" not in drawn


def test_an_action_is_drawn_passing_through_resolved() -> None:
    """A-20, A-25."""
    drawn = lifecycle_text.mermaid(LIFECYCLES[Kind.ACTION])

    assert "draft" not in drawn
    assert "resolved --> closed: at once A-45, at once A-38" in drawn


def test_the_data_uses_the_codes_of_the_public_interface() -> None:
    """INTERFACES 5."""
    data = lifecycle_text.data(TICKET)
    rows = {row["rule"]: row for row in data["rows"]}  # type: ignore[attr-defined]

    assert data["states"] == [state.value for state in State]
    assert rows["T-30"]["from"] == ["to_do", "in_progress"]
    assert rows["T-30"]["wait_types"] == ["more_information"]
    assert rows["T-38"]["reason"] == 4
    assert rows["T-20"]["from"] == [None]
    assert rows["T-53"]["to"] is None
