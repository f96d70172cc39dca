"""Samples that tests read: `mail/` holds 99 odd messages and what is expected of each."""

import json
from functools import cache
from pathlib import Path
from typing import Any

MAIL = Path(__file__).parent / "mail"


@cache
def told() -> dict[str, dict[str, Any]]:
    """All that `expected.json` says."""
    everything: dict[str, dict[str, Any]] = json.loads((MAIL / "expected.json").read_text("utf-8"))
    return everything


def expected() -> dict[str, dict[str, Any]]:
    """By file name: `parse`, `excellent`, `ingest`."""
    return told()["messages"]


def world() -> dict[str, Any]:
    """The routes, items and the clock that `ingest` supposes."""
    return told()["world"]


def sample(number: str) -> bytes:
    """The raw bytes of sample `005`."""
    return next(MAIL.glob(f"{number}-*.eml")).read_bytes()
