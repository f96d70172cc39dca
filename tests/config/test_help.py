"""The command line explains itself before anything is set up."""

import os
import subprocess
import sys


def test_help_needs_neither_a_database_nor_settings() -> None:
    """INTERFACES section 2: every command is listed, whatever the environment."""
    code = "import sys; from tramita.config.command import main; sys.exit(main(['--help']))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMITA_", "DJANGO_"))}

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "worker" in done.stdout


def test_the_kinds_of_work_offered_are_those_the_worker_knows(db: None) -> None:
    """INTERFACES section 2: `tramita worker --only KIND`."""
    from tramita.worker import commands, loop

    assert sorted((*loop.KINDS, loop.FETCH)) == list(commands.KINDS)
