"""Forms of the configuration, there and back without a database (BU-1, BU-2)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.services.definitions.test_export import configurations
from tramita.domain.bounds import USUAL
from tramita.domain.calendars import WEEKDAYS, windows_by_day, written_week
from tramita.domain.definitions import LANGUAGES, Limits
from tramita.services import desk_settings
from tramita.services.definitions import properties, shapes, values
from tramita.services.definitions.fields import columns_of
from tramita.services.definitions.keys import Keys, Reading
from tramita.services.definitions.shapes import Key, Shape
from tramita.services.definitions.source import Problems, as_placed
from tramita.web.desk_form import INHERITED, gather, spread

EMPTY = (None, "", (), {}, Limits())


def meant(shape: Shape, tree: Mapping[str, Any]) -> dict[str, Any]:
    """What the tree says, with what holds where it says nothing; something inherited is kept as it is written."""
    keys = Keys(Reading(Problems()), as_placed(tree, ""), "it")
    said = {one.name: one.otherwise for one in shape.keys} | shape.read(keys)
    inherited = {one.name for one in shape.keys if one.kind in INHERITED}
    if "modes" in said:  # of a robot: each verb that is not named has its usual mode
        said["modes"] = dict(USUAL) | (said["modes"] or {})
    if said.get("properties"):  # a day is kept as its text
        said["properties"] = {name: str(it) if isinstance(it, date) else it for name, it in said["properties"].items()}
    read = {name: value for name, value in said.items() if name not in inherited and value not in EMPTY}
    as_written = {name: value for name, value in tree.items() if name in inherited}
    return {name: stripped(value) for name, value in (read | as_written).items()}


def stripped(value: Any) -> Any:
    """Every text as `values.text` reads it: blanks around it mean nothing."""
    if isinstance(value, dict):
        return {name: stripped(one) for name, one in value.items()}
    return value.strip() if isinstance(value, str) else value


def with_properties(shape: Shape, declared: Mapping[str, Any] | None) -> Shape:
    """As `desk_settings.shape_of`, without a database."""
    if not declared:
        return shape
    read = columns_of(Reading(Problems()), as_placed(declared, ""))
    inner = properties.asked({one.name: one for one in read}, "en")
    return shape.besides(shapes.special("properties", "part", values.mapping, inner=inner))


def things(tree: Mapping[str, Any]) -> list[tuple[Shape, Mapping[str, Any]]]:
    """Each thing that has a form."""
    found = []
    for name, sort in desk_settings.SORTS.items():
        section = tree.get(sort.section, {})
        entries = [section] if sort.alone else [one for _key, one in desk_settings.walk(section, sort.levels)]
        shape = with_properties(sort.shape, tree.get("properties", {}).get(name))
        found += [(shape, {sort.whole: one} if sort.whole else one) for one in entries]
    return found


@given(configuration=configurations())
@settings(max_examples=15, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_a_form_that_is_not_touched_says_what_the_configuration_says(configuration: dict[str, Any]) -> None:
    """BU-1, BU-2, Z-8: of any thing of any configuration."""
    for shape, tree in things(configuration):
        back = gather(shape, spread(shape, tree))

        assert meant(shape, back) == meant(shape, tree)


def test_a_week_is_written_in_the_shortest_way() -> None:
    """SLA-3: neighbours that are the same stand together, whatever the order in which they came."""
    week = {"wed-thu, mon": "09:00-17:00", "tue": "09:00-17:00", "sat": "10:00-12:00"}

    windows = windows_by_day(week)

    assert written_week(windows) == {"mon-thu": "09:00-17:00", "sat": "10:00-12:00"}
    assert windows_by_day(written_week(windows)) == windows
    assert written_week(dict.fromkeys(WEEKDAYS, "00:00-24:00")) == {"mon-sun": "00:00-24:00"}


def every_key(shape: Shape, above: str = "") -> Iterator[tuple[Key, str]]:
    """With those inside of others."""
    for key in shape.keys:
        yield key, f"{above}{key.name}"
        if key.inner:
            yield from every_key(key.inner, f"{above}{key.name}.")


def test_every_key_of_a_shape_can_be_asked_for() -> None:
    """BU-1: no kind of key without inputs, and no key without a name in words."""
    from tramita.ui import desk_keys
    from tramita.web.desk_form import KINDS

    for name, sort in desk_settings.SORTS.items():
        for key, path in every_key(sort.shape):
            assert key.kind in KINDS
            assert key.name in LANGUAGES or desk_keys.label(name, path) != path
