"""What happened to each item, told in the order of time through the very functions that services use.

An item is an `Unwritten`: it has the attributes of the model and costs a tenth of one. Its entries are those of
`ledger.Change`, its moves those of the lifecycle tables, its clock that of `domain.due_dates`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Listed, Method, State, Visibility, WaitType
from tramita.domain.lifecycle import Row
from tramita.domain.lifecycles import LIFECYCLES
from tramita.models import Item
from tramita.services import clockwork, ledger, moving
from tramita.services.ledger import Change
from tramita.services.seeding import words
from tramita.services.seeding.profiles import Profile
from tramita.services.seeding.reference import ANCHOR, Asking, Desk, Process

DEFAULTS = {name: ledger.default(column) for name, column in ledger.ATTNAMES.items() if name != "id"}
MUTABLE = [name for name, value in DEFAULTS.items() if isinstance(value, dict | list)]


class Unwritten:
    """An item on its way to the database."""

    def __init__(self, pk: int, kind: Kind, number: int) -> None:
        self.__dict__.update(DEFAULTS)
        for name in MUTABLE:
            self.__dict__[name] = type(DEFAULTS[name])()
        self.pk, self.version, self.updated_at = pk, 0, ANCHOR
        self.first = {"kind": kind, "number": number}


@dataclass(slots=True)
class Story:
    """One item with its entries, mails and timers, as rows by column."""

    item: Any  # an Unwritten, which stands in for an Item
    at: datetime
    entries: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    timers: dict[str, datetime] = field(default_factory=dict)

    def change(self, by: Actor) -> Change:
        """What happens now."""
        return Change(cast("Item", self.item), by, self.at)

    def write(self, change: Change) -> None:
        """As `Change.write`, into memory."""
        for line in change.lines:
            self.entries.append(ledger.entry_row(change.item, line, by=change.by, at=change.at))
        for purpose, when in change.timers.items():
            self.timers.pop(purpose, None)
            if when is not None:
                self.timers[purpose] = when[0]
        self.item.version += 1
        self.item.updated_at = change.at
        self.item.sort_due = self.item.due_at or ledger.END_OF_TIME


def _rows() -> dict[tuple[Kind, str, State | None], Row]:
    """The row that each verb of these stories follows."""
    rows: dict[tuple[Kind, str, State | None], Row] = {}
    for kind, table in LIFECYCLES.items():
        for row in table.rows:
            for source in row.sources:
                rows.setdefault((kind, row.verb, source), row)
    return rows


ROWS = _rows()
MOST_ACTIONS = 3  # of one Case
MOST_MESSAGES = 3  # of one item


@dataclass(frozen=True, slots=True)
class Batch:
    """Some items in a row out of `total`, with ids and numbers that nobody else takes: told alone, and in any order."""

    seed: str
    start: int  # how many items of the whole come before
    count: int
    total: int
    next_id: int
    number: int
    message_id: int


class Teller:
    """Tells the items of a batch one after the other; equal batches tell equal stories."""

    def __init__(self, desk: Desk, profile: Profile, batch: Batch) -> None:
        self.desk, self.profile, self.batch = desk, profile, batch
        self.chance = random.Random(f"{batch.seed}:{batch.start}")  # noqa: S311 - nothing secret
        self.next_id, self.number, self.message_id = batch.next_id, batch.number, batch.message_id

    def tell(self) -> Iterator[Story]:
        """Created one after the other until the present; a Case comes with its Actions."""
        told, batch, span = 0, self.batch, self.profile.span
        while told < batch.count:
            at = ANCHOR - span + span * ((batch.start + told) / batch.total)
            room = min(batch.count - told - 1, MOST_ACTIONS)
            is_case = self.chance.random() < self.profile.cases and room > 0
            family = self._case(at, room) if is_case else [self._ticket(at)]
            yield from family
            told += len(family)

    def _ticket(self, at: datetime) -> Story:
        process, asking = self.chance.choice(self.desk.categories), self.chance.choice(self.desk.asking)
        agent = self._agent(process)
        story = self._begin(Kind.TICKET, process, asking, agent, at, words.title(self.chance))
        self._work(story, agent, asking)
        return story

    def _case(self, at: datetime, room: int) -> list[Story]:
        process, asking = self.chance.choice(self.desk.case_types), self.chance.choice(self.desk.asking)
        agent = self._agent(process)
        case = self._begin(Kind.CASE, process, asking, agent, at, words.title(self.chance))
        if self._stops(case, hours=8):
            return [case]
        self._start(case, agent)
        actions = [
            self._action(case, process, asking, ordinal, name, title)
            for ordinal, (name, title) in enumerate(process.actions[: self.chance.randint(1, room)], start=1)
        ]
        self._launched(case, agent, actions)
        if all(action.item.state is State.CLOSED for action in actions):
            case.at = max(action.at for action in actions)
            if not self._stops(case, hours=8):
                self._resolve(case, agent, Method.FULLY_RESOLVED)
                self._close(case)
        return [case, *actions]

    def _action(self, case: Story, process: Process, asking: Asking, ordinal: int, name: str, title: str) -> Story:
        agent = self._agent(process)
        story = self._begin(
            Kind.ACTION,
            process,
            asking,
            agent,
            case.at,
            f"{title}: {case.item.title}",
            number=case.item.number,
            ordinal=ordinal,
            parent_id=case.item.pk,
            related_to_id=case.item.pk,
            action_name=name,
            due_rule_id=None,
        )
        if not self._stops(story, hours=24):
            self._start(story, agent)
            if not self._stops(story, hours=30):
                self._complete(story, agent)
        return story

    def _begin(
        self,
        kind: Kind,
        process: Process,
        asking: Asking,
        agent: Actor,
        at: datetime,
        title: str,
        **columns: Any,
    ) -> Story:
        at = at.replace(microsecond=0)
        number = columns.pop("number", None) or self.number
        item = Unwritten(self.next_id, kind, number)
        self.next_id += 1
        self.number += kind is not Kind.ACTION
        story = Story(item, at)
        by_mail = kind is Kind.TICKET and self.chance.random() < self.profile.by_mail
        by = SYSTEM if by_mail or kind is Kind.ACTION else agent
        change, row = story.change(by), ROWS[kind, "create", None]
        columns = self._columns(process, asking, by) | {"title": title, "created_at": at, "submitted_at": at} | columns
        story.item.due_rule_id = columns["due_rule_id"]
        columns |= item.first | {"state": State.TO_DO, "listed": Listed.QUEUE}
        columns |= clockwork.begun(change.item, at=at)
        story.item.due_rule_id = None  # set by the entry
        data = {"from": None, "to": "to_do", "reason": int(row.reason), "rule": row.rule}
        change.record("created", reason=row.reason, visibility=Visibility.PARTICIPANTS, data=data, **columns)
        if by_mail:
            self._mail(story, change, asking, outgoing=False)
        elif kind is Kind.TICKET:
            said = {"body": words.text(self.chance)}
            change.record("submission_note", visibility=Visibility.PARTICIPANTS, words=said)
        story.write(change)
        return story

    def _columns(self, process: Process, asking: Asking, by: Actor) -> dict[str, Any]:
        return {
            "process_id": process.definition_id,
            "process_version_id": process.version_id,
            "customer_id": process.customer_id,
            "queue_id": process.queue_id,
            "allocation": "queue",
            "due_rule_id": process.due_rule_id,
            "organisation_id": asking.organisation_id,
            "requester_id": asking.id,
            "primary_contact_id": asking.id,
            "subject_id": asking.id,
            "original_requester_id": asking.id,
            "creator_id": by.id,
            "owner_id": by.id,
        }

    def _work(self, story: Story, agent: Actor, asking: Asking) -> None:
        """A Ticket's way, as far as it went by the present."""
        if self._stops(story, hours=20):
            return
        self._start(story, agent)
        if self.chance.random() < self.profile.waits and not self._stops(story, hours=4):
            self._wait(story, agent)
            if self._stops(story, hours=60):
                return
            self._wake(story, asking)
        if self._stops(story, hours=24):
            return
        if self.chance.random() < self.profile.answered:
            self._answer(story, agent, asking)
        elif self.chance.random() < 0.3:
            self._note(story, agent)
        self._resolve(story, agent, Method.REPLIED)
        self._close(story)

    def _start(self, story: Story, agent: Actor) -> None:
        self._follow(story, agent, "start", "started", **moving.assigned_to(story.item, agent.id))

    def _wait(self, story: Story, agent: Actor) -> None:
        days = self.chance.randint(5, 20)
        change = story.change(agent)
        columns = {"wait_type": WaitType.MORE_INFORMATION, "wait_since": story.at, "wait_days": days}
        data = {"wait_type": "more_information", "days": days}
        moving.follow(change, ROWS[Kind.TICKET, "wait", State.IN_PROGRESS], "waited", data=data, **columns)
        change.set_timer("time_out", clockwork.days_later(change.item, story.at, days))
        story.write(change)

    def _wake(self, story: Story, asking: Asking) -> None:
        change = story.change(SYSTEM)
        self._mail(story, change, asking, outgoing=False)
        moving.follow(change, ROWS[Kind.TICKET, "wake", State.WAITING], "woken")
        story.write(change)

    def _answer(self, story: Story, agent: Actor, asking: Asking) -> None:
        change = story.change(agent)
        moving.settle(change)
        self._mail(story, change, asking, outgoing=True)
        story.write(change)

    def _note(self, story: Story, agent: Actor) -> None:
        change = story.change(agent)
        moving.settle(change)
        change.record("note_added", words={"body": words.text(self.chance)})
        story.write(change)

    def _resolve(self, story: Story, agent: Actor, method: Method) -> None:
        """As `resolving.finish` does; no window means that it is closed at once (R-13)."""
        item, at = story.item, story.at
        change = story.change(agent)
        moving.settle(change)
        columns = moving.ended(item, method, by=agent, at=at)
        ends = clockwork.window_end(change.item, at)
        row = ROWS[item.first["kind"], "resolve", item.state]
        moving.follow(change, row, "resolved", data={"method": method.value}, **columns, window_ends_at=ends)
        if ends is None:
            moving.follow(change, ROWS[item.first["kind"], "close", State.RESOLVED], "closed", closed_at=at)
        else:
            change.set_timer("close", ends)
        story.write(change)

    def _close(self, story: Story) -> None:
        """Nobody disputed it, if the window passed before the present (T-47)."""
        ends = story.item.window_ends_at
        if ends is None or ends > ANCHOR:
            return
        story.at = ends
        change = story.change(SYSTEM)
        row = ROWS[story.item.first["kind"], "close", State.RESOLVED]
        moving.follow(change, row, "closed", closed_at=ends)
        story.write(change)

    def _complete(self, story: Story, agent: Actor) -> None:
        """An Action passes through Resolved and is Closed (A-25)."""
        item, at = story.item, story.at
        change, row = story.change(agent), ROWS[Kind.ACTION, "resolve", State.IN_PROGRESS]
        data = {"method": Method.COMPLETE.value}
        columns = moving.ended(item, Method.COMPLETE, by=agent, at=at)
        moving.step(change, row, State.RESOLVED, "resolved", data=data, **columns)
        moving.step(change, row, State.CLOSED, "closed", data=data, closed_at=at)
        story.write(change)

    def _launched(self, case: Story, agent: Actor, actions: list[Story]) -> None:
        change = case.change(agent)
        for action in actions:
            item = action.item
            data = {"action": item.action_name, "items": [f"{item.number}-C-A{item.ordinal}"]}
            change.record("action_launched", data=data)
        case.write(change)

    def _follow(self, story: Story, by: Actor, verb: str, entry: str, **columns: Any) -> None:
        change = story.change(by)
        moving.follow(change, ROWS[story.item.kind, verb, story.item.state], entry, **columns)
        moving.settle(change)
        story.write(change)

    def _mail(self, story: Story, change: Change, asking: Asking, *, outgoing: bool) -> None:
        """A mail in or out, with its entry."""
        item = story.item
        desk_address = self.desk.addresses.get(item.process_id or 0, "finance@desk.example")
        row = words.mail(self.chance, item.title, asking, desk_address, outgoing=outgoing, number=self.message_id)
        story.messages.append({"id": self.message_id, "item_id": item.pk, "at": story.at} | row)
        data = {"message": self.message_id, "automatic": False}
        self.message_id += 1
        if outgoing:
            said = {"subject": row["subject"]}
            change.record("mail_sent", visibility=Visibility.PARTICIPANTS, data=data, words=said)
            return
        said = {"subject": row["subject"], "from": asking.address, "name": asking.name}
        change.record(
            "mail_received",
            visibility=Visibility.PARTICIPANTS,
            data=data,
            words=said,
            actor_id=asking.id,
            new_information=True,
        )

    def _agent(self, process: Process) -> Actor:
        return self.chance.choice(self.desk.agents[process.queue_id])

    def _stops(self, story: Story, *, hours: float) -> bool:
        """Let some of these hours pass. True when the story has reached the present, or stays where it is."""
        recent = ANCHOR - story.at < timedelta(days=60)
        story.at += timedelta(seconds=int(3600 * hours * (0.05 + self.chance.random())))
        return story.at > ANCHOR or (recent and self.chance.random() < self.profile.stays_open)
