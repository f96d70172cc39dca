"""YAML files as a tree that remembers where everything stood.

Several files form one configuration: their sections are put together, and a thing defined twice is refused.
Reading never stops at the first fault: every problem of every file is named at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tramita.domain.errors import FieldError, Invalid
from tramita.domain.kept_text import can_be_kept

if TYPE_CHECKING:
    import yaml

MAX_NODES = 1_000_000  # after aliases are expanded, so that a few lines cannot stand for billions
UNKEPT = "a character that cannot be kept"
MAX_DEPTH = 100  # whatever the stack has left
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
CUSTOMER_LEVELS = 7  # customers, one, contracts, one, services, one, ticket_categories


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; `str()` is what people click on."""

    file: str
    line: int | None = None  # from 1; None when the whole file, or the database, is meant

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file. `value` is a scalar, a list of nodes, or a mapping of nodes; `raw` a scalar's own text."""

    value: Any
    place: Place
    raw: str = ""
    keys: Mapping[str, Place] = field(default_factory=dict)  # where each key of a mapping stands


class WrongConfiguration(Invalid):
    """What is wrong with the files, one line a fault: `file:line: reason`. Nothing was applied."""

    code = "wrong_configuration"

    def lines(self) -> list[str]:
        """The faults in the order of files and lines."""
        return [f"{e.field}: {e.message}" for e in self.errors]


class Problems:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, str], None] = {}  # ordered, and each once

    def add(self, place: Place, reason: str) -> None:
        self.found[(place.file, place.line or 0, reason)] = None

    def check(self) -> None:
        """Raises: WrongConfiguration, if there was any."""
        if self.found:
            raise WrongConfiguration(
                FieldError(str(Place(file, line or None)), "wrong_configuration", reason)
                for file, line, reason in sorted(self.found)
            )


def load(files: Iterable[Path], problems: Problems) -> Node:
    """The files as one mapping of sections. Raises: OSError, if one cannot be read."""
    return gathered(((str(file), file.read_bytes()) for file in files), problems)


def gathered(files: Iterable[tuple[str, bytes]], problems: Problems) -> Node:
    """Files that were read, each with its name, as one mapping of sections."""
    whole: Node = Node({}, Place("the configuration"))
    for name, data in files:
        for document in documents(name, data, problems):
            if isinstance(document.value, dict):
                whole = merged(whole, document, (), problems)
            else:
                problems.add(document.place, "the file must consist of sections, like “queues:”")
    return whole


def documents(name: str, data: bytes, problems: Problems) -> Iterator[Node]:
    """The documents of one file; nothing of a file that is not YAML."""
    import yaml

    try:
        text = data.decode("utf-8-sig")
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as error:
        problems.add(Place(name, data[: error.start].count(b"\n") + 1), "this is not UTF-8 text")
    except yaml.MarkedYAMLError as error:
        problems.add(marked(name, error), yaml_reason(error))
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problems.add(Place(name, line), "a character that YAML does not allow")
    except RecursionError:
        problems.add(Place(name), "nested too deeply")
    else:
        builder = Builder(name, problems)
        yield from (builder.node(root) for root in roots if root.tag != "tag:yaml.org,2002:null")


def marked(name: str, error: "yaml.MarkedYAMLError") -> Place:
    mark = error.problem_mark or error.context_mark
    return Place(name, mark.line + 1 if mark else None)


def yaml_reason(error: "yaml.MarkedYAMLError") -> str:
    return f"not YAML: {error.problem or error.context}".replace("\n", " ")


