"""What is configured and is no version: organisations, people, queues, mailboxes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Model, Q

from tramita.domain.codes import Kind
from tramita.domain.definitions import (
    Absence,
    MailboxDefinition,
    OrganisationDefinition,
    PersonDefinition,
    QueueDefinition,
    TeamDefinition,
)
from tramita.domain.robots import Mode
from tramita.models import Definition, Grant, Mailbox, Membership, Organisation, Person, Queue, Route
from tramita.services import idle_timers, refit_timers, visits
from tramita.services.definitions import skills
from tramita.services.definitions.tally import Tally
from tramita.services.definitions.values import TITLE_LENGTH

SECTION_OF_ROLE = {"requester": "contacts", "manager": "contacts", "robot": "robots"}


def update(row: Model, columns: Mapping[str, Any]) -> bool:
    """Write the columns that differ; whether there were any."""
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=[*changed])
    return bool(changed)


class Rows:
    """Organisations, queues and mailboxes."""

    def __init__(self, tally: Tally, *, at: datetime) -> None:
        self.tally, self.at = tally, at

    def organisations(self, wanted: Mapping[str, OrganisationDefinition]) -> dict[str, Organisation]:
        """Parents before their branches. The account managers come later, when the people exist."""
        known = {row.key: row for row in Organisation.objects.all()}
        for key, one in sorted(wanted.items(), key=lambda entry: entry[1].parent is not None):
            parent = known[one.parent].pk if one.parent else None
            columns: dict[str, Any] = {
                "name": one.name,
                "parent_id": parent,
                "domains": list(one.domains),
                "active": True,
                "due": one.due,
            }
            columns["properties"] = dict(one.properties) or None
            found = known.get(key)
            known[key] = found or Organisation.objects.create(key=key, **columns)
            self.tally.note("organisations", key, created=not found, changed=update(known[key], columns))
        for key, row in known.items():
            if key not in wanted and update(row, {"active": False}):
                self.tally.retire("organisations", key)
        return known

    def account_managers(
        self,
        wanted: Mapping[str, OrganisationDefinition],
        rows: Mapping[str, Organisation],
        people: Mapping[str, Person],
    ) -> None:
        """Who at the desk answers for an organisation (AP-2)."""
        for key, one in wanted.items():
            manager = people[one.account_manager].pk if one.account_manager else None
            self.tally.note("organisations", key, changed=update(rows[key], {"account_manager_id": manager}))

    def queues(
        self,
        wanted: Mapping[str, QueueDefinition],
        people: Mapping[str, Person],
        teams: Mapping[str, TeamDefinition],
    ) -> None:
        """Queues with exactly these members, besides those by a farm (Q-1, Q-10); where several would be called the
        same, with their teams (Q-4)."""
        shown = titles(wanted, teams)
        known = {row.key: row for row in Queue.objects.prefetch_related("memberships")}
        for key, one in wanted.items():
            columns: dict[str, Any] = {
                "title": shown[key],
                "own_title": None if shown[key] == one.title else one.title,
                "name": one.name,
                "team": one.team,
                "strict": one.strict,
                "return_idle": one.return_idle,
                "farms": sorted({*one.farms}) or None,
                "active": True,
            }
            found = known.get(key)
            row = found or Queue.objects.create(key=key, **columns)
            if one.return_idle and (one.return_idle != row.return_idle or not row.active):
                idle_timers.take_hold(row.pk, one.return_idle, at=self.at)
            changed = update(row, columns) | self._members(row, one, people)
            self.tally.note("queues", key, created=not found, changed=changed)
        gone = [row for key, row in known.items() if key not in wanted and update(row, {"active": False})]
        for row in gone:
            self.tally.retire("queues", row.key)
        refit_timers.of_queues([row.pk for row in gone], at=self.at)

    def _members(self, row: Queue, one: QueueDefinition, people: Mapping[str, Person]) -> bool:
        wanted = {
            people[who].pk: {"manager": who in one.managers, "said": one.with_team.get(who)} for who in one.members
        }
        rows = {membership.person_id: membership for membership in row.memberships.all()}
        gone = [one.pk for who, one in rows.items() if who not in wanted and not one.by_farm]
        Membership.objects.filter(pk__in=gone).delete()
        new = [who for who in wanted if who not in rows]
        Membership.objects.bulk_create(Membership(queue=row, person_id=who, **wanted[who]) for who in new)
        named = {"by_farm": None}
        changed = [update(rows[who], {**wanted[who], **named}) for who in wanted if who in rows]
        return bool(gone or new) or any(changed)

    def mailboxes(self, wanted: Mapping[str, MailboxDefinition], processes: Mapping[str, Definition]) -> None:
        """Mailboxes with exactly these routes (M-24)."""
        known = {row.address: row for row in Mailbox.objects.all()}
        routes = {row.address: row for row in Route.objects.select_related("mailbox")}
        for address, one in wanted.items():
            columns = {
                "plus_addressing": one.plus_addressing,
                "refuse_unknown_senders": one.refuse_unknown_senders,
                "settings": dict(one.incoming),
                "name": one.name,
                "signature": one.signature,
                "authserv_id": one.authserv_id,
                "trusted": one.trusted,
                "automatic_answers_wake": one.automatic_answers_wake,
                "copy_sent": one.copy_sent,
                "outgoing": dict(one.outgoing) or None,
                "dkim_selectors": list(one.dkim_selectors) or None,
                "active": True,
            }
            found = known.get(address)
            row = found or Mailbox.objects.create(address=address, **columns)
            if row.settings != columns["settings"]:
                visits.try_now(row)
                columns["plus_delivered"] = None  # another server, perhaps: nobody knows what it delivers
            changed = update(row, columns) | self._routes(row, one, routes, processes)
            self.tally.note("mailboxes", address, created=not found, changed=changed)
        self._retire_routes({route.to for one in wanted.values() for route in one.routes}, routes)
        for address, row in known.items():
            if address not in wanted and update(row, {"active": False}):
                self.tally.retire("mailboxes", address)

    def _routes(
        self, box: Mailbox, one: MailboxDefinition, known: dict[str, Route], processes: Mapping[str, Definition]
    ) -> bool:
        changed = []
        for position, route in enumerate(one.routes):
            kind = "category" if route.start is Kind.TICKET else "case_type"
            columns = {
                "mailbox_id": box.pk,
                "process_id": processes[f"{kind} {route.process}"].pk,
                "acknowledge": route.acknowledge,
                "test": route.test or None,
                "position": position,
                "active": True,
            }
            found = known.get(route.to)
            known[route.to] = found or Route.objects.create(address=route.to, **columns)
            changed += [not found, update(known[route.to], columns)]
        return any(changed)

    def _retire_routes(self, named: set[str], known: Mapping[str, Route]) -> None:
        for address, row in known.items():
            if address not in named and update(row, {"active": False}):
                self.tally.note("mailboxes", row.mailbox.address, changed=True)


def titles(queues: Mapping[str, QueueDefinition], teams: Mapping[str, TeamDefinition]) -> dict[str, str]:
    """What people read: behind a title that several queues have, that of the team (Q-4)."""
    often = Counter(one.title for one in queues.values())
    found = {}
    for key, one in queues.items():
        behind = f" · {teams[one.team].title}" if one.team and often[one.title] > 1 else ""
        found[key] = one.title[: TITLE_LENGTH - len(behind)] + behind if behind else one.title
    return found


class People:
    """Contacts, users and robots. Passwords, tokens and what people chose for themselves are not touched."""

    def __init__(self, tally: Tally, *, at: datetime, own_stays: bool = False) -> None:
        self.tally, self.at = tally, at
        self.own_stays = own_stays  # an absence that somebody said themselves
        self.moved: set[int] = set()  # who may have lost what they could do

    def write(
        self, wanted: Mapping[str, PersonDefinition], organisations: Mapping[str, Organisation]
    ) -> dict[str, Person]:
        """Create and change those named; deactivate those whom an earlier configuration named. All staff, by name."""
        known = {row.called: row for row in self._rows(wanted)}
        for key, one in wanted.items():
            organisation = organisations[one.organisation] if one.organisation else None
            columns, found = self._columns(one, organisation), known.get(key)
            columns["absent"] = self._absent(found, columns["absent"])
            known[key] = found or self._create(one, columns)
            changed = update(known[key], columns) | self._grants(known[key], one)
            changed |= skills.have(known[key], one.skills, known[key].skills.all())
            if found and changed:
                self.moved.add(found.pk)
            self.tally.note(section_of(known[key]), key, created=not found, changed=changed)
            update(known[key], {"configured": True})
        for key, one in wanted.items():
            above = known[one.reports_to].pk if one.reports_to else None
            self.tally.note(section_of(known[key]), key, changed=update(known[key], {"reports_to_id": above}))
        self._retire(wanted, known)
        roles = [name.removeprefix("roles/") for name, what in self.tally.outcomes.items() if what == "changed"]
        self.moved |= {row.pk for row in known.values() if row.custom in roles}
        refit_timers.of_people(self.moved, at=self.at)
        return known

    def _rows(self, wanted: Mapping[str, PersonDefinition]) -> Iterable[Person]:
        """Those named now or before, and whoever works here."""
        by_address = Q(email__in=[key for key in wanted if "@" in key])
        theirs = ~Q(role__in=("requester", "manager")) | Q(configured=True) | by_address
        return Person.objects.filter(theirs).prefetch_related("grants", "skills")

    def _columns(self, one: PersonDefinition, organisation: Organisation | None) -> dict[str, Any]:
        """A language or zone that the configuration does not name is the person's own choice."""
        columns: dict[str, Any] = {
            "name": one.name,
            "role": one.role,
            "custom": one.custom,
            "builder": one.builder,
            "organisation_id": organisation and organisation.pk,
            "is_active": one.active and one.mode != Mode.TEST,  # for live work a robot for test runs is not there
            "own_queues_only": one.own_queues_only,
            "sees": one.sees,
            "due": one.due,
            "calendar": one.calendar,
            "absent": absence(one.absent),
            "properties": dict(one.properties) or None,
            "robot": robot(one),
        }
        chosen = {"language": one.language, "time_zone": one.time_zone}
        return columns | {name: value for name, value in chosen.items() if value}

    def _absent(self, found: Person | None, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        """As it is where nothing else is said of it, or nothing is named and it is their own word."""
        kept: dict[str, Any] | None = found.absent if found else None
        if kept is None:
            return wanted
        same = wanted == {name: value for name, value in kept.items() if name != "own"}
        return kept if same or (wanted is None and self.own_stays and kept.get("own")) else wanted

    def _create(self, one: PersonDefinition, columns: Mapping[str, Any]) -> Person:
        name = {"email": one.key} if "@" in one.key else {"key": one.key}
        return Person.objects.create(password=make_password(None), created_at=self.at, **name, **columns)

    def _grants(self, row: Person, one: PersonDefinition) -> bool:
        wanted = {path: list(permissions) for path, permissions in one.grants.items()}
        rows = {grant.path: grant for grant in row.grants.all()}
        gone = [grant.pk for path, grant in rows.items() if path not in wanted]
        Grant.objects.filter(pk__in=gone).delete()
        new = [path for path in wanted if path not in rows]
        Grant.objects.bulk_create(Grant(person=row, path=path, permissions=wanted[path]) for path in new)
        changed = [update(rows[path], {"permissions": wanted[path]}) for path in wanted if path in rows]
        return bool(gone or new) or any(changed)

    def _retire(self, wanted: Mapping[str, PersonDefinition], known: Mapping[str, Person]) -> None:
        for key, row in known.items():
            if row.configured and key not in wanted:
                update(row, {"configured": False, "is_active": False})
                self.moved.add(row.pk)
                self.tally.retire(section_of(row), key)


def section_of(row: Person) -> str:
    return SECTION_OF_ROLE.get(row.role.value, "users")


def absence(absent: Absence | None) -> dict[str, str | None] | None:
    if absent is None:
        return None
    return {"from": absent.start.isoformat(), "to": absent.end.isoformat(), "substitute": absent.substitute}


def robot(one: PersonDefinition) -> dict[str, Any] | None:
    if one.lease is None:
        return None
    said: dict[str, Any] = {"kinds": [kind.value for kind in one.kinds], "lease": int(one.lease.total_seconds())}
    said |= one.terms
    said |= {"mode": one.mode} if one.mode != Mode.LIVE else {}
    return said | ({"off": True} if one.mode == Mode.TEST and not one.active else {})
