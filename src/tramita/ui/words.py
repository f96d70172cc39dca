"""Sentences in the reader's language, found once and kept: a page says a hundred of them (7 µs each by gettext)."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.utils import translation
from markupsafe import Markup

KEPT = 8192  # sentences, in all languages


def said(message: str, /, **values: Any) -> Markup:
    """The sentence in the reader's language; its own words are ours, the values are escaped."""
    found = _kept(translation.get_language() or "", message)
    return found % values if values else found


def speaker(language: str) -> Callable[..., Markup]:
    """The same of one language, whoever asks."""

    def said(message: str, /, **values: Any) -> Markup:
        found = _kept(language, message)
        return found % values if values else found

    return said


@lru_cache(maxsize=KEPT)
def _kept(language: str, message: str) -> Markup:
    with translation.override(language or None):
        return Markup(translation.gettext(message))  # noqa: S704 - a catalogue of ours
