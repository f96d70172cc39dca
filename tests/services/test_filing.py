"""Files and links on an item: whose it must be, what is kept, what never leaves by accident."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.codes import State, Visibility
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.domain.filing import told
from tramita.gateways.storage import storage
from tramita.models import Attachment, Draft, Entry, Item, Message
from tramita.queries import definitions, files, people
from tramita.services import canned, composing, drafts, filing, ledger, mailing, notes, resolving, working
from tramita.services.drafts import Written
from tramita.services.filing import Upload
from tramita.services.mailing import Enclosure

pytestmark = pytest.mark.usefixtures("data_dir")
SHOWN = told(internal=False)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def upload(name: str = "terms.pdf", content: bytes = b"the terms") -> Upload:
    return Upload(name, "application/pdf", len(content), [content])


def add(desk: Desk, item: Item, *uploads: Upload, about: Any = None, **more: Any) -> list[Attachment]:
    given = {"by": desk.ana, "at": MONDAY} | more
    return filing.add_files(item, uploads or [upload()], about or told(), **given)


def filed(desk: Desk, item: Item, *rows: Attachment) -> list[files.Filed]:
    return files.chosen(item, desk.ana, [row.pk for row in rows])


def names(item: Item, actor: Any) -> list[str]:
    return [one.file.filename for one in files.files_of(item, actor)]


def test_a_file_is_kept_and_told(desk: Desk, settings: Any) -> None:
    """F-1, F-2, S-14: on a free To Do item it starts the work; the timeline names it."""
    item = desk.ticket()

    (row,) = add(desk, item, about=told(["Terms"], "From legal"))

    now = Item.objects.get(pk=item.pk)
    entry = Entry.objects.get(item=item, type="file_added")
    assert (now.state, now.assignee_id) == (State.IN_PROGRESS, desk.ana.id)
    assert (entry.words["filename"], entry.visibility) == ("terms.pdf", Visibility.INTERNAL)
    assert storage(settings.TRAMITA_STORAGE_URL).get(row.sha256) == b"the terms"
    assert (row.tags, row.note, row.internal) == (["terms"], "From legal", True)
    assert ledger.differences(now) == {}


def test_several_are_added_or_none(desk: Desk) -> None:
    """F-2: the one that is refused is named."""
    publish("settings", "settings", file_types=["pdf"])
    definitions.forget()
    item = desk.ticket()

    with pytest.raises(Invalid, match=r"“tool\.exe”"):
        add(desk, item, upload(), upload("tool.exe"))
    add(desk, item, upload("a.pdf"), upload("b.PDF"))

    assert names(item, desk.ana) == ["b.PDF", "a.pdf"]


def test_bytes_are_kept_in_pieces(desk: Desk, settings: Any) -> None:
    """F-2: a hundred megabytes are never in memory at once."""

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            yield bytes([number]) * 1000

    (row,) = add(desk, desk.ticket(), Upload("x.bin", "application/octet-stream", 3000, pieces()))
    (same,) = add(desk, desk.ticket(), upload("y.bin", b"".join(pieces())))

    assert row.sha256 == same.sha256
    assert len(storage(settings.TRAMITA_STORAGE_URL).get(row.sha256)) == 3000


def test_nothing_is_left_of_an_upload_that_breaks_off(desk: Desk, settings: Any) -> None:
    """MAIL-1: a file appears complete or not at all."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the browser is gone")

    item = desk.ticket()
    with pytest.raises(OSError, match="gone"):
        add(desk, item, Upload("x.bin", "a/b", 9, broken()))

    assert not Attachment.objects.exists()
    root = storage(settings.TRAMITA_STORAGE_URL).root  # type: ignore[attr-defined]  # files
    assert not [one for one in root.rglob("*") if one.is_file()]


