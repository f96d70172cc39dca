"""The command `tramita`: exit codes and the one line."""

from argparse import ArgumentParser

import pytest

from tramita.config import command
from tramita.domain.errors import NotFound
from tramita.ui.terminal import Command


@pytest.fixture
def offers(monkeypatch):
    """Offer one command instead of the real ones: `offers(run, name="mail parse")`."""

    def offer(run, **values):
        values = {"name": "try", "help": "try it", "needs_django": False, **values}
        monkeypatch.setattr(command, "commands", lambda: iter([Command(run=run, **values)]))

    return offer


def test_a_command_of_two_words_takes_its_arguments(offers):
    seen = []

    def configure(parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="+")

    offers(lambda args: seen.append(args.path) or 0, name="mail parse", configure=configure)

    assert command.main(["mail", "parse", "a", "b"]) == 0
    assert seen == [["a", "b"]]


def test_a_named_failure_is_one_line_and_exit_code_one(offers, capsys):
    def run(args):
        raise NotFound("There is no item %(reference)s.", reference="1-T")

    offers(run)

    assert command.main(["try"]) == 1
    assert capsys.readouterr() == ("", "tramita: There is no item 1-T.\n")


def test_a_full_disk_is_named(offers, capsys):
    def run(args):
        raise OSError(28, "No space left on device", "/data/files")

    offers(run)

    assert command.main(["try"]) == 1
    assert capsys.readouterr().err == "tramita: /data/files: No space left on device\n"


def test_wrong_usage_exits_with_two(offers, capsys):
    offers(lambda args: 0)

    with pytest.raises(SystemExit) as exit_:
        command.main(["no-such-command"])

    assert exit_.value.code == 2
    assert "no-such-command" in capsys.readouterr().err


def test_ctrl_c_is_quiet(offers, capsys):
    def run(args):
        raise KeyboardInterrupt

    offers(run)

    assert command.main(["try"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_shows_itself(offers):
    def run(args):
        raise KeyError("a bug")

    offers(run)

    with pytest.raises(KeyError):
        command.main(["try"])


def test_every_command_has_help(capsys):
    """INTERFACES section 2."""
    for offered in command.commands():
        with pytest.raises(SystemExit) as exit_:
            command.main([*offered.name.split(), "--help"])
        assert exit_.value.code == 0
        assert offered.help in " ".join(capsys.readouterr().out.split())
