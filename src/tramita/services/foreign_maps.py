"""The mapping of names of another desk: the delivered one, and one that somebody edited."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tramita.domain.errors import Invalid
from tramita.domain.foreign import Names, names_of

DELIVERED: Mapping[str, str] = MappingProxyType(
    {
        "zammad": """\
# What groups of Zammad become: the path or the title of a category. `default` is for all others.
processes:
  # Invoices: acme/main/finance/invoice-query
default: ""

# What states become. A wait `until` takes `pending_time`.
states:
  new: to_do
  open: in_progress
  pending reminder: {state: waiting, wait: until}
  pending close: {state: waiting, wait: until}
  closed: {state: closed, method: replied}
  merged: {state: closed, method: merged}
  removed: {state: closed, method: rejected}

# Who has another address here.
people:
  # old.name@desk.example: new.name@desk.example
""",
        "osticket": """\
# What departments and help topics of osTicket become: the path or the title of a category. A help topic goes first.
processes:
  # Billing: acme/main/finance/invoice-query
default: ""

states:
  open: to_do
  resolved: {state: resolved, method: replied}
  closed: {state: closed, method: replied}
  archived: {state: closed, method: replied}
  deleted: {state: closed, method: rejected}

# Agents are told by name there: their addresses here.
people:
  # Ana Lima: ana@desk.example

# How moments are written; empty for 2024-03-31 14:05:00.
dates: ""
""",
    }
)


def names_for(system: str, path: Path | None) -> Names:
    """Raises: Invalid `mapping`, naming what is wrong; OSError."""
    import yaml

    text = path.read_text(encoding="utf-8") if path else DELIVERED[system]
    try:
        return names_of(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise Invalid.one("mapping", "unreadable", "This is no YAML: %(why)s.", why=str(error)) from None
