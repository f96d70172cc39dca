"""Files and links of an item on their way into a mail that is sent at once (F-4)."""

from collections.abc import Sequence

from tramita.domain.actors import Actor
from tramita.domain.drafting import as_html
from tramita.models import Item
from tramita.queries import files
from tramita.queries.files import Filed
from tramita.queries.stored import stored_file
from tramita.services import filing
from tramita.services.mailing import Enclosure


def picked(item: Item, numbers: Sequence[int], *, by: Actor) -> list[Filed]:
    """These files and links of the item. Raises: NotFound; Invalid `files`, for what stays inside (decision 0028).

    Conflict `held_back`, while the scanner keeps one (MAIL-57).
    """
    found = files.chosen(item, by, numbers)
    filing.check_scanned(found)
    filing.check_outgoing(found, field="files")
    return found


def enclosures(along: Sequence[Filed]) -> list[Enclosure]:
    """The files among them, with their bytes."""
    rows = [one.file for one in along if not one.file.url]
    return [Enclosure(row.filename, row.content_type, stored_file(row.sha256, row.filename)) for row in rows]


def with_links(text: str, html: str | None, along: Sequence[Filed]) -> dict[str, str | None]:
    """The words with the links among them below, each on a line of its own."""
    lines = files.lines_of([one for one in along if one.file.url])
    if not lines:
        return {"text": text, "html": html}
    below = "\n\n".join(part for part in (text.rstrip(), lines) if part) if text.strip() or not html else text
    return {"text": below, "html": html and html + as_html(lines)}
