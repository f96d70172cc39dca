"""Conditions: evaluated in memory, and kept as JSON (INTERFACES section 4, C-8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.cel import ConditionError, as_text, parse
from tramita.domain.conditions import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Not,
    as_tree,
    fields_of,
    from_tree,
    holds,
)

VALUES = {"fields": {"amount": 12000, "country": "PL", "urgent": True, "ratio": 0.5, "due": "2026-03-01"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fields.amount > 10000", True),
        ("fields.amount >= 12000 && fields.amount <= 12000", True),
        ("fields.amount < 12000.5", True),
        ("fields.amount == 12000.0", True),
        ("10000 < fields.amount", True),
        ("fields.country == 'ES'", False),
        ('fields.country in ["PL", "ES"]', True),
        ('!(fields.country in ["PL", "ES"])', False),
        ("fields.urgent", True),
        ("!fields.urgent", False),
        ("fields.country == 'ES' || fields.urgent && fields.ratio < 1", True),
        ("(fields.country == 'ES' || fields.urgent) && fields.ratio > 1", False),
        ("fields.due > '2026-02-28'", True),
        ("true", True),
        ("false", False),
    ],
)
def test_a_condition_is_true_of_the_values_it_describes(text: str, expected: bool) -> None:
    """C-8."""
    assert holds(parse(text), VALUES) is expected


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
def test_a_comparison_with_null_is_false(op: str) -> None:
    """C-8; INTERFACES section 4: an undeclared field is null when absent."""
    assert not holds(parse(f"fields.absent {op} 1"), VALUES)
    assert not holds(parse("fields.absent in [1, null]"), VALUES)


def test_absence_itself_can_be_asked_for() -> None:
    """C-8."""
    assert holds(parse("fields.absent == null"), VALUES)
    assert not holds(parse("fields.absent != null"), VALUES)
    assert holds(parse("fields.amount != null"), VALUES)
    assert holds(parse("fields.amount.deeper == null"), VALUES)


def test_values_of_different_kinds_are_neither_equal_nor_ordered() -> None:
    """C-8."""
    values = {"fields": {"one": "1", "yes": True}}

    assert not holds(parse("fields.one == 1"), values)
    assert not holds(parse("fields.one > 0"), values)
    assert not holds(parse("fields.yes == 1"), values)
    assert not holds(parse("fields.yes > 0"), values)
    assert holds(parse("fields.one != 1"), values)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "unexpected end"),
        ("fields.amount", 0, ""),
        ("fields.amount >", 16, "unexpected end"),
        ("fields.amount > fields.limit", 17, "another field"),
        ("fields.amount = 3", 15, "unexpected “=”"),
        ("1 < 2", 1, "needs a field"),
        ("(fields.amount > 1", 19, "“)” expected"),
        ("fields.amount > 1)", 18, "unexpected “)”"),
        ("fields.amount > true", 17, "needs a number or a text"),
        ("fields.amount in 3", 18, "“in” needs a list"),
        ("fields.amount == [3]", 18, "compared with “in”"),
        ("fields.amount in [fields.limit]", 19, "literals only"),
        ("fields.amount in [1 2]", 21, "“,” expected"),
        ("fields.name == 'a", 16, "unexpected “'”"),
        ("fields.name == 'a\\qb'", 18, "unknown escape"),
        ("fields.amount > 12abc", 17, "unexpected “1”"),
        ("fields.amount > 1e999", 17, "too large"),
        ("fields..amount > 1", 7, "unexpected “.”"),
        ("fields.amount > 1 and true", 19, "unexpected “and”"),
        ("in > 3", 1, "unexpected “in”"),
        ("3", 1, "comparison is missing"),
        ("!" * 60 + "fields.urgent", 51, "too deeply"),
    ],
)
def test_a_wrong_condition_is_refused_with_its_column(text: str, column: int, words: str) -> None:
    """C-8."""
    if not column:
        parse(text)
        return

    with pytest.raises(ConditionError, match=words.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse(text)

    assert caught.value.column == column


def test_the_fields_of_a_condition_are_listed_in_order() -> None:
    """C-8."""
    found = [one.field for one in fields_of(parse("fields.a > 1 && (!fields.b || state == 'to_do')"))]

    assert found == ["fields.a", "fields.b", "state"]


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"all": [], "any": []},
        {"field": "a", "op": "~", "value": 1},
        {"field": "a", "op": "==", "value": {}},
        {"field": "a", "op": "=="},
    ],
)
def test_a_tree_of_another_shape_is_refused(tree: dict[str, object]) -> None:
    """C-8."""
    with pytest.raises(ValueError, match="not a"):
        from_tree(tree)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
ordered = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
names = st.from_regex(r"\A(fields\.)?[a-z_][a-z0-9_]{0,8}\Z").filter(
    lambda name: name not in {"in", "true", "false", "null"}
)
comparisons = st.one_of(
    st.builds(Comparison, names, st.sampled_from(["==", "!="]), scalars),
    st.builds(Comparison, names, st.sampled_from(["<", "<=", ">", ">="]), ordered),
    st.builds(Comparison, names, st.just("in"), st.lists(scalars, max_size=4).map(tuple)),
)


def longer(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(All, several), st.builds(AnyOf, several), st.builds(Not, parts))


conditions = st.recursive(st.one_of(comparisons, st.just(All(())), st.just(AnyOf(()))), longer, max_leaves=12)


@given(conditions)
def test_text_and_tree_carry_a_condition_there_and_back(condition: Condition) -> None:
    """C-8: what an administrator wrote is what export shows and what the flow runs."""
    assert parse(as_text(condition)) == condition
    assert from_tree(as_tree(condition)) == condition


@given(st.text(alphabet="fields.ab &|!()<>=in[],'\"\\0129", max_size=40))
def test_any_text_is_either_a_condition_or_a_named_mistake(text: str) -> None:
    """C-8."""
    condition, column = parsed(text)

    assert 1 <= column <= len(text) + 1
    assert condition is None or parse(as_text(condition)) == condition


def parsed(text: str) -> tuple[Condition | None, int]:
    try:
        return parse(text), 1
    except ConditionError as error:
        return None, error.column
