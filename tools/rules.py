"""docs/rules.md: each rule of the specification and the tests that cite it.

python -m tools.rules           write it (`make docs` does)
python -m tools.rules --check   fail when it is not what the tests say

A test cites a rule by its id, in its docstring or its body; an id in a table of a module counts for that module.
"""

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "rules.md"
RULES = ROOT / "docs" / "rules.txt"
ID = re.compile(r"\b([A-Z]{1,4})-(\d+)([a-z]?)(?: (?:to|–) \1-(\d+))?\b")
HEAD = """# Rules and their tests

Written by `python -m tools.rules` from the tests; `docs/rules.txt` names the rules of the specification.
{cited} of {all} rules are cited by a test. The others are **open**: not built yet, or not tested under their name.

"""
NAMES = {
    "G": "Work items", "S": "States", "T": "Tickets", "C": "Cases", "A": "Actions", "W": "Waiting", "SLA": "Due dates",
    "R": "Resolution", "M": "Mail and items", "Q": "Queues", "L": "Lists", "X": "Merge, split, convert",
    "AP": "Approvals", "Z": "Additions", "CT": "Contacts", "SEC": "Security", "API": "Interfaces", "MAIL": "Mail",
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the page is as it should be, 1 when `--check` finds it stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    text = page()
    if check:
        stale = not PAGE.is_file() or PAGE.read_text("utf-8") != text
        sys.stdout.write("stale: docs/rules.md (python -m tools.rules writes it)\n" if stale else "")
        return int(stale)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    """The whole page by what the tests say now."""
    rules = RULES.read_text("ascii").split()
    cited = citations(set(rules))
    parts = [HEAD.format(cited=len(cited), all=len(rules))]
    for family, members in groupby(rules, key=lambda rule: rule.partition("-")[0]):
        parts.append(f"## {NAMES.get(family, family)} ({family})\n\n| rule | tests |\n|---|---|\n")
        parts += [f"| {rule} | {'<br>'.join(cited[rule]) or '**open**'} |\n" for rule in members]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def citations(rules: set[str]) -> dict[str, list[str]]:
    """For each cited rule the tests, each as a sentence with its module."""
    found: dict[str, list[str]] = defaultdict(list)
    for module in sorted((ROOT / "tests").rglob("test_*.py")):
        place = module.relative_to(ROOT / "tests").as_posix().removesuffix(".py")
        for sentence, source in pieces(module.read_text("utf-8")):
            for rule in sorted(ids(source) & rules):
                line = f"{sentence} (`{place}`)" if sentence else f"`{place}`"
                if line not in found[rule]:
                    found[rule].append(line)
    return found


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each test with its source, decorators included; then, without a name, all that is outside the tests."""
    tree = ast.parse(text)
    lines = text.splitlines()
    outside = set(range(len(lines)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            own = range(first, node.end_lineno or node.lineno)
            outside -= set(own)
            yield node.name.removeprefix("test_").replace("_", " "), "\n".join(lines[line] for line in own)
    yield "", "\n".join(lines[line] for line in sorted(outside))


def ids(source: str) -> set[str]:
    """The rules named in a text; “T-20 to T-23” names four."""
    named = set()
    for family, first, letter, last in ID.findall(source):
        numbers = range(int(first), int(last) + 1) if last else [int(first)]
        named |= {f"{family}-{number}{letter}" for number in numbers}
    return named


if __name__ == "__main__":
    sys.exit(main())
