"""The commands that configure: what they print, and how they fail (INTERFACES section 2)."""

import io
import json
from pathlib import Path

import pytest
from tests import factories

from tramita.config.command import main
from tramita.domain.codes import Role
from tramita.models import Person, Queue

pytestmark = pytest.mark.django_db
EXAMPLE = str(Path(__file__).parents[1] / "samples" / "configuration.yaml")


def test_apply_prints_what_it_did_and_export_gives_it_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """BU-1: `apply` of an export changes nothing."""
    copy = tmp_path / "copy.yaml"

    assert main(["apply", EXAMPLE]) == 0
    assert "created  queues/invoices" in capsys.readouterr().out
    assert main(["export", "--out", str(copy)]) == 0
    assert main(["apply", "--json", str(copy)]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["created"] == said["changed"] == []
    assert "queues/invoices" in said["left"]
    assert main(["export"]) == 0
    assert capsys.readouterr().out == copy.read_text(encoding="utf-8")


def test_a_dry_run_only_says(capsys: pytest.CaptureFixture[str]) -> None:
    """BU-4."""
    assert main(["apply", "--dry-run", EXAMPLE]) == 0

    assert "would be created  queues/invoices" in capsys.readouterr().out
    assert not Queue.objects.exists()


def test_a_mistake_is_one_line_with_file_and_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """BU-4."""
    wrong = tmp_path / "desk.yaml"
    wrong.write_text("queues:\n  invoices: {title: Invoices}\n  bills: {titel: Bills}\n", encoding="utf-8")

    assert main(["apply", str(wrong)]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "desk.yaml:3: a queue has no key “titel”; did you mean “title”?" in printed.err


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """BU-4."""
    assert main(["apply", str(tmp_path / "none.yaml")]) == 1

    assert "none.yaml" in capsys.readouterr().err


def test_a_user_is_created_with_a_password_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-1."""
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))

    assert main(["user", "create", "ana@desk.example", "--name", "Ana", "--role", "agent", "--password-stdin"]) == 0

    ana = Person.objects.get()
    assert ana.check_password("correct horse battery")
    assert main(["user", "create", "ana@desk.example", "--role", "administrator"]) == 0
    ana.refresh_from_db()
    assert ana.role == Role.ADMINISTRATOR
    assert ana.check_password("correct horse battery")


def test_a_person_that_cannot_be_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """SEC-1."""
    assert main(["user", "create", "ana", "--name", "Ana", "--role", "agent"]) == 1

    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit) as caught:
        main(["user", "create", "ana@desk.example", "--role", "king"])
    assert caught.value.code == 2


def test_a_token_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """SEC-1: shown once."""
    ana = factories.person()

    assert main(["token", "create", str(ana.email), "--name", "laptop"]) == 0

    assert len(capsys.readouterr().out.split()) == 1
    assert main(["token", "create", "nobody@desk.example"]) == 1
    assert "nobody@desk.example" in capsys.readouterr().err


def test_a_file_of_a_canned_text_is_kept_and_printed_as_the_configuration_wants_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data_dir: Path
) -> None:
    """M-19."""
    terms, configuration = tmp_path / "the terms.pdf", tmp_path / "desk.yaml"
    terms.write_bytes(b"terms")

    assert main(["file", "keep", str(terms)]) == 0

    line = capsys.readouterr().out.strip()
    configuration.write_text(f"canned_texts:\n  a:\n    title: A\n    texts: {{en: x}}\n    files:\n      {line}\n")
    assert main(["apply", str(configuration)]) == 0
    assert "created  canned_texts/a" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, data_dir: Path) -> None:
    """INTERFACES 2: exit 1 with one line."""
    assert main(["file", "keep", str(tmp_path / "none.pdf")]) == 1

    assert "none.pdf" in capsys.readouterr().err
