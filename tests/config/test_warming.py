"""Templates are compiled once, not at each start (INTERFACES section 1: within three seconds the second time)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import engines

from tramita.config import warming
from tramita.config.warming import KEPT, read_templates

FEW = ["404.html", "500.html", "portal/approval.html"]


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As at a start of a product with few pages; afterwards what the other tests have read is there again."""
    pages = engines["jinja2"].env
    monkeypatch.setattr(pages, "list_templates", lambda extensions: FEW)
    before = (dict(pages.read), dict(pages.languages))
    forget()
    yield
    for held, kept in zip((pages.read, pages.languages), before, strict=True):
        held.clear()
        held.update(kept)


def forget() -> None:
    engines["jinja2"].env.read.clear()
    engines["jinja2"].env.languages.clear()


def test_what_was_compiled_is_kept_until_a_file_changes(
    cold: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_templates(tmp_path) == len(FEW)
    first = engines["jinja2"].get_template("404.html").render({"request": None})
    forget()

    assert read_templates(tmp_path) == 0
    assert engines["jinja2"].get_template("404.html").render({"request": None}) == first
    monkeypatch.setattr(warming, "_made_of", lambda: b"n" * 32)
    forget()
    assert read_templates(tmp_path) == len(FEW)


def test_a_damaged_file_or_a_folder_that_takes_none_costs_a_second_and_nothing_else(
    cold: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read_templates(tmp_path)
    kept = tmp_path / KEPT
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-9] + b"x" * 9)
    forget()
    assert read_templates(tmp_path) == len(FEW)
    assert kept.read_bytes()[:32] == whole[:32]
    forget()

    assert read_templates(tmp_path / "missing") == len(FEW)
    assert "compiled templates are not kept" in caplog.text
    assert [one.name for one in tmp_path.iterdir()] == [KEPT]
