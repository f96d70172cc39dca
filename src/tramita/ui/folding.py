"""Calls in templates whose answer is known when the template is read: icons, addresses, scripts, by their names.

A page has a hundred of them, the same ones each time. They become text of the template, so that it is put together of
a third of the pieces. Jinja folds constants itself, but calls nothing.
"""

from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Any

from jinja2 import Environment, nodes


class FoldingEnvironment(Environment):
    """`folded`: the functions whose answer depends on what they are given alone."""

    folded: Mapping[str, Callable[..., Any]] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No chain of mappings around those of all templates: each import and include asks it for all its names."""
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        own = _own_names(tree)
        _fold(tree, {known: answer for known, answer in self.folded.items() if known not in own})
        return tree


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
