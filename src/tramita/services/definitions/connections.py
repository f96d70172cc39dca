"""Reading how a mailbox is fetched: the keys of `incoming` (M-24, MAIL-10, MAIL-17). Secrets are never in a file."""

from collections.abc import Callable, Mapping

from tramita.domain.durations import parse_span
from tramita.services.definitions import values
from tramita.services.definitions.keys import Keys, Reading, Refusal
from tramita.services.definitions.source import Node

Value = str | int | bool
SECRETS = ("password", "client_secret", "refresh_token")
OF_A_TOKEN = ("client_id", "client_secret_env", "client_secret_ends", "refresh_token_env", "authorize_url", "scope")
SHORTEST_POLL, LONGEST_POLL = 10, 86_400  # seconds


def incoming(reading: Reading, node: Node) -> Mapping[str, Value]:
    """How the mailbox is fetched. A secret is the name of an environment variable, never the secret itself."""
    keys = Keys(reading, node, "an incoming connection")
    for name in keys.values:
        if name in SECRETS:
            keys.node_of(name)
            hint = f"a secret does not belong into a file: name its environment variable with “{name}_env”"
            reading.fault(node.keys[name], hint)
    read: dict[str, Value] = {}
    for name, how in CONNECTION.items():
        value: Value | None = keys.maybe(name, how)
        if value is None and name in NEEDED and name not in keys and set(keys.values) - WITHOUT:
            reading.fault(node, f"an incoming connection needs “{name}”")
        if value is not None:
            read[name] = value
    keys.done()
    if all(name in read for name in NEEDED) and not any(name in keys for name in SECRETS):
        _together(reading, keys, read)
    return read


def _together(reading: Reading, keys: Keys, read: Mapping[str, Value]) -> None:
    """What one key asks of another."""
    pop3, after, token = read["protocol"] == "pop3", read.get("after"), "token_url" in keys
    wrong: dict[str, str] = {name: f"“{name}” is nothing without “token_url”" for name in OF_A_TOKEN if not token}
    if pop3 and after in ("seen", "move"):
        wrong["after"] = f"POP3 cannot do “{after}”: it is keep or delete"
    elif (after == "move") != ("move_to" in keys):
        wrong["after" if after == "move" else "move_to"] = "“after: move” and “move_to” go together"
    if pop3:
        wrong["folder"] = "POP3 has no folders"
    if token and not {"refresh_token_env", "authorize_url"} & set(keys.values):
        wrong |= {"token_url": "“token_url” needs “authorize_url” or “refresh_token_env”"}
    for name, reason in wrong.items():
        if name in keys:
            reading.fault(keys.node.keys[name], reason)
    if token == ("password_env" in keys):
        place = keys.node.keys.get("password_env", keys.node.place)
        reading.fault(place, "it logs in with “password_env” or with “token_url”, one of them")


def poll(reading: Reading, node: Node) -> str | None:
    """How often it is looked into: a duration of seconds to a day."""
    words = values.duration(reading, node)
    if words is None:
        return None
    span = parse_span(words)
    if span.working or not SHORTEST_POLL <= span.days * 86_400 + span.seconds <= LONGEST_POLL:
        raise Refusal(node, "from 10 seconds to one day, like 1 minute")
    return str(span)


def day(reading: Reading, node: Node) -> str | None:
    """A day as ISO text: from when on mail counts, or when a secret ends."""
    read = values.day(reading, node)
    return read.isoformat() if read else None


def encrypted_url(reading: Reading, node: Node) -> str | None:
    """Where a person consents, and where that becomes a token: never in the clear, but on this very machine."""
    url = values.text(reading, node)
    if url and not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise Refusal(node, "an address that begins with https:// expected here")
    return url


NEEDED = ("protocol", "host", "since")
WITHOUT = frozenset({"spam_header"})  # holds for mail that comes by other ways too
CONNECTION: Mapping[str, Callable[[Reading, Node], Value | None]] = {
    "protocol": values.one_of("imap", "pop3"),
    "host": values.text,
    "port": values.whole(1, 65535),
    "tls": values.one_of("implicit", "starttls", "off"),
    "user": values.text,
    "folder": values.text,
    "spam_header": values.text,  # MAIL-58
    "password_env": values.text,
    "token_url": encrypted_url,
    "authorize_url": encrypted_url,
    "client_id": values.text,
    "client_secret_env": values.text,
    "client_secret_ends": day,
    "refresh_token_env": values.text,
    "scope": values.text,
    "since": day,
    "archive": values.flag,
    "after": values.one_of("keep", "seen", "move", "delete"),
    "move_to": values.text,
    "poll": poll,
    "idle": values.flag,
}
