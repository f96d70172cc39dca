"""`make soak` runs what is marked `soak`: what grows there and has no mark would never be run at its full size."""

import re
from pathlib import Path

HERE = Path(__file__).parent
SIZE = re.compile(r"\bSOAK\b|TRAMITA_SOAK")


def test_whatever_grows_in_a_soak_is_marked_for_it() -> None:
    """CONTRIBUTING: what takes over a minute runs small in `make test` and full in `make soak`."""
    grow = [path for path in HERE.rglob("test_*.py") if path != Path(__file__) and SIZE.search(path.read_text("utf-8"))]

    forgotten = [str(path.relative_to(HERE)) for path in grow if "pytest.mark.soak" not in path.read_text("utf-8")]

    assert len(grow) > 10
    assert forgotten == []
