"""Every kind of mistake in a file is refused with its line and its reason, and nothing is applied."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.factories import NOW

from tramita.domain.actors import SYSTEM
from tramita.models import Definition, Person, Queue
from tramita.services.definitions import WrongConfiguration, apply
from tramita.services.definitions.reading import read
from tramita.services.definitions.source import Problems, load

# The line that is wrong ends with "# <- what the reason says".
MARK = "# <- "

SAMPLES = Path(__file__).parents[2] / "samples" / "wrong-configurations.txt"
WRONG = dict(case.split("\n", 1) for case in SAMPLES.read_text(encoding="utf-8").split("=== ")[1:])


def faults(*texts: str) -> list[str]:
    problems = Problems()
    root = load([Source(Path(f"{number}.yaml"), text) for number, text in enumerate(texts, 1)], problems)
    with pytest.raises(WrongConfiguration) as caught:
        read(root, problems)
    return caught.value.lines()


class Source(type(Path())):  # type: ignore[misc]
    """A file that is not on the disk."""

    def __new__(cls, path: Path, text: str) -> "Source":
        made: Source = super().__new__(cls, path)
        made.text = text
        return made

    def __init__(self, *_: object) -> None:
        super().__init__()

    def read_bytes(self) -> bytes:
        return self.text.encode()


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_named_with_its_line_and_its_reason(what: str) -> None:
    """H-1, CT-6, T-13, Z-8, C-8, CG-48, CG-52, BU-6, T-22, M-24, SEC-2, SLA-1: wrong YAML names file and line."""
    text = WRONG[what]
    wrong = [(number, line) for number, line in enumerate(text.splitlines(), 1) if MARK in line]

    found = faults(text)

    assert len(found) == 1, found
    for (number, line), fault in zip(wrong, found, strict=True):
        assert fault.startswith(f"1.yaml:{number}: "), fault
        assert line.split(MARK)[1] in fault


def test_every_mistake_of_every_file_is_named_at_once() -> None:
    """BU-4: fundamental errors forbid saving."""
    found = faults("queues:\n  q: {titel: Q}\nsettings: {keep_with_user: 1}", "due_rules:\n  r: {within: soon}")

    assert [line.split(": ")[0] for line in found] == ["1.yaml:2", "1.yaml:3", "2.yaml:2"]


def test_files_together_form_one_configuration_and_define_a_thing_once() -> None:
    """BU-1."""
    first = "queues:\n  invoices: {title: Invoices}\ncustomers:\n  acme:\n    contracts: {main: {}}"
    second = "queues:\n  invoices: {title: Again}\ncustomers:\n  acme:\n    contracts: {other: {}}"

    found = faults(first, second)

    assert len(found) == 1
    assert found[0].startswith("2.yaml:2: “invoices” is already defined in 1.yaml:2")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"queues: {}\n# caf\xe9", "1.yaml:2: this is not UTF-8 text"),
        (b"queues: {}\n# \x07", "1.yaml:2: a character that YAML does not allow"),
        (b"&a [*a]", "1.yaml:1: an alias inside of what it stands for"),
        (b"[" * 3000, "1.yaml: nested too deeply"),
        (b"{a: " * 110 + b"1" + b"}" * 110, "1.yaml:1: nested too deeply"),
        (b"? [a]\n: b", "1.yaml:1: a key must be plain text"),
        (b"settings: {undo_send: !!timestamp x}", "1.yaml:1: “x” does not exist"),
        (b"settings: {undo_send: !!bool x}", "1.yaml:1: “x” does not exist"),
        (b'a: "x\\0"', "1.yaml:1: a character that cannot be kept"),
        (b'"\\ud800": x', "1.yaml:1: a character that cannot be kept"),
    ],
)
def test_a_file_that_is_hardly_yaml_is_refused_all_the_same(
    data: bytes, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BU-4."""
    monkeypatch.chdir(tmp_path)
    file = Path("1.yaml")
    file.write_bytes(data)
    problems = Problems()

    root = load([file], problems)

    with pytest.raises(WrongConfiguration) as caught:
        read(root, problems)
    assert caught.value.lines()[0] == fault


def test_a_few_lines_of_aliases_cannot_stand_for_billions() -> None:
    """BU-4."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert any("the aliases stand for too much" in fault for fault in faults("\n".join(levels)))


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["queues:\n  other: {titel: Typo}\n", "customers: {acme: {organisation: nobody}}\n"])
def test_nothing_is_applied_when_anything_is_wrong(broken: str, file: Callable[[str], Path]) -> None:
    """BU-4: all of it or nothing."""
    good = file("queues: {invoices: {title: Invoices}}\nusers:\n  a@d.example: {name: A, role: agent}\n")

    with pytest.raises(WrongConfiguration):
        apply([good, file(broken)], by=SYSTEM, at=NOW)

    assert not Definition.objects.exists()
    assert not Queue.objects.exists()
    assert not Person.objects.exists()
