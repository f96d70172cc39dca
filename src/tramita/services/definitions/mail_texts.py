"""Reading `mail_templates`: the words of automatic mails by kind and language (M-19b, MAIL-126)."""

from collections.abc import Callable
from difflib import get_close_matches

from tramita.domain import mail_templates
from tramita.domain.definitions import LANGUAGES
from tramita.domain.mail_templates import MailTemplate, MailText
from tramita.services.definitions import shapes, values
from tramita.services.definitions.keys import Keys, Reading, Refusal, entries
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place


def template(reading: Reading, key: str, node: Node, place: Place) -> MailTemplate:
    """The texts of one kind of mail; a language that is not there keeps the words that Tramita brings."""
    if key not in mail_templates.KINDS:
        near = get_close_matches(key, mail_templates.KINDS, 1)
        hint = f"; did you mean “{near[0]}”?" if near else ""
        reading.fault(place, f"there is no automatic mail “{key}”{hint}")
        return MailTemplate(key, {})
    reading.define("mail_template", key, place)
    return MailTemplate(key, {code: read for code, read in _texts(reading, key, node) if read.text})


def _texts(reading: Reading, kind: str, node: Node) -> list[tuple[str, MailText]]:
    found = []
    for language, said, place in entries(reading, node):
        code = language.lower().replace("_", "-")
        if code not in LANGUAGES:
            reading.fault(place, f"“{language}” is none of {', '.join(LANGUAGES)}")
        found.append((code, _text(reading, kind, said)))
    return found


def _text(reading: Reading, kind: str, node: Node) -> MailText:
    keys = Keys(reading, node, "the text of a mail")
    read = MailText(
        subject=keys.get("subject", placed(kind, values.text), ""),
        text=keys.must("text", placed(kind, values.long_text), ""),
        html=keys.get("html", placed(kind, values.long_text), ""),
    )
    keys.done()
    return read


def placed(kind: str, read: Callable[[Reading, Node], str | None]) -> Callable[[Reading, Node], str | None]:
    """A text whose placeholders this kind of mail knows."""

    def checked(reading: Reading, node: Node) -> str | None:
        text = read(reading, node)
        wrong = mail_templates.faults(kind, text or "")
        if wrong:
            raise Refusal(node, "; ".join(wrong))
        return text

    return checked


MAIL_TEXT = Shape((shapes.long_text("text"), shapes.text("subject"), shapes.long_text("html")))
MAIL_TEMPLATE = Shape(tuple(shapes.special(code, "part", values.mapping, inner=MAIL_TEXT) for code in LANGUAGES))
