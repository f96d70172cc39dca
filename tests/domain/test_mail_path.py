"""The table that describes what happens to a mail is whole and in order, and the page is what it says."""

from tools import mail_path as tool

from tramita.domain.correspondence import Rule
from tramita.domain.mail_path import PATH, WAYS, drawing, endings, steps, table, ways


def test_the_page_is_what_the_table_says() -> None:
    """STYLE 10: a stale page fails; `python -m tools.mail_path` writes it anew."""
    assert tool.main(["--check"]) == 0


def test_every_step_ends_or_leads_to_the_beginning_of_a_part() -> None:
    """No mail is left standing: the last step of each part asks nothing."""
    firsts = {part.steps[0].name for part in PATH}
    for step in steps():
        assert bool(step.ends) != bool(step.leads_to), step.name
        assert step.leads_to in {"", *firsts}, step.name
        assert step.rules, step.name
        assert all(ending.does for ending in step.ends), step.name
    for part in PATH:
        assert [step.asks.endswith("?") for step in part.steps] == [True] * (len(part.steps) - 1) + [False]


def test_names_and_endings_stand_once() -> None:
    """Each question is asked once; an outcome with a reason has one place."""
    names = [step.name for step in steps()]
    reasons = [(ending.outcome, ending.reason) for _, ending in endings() if ending.reason]
    assert len(names) == len(set(names))
    assert len(reasons) == len(set(reasons))


def test_the_ways_to_an_item_are_those_of_the_matching() -> None:
    """MAIL-70: in the order in which they are tried."""
    assert list(WAYS) == list(Rule)
    assert len(ways().splitlines()) == len(Rule)


def test_drawing_and_table_show_every_step_and_end() -> None:
    """INTERFACES section 6."""
    chart, rows = drawing(), table()
    for step, ending in endings():
        assert f"{step.name}_" in chart
        assert f"`{ending.outcome}`" in rows
        assert ending.reason in rows
    assert all(step.asks in chart and step.asks in rows for step in steps())
