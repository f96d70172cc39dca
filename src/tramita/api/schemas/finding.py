"""What was found by words (H-6)."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from tramita.api.paging import Paging
from tramita.api.schemas.base import Output
from tramita.api.schemas.examples import ITEM
from tramita.api.schemas.items import ItemOut

HIT: dict[str, Any] = {"where": "mail", "item": ITEM}


class SearchFilter(Paging):
    """What is looked for, as one types it into the box."""

    q: str = Field(min_length=1, max_length=200, description='Words, "phrases", `state:waiting`, `from:rui`.')


class HitOut(Output):
    """An item, and where the words stand: `reference` is what was looked for itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [HIT]})

    where: Literal["reference", "item", "mail", "note", "file"]
    item: ItemOut


class HitPage(Output):
    """Some of what was found, the newest text first."""

    results: list[HitOut]
    next: str | None
