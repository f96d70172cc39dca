"""Skills as they are written and kept: of people and robots, and of processes that ask for them (Q-1)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tramita.models import Person, PersonSkill, SkillDemand, Version
from tramita.services.definitions import values
from tramita.services.definitions.keys import Reading
from tramita.services.definitions.source import Node


def skills(reading: Reading, node: Node) -> tuple[str, ...] | None:
    """Words of the desk's own, in lower case, each once."""
    return values.several(_skill)(reading, node)


def _skill(reading: Reading, node: Node) -> str | None:
    word = values.text(reading, node, values.KEY_LENGTH)
    return word and word.lower()


def have(person: Person, wanted: Collection[str], known: Iterable[PersonSkill]) -> bool:
    """The person has exactly these, where they had the known ones; whether that is anything new."""
    there = {row.skill: row.pk for row in known}
    gone = [pk for skill, pk in there.items() if skill not in wanted]
    new = [skill for skill in wanted if skill not in there]
    PersonSkill.objects.filter(pk__in=gone).delete()
    PersonSkill.objects.bulk_create(PersonSkill(person=person, skill=skill) for skill in new)
    return bool(gone or new)


def demand(version: Version) -> None:
    """Keep what a new version asks for where who pulls finds it. Cost: one statement, none for nothing."""
    asked = dict.fromkeys(_demanded(version.body))
    if asked:
        SkillDemand.objects.bulk_create(
            SkillDemand(version=version, action=action, skill=skill) for action, skill in asked
        )


def _demanded(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("", skill) for skill in body.get("skills", ()))
    for name, action in body.get("actions", {}).items():
        yield from ((name, skill) for skill in action.get("skills", ()))
