"""One poisonous message never stops the next (MAIL-6), and what is wrong with the machine is no message's fault."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import OperationalError

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tramita.domain.errors import Conflict
from tramita.gateways.storage import storage
from tramita.models import Item, Route, SeenMessage
from tramita.queries.mailboxes import directory
from tramita.queries.tray import tray
from tramita.services import processing, receiving

MINUTE = timedelta(minutes=1)
LETTERS = "".join(chr(0x4E00 + number * 37 % 20_000) for number in range(990))  # that no database compresses
POISON = {
    "a long id": mail("1").replace(b"Message-ID: <", b"Message-ID: <" + LETTERS.encode()),
    "a long sender": mail("2", sender=f"{'x' * 400}@acme.example"),
    "a long foreign sender": mail("3", sender=f"x@{'ü' * 200}.example"),
    "a long name": mail("4").replace(b"Rui Sousa", LETTERS.encode()),
    "a long subject": mail("5", subject=LETTERS * 50),
    "a thousand in copy": mail("6", cc=", ".join(f"p{number}@acme.example" for number in range(1000))),
    "nothing": b"",
    "zeros": b"\0" * 2000,
    "NUL everywhere": mail("7\0\0", subject="NUL\0", sender="rui\0@acme.example"),
    "lone surrogates": mail("8").replace(b"Invoice 991", b"=?utf-8?B?7aCA?="),
    "a long answered id": mail("9", reply_to=LETTERS),
    "a long file name": mail("x", **{"Content-Type": f'application/pdf; name="{LETTERS}.pdf"'}),
}


def receive(raw: bytes) -> receiving.Outcome:
    return receiving.receive(raw, source="import", at=MONDAY)


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_whatever_comes_is_kept_and_the_next_comes_in(desk: Desk, raw: bytes) -> None:
    """MAIL-6, MAIL-7, MAIL-20, MAIL-40."""
    outcome = receive(raw)

    assert outcome.outcome in ("created", "unhandled", "failed")
    assert receive(mail("The next")).outcome == "created"
    assert receive(raw).outcome == "duplicate"


@pytest.mark.parametrize("name", [name for name in POISON if "long" in name and name != "a long sender"])
def test_what_is_only_long_becomes_an_item(desk: Desk, name: str) -> None:
    """MAIL-20, MAIL-21, MAIL-27, MAIL-34."""
    assert receive(POISON[name]).outcome == "created"


class Broken:
    """Something in the way of delivering, for a while."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        self.error, self.patch, self.calls = error, monkeypatch, 0
        monkeypatch.setattr(receiving, "sort_out", self)

    def __call__(self, *_: object, **__: object) -> receiving.Outcome:
        self.calls += 1
        raise self.error


def test_a_fault_of_ours_sets_the_mail_aside_with_its_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-6, MAIL-7, MAIL-143."""
    with monkeypatch.context() as patch:
        Broken(patch, RecursionError("too deep"))
        outcome = receive(mail())

    assert (outcome.outcome, outcome.reason) == ("failed", "RecursionError: too deep")
    (seen,) = tray(desk.leo)
    assert receiving.replay(seen.pk, at=MONDAY).outcome == "created"
    assert not tray(desk.leo).exists()


def test_a_database_that_fails_three_times_on_one_mail_sets_it_aside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6, MAIL-8."""
    Broken(monkeypatch, OperationalError("index row too large"))
    for _ in range(2):
        with pytest.raises(OperationalError):
            receive(mail())

    assert receive(mail()).outcome == "failed"
    assert SeenMessage.objects.get().reason == "OperationalError: index row too large"


def in_the_way(settings: LazySettings, content: bytes) -> object:
    """A file where the folder of these bytes must be: what the disk says when it is full or broken."""
    kept = storage(settings.TRAMITA_STORAGE_URL)
    folder = kept.path(kept.put(content)).parent
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.touch()
    return folder


def test_a_disk_that_fails_at_the_mail_promises_nothing(desk: Desk, data_dir: object, settings: LazySettings) -> None:
    """MAIL-1, MAIL-8."""
    folder = in_the_way(settings, mail())

    with pytest.raises(OSError, match=r"exists|directory"):
        receive(mail())

    assert not SeenMessage.objects.exists()
    folder.unlink()
    assert receive(mail()).outcome == "created"


def test_a_disk_that_fails_at_an_attachment_leaves_nothing_half_done(
    desk: Desk, data_dir: object, settings: LazySettings
) -> None:
    """MAIL-1, MAIL-6, MAIL-8."""
    raw = mail("%PDF", Content_Type='application/pdf; name="a.pdf"')
    folder = in_the_way(settings, b"%PDF\r\n")
    for _ in range(4):
        with pytest.raises(OSError, match=r"exists|directory"):
            receive(raw)
    assert not Item.objects.exists()

    folder.unlink()

    assert processing.process_due(at=MONDAY + MINUTE) == 1
    assert SeenMessage.objects.get().outcome == "created"
    assert Item.objects.get().attachments.count() == 1


def test_a_mail_whose_bytes_are_gone_is_shown_as_failed(desk: Desk, data_dir: object, settings: LazySettings) -> None:
    """MAIL-7."""
    receive(mail(to="nobody@else.example"))
    seen = SeenMessage.objects.get()
    storage(settings.TRAMITA_STORAGE_URL).path(seen.raw).unlink()

    outcome = receiving.replay(seen.pk, at=MONDAY)

    assert (outcome.outcome, outcome.reason) == ("failed", "The raw message is not in the storage.")


def test_unhandled_mail_is_processed_again_after_a_route_was_made(desk: Desk) -> None:
    """MAIL-143, M-21."""
    receive(mail(to="new@desk.example"))
    seen = SeenMessage.objects.get()
    assert receiving.replay(seen.pk, at=MONDAY).outcome == "unhandled"
    Route.objects.create(
        mailbox=Route.objects.first().mailbox, address="new@desk.example", process=desk.definitions["plain"]
    )

    outcome = receiving.replay(seen.pk, at=MONDAY)

    assert (outcome.outcome, Item.objects.get().reference) == ("created", *outcome.items)
    with pytest.raises(Conflict):
        receiving.replay(seen.pk, at=MONDAY)


def test_a_mail_handed_in_under_a_route_counts_as_its_mailboxs(desk: Desk) -> None:
    """MAIL-14."""
    assert directory().routes["suppliers@desk.example"].mailbox == "invoices@desk.example"

    receiving.receive(mail(to="x@else.example"), mailbox="Suppliers@desk.example", source="import", at=MONDAY)

    assert SeenMessage.objects.get().mailbox == "invoices@desk.example"
