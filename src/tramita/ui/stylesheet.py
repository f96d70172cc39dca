"""One style sheet out of the component files, so that a page asks for one (UI: one CSS file), without a build step.

`tramita.css` names the files and their layers; here each `@import` becomes the layer with the file's rules.
The address carries a digest of the content, so that browsers may keep it for ever.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "ui" / "css"
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\) layer\((\w+)\);')
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The text, ready to send, and the digest of its address."""

    text: bytes
    packed: bytes
    digest: str


@cache
def stylesheet() -> Stylesheet:
    """Read once a process; a development server restarts anyway when a file changes."""
    main = (FOLDER / "tramita.css").read_text()
    text = COMMENT.sub("", IMPORT.sub(_layer, main)).encode()
    return Stylesheet(text, gzip.compress(text, 9, mtime=0), hashlib.sha256(text).hexdigest()[:12])


def _layer(found: re.Match[str]) -> str:
    name, layer = found.groups()
    return f"@layer {layer} {{\n{(FOLDER / name).read_text()}}}"
