"""The Jinja2 environment of every page: escaped, translated, strict about names it does not know."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment


def environment(**options: Any) -> Environment:
    """Called once by Django. `{% trans %}` and `_()` read the catalogue of the reader's language."""
    env = Environment(  # noqa: S701 - Django passes autoescape=True
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(url=url, static=static)
    return env


def url(name: str, **values: object) -> str:
    """The address of a named page: `{{ url("item", reference=item.reference) }}`."""
    return reverse(name, kwargs=values or None)
