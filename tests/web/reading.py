"""Reading pages as people do."""

import re
from html import unescape
from html.parser import HTMLParser
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
    found = re.findall(r'id="([\w.-]+)-error">.*?<span>(.*?)</span>', text_of(response))
    return {name: unescape(said) for name, said in found}


class _Form(HTMLParser):
    """What a browser would send of the form with this action, untouched."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, dict[str, list[str]]()
        self.select, self.area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("action") == self.action
        name = given.get("name", "")
        if self.inside and tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.found.setdefault(name, []).append(given.get("value", ""))
        elif self.inside and tag == "textarea":
            self.area = name
            self.found[name] = [""]
        elif self.inside and tag == "select":
            self.select = name
            self.found[name] = [""]
        elif self.inside and tag == "option" and "selected" in given:
            self.found[self.select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][0] += data


def form_of(response: Any, action: str) -> dict[str, list[str]]:
    """The values of a form by their names, as they would be sent again."""
    form = _Form(action)
    form.feed(text_of(response))
    return {name: values for name, values in form.found.items() if name and name != "csrfmiddlewaretoken"}
