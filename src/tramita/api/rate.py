"""How often one token may ask, whichever process and machine answers."""

from django.conf import settings
from django.utils import timezone

from tramita.api.problems import TooManyRequests
from tramita.ui.allowance import Portions

_portions = Portions()
forget = _portions.forget


def within_rate(token: str) -> None:
    """Take one request from the token's allowance.

    Raises: TooManyRequests, with the seconds until the next one is free.
    """
    a_minute: int = settings.TRAMITA_API_RATE
    if a_minute:
        seconds = _portions.take(token, a_minute, at=timezone.now())
        if seconds:
            raise TooManyRequests(seconds)
