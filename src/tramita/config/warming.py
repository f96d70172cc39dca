"""What the processes of the tree share is made ready once: imports, and templates, kept compiled from start to start.

Compiling all templates takes longer than everything else of a start together. What they were compiled to lies in the
data folder, and is used as long as no file of the product, and neither Python nor Jinja, is another.
"""

import gc
import hashlib
import logging
import marshal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, cast
from uuid import uuid4

if TYPE_CHECKING:
    from django.template.backends.jinja2 import Jinja2

    from tramita.ui.folding import FoldingEnvironment

KEPT = "templates.compiled"

log = logging.getLogger(__name__)


def warm() -> None:
    """Import and compile what every page needs, then close the database and freeze: children share the memory."""
    from django.conf import settings
    from django.db import connections
    from django.urls import get_resolver

    from tramita.config.asgi import application

    application()
    _ = get_resolver().url_patterns
    read_templates(settings.TRAMITA_DATA_DIR)
    connections.close_all()
    gc.collect()
    gc.freeze()


def read_templates(folder: Path) -> int:
    """Read all pages, from what was kept where that still holds; how many had to be compiled."""
    from django.template import engines

    pages = cast("FoldingEnvironment", cast("Jinja2", engines["jinja2"]).env)
    kept, made_of = folder / KEPT, _made_of()
    pages.read.update(_kept(kept, made_of))
    before = dict(pages.read)
    for name in pages.list_templates(extensions=["html"]):
        pages.get_template(name)
    new = sum(before.get(name) != read for name, read in pages.read.items())
    if new:
        _keep(kept, made_of, pages.read)
    return new


def _made_of() -> bytes:
    """Changes with anything that could make another page of a template: code of ours, icons, scripts, libraries."""
    found = [sys.version, *(f"{name} {version(name)}" for name in ("Jinja2", "Django", "django-allauth"))]
    for path in Path(__file__).parent.parent.rglob("*"):
        if path.suffix not in (".pyc", "") and not path.name.startswith("."):
            told = path.stat()
            found.append(f"{path} {told.st_mtime_ns} {told.st_size}")
    return hashlib.sha256("\n".join(sorted(found)).encode()).digest()


def _kept(kept: Path, made_of: bytes) -> Mapping[str, tuple[str, CodeType]]:
    """By the template's name, its source and what became of it; nothing where that is of other files, or damaged."""
    try:
        content = kept.read_bytes()
    except OSError:
        return {}
    told, whole = content[: len(made_of) * 2], content[len(made_of) * 2 :]
    if told != made_of + hashlib.sha256(whole).digest():
        return {}
    read: Mapping[str, tuple[str, CodeType]] = marshal.loads(whole)  # noqa: S302 - whole, ours, beside the secret key
    return read


def _keep(kept: Path, made_of: bytes, read: Mapping[str, tuple[str, CodeType]]) -> None:
    """Whole or not at all; a full disk costs a second at the next start."""
    whole = marshal.dumps(dict(read))
    beside = kept.with_name(f"{kept.name}.{uuid4().hex}")
    try:
        beside.write_bytes(made_of + hashlib.sha256(whole).digest() + whole)
        beside.replace(kept)
    except OSError as error:
        log.warning("compiled templates are not kept: %s", error)
        with suppress(OSError):
            beside.unlink()
