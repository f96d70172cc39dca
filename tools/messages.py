"""The catalogues: find every sentence that people read, and see that each language has it.

python tools/messages.py update   put new sentences into the .po files, drop those that nobody says any more
python tools/messages.py compile  write the .mo files
python tools/messages.py check    fail when a translation is missing, doubtful or stale (this is what CI runs)
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tramita"
LANGUAGES = ("pt_BR", "fr", "es", "pl")

# Besides gettext: the floors below say their errors in plain English, the faces translate them (ui.errors).
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "NotPermitted": (1,),
    "NotFound": (1,),
    "FileMissing": (1,),
    "Conflict": (1,),
    "GuardFailed": (4,),
    **dict.fromkeys(["Malformed", "NotSignedIn", "MethodNotAllowed", "TooLarge", "UnsupportedMedia"], (1,)),
    **dict.fromkeys(["Unavailable", "Unforeseen"], (1,)),
    "Guard": (2,),  # a condition of a lifecycle table
    "FieldError": (3,),
    "one": (3,),  # Invalid.one(field, code, message)
}


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when all is well, 1 when `check` finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["update", "compile", "check"])
    what = parser.parse_args(arguments).what
    if what == "check":
        faults = list(find_faults())
        sys.stdout.write("\n".join(faults or ["Every sentence has its four translations."]) + "\n")
        return 1 if faults else 0
    {"update": update, "compile": compile_all}[what]()
    return 0


def extracted() -> Catalog:
    """Every sentence in the sources, with the places that say it."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # Babel
    found = Catalog(domain="django", charset="utf-8")
    for path, _line, message, _comments, context in extract_from_dir(SOURCE, methods, options, keywords=KEYWORDS):
        found.add(message, locations=[(Path(path).as_posix(), 0)], context=context)
    return found


def update() -> None:
    """A sentence that changed is a new one: nothing is guessed from a similar one."""
    template = extracted()
    for language in LANGUAGES:
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        for message in catalogue:
            message.locations = sorted(set(message.locations))
        write(language, catalogue)


def compile_all() -> None:
    """The .mo files are committed: the wheel needs no tool to be built."""
    for language in LANGUAGES:
        path(language, "mo").write_bytes(compiled(read(language)))


def find_faults() -> Iterator[str]:
    """One line each: the language, what is wrong, the sentence."""
    template = extracted()
    wanted = {(message.id, message.context) for message in template if message.id}
    for language in LANGUAGES:
        catalogue = read(language)
        have = {(message.id, message.context): message for message in catalogue if message.id}
        yield from (f"{language}: not in the catalogue: {key[0]!r}" for key in wanted - have.keys())
        yield from (f"{language}: nobody says it any more: {key[0]!r}" for key in have.keys() - wanted)
        for message in have.values():
            yield from (f"{language}: {fault}: {message.id!r}" for fault in _faults(message))
        if path(language, "mo").read_bytes() != compiled(catalogue):
            yield f"{language}: the .mo file is stale, run: python tools/messages.py compile"


def _faults(message: Message) -> Iterator[str]:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    if not all(strings):
        yield "not translated"
    if message.fuzzy:
        yield "doubtful (fuzzy)"
    yield from (f"wrong marks ({fault})" for fault in message.check())


def path(language: str, suffix: str) -> Path:
    """Where Django looks for it."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def read(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one when there is none."""
    place = path(language, "po")
    if not place.exists():
        return Catalog(locale=language, domain="django", charset="utf-8")
    with place.open("rb") as file:
        return read_po(file, locale=language, domain="django", abort_invalid=True)


def write(language: str, catalogue: Catalog) -> None:
    """Sorted by sentence, without dates and line numbers: a diff shows words only."""
    place = path(language, "po")
    place.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, catalogue, width=110, omit_header=True, sort_output=True, include_lineno=False)
    place.write_bytes(header(catalogue).encode() + text.getvalue())


def header(catalogue: Catalog) -> str:
    """What a reader of the file needs: the encoding, the language, its plurals."""
    return (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )


class Compiled(Catalog):
    """A catalogue whose header has no dates and versions, so that the same words give the same bytes."""

    mime_headers = property(
        lambda self: [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]
    )


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    words = Compiled(locale=catalogue.locale, domain="django", charset="utf-8")
    for message in sorted((m for m in catalogue if m.id), key=lambda m: (str(m.id), m.context or "")):
        words.add(message.id, message.string, context=message.context)
    file = BytesIO()
    write_mo(file, words)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
