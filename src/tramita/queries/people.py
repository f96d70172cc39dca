"""Who acts: a person or robot with their rights, in one statement of plain columns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound
from tramita.domain.narrowing import read
from tramita.domain.roles import Switches, switches
from tramita.models import OtherAddress, Person
from tramita.queries.bounds import bounds_of
from tramita.queries.records import among
from tramita.queries.rows import document, fetch, stored
from tramita.queries.views import IN_SIDEBAR, Shortcut

COLUMNS = (
    *("id", "name", "role", "email", "organisation_id", "own_queues_only", "language", "time_zone", "sees"),
    *("custom", "builder"),
)
QUEUE, PATH, RIGHTS, MORE = range(len(COLUMNS), len(COLUMNS) + 4)  # where the rest of a row begins
PLAIN = ", ".join(f"p.{column}" for column in COLUMNS)
OF_ROLE = ""  # in the place of a path: what follows are no rights there, but what their role of this desk says
BESIDES = (
    "password",
    "theme",
    "density",
    "hides_time",
)  # the session is bound to the password's hash, the page wants its look


def actor_for(person: Person) -> Actor:
    """The person as somebody with rights. Raises: NotFound, if they were deleted meanwhile.

    Cost: one statement; none for who has just signed in by a session.
    """
    known: Actor | None = getattr(person, "actor", None)  # not from __dict__: request.user is a lazy wrapper
    return known or actor_by_id(person.pk)


def signed_in(person_id: int) -> Person | None:
    """Whose session it is, with rights, if still active: what each page asks first, in one statement.

    Other columns of the person are read when somebody looks at them.
    """
    rows = fetch(
        f"{_statement('p.id = %s', BESIDES, NO_VIEW)} UNION ALL {VIEWS}",
        [person_id] * 5,
    )
    if not rows:
        return None
    actor = _from_rows(rows)
    plain = dict(zip((*COLUMNS, *BESIDES), (*rows[0][:QUEUE], *rows[0][MORE : MORE + len(BESIDES)]), strict=True))
    plain |= {"role": actor.role, "own_queues_only": actor.own_queues_only, "is_active": True}
    names = [field.attname for field in Person._meta.concrete_fields if field.attname in plain]  # in Django's order
    person = Person.from_db("default", names, [plain[name] for name in names])
    vars(person)["actor"] = actor
    vars(person)["shortcuts"] = [
        Shortcut(view, title, read(document(narrowing))) for *_, view, title, narrowing in rows if view is not None
    ]
    return person


def shortcuts_of(person: Person) -> list[Shortcut]:
    """The views in the sidebar of who has signed in by a session; nobody else has a sidebar."""
    found: list[Shortcut] = getattr(person, "shortcuts", [])
    return found


def actor_by_id(person_id: int) -> Actor:
    """The active person or robot with this id. Raises: NotFound, also for somebody who is not active any more."""
    actor = _actor("p.id = %s", person_id)
    if actor is None:
        raise NotFound("There is no such person.")
    return actor


def actors(ids: Collection[int]) -> list[Actor]:
    """Those of these people and robots who are active, in the order of their ids. Cost: one statement."""
    if not ids:
        return []
    wanted = sorted(ids)
    rows = _rows(among("p.id", wanted), wanted)
    by_person: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_person.setdefault(row[0], []).append(row)
    return [_from_rows(by_person[one]) for one in sorted(by_person)]


def by_token_digest(digest: str) -> Actor | None:
    """The owner of the API token with this SHA-256, if still active."""
    return _actor("p.id = (SELECT person_id FROM tokens WHERE digest = %s)", digest)


def by_access_digest(digest: str, *, at: datetime) -> Actor | None:
    """Who let a program work with their rights by the token with this SHA-256, if it is alive and they are active."""
    living = "p.id = (SELECT person_id FROM tool_access WHERE access = %s AND access_until > %s)"
    rows = _rows(living, [digest, stored(at)])
    return _from_rows(rows) if rows else None


def person_by_address(address: str) -> Person | None:
    """Who has this address, active or not, also as one of a double. Addresses are kept in lower case (MAIL-56)."""
    key = address.strip().lower()
    return Person.objects.filter(Q(email=key) | Q(pk__in=_of_doubles([key]).values("person"))).first()


def by_other_addresses(addresses: Collection[str]) -> dict[str, Person]:
    """The active people to whom these addresses of doubles lead. Cost: one statement, none for nothing."""
    rows = _of_doubles(addresses).filter(person__is_active=True).select_related("person") if addresses else ()
    return {row.address: row.person for row in rows}


def _of_doubles(addresses: Collection[str]) -> "QuerySet[OtherAddress]":
    return OtherAddress.objects.filter(address__in=addresses)


def person_by_name(address_or_robot: str) -> Person | None:
    """A person by address, or a robot by its name in the configuration."""
    if "@" in address_or_robot:
        return person_by_address(address_or_robot)
    return Person.objects.filter(key=address_or_robot.strip()).first()


def _actor(condition: str, value: object) -> Actor | None:
    rows = _rows(condition, [value])
    return _from_rows(rows) if rows else None


def _rows(condition: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """One row a queue and one a grant, each with the person's columns beside; their role of this desk as one more."""
    return fetch(_statement(condition), [*values, *values, *values])


