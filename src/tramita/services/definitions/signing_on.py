"""Reading the providers of single sign-on (TO-7). Their secrets are never in a file."""

from tramita.domain.sign_on import SignOnDefinition
from tramita.services.definitions import shapes, values
from tramita.services.definitions.connections import encrypted_url
from tramita.services.definitions.keys import Keys, Reading, Refusal
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place

SECRET = "client_secret"  # noqa: S105 - the name of a key that is refused


def provider(reading: Reading, key: str, node: Node, place: Place) -> SignOnDefinition:
    """Who vouches for the people of some domains."""
    reading.define("sign_on", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a provider of single sign-on")
    if SECRET in keys:
        keys.node_of(SECRET)
        hint = f"a secret does not belong into a file: name its environment variable with “{SECRET}_env”"
        reading.fault(node.keys[SECRET], hint)
    read = SignOnDefinition(key=key, **PROVIDER.read(keys))
    keys.done()
    return read


def domains(reading: Reading, node: Node) -> tuple[str, ...] | None:
    """At least one: a provider of every domain there is could let anybody in as anybody."""
    read = values.several(values.domain)(reading, node)
    if not read:
        raise Refusal(node, "name at least one domain whose addresses the provider vouches for")
    return read


PROVIDER = Shape(
    (
        shapes.text("title", needed=True),
        shapes.special("issuer", "text", encrypted_url, needed=True, otherwise=""),
        shapes.text("client_id", needed=True),
        shapes.text("client_secret_env"),
        shapes.special("domains", "lines", domains, needed=True, otherwise=()),
        shapes.flag("make_contacts"),
        shapes.flag("addresses_verified"),
        shapes.flag("active", on=True),
    )
)
