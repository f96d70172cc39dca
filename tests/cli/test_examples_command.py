"""`tramita example`."""

import pytest

from tramita.config.command import main
from tramita.services.demo import EXAMPLES


def test_each_example_is_printed_and_one_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """BU-1: what is printed is the file that the test of the process applies."""
    assert main(["example"]) == 0
    names = capsys.readouterr().out.split()
    printed = [(main(["example", name]), capsys.readouterr().out) for name in names]

    assert "onboarding" in names
    assert printed == [(0, EXAMPLES[name].read_text(encoding="utf-8")) for name in names]
    assert main(["example", "nothing"]) == 1
    assert "onboarding" in capsys.readouterr().err
