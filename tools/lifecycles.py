"""The pages of docs/lifecycles, from the tables that the code runs on.

python -m tools.lifecycles           write them
python -m tools.lifecycles --check   fail when one is not what the code says (this is what CI runs)
"""

import argparse
import sys
from pathlib import Path

from tramita.domain import lifecycle_text
from tramita.domain.lifecycles import LIFECYCLES

PAGES = Path(__file__).parent.parent / "docs" / "lifecycles"


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the pages are as they should be, 1 when `--check` finds a stale one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    stale = [page for page, text in wanted().items() if not page.is_file() or page.read_text("utf-8") != text]
    for page in stale:
        if not check:
            page.write_text(wanted()[page], encoding="utf-8")
        sys.stdout.write(f"{'stale: ' if check else 'wrote '}{page.relative_to(PAGES.parent.parent)}\n")
    return 1 if check and stale else 0


def wanted() -> dict[Path, str]:
    """What each page says by the code."""
    return {PAGES / f"{kind.value}.md": lifecycle_text.markdown(table) for kind, table in LIFECYCLES.items()}


if __name__ == "__main__":
    sys.exit(main())