def _statement(condition: str, more: Sequence[str] = (), last: str = "") -> str:
    besides = "".join(f", p.{column}" for column in more) + last
    return (
        f"SELECT {PLAIN}, m.queue_id, NULL AS path, NULL AS permissions{besides} FROM people p "
        f"LEFT JOIN memberships m ON m.person_id = p.id WHERE p.is_active AND {condition} UNION ALL "
        f"SELECT {PLAIN}, NULL, g.path, g.permissions{besides} FROM people p "
        f"JOIN grants g ON g.person_id = p.id WHERE p.is_active AND {condition} UNION ALL "
        f"SELECT {PLAIN}, NULL, '{OF_ROLE}', v.body{besides} FROM people p JOIN definitions d ON d.kind = 'role' AND "
        f"d.key = p.custom JOIN versions v ON v.id = d.current_id WHERE p.is_active AND {condition}"
    )


NOTHING_SWITCHED = Switches()
NO_VIEW = ", CAST(NULL AS bigint), CAST(NULL AS varchar), CAST(NULL AS jsonb)"  # their types are PostgreSQL's wish
# the views that a person may open (`views.open_to`), their own first, along with who they are: no statement of its own
VIEWS = (
    f"SELECT {PLAIN.replace('p.', 's.')}, NULL, NULL, NULL, {', '.join(f's.{column}' for column in BESIDES)}, "
    "s.view, s.title, s.narrowing FROM (SELECT p.*, v.id AS view, v.title, v.narrowing FROM people p "
    "JOIN views v ON v.owner_id = p.id OR v.shared = 'all' OR (v.shared = 'team' AND v.team_id IN "
    "(SELECT queue_id FROM memberships WHERE person_id = %s)) WHERE p.is_active AND p.id = %s "
    f"ORDER BY CASE WHEN v.owner_id = p.id THEN 0 ELSE 1 END, v.title, v.id LIMIT {IN_SIDEBAR}) s"
)


def _from_rows(rows: list[tuple[Any, ...]]) -> Actor:
    person_id, name, role, email, organisation_id, own_queues_only, language, time_zone, sight, *more = rows[0][:QUEUE]
    grants = tuple((row[PATH], frozenset(document(row[RIGHTS]))) for row in rows if row[PATH])
    known, switched = Role(role), _switched(rows, *more)
    return Actor(
        id=person_id,
        name=name or email or "",
        role=known,
        email=email or "",
        organisation_id=organisation_id,
        grants=grants or None,
        own_queues_only=bool(own_queues_only),
        queue_ids=frozenset(row[QUEUE] for row in rows if row[QUEUE] is not None),
        language=language,
        time_zone=time_zone,
        sees=sight or "",
        bounds=bounds_of(person_id) if known is Role.ROBOT else None,
        also=switched.also,
        never=switched.never,
    )


def _switched(rows: list[tuple[Any, ...]], custom: str | None, builder: str | None) -> Switches:
    """What is switched by a role of this desk, as it says at the moment, and by that of a builder (SEC-1)."""
    if custom is None and builder is None:
        return NOTHING_SWITCHED
    said: dict[str, Any] = next((document(row[RIGHTS]) for row in rows if row[PATH] == OF_ROLE), {})
    return switches(said.get("options", {}), builder or "")
