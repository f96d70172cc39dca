"""Who acts: a person or robot with their rights, in one statement of plain columns."""

from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound
from tramita.models import Person
from tramita.queries.rows import document, fetch

PLAIN = "p.id, p.name, p.role, p.email, p.organisation_id, p.own_queues_only, p.language, p.time_zone"


def actor_for(person: Person) -> Actor:
    """The person as somebody with rights. Raises: NotFound, if they were deleted meanwhile."""
    return actor_by_id(person.pk)


def actor_by_id(person_id: int) -> Actor:
    """The active person or robot with this id. Raises: NotFound, also for somebody who is not active any more."""
    actor = _actor("p.id = %s", person_id)
    if actor is None:
        raise NotFound("There is no such person.")
    return actor


def by_token_digest(digest: str) -> Actor | None:
    """The owner of the API token with this SHA-256, if still active."""
    return _actor("p.id = (SELECT person_id FROM tokens WHERE digest = %s)", digest)


def person_by_address(address: str) -> Person | None:
    """Who has this address, active or not. Addresses are kept in lower case (MAIL-56)."""
    return Person.objects.filter(email=address.strip().lower()).first()


def person_by_name(address_or_robot: str) -> Person | None:
    """A person by address, or a robot by its name in the configuration."""
    if "@" in address_or_robot:
        return person_by_address(address_or_robot)
    return Person.objects.filter(key=address_or_robot.strip()).first()


def _actor(condition: str, value: object) -> Actor | None:
    """One row a queue and one a grant, each with the person's columns beside."""
    rows = fetch(
        f"SELECT {PLAIN}, m.queue_id, NULL AS path, NULL AS permissions FROM people p "
        f"LEFT JOIN memberships m ON m.person_id = p.id WHERE p.is_active AND {condition} UNION ALL "
        f"SELECT {PLAIN}, NULL, g.path, g.permissions FROM people p "
        f"JOIN grants g ON g.person_id = p.id WHERE p.is_active AND {condition}",
        [value, value],
    )
    return _from_rows(rows) if rows else None


def _from_rows(rows: list[tuple[Any, ...]]) -> Actor:
    person_id, name, role, email, organisation_id, own_queues_only, language, time_zone = rows[0][:8]
    grants = tuple((row[9], frozenset(document(row[10]))) for row in rows if row[9] is not None)
    return Actor(
        id=person_id,
        name=name or email or "",
        role=Role(role),
        email=email or "",
        organisation_id=organisation_id,
        grants=grants or None,
        own_queues_only=bool(own_queues_only),
        queue_ids=frozenset(row[8] for row in rows if row[8] is not None),
        language=language,
        time_zone=time_zone,
    )
