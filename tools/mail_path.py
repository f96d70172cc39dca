"""The drawing and the tables of docs/admin/what-happens-to-a-mail.md, from the table that describes the code.

python -m tools.mail_path           write them into the page
python -m tools.mail_path --check   fail when the page is not what the table says (this is what CI runs)
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tramita.domain import mail_path

PAGE = Path(__file__).parent.parent / "docs" / "admin" / "what-happens-to-a-mail.md"
PLACE = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(\n<!-- end -->)", re.DOTALL)


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the page is as it should be, 1 when `--check` finds it stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    before = PAGE.read_text("utf-8")
    after = filled(before)
    if before != after:
        if not check:
            PAGE.write_text(after, encoding="utf-8")
        sys.stdout.write(f"{'stale: ' if check else 'wrote '}{PAGE.relative_to(PAGE.parents[2])}\n")
    return 1 if check and before != after else 0


def filled(page: str) -> str:
    """The page with what the table says in its three places."""
    made = parts()
    return PLACE.sub(lambda place: f"{place[1]}{made[place['name']]}{place[3]}", page)


def parts() -> Mapping[str, str]:
    """What stands in each place."""
    drawing = f"```mermaid\n{mail_path.drawing()}\n```"
    return {"drawing": drawing, "steps": mail_path.table(), "ways": mail_path.ways()}


if __name__ == "__main__":
    sys.exit(main())
