"""`tramita seed` and what it says."""

import json

import pytest
from tests import factories

from tramita.config.command import main
from tramita.models import Item

pytestmark = pytest.mark.django_db


def test_seed_says_how_many_items_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """INTERFACES section 2: plain lines of progress where there is no terminal."""
    code = main(["seed", "--items", "30", "--json"])

    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert (code, told["items"], told["added"], told["seed"]) == (0, 30, 30, 1)
    assert "Items: 30 of 30" in shown.err
    assert Item.objects.count() == 30


def test_seed_refuses_a_desk_with_data_of_its_own_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1."""
    factories.ticket()

    assert main(["seed", "--items", "30"]) == 1
    assert "data of its own" in capsys.readouterr().err


def test_seed_names_the_profiles_when_it_knows_none_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1."""
    assert main(["seed", "--items", "30", "--profile", "odd"]) == 1
    assert "standard, busy" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "-5", "many"])
def test_seed_wants_a_number_of_items(given: str) -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as exit_:
        main(["seed", f"--items={given}"])

    assert exit_.value.code == 2
