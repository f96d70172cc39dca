"""Reading an Action that calls another system (A-55)."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tramita.domain.calls import KNOWN, unknown
from tramita.domain.cards import FieldDefinition
from tramita.services.definitions import values
from tramita.services.definitions.keys import Reading, Refusal, entries
from tramita.services.definitions.source import Node

WEB_ADDRESS = re.compile(r"https?://[^\s/{}]+(/\S*)?")
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})


def web_address(reading: Reading, node: Node) -> str | None:
    """Placeholders may stand behind the host, nowhere before."""
    url = values.text(reading, node, 2000)
    if url is None:
        return None
    if not WEB_ADDRESS.fullmatch(url):
        raise Refusal(node, f"“{url}” is no address that begins with https:// or http://")
    if "@" in urlsplit(url).netloc:
        raise Refusal(node, "a password does not belong into a file: use “secret_headers”")
    return _known(node, url)


def body(reading: Reading, node: Node) -> str | None:
    """Any tree as JSON text; a text as it stands. With placeholders that a call knows."""
    text = values.json_text(reading, node)
    return text if text is None else _known(node, text)


def headers(reading: Reading, node: Node) -> Mapping[str, str]:
    """Headers by name; those that carry secrets are named by variable."""
    return dict(_header(reading, name, one, secret=False) for name, one, _place in entries(reading, node))


def secret_headers(reading: Reading, node: Node) -> Mapping[str, str]:
    """Names of environment variables by header, which hold its value. Our own settings are none of others' business."""
    return dict(_header(reading, name, one, secret=True) for name, one, _place in entries(reading, node))


def _header(reading: Reading, name: str, node: Node, *, secret: bool) -> tuple[str, str]:
    text = values.text(reading, node, 2000) or ""
    if not HEADER.fullmatch(name) or name.lower() in OURS:
        raise Refusal(node, f"“{name}” is no header that can be given")
    if secret and (not VARIABLE.fullmatch(text) or text.upper().startswith("TRAMITA_")):
        raise Refusal(node, f"“{text}” cannot be the name of an environment variable for this")
    if not secret and name.lower() in SECRET:
        raise Refusal(node, "a secret does not belong into a file: name its environment variable in “secret_headers”")
    return name, text if secret else _known(node, text)


def store(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], Mapping[str, str]]:
    """Declared fields of the Case, each with the place of its value in the answer: `{number: supplier.id}`."""

    def read(reading: Reading, node: Node) -> Mapping[str, str]:
        found = {}
        for name, one, place in entries(reading, node):
            if name not in fields:
                reading.fault(place, f"this Case type declares no field “{name}”")
            found[name] = values.text(reading, one, 200) or ""
        return found

    return read


def _known(node: Node, text: str) -> str:
    wrong = next(unknown(text), None)
    if wrong is not None:
        raise Refusal(node, f"“{wrong}” is nothing that a call knows; it knows {', '.join(KNOWN[:3])} and fields.NAME")
    return text
