"""Steps of the stories become calls of the services, in the order of their moments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tramita.domain import references
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.errors import NotFound
from tramita.models import Defect, Delivery, Item, SeenMessage
from tramita.queries.people import actor_for, person_by_name
from tramita.services import (
    blocking,
    defects,
    editing,
    firing,
    mailing,
    notes,
    receiving,
    resolving,
    starting,
    tracking,
    waiting,
    working,
)
from tramita.services import tray as trays
from tramita.services.demo import letters
from tramita.services.demo.moments import Moments
from tramita.services.demo.stories import Step
from tramita.services.ledger import Change

VERBS: dict[str, Callable[..., Any]] = {
    "start": working.start,
    "release": working.release,
    "assign": working.assign,
    "reject": working.reject,
    "note": notes.add_note,
    "wait": waiting.wait,
    "resolve": resolving.resolve,
    "abort": resolving.abort,
    "defect": defects.add,
}


class Stage:
    """Who and what has been met in the stories so far."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        self._items: dict[str, int] = {}
        self._people: dict[str, Actor] = {}
        self._letters = 0
        self._unhandled: dict[str, int] = {}
        self._special: dict[str, Callable[[Step], None]] = {
            "mail": self._mail,
            "answer": self._answer,
            "ticket": lambda step: self._begin(step, starting.start_ticket),
            "draft": lambda step: self._begin(step, starting.start_ticket, draft=True),
            "case": lambda step: self._begin(step, starting.start_case),
            "draft_case": lambda step: self._begin(step, starting.start_case, draft=True),
            "runs": self._runs,
            "edit": self._edit,
            "send": self._send,
            "post": self._post,
            "put_away": self._put_away,
            "worked": self._worked,
            "defect_resolved": self._defect_resolved,
            "block": self._block,
        }

    def perform(self, step: Step) -> None:
        """Let the time pass until the step, then do it."""
        self.let_time_pass(step.at)
        if step.does in self._special:
            self._special[step.does](step)
        else:
            VERBS[step.does](self._item(step.item), **step.given, by=self._actor(step.who), at=step.at)

    def let_time_pass(self, until: datetime) -> None:
        """Fire what was due by then, each at its own moment."""
        for timer in firing.claim(at=until):
            firing.fire(timer, at=timer.due_at)

    def _begin(self, step: Step, how: Callable[..., Item], *, draft: bool = False) -> None:
        item = how(**step.given, draft=draft, by=self._actor(step.who), at=step.at)
        self._items[step.item] = item.pk

    def _runs(self, step: Step) -> None:
        """Gives a name to the Action that the flow of this Case began."""
        action = Item.objects.filter(parent=self._items[step.item], action_name=step.given["action"]).latest("ordinal")
        self._items[step.given["as"]] = action.pk

    def _edit(self, step: Step) -> None:
        changes = dict(step.given["changes"])
        if "due" in changes:
            changes["due"] = {"at": self._moments.read(changes["due"])}
        editing.edit(self._item(step.item), changes=changes, by=self._actor(step.who), at=step.at)

    def _send(self, step: Step) -> None:
        item, given = self._item(step.item), {"to": None} | step.given
        to = given.pop("to") or [item.primary_contact.email if item.primary_contact else ""]
        files = letters.enclosures(given)
        given.pop("files", None)
        mailing.send(item, to=to, attachments=files, **given, by=self._actor(step.who), at=step.at)

    def _post(self, step: Step) -> None:
        """What became of the mail that was written last: failed, uncertain or held (MAIL-113)."""
        item, result = self._item(step.item), step.given["result"]
        delivery = Delivery.objects.filter(item=item, state=Delivery.State.PENDING).latest("pk")
        error, state = step.given["error"], Delivery.State[result.upper()]
        Delivery.objects.filter(pk=delivery.pk).update(state=state, error=error, tries=1, fence=1)
        change = Change(item, SYSTEM, step.at)
        change.record(
            f"mail_{result}", data={"message": delivery.message_id, "delivery": result}, words={"error": error}
        )
        change.write()

    def _worked(self, step: Step) -> None:
        """So many minutes until now (TL-5)."""
        minutes = step.given["minutes"]
        begun_at = step.at - timedelta(minutes=minutes)
        tracking.add(self._item(step.item), begun_at=begun_at, minutes=minutes, by=self._actor(step.who), at=step.at)

    def _defect_resolved(self, step: Step) -> None:
        """The one that was written down last."""
        item = self._item(step.item)
        number = Defect.objects.filter(item=item).latest("pk").pk
        defects.resolve(item, number, by=self._actor(step.who), at=step.at)

    def _put_away(self, step: Step) -> None:
        seen = SeenMessage.objects.get(pk=self._unhandled[step.item])
        trays.delete(seen, by=self._actor(step.who), at=step.at)

    def _block(self, step: Step) -> None:
        blocking.block(step.given["address"], by=self._actor(step.who), at=step.at)

    def _mail(self, step: Step) -> None:
        self._receive(step, letters.letter(step.who, step.given, name=self._letter_name(step), at=step.at))

    def _answer(self, step: Step) -> None:
        to = self._item(step.given.get("of", step.item))
        self._receive(step, letters.answer(step.who, step.given, to=to, name=self._letter_name(step), at=step.at))

    def _receive(self, step: Step, raw: bytes) -> None:
        outcome = receiving.receive(raw, mailbox=step.given.get("mailbox"), source="demo", at=step.at)
        if outcome.outcome == "unhandled":
            self._unhandled[step.item] = SeenMessage.objects.latest("pk").pk
        if outcome.items and step.item not in self._items:
            self._items[step.item] = _pk(outcome.items[0])

    def _letter_name(self, step: Step) -> str:
        self._letters += 1
        return f"{step.item}.{self._letters}"

    def _item(self, name: str) -> Item:
        """As it is by now: mail and timers change items, too."""
        return Item.objects.select_related("primary_contact").get(pk=self._items[name])

    def _actor(self, who: str) -> Actor:
        if who not in self._people:
            person = person_by_name(who) or person_by_name(f"{who}@desk.example")
            if person is None:
                raise NotFound("There is nobody called “%(who)s”.", who=who)
            self._people[who] = actor_for(person)
        return self._people[who]


def _pk(reference: str) -> int:
    named = references.parse(reference)
    if named is None:
        raise NotFound("There is no item “%(reference)s”.", reference=reference)
    return Item.objects.get(kind=named.kind, number=named.number, ordinal=named.ordinal).pk
