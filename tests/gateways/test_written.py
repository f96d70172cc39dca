"""HTML that one of us writes: what of it is kept and sent."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.test_cleaning import PIECES, Seen
from tests.hostile import HOSTILE
from tramita.domain.mime.html_text import html_to_text
from tramita.gateways import apart
from tramita.gateways.allow_list import TAGS
from tramita.gateways.cleaning import MOST_CHARS, TooMuchError, written


def faults(html: str) -> list[str]:
    seen = Seen(html)
    found = [f"<{tag}>" for tag in seen.tags - TAGS]
    for tag, name, value in seen.attributes:
        if name.startswith("on") or (name == "src" and not re.match(r"(cid:ours@picture$|data:image/)", value)):
            found.append(f"{tag} {name}={value}")
        if name == "href" and not re.match(r"(https?|mailto|tel):", value):
            found.append(f"{tag} {name}={value}")
    return found


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_active_or_remote_is_sent(html: str) -> None:
    """MAIL-43, MAIL-120: whatever somebody pastes."""
    clean = written(f"<p>harmless</p>{html}", pictures=["ours@picture"])

    assert faults(clean) == []
    assert "harmless" in clean


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_cleaning_again_changes_nothing(pieces: list[str]) -> None:
    """MAIL-43: a draft is cleaned with every save."""
    clean = written("".join(pieces), pictures=["ours@picture"])

    assert faults(clean) == []
    assert written(clean, pictures=["ours@picture"]) == clean


def test_what_an_editor_makes_is_kept() -> None:
    """MAIL-120: bold, italic, lists, links, quotations, and the pictures that go along."""
    html = (
        "<p>A <strong>b</strong> <em>c</em> <a href='https://acme.example/x'>www.other.example</a>"
        "<img src='cid:OURS@picture' alt='a cat'><img src='cid:theirs@picture'><img src='https://far.example/1.gif'></p>"
        "<ol><li><p>one</p></li><li><p>two</p><ul><li><p>three</p></li></ul></li></ol>"
        "<blockquote><p>said</p></blockquote>"
    )

    clean = written(html, pictures=["ours@picture"])

    link = '<a href="https://acme.example/x" target="_blank" rel="noopener noreferrer nofollow">www.other.example</a>'
    assert clean == (
        f'<p>A <strong>b</strong> <em>c</em> {link}<img alt="a cat" src="cid:ours@picture"></p>'
        "<ol><li>one</li><li>two<ul><li>three</li></ul></li></ol><blockquote><p>said</p></blockquote>"
    )
    assert apart.written(html, pictures=["ours@picture"]) == clean


def test_words_that_look_like_a_tag_stay_words() -> None:
    """MAIL-43."""
    assert written('<p>&lt;img data-tramita-part="1"&gt;</p>') == '<p>&lt;img data-tramita-part="1"&gt;</p>'


def test_the_text_version_reads_well() -> None:
    """MAIL-42, MAIL-120: numbers count, a quotation ends with its words."""
    html = "<p>Dear Rui,</p><ol><li>one</li><li>two</li></ol><ul><li>x</li></ul>"
    html += "<blockquote><p>said</p></blockquote><p>Ana</p>"

    assert html_to_text(html) == "Dear Rui,\n\n1. one\n2. two\n\n- x\n\n> said\n\nAna"


def test_too_much_is_refused_in_bounded_time() -> None:
    """MAIL-45."""
    for html in ("x" * (MOST_CHARS + 1), "<div>" * 2000):
        with pytest.raises(TooMuchError):
            apart.written(html)
