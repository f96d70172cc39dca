"""What an `apply` created, changed and left."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Applied:
    """Names like `queues/invoices`. What left the files is among the changed, and in `retired` besides."""

    created: list[str]
    changed: list[str]
    left: list[str]
    retired: list[str]

    def as_json(self) -> dict[str, list[str]]:
        """The object of INTERFACES section 2."""
        return {"created": self.created, "changed": self.changed, "left": self.left}


@dataclass(slots=True)
class Tally:
    """Counts while it is written. What is left is named only for the sections that the files have."""

    sections: frozenset[str]
    outcomes: dict[str, str] = field(default_factory=dict)

    def note(self, section: str, key: str, *, created: bool = False, changed: bool = False) -> None:
        """Note what became of one thing; the strongest of several notes counts."""
        name = f"{section}/{key}" if key else section
        if created:
            self.outcomes[name] = "created"
        elif changed:
            self.outcomes.setdefault(name, "changed")
            if self.outcomes[name] == "left":
                self.outcomes[name] = "changed"
        elif section.split("/")[0] in self.sections:
            self.outcomes.setdefault(name, "left")

    def retire(self, section: str, key: str) -> None:
        """Note that something is not used any more."""
        self.outcomes[f"{section}/{key}"] = "retired"

    def applied(self) -> Applied:
        """The lists, sorted."""
        return Applied(
            created=self._all("created"),
            changed=self._all("changed", "retired"),
            left=self._all("left"),
            retired=self._all("retired"),
        )

    def _all(self, *outcomes: str) -> list[str]:
        return sorted(name for name, outcome in self.outcomes.items() if outcome in outcomes)