def test_the_item_must_be_theirs(desk: Desk) -> None:
    """F-2: not a colleague's, not one that waits in a queue, not a Closed one; a link alike."""
    others, closed = desk.ticket(), desk.ticket()
    working.start(others, by=desk.leo, at=MONDAY)
    working.start(closed, by=desk.ana, at=MONDAY)
    resolving.resolve(closed, method="rejected_spam", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict, match="assigned to you"):
        add(desk, others)
    with pytest.raises(Conflict, match="assigned to you"):
        filing.add_link(others, url="https://acme.example", about=SHOWN, by=desk.ana, at=MONDAY)
    with pytest.raises(Conflict, match="Closed"):
        add(desk, closed)
    with pytest.raises(NotPermitted):
        add(desk, desk.ticket(), by=desk.eve)


def test_a_draft_takes_files_of_who_writes_it(desk: Desk) -> None:
    """F-2, L-9."""
    item = desk.ticket(draft=True)

    add(desk, item)

    assert Item.objects.get(pk=item.pk).state is State.DRAFT


def test_own_files_come_first_then_those_of_the_group_and_of_mails(desk: Desk) -> None:
    """F-1: newest first; pictures inside a mail's text are none; nobody sees what they may not."""
    item, related = desk.ticket(), desk.ticket()
    Item.objects.filter(pk=related.pk).update(related_to=item)
    factories.attachment(related, filename="other.pdf")
    mail = factories.mail(item)
    factories.attachment(item, mail, filename="letter.pdf")
    factories.attachment(item, mail, filename="logo.png", inline=True, content_id="logo@x")
    add(desk, item)

    rows = files.files_of(item, desk.ana)

    assert [(one.file.filename, one.reference, one.own) for one in rows] == [
        ("terms.pdf", item.reference, True),
        ("letter.pdf", item.reference, True),
        ("other.pdf", related.reference, False),
    ]
    assert (rows[0].by and rows[0].by.name, rows[1].sender) == ("Ana Lima", "Rui Sousa")
    assert names(item, desk.eve) == []
    with pytest.raises(NotFound):
        files.chosen(item, desk.eve, [rows[0].number])


def test_tags_are_changed_and_told(desk: Desk) -> None:
    """F-3: the timeline says so once; saying the same again says nothing."""
    item = desk.ticket()
    (row,) = add(desk, item)
    for _ in range(2):
        (one,) = filed(desk, item, row)
        filing.describe(one, told(["prices"], "New", internal=False), by=desk.ana, at=MONDAY)

    now = Attachment.objects.get()
    assert (now.tags, now.note, now.internal) == (["prices"], "New", False)
    assert Entry.objects.filter(item=item, type="file_changed").count() == 1


def test_a_file_is_taken_off_but_not_out_of_its_mail(desk: Desk) -> None:
    """F-1."""
    item = desk.ticket()
    (row,) = add(desk, item)
    item = Item.objects.get(pk=item.pk)
    kept = factories.attachment(item, factories.mail(item))
    own, of_mail = filed(desk, item, row, kept)

    filing.remove(own, by=desk.ana, at=MONDAY)
    with pytest.raises(Conflict, match="stays with its mail"):
        filing.remove(of_mail, by=desk.ana, at=MONDAY)

    assert list(Attachment.objects.all()) == [kept]
    assert Entry.objects.get(item=item, type="file_removed").words["filename"] == "terms.pdf"


def test_a_file_of_a_note_is_as_internal_as_the_note(desk: Desk) -> None:
    """Decision 0028: no mail takes it along, nobody outside is told of it."""
    item = desk.ticket()
    drafts.save(item, "note", Written(text="See the file."), version=0, by=desk.ana, at=MONDAY)
    drafts.attach(item, "note", [Enclosure("secret.pdf", "application/pdf", b"s")], by=desk.ana, at=MONDAY)

    composing.add_written_note(item, "See the file.", resolution=False, by=desk.ana, at=MONDAY)

    row = Attachment.objects.get()
    assert (row.internal, Entry.objects.get(item=item, type="note_added").data["files"]) == (True, [row.pk])
    assert not Draft.objects.exists()
    with pytest.raises(Invalid, match=r"“secret\.pdf” is only for colleagues"):
        drafts.attach_from_item(item, "reply", [row.pk], by=desk.ana, at=MONDAY)
    assert files.files_of(item, people.actor_by_id(desk.rui.pk)) == []


