"""A process is written over days, by several people, before it is published (BU-4, decision 49).

Ordinary faults do not keep a draft from being saved; what cannot be read does. Nothing runs by a draft.
"""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict
from tramita.models import ProcessDraft
from tramita.queries import builder
from tramita.services import process_settings
from tramita.services.definitions.apply import one_at_a_time
from tramita.services.mailbox_settings import permit_drafts
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
def publish(kind: str, path: str, text: str, *, read: str, draft: int, by: Actor, at: datetime) -> bool:
    """As `process_settings.change`, and the draft is over. Raises besides: Conflict `draft_stale`. Rule: BU-4."""
    found = _seen(kind, path, draft, by=by)
    new = process_settings.change(kind, path, text, read=read, by=by, at=at)
    if found is not None:
        found.delete()
    return new


@one_transaction
def discard(kind: str, path: str, *, draft: int, by: Actor) -> None:
    """Throw the draft away that was seen. Raises: NotPermitted, NotFound; Conflict `draft_stale`."""
    found = _seen(kind, path, draft, by=by)
    if found is not None:
        found.delete()


def _seen(kind: str, path: str, draft: int, *, by: Actor) -> ProcessDraft | None:
    permit_drafts(by)
    one_at_a_time()
    found = builder.draft(builder.process(kind, path).id)
    if (found.number if found else 0) != draft:
        raise Conflict("Somebody saved this draft meanwhile, or ended it. Look at it, then decide.", code="draft_stale")
    return found
