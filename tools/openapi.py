"""The description of the API in docs/api, from the code that serves it.

python -m tools.openapi           write it
python -m tools.openapi --check   fail when it is not what the code says (this is what CI runs)
"""

import argparse
import json
import os
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "api" / "openapi.json"


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the file is as it should be, 1 when `--check` finds it stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    stale = not PAGE.is_file() or PAGE.read_text("utf-8") != wanted()
    if stale and not check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(wanted(), encoding="utf-8")
    if stale:
        sys.stdout.write(f"{'stale: ' if check else 'wrote '}{PAGE.relative_to(PAGE.parent.parent.parent)}\n")
    return 1 if check and stale else 0


def wanted() -> str:
    """What it says by the code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramita.config.settings")
    import django

    django.setup()
    from tramita.api.app import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
