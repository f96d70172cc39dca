"""What a test needs of the machine: skipped with a line where it lacks, a failure in CI."""

import os
import shutil

import pytest

NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "dovecot": ("dovecot",), "git": ("git",)}


def needs(what: str) -> str:
    """The path of the program. `needs("chromium")` inside a test or fixture skips it where there is none."""
    for name in NAMES.get(what, (what,)):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"{what} is not on this machine")