def test_a_file_of_a_mail_that_only_the_house_reads_stays_inside(desk: Desk) -> None:
    """MAIL-51, MAIL-59: it cannot be marked otherwise."""
    item = desk.ticket()
    mail = Message.objects.create(item=item, outgoing=False, at=MONDAY, message_id="hidden@mail.example")
    factories.entry(item, "mail_received", visibility=Visibility.INTERNAL, data={"message": mail.pk})
    row = factories.attachment(item, mail)
    item = Item.objects.get(pk=item.pk)
    (one,) = filed(desk, item, row)

    with pytest.raises(Invalid, match="only for colleagues"):
        drafts.attach_from_item(item, "reply", [row.pk], by=desk.ana, at=MONDAY)
    with pytest.raises(Invalid, match="stays inside"):
        filing.describe(one, SHOWN, by=desk.ana, at=MONDAY)


def test_files_and_links_go_into_a_mail(desk: Desk) -> None:
    """F-4: links into the words, each once."""
    item = desk.ticket()
    (row,) = add(desk, item, about=SHOWN)
    link = filing.add_link(item, url="https://acme.example/t", title="Terms", about=SHOWN, by=desk.ana, at=MONDAY)
    drafts.save(item, "reply", Written(html="<p>Dear <b>Rui</b></p>"), version=0, by=desk.ana, at=MONDAY)
    for _ in range(2):
        drafts.attach_from_item(item, "reply", [row.pk, link.pk], by=desk.ana, at=MONDAY)

    draft = Draft.objects.get()

    assert draft.text == "Dear Rui\n\nTerms: https://acme.example/t"
    assert draft.html == "<p>Dear <b>Rui</b></p><p>Terms: https://acme.example/t</p>"
    assert [one["filename"] for one in draft.files] == ["terms.pdf"]


def test_a_canned_text_takes_tagged_files_along(desk: Desk) -> None:
    """F-3, M-19: those with its tag, never an internal one; a link into the words."""
    publish("canned_text", "terms", texts={"en": "Our terms:"}, attach_tagged=["terms"])
    item = desk.ticket()
    add(desk, item, upload("shown.pdf"), about=told(["terms"], internal=False))
    add(desk, item, upload("inside.pdf", b"2"), about=told(["terms"]))
    add(desk, item, upload("other.pdf", b"3"), about=SHOWN)
    about = told(["terms"], internal=False)
    filing.add_link(item, url="https://acme.example/t", about=about, by=desk.ana, at=MONDAY)

    draft = canned.insert(
        item, Written(), "terms", language="en", values={}, cursor=None, version=0, by=desk.ana, at=MONDAY
    )

    assert draft is not None
    assert [one["filename"] for one in draft.files] == ["shown.pdf"]
    assert draft.text == "Our terms:\n\nhttps://acme.example/t"


