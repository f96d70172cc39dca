"""What a mail looks like, made ready by the worker: HTML cleaned, pictures in place, invitations read (MAIL-43 to 45).

    waiting -> clean | text | too much

Ingest only marks a mail; until the worker has come its text is shown. A mail that breaks this step three times is
shown as text for good, with a notice, and delays nobody (MAIL-6, MAIL-45).
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Q

from tramita.domain import mail_notices, references
from tramita.domain.file_kinds import danger, picture
from tramita.domain.mail_notices import worth_a_look
from tramita.domain.mime import Attachment as Part
from tramita.domain.mime import ParsedMail, parse
from tramita.domain.wordless import wordless
from tramita.gateways import apart
from tramita.gateways.charsets import guess_charset
from tramita.gateways.cleaning import Cleaned, TooMuchError
from tramita.gateways.pruning import key
from tramita.gateways.storage import storage
from tramita.models import Attachment, Message, SeenMessage
from tramita.queries.rows import document, fetch
from tramita.services.scanning import want
from tramita.services.sql import insert, stored
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
BATCH = 10  # at two seconds each, the longest that other work waits
LEASE = timedelta(minutes=5)
MOST_TRIES = 3
MOST_EVENTS, MOST_ENCLOSED = 5, 20
HEADS = 256 * 1024  # bytes of an enclosed mail that tell who wrote it


PLACES = ("messages", "tray_views")  # where a mail waits to be cleaned: on an item, and in the tray


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that is ours to clean until its lease ends. `tries` counts this one."""

    id: int
    tries: int
    place: str = PLACES[0]


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of it: how it is shown, and what `ui` reads of `view`."""

    shown: Message.Shown
    html: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)


def claim(*, at: datetime, limit: int = BATCH) -> list[Taken]:
    """The oldest mails that wait and that nobody has, by the partial index: its constant is written out."""
    with writing():
        return [one for place in PLACES for one in _claim(place, at=at, limit=limit)]


def _claim(place: str, *, at: datetime, limit: int) -> list[Taken]:
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    rows = fetch(
        f"SELECT id, view FROM {place} WHERE shown = 1 AND "  # noqa: S608 - both are ours
        f"(view IS NULL OR CAST(view ->> 'until' AS bigint) <= %s) ORDER BY id LIMIT %s {skip}",
        [int(at.timestamp()), limit],
    )
    taken = [Taken(number, (document(view) or {}).get("tries", 0) + 1, place) for number, view in rows]
    for tries in {one.tries for one in taken}:
        _hold(place, [one.id for one in taken if one.tries == tries], tries, until=at + LEASE)
    return taken


def in_the_tray(seen: SeenMessage, mail: ParsedMail, *, at: datetime) -> None:
    """The message waits in the tray: have it shown there with its layout, and its files looked at (MAIL-7, MAIL-57).

    Inside the caller's transaction. Cost: a statement for a mail with HTML, one more with a scanner.
    """
    if worth_a_look(mail):
        row = {"seen_id": seen.pk, "html": "", "shown": int(Message.Shown.WAITING), "view": None}
        insert("tray_views", [row], once=True)
    if mail.attachments:
        want({seen.raw: True}, at=at)


def show(taken: Taken, *, at: datetime) -> Message.Shown | None:
    """Clean it and keep the result. None: it is tried again later, or somebody else was faster.

    Raises: OSError, OperationalError: a temporary fault, which is not this mail's.
    """
    if taken.tries > MOST_TRIES:  # whoever had it died over it, each time
        return _keep(taken, Made(Message.Shown.TOO_MUCH, view={"why": "fault"}))
    try:
        made = _made(_taken(taken))
    except FileNotFoundError:
        made = Made(Message.Shown.TOO_MUCH, view={"why": "raw"})
    except (OSError, OperationalError):
        with writing():
            _hold(taken.place, [taken.id], taken.tries - 1, until=at)
        raise
    except Exception as error:  # whatever is wrong with one mail, the next is shown (MAIL-6)
        log.error("mail not cleaned", exc_info=wordless(error), extra={taken.place: taken.id, "tries": taken.tries})
        if taken.tries < MOST_TRIES:
            return None
        made = Made(Message.Shown.TOO_MUCH, view={"why": "fault"})
    return _keep(taken, made)


def show_again(*, items: Sequence[str] = ()) -> int:
    """Let the worker clean mails once more, after an upgrade of the cleaner: all, or those of these items. How many.

    Until it has been the text is shown.
    """
    named = [one for one in map(references.parse, items) if one]
    wanted = Q()
    for one in named:
        wanted |= Q(item__number=one.number, item__kind=one.kind, item__ordinal=one.ordinal)
    if items and not named:
        return 0
    received = Message.objects.filter(wanted, outgoing=False).exclude(raw="").exclude(shown=Message.Shown.WAITING)
    with writing():
        return received.update(shown=Message.Shown.WAITING, view=None)


def _hold(place: str, ids: Sequence[int], tries: int, *, until: datetime) -> None:
    view = stored({"tries": tries, "until": int(until.timestamp())})
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {place} SET view = %s WHERE shown = 1 AND id IN ({marks})", [view, *ids])  # noqa: S608 - ours


def _keep(taken: Taken, made: Made) -> Message.Shown | None:
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {taken.place} SET html = %s, view = %s, shown = %s WHERE id = %s AND shown = 1 "  # noqa: S608 - names of ours
            "AND CAST(view ->> 'tries' AS bigint) = %s",
            [made.html, json.dumps(made.view, ensure_ascii=False), int(made.shown), taken.id, taken.tries],
        )
        return made.shown if cursor.rowcount == 1 else None


def _taken(taken: Taken) -> Message | SeenMessage:
    if taken.place == PLACES[0]:
        return Message.objects.get(pk=taken.id)
    return SeenMessage.objects.get(tray_view=taken.id)


def _made(message: Message | SeenMessage) -> Made:
    if not message.raw:
        return Made(Message.Shown.TOO_MUCH, view={"why": "raw"})
    raw = storage(settings.TRAMITA_STORAGE_URL).get(message.raw)
    mail = parse(raw, guess=guess_charset)
    if isinstance(message, Message):
        numbers = _numbers(mail.attachments, Attachment.objects.filter(message=message).order_by("id"))
    else:
        numbers = list(range(1, len(mail.attachments) + 1))  # in the tray: by their places, from one
    view = {
        "notices": mail_notices.notices(mail),
        "events": _events(mail, numbers),
        "enclosed": _enclosed(mail, numbers),
        "danger": {str(numbers[at]): why for at, one in enumerate(mail.attachments) if (why := _danger(one))},
    }
    if not mail.html:
        return Made(Message.Shown.TEXT, view=_told(view))
    try:
        cleaned = apart.clean(mail.html, parts=_parts(mail, numbers), reply=mail.reply_text, text=mail.text)
    except TooMuchError as limit:
        return Made(Message.Shown.TOO_MUCH, view=_told(view | {"why": limit.reason}))
    return Made(Message.Shown.CLEAN, cleaned.html, _told(view | _measures(cleaned, numbers)))


def _told(view: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if value}


def _measures(cleaned: Cleaned, numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "remote": cleaned.remote,
        "coloured": cleaned.coloured,
        "height": cleaned.height,
        "folded": cleaned.folded,
        "inline": [number for number in dict.fromkeys(numbers) if f'data-tramita-part="{number}"' in cleaned.html],
    }


def _numbers(parts: Sequence[Part], rows: Any) -> list[int]:
    """The row of each part: found by content, for a later reader may order them otherwise. 0: there is none."""
    waiting: dict[str, list[int]] = {}
    for number, digest in rows.values_list("pk", "sha256"):
        waiting.setdefault(digest, []).append(number)
    found = []
    for part in parts:
        same = waiting.get(part.sha256, [])
        found.append(same.pop(0) if len(same) > 1 else same[0] if same else 0)
    return found


def _parts(mail: ParsedMail, numbers: Sequence[int]) -> dict[str, str]:
    """The pictures of the mail by what its HTML may call them: ids before names (MAIL-35)."""
    pictures = [
        (one, str(number))
        for one, number in zip(mail.attachments, numbers, strict=True)
        if number and picture(one.content)
    ]
    by_id = {key(one.content_id): number for one, number in pictures if one.content_id}
    return {key(one.filename): number for one, number in pictures} | by_id


def _danger(part: Part) -> str | None:
    return danger(part.filename, part.content)


def _events(mail: ParsedMail, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Invitations, each with the number of its file; the same one twice (as part and as file) once (MAIL-38)."""
    found: list[dict[str, Any]] = []
    for one, number in zip(mail.attachments, numbers, strict=True):
        if not mail_notices.is_calendar(one) or len(found) >= MOST_EVENTS:
            continue
        try:
            events = apart.events(one.content.decode("utf-8", "replace"))
        except TooMuchError:
            continue
        known = [{**event, "file": None} for event in found]
        found += [event | {"file": number} for event in events if event | {"file": None} not in known]
    return found[:MOST_EVENTS]


def _enclosed(mail: ParsedMail, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Mails inside the mail: who wrote them, when, about what (MAIL-37)."""
    found = []
    for place in mail_notices.enclosed(mail.attachments)[:MOST_ENCLOSED]:
        inner = parse(mail.attachments[place].content[:HEADS], guess=guess_charset)
        sender = inner.from_
        found.append(
            {
                "file": numbers[place],
                "subject": (inner.subject or "")[:300],
                "from": (sender.name or sender.address)[:300] if sender else "",
                "date": inner.date.isoformat() if inner.date else None,
            }
        )
    return found
