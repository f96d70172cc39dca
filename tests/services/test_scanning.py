"""Files that came by mail wait for the scanner before anybody gets them; the mail itself does not (MAIL-57)."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.test import Client

from tests.desk import MONDAY, Desk
from tests.fakes.clamd import EVIL, Clamd, clamd
from tests.hostile import PICTURE
from tests.services.test_receiving import receive
from tests.web.reading import words_of
from tramita.domain.errors import Conflict
from tramita.models import Alert, Attachment, Item, Message, Person, Scan, SeenMessage
from tramita.queries import files
from tramita.queries.mails import get_file
from tramita.services import drafts, scanning
from tramita.worker import loop

pytestmark = pytest.mark.usefixtures("data_dir")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scanner(settings) -> Iterator[Clamd]:
    with clamd() as server:
        settings.TRAMITA_SCANNER = server.address
        loop._looked.clear()
        yield server


@pytest.fixture
def ana(desk: Desk, client: Client) -> Client:
    client.force_login(Person.objects.get(pk=desk.ana.id))
    return client


def with_file(content: bytes, *, to: str = "invoices@desk.example", name: str = "bill.dat") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "rui.sousa@acme.example", to, f"A file {len(content)}"
    made.set_content("See the file.")
    made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def arrived(content: bytes, **given: str) -> Attachment:
    assert receive(with_file(content, **given), at=MONDAY).outcome == "created"
    return Attachment.objects.latest("pk")


def test_without_a_scanner_nothing_waits(desk: Desk, ana: Client) -> None:
    """MAIL-57: the hook is the operator's choice."""
    file = arrived(b"words")

    assert Scan.objects.count() == 0
    assert get_file(desk.ana, file.pk).sha256 == file.sha256
    assert scanning.scan_due(at=MONDAY) == 0


def test_a_file_is_had_once_the_scanner_found_nothing(desk: Desk, scanner: Clamd, ana: Client) -> None:
    """MAIL-57: the mail is on its item before."""
    file = arrived(b"words")
    before = ana.get(f"/files/{file.pk}")
    page = words_of(ana.get(f"/items/{file.item.reference}"))

    done = loop.drain(at=MONDAY, only="scan")

    assert (before.status_code, "has not been scanned yet" in words_of(before)) == (409, True)
    assert "bill.dat 5 bytes · Held back until it is scanned." in page.replace("\xa0", " ")
    assert done["scanned"] == 1
    assert ana.get(f"/files/{file.pk}").getvalue() == b"words"
    assert "Held back" not in words_of(ana.get(f"/items/{file.item.reference}"))


def test_what_the_scanner_finds_nobody_gets(desk: Desk, scanner: Clamd, ana: Client) -> None:
    """MAIL-57: nor by a second click, nor with a mail of ours."""
    file = arrived(EVIL)
    loop.drain(at=MONDAY, only="scan")

    answer = ana.get(f"/files/{file.pk}?anyway=1")

    assert (answer.status_code, "found Evil.Test in this file" in words_of(answer)) == (409, True)
    assert "Held back: the scanner found Evil.Test." in words_of(ana.get(f"/items/{file.item.reference}"))
    with pytest.raises(Conflict, match=r"Evil\.Test"):
        drafts.attach_from_item(Item.objects.get(), "reply", [file.pk], by=desk.ana, at=MONDAY)


def test_a_scanner_that_is_away_holds_back_and_is_asked_again(desk: Desk, scanner: Clamd, ana: Client) -> None:
    """MAIL-57, MAIL-8: visibly, an operator is told, nothing is lost."""
    scanner.answer = b"stream: no database ERROR\0"
    first, second = arrived(b"one"), arrived(b"twoo")

    faults = [loop.drain(at=MONDAY + minutes * MINUTE, only="scan")["scanned"] for minutes in (0, 2, 5)]
    told = Alert.objects.get(key="scanner")
    with pytest.raises(Conflict):
        get_file(desk.ana, first.pk)
    scanner.answer = None
    loop.drain(at=MONDAY + 30 * MINUTE, only="scan")

    assert faults == [0, 0, 0]
    assert told.about == {"fault": "no database ERROR"}
    assert [get_file(desk.ana, one.pk).pk for one in (first, second)] == [first.pk, second.pk]
    assert not Alert.objects.exists()


