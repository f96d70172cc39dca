"""`tramita audit verify`, and the part of `tramita doctor`."""

import json
from argparse import Namespace

import pytest
from tests.desk import MONDAY, Desk

from tramita.cli import seals
from tramita.config.doctor import examine
from tramita.models import Seal
from tramita.services.seals import newest_seal, seal

pytestmark = pytest.mark.django_db(transaction=True)  # a follower hears only of what is committed


def told(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    code = seals.run(Namespace(json=True))
    return code, json.loads(capsys.readouterr().out)


def test_it_says_how_many_lines_hold_and_which_does_not(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """SEC-3: exit 1 once somebody changed it, and the doctor names the cause."""
    desk.ticket()
    while seal(at=MONDAY):
        pass
    lines, newest = Seal.objects.count(), newest_seal()

    whole = told(capsys)
    well = [one for one in examine(at=MONDAY) if one.part == "audit"]
    Seal.objects.filter(pk=Seal.objects.latest("pk").pk).update(person=99)
    broken = told(capsys)
    wrong = [one for one in examine(at=MONDAY) if one.part == "audit"]

    assert whole == (0, {"lines": lines, "seal": newest, "broken": None, "why": None})
    assert (broken[0], broken[1]["lines"]) == (1, lines - 1)
    assert [one.ok for one in (*well, *wrong)] == [True, False]
    assert newest[:16] in well[0].cause
