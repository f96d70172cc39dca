"""The mail of a person is erased: bytes, files, what is shown of it, and what search holds (MAIL-18).

What remains says that there was a mail and when it was erased, by whom and why: rows without words, tombstones in the
ledger, an entry on each item. The rows go first, some at a time, each time with the list of the bytes that are to
follow; the bytes go after the commit. Whoever is killed in between leaves a list, and the worker goes on with it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.errors import FieldError, Invalid, NotPermitted, StaleVersion
from tramita.domain.mime import address_key
from tramita.domain.proposals import Decided
from tramita.gateways.storage import storage
from tramita.models import (
    Attachment,
    Delivery,
    Entry,
    Erasure,
    IdempotencyKey,
    Item,
    MarkedAddress,
    Message,
    OtherAddress,
    Proposal,
    PushSubscription,
    SearchDoc,
    SeenMessage,
    ToldSender,
    TrayView,
)
from tramita.queries.visibility import may
from tramita.services import bulk_sheets, size_notices
from tramita.services.ledger import Change
from tramita.services.mail_trouble import UNSOLVED
from tramita.services.retention import needed
from tramita.services.transactions import writing

TOGETHER = 50  # mails a transaction: others write meanwhile
RIVALS = 12  # times that somebody may be faster on the same item
LONGEST_REASON = 300
GONE = {"erased": True}  # in the place of words; the ledger's triggers know it
ERASED = "erased"  # why a mail is no longer in the tray
TOLD_OF_MAIL = Q(type__startswith="mail_")


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased, or would be."""

    mails: int = 0  # on items
    files: int = 0
    messages: int = 0  # as they came, with those that are on no item
    items: int = 0
    left: int = 0  # mails to several people, which are others' too


def erase(address: str, *, reason: str, by: Actor, at: datetime, dry_run: bool = False) -> Erased:
    """Erase what this person wrote to us, and what we wrote to them alone. Doing it again erases what came since.

    Their bytes go at once, or within two hours where they were kept a moment ago. Cost: reads all mails and entries.
    Raises: NotPermitted; Invalid, naming `address` or `reason`.
    """
    _permit(by)
    key = _checked(address, reason, dry_run=dry_run)
    found = _Mail(key)
    if dry_run:
        return found.counted()
    counts = found.counted()
    with writing():
        erasure = Erasure.objects.create(
            about=digest(key), reason=reason.strip(), by_id=by.id, at=at, counts=asdict(counts)
        )
        _forget_address(key)
    for some in _parts(found.messages):
        _unrivalled(some, erasure, by=by, at=at)
    for part in _parts(found.seen):
        _erase_seen(part, erasure, by=by, at=at)
    erase_bytes(erasure)
    return counts


def go_on() -> int:
    """Erase the bytes that an eraser did not come to, or that were kept too short a time ago; how many lists ended."""
    return sum(erase_bytes(one) for one in Erasure.objects.filter(done=False).order_by("id"))


def digest(key: str) -> str:
    """How the audit names somebody whose address it must not keep."""
    return hashlib.sha256(key.encode()).hexdigest()


def _permit(by: Actor) -> None:
    if by.grants is not None or not may(by, "manage_users"):
        raise NotPermitted("Only those who manage users may erase a person's mail.")


def _checked(address: str, reason: str, *, dry_run: bool) -> str:
    errors = []
    key = address_key(address)
    local, at_sign, domain = key.rpartition("@")
    if not (local and at_sign and domain):
        errors.append(
            FieldError("address", "invalid_address", "“%(address)s” is no mail address.", {"address": address})
        )
    if not reason.strip() and not dry_run:
        errors.append(FieldError("reason", "required", "Say why: it is all that remains."))
    if len(reason) > LONGEST_REASON:
        errors.append(FieldError("reason", "too_long", "At most %(most)s characters.", {"most": LONGEST_REASON}))
    if errors:
        raise Invalid(errors)
    return key


