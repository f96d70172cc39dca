"""One style sheet, strict templates."""

import re
from pathlib import Path

import tramita.ui
from tramita.ui.stylesheet import FOLDER, stylesheet

UI = Path(tramita.ui.__file__).parent
TEMPLATES = [*UI.glob("templates/**/*"), *(UI.parent / "web").glob("templates/**/*")]


def test_the_style_sheet_holds_every_component_in_its_layer() -> None:
    """UI: one CSS file; the order of the layers is said in one place."""
    text = stylesheet().text.decode()

    assert "@import" not in text
    assert text.index("@layer reset, tokens, base, components, utilities;") == 0
    assert text.count("@layer components {") == len(list(FOLDER.glob("*.css"))) - 5


def test_the_style_sheet_stays_small() -> None:
    """UI: a first page load stays under 120 KB; the style sheet is a sixth of that."""
    assert len(stylesheet().packed) < 20_000


def test_raw_colours_stand_in_the_tokens_alone() -> None:
    """STYLE section 8."""
    raw = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsl\(")

    guilty = [f.name for f in FOLDER.glob("*.css") if f.name != "tokens.css" and raw.search(f.read_text())]

    assert guilty == []


def test_no_template_has_a_style_or_a_script_inside() -> None:
    """The content policy stays strict: no inline style, script or handler."""
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on")

    guilty = [t.name for t in TEMPLATES if t.is_file() and inline.search(t.read_text())]

    assert guilty == []


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    """A missing drawing would be an empty hole."""
    sprite = (UI / "static/ui/icons.svg").read_text()
    named = {
        name
        for template in TEMPLATES
        if template.is_file()
        for name in re.findall(r"""icon\("([a-z_-]+)"[,)]""", template.read_text())
    }

    assert [name for name in sorted(named) if f'id="i-{name}"' not in sprite] == []
