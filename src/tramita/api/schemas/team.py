"""How much each colleague has (H-5)."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tramita.api.schemas.base import Output

ANAS: dict[str, Any] = {
    "id": 3,
    "name": "Ana Lima",
    "total": 7,
    "overdue": 1,
    "today": 2,
    "on_target": 3,
    "not_set": 1,
}


class TeamFilter(BaseModel):
    """Which part of those around the caller."""

    whose: Literal["", "manager", "peers", "reports", "queues"] = Field("", description="All of them if not given.")


class LoadOut(Output):
    """A colleague, and how many items of them the caller sees, by due status; `id` is null for what is nobody's."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANAS]})

    id: int | None
    name: str
    total: int
    overdue: int
    today: int
    on_target: int
    not_set: int


class LoadsOut(Output):
    """Who has most first; at most a hundred. Of very long lists the first 2,000 items are counted."""

    results: list[LoadOut]
