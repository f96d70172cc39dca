"""Reading the section of canned texts (M-19)."""

import re

from tramita.domain.canned import PLACEHOLDERS, CannedFile, CannedTextDefinition, unknown
from tramita.domain.definitions import LANGUAGES
from tramita.services.definitions import shapes, values
from tramita.services.definitions.desk import tags
from tramita.services.definitions.keys import Keys, Reading, Refusal, entries, typed
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place

SHA256 = re.compile(r"[0-9a-f]{64}")
CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
LONGEST_NAME = 255


def canned_text(reading: Reading, key: str, node: Node, place: Place) -> CannedTextDefinition:
    """A text by language; its placeholders must be ones that can be filled."""
    reading.define("canned_text", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a canned text")
    read = CannedTextDefinition(key=key, **CANNED_TEXT.read(keys))
    keys.done()
    return read


def texts(reading: Reading, node: Node) -> dict[str, str]:
    """The text in each language, one at least."""
    found: dict[str, str] = {}
    for name, value, place in entries(reading, node):
        language = reading.attempt(values.language, Node(name, place, raw=name))
        text = reading.attempt(values.long_text, value)
        if language and text:
            found[language] = text
            check_placeholders(reading, value, text)
    if not node.value:
        raise Refusal(node, "a text in one language at least expected here")
    return found


def check_placeholders(reading: Reading, node: Node, text: str) -> None:
    for name in unknown(text):
        known = ", ".join(f"{{{{{one}}}}}" for one in PLACEHOLDERS)
        reading.fault(node, f"there is no placeholder “{{{{{name}}}}}”; those are {known}")


def files(reading: Reading, node: Node) -> tuple[CannedFile, ...]:
    return tuple(file(reading, one) for one in typed(reading, node, list) or ())


def file(reading: Reading, node: Node) -> CannedFile:
    """A file that goes along, by the SHA-256 of its bytes (`tramita file keep` prints it)."""
    keys = Keys(reading, node, "a file")
    read = CannedFile(
        name=keys.must("name", file_name, ""),
        content_type=keys.get("content_type", content_type, "application/octet-stream"),
        sha256=keys.must("sha256", sha256, ""),
    )
    keys.done()
    return read


def file_name(reading: Reading, node: Node) -> str | None:
    return values.text(reading, node, LONGEST_NAME)


def sha256(reading: Reading, node: Node) -> str | None:
    value = values.text(reading, node)
    if value is None or SHA256.fullmatch(value):
        return value
    raise Refusal(node, "the SHA-256 of the file expected here, 64 digits from 0 to f")


def content_type(reading: Reading, node: Node) -> str | None:
    value = values.text(reading, node)
    if value is None or CONTENT_TYPE.fullmatch(value):
        return value
    raise Refusal(node, "a type like application/pdf expected here")


FILE = Shape(
    (
        shapes.special("name", "text", file_name, needed=True),
        shapes.special("content_type", "text", content_type, otherwise="application/octet-stream"),
        shapes.special("sha256", "text", sha256, needed=True),
    )
)
CANNED_TEXT = Shape(
    (
        shapes.text("title", needed=True),
        shapes.reference("service", "branch"),
        shapes.special("texts", "by_language", texts, of=LANGUAGES, needed=True, otherwise={}),
        shapes.special("files", "rows", files, inner=FILE),
        shapes.lines("attach_tagged", tags),
    )
)
