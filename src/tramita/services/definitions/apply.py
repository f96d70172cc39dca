"""`apply`: make the configuration equal to the files, in one transaction.

A section that no file has is left alone. What was configured and is not in its section any more is deactivated,
never deleted. A changed definition gets a new version; items that run keep theirs (SLA-17).
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Q

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.domain.robots import EXTERNAL
from tramita.models import Person
from tramita.services import farms, starting_by_time
from tramita.services.definitions import export
from tramita.services.definitions.changes import record
from tramita.services.definitions.plain import Tree
from tramita.services.definitions.publishing import Publisher
from tramita.services.definitions.reading import Configuration, read
from tramita.services.definitions.rows import People, Rows
from tramita.services.definitions.source import Node, Place, Problems, as_placed, load
from tramita.services.definitions.tally import Applied, Tally
from tramita.services.transactions import writing

APPLY_LOCK = 7_482_911  # of PostgreSQL, held by the one apply that runs
AS_BEFORE = " as applied before"


class _Rehearsed(Exception):
    """Ends the transaction of a dry run."""


def apply(files: Iterable[Path], *, by: Actor, at: datetime, dry_run: bool = False) -> Applied:
    """The configuration becomes what these files say, all of it or nothing.

    Raises: WrongConfiguration, naming every fault with file and line; OSError, if a file cannot be read.
    """
    problems = Problems()
    return publish(load(files, problems), problems, by=by, at=at, dry_run=dry_run, from_files=True)


def publish(
    root: Node, problems: Problems, *, by: Actor, at: datetime, dry_run: bool = False, from_files: bool = False
) -> Applied:
    """As `apply`, for sections that come from a page: screens and files are two views of one model.

    What people said of their own absence stays where `from_files` name none; a page shows it, and so takes it away.

    Raises: WrongConfiguration, naming every fault with its place.
    """
    tally = Tally(sections=frozenset(root.value))
    with writing(), suppress(_Rehearsed), transaction.atomic():  # what is rehearsed is taken back, in any transaction
        one_at_a_time()
        before = export.current()
        configuration = read(filled(root, before), problems, others=others())
        write(configuration, tally, by=by, at=at, own_stays=from_files)
        record(before, tally.applied(), by=by, at=at)
        if dry_run:
            raise _Rehearsed
    return tally.applied()


def one_at_a_time() -> None:
    """On SQLite there is one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLY_LOCK])


def filled(root: Node, before: Tree) -> Node:
    """The files' sections, and the database's where the files have none: together they must make sense."""
    values, keys = dict(root.value), dict(root.keys)
    for name, section in before.items():
        if name not in values:
            keys[name] = Place(f"{name}{AS_BEFORE}")
            values[name] = as_placed(section, name, AS_BEFORE)
    return Node(values, root.place, keys=keys)


def others() -> list[str]:
    """Users and robots that work here though no file ever named them (`user create`)."""
    working = Q(is_active=True, role__in=[*STAFF, Role.ROBOT]) | Q(**{f"robot__{EXTERNAL}": True})
    rows = Person.objects.filter(working, configured=False)
    return [email or key or "" for email, key in rows.values_list("email", "key")]


def write(configuration: Configuration, tally: Tally, *, by: Actor, at: datetime, own_stays: bool = False) -> None:
    """Every section, what is referred to before what refers to it."""
    publisher, rows, people = (
        Publisher(tally, by=by, at=at),
        Rows(tally, at=at),
        People(tally, at=at, own_stays=own_stays),
    )
    if "settings" in tally.sections:
        publisher.settings(configuration.settings)
    publisher.properties(configuration.properties)
    publisher.schedules(configuration.schedules)
    publisher.calendars(configuration.calendars)
    publisher.due_rules(configuration)
    publisher.roles(configuration.roles)
    publisher.teams(configuration.teams)
    publisher.positions(configuration.positions)
    organisations = rows.organisations(configuration.organisations)
    persons = people.write(configuration.people, organisations)
    rows.account_managers(configuration.organisations, organisations, persons)
    rows.queues(configuration.queues, persons, configuration.teams)
    for key in farms.settle():
        tally.note("queues", key, changed=True)
    processes = publisher.customers(configuration.customers, organisations)
    rows.mailboxes(configuration.mailboxes, processes)
    publisher.approval_types(configuration.approval_types)
    publisher.sign_on(configuration.sign_on)
    publisher.canned_texts(configuration.canned_texts)
    publisher.mail_templates(configuration.mail_templates)
    publisher.retire()
    starting_by_time.plan(at=at)