def test_two_add_at_once_and_nothing_is_lost(desk: Desk) -> None:
    """F-2, Z-2: who adds asks for no unchanged item."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    stale = Item.objects.get(pk=item.pk)
    notes.add_note(Item.objects.get(pk=item.pk), body="Meanwhile.", by=desk.ana, at=MONDAY)

    add(desk, stale)

    assert names(item, desk.ana) == ["terms.pdf"]


def test_a_rich_mail_goes_out_with_its_pictures(desk: Desk) -> None:
    """MAIL-42, MAIL-120: cleaned, its text made from it, only the pictures that it shows."""
    item = desk.ticket()
    pictures = [Enclosure("cat.png", "image/png", PNG), Enclosure("dog.png", "image/png", PNG + b"d")]
    _draft, (cat, _dog) = drafts.show_pictures(item, pictures, by=desk.ana, at=MONDAY)
    html = f'<p>It <strong>goes</strong> back.<script>x</script></p><p><img src="cid:{cat}" alt="a cat"></p>'
    written = Written(html=html, text="what an old browser said", to=[desk.rui.email or ""])

    message = composing.send_written(item, written, by=desk.ana, at=MONDAY)

    assert message.text == "It goes back."
    assert message.html == f'<p>It <strong>goes</strong> back.</p><p><img alt="a cat" src="cid:{cat}"></p>'
    assert [(one.filename, one.inline, one.content_id) for one in message.attachments.all()] == [("cat.png", True, cat)]
    assert message.shown == Message.Shown.CLEAN
    assert not Draft.objects.exists()


def test_only_pictures_are_shown_in_a_text(desk: Desk) -> None:
    """MAIL-120: by their bytes, whatever they call themselves."""
    with pytest.raises(Invalid, match=r"“cat\.png” is no picture"):
        drafts.show_pictures(desk.ticket(), [Enclosure("cat.png", "image/png", b"<svg/>")], by=desk.ana, at=MONDAY)


def test_what_says_no_more_than_its_text_is_sent_as_text(desk: Desk) -> None:
    """MAIL-120: text-only writing stays text."""
    item = desk.ticket()
    written = Written(html="<p>Dear Rui,</p><p>no.<br>Ana</p>", to=[desk.rui.email or ""])

    message = composing.send_written(item, written, by=desk.ana, at=MONDAY)

    assert (message.text, message.html, message.shown) == ("Dear Rui,\n\nno.\nAna", "", Message.Shown.TEXT)


def test_what_the_api_sends_is_cleaned_too(desk: Desk) -> None:
    """MAIL-43: one gate for all."""
    item = desk.ticket()

    message = mailing.send(
        item, to=[desk.rui.email], html="<p onclick=x>Hi<img src=https://far.example/1.gif></p>", by=desk.ana, at=MONDAY
    )

    assert (message.html, message.text) == ("<p>Hi</p>", "Hi")


def test_too_much_html_is_refused_by_name(desk: Desk) -> None:
    """MAIL-45: beside the field, and nothing is kept."""
    with pytest.raises(Invalid) as refused:
        drafts.save(desk.ticket(), "reply", Written(html="<div>" * 3000 + "x"), version=0, by=desk.ana, at=MONDAY)

    assert refused.value.errors[0].field == "text"


def test_two_windows_keep_their_formats_where_they_can(desk: Desk) -> None:
    """UI: nothing typed is lost; M-17."""
    item = desk.ticket()
    drafts.save(item, "reply", Written(html="<p>From <b>work</b></p>"), version=0, by=desk.ana, at=MONDAY)

    saved = drafts.save(item, "reply", Written(html="<p>From <i>home</i></p>"), version=0, by=desk.ana, at=MONDAY)

    assert saved.newer
    assert saved.draft is not None
    assert saved.draft.text == "From work\n\n* * *\n\nFrom home"
    assert saved.draft.html == "<p>From <b>work</b></p><p>* * *</p><p>From <i>home</i></p>"


def test_a_rich_mail_that_is_taken_back_is_a_rich_draft_again(desk: Desk) -> None:
    """MAIL-115."""
    item = desk.ticket()
    _draft, (cat,) = drafts.show_pictures(item, [Enclosure("cat.png", "image/png", PNG)], by=desk.ana, at=MONDAY)
    html = f'<p>It <strong>goes</strong> back.<img alt="" src="cid:{cat}"></p>'
    written = Written(html=html, to=[desk.rui.email or ""])
    message = composing.send_written(item, written, by=desk.ana, at=MONDAY)

    composing.take_back(Message.objects.get(pk=message.pk), by=desk.ana, at=MONDAY)

    draft = Draft.objects.get()
    assert (draft.html, draft.text) == (html, "It goes back.")
    assert [one.get("content_id") for one in draft.files] == [cat]
