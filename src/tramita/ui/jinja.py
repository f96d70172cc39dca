"""The template environment: what every page may use without asking."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment
from markupsafe import Markup, escape

from tramita.ui import desk_keys, labels, moments, people, worklist
from tramita.ui.folding import FoldingEnvironment
from tramita.ui.stylesheet import stylesheet
from tramita.ui.words import said, speaker

REFERENCE = re.compile(r"\d{1,18}-(T|C|C-A\d{1,18})")
SAMPLE = "987654321-T"


def environment(**options: Any) -> Environment:
    """Django calls this once. Autoescape is on; a page that is shown never runs a query."""
    env = FoldingEnvironment(
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(_=said, gettext=said)  # the extension's own walk through the context at each sentence
    env.filters["pairs"] = lambda values: [(value, value) for value in values]
    env.globals.update(GLOBALS)
    env.folded, env.spoken, env.sentences = FOLDED, SPOKEN, ("_", "gettext")
    return env


def one_token(request: HttpRequest) -> dict[str, Any]:
    """`csrf_input` is made once a page, and not for each of its forms: masking it is a hundred random choices."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page by its name."""
    if len(args) == 1 and isinstance(args[0], str) and REFERENCE.fullmatch(args[0]):
        before, after = _around(name)
        return f"{before}{args[0]}{after}"
    return reverse(name, kwargs=kwargs) if kwargs else _address(name, *args)


@cache
def _around(name: str) -> tuple[str, str]:
    """What stands before and after an item's reference in the address of a page."""
    before, _, after = reverse(name, args=[SAMPLE]).partition(SAMPLE)
    return before, after


@lru_cache(maxsize=4096)  # forty a page: the same pages, queues and views on every one
def _address(name: str, *args: object) -> str:
    return reverse(name, args=args or None)


@cache
def sprite() -> str:
    """The address of the file that holds all icons."""
    return static("ui/icons.svg")


@cache
def modules(*names: str) -> Markup:
    """The scripts of every page by their names: the same two dozen each time."""
    addresses = (static(f"ui/js/{name}.js") for name in names)
    return Markup("\n  ").join(Markup('<script type="module" src="{}"></script>').format(one) for one in addresses)


@lru_cache(maxsize=1024)  # forty a page, and the same ones on every page
def icon(name: str, label: str = "", look: str = "icon") -> Markup:
    """A drawing beside words (hidden from screen readers), or alone with its own `label`."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(f'<svg class="{escape(look)}" {said}><use href="{sprite()}#i-{escape(name)}"/></svg>')  # noqa: S704 - each value is escaped or ours


def stylesheet_url() -> str:
    """The address of the style sheet, with the digest of its content."""
    return reverse("stylesheet", args=[stylesheet().digest])


# what answers by its arguments alone, in every language
FOLDED: Mapping[str, Callable[..., Any]] = {
    "url": url,
    "static": cache(static),  # its folder carries the digest of what is in it
    "icon": icon,
    "modules": modules,
    "sprite": sprite,
}

# what answers by its arguments and the language
SPOKEN: Mapping[str, Callable[[str], Callable[..., Any]]] = {
    "_": speaker,
    "gettext": speaker,
    "word": lambda language: partial(labels.word_in, language),
    "words": lambda language: partial(labels.words_in, language),
}

GLOBALS: Mapping[str, object] = {
    **FOLDED,
    "worklist_rows": worklist.rows,
    "word": labels.word,
    "words": labels.words,
    "languages": labels.LANGUAGES,
    "setting": desk_keys,
    "moments": moments,
    "initials": people.initials,
    "hue": people.hue,
    "language": translation.get_language,
    "messages": get_messages,
    "filesizeformat": filesizeformat,
    "number_format": number_format,
    "stylesheet_url": stylesheet_url,
}
