"""Who can do what (Q-1)."""

from collections.abc import Collection, Mapping

from tramita.domain.actors import Actor
from tramita.models import PersonSkill
from tramita.queries.visibility import Fragment

OWN = "(SELECT s.skill FROM person_skills s WHERE s.person_id = %s)"
ASKED = "EXISTS (SELECT 1 FROM skill_demands w WHERE w.version_id > 0)"  # any process ever asked; by its index, one row


def of_people(people: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Who of them has which; nothing for none. Cost: one statement."""
    found: dict[int, set[str]] = {}
    for person, skill in PersonSkill.objects.filter(person__in=people).values_list("person_id", "skill"):
        found.setdefault(person, set()).add(skill)
    return {person: frozenset(skills) for person, skills in found.items()}


def enough(actor: Actor) -> Fragment:
    """Of items: those that ask for nothing that the actor cannot do, by the version that they run under."""
    return Fragment(
        "NOT EXISTS (SELECT 1 FROM skill_demands d WHERE d.version_id = items.process_version_id "
        f"AND d.action = COALESCE(items.action_name, '') AND d.skill NOT IN {OWN})",
        (actor.id,),
    )
