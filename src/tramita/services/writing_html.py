"""The HTML that one of us writes: through the cleaner before anything keeps it, its text made from it (MAIL-120)."""

from collections.abc import Iterable

from tramita.domain.errors import Invalid
from tramita.domain.mime.html_text import html_to_text
from tramita.gateways import apart
from tramita.gateways.cleaning import TooMuchError


def cleaned(html: str, *, pictures: Iterable[str] = ()) -> tuple[str, str]:
    """Its text, and the HTML as it may be kept and sent (MAIL-42, MAIL-43).

    `pictures` are the content ids of those that go along. It is done apart, in bounded time: as with what strangers
    write, nothing that somebody pastes holds a page. Raises: Invalid `text`, over a limit.
    """
    try:
        clean = apart.written(html, pictures=pictures)
    except TooMuchError:
        raise Invalid.one(
            "text", "too_much", "This is too much, or nested too deeply. Paste it as plain text."
        ) from None
    return html_to_text(clean), clean
