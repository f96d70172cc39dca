"""Messages from files, folders, mbox, Maildir and standard input; and the command that prints them."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from tests.domain.mails import raw_mail
from tests.samples import MAIL, expected
from tramita.config.command import main
from tramita.mail.sources import messages

SEPARATOR = b"From rui@customer.example Tue Mar 12 09:11:03 2024\n"


def read(*paths: object) -> tuple[list[bytes], list[str]]:
    failures: list[str] = []
    found = [raw.data for raw in messages([str(path) for path in paths], on_error=failures.append)]
    return found, failures


def test_a_folder_gives_its_messages_in_order_and_nothing_else() -> None:
    """MAIL-16."""
    found, failures = read(MAIL)

    assert found == [(MAIL / name).read_bytes() for name in sorted(expected())]
    assert failures == []


def test_an_eml_file_is_one_message_even_with_an_mbox_line() -> None:
    """MAIL-1, MAIL-26."""
    file = next(MAIL.glob("045-*.eml"))

    assert read(file) == ([file.read_bytes()], [])


def test_an_mbox_is_cut_at_its_separators_only(tmp_path: Path) -> None:
    """MAIL-16."""
    one = b"Subject: one\n\nFrom here on it is dry.\nFrom rui to ana\n"
    two = b"Subject: two\n\nx\n"
    file = tmp_path / "inbox.mbox"
    file.write_bytes(SEPARATOR + one + b"\n" + SEPARATOR + two + b"\n")

    assert read(file) == ([one, two], [])


def test_a_maildir_gives_new_then_cur(tmp_path: Path) -> None:
    """MAIL-16."""
    for name, content in {"new/2": b"b", "new/1": b"a", "cur/1:2,S": b"c", "tmp/3": b"d"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    assert read(tmp_path) == ([b"a", b"b", b"c"], [])


def test_files_without_a_mail_name_count_when_there_are_no_others(tmp_path: Path) -> None:
    """MAIL-16."""
    (tmp_path / "1").write_bytes(b"a")
    (tmp_path / ".hidden").write_bytes(b"x")

    assert read(tmp_path) == ([b"a"], [])
    (tmp_path / "2.eml").write_bytes(b"b")
    assert read(tmp_path) == ([b"b"], [])


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    """MAIL-6."""
    (tmp_path / "1.eml").mkdir()
    good = tmp_path / "2.eml"
    good.write_bytes(b"a")
    (tmp_path / "3.eml").symlink_to(tmp_path / "3.eml")

    found, failures = read(tmp_path / "0.eml", tmp_path / "3.eml", good)

    assert found == [b"a"]
    assert len(failures) == 2
    assert "0.eml" in failures[0]


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_prints_one_object_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-20, MAIL-16."""
    code = main(["mail", "parse", str(MAIL)])

    lines = printed(capsys)
    assert code == 0
    assert len(lines) == len(expected())
    assert list(lines[0]) == [
        *("file", "subject", "from", "to", "cc", "reply_to", "date", "message_id", "in_reply_to", "references"),
        *("text", "html", "reply_text", "attachments", "auto_submitted", "bounce", "defects"),
    ]


def test_the_command_reads_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-16."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw_mail(Subject="Grüße"))))

    assert main(["mail", "parse", "-"]) == 0

    (line,) = printed(capsys)
    assert line["subject"] == "Grüße"
    assert "file" not in line


def test_a_missing_path_is_one_line_and_exit_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """MAIL-6."""
    (tmp_path / "1.eml").write_bytes(raw_mail())

    code = main(["mail", "parse", str(tmp_path / "nothing"), str(tmp_path / "1.eml")])

    captured = capsys.readouterr()
    assert code == 1
    assert captured.err.count("\n") == 1
    assert "nothing" in captured.err
    assert len(captured.out.splitlines()) == 1


def test_a_file_name_in_no_charset_is_printed_all_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """MAIL-20."""
    name = os.fsencode(tmp_path) + b"/\xff.eml"
    Path(os.fsdecode(name)).write_bytes(raw_mail())

    assert main(["mail", "parse", str(tmp_path)]) == 0
    assert printed(capsys)[0]["subject"] == "The lift is stuck"
