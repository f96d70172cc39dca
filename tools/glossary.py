"""The label tables of docs/glossary.md, from the labels of the screen.

python -m tools.glossary           write them between the marks
python -m tools.glossary --check   fail when they are not what the screen says
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

PAGE = Path(__file__).parent.parent / "docs" / "glossary.md"
BEGIN, END = "<!-- labels: written by tools/glossary.py -->\n", "<!-- end of labels -->\n"
LANGUAGES = {"en": "English", "pt-br": "Portuguese", "fr": "French", "es": "Spanish", "pl": "Polish"}
FAMILIES = {
    "kind": "Kinds",
    "state": "States",
    "wait": "Wait types",
    "method": "Resolution methods",
    "list": "Lists",
    "clock": "Clock",
    "due": "Due status",
    "problem": "Problems of a Case",
    "role": "Roles",
    "contact": "Contacts",
    "reason": "Reasons of a state change",
    "verb": "Buttons",
}


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the page is as it should be, 1 when `--check` finds it stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    wanted = before + BEGIN + "\n" + "\n".join(labels()) + "\n" + END + rest.split(END)[1]
    if wanted == text:
        return 0
    if not check:
        PAGE.write_text(wanted, encoding="utf-8")
    sys.stdout.write(f"{'stale' if check else 'wrote'}: docs/glossary.md\n")
    return 1 if check else 0


def labels() -> Iterator[str]:
    """A table a family of codes, a column a language."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramita.config.settings")
    django.setup()
    from django.utils import translation  # needs the settings

    from tramita.ui.labels import words

    for family, title in FAMILIES.items():
        columns = []
        for language in LANGUAGES:
            with translation.override(language):
                columns.append(words(family))
        yield from [f"### {title}", "", "| Code | " + " | ".join(LANGUAGES.values()) + " |"]
        yield "|" + " --- |" * (1 + len(LANGUAGES))
        yield from (f"| `{code}` | " + " | ".join(column[code] for column in columns) + " |" for code in columns[0])
        yield ""


if __name__ == "__main__":
    sys.exit(main())
