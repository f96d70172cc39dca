"""HTML of strangers: what is left of it, and what never is."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import HOSTILE
from tests.samples import expected, sample
from tramita.domain.mime import parse
from tramita.gateways.allow_list import ATTRIBUTES, EVERYWHERE, PROPERTIES, TAGS
from tramita.gateways.cleaning import MOST_CHARS, TooMuchError, clean

OURS = EVERYWHERE | {"class", "rel", "target"} | {name for names in ATTRIBUTES.values() for name in names}


class Seen(HTMLParser):
    """Every element and attribute, as a reader of another make than ours sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def declared(style: str) -> set[str]:
    return {one.partition(":")[0].strip() for one in style.split(";") if one.strip()}


def faults(html: str) -> list[str]:
    """Whatever an allow-list does not name, as another parser finds it in what was cleaned."""
    seen = Seen(html)
    found = [f"<{tag}>" for tag in seen.tags - TAGS]
    for tag, name, value in seen.attributes:
        right = {
            "href": lambda value=value: re.match(r"(https?|mailto|tel):", value),
            "src": lambda value=value: re.match(r"data:image/(png|jpe?g|gif|webp);base64,", value),
            "style": lambda value=value: declared(value) <= PROPERTIES and not LOADS.search(value),
            "data-tramita-remote": lambda value=value: value.startswith("https://"),
            "data-tramita-background": lambda value=value: value.startswith("https://"),
        }.get(name, lambda name=name: name in OURS)
        if not right():
            found.append(f"{tag} {name}={value}")
    return found


LOADS = re.compile(r"url|expression|image-set|\\|//|fixed|absolute", re.IGNORECASE)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_active_or_remote_survives(html: str) -> None:
    """MAIL-43, MAIL-44: by an allow-list, seen with another parser; what is remote is only put aside."""
    cleaned = clean(f"<p>harmless</p>{html}").html

    assert faults(cleaned) == []
    assert "harmless" in cleaned


PIECES = sorted({piece for html in HOSTILE for piece in re.split(r"(?<=>)|(?=<)|(?==)", html) if piece})


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_shuffle_of_hostile_pieces_gets_through(pieces: list[str]) -> None:
    """MAIL-43: what one parser mends, the next must not break open."""
    html = clean("".join(pieces)).html

    assert faults(html) == []
    assert faults(clean(html).html) == []


@pytest.mark.parametrize("html", HOSTILE)
def test_cleaning_what_is_clean_changes_nothing(html: str) -> None:
    """MAIL-43: no mutation waits for the next parser (but for what is ours and counted anew)."""
    once = clean(html).html
    plain = re.sub(r' data-tramita-\w+="[^"]*"| class="target"', "", once)

    twice = clean(clean(plain).html).html

    assert twice == clean(plain).html


@pytest.mark.parametrize("names", [("070",), ("071",)])
def test_the_samples_lack_and_keep_what_is_expected(names: tuple[str, ...]) -> None:
    """MAIL-43, MAIL-44: `rendered_lacks` and `rendered_keeps`, before anything is put back."""
    for number in names:
        wanted = next(said["ingest"] for name, said in expected().items() if name.startswith(number))
        html = clean(parse(sample(number)).html or "").html
        html = re.sub(r' data-tramita-\w+="[^"]*"', "", html)
        assert [one for one in wanted.get("rendered_lacks", ()) if one in html] == []
        assert [one for one in wanted.get("rendered_keeps", ()) if one not in html] == []


@pytest.mark.parametrize(
    ("html", "remote"),
    [
        ('<img src="https://a.example/1.png">', 1),
        ('<img src="//a.example/1.png"><img src="http://a.example/2.png">', 2),
        ('<img srcset="https://a.example/1.png 2x">', 1),
        ('<table background="https://a.example/1.png"></table>', 1),
        ("<p style=\"background:url('https://a.example/1.png')\">x</p>", 1),
        ('<body background="https://a.example/1.png">x</body>', 1),
        ('<img src="data:image/png;base64,AAAA"><img src="rel.png" alt="x">', 0),
    ],
)
def test_what_is_remote_is_counted(html: str, remote: int) -> None:
    """MAIL-44."""
    assert clean(html).remote == remote


@pytest.mark.parametrize(
    "address",
    ["cid:logo@acme.example", "CID:LOGO@acme.example", "cid: logo%40acme.example ", "cid:<logo@acme.example>"],
)
def test_content_ids_match_whatever_their_case_and_blanks(address: str) -> None:
    """MAIL-35: told by znuny, osTicket and others."""
    assert 'data-tramita-part="17"' in clean(f'<img src="{address}">', parts={"logo@acme.example": "17"}).html


@pytest.mark.parametrize("address", ["image001.png", "https://acme.example/image001.png"])
def test_pictures_may_be_named_by_location(address: str) -> None:
    """MAIL-35: Content-Location, bare name."""
    assert 'data-tramita-part="4"' in clean(f'<img src="{address}">', parts={address: "4"}).html


