"""`tramita case-type move`."""

import json

import pytest
from django.utils import timezone
from tests import factories
from tests.desk import Desk
from tests.flows import PLAIN, begun, republish
from tests.services.test_upgrading import path_of

from tramita.config.command import main
from tramita.domain.codes import Role
from tramita.models import Job
from tramita.services import bulk_work

pytestmark = pytest.mark.django_db


def test_a_move_is_told_and_with_a_name_ordered(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """BU-4, INTERFACES 2: the same preview, the same job as on the page; nobody less may order it."""
    vera = factories.person("Vera Stone", role=Role.ADMINISTRATOR)
    case = begun(desk)
    path = path_of(case)
    republish(path, {"gather": ["papers", "form"], **{name: PLAIN[name] for name in ("check", "finish")}})
    asked = ["case-type", "move", path, "--from", "1", "--step", "collect=gather", "--json"]

    only_said, told = main(asked), json.loads(capsys.readouterr().out)
    jobs = Job.objects.count()
    refused = [main([*asked, "--by", who]) for who in (desk.ana.email, "nobody@desk.example")]
    capsys.readouterr()
    done = main([*asked, "--by", str(vera.email)])
    ordered = json.loads(capsys.readouterr().out)
    while bulk_work.work(at=timezone.now()).total():
        pass

    assert (only_said, told["cases"], told["move"], told["stay"], told["steps"]) == (0, 1, 1, 0, ["collect"])
    assert (jobs, refused, done) == (0, [1, 1], 0)
    assert Job.objects.get().pk == ordered["job"]
    case.refresh_from_db()
    assert case.process_version.number == 2


def test_what_cannot_be_moved_is_said_in_one_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES 2."""
    path = path_of(begun(desk))

    assert main(["case-type", "move", path, "--from", "1"]) == 1
    assert "newest" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["case-type", "move", path, "--from", "1", "--step", "collect"])
