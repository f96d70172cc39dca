"""A sheet of approvers is read as rules, and what is wrong with it is named by its line."""

from pathlib import Path

import pytest

from tramita.domain.cards import FieldDefinition
from tramita.domain.cel import as_text
from tramita.services.definitions.approvers import sheet
from tramita.services.definitions.keys import Reading
from tramita.services.definitions.source import Node, Place, Problems, load

FIELDS = {
    "amount": FieldDefinition("amount", "number", "Amount"),
    "country": FieldDefinition("country", "text", "Country"),
}
SHEET = """
amount; country; level 1; level 2
<= 1000; ; lee@acme.es kim@acme.es
> 1000; PL; 2 of: managers; all: lee@acme.es, fields.boss
; in ["ES", "PT"]; requester
; ; bo@acme.es
""".strip()


def read(text: str) -> tuple[list[tuple[str, list[tuple[tuple[str, ...], int | str]]]], list[str]]:
    """Each rule as its condition and its levels; and the faults."""
    reading = Reading(Problems())
    found = sheet(FIELDS)(reading, Node(text, Place("x.yaml", 10)))
    rules = [
        (
            as_text(one.when) if one.when else "",
            [(level.approvers, "all" if level.every else level.least) for level in one.levels],
        )
        for one in found
    ]
    return rules, [f"{file}:{line}: {reason}" for file, line, reason in reading.problems.found]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_each_line_of_a_sheet_is_a_rule(sign: str) -> None:
    """EA-1, Z-16: inputs, conditions, approvers per level; as a spreadsheet gives it."""
    rules, faults = read(SHEET.replace("; ", sign).replace(";", sign))

    assert faults == []
    assert rules == [
        ("fields.amount <= 1000", [(("lee@acme.es", "kim@acme.es"), 1)]),
        (
            'fields.amount > 1000 && fields.country == "PL"',
            [(("managers",), 2), (("lee@acme.es", "fields.boss"), "all")],
        ),
        ('fields.country in ["ES", "PT"]', [(("requester",), 1)]),
        ("", [(("bo@acme.es",), 1)]),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("amount,level 1\n5,lee@acme.es\nmany,lee@acme.es", "x.yaml:13: “fields.amount”"),
        ("amount,level 1\n5,boss", "x.yaml:12: “boss” is no e-mail address"),
        ("amount,level 1\n5,", "x.yaml:12: this line names no approvers"),
        ("amount,level 1\n,a@x.es\n5,a@x.es", "x.yaml:13: this rule is never reached"),
        ("amount,level 1\n5,3 of: a@x.es b@x.es", "x.yaml:12: 3 must agree, and 2 are named"),
        ("amount,level 1\n5,a@x.es,b@x.es", "x.yaml:12: this line has 3 cells"),
    ],
)
def test_a_wrong_line_is_named(text: str, fault: str) -> None:
    """EA-1, BU-6."""
    _, faults = read(text)

    assert len(faults) == 1
    assert fault in faults[0]


def test_a_line_is_one_of_the_file(tmp_path: Path) -> None:
    """BU-6: the sheet stands in the YAML as a block."""
    file = tmp_path / "x.yaml"
    file.write_text("a: b\nsheet: |\n  amount,level 1\n  5,boss\n", encoding="utf-8")
    reading = Reading(Problems())

    sheet(FIELDS)(reading, load([file], reading.problems).value["sheet"])

    assert [line for _, line, _ in reading.problems.found] == [4]
