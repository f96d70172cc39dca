"""What a template says by names alone becomes its text when it is read (MEASURED section 3)."""

from jinja2 import DictLoader
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