class Builder:
    """Turns the nodes of PyYAML into ours. Aliases are shared, so their cost is counted, not paid."""

    def __init__(self, file: str, problems: Problems) -> None:
        import yaml

        self.file, self.problems = file, problems
        self.scalars = yaml.constructor.SafeConstructor()
        self.done: dict[int, tuple[Node, int]] = {}
        self.open: set[int] = set()

    def node(self, source: "yaml.Node") -> Node:
        """Our node; a problem and null where the source cannot be one."""
        return self.counted(source)[0]

    def counted(self, source: "yaml.Node") -> tuple[Node, int]:
        key = id(source)
        if key in self.open:
            return self.refused(source, "an alias inside of what it stands for")
        if len(self.open) > MAX_DEPTH:
            return self.refused(source, "nested too deeply")
        if key not in self.done:
            self.open.add(key)
            self.done[key] = self.built(source)
            self.open.discard(key)
        return self.done[key]

    def built(self, source: "yaml.Node") -> tuple[Node, int]:
        import yaml

        if not isinstance(source, yaml.ScalarNode) and source.tag not in COLLECTIONS:
            return self.refused(source, f"“{source.tag}” is not allowed here")
        if isinstance(source, yaml.MappingNode):
            return self.mapping(source)
        if isinstance(source, yaml.SequenceNode):
            parts = [self.counted(one) for one in source.value]
            return self.sized(Node([node for node, _ in parts], self.place(source)), sum(n for _, n in parts) + 1)
        return self.scalar(source)

    def mapping(self, source: "yaml.MappingNode") -> tuple[Node, int]:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        count = 1
        for key_node, value_node in source.value:
            key, place = self.key(key_node), self.place(key_node)
            value, size = self.counted(value_node)
            count += size
            if key in values:
                self.problems.add(place, f"“{key}” is here twice, first in line {keys[key].line}")
            elif key is not None:
                values[key], keys[key] = value, place
        return self.sized(Node(values, self.place(source), keys=keys), count)

    def key(self, source: "yaml.Node") -> str | None:
        """The text of a key, whatever YAML would make of it (`on` is no boolean here)."""
        if isinstance(source.value, str) and source.tag != "tag:yaml.org,2002:merge":
            if not can_be_kept(source.value):
                self.problems.add(self.place(source), UNKEPT)
                return None
            return source.value
        self.problems.add(self.place(source), "a key must be plain text")
        return None

    def scalar(self, source: "yaml.Node") -> tuple[Node, int]:
        if not can_be_kept(source.value):
            return self.refused(source, UNKEPT)
        try:
            value = self.scalars.construct_object(source)
        except (ValueError, KeyError, AttributeError):  # a 30th of February; `!!bool x`, `!!timestamp x`
            return self.refused(source, f"“{source.value}” does not exist")
        except Exception as error:
            if not hasattr(error, "problem_mark"):
                raise
            return self.refused(source, f"“{source.tag}” is not allowed here")
        return Node(value, self.place(source), raw=source.value), 1

    def sized(self, node: Node, count: int) -> tuple[Node, int]:
        if count > MAX_NODES:
            self.problems.add(node.place, "the aliases stand for too much")
            return Node(None, node.place), 1
        return node, count

    def refused(self, source: "yaml.Node", reason: str) -> tuple[Node, int]:
        self.problems.add(self.place(source), reason)
        return Node(REFUSED, self.place(source)), 1

    def place(self, source: "yaml.Node") -> Place:
        return Place(self.file, source.start_mark.line + 1)


class Refused:
    """Stands where something wrong stood that is already named."""


REFUSED = Refused()


def merged(one: Node, two: Node, path: tuple[str, ...], problems: Problems) -> Node:
    """Two mappings as one. Sections and the levels of `customers` are put together; the rest is defined once."""
    values, keys = dict(one.value), dict(one.keys)
    for key, node in two.value.items():
        if key not in values:
            values[key], keys[key] = node, two.keys[key]
        elif puts_together((*path, key), values[key], node):
            values[key] = merged(values[key], node, (*path, key), problems)
        else:
            problems.add(two.keys[key], f"“{key}” is already defined in {keys[key]}")
    return Node(values, one.place, keys=keys)


def puts_together(path: tuple[str, ...], one: Node, two: Node) -> bool:
    levels = CUSTOMER_LEVELS if path[0] == "customers" else 1
    return len(path) <= levels and isinstance(one.value, dict) and isinstance(two.value, dict)


def as_node(value: Any, place: Place) -> Node:
    """A plain tree as nodes that all stand in one place: what the database holds."""
    if isinstance(value, Mapping):
        return Node({key: as_node(one, place) for key, one in value.items()}, place, keys=dict.fromkeys(value, place))
    if isinstance(value, list | tuple):
        return Node([as_node(one, place) for one in value], place)
    return Node(value, place, raw=str(value))


def as_placed(value: Any, path: str, after: str = "") -> Node:
    """A plain tree as nodes that stand at their own paths, `mailboxes/desk@a.example/routes/0/to`: a page's.

    `after` says of each place what it is.
    """
    place = Place(f"{path}{after}")
    if isinstance(value, Mapping):
        values = {key: as_placed(one, f"{path}/{key}" if path else str(key), after) for key, one in value.items()}
        return Node(values, place, keys={key: node.place for key, node in values.items()})
    if isinstance(value, list | tuple):
        return Node([as_placed(one, f"{path}/{number}", after) for number, one in enumerate(value)], place)
    return Node(value, place, raw=str(value))
