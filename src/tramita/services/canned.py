"""Putting a canned text into what somebody writes: filled, editable, with its files (M-19)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from tramita.domain.actors import Actor
from tramita.domain.canned import CannedFile, filled
from tramita.domain.drafting import as_html
from tramita.domain.errors import NotFound
from tramita.models import CannedUse, Draft, Item
from tramita.queries import files
from tramita.queries.canned import Offered, canned_for
from tramita.queries.stored import stored_file
from tramita.services import drafts
from tramita.services.drafts import Written
from tramita.services.mailing import Enclosure
from tramita.services.transactions import one_transaction


@one_transaction
def insert(
    item: Item,
    written: Written,
    key: str,
    *,
    language: str,
    values: Mapping[str, str],
    cursor: int | None,
    version: int | None,
    by: Actor,
    at: datetime,
) -> Draft | None:
    """The draft of a reply with the text in it, at the cursor or below what is written, and with what it takes along.

    Those are its own files, and those of the item with one of its tags; links go into the words (M-19, F-3).
    `values` fill its placeholders, in the words of that language; what has none stays a gap that blocks sending.
    Raises: NotFound; FileMissing, when the bytes of one of its files are not kept here.
    """
    found = _named(item, key, by)
    text = filled(found.text.texts[language if language in found.text.texts else next(iter(found.text.texts))], values)
    more = replace(written, text=_placed(written.text, text, cursor))
    if written.html:
        more = replace(written, html=written.html + as_html(text))
    saved = drafts.save(item, "reply", more, version=version, by=by, at=at)
    CannedUse.objects.update_or_create(
        person_id=cast("int", by.id), definition_id=found.definition_id, defaults={"at": at}
    )
    tagged = drafts.add_filed(item, "reply", files.tagged(item, by, found.text.attach_tagged), by=by, at=at)
    return drafts.attach(item, "reply", map(_enclosure, found.text.files), by=by, at=at) or tagged or saved.draft


def _named(item: Item, key: str, by: Actor) -> Offered:
    found = next((one for one in canned_for(item, by) if one.text.key == key), None)
    if found is None:
        raise NotFound("There is no such canned text.")
    return found


def _placed(written: str, text: str, cursor: int | None) -> str:
    """At the cursor when there is one inside the words; else a paragraph of its own below them."""
    if cursor is not None and 0 < cursor < len(written.rstrip()):
        return written[:cursor] + text + written[cursor:]
    return f"{written.rstrip()}\n\n{text}" if written.strip() else text


def _enclosure(file: CannedFile) -> Enclosure:
    return Enclosure(file.name, file.content_type, stored_file(file.sha256, file.name))
