"""A process is written over days, by several people, before it is published (BU-4, decision 49).

Ordinary faults do not keep a draft from being saved; what cannot be read does. Nothing runs by a draft.
"""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, FieldError, Invalid
from tramita.models import Definition, ProcessDraft
from tramita.queries import builder
from tramita.services import process_settings
from tramita.services.definitions.apply import one_at_a_time
from tramita.services.definitions.export import as_yaml
from tramita.services.definitions.values import TITLE_LENGTH
from tramita.services.mailbox_settings import digest, permit_drafts
from tramita.services.transactions import one_transaction


@one_transaction
def save(kind: str, path: str, text: str, *, read: str, draft: int, by: Actor, at: datetime) -> ProcessDraft:
    """Keep what was written so far. `read`: the digest of what was published when it was begun; `draft`: the number of
    the draft that the writer saw, 0 for none.

    Raises: NotPermitted, NotFound; Conflict `draft_stale`; Invalid or WrongConfiguration for what cannot be read.
    """
    _seen(kind, path, draft, by=by)
    process_settings.readable(text)
    process = builder.process(kind, path)
    values = {"text": text, "base": read[:16], "number": draft + 1, "saved_by_id": by.id, "saved_at": at}
    return ProcessDraft.objects.update_or_create(process_id=process.id, defaults=values)[0]


@one_transaction
def add(
    kind: str, service: str, key: str, title: str, *, queue: str = "", due: str = "", by: Actor, at: datetime
) -> str:
    """A new process of a service, as a draft; its path. Nothing runs by it, and no list of processes has it yet.

    It has a title and, of a Case type, what none is live without (BU-3). Raises: NotPermitted, Invalid.
    """
    permit_drafts(by)
    one_at_a_time()
    path = process_settings.new_path(kind, service, key)
    given = {"queue": queue, "due": due} if kind == "case_type" else {}
    if missing := [FieldError(one, "required", "This is needed.") for one, said in given.items() if not said]:
        raise Invalid(missing)
    called = title.strip() or path.rpartition("/")[2]
    if len(called) > TITLE_LENGTH:
        raise Invalid.one("title", "too_long", "At most %(most)s characters.", most=TITLE_LENGTH)
    above = Definition.objects.get(kind="service", key=service)
    known = {"title": called, "parent": above, "active": False}
    process, _ = Definition.objects.get_or_create(kind=kind, key=path, defaults=known)
    text, base = as_yaml({"title": called} | given), digest({})
    ProcessDraft.objects.create(process=process, text=text, base=base, number=1, saved_by_id=by.id, saved_at=at)
    return path


@one_transaction
def publish(kind: str, path: str, text: str, *, read: str, draft: int, by: Actor, at: datetime) -> bool:
    """As `process_settings.change`, and the draft is over. Raises besides: Conflict `draft_stale`. Rule: BU-4."""
    found = _seen(kind, path, draft, by=by)
    new = process_settings.change(kind, path, text, read=read, by=by, at=at)
    if found is not None:
        found.delete()
    return new


@one_transaction
def discard(kind: str, path: str, *, draft: int, by: Actor) -> None:
    """Throw the draft away that was seen; of a process that was never published nothing is left.

    Raises: NotPermitted, NotFound; Conflict `draft_stale`.
    """
    found = _seen(kind, path, draft, by=by)
    if found is not None:
        found.delete()
        Definition.objects.filter(pk=found.process_id, active=False, versions=None).delete()


def _seen(kind: str, path: str, draft: int, *, by: Actor) -> ProcessDraft | None:
    permit_drafts(by)
    one_at_a_time()
    found = builder.draft(builder.process(kind, path).id)
    if (found.number if found else 0) != draft:
        raise Conflict("Somebody saved this draft meanwhile, or ended it. Look at it, then decide.", code="draft_stale")
    return found