def test_a_link_cannot_reach_back_and_shows_where_it_leads() -> None:
    """MAIL-44."""
    (link,) = re.findall(r"<a [^>]*>", clean('<a href="https://ok.example/a?b=1&c=2" target="_top">the page</a>').html)

    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link
    assert link.count("https://ok.example/a?b=1&amp;c=2") == 2  # href and title


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("https://bank.example/login", True),
        ("www.bank.example", True),
        ("bank.example", True),
        ("https://evil.example/x", False),
        ("mail.evil.example", False),
        ("our bank", False),
    ],
)
def test_a_link_that_names_another_site_than_it_leads_to_says_so(words: str, *, told: bool) -> None:
    """MAIL-44."""
    html = clean(f'<a href="https://evil.example/x">{words}</a>').html

    assert ('<small class="target"> (evil.example)</small>' in html) is told


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color: red; font-weight: bold", "color:red;font-weight:bold"),
        ("background: #eee", "background-color:#eee"),
        ("color: rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ("margin-left: -9999px; text-indent: -99em; padding: 1px", "padding:1px"),
        ("display: none", "display:none"),
        ("display: fixed; display: flex", None),
        ("position: fixed; z-index: 9; color: var(--x); width: calc(1px)", None),
    ],
)
def test_style_is_kept_by_name_and_by_value(style: str, kept: str | None) -> None:
    """MAIL-43."""
    html = clean(f'<p style="{style}">x</p>').html

    assert html == (f'<p style="{kept}">x</p>' if kept else "<p>x</p>")


WROTE = "On Tue, Mar 12, 2024 Service Desk wrote:"
NEW, OLD = "Yes, it works now.", "On Tue, Mar 12, 2024 Service Desk wrote:\n> Could you try?"


@pytest.mark.parametrize(
    "quoted",
    [
        f'<div class="gmail_quote">{WROTE}<blockquote>Could you try?</blockquote></div>',
        '<div id="divRplyFwdMsg">On Tue, Mar 12, 2024 Service Desk wrote:</div><div>Could you try?</div>',
        '<div id="appendonsend"></div><hr><div>On Tue, Mar 12, 2024 Service Desk wrote:</div><div>Could you try?</div>',
        '<blockquote type="cite">On Tue, Mar 12, 2024 Service Desk wrote:<br>Could you try?</blockquote>',
        f'<div class="moz-cite-prefix">{WROTE}</div><blockquote>Could you try?</blockquote>',
        '<div class="yahoo_quoted">On Tue, Mar 12, 2024 Service Desk wrote: Could you try?</div>',
        '<div class="protonmail_quote">On Tue, Mar 12, 2024 Service Desk wrote: Could you try?</div>',
        "<div><div><p>On Tue, Mar 12, 2024 Service Desk wrote:</p></div></div><p>Could you try?</p>",
    ],
)
def test_quoted_history_is_folded_and_never_cut(quoted: str) -> None:
    """MAIL-41: by the marks of the programs, else by its first words."""
    cleaned = clean(f"<div>{NEW}</div>{quoted}", reply=NEW, text=f"{NEW}\n\n{OLD}")

    before, fold, behind = cleaned.html.partition("<details><summary></summary>")
    assert cleaned.folded
    assert (NEW in before, bool(fold)) == (True, True)
    assert "Service Desk wrote" not in before
    assert "Service Desk wrote" in behind
    assert "Could you try?" in behind


def test_answers_between_quotations_are_left_where_they_stand() -> None:
    """MAIL-41: nothing is folded when the reply is all of it."""
    html = '<blockquote type="cite">One?</blockquote><p>Yes.</p><blockquote type="cite">Two?</blockquote><p>No.</p>'
    text = "> One?\n\nYes.\n\n> Two?\n\nNo."

    assert "<details>" not in clean(html, reply=text, text=text).html


def test_an_answer_below_what_it_answers_is_not_folded_with_it() -> None:
    """MAIL-41."""
    html = '<blockquote type="cite">Could you try?</blockquote><p>Yes, done.</p>'

    cleaned = clean(html, reply="Yes, done.", text="> Could you try?\n\nYes, done.")

    assert cleaned.html.endswith("</details><p>Yes, done.</p>")


def test_a_mail_that_is_nothing_but_quoted_is_not_folded() -> None:
    """MAIL-41: never when the result would be empty."""
    html = '<div class="gmail_quote">On Tue, Mar 12 somebody wrote: words</div>'

    assert "<details>" not in clean(html, reply="x", text="x On Tue, Mar 12 somebody wrote: words").html


def test_folds_of_the_sender_are_no_folds_of_ours() -> None:
    """MAIL-43: only we write `details`."""
    assert clean("<details open><summary>More</summary>words</details>").html == "<div><div>More</div>words</div>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("x" * (MOST_CHARS + 1), "size"),
        ("<div>" * 257, "depth"),
        ('<a href="https://a.example/">a</a>' * 5_001, "links"),
        ("<p " + " ".join(f"a{n}=1" for n in range(5_000)) + ">", "nodes"),
        ("<br>" * 100_001, "nodes"),
    ],
    ids=["size", "depth", "links", "attributes", "nodes"],
)
def test_over_a_limit_it_stops_before_the_work(html: str, reason: str) -> None:
    """MAIL-45."""
    with pytest.raises(TooMuchError) as stopped:
        clean(html)

    assert stopped.value.reason == reason


@pytest.mark.parametrize("html", ["<div>" * 256, '<a href="https://a.example/">a</a>' * 5_000], ids=["depth", "links"])
def test_up_to_the_limit_it_goes(html: str) -> None:
    """MAIL-45."""
    assert clean(html + "x").html


def test_a_guess_of_the_height_grows_with_the_mail() -> None:
    """UI: no layout shift; the frame has its place before it is loaded."""
    heights = [clean("<p>Some words.</p>" * count).height for count in (1, 5, 10, 500)]

    assert heights == sorted(heights)
    assert heights[0] < 100 < heights[2] < heights[3] == 640


def test_mails_that_set_colours_are_told_from_those_that_do_not() -> None:
    """UI: dark pages; who sets colours counts on white paper."""
    assert clean('<p style="color:#333">x</p>').coloured
    assert clean("<table bgcolor=white></table>").coloured
    assert not clean("<p style='margin:0'>x</p>").coloured
