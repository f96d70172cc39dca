"""`mail import` and `mail replay`: what they print, and how they end (INTERFACES sections 2 and 6)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.desk import Desk, build
from tests.samples import MAIL, expected
from tests.services.test_receiving import mail
from tramita.config.command import main
from tramita.domain.codes import State
from tramita.models import Item, Mailbox, Route, SeenMessage

CODE = "import sys; from tramita.config.command import main; sys.exit(main())"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mail for a route, one for nobody, and one that answers nothing we know."""
    place = tmp_path / "post"
    place.mkdir()
    (place / "1.eml").write_bytes(mail("One"))
    (place / "2.eml").write_bytes(mail("Two", to="nobody@else.example"))
    (place / "3.eml").write_bytes(mail("Three", subject="Re: [99999-T]", reply_to="x@y.example"))
    return place


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_message_is_one_line_of_json(desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-16, INTERFACES 6."""
    assert main(["mail", "import", "--json", str(folder)]) == 0

    said = lines(capsys)
    assert [list(line) for line in said] == [["file", "outcome", "items", "reason"]] * 3
    assert [line["file"] for line in said] == [str(folder / f"{number}.eml") for number in (1, 2, 3)]
    assert [line["outcome"] for line in said] == ["created", "unhandled", "created"]
    assert said[0]["items"] == [Item.objects.earliest("id").reference]
    assert (said[1]["items"], said[1]["reason"]) == ([], "no route")


def test_importing_again_says_duplicate_and_which_item(
    desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MAIL-3."""
    main(["mail", "import", "--json", str(folder)])
    first = lines(capsys)

    assert main(["mail", "import", "--json", str(folder)]) == 0

    again = lines(capsys)
    assert {line["outcome"] for line in again} == {"duplicate"}
    assert [line["items"] for line in again] == [line["items"] for line in first]
    assert (Item.objects.count(), SeenMessage.objects.count()) == (2, 3)


def test_a_file_that_cannot_be_read_is_named_and_the_others_come_in(
    desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MAIL-6."""
    (folder / "0.eml").symlink_to(folder / "0.eml")

    assert main(["mail", "import", str(folder), str(folder / "4.eml")]) == 1

    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "4.eml" in said.err
    assert Item.objects.count() == 2


def test_the_mailbox_that_received_them_is_told(desk: Desk, folder: Path) -> None:
    """MAIL-14."""
    main(["mail", "import", "--mailbox", "invoices@desk.example", str(folder)])

    assert set(SeenMessage.objects.values_list("mailbox", flat=True)) == {"invoices@desk.example"}


def test_a_full_disk_ends_with_75_and_one_line(
    desk: Desk, folder: Path, settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MAIL-8: EX_TEMPFAIL, so that a mail server which pipes a message here tries again."""
    (tmp_path / "no-folder").touch()
    settings.TRAMITA_STORAGE_URL = f"file://{tmp_path}/no-folder"

    assert main(["mail", "import", str(folder)]) == 75

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "1.eml: not now" in said.err
    assert not SeenMessage.objects.exists()


def test_a_database_that_is_away_ends_with_75_and_one_line(folder: Path, tmp_path: Path) -> None:
    """MAIL-8."""
    environment = os.environ | {
        "TRAMITA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "TRAMITA_DATA_DIR": str(tmp_path),
        "PYTHONPATH": "src",
    }

    done = subprocess.run(
        [sys.executable, "-c", CODE, "mail", "import", str(folder)], env=environment, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert "not now" in done.stderr


LOCKS = {
    "sqlite": ({"timeout": 0.01}, ["BEGIN IMMEDIATE"]),
    "postgresql": (
        {"options": "-c lock_timeout=20ms"},
        ["BEGIN", "LOCK TABLE seen_messages IN ACCESS EXCLUSIVE MODE"],
    ),
}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_somebody_holds_ends_with_75_and_the_same_command_again_brings_it_in(
    transactional_db: None,
    data_dir: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MAIL-3, MAIL-8: a pipe's mail server tries again, and nothing is doubled."""
    build()
    impatient, hold = LOCKS[connection.vendor]
    other = connection.copy()
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", connection.settings_dict["OPTIONS"] | impatient)
    try:
        other.ensure_connection()
        for statement in hold:
            other.connection.execute(statement)

        assert main(["mail", "import", str(folder / "1.eml")]) == 75
        other.connection.execute("ROLLBACK")
    finally:
        other.close()
        said = capsys.readouterr()

    assert (said.out, said.err.count("\n")) == ("", 1)
    assert main(["mail", "import", str(folder / "1.eml")]) == 0
    assert (Item.objects.count(), SeenMessage.objects.count()) == (1, 1)
    connection.close()


def test_every_sample_comes_in_without_a_complaint(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-6, MAIL-20: at a desk that knows nothing of them, most have no route."""
    assert main(["mail", "import", "--json", str(MAIL)]) == 0

    said = lines(capsys)
    assert len(said) == len(expected())
    assert {line["outcome"] for line in said} <= {"unhandled", "ignored", "duplicate"}


def test_replay_names_what_it_cannot_do_and_goes_on(
    desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MAIL-143."""
    main(["mail", "import", str(folder)])
    seen = SeenMessage.objects.get(outcome="unhandled")
    capsys.readouterr()

    assert main(["mail", "replay", "--json", str(seen.pk + 100), str(seen.pk)]) == 1

    said = capsys.readouterr()
    assert json.loads(said.out) == {"id": seen.pk, "outcome": "unhandled", "items": [], "reason": "no route"}
    assert said.err.count("\n") == 1


def test_an_old_mailbox_is_filed(desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-17."""
    assert main(["mail", "import", "--archive", "--json", str(folder)]) == 0

    assert [(line["outcome"], line["reason"]) for line in lines(capsys)] == [
        ("created", "archive"),
        ("unhandled", "no route"),
        ("created", "archive"),
    ]
    assert set(Item.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert set(SeenMessage.objects.values_list("archive", flat=True)) == {True}


@pytest.fixture
def tray(desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Two mails that found no route, each at a mailbox of its own; a route was made since."""
    for name, box in (("Two", "a@desk.example"), ("Four", "b@desk.example")):
        (folder / "one.eml").write_bytes(mail(name, to="late@desk.example"))
        main(["mail", "import", "--mailbox", box, str(folder / "one.eml")])
    box = Mailbox.objects.get()
    Route.objects.create(mailbox=box, address="late@desk.example", process=desk.definitions["plain"])
    capsys.readouterr()
    return list(SeenMessage.objects.order_by("id").values_list("pk", flat=True))


def test_the_whole_tray_is_rehearsed_and_replayed(tray: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-143."""
    assert main(["mail", "replay", "--all", "--dry-run", "--json"]) == 0
    assert [(line["id"], line["outcome"]) for line in lines(capsys)] == [(pk, "created") for pk in tray]
    assert not Item.objects.exists()

    assert main(["mail", "replay", "--all", "--json"]) == 0
    assert [(line["id"], line["outcome"]) for line in lines(capsys)] == [(pk, "created") for pk in tray]
    assert Item.objects.count() == 2


def test_one_mailbox_of_the_tray_is_replayed(tray: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-143."""
    assert main(["mail", "replay", "--all", "--mailbox", "B@desk.example", "--json"]) == 0

    assert [line["id"] for line in lines(capsys)] == tray[1:]


@pytest.mark.parametrize("given", [[], ["--all", "17"]])
def test_replay_wants_messages_or_all_of_them(desk: Desk, given: list[str]) -> None:
    """MAIL-143."""
    assert main(["mail", "replay", *given]) == 1


def test_a_persons_mail_is_erased_from_the_command_line(desk: Desk, folder: Path, capsys) -> None:
    """MAIL-18: a reason is asked for, a dry run asks for none."""
    main(["mail", "import", str(folder)])
    sender = SeenMessage.objects.first().sender
    capsys.readouterr()

    assert main(["mail", "erase", "--person", sender]) == 1
    assert main(["mail", "erase", "--person", sender, "--dry-run", "--json"]) == 0
    assert main(["mail", "erase", "--person", sender, "--reason", "Asked for it", "--json"]) == 0

    tried, done = lines(capsys)
    assert tried == done
    assert done["messages"] > 0
    assert not SeenMessage.objects.filter(sender=sender).exists()
