"""How a test run begins: what is tried is in force, who plays is there, and a Ticket or a Case starts (BU-5).

It begins by hand, or by a mail to a route that may be used in test runs (M-24). Robots that take part in test runs are
there, those that work live are not (B-1).
"""

import secrets
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Definition, Item, Person, Route, SeenMessage, Trial, Version
from tramita.queries.mailboxes import directory
from tramita.queries.people import actor_by_id
from tramita.services import receiving, starting
from tramita.services.sorting_mail import sort_out
from tramita.services.trial_moves import Cast
from tramita.services.verifying import verified


def begin(trial: Trial) -> tuple[Item, Cast]:
    """In a transaction that is taken back. Raises: what starting it refuses."""
    process = _in_force(trial)
    doer, reviewer = (_somebody(name, at=trial.begun_at) for name in ("Test 1", "Test 2"))
    cast = Cast(doer, reviewer, _robots())
    start = trial.start
    if start.get("route"):
        return _by_mail(process, trial), cast
    requester, fields = start["requester"] or None, start["fields"]
    if process.kind == "category":
        item = starting.start_ticket(
            title=start["title"],
            description=start["description"],
            category=process.key,
            requester=requester,
            fields=fields,
            by=doer,
            at=trial.begun_at,
        )
    else:
        item = starting.start_case(
            case_type=process.key,
            short_description=start["short_description"],
            requester=requester,
            fields=fields,
            by=doer,
            at=trial.begun_at,
        )
    return item, cast


def routes(process_id: int) -> list[str]:
    """Addresses of the process that may be used in test runs (M-24)."""
    found = Route.objects.filter(process=process_id, active=True, mailbox__active=True, test=True)
    return list(found.order_by("address").values_list("address", flat=True))


def _in_force(trial: Trial) -> Definition:
    """The process says what is tried."""
    process = Definition.objects.get(pk=trial.process_id)
    number = Version.objects.filter(definition=process).count() + 1
    # what is read by the id stays in the memory of the process, so no version ever has it, nor another test run
    version = Version(
        id=trial.stand_in, definition=process, number=number, body=trial.body, published_at=trial.begun_at
    )
    version.save(force_insert=True)
    Definition.objects.filter(pk=process.pk).update(current=version, active=True)
    return process


def _somebody(name: str, *, at: datetime) -> Actor:
    """Who works and who reviews in a test run is nobody of this desk."""
    address = f"{name.replace(' ', '')}@trial.invalid".lower()
    made = Person.objects.create(name=name, email=address, role=Role.ADMINISTRATOR, created_at=at)
    return actor_by_id(made.pk)


def _robots() -> dict[str, Actor]:
    """Robots for test runs, or for both, are there and the others are not, whatever they are to live work (B-1)."""
    robots = list(Person.objects.filter(role=Role.ROBOT).exclude(robot=None))
    part = [one for one in robots if _takes_part(one)]
    Person.objects.filter(role=Role.ROBOT).update(is_active=False)
    Person.objects.filter(pk__in=[one.pk for one in part]).update(is_active=True)
    return {one.key or "": actor_by_id(one.pk) for one in part}


def _takes_part(robot: Person) -> bool:
    said = robot.robot or {}
    return (said.get("mode") == "test" and not said.get("off")) or (said.get("mode") == "both" and robot.is_active)


def _by_mail(process: Definition, trial: Trial) -> Item:
    """What a mail of the requester starts by this route, by the very code that sorts mail (decision 23)."""
    start, at = trial.start, trial.begun_at
    if start["route"] not in routes(process.pk):
        raise Invalid.one("route", "unknown", "Choose a route that may be used in test runs.")
    if not start["requester"]:
        raise Invalid.one("requester", "required", "This is needed.")
    if start["fields"]:
        raise Invalid.one("fields", "not_by_mail", "A mail brings no fields. Change them afterwards.")
    raw = _letter(trial)
    desk, mail = directory(), verified(receiving.read(raw, {}), raw, received=at)
    mailbox = desk.mailbox_of(start["route"]) or ""
    seen = SeenMessage.objects.create(
        mailbox=mailbox, source="trial", raw="", content=f"trial {mail.digest[:50]}", size=len(raw), seen_at=at
    )
    outcome = sort_out(seen, mail, desk=desk, at=at, rehearsed=True)
    found = references.parse(outcome.items[0]) if outcome.outcome == "created" and outcome.items else None
    item = Item.objects.filter(number=found.number, process=process.pk).first() if found else None
    if item is None:
        raise Conflict("A mail like this would start nothing by this route.", code="nothing_started")
    return item


def _letter(trial: Trial) -> bytes:
    start = trial.start
    letter = EmailMessage(policy=SMTPUTF8)
    letter["From"], letter["To"] = (" ".join(str(start[name]).split()) for name in ("requester", "route"))
    letter["Subject"] = " ".join(str(start.get("title") or start.get("short_description") or "").split())
    letter["Message-ID"] = f"<{secrets.token_hex(8)}@trial.invalid>"
    letter["Date"] = trial.begun_at
    letter.set_content(str(start.get("description") or ""))
    return letter.as_bytes()
