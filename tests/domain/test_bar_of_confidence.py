"""AI-1: where a robot's bar of confidence belongs, measured on what became of its results."""

from tramita.domain.robots import fitting_bar


def history(*parts: tuple[int, int, bool]) -> list[tuple[int, bool]]:
    """So many results, how sure, and whether they stayed; the newest first."""
    return [(sure, right) for count, sure, right in parts for _ in range(count)]


def test_the_bar_is_the_lowest_at_which_people_left_nearly_all_as_it_was() -> None:
    """AI-1: 19 of 20 do, 18 of 20 do not."""
    assert fitting_bar(history((40, 90, True), (10, 60, False))) == 65
    assert fitting_bar(history((1, 90, False), (19, 90, True))) == 0
    assert fitting_bar(history((2, 90, False), (18, 90, True))) is None


def test_few_results_are_no_history_and_old_ones_are_forgotten() -> None:
    """AI-1: twenty are needed; fifty are looked at, so who got better gets a lower bar."""
    assert fitting_bar(history((19, 100, True))) is None
    assert fitting_bar(history((30, 70, False), (19, 90, True))) is None
    assert fitting_bar(history((50, 70, True), (100, 70, False))) == 0
