"""Calls in templates whose answer is known when the template is read: icons, addresses, scripts, by their names.

A page has two hundred of them, the same ones each time. They become text of the template, so that it is put together of
a third of the pieces. Jinja folds constants itself, but calls nothing. What depends on the language, too, is known as
soon as that is: a template is read once for each language that somebody reads it in.
"""

import re
from collections.abc import Callable, Collection, Mapping, MutableMapping
from types import CodeType
from typing import Any

from django.utils.translation import get_language
from jinja2 import Environment, Template, nodes
from markupsafe import Markup

SENTENCE = re.compile("\x02(.*?)\x03", re.DOTALL)  # in the text of a template that is in no language yet


class FoldingEnvironment(Environment):
    """`folded`: the functions whose answer depends on what they are given alone.

    `spoken`: those whose answer depends on the language, too, each made for one. What `sentences` of them say becomes
    text, where they are given a sentence alone: names of one function, which says markup.
    """

    folded: Mapping[str, Callable[..., Any]] = {}
    spoken: Mapping[str, Callable[[str], Callable[..., Any]]] = {}
    sentences: Collection[str] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.languages: dict[str, Spoken] = {}
        self.read: dict[str, tuple[str, CodeType]] = {}  # by the template's name: what it was made of

    def get_template(self, name: str | Template, *args: Any, **kwargs: Any) -> Template:
        """In the language of this thread, and what it includes in the same."""
        return self.speaking(get_language() or "").get_template(name, *args, **kwargs)

    def speaking(self, language: str) -> "Spoken":
        """The environment of one language."""
        known = self.languages.get(language)
        return known or self.languages.setdefault(language, Spoken(self, language))

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No chain of mappings around those of all templates: each import and include asks it for all its names."""
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        own = _own_names(tree)
        marks = dict.fromkeys(self.sentences, _marked)
        _fold(tree, {known: answer for known, answer in {**self.folded, **marks}.items() if known not in own})
        return tree


class Spoken(FoldingEnvironment):
    """Of one language: the templates of another environment, with its sentences in their places."""

    def __init__(self, of: FoldingEnvironment, language: str) -> None:
        vars(self).update(vars(of.overlay()))
        self.of = of
        own = {name: made(language) for name, made in of.spoken.items()}
        self.globals = {**of.globals, **own}
        self.says: Callable[[str], str] = next((own[name] for name in of.sentences), str)

    get_template = Environment.get_template

    def compile(self, source: str, name: str, filename: str | None = None) -> CodeType:  # type: ignore[override]  # it has overloads
        """As read in no language, once, with what is said in this one."""
        known = self.of.read.get(name)
        if known is None or known[0] != source:
            known = self.of.read[name] = (source, self.of.compile(source, name, filename))
        code: CodeType = _said(known[1], self.says)
        return code


def _marked(sentence: str) -> Markup:
    return Markup(f"\x02{sentence}\x03")  # noqa: S704 - a sentence of ours


def _said(known: Any, says: Callable[[str], str]) -> Any:
    """The code with each sentence in the place of its mark."""
    if isinstance(known, str):
        return SENTENCE.sub(lambda found: says(found[1]), known)
    if isinstance(known, tuple):
        return tuple(_said(one, says) for one in known)
    if isinstance(known, CodeType):
        return known.replace(co_consts=_said(known.co_consts, says))
    return known


def _own_names(tree: nodes.Template) -> Collection[str]:
    """What the template itself calls by a name: there it means something else."""
    names = {one.name for one in tree.find_all(nodes.Name) if one.ctx != "load"}
    names |= {one.name for one in tree.find_all(nodes.Macro)} | {one.target for one in tree.find_all(nodes.Import)}
    for imported in tree.find_all(nodes.FromImport):
        names |= {one if isinstance(one, str) else one[1] for one in imported.names}
    return names


def _fold(tree: nodes.Node, known: Mapping[str, Callable[..., Any]]) -> None:
    """Calls that are put out as they are: within an expression Jinja would forget that they are markup."""
    for output in tree.find_all(nodes.Output):
        output.nodes = [_answer(one, known) for one in output.nodes]


def _answer(node: nodes.Expr, known: Mapping[str, Callable[..., Any]]) -> nodes.Expr:
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name) or node.node.name not in known:
        return node
    given = [one.value for one in node.args if isinstance(one, nodes.Const)]
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(given) < len(node.args):
        return node
    return nodes.Const(known[node.node.name](*given), lineno=node.lineno)
