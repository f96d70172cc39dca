"""Raw bytes have their time, rows stay (MAIL-18)."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_joining import configured
from tests.services.test_receiving import mail, receive
from tramita.gateways.storage import ERASED, JUST_KEPT, Folder, storage
from tramita.models import Draft, Item, Message, SeenMessage
from tramita.services import receiving, retention
from tramita.services.retention import FOLDERS, HOUR, forget_raw_mail, sweep
from tramita.worker import loop

DAY = timedelta(days=1)


@pytest.fixture
def kept(data_dir: Path) -> Folder:
    found = storage(settings.TRAMITA_STORAGE_URL)
    assert isinstance(found, Folder)
    return found


def long_ago(kept: Folder) -> None:
    """All files were written before the last hour."""
    for file in kept.root.rglob("*"):
        if file.is_file():
            os.utime(file, (0, 0))


def there(kept: Folder, key: str) -> bool:
    return kept.path(key).exists()


def test_raw_bytes_are_erased_after_their_time_and_the_rows_stay(desk: Desk, kept: Folder) -> None:
    """MAIL-18."""
    configured(keep_raw_mail=30)
    receive(mail("Old"))
    receive(mail("Young"), at=MONDAY + 20 * DAY)
    long_ago(kept)
    old, young = SeenMessage.objects.order_by("id")

    assert forget_raw_mail(at=MONDAY + 31 * DAY) == 1

    assert (there(kept, old.raw), there(kept, young.raw)) == (False, True)
    assert list(SeenMessage.objects.order_by("id").values_list("raw", flat=True)) == ["", young.raw]
    message = Message.objects.get(seen=old.pk)
    assert (message.raw, message.text, Item.objects.count()) == ("", "Old\n", 2)
    assert receive(mail("Old"), at=MONDAY + 32 * DAY).outcome == "duplicate"
    assert forget_raw_mail(at=MONDAY + 31 * DAY) == 0


def test_nothing_is_erased_where_no_time_is_set(desk: Desk, kept: Folder) -> None:
    """MAIL-18."""
    receive(mail("Old"))

    assert forget_raw_mail(at=MONDAY + 10_000 * DAY) == 0


def test_what_waits_in_the_tray_or_to_be_cleaned_keeps_its_bytes(desk: Desk, kept: Folder) -> None:
    """MAIL-18, MAIL-7, MAIL-43."""
    configured(keep_raw_mail=30)
    receive(mail("To nobody", to="nobody@desk.example"))
    receive(mail("To be cleaned"))
    Message.objects.filter(outgoing=False).update(shown=Message.Shown.WAITING)

    assert forget_raw_mail(at=MONDAY + 31 * DAY) == 0


def test_bytes_that_anything_else_holds_stay(desk: Desk, kept: Folder) -> None:
    """MAIL-18: the same file at another mailbox, or saved as an attachment."""
    configured(keep_raw_mail=30)
    for name in ("One", "Two"):
        receive(mail(name))
    receiving.receive(mail("One"), mailbox="other@desk.example", source="import", at=MONDAY + 20 * DAY)
    one, two, _ = SeenMessage.objects.order_by("id")
    factories.attachment(Item.objects.first(), sha256=two.raw)
    long_ago(kept)

    assert forget_raw_mail(at=MONDAY + 31 * DAY) == 2

    assert there(kept, one.raw)
    assert there(kept, two.raw)


def test_bytes_that_were_kept_again_in_the_last_hour_stay(kept: Folder) -> None:
    """MAIL-18, MAIL-1: the row of who keeps them may still be on its way."""
    key = kept.put(b"the same")
    long_ago(kept)
    kept.put(b"the same")

    assert (kept.erase(key), kept.get(key)) == (False, b"the same")
    os.utime(kept.path(key), (0, JUST_KEPT))
    assert (kept.erase(key), kept.erase(key)) == (True, False)
    assert not list(kept.path(key).parent.iterdir())


def its_hour(key: str, at: datetime) -> datetime:
    """When the folder of these bytes is looked at, from that moment on."""
    return at + (int(key[:2], 16) - int(at.timestamp() // HOUR)) % FOLDERS * timedelta(hours=1)


def test_bytes_that_nothing_refers_to_go_after_a_month(desk: Desk, kept: Folder) -> None:
    """F-1, MAIL-18, decision 0044: of a file that was taken off; not what another item, a draft or a text still has."""
    contents = [b"taken off", b"on another item", b"in a draft", b"of a text", b"not yet in a configuration"]
    off, other, draft, text, young = kept.put_all(contents)
    item, row = desk.ticket(), {"filename": "a.pdf", "content_type": "application/pdf", "size": 9}
    gone = [factories.attachment(item, sha256=key) for key in (off, other)]
    factories.attachment(desk.ticket(), sha256=other)
    Draft.objects.create(
        item=item, person_id=desk.ana.id, kind="reply", updated_at=MONDAY, files=[row | {"sha256": draft}]
    )
    publish("canned_text", "terms", files=[{"name": "a.pdf", "sha256": text}])
    long_ago(kept)
    kept.put(contents[-1])
    for one in gone:
        one.delete()

    erased = {key: sweep(at=its_hour(key, datetime.now(UTC))) for key in (off, other, draft, text, young)}

    assert erased == {off: 1, other: 0, draft: 0, text: 0, young: 0}
    assert [there(kept, key) for key in erased] == [False, True, True, True, True]


def test_who_keeps_the_same_bytes_while_they_are_swept_has_them(
    kept: Folder, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    """MAIL-1: also what an eraser left who was killed."""
    key, left = kept.put(b"the same"), kept.put(b"half gone")
    kept.path(left).rename(kept.path(left).with_name(f".{left}{ERASED}"))
    long_ago(kept)
    asked = retention._referred

    def meanwhile(how: str, prefix: str) -> set[str]:
        found = asked(how, prefix)
        kept.put(b"the same")  # its row comes later
        return found

    monkeypatch.setattr(retention, "_referred", meanwhile)

    assert [sweep(at=its_hour(one, MONDAY)) for one in (key, left)] == [0, 1]
    assert kept.get(key) == b"the same"
    assert not kept.holds(left)


def test_the_worker_looks_once_an_hour(desk: Desk, kept: Folder) -> None:
    """MAIL-18."""
    configured(keep_raw_mail=30)
    receive(mail("Old"))
    at = MONDAY + 400 * DAY
    loop.drain(at=at, only="tidy")
    receive(mail("Older"))

    assert loop.drain(at=at + timedelta(minutes=59), only="tidy") == {}
    assert loop.drain(at=at + timedelta(minutes=60), only="tidy") == {"raw_mail_erased": 1}