def test_a_worker_that_dies_over_a_scan_leaves_it_to_the_next(desk: Desk, scanner: Clamd) -> None:
    """MAIL-6, MAIL-57: and if it comes back, its word counts no more."""
    file = arrived(b"words")
    (dead,) = scanning._claim(at=MONDAY)

    too_early = scanning.scan_due(at=MONDAY + 11 * MINUTE)
    in_time = scanning.scan_due(at=MONDAY + 13 * MINUTE)
    scanning._keep(dead, "Late.Word", at=MONDAY + 14 * MINUTE)

    assert (too_early, in_time) == (0, 1)
    assert get_file(desk.ana, file.pk).sha256 == file.sha256


def test_what_came_before_there_was_a_scanner_is_looked_at_too(desk: Desk, settings, scanner: Clamd) -> None:
    """MAIL-57: once an hour the worker looks for it; in the tray as well."""
    settings.TRAMITA_SCANNER, address = "", settings.TRAMITA_SCANNER
    file = arrived(b"words")
    receive(with_file(EVIL, to="nobody@desk.example"), at=MONDAY)
    settings.TRAMITA_SCANNER = address
    with pytest.raises(Conflict):
        get_file(desk.ana, file.pk)

    loop.drain(at=MONDAY, only="scan")

    assert get_file(desk.ana, file.pk).pk == file.pk
    assert dict(Scan.objects.values_list("key", "verdict")) == {
        file.sha256: Scan.Verdict.CLEAN,
        SeenMessage.objects.latest("pk").raw: Scan.Verdict.FOUND,
    }


def test_files_of_the_tray_wait_as_well(desk: Desk, scanner: Clamd, ana: Client) -> None:
    """MAIL-57: by the message that they are in."""
    receive(with_file(b"words", to="nobody@desk.example"), at=MONDAY)
    seen = SeenMessage.objects.get()
    address = f"/mail/unhandled/{seen.pk}/files/0"

    before = ana.get(address)
    loop.drain(at=MONDAY, only="scan")

    assert (before.status_code, ana.get(address).status_code) == (409, 200)


def test_pictures_are_not_drawn_before(desk: Desk, scanner: Clamd, ana: Client) -> None:
    """MAIL-57, MAIL-35."""
    file = arrived(PICTURE, name="p.png")
    address = f"/messages/{file.message_id}/parts/{file.pk}"

    before = ana.get(address).status_code
    loop.drain(at=MONDAY, only="scan")

    assert (before, ana.get(address).status_code) == (404, 200)


def test_our_own_files_wait_for_nobody(desk: Desk, scanner: Clamd) -> None:
    """MAIL-57: what staff sends is theirs."""
    item = arrived(b"words").item
    ours = Message.objects.create(item=item, outgoing=True, message_id="x@desk.example", at=MONDAY)
    file = Attachment.objects.create(item=item, message=ours, sha256="0" * 64, filename="a", size=1, at=MONDAY)

    assert get_file(desk.ana, file.pk) == file


def test_a_file_of_a_related_item_is_had_like_its_mail(desk: Desk) -> None:
    """G-11: what is listed can be had."""
    file = arrived(b"words")
    with pytest.raises(Exception, match="no such file"):
        get_file(desk.eve, file.pk)
    mine = desk.ticket()
    Item.objects.filter(pk=file.item_id).update(related_to=mine)

    assert get_file(desk.ana, file.pk) == file


def test_the_files_tab_says_what_is_held_and_offers_it_to_no_mail(desk: Desk, ana: Client, scanner: Clamd) -> None:
    """MAIL-57, F-1, F-4: nor do tags take it along; what a colleague puts there waits for nobody."""
    file = arrived(b"words")
    Attachment.objects.filter(pk=file.pk).update(tags=["terms"])
    item = file.item

    page = ana.get(f"/items/{item.reference}?tab=files")
    with pytest.raises(Conflict, match="not been scanned yet"):
        drafts.attach_from_item(item, "reply", [file.pk], by=desk.ana, at=MONDAY)

    assert f'name="attach" value="{file.pk}"' not in page.content.decode()
    assert "bill.dat" in words_of(page)
    assert files.tagged(item, desk.ana, ["terms"]) == []
    assert scanning.scan_due(at=MONDAY)
    assert [one.number for one in files.tagged(item, desk.ana, ["terms"])] == [file.pk]
