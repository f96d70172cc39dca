"""`mail parse` over odd mail: ten seconds of CPU for 1,500 messages of 19 MB, none over one (MAIL section 9)."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.domain.mime.odd_mail import messages
from tramita.domain.mime import parse
from tramita.gateways.charsets import guess_charset

SOAK = bool(os.environ.get("TRAMITA_SOAK"))
COUNT, BYTES, SECONDS = (1500, 19_000_000, 10.0) if SOAK else (100, 1_270_000, 2.0)
CODE = "import sys; from tramita.config.command import main; sys.exit(main())"


@pytest.mark.soak
def test_soak_odd_mail_is_parsed_in_time_by_the_command(tmp_path: Path) -> None:
    """MAIL-20, MAIL-21, INTERFACES section 2: start included."""
    raws = list(messages(COUNT, seed=9, size_bytes=BYTES))
    for number, raw in enumerate(raws):
        (tmp_path / f"{number:04}.eml").write_bytes(raw)

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    asked = [sys.executable, "-c", CODE, "mail", "parse", str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, env=os.environ | {"PYTHONPATH": "src"}, check=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    assert len([json.loads(line) for line in done.stdout.splitlines()]) == COUNT
    assert spent < SECONDS
    assert max(map(seconds, raws)) < 1.0


def seconds(raw: bytes) -> float:
    """Of CPU, to read this one."""
    began = time.process_time()
    parse(raw, guess=guess_charset)
    return time.process_time() - began
