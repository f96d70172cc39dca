"""Reading pages as people do."""

import re
from html import unescape
from typing import Any

from tramita.models import Item


def text_of(response: Any) -> str:
    """The page as it was sent."""
    return str(response.content.decode())


def words_of(response: Any) -> str:
    """What a person reads: no tags, single blanks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text_of(response))).split())


def offered(response: Any, reference: str) -> set[str]:
    """The verbs that the page has a form for."""
    return set(re.findall(rf'action="/items/{re.escape(reference)}/([a-z-]+)"', text_of(response)))


def fresh(item: Item) -> Item:
    """The item as the database has it."""
    return Item.objects.get(pk=item.pk)


def errors_of(response: Any) -> dict[str, str]:
    """The faults beside the fields, by the id of the field."""
    found = re.findall(r'id="([\w-]+)-error">.*?<span>(.*?)</span>', text_of(response))
    return {name: unescape(said) for name, said in found}
