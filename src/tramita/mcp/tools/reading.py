"""What reads: items, what was said on them, what happened, why they are due, and who and what there is."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, Mark, State
from tramita.mcp.tools.shapes import Answer, Arguments, Line, OnItem, Tool, cut, facts, item_answer
from tramita.queries import directory, due, item_view
from tramita.queries.items import get_visible
from tramita.queries.search import Filters, search
from tramita.queries.timeline import Said, TimelineEntry, conversation, timeline
from tramita.services.opening import looked

MOST_ITEMS, USUAL_ITEMS, SAID, HAPPENED, ROWS = 50, 20, 10, 100, 200
LISTS = {
    "users": directory.users,
    "contacts": directory.contacts,
    "queues": directory.queues,
    "organisations": directory.organisations,
    "categories": directory.categories,
    "case_types": directory.case_types,
    "approval_types": directory.approval_types,
}
Kinds = list[Kind]
States = list[State]
Lists = list[Listed]
Marks = list[Mark]
NAMES = ("name", "title", "description", "email", "address")  # of a row: somebody chose these words


class Find(Arguments):
    """What to narrow by."""

    q: str = Field("", max_length=200, description="A reference, or part of the title.")
    kind: Kinds = []
    state: States = []
    list: Lists = []
    mark: Marks = []
    queue: Line = ""
    assignee: str = Field("", max_length=254, description="me, none, an address, or a robot's name.")
    category: Line = ""
    organisation: Line = ""
    overdue: bool | None = None
    limit: int = Field(USUAL_ITEMS, ge=1, le=MOST_ITEMS)
    cursor: str | None = Field(None, max_length=1000, description="The `next` of the answer before.")


class Which(Arguments):
    """Which list."""

    list: Literal["users", "contacts", "queues", "organisations", "categories", "case_types", "approval_types"]
    after: int = Field(0, ge=0, lt=2**63, description="The `next` of the answer before.")


def _find(by: Actor, given: Find, at: datetime) -> Answer:
    filters = Filters(**given.model_dump(exclude={"limit", "cursor"}))
    found = search(by, filters, at=at, cursor=given.cursor, limit=given.limit)
    views = item_view.views(found.items, by, at)
    titles = {view.reference: view.title for view in views}
    return Answer({"items": [facts(view, at) for view in views], "next": found.next}, {"titles": titles})


def _read(by: Actor, given: OnItem, at: datetime) -> Answer:
    item = get_visible(by, given.reference)
    looked(item, via="tools", by=by, at=at)
    return item_answer(item_view.view(item, by, at), at)


def _said(by: Actor, given: OnItem, at: datetime) -> Answer:
    item = get_visible(by, given.reference)
    looked(item, via="tools", by=by, at=at)
    newest, files = conversation(item, by)
    shown = newest[:SAID][::-1]
    return Answer(
        {
            "newest_seq": item.seq,
            "said": [_fact_of(number, one) for number, one in enumerate(shown)],
            "left_out": max(0, len(newest) - SAID),
        },
        {
            "texts": [_text_of(number, one) for number, one in enumerate(shown)],
            "files": [file.filename for file in files],
        },
    )


def _fact_of(number: int, one: Said) -> dict[str, Any]:
    entry = one.entry
    outside = one.message is not None and not one.message.outgoing
    return {"n": number, "type": entry.type, "at": entry.at, "item": entry.item, "from_outside": outside}


def _text_of(number: int, one: Said) -> dict[str, Any]:
    mail = one.message
    files = [file.filename for file in one.attachments]
    if mail is None:
        who = one.entry.actor.name if one.entry.actor else ""
        return {"n": number, "from": who, "text": cut(str(one.entry.data.get("body", ""))), "files": files}
    return {
        "n": number,
        "from": f"{mail.sender_name} <{mail.sender_address}>",
        "subject": mail.subject,
        "text": cut(mail.reply_text or mail.text),
        "files": files,
    }


def _happened(by: Actor, given: OnItem, at: datetime) -> Answer:
    entries = timeline(get_visible(by, given.reference), by)
    shown = entries[-HAPPENED:]
    return Answer(
        {"entries": [_entry(one) for one in shown], "left_out": len(entries) - len(shown)},
        {"words": {str(one.seq): _words(one) for one in shown if _words(one)}},
    )


def _entry(one: TimelineEntry) -> dict[str, Any]:
    codes = {name: one.data[name] for name in ("from", "to", "rule", "wait_type", "method") if one.data.get(name)}
    actor = one.actor.kind if one.actor else "system"
    return {"seq": one.seq, "at": one.at, "type": one.type, "by": actor, "item": one.item, **codes}


def _words(one: TimelineEntry) -> dict[str, Any]:
    names = ("title", "body", "reason_text", "comment", "subject")
    return {name: cut(str(one.data[name])) for name in names if one.data.get(name)}


def _due(by: Actor, given: OnItem, at: datetime) -> Answer:
    return Answer(due.explain(get_visible(by, given.reference), at))


def _listed(by: Actor, given: Which, at: datetime) -> Answer:
    page = LISTS[given.list](by, after=given.after, limit=ROWS)
    words = [{name: row[name] for name in NAMES if row.get(name)} for row in page.rows]
    rows = [{name: value for name, value in row.items() if name not in NAMES} for row in page.rows]
    return Answer({"rows": rows, "next": page.last}, {"rows": words})


TOOLS = (
    Tool(
        "find_items",
        "Find items",
        "Tickets, Cases and Actions that the user may see, the newest change first, narrowed.",
        Find,
        _find,
        reads=True,
    ),
    Tool(
        "read_item",
        "Read an item",
        "One item with its state, what may be done with it (`allowed`), its due date, contacts and fields.",
        OnItem,
        _read,
        reads=True,
    ),
    Tool(
        "read_conversation",
        "Read what was said",
        "The last ten mails and notes of an item and of those that belong together with it, oldest first.",
        OnItem,
        _said,
        reads=True,
    ),
    Tool(
        "read_timeline",
        "Read what happened",
        "The last hundred entries of an item's timeline, oldest first.",
        OnItem,
        _happened,
        reads=True,
    ),
    Tool(
        "explain_due_date",
        "Explain a due date",
        "When the clock of an item ran and stood, and why.",
        OnItem,
        _due,
        reads=True,
    ),
    Tool(
        "list_directory",
        "List who and what there is",
        "Users and robots, contacts, queues, organisations, Ticket categories, Case types or approval types.",
        Which,
        _listed,
        reads=True,
    ),
)
