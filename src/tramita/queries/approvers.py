"""Who is asked by an approval Action, or by a type with levels: the contacts that these name (EA-1, Z-16)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain.codes import Kind, Role
from tramita.domain.conditions import holds, lookup
from tramita.domain.mime.model import address_key
from tramita.domain.process_definitions import ActionDefinition, ApprovalLevel
from tramita.models import Item, Person
from tramita.queries.managers import managers_of

CONTACTS = (Role.REQUESTER, Role.MANAGER)
OF_MANAGERS = ("managers", "parent_managers")


@dataclass(frozen=True, slots=True)
class Found:
    """A level as it can be asked; `missing` are those who are named and no contact, as they are named."""

    people: Sequence[Person]
    every: bool
    missing: Sequence[str]
    least: int = 1

    @property
    def enough(self) -> bool:
        """Whether it can be decided: by each of them, or by so many."""
        return len(self.people) >= self.least and not (self.every and self.missing)


def levels_of(definition: ActionDefinition, values: Mapping[str, Any]) -> Sequence[ApprovalLevel]:
    """Those of the first rule that holds of the Case."""
    held = (one for one in definition.rules if one.when is None or holds(one.when, values))
    rule = next(held, None)
    return rule.levels if rule else definition.levels


def find(levels: Sequence[ApprovalLevel], item: Item) -> list[Found]:
    """The active contacts of each level, nobody twice on one. Of a Ticket they are managers of its organisation or the
    parent (AP-11). Cost: two statements; one for each tag that is named."""
    words = {word for level in levels for word in level.approvers}
    managers = list(managers_of(item.organisation_id)) if item.kind is Kind.TICKET or words & set(OF_MANAGERS) else []
    sought = {word: _address(item, word) for word in words if word not in OF_MANAGERS}
    known = {one.email: one for one in _contacts(item, sought.values(), managers)}
    found: dict[str, list[Person]] = {
        "managers": [one for one in managers if one.organisation_id == item.organisation_id],
        "parent_managers": [one for one in managers if one.organisation_id != item.organisation_id],
    }
    for word, address in sought.items():
        one = known.get(address_key(address))
        found[word] = [one] if one else []
    return [_found(level, found, sought) for level in levels]


def _contacts(item: Item, addresses: Iterable[str], managers: list[Person]) -> Iterable[Person]:
    if item.kind is Kind.TICKET:
        return managers
    wanted = {address_key(one) for one in addresses if one}
    return Person.objects.filter(email__in=wanted, role__in=CONTACTS, is_active=True)


def _found(level: ApprovalLevel, found: Mapping[str, Sequence[Person]], sought: Mapping[str, str]) -> Found:
    return Found(
        list({one.pk: one for word in level.approvers for one in found[word]}.values()),
        level.every,
        [sought.get(word) or word for word in level.approvers if not found[word]],
        level.least,
    )


def _address(item: Item, word: str) -> str:
    if word.startswith("fields."):
        return str(lookup({"fields": item.fields}, word) or "").strip()
    if word == "primary":
        return _of(item.primary_contact)
    return _of(item.requester) if word == "requester" else word


def _of(person: Person | None) -> str:
    return (person.email or "") if person else ""
