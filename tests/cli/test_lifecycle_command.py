"""`tramita lifecycle`."""

import json
from pathlib import Path

import pytest

from tramita.config.command import main

TITLES = {"ticket": "Ticket", "case": "Case", "action": "Action"}


def test_all_three_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2; T-38, C-46, A-39."""
    assert main(["lifecycle"]) == 0

    printed = capsys.readouterr().out
    for word in (*TITLES.values(), "T-38", "C-46", "A-39", "T-48: A mail that arrives later"):
        assert word in printed


@pytest.mark.parametrize("kind", TITLES)
def test_one_kind_is_printed_as_data(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2."""
    assert main(["lifecycle", "--kind", kind, "--format", "json"]) == 0

    assert json.loads(capsys.readouterr().out)["kind"] == kind


def test_all_kinds_are_printed_as_a_list_of_data(capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2."""
    assert main(["lifecycle", "--format", "json"]) == 0

    assert [each["kind"] for each in json.loads(capsys.readouterr().out)] == ["ticket", "case", "action"]


def test_a_diagram_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2."""
    assert main(["lifecycle", "--kind", "action", "--format", "mermaid"]) == 0

    assert capsys.readouterr().out.startswith("stateDiagram-v2\n")


def test_an_unknown_kind_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2: exit 2."""
    with pytest.raises(SystemExit) as stopped:
        main(["lifecycle", "--kind", "order"])

    assert stopped.value.code == 2
    assert "order" in capsys.readouterr().err


def test_the_pages_are_written_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """STYLE 1: docs/lifecycles is generated."""
    assert main(["lifecycle", "--out", str(tmp_path / "pages")]) == 0

    assert sorted(page.name for page in (tmp_path / "pages").iterdir()) == ["action.md", "case.md", "ticket.md"]
    assert (tmp_path / "pages" / "action.md").read_text(encoding="utf-8").startswith("# Lifecycle of an Action\n")
    assert capsys.readouterr().err.count("wrote") == 3


def test_a_folder_that_cannot_be_written_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """INTERFACES 2: exit 1."""
    (tmp_path / "pages").write_text("in the way")

    assert main(["lifecycle", "--out", str(tmp_path / "pages")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
