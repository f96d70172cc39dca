"""Samples that tests read: `mail/` holds 99 odd messages and what is expected of each."""

import json
from functools import cache
from pathlib import Path
from typing import Any

MAIL = Path(__file__).parent / "mail"


@cache
def expected() -> dict[str, dict[str, Any]]:
    """By file name: `parse`, `excellent`, `ingest`."""
    messages: dict[str, dict[str, Any]] = json.loads((MAIL / "expected.json").read_text("utf-8"))["messages"]
    return messages


def sample(number: str) -> bytes:
    """The raw bytes of sample `005`."""
    return next(MAIL.glob(f"{number}-*.eml")).read_bytes()
