"""The calls by name. What has none here is a `get`, `post`, `patch` or `delete` with its path."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from tramita.client.any_call import PAGE, part
from tramita.client.keeping import Keeping
from tramita.client.processes import Processes
from tramita.client.shapes import (
    Absence,
    Approval,
    Arrived,
    ContactRow,
    Entry,
    Event,
    Hit,
    Item,
    Load,
    Mail,
    Member,
    PutAway,
    Settings,
    View,
)


class Desk(Processes, Keeping):
    """One service, as one token's owner sees it.

    Writes of an item take `version`, the one that was read: a stale one is refused with 412. `key` is an idempotency
    key of your own, for a program that may die between asking and hearing.
    """

    # items

    def items(self, **narrowing: Any) -> Iterator[Item]:
        """Those the owner sees.

        By `kind state list mark queue assignee organisation category due overdue q updated_since`.
        """
        return self.pages("/items", **narrowing)

    def item(self, reference: str) -> Item:
        """One of them."""
        return cast("Item", self.get(_item(reference)))

    def search(self, words: str) -> Iterator[Hit]:
        """As the box at the top of the pages finds: a reference, else words of items, mails, notes and files."""
        return self.pages("/search", q=words)

    def recent(self) -> list[Item]:
        """What the owner had open last, the last one first."""
        return cast("list[Item]", self.get("/recent")["results"])

    def team(self, whose: str = "") -> list[Load]:
        """How much each colleague has, all of them or those of a part: `manager peers reports queues`."""
        return cast("list[Load]", self.get("/team", whose=whose)["results"])

    def start_ticket(self, *, key: str | None = None, **ticket: Any) -> Item:
        """A new Ticket: `title description category requester primary_contact cc fields draft`."""
        return cast("Item", self.post("/tickets", ticket, key=key))

    def start_case(self, *, key: str | None = None, **case: Any) -> Item:
        """A new Case: `case_type short_description requester primary_contact cc fields draft parent`."""
        return cast("Item", self.post("/cases", case, key=key))

    def change(self, reference: str, changes: Mapping[str, Any], *, version: int | None = None) -> Item:
        """Title, category, contacts, fields, due date, checklist, tags: what is not named stays."""
        return cast("Item", self.patch(_item(reference), changes, version=version))

    def act(
        self, reference: str, verb: str, *, version: int | None = None, key: str | None = None, **given: Any
    ) -> Item:
        """Any verb that `allowed` of the item names: `start`, `to-do`, `resume`, `rework`, `next-step`…"""
        body = given or None
        return cast("Item", self.post(f"{_item(reference)}/{verb}", body, version=version, key=key))

    def assign(self, reference: str, to: str | int, *, version: int | None = None) -> Item:
        """Give it to a user's address, a robot's name, or the id of either."""
        return self.act(reference, "assign", version=version, to=to)

    def wait(self, reference: str, *, type: str, version: int | None = None, **until: Any) -> Item:  # noqa: A002 - as the API calls it
        """Interrupt the work: `until`, or `days` and `close_if_no_response`."""
        return self.act(reference, "wait", version=version, type=type, **until)

    def resolve(
        self, reference: str, *, method: str, note: str | None = None, reason: str | None = None, **how: Any
    ) -> Item:
        """End the work; `note` is the resolution note."""
        return self.act(reference, "resolve", method=method, note=note, reason=reason, **how)

    def note(self, reference: str, body: str, *, resolution: bool = False, key: str | None = None) -> Item:
        """What the requester does not see."""
        return cast("Item", self.post(f"{_item(reference)}/notes", {"body": body, "resolution": resolution}, key=key))

    def mail(self, reference: str, *, key: str | None = None, **mail: Any) -> Item:
        """What the requester sees: `to cc bcc subject text html attachments send_at resolve based_on`."""
        return cast("Item", self.post(f"{_item(reference)}/mails", mail, key=key))

    def file(self, reference: str, name: str, content: bytes, *, key: str | None = None) -> dict[str, Any]:
        """Put a file on it."""
        path = f"{_item(reference)}/files"
        return cast("dict[str, Any]", self.calls.call("POST", path, files={"file": (name, content)}, key=key))

    def timeline(self, reference: str, *, type: Sequence[str] | None = None) -> Iterator[Entry]:  # noqa: A002 - as the API calls it
        """What happened, oldest first."""
        return self.pages(f"{_item(reference)}/timeline", type=type)

    # work and decisions

    def pull(self, *, key: str | None = None) -> Item | None:
        """The next item of the owner's queues, now theirs and In Progress; None when there is none."""
        return cast("Item | None", self.post("/next", key=key))

    def ask_approval(self, reference: str, type: str, comment: str | None = None) -> Approval:  # noqa: A002 - as the API calls it
        """Have the customer's manager decide."""
        return cast("Approval", self.post(f"{_item(reference)}/approvals", {"type": type, "comment": comment}))

    def approvals(self, **narrowing: Any) -> Iterator[Approval]:
        """For a manager what awaits a decision, for staff those of the items they see: `state item`."""
        return self.pages("/approvals", **narrowing)

    def decide(self, number: int, decision: str, reason: str | None = None) -> Approval:
        """`approve`, `reject` or `cancel`."""
        return cast("Approval", self.post(f"/approvals/{number}/{decision}", {"reason": reason}))

    # one's own desk

    def views(self) -> Iterator[View]:
        """Saved lists: the owner's own, and those shared with them."""
        return self.pages("/views")

    def make_view(self, *, title: str, **view: Any) -> View:
        """A list with a name: `narrowing columns sort group shared team`."""
        return cast("View", self.post("/views", {"title": title, **view}))

    def change_view(self, number: int, **changes: Any) -> View:
        """What is named; with the `version` that was read, a stale one is refused with 409."""
        return cast("View", self.patch(f"/views/{number}", changes))

    def delete_view(self, number: int) -> None:
        """For everybody it was shared with, too."""
        self.delete(f"/views/{number}")

    def view_items(self, number: int) -> Iterator[Item]:
        """What is in it now, in its order."""
        return self.pages(f"/views/{number}/items")

    def focus(self) -> list[Item]:
        """What the owner set on top of their Inbox, from the top."""
        return cast("list[Item]", self.get("/focus")["results"])

    def put_focus(self, references: Sequence[str]) -> list[Item]:
        """Exactly these, in this order."""
        return cast("list[Item]", self.put("/focus", {"items": list(references)})["results"])

    def focus_on(self, reference: str) -> Item:
        """One more, at the end of them."""
        return cast("Item", self.post(f"{_item(reference)}/focus"))

    def focus_off(self, reference: str) -> Item:
        """One less; it stays in the Inbox."""
        return cast("Item", self.delete(f"{_item(reference)}/focus"))

    def prioritise(self, reference: str) -> Item:
        """First in its queue, until it leaves it: for leaders of the queue."""
        return cast("Item", self.post(f"{_item(reference)}/priority"))

    def deprioritise(self, reference: str) -> Item:
        """It waits its turn again."""
        return cast("Item", self.delete(f"{_item(reference)}/priority"))

    def settings(self) -> Settings:
        """Language, time zone, look, signature, notices."""
        return cast("Settings", self.get("/settings"))

    def change_settings(self, **changes: Any) -> Settings:
        """What is named: `language time_zone theme density shows_time signature signs notices`."""
        return cast("Settings", self.patch("/settings", changes))

    def mails(self, view: str, **narrowing: Any) -> Iterator[Mail]:
        """Of ours: `sent`, `outbox` or `scheduled`; narrowed by `mailbox` and `q`."""
        return self.pages(f"/mails/{view}", **narrowing)

    def arrived_mails(self, **narrowing: Any) -> Iterator[Arrived]:
        """What came in, with its outcome; narrowed by `mailbox` and `q`."""
        return self.pages("/mails/inbox", **narrowing)

    def deleted_mails(self, **narrowing: Any) -> Iterator[PutAway]:
        """Unhandled mail that was put away; narrowed by `mailbox` and `q`."""
        return self.pages("/mails/deleted", **narrowing)

    def original_mail(self, reference: str, number: int) -> bytes:
        """A mail of an item, every byte as it came."""
        return self.content(f"{_item(reference)}/mails/{number}/original")

    def original_unhandled_mail(self, number: int) -> bytes:
        """One in the tray, every byte as it came."""
        return self.content(f"/unhandled-mails/{number}/original")

    def import_contacts(self, name: str, sheet: bytes) -> list[ContactRow]:
        """Organisations and contacts from a CSV or XLSX; what became of each row."""
        told = self.calls.call("POST", "/contacts/import", files={"sheet": (name, sheet)})
        return cast("list[ContactRow]", told["results"])

    # of who asks

    def catalogue(self) -> list[dict[str, Any]]:
        """What the owner may ask for, in groups of `offers`."""
        return cast("list[dict[str, Any]]", self.get("/portal/catalogue")["groups"])

    def offer(self, service: str) -> dict[str, Any]:
        """What a service of the catalogue asks for: its `fields` and `cards`."""
        return cast("dict[str, Any]", self.get(f"/portal/catalogue/{part(service)}"))

    def ask(self, service: str, *, title: str, key: str | None = None, **request: Any) -> str:
        """Hand in a request: `text fields files`; its reference."""
        body = {"service": service, "title": title, **request}
        return str(self.post("/portal/requests", body, key=key)["reference"])

    def write(self, reference: str, text: str, *, key: str | None = None) -> str:
        """Say something about a request; where that is: another one, if it was closed."""
        return str(self.post(f"{_item(reference)}/messages", {"text": text}, key=key)["reference"])

    def members(self) -> list[Member]:
        """Of the organisations that the owner manages."""
        return cast("list[Member]", self.get("/portal/members")["results"])

    def add_member(self, *, name: str, address: str, organisation: str, manager: bool = False) -> Member:
        """Somebody new, who is invited by mail."""
        body = {"name": name, "address": address, "organisation": organisation, "manager": manager}
        return cast("Member", self.post("/portal/members", body))

    def appoint(self, number: int, *, manager: bool) -> Member:
        """A member becomes a manager, or is one no more."""
        return cast("Member", self.patch(f"/portal/members/{number}", {"manager": manager}))

    def say_absent(self, address: str, first: date, last: date, substitute: str | None = None) -> Absence:
        """A user is away from the first day to the last: oneself, or somebody who reports to the owner."""
        said = {"from": first.isoformat(), "to": last.isoformat(), "substitute": substitute}
        return cast("Absence", self.put(f"/users/{part(address)}/absence", said))

    def end_absence(self, address: str) -> None:
        """They are here."""
        self.delete(f"/users/{part(address)}/absence")

    # everything that happened

    def events(self, after: str | None = None) -> Iterator[tuple[list[Event], str]]:
        """Page after page, each with the cursor to keep once its events are dealt with: the next run begins there.

        It ends when nothing more has happened. A program that dies over a page is given it again: nothing is missed,
        and the `id` of an event tells what was seen.
        """
        while True:
            page = self.get("/events", after=after, limit=PAGE)
            if not page["results"]:
                return
            after = page["next"]
            yield page["results"], page["next"]


def _item(reference: str) -> str:
    return f"/items/{part(reference)}"
