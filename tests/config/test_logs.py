"""What a line of the log holds."""

import json
import logging
import logging.config

import pytest

from tramita.config.logs import logging_config


@pytest.fixture(autouse=True)
def as_it_was():
    root, ours = logging.getLogger(), logging.getLogger("tramita")
    kept = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = kept


@pytest.mark.parametrize("json_lines", [True, False])
def test_an_event_is_one_line_with_its_numbers(capsys, json_lines):
    logging.config.dictConfig(logging_config(json_lines=json_lines))

    logging.getLogger("tramita.worker").warning("timer late", extra={"seconds": 3, "request": object()})

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    if json_lines:
        entry = json.loads(lines[0])
        assert (entry["event"], entry["seconds"], entry["level"]) == ("timer late", 3, "warning")
        assert "request" not in entry
    else:
        assert lines[0].endswith("warning tramita.worker timer late seconds=3")


def test_a_missing_page_is_no_event(capsys):
    logging.config.dictConfig(logging_config(json_lines=False))

    logging.getLogger("django.request").warning("Not Found: /x")

    assert capsys.readouterr().err == ""
