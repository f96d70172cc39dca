"""What a template says by names alone becomes its text when it is read (MEASURED section 3)."""

from collections.abc import Callable

from django.utils import translation
from jinja2 import DictLoader, FunctionLoader
from markupsafe import Markup

from tramita.ui.folding import FoldingEnvironment


def told(template: str, **other: str) -> tuple[str, list[tuple[object, ...]]]:
    """What comes out of it, and what was called at its second rendering."""
    calls: list[tuple[object, ...]] = []

    def icon(*args: object, **kwargs: object) -> Markup:
        calls.append((*args, *kwargs.values()))
        return Markup("<svg>{}</svg>").format("".join(map(str, calls[-1])))

    env = FoldingEnvironment(loader=DictLoader({"page": template, **other}), autoescape=True)
    env.globals["icon"] = icon
    env.folded = {"icon": icon}
    env.get_template("page").render(name="ticket")
    calls.clear()
    return env.get_template("page").render(name="ticket"), calls


def test_a_call_with_constants_alone_is_made_once() -> None:
    """And stays markup."""
    assert told('<a>{{ icon("case") }}</a>') == ("<a><svg>case</svg></a>", [])


def test_what_depends_on_the_page_is_asked_each_time() -> None:
    assert told("{{ icon(name) }}") == ("<svg>ticket</svg>", [("ticket",)])
    assert told('{{ icon("case", look="x") }}') == ("<svg>casex</svg>", [("case", "x")])


def test_within_an_expression_markup_stays_markup() -> None:
    assert told('{{ icon("case") ~ "&" }}')[0] == "<svg>case</svg>&amp;"


def test_a_name_of_the_templates_own_is_its_own() -> None:
    own = '{% macro icon(name) %}<i>{{ name }}</i>{% endmacro %}{{ icon("case") }}'
    assert told(own)[0] == "<i>case</i>"
    assert told('{% set icon = "".join %}{{ icon(["a"]) }}{{ icon("b") }}')[0] == "ab"
    other = "{% macro icon(name) %}<b>{{ name }}</b>{% endmacro %}"
    assert told('{% from "marks" import icon %}{{ icon("case") }}', marks=other)[0] == "<b>case</b>"
    assert told('{% from "marks" import icon as icon %}{{ icon("case") }}', marks=other)[0] == "<b>case</b>"
    assert told("{% for icon in [name.upper] %}{{ icon() }}{% endfor %}")[0] == "TICKET"


SAYS = {"en": {}, "pl": {"Close": "Zamknij <b>“%”</b>", "Two\nlines": "Dwa", "Name": "Imię"}}


def spoken(template: str, **other: str) -> tuple[str, str, list[str]]:
    """What comes out of it in English and in Polish, and what was asked for at its second rendering."""
    asked: list[str] = []

    def speaker(language: str) -> Callable[[str], Markup]:
        def said(sentence: str) -> Markup:
            asked.append(sentence)
            return Markup(SAYS[language].get(sentence, sentence))

        return said

    env = FoldingEnvironment(loader=DictLoader({"page": template, **other}), autoescape=True)
    env.spoken, env.sentences = {"gettext": speaker, "_": speaker}, ("_",)

    def page(language: str) -> str:
        with translation.override(language):
            return env.get_template("page").render(name="<Ana>")

    page("en"), page("pl")
    asked.clear()
    return page("en"), page("pl"), asked


def test_a_sentence_is_text_of_the_template_in_each_language() -> None:
    """And stays markup; what is not ours is escaped beside it."""
    polish = "<a>Zamknij <b>“%”</b></a>&lt;Ana&gt;"
    assert spoken('<a>{{ _("Close") }}</a>{{ name }}') == ("<a>Close</a>&lt;Ana&gt;", polish, [])
    assert spoken('{{ _("Two\\nlines") }}') == ("Two\nlines", "Dwa", [])


def test_a_sentence_is_found_in_what_is_included_imported_and_inherited() -> None:
    other = {
        "base": '{% block main %}{% endblock %}{{ _("Name") }}',
        "part": '{% if name %}{{ _("Close") }}{% endif %} ',
        "marks": '{% macro mark(n) %}{% for _i in range(n) %}{{ _("Name") }} {% endfor %}{% endmacro %}',
    }
    main = '{% include "part" %}{% from "marks" import mark %}{{ mark(2) }}'
    page = '{% extends "base" %}{% block main %}' + main + "{% endblock %}"

    assert spoken(page, **other) == ("Close Name Name Name", "Zamknij <b>“%”</b> Imię Imię Imię", [])


def test_a_sentence_within_an_expression_is_asked_in_the_language_of_the_template() -> None:
    assert spoken('{{ "" ~ _("Name") }}') == ("Name", "Imię", ["Name", "Name"])


def test_a_template_that_changed_is_read_again() -> None:
    texts = {"page": '{{ _("Name") }}'}
    env = FoldingEnvironment(loader=FunctionLoader(lambda name: (texts[name], None, lambda: False)))
    env.spoken, env.sentences = {"gettext": lambda _language: str, "_": lambda _language: str}, ("_",)
    assert env.get_template("page").render() == "Name"

    texts["page"] = '{{ _("Close") }}'

    assert env.get_template("page").render() == "Close"
