"""How often one token may ask, whichever process and machine answers."""

from tramita.api.problems import TooManyRequests
from tramita.ui import bearing

forget = bearing.portions.forget


def within_rate(digest: str) -> None:
    """Take one request from the token's allowance.

    Raises: TooManyRequests, with the seconds until the next one is free.
    """
    if seconds := bearing.wait_seconds(digest):
        raise TooManyRequests(seconds)
