"""What was found of a record, and how name servers are asked: by a function, for this floor has no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Ask = Callable[[str, str], tuple[str, ...]]  # name and type, to the values; none where there is no such record
LONGEST = 2000  # characters of a value that are kept


class DnsFault(Exception):
    """Nobody can say: the name server is silent, broken, or says what cannot be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class Verdict(StrEnum):
    """How a record is."""

    GOOD = "good"
    DOUBT = "doubt"  # it works, and could be better; or nothing proves that it works
    BAD = "bad"
    UNKNOWN = "unknown"  # nobody could be asked


@dataclass(frozen=True, slots=True)
class Finding:
    """One record: its verdict, the stable name of the sentence that says why, what is there and what should be."""

    record: str  # mx, spf, dkim, dmarc
    name: str  # where it stands in DNS
    verdict: Verdict
    code: str
    found: tuple[str, ...] = ()
    wanted: str = ""  # the value to add or to change to; empty where nothing needs changing, or only others know
    about: Mapping[str, str] = field(default_factory=dict)  # what the sentence names

    @property
    def kind(self) -> str:
        """The type of the record."""
        return "MX" if self.record == "mx" else "TXT"

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        values = {"found": [one[:LONGEST] for one in self.found], "about": dict(self.about)}
        names = ("record", "name", "code", "wanted")
        return {"verdict": self.verdict.value, **values, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Finding":
        """As it was stored."""
        plain = {name: kept[name] for name in ("record", "name", "code", "wanted", "about")}
        return cls(verdict=Verdict(kept["verdict"]), found=tuple(kept["found"]), **plain)


def unanswered(record: str, name: str, fault: DnsFault) -> Finding:
    """Nothing is known of it today."""
    about = {"name": fault.name, "why": fault.why}
    return Finding(record, name, Verdict.UNKNOWN, "dns_failed", about=about)


def plain_domain(name: str) -> str:
    """As names are compared: lower case, without the dot of the root."""
    return name.strip().lower().rstrip(".")


def aligned(domain: str, other: str, *, strict: bool = False) -> bool:
    """Whether two domains belong together for DMARC (RFC 7489 section 3.1): equal, or one above the other."""
    one, two = plain_domain(domain), plain_domain(other)
    return one == two or (not strict and (one.endswith(f".{two}") or two.endswith(f".{one}")))
