"""What happened at the demo company: who did what, when, to which item."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tramita.services.demo.moments import Moments


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody did. `given` are the words of the service, and of a mail."""

    at: datetime
    who: str  # the first part of a desk address, a robot's name, or a mail address
    does: str
    item: str  # the name of the item in the stories
    given: dict[str, Any]


def read_stories(folder: Path, moments: Moments) -> list[Step]:
    """Every step of every story, in the order in which they happened."""
    steps = [step for file in sorted(folder.glob("*.yaml")) for step in _steps(file, moments)]
    return sorted(steps, key=lambda step: step.at)  # stable: what is told later happens later


def _steps(file: Path, moments: Moments) -> Iterator[Step]:
    import yaml  # 20 ms that only the demo pays

    for item, told in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        for step in told:
            given = {name: _moment(name, value, moments) for name, value in step.items()}
            at, who, does = (given.pop(name) for name in ("at", "who", "does"))
            yield Step(at, who, does, given.pop("about", item), given)


def _moment(name: str, value: Any, moments: Moments) -> Any:
    return moments.read(value) if name in ("at", "until", "send_at") else value