class _Mail:
    """What there is of a person: the numbers of mails on items and of messages as they came."""

    def __init__(self, key: str) -> None:
        self.key = key
        theirs = Message.objects.filter(_any(key, "sender_address__iexact"), outgoing=False)
        written = dict(theirs.values_list("pk", "seen_id"))
        alone, self.left = self._to_them()
        self.messages = sorted({*written, *alone})
        seen = set(SeenMessage.objects.filter(_any(key, "sender__iexact")).values_list("pk", flat=True))
        self.seen = sorted(seen | {pk for pk in written.values() if pk})

    def _to_them(self) -> tuple[list[int], int]:
        """Mails of ours that nobody else got, and how many others got, too."""
        named = _any(self.key, "to__icontains", "cc__icontains", "bcc__icontains")
        alone, shared = [], 0
        rows = Message.objects.filter(named, outgoing=True).values_list("pk", "to", "cc", "bcc")
        for pk, *fields_ in rows.iterator():
            people = {address_key(address) for some in fields_ for _, address in some}
            if people == {self.key}:
                alone.append(pk)
            shared += self.key in people and len(people) > 1
        return alone, shared

    def counted(self) -> Erased:
        """How much it is."""
        messages = Message.objects.filter(pk__in=self.messages)
        return Erased(
            mails=len(self.messages),
            files=Attachment.objects.filter(message__in=self.messages).count(),
            messages=len(self.seen),
            items=messages.values("item").distinct().count(),
            left=self.left,
        )


def _any(key: str, *lookups: str) -> Q:
    """One of these columns holds the address in one of its spellings."""
    conditions = (Q(**{lookup: one}) for lookup in lookups for one in _spellings(key))
    return reduce(or_, conditions)


def _spellings(key: str) -> list[str]:
    """The address with its domain in ASCII, and in letters if that is another: rows hold what was written."""
    local, _, domain = key.rpartition("@")
    try:
        letters = domain.encode("ascii").decode("idna")
    except UnicodeError:
        letters = domain
    return list(dict.fromkeys((key, f"{local}@{letters}")))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), TOGETHER):
        yield ids[start : start + TOGETHER]


def _unrivalled(ids: Sequence[int], erasure: Erasure, *, by: Actor, at: datetime) -> None:
    """Again, when somebody changed an item at the same moment."""
    for _ in range(RIVALS):
        try:
            _erase_mails(ids, erasure, by=by, at=at)
        except StaleVersion:
            continue
        return
    _erase_mails(ids, erasure, by=by, at=at)


def _erase_mails(ids: Sequence[int], erasure: Erasure, *, by: Actor, at: datetime) -> None:
    """Some mails of items: rows, files, words of the ledger, and what search holds."""
    told = Entry.objects.filter(TOLD_OF_MAIL, data__message__in=list(ids)).exclude(words__has_key="erased")
    entries = [
        pk for pk, words in told.values_list("pk", "words") if words and "set" not in words
    ]  # columns of the item stay
    with writing():
        messages = list(Message.objects.select_for_update().filter(pk__in=ids))
        files = Attachment.objects.filter(message__in=ids)
        _remember(erasure, [one.raw for one in messages], files.values_list("sha256", flat=True))
        enclosed = list(files.values_list("pk", flat=True))
        SearchDoc.objects.filter(about=SearchDoc.About.MAIL, source__in=ids).delete()
        SearchDoc.objects.filter(about=SearchDoc.About.FILE, source__in=enclosed).delete()
        files.delete()
        Delivery.objects.filter(message__in=ids, state__in=UNSENT).update(state=Delivery.State.CANCELLED)
        Delivery.objects.filter(message__in=ids).update(payload={}, error="")
        for one in messages:
            _empty(one)
        Entry.objects.filter(pk__in=entries).update(words=GONE)
        for item_id in sorted({one.item_id for one in messages}):
            mine = [one.pk for one in messages if one.item_id == item_id]
            _tell(item_id, mine, erasure, by=by, at=at)


