"""Lists are paged by cursor: `{"results": […], "next": "…" or null}`."""

import base64
import binascii
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tramita.domain.errors import Invalid

MOST = 200
USUAL = 50
LARGEST_ID = 2**63 - 1

Limit = Annotated[int, Field(ge=1, le=MOST, description=f"How many at most, {USUAL} if not given.")]
Cursor = Annotated[str | None, Field(max_length=1000, description="The `next` of the page before.")]


class Paging(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="ignore")

    limit: Limit = USUAL
    cursor: Cursor = None


def cursor_for(position: int | None) -> str | None:
    """What a caller sends back to go on after this id; nothing to read into."""
    return None if position is None else base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def position_of(cursor: str | None) -> int:
    """The id to go on after, 0 for the first page. Raises: Invalid."""
    if cursor is None:
        return 0
    try:
        position = int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise wrong_cursor() from error
    if not 0 <= position <= LARGEST_ID:
        raise wrong_cursor()
    return position


def wrong_cursor(name: str = "cursor") -> Invalid:
    """A cursor that no page gave."""
    return Invalid.one(name, "wrong_cursor", "This is not the end of any page.")
