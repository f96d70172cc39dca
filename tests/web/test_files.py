"""The Files tab, and files in the composer, over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.api.callers import ask
from tests.desk import MONDAY, Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tests.web.test_composing import reply
from tramita.domain.filing import told
from tramita.models import Attachment, Draft, Item, Person
from tramita.queries.files import AT_ONCE
from tramita.services import drafts, filing, working
from tramita.services.filing import Upload
from tramita.services.mailing import Enclosure
from tramita.ui.downloads import PIECE

pytestmark = pytest.mark.usefixtures("data_dir")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def started(desk: Desk) -> Item:
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    return Item.objects.get(pk=item.pk)


def pdf(name: str = "terms.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"the terms", "application/pdf")


def add(desk: Desk, item: Item, name: str = "terms.pdf", *, internal: bool = False) -> Attachment:
    upload = Upload(name, "application/pdf", 3, [name.encode()])
    return filing.add_files(item, [upload], told(internal=internal), by=desk.ana, at=MONDAY)[0]


def tab(browser: Client, item: Item) -> Any:
    return browser.get(f"/items/{item.reference}?tab=files")


def test_files_are_added_with_what_is_told_of_them(desk: Desk, ana: Client) -> None:
    """F-1, F-2: several at once; name, type, size, who, when, reference, tags and note."""
    item = started(desk)
    form = {"files": [pdf(), pdf("b.pdf")], "tags": "Terms, 2026", "note": "From legal"}

    answer = ana.post(f"/items/{item.reference}/files", form)

    page = words_of(tab(ana, item))
    assert answer["Location"] == f"/items/{item.reference}?tab=files"
    for words in ("b.pdf", "terms.pdf", "PDF", "9 bytes", "Ana Lima", item.reference, "terms 2026", "From legal"):
        assert words in page
    assert {one.internal for one in Attachment.objects.all()} == {False}  # the box was not ticked


def test_what_is_refused_stays_in_its_form(desk: Desk, ana: Client) -> None:
    """F-2: with the fault beside its field, on its tab."""
    item = started(desk)

    refused = ana.post(f"/items/{item.reference}/files/link", {"url": "ftp://acme.example", "title": "Terms"})
    nothing = ana.post(f"/items/{item.reference}/files", {"tags": "x"})

    assert (refused.status_code, nothing.status_code) == (422, 422)
    assert "begins with https://" in errors_of(refused)["link-url"]
    assert 'value="Terms"' in text_of(refused)
    assert "Choose a file first." in errors_of(nothing)["file-files"]


def test_a_file_goes_out_in_pieces_and_says_its_length(desk: Desk, ana: Client) -> None:
    """F-1, MAIL-57: never whole in memory, and as long by its head."""
    item, length = started(desk), 2 * PIECE + 5
    upload = Upload("large.bin", "application/octet-stream", length, [b"x" * PIECE, b"y" * PIECE, b"12345"])
    (row,) = filing.add_files(item, [upload], told(internal=False), by=desk.ana, at=MONDAY)

    answer, head = ana.get(f"/files/{row.pk}"), ana.head(f"/files/{row.pk}")
    pieces = list(answer)
    head.close()

    assert [len(piece) for piece in pieces] == [PIECE, PIECE, 5]
    assert answer["Content-Length"] == head["Content-Length"] == str(length)
    for name, value in (("Content-Type", "application/octet-stream"), ("X-Content-Type-Options", "nosniff")):
        assert answer[name] == value
    assert answer["Content-Disposition"] == 'attachment; filename="large.bin"'


def test_a_file_that_was_opened_comes_whole_though_it_is_erased(desk: Desk, ana: Client, data_dir: Path) -> None:
    """F-1, MAIL-18."""
    item = started(desk)
    row = add(desk, item)
    answer = ana.get(f"/files/{row.pk}")

    (kept,) = data_dir.rglob(row.sha256)
    kept.unlink()

    assert answer.getvalue() == b"terms.pdf"


def test_a_file_alone_is_answered_in_a_word(desk: Desk, ana: Client) -> None:
    """F-2: 204, or why it is not kept."""
    item, others = started(desk), desk.ticket()
    working.start(others, by=desk.leo, at=MONDAY)

    kept = ana.post(f"/items/{item.reference}/files", {"files": pdf(), "quiet": "yes"})
    refused = ana.post(f"/items/{others.reference}/files", {"files": pdf(), "quiet": "yes"})

    assert kept.status_code == 204
    assert (refused.status_code, text_of(refused)) == (409, "To add files, have the item assigned to you.")


def test_the_form_is_offered_to_who_may_add(desk: Desk, ana: Client, as_: Browser) -> None:
    """F-2: others read why not; who may not see the item finds nothing."""
    item = started(desk)

    assert 'name="files"' in text_of(tab(ana, item))
    assert 'name="files"' not in text_of(tab(as_(desk.leo), item))
    assert "have the item assigned to you" in words_of(tab(as_(desk.leo), item))
    assert tab(as_(desk.eve), item).status_code == 404


def test_a_file_is_described_and_taken_off(desk: Desk, ana: Client) -> None:
    """F-3."""
    item = started(desk)
    row = add(desk, item)
    path = f"/items/{item.reference}/files/{row.pk}"

    ana.post(path, {"tags": "Prices", "note": "Old", "internal": "on"})
    row.refresh_from_db()
    told_of = (row.tags, row.note, row.internal)
    ana.post(path, {"remove": "yes"})

    assert told_of == (["prices"], "Old", True)
    assert not Attachment.objects.exists()
    assert "File taken off: terms.pdf" in words_of(ana.get(f"/items/{item.reference}?tab=timeline"))


def test_a_file_that_the_storage_lost_is_told_of(desk: Desk, ana: Client, data_dir: Path) -> None:
    """A sentence that names it, never a stack trace: to look at, by the API, and on its way into a mail."""
    item = started(desk)
    lost = add(desk, item, "lost.pdf")
    ana.post(f"/items/{item.reference}/files/mail", {"attach": [lost.pk]})
    for path in (path for path in data_dir.rglob("*") if path.name == lost.sha256):
        path.unlink()

    answers = [
        ana.get(f"/files/{lost.pk}"),
        ask(Person.objects.get(pk=desk.ana.id)).get(f"/files/{lost.pk}"),
        ana.post(f"/items/{item.reference}/reply", reply(item)),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all("The file “lost.pdf” is not kept here." in words_of(answer) for answer in answers)


def test_only_what_may_leave_is_offered_to_a_mail(desk: Desk, ana: Client) -> None:
    """F-4, decision 0028: on the tab, in the composer, and in what the form says."""
    item = started(desk)
    shown, inside = add(desk, item), add(desk, item, "secret.pdf", internal=True)

    boxes = text_of(tab(ana, item))
    composer = text_of(ana.get(f"/items/{item.reference}"))
    refused = ana.post(f"/items/{item.reference}/files/mail", {"attach": [inside.pk]})
    ana.post(f"/items/{item.reference}/files/mail", {"attach": [shown.pk]})

    for page in (boxes, composer):
        assert f'name="attach" value="{shown.pk}"' in page
        assert f'name="attach" value="{inside.pk}"' not in page
    assert (refused.status_code, "“secret.pdf” is only for colleagues" in words_of(refused)) == (422, True)
    assert [one["filename"] for one in Draft.objects.get().files] == ["terms.pdf"]


def test_a_long_list_has_pages(desk: Desk, ana: Client) -> None:
    """F-1: newest first, the older ones a click away."""
    item = started(desk)
    for number in range(AT_ONCE + 1):
        factories.attachment(item, filename=f"file-{number:03}.pdf")

    first = text_of(tab(ana, item))
    after = first.partition("tab=files&amp;after=")[2].partition('"')[0]
    second = text_of(ana.get(f"/items/{item.reference}?tab=files&after={after}"))

    assert ("file-200.pdf" in first, "file-000.pdf" in first) == (True, False)
    assert ("file-200.pdf" in second, "file-000.pdf" in second) == (False, True)


def test_a_note_with_a_file_shows_it(desk: Desk, ana: Client) -> None:
    """Decision 0028: beside its words, and marked on the tab."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/note", {"body": "See the file.", "files": [pdf()], "draft": "0"})

    assert "terms.pdf" in words_of(ana.get(f"/items/{item.reference}")).partition("See the file.")[2]
    assert "Only for colleagues" in words_of(tab(ana, item)).partition("terms.pdf")[2]


