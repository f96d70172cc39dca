"""Two windows on one draft: nobody's words are eaten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain import drafting
from tramita.domain.drafting import BETWEEN, Words, covers, joined

WORDS = st.text(st.sampled_from("ab \n"), max_size=12)


def test_what_goes_on_takes_the_place_of_what_it_goes_on_from() -> None:
    """UI: nothing typed is lost."""
    assert joined("Dear Rui,", "Dear Rui, we found it.") == "Dear Rui, we found it."


def test_words_of_another_window_come_below() -> None:
    """UI: two tabs do not eat each other's words."""
    assert joined("From the office.", "From home.") == f"From the office.{BETWEEN}From home."


def test_two_windows_that_go_on_typing_say_nothing_twice() -> None:
    """UI: the first window goes on with its own words, which stand above those of the second."""
    both = joined("Office", "Home")

    assert joined(both, "Office, later") == f"Office, later{BETWEEN}Home"


def test_what_was_said_already_adds_nothing() -> None:
    """A save that comes late."""
    assert joined("All of it, and more", "All of it") == "All of it, and more"


@given(kept=WORDS, written=WORDS)
def test_no_word_of_either_is_lost(kept: str, written: str) -> None:
    """Whatever was typed where."""
    both = joined(kept, written)

    assert covers(both, kept.strip())
    assert covers(both, written.strip())


@pytest.mark.parametrize(
    ("html", "plain"),
    [("<p>a<br>b</p><p>c &lt;b&gt;</p>", True), ("<p><b>a</b></p>", False), ("<ul><li>a</li></ul>", False), ("", True)],
)
def test_html_of_paragraphs_says_no_more_than_its_text(html: str, plain: bool) -> None:
    """MAIL-120."""
    assert drafting.is_plain(html) is plain


def test_the_html_of_two_windows() -> None:
    """UI: whoever has all the words keeps their look; else both, one below the other."""
    kept, more = Words("a", "<p><b>a</b></p>"), Words("a and b", "<p><b>a</b> and b</p>")

    assert drafting.joined_html(kept, more) == more.html
    assert drafting.joined_html(more, kept) == more.html
    assert drafting.joined_html(Words("a"), Words("b")) == ""
    assert drafting.joined_html(kept, Words("x & y")) == "<p><b>a</b></p><p>* * *</p><p>x &amp; y</p>"
