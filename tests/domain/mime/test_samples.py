"""The 99 samples: what `mail parse` prints for each, `excellent` ones included."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.samples import MAIL, expected
from tramita.domain.mime import ParsedMail, parse

Check = Callable[[dict[str, Any], ParsedMail, Any], bool]


def addresses(people: list[dict[str, str]]) -> list[str]:
    return [one["address"] for one in people]


def agrees(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(found.get(key) == value for key, value in wanted.items())


def files_agree(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    return len(found) == len(wanted) and all(agrees(one, other) for one, other in zip(found, wanted, strict=True))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


CHECKS: dict[str, Check] = {
    "from": lambda said, _, wanted: said["from"]["address"] == as_list(wanted)[0],
    "from_name": lambda said, _, wanted: said["from"]["name"] == wanted,
    "from_not": lambda said, _, wanted: said["from"]["address"] != wanted,
    "to": lambda said, _, wanted: addresses(said["to"]) == wanted,
    "cc": lambda said, _, wanted: addresses(said["cc"]) == wanted,
    "cc_count": lambda said, _, wanted: len(said["cc"]) == wanted,
    "reply_to": lambda said, _, wanted: addresses(said["reply_to"]) == as_list(wanted),
    "text": lambda said, _, wanted: said["text"].strip() == wanted.strip(),
    "contains": lambda said, _, wanted: all(words in said["text"] for words in wanted),
    "lacks": lambda said, _, wanted: not any(words in said["text"] for words in wanted),
    "empty": lambda said, _, wanted: (said["text"].strip() == "") is wanted,
    "subject_starts": lambda said, _, wanted: said["subject"].startswith(wanted),
    "subject_single_line": lambda said, _, __: not re.search(r"[\r\n]", said["subject"]),
    "no_nul": lambda said, _, __: "\\u0000" not in json.dumps(said),
    "auto_submitted": lambda said, _, wanted: bool(said["auto_submitted"]) is wanted,
    "bounce": lambda said, _, wanted: (
        said["bounce"] is None if wanted is None else agrees(said["bounce"] or {}, wanted)
    ),
    "attachments": lambda said, _, wanted: files_agree(said["attachments"], wanted),
    "attachment_count": lambda said, _, wanted: len(said["attachments"]) == wanted,
    "attachment_names": lambda said, _, wanted: all(
        said["attachments"][int(at)]["filename"] == name for at, name in wanted.items()
    ),
    "attachment_names_any": lambda said, _, wanted: (
        sorted(one["filename"] for one in said["attachments"]) in [sorted(names) for names in wanted]
    ),
    "attachment_has": lambda said, _, wanted: any(agrees(one, wanted) for one in said["attachments"]),
}


@pytest.mark.parametrize("name", expected())
def test_each_sample_is_read_as_expected(name: str) -> None:
    """MAIL-20, MAIL-21, MAIL-22, MAIL-23, MAIL-24, MAIL-25, MAIL-26, MAIL-27, MAIL-31, MAIL-41, MAIL-96."""
    entry = expected()[name]
    excellent = entry.get("excellent", {})
    wanted = {**entry["parse"], **excellent}
    if "contains" in excellent:
        wanted.pop("empty", None)  # shown without a key: better than empty

    mail = parse((MAIL / name).read_bytes())
    said = mail.to_json()

    for key, value in wanted.items():
        check = CHECKS.get(key, lambda said, _, value, key=key: said[key] == value)  # type: ignore[misc]
        assert check(said, mail, value), f"{key}: wanted {value!r}"
    assert not [defect for defect in mail.defects if defect.startswith("reader_fault")]


@pytest.mark.parametrize("name", expected())
def test_the_samples_are_the_bytes_that_were_written(name: str) -> None:
    """MAIL-1."""
    assert hashlib.sha256((MAIL / name).read_bytes()).hexdigest() == expected()[name]["sha256"]


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\r\n"], ids=["LF", "CR", "CRCRLF"])
@pytest.mark.parametrize("name", [name for name in expected() if not name.startswith("045")])
def test_line_ends_make_no_difference(name: str, ending: bytes) -> None:
    """MAIL-26, MAIL-96."""
    raw = (MAIL / name).read_bytes()

    one, other = (parse(data).to_json() for data in (raw, raw.replace(b"\r\n", ending)))

    assert [file.pop("filename") for file in one.pop("attachments")] == [
        file.pop("filename") for file in other.pop("attachments")
    ]
    assert one == other
