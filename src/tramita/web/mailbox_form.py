"""The form of a mailbox: what its fields are, how they are filled from the configuration, how they are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tramita.domain.errors import Invalid
from tramita.services.definitions.connections import WITHOUT
from tramita.services.mailbox_settings import CONNECTION_KEYS, Edited, NewRoute

Tree = Mapping[str, Any]
MOST_ROUTES = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the connection. `kind`: text, number, date, flag or choice; a flag is on by default or off."""

    name: str
    label: str | Promise
    kind: str = "text"
    choices: tuple[tuple[str, str | Promise], ...] = ()
    hint: str | Promise = ""
    on: bool = False


PROTOCOLS = (("imap", "IMAP"), ("pop3", "POP3"))
TLS = (("implicit", "TLS"), ("starttls", "STARTTLS"), ("off", _("none")))
AFTER = (
    ("seen", _("mark as seen")),
    ("keep", _("leave as it is")),
    ("move", _("move to a folder")),
    ("delete", pgettext_lazy("mail server", "delete")),
)
VARIABLE = _("The name of an environment variable; the secret itself is never kept here.")
CONNECTION = (
    Field("protocol", _("Protocol"), "choice", PROTOCOLS, _("Without one, mail comes by other ways only.")),
    Field("host", _("Server")),
    Field("port", _("Port"), "number"),
    Field("tls", _("Encryption"), "choice", TLS),
    Field("user", _("User name")),
    Field("folder", _("Folder")),
    Field("password_env", _("Password"), hint=VARIABLE),
    Field("token_url", _("Address for tokens (OAuth)")),
    Field("authorize_url", _("Address for consent (OAuth)"), hint=_("With it the mailbox is authorised by one click.")),
    Field("client_id", _("Client ID")),
    Field("client_secret_env", _("Client secret"), hint=VARIABLE),
    Field("client_secret_ends", _("The client secret ends on"), "date", hint=_("You are told before.")),
    Field("refresh_token_env", _("Refresh token"), hint=VARIABLE),
    Field("scope", _("Scope")),
    Field("spam_header", _("Header of the spam filter"), hint=_("Such as X-Spam-Flag; what it marks is kept apart.")),
    Field("since", _("From when"), "date", hint=_("What arrived at the server before is left alone.")),
    Field("archive", _("Take in older mail, too, and answer none of it"), "flag"),
    Field("after", _("On the server, afterwards"), "choice", AFTER),
    Field("move_to", _("Folder to move to")),
    Field("poll", _("Look for mail every"), hint=_("For example 5 minutes.")),
    Field("idle", _("Let the server tell of new mail"), "flag", on=True),
)
FIELDS = tuple(one for one in CONNECTION if one.name in CONNECTION_KEYS)
MODES = (
    ("mixed", _("mixed: plus-addresses, headers and subject")),
    ("only", _("only plus-addresses")),
    ("off", _("off: headers and subject")),
)
OUTGOING = (
    Field("messages_a_minute", _("Mails a minute"), "number", hint=_("What the provider takes; empty: any number.")),
    Field("recipients_a_mail", _("Recipients of a mail"), "number", hint=_("More of them get it in several parts.")),
    Field("tell_too_large", _("Tell who sent a mail that is too large"), "flag", on=True),
)
TEXTS = ("name", "signature", "authserv_id", "copy_sent")
FLAGS = ("refuse_unknown_senders", "trusted")


def filled(tree: Tree) -> dict[str, Any]:
    """The values of every field, as the configuration has them."""
    sides = ((FIELDS, tree.get("incoming", {})), (OUTGOING, tree.get("outgoing", {})))
    plain = {one.name: side.get(one.name, one.on if one.kind == "flag" else "") for some, side in sides for one in some}
    plain |= {name: tree.get(name, "") for name in TEXTS} | {name: tree.get(name, False) for name in FLAGS}
    plain |= {"dkim_selector": " ".join(_listed(tree.get("dkim_selector", ())))}
    plain |= {"plus_addressing": tree.get("plus_addressing", "mixed")}
    plain |= {"automatic_answers_wake": tree.get("automatic_answers_wake", True)}
    for number, route in enumerate(tree.get("routes", ())):
        kind = "category" if "category" in route else "case_type"
        plain |= {f"route-{number}-to": route["to"], f"route-{number}-process": f"{kind}:{route[kind]}"}
        plain |= {f"route-{number}-{name}": route.get(name, False) for name in ("acknowledge", "test")}
    return plain


def read(sent: QueryDict, tree: Tree) -> Edited:
    """What was sent, as the configuration would write it. Raises: Invalid, for a port that is no number."""
    values: dict[str, Any] = {name: _text(sent, name) for name in TEXTS if _text(sent, name)}
    values |= {name: True for name in FLAGS if sent.get(name)}
    if selectors := _text(sent, "dkim_selector").lower().replace(",", " ").split():
        values["dkim_selector"] = list(dict.fromkeys(selectors))
    if (mode := _text(sent, "plus_addressing")) != "mixed":
        values["plus_addressing"] = mode
    if not sent.get("automatic_answers_wake"):
        values["automatic_answers_wake"] = False
    if outgoing := _given(sent, OUTGOING):
        values["outgoing"] = outgoing
    return Edited(_text(sent, "read"), values, _incoming(sent, tree.get("incoming", {})), _routes(sent))


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _incoming(sent: QueryDict, before: Tree) -> dict[str, Any]:
    """Nothing of a connection without a protocol. Keys that have no field here stay as they are."""
    if not _text(sent, "protocol"):
        return {name: _text(sent, name) for name in WITHOUT if _text(sent, name)}
    known = {one.name for one in FIELDS}
    found = {name: value for name, value in before.items() if name not in known}
    return found | _given(sent, FIELDS)


def _given(sent: QueryDict, fields: Iterable[Field]) -> dict[str, str | int | bool]:
    """Of these fields, what is not empty and not as it is by default."""
    found: dict[str, str | int | bool] = {}
    for one in fields:
        value = bool(sent.get(one.name)) if one.kind == "flag" else _typed(one, _text(sent, one.name))
        if value != "" and value is not one.on:
            found[one.name] = value
    return found


def _typed(one: Field, typed: str) -> str | int:
    if one.kind != "number" or not typed:
        return typed
    if not typed.isdecimal() or len(typed) > 9:
        raise Invalid.one(one.name, "invalid", "Give a whole number.")
    return int(typed)


def _routes(sent: QueryDict) -> dict[int, NewRoute]:
    """Every row that was not struck out; an empty last one is none."""
    rows = min(int(sent.get("routes", "0")) if sent.get("routes", "0").isdecimal() else 0, MOST_ROUTES)
    found: dict[int, NewRoute] = {}
    for number in range(rows + 1):
        to, process = _text(sent, f"route-{number}-to"), _text(sent, f"route-{number}-process")
        if (to or process) and not sent.get(f"route-{number}-remove"):
            acknowledge, test = (bool(sent.get(f"route-{number}-{name}")) for name in ("acknowledge", "test"))
            found[number] = NewRoute(to, process, acknowledge, test)
    return found


def _text(sent: QueryDict, name: str) -> str:
    return str(sent.get(name, "")).strip().replace("\r\n", "\n")
