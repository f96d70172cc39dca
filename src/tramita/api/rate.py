"""How often one token may ask."""

from django.conf import settings

from tramita.api.problems import TooManyRequests
from tramita.ui.allowance import Allowances

_allowances = Allowances()
forget = _allowances.forget


def within_rate(token: str) -> None:
    """Take one request from the token's allowance.

    Raises: TooManyRequests, with the seconds until the next one is free.
    """
    a_minute: int = settings.TRAMITA_API_RATE
    if a_minute:
        seconds = _allowances.take(token, a_minute)
        if seconds:
            raise TooManyRequests(seconds)
