"""The form of a list's filters, read only when it is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tramita.domain.narrowing import CODES, DAYS, KEYS, ME, NOBODY, PEOPLE, TAG, is_own
from tramita.queries.views import choices
from tramita.queries.worklists import Place
from tramita.ui import labels
from tramita.web import own_words
from tramita.web.asked import Asked
from tramita.web.own_words import Own
from tramita.web.shown_list import value_name

Option = tuple[str, str, bool]  # value, words, whether it is on


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be chosen, field by field."""

    codes: Mapping[str, Sequence[Option]]  # few, each with a box to tick
    keys: Mapping[str, Sequence[Option]]  # many, in a list of which several can be chosen
    days: Mapping[str, str]
    columns: Sequence[Option]  # of declared fields
    kept: Sequence[tuple[str, str]]  # what is narrowed by their values: chosen at a bar, not here
    tags: str


def panel(asked: Asked, place: Place | None, own: Own) -> Panel:
    """The form as it stands. A list that is one place already is not asked in which lists. Cost: one statement."""
    on, found = dict(asked.look.narrowing), choices()
    codes = {name: of for name, of in CODES.items() if name != "list" or place is None}
    return Panel(
        codes={
            name: [(code, labels.word(name, code), code in on.get(name, ())) for code in of]
            for name, of in codes.items()
        },
        keys={name: _named(name, found, on.get(name, ())) for name in KEYS},
        days={name: values[0] for name, values in on.items() if name in DAYS},
        columns=[(name, title, name in asked.look.columns) for name, title in own_words.titles(own)],
        kept=[(name, value) for name, values in asked.look.narrowing if is_own(name) for value in values],
        tags=", ".join(on.get(TAG, ())),
    )


def _named(name: str, found: Mapping[str, Sequence[tuple[str, str]]], on: Sequence[str]) -> list[Option]:
    """Whoever is chosen stays to be seen, also when they are no longer there to be chosen."""
    pairs = list(found.get("person" if name in PEOPLE else name, ()))
    if name == "process":
        pairs = [(value, f"{title} · {value}" if title != value else value) for value, title in pairs]
    else:
        usual = [ME, NOBODY] if name in PEOPLE else [NOBODY]
        pairs = [(one, value_name(name, one, {}, {})) for one in usual] + pairs
    known = {value for value, _ in pairs}
    pairs += [(value, value) for value in on if value not in known]
    return [(value, words, value in on) for value, words in pairs]
