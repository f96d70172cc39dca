"""A browser is to be told, or no longer (AP-17, N-4)."""

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from tramita.domain.errors import FieldError, Invalid
from tramita.gateways.push import decoded
from tramita.models import Person, PushSubscription
from tramita.services.transactions import one_transaction

LONGEST, LONGEST_BROWSER = 2000, 100
POINT, SECRET = 65, 16  # bytes of a browser's keys (RFC 8291)
MOST = 20  # browsers of one person; the one that was told longest ago makes room


@one_transaction
def subscribe(
    *, endpoint: str, p256dh: str, auth: str, browser: str = "", by: Person, at: datetime
) -> PushSubscription:
    """Tell this person in this browser, and nobody else there any more; doing it again changes nothing.

    Raises: Invalid, naming what no browser would have said.
    """
    faults = [FieldError(name, "invalid", "No browser says this.") for name in _faults(endpoint, p256dh, auth)]
    if faults:
        raise Invalid(faults)
    kept = {"person": by, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "browser": browser[:LONGEST_BROWSER]}
    made, _new = PushSubscription.objects.update_or_create(
        digest=digest_of(endpoint), defaults=kept, create_defaults=kept | {"at": at}
    )
    mine = PushSubscription.objects.filter(person=by).exclude(pk=made.pk).order_by("-at", "-pk")
    PushSubscription.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST - 1 :])).delete()
    return made


@one_transaction
def unsubscribe(endpoint: str, *, by: Person) -> None:
    """This browser is told nothing any more."""
    PushSubscription.objects.filter(digest=digest_of(endpoint), person=by).delete()


@one_transaction
def switch_off(number: int, *, by: Person) -> None:
    """Another browser of theirs is told nothing any more, such as one of a device that was lost."""
    PushSubscription.objects.filter(pk=number, person=by).delete()


def digest_of(endpoint: str) -> str:
    """By what an address is found."""
    return hashlib.sha256(endpoint.encode("utf-8", "surrogateescape")).hexdigest()


def _faults(endpoint: str, p256dh: str, auth: str) -> list[str]:
    wanted = {"endpoint": _is_address(endpoint), "p256dh": _is_key(p256dh, POINT), "auth": _is_key(auth, SECRET)}
    return [name for name, holds in wanted.items() if not holds]


def _is_address(text: str) -> bool:
    """Of a push service: encrypted, unless the operator named its host."""
    try:
        where = urlsplit(text)
        named = (where.hostname or "") in settings.TRAMITA_PUSH_INSIDE and where.port != 0
    except ValueError:
        return False
    safe = where.scheme == "https" or (where.scheme == "http" and named)
    plain = text.isascii() and text.isprintable() and " " not in text
    return safe and plain and bool(where.hostname) and where.username is None and len(text) <= LONGEST


def _is_key(text: str, size: int) -> bool:
    try:
        return len(decoded(text)) == size
    except ValueError:
        return False
