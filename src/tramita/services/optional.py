"""What a build may lack, asked for when it is used: so that a page offers no button that leads nowhere.

The connection test loads what talks to mail servers, which no web process should hold before somebody asks for it.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

UseCase = Callable[..., Any]

CHECK = "tramita.services.checking_mailboxes:check"  # MAIL-142
RESEND = "tramita.services.posting:resend"  # MAIL-111, MAIL-113
ARRIVED = "tramita.services.posting:settle_as_sent"
NOT_SPAM = "tramita.services.tray:not_spam"  # MAIL-58


def is_there(place: str) -> bool:
    """Whether this build has it. A module that only the connection test needs is looked up, not loaded."""
    module, _, name = place.partition(":")
    if find_spec(module) is None:
        return False
    return place == CHECK or hasattr(import_module(module), name)


def use_case(place: str) -> UseCase | None:
    """The use case, or None."""
    if not is_there(place):
        return None
    module, _, name = place.partition(":")
    found: UseCase = getattr(import_module(module), name)
    return found
