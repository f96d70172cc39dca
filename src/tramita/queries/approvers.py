"""Who is asked by an approval Action: the contacts that its rules name (EA-1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.codes import Role
from tramita.domain.conditions import holds, lookup
from tramita.domain.definitions import ActionDefinition, ApprovalLevel
from tramita.domain.mime.model import address_key
from tramita.models import Item, Person

CONTACTS = (Role.REQUESTER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Found:
    """A level as it can be asked; `missing` are those who are named and no contact, as they are named."""

    people: Sequence[Person]
    every: bool
    missing: Sequence[str]

    @property
    def enough(self) -> bool:
        """Whether it can be decided: by each of them, or by one."""
        return bool(self.people) and not (self.every and self.missing)


def levels_of(definition: ActionDefinition, values: Mapping[str, Any]) -> Sequence[ApprovalLevel]:
    """Those of the first rule that holds of the Case."""
    held = (one for one in definition.rules if one.when is None or holds(one.when, values))
    rule = next(held, None)
    return rule.levels if rule else definition.levels


def find(levels: Sequence[ApprovalLevel], case: Item) -> list[Found]:
    """The active contacts of each level, nobody twice on one. Cost: one statement; one for each tag that is named."""
    named = {word: _address(case, word) for level in levels for word in level.approvers}
    wanted = {address_key(one) for one in named.values() if one}
    rows = Person.objects.filter(email__in=wanted, role__in=CONTACTS, is_active=True)
    known = {one.email: one for one in rows}
    return [_found(level, named, known) for level in levels]


def _found(level: ApprovalLevel, named: Mapping[str, str], known: Mapping[str | None, Person]) -> Found:
    people = {word: known.get(address_key(named[word])) for word in level.approvers}
    return Found(
        list({one.pk: one for one in people.values() if one is not None}.values()),
        level.every,
        [named[word] or word for word, one in people.items() if one is None],
    )


def _address(case: Item, word: str) -> str:
    if word.startswith("fields."):
        return str(lookup({"fields": case.fields}, word) or "").strip()
    if word == "primary":
        return _of(case.primary_contact)
    return _of(case.requester) if word == "requester" else word


def _of(person: Person | None) -> str:
    return (person.email or "") if person else ""