UNSENT = [state for state in Delivery.State if state not in (Delivery.State.DONE, Delivery.State.CANCELLED)]
EMPTY: dict[str, Any] = {
    "subject": "",
    "sender_name": "",
    "to": [],
    "cc": [],
    "bcc": [],
    "text": "",
    "html": "",
    "reply_text": "",
    "raw": "",
    "view": None,
    "defects": [],
    "headers": GONE,
    "shown": Message.Shown.TEXT,
}


def _empty(message: Message) -> None:
    columns = EMPTY if message.outgoing else {**EMPTY, "sender_address": ""}
    Message.objects.filter(pk=message.pk).update(**columns)


def _tell(item_id: int, messages: list[int], erasure: Erasure, *, by: Actor, at: datetime) -> None:
    """On the item: that mails of it were erased, by whom, when and why."""
    change = Change(Item.objects.get(pk=item_id), by, at)
    trouble = change.item.mail_trouble and Delivery.objects.filter(UNSOLVED, item=item_id, kind="mail").exists()
    data = {"messages": messages, "erasure": erasure.pk}
    change.record("mail_erased", data=data, words={"why": erasure.reason}, mail_trouble=trouble)
    change.write()


def _erase_seen(ids: Sequence[int], erasure: Erasure, *, by: Actor, at: datetime) -> None:
    """Messages as they came. Nothing of theirs waits in the tray; what was seen is still known (MAIL-3)."""
    with writing():
        rows = SeenMessage.objects.select_for_update().filter(pk__in=ids)
        _remember(erasure, [row.raw for row in rows], ())
        waiting = {"outcome": "deleted", "reason": ERASED, "processed_at": at, "handled_by_id": by.id}
        rows.filter(outcome__in=("", "unhandled", "failed")).update(**waiting)
        TrayView.objects.filter(seen__in=ids).delete()
        rows.update(raw="", subject="", sender="", envelope={}, trace=None)


def _forget_address(key: str) -> None:
    """What else names it: marks, who was told that a mail was too large, browsers, whom it leads to, what robots
    proposed to write to it, rows of sheets, and what programs were answered."""
    for one in _spellings(key):
        bulk_sheets.forget(one)
    PushSubscription.objects.filter(person__email=key).delete()
    OtherAddress.objects.filter(address=key).delete()
    MarkedAddress.objects.filter(address=key).delete()
    ToldSender.objects.filter(address=key).update(address="")
    notices = Delivery.objects.filter(kind=size_notices.KIND, payload__icontains=key)
    notices.filter(state=Delivery.State.PENDING).update(state=Delivery.State.CANCELLED)
    notices.update(payload={})
    proposed = Proposal.objects.filter(_any(key, "given__icontains"))
    proposed.filter(state=Decided.WAITING).update(state=Decided.REFUSED)
    proposed.update(given={})
    IdempotencyKey.objects.filter(_any(key, "body__icontains")).delete()


def _remember(erasure: Erasure, *keys: Iterable[str]) -> None:
    """Bytes that are to go; in the transaction that takes away who refers to them."""
    held = Erasure.objects.select_for_update().get(pk=erasure.pk)
    held.keys = sorted({*held.keys, *(key for some in keys for key in some if key)})
    held.save(update_fields=["keys"])


def erase_bytes(erasure: Erasure) -> bool:
    """Take away what nobody else refers to; whether nothing is left to do.

    Who keeps the same bytes at this moment touches them, and what was touched in the last hour stays for the next time.
    """
    erasure.refresh_from_db()
    kept = storage(settings.TRAMITA_STORAGE_URL)
    keys = set(erasure.keys)
    rest = [key for key in sorted(keys - needed(keys)) if not kept.erase(key) and kept.holds(key)]
    with writing():
        held = Erasure.objects.select_for_update().get(pk=erasure.pk)
        held.keys = sorted({*rest, *(set(held.keys) - keys)})
        held.done = not held.keys
        held.save(update_fields=["keys", "done"])
    return held.done
