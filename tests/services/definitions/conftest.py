"""Files to apply."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "samples" / "configuration.yaml"


@pytest.fixture
def example() -> Path:
    """The configuration of INTERFACES section 4."""
    return EXAMPLE


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of its own for each text."""
    numbers = itertools.count(1)

    def write(text: str) -> Path:
        path = tmp_path / f"{next(numbers)}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
