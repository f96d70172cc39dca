"""The manual's examples are a configuration."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.factories import NOW

from tramita.domain.actors import SYSTEM
from tramita.services.definitions import apply

MANUAL = Path(__file__).parents[3] / "docs" / "admin" / "configuration.md"


@pytest.mark.django_db
def test_the_examples_of_the_manual_can_be_applied_together(file: Callable[[str], Path]) -> None:
    """BU-1, C-11, D-20, EA-2, BU-6: what the page says is what the product takes."""
    examples = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)

    said = apply([file(example) for example in examples], by=SYSTEM, at=NOW)

    assert len(examples) == 13
    assert "customers/acme/main/finance/onboarding" in said.created