def test_a_picture_of_a_draft_is_its_writers_alone(desk: Desk, ana: Client, as_: Browser) -> None:
    """SEC-2: shown by its bytes, under a policy of its own."""
    item = started(desk)
    _draft, (cat,) = drafts.show_pictures(item, [Enclosure("cat.png", "text/html", PNG)], by=desk.ana, at=MONDAY)
    path = f"/items/{item.reference}/drafts/reply/pictures/{cat}"

    mine = ana.get(path)

    assert (mine.status_code, mine["Content-Type"], mine["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert as_(desk.leo).get(path).status_code == 404
    assert ana.get(f"{path}x").status_code == 404


def test_pictures_that_come_while_typing_are_told_by_their_ids(desk: Desk, ana: Client) -> None:
    """MAIL-120: the page shows them; they are no files beside the mail."""
    item = started(desk)
    given = {"html": "<p>A <b>b</b></p>", "draft": "0", "quiet": "yes"}

    answer = text_of(
        ana.post(f"/items/{item.reference}/drafts/reply", given | {"pictures": SimpleUploadedFile("c.png", PNG)})
    )

    cid = Draft.objects.get().files[0]["content_id"]
    assert f'<span data-picture="{cid}">' in answer
    assert "c.png" not in answer


def test_a_draft_shows_its_html_only_as_words_of_an_attribute(desk: Desk, ana: Client) -> None:
    """MAIL-43: cleaned, and never part of the page."""
    item = started(desk)
    ana.post(
        f"/items/{item.reference}/drafts/reply",
        {"html": "<p>A <b>b</b><script>x</script></p>", "draft": "0", "quiet": "yes"},
    )

    page = text_of(ana.get(f"/items/{item.reference}"))

    assert 'data-html="&lt;p&gt;A &lt;b&gt;b&lt;/b&gt;&lt;/p&gt;"' in page
    assert Draft.objects.get().text == "A b"
