"""A person's mail is erased with all that holds words of it; what remains says that it was (MAIL-18)."""

from datetime import timedelta

import pytest
from django.db import connection

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_posting import Way, post, way
from tests.services.test_receiving import fresh, mail, receive
from tests.services.test_retention import kept, long_ago, there
from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.storage import Folder
from tramita.models import (
    Attachment,
    Delivery,
    Entry,
    Erasure,
    IdempotencyKey,
    Item,
    MarkedAddress,
    Message,
    SearchDoc,
    SeenMessage,
)
from tramita.services import erasing, indexing, mailing, notes
from tramita.services.erasing import Erased

HOUR = timedelta(hours=1)
SECRET = "elderberry"  # a word that nobody else says
WHY = "Rui asked for it"

__all__ = ["kept", "way"]  # fixtures


def letter(desk: Desk, text: str = SECRET, **given: str) -> bytes:
    """A mail of Rui's with a file."""
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: text/csv\r\n"
        f'Content-Disposition: attachment; filename="{SECRET}.csv"\r\n\r\n{SECRET};{text}\r\n--b--'
    )
    kind = {"Content_Type": "multipart/mixed; boundary=b"}
    return mail(body, **{"sender": desk.rui.email, "subject": "A request"} | kind | given)


def wrote(desk: Desk, way: Way) -> Item:
    """Rui wrote, and Ana answered him alone."""
    receive(letter(desk))
    item = Item.objects.get()
    mailing.send(item, to=[desk.rui.email], text=f"Yes, {SECRET}.", quote=True, by=desk.ana, at=MONDAY + HOUR)
    post(MONDAY + HOUR)
    while indexing.index(at=MONDAY):
        pass
    return item


def erase(desk: Desk, **given: object) -> Erased:
    boss = {"reason": WHY, "by": factories.administrator(), "at": MONDAY + 2 * HOUR}
    return erasing.erase(desk.rui.email, **boss | given)


def says(word: str) -> list[str]:
    """The tables of mail that still hold this word; what is said of the item itself is the item's."""
    found = []
    with connection.cursor() as cursor:
        for table in ("messages", "attachments", "seen_messages", "search_docs", "deliveries"):
            cursor.execute(f"SELECT * FROM {table}" + " WHERE about IN (2, 4)" * (table == "search_docs"))
            found += [table] if any(word in str(row) for row in cursor.fetchall()) else []
    mails = Entry.objects.filter(type__startswith="mail_")
    return found + (["entries"] if any(word in str(one.words) for one in mails) else [])


@pytest.mark.django_db(transaction=True)  # search follows what is committed
def test_words_files_bytes_and_what_search_holds_go_and_rows_say_so(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18, Z-14."""
    item = wrote(desk, way)
    raws = {*SeenMessage.objects.values_list("raw", flat=True), *Message.objects.values_list("raw", flat=True)} - {""}
    files = set(Attachment.objects.values_list("sha256", flat=True))
    assert says(SECRET) == ["messages", "attachments", "search_docs"]
    assert says(desk.rui.email) == ["messages", "seen_messages", "entries"]
    long_ago(kept)

    done = erase(desk)

    assert (done.messages, done.items, done.files, done.left) == (1, 1, 1, 0)
    assert done.mails == Message.objects.count()
    assert says(SECRET) == says(desk.rui.email) == []
    assert not any(there(kept, key) for key in raws | files)
    seen = SeenMessage.objects.get()
    assert (seen.outcome, seen.items, seen.raw) == ("created", [item.reference], "")
    told = Entry.objects.get(type="mail_erased")
    assert (told.words["why"], told.actor.role) == (WHY, "administrator")
    assert Entry.objects.get(type="mail_received").words == {"erased": True}
    fresh(item)


def test_the_audit_says_who_when_and_why_and_not_whose(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18."""
    wrote(desk, way)
    long_ago(kept)

    erase(desk)

    row = Erasure.objects.get()
    assert (row.reason, row.at, row.done, row.keys) == (WHY, MONDAY + 2 * HOUR, True, [])
    assert row.by.role == "administrator"
    assert row.about == erasing.digest(desk.rui.email)
    assert desk.rui.email not in str(vars(row))


def test_bytes_that_somebody_else_holds_stay(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18: the same file in Marta's mail, in a canned text, in a draft."""
    wrote(desk, way)
    file = Attachment.objects.get()
    shared = kept.put(b"a form")
    Attachment.objects.create(
        item=file.item, message=file.message, sha256=shared, filename="f", content_type="x/y", size=6, at=MONDAY
    )
    publish("canned_text", "form", files=[{"name": "f", "content_type": "x/y", "sha256": shared}])
    receive(letter(desk, sender=desk.marta.email))
    long_ago(kept)

    erase(desk)

    assert there(kept, shared)
    assert there(kept, Attachment.objects.get().sha256)
    assert Message.objects.filter(sender_address=desk.marta.email).get().text == SECRET


def test_what_others_got_too_stays_and_is_counted(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18: it is theirs as well."""
    item = wrote(desk, way)
    both = [desk.rui.email, desk.marta.email]
    mailing.send(item, to=both, text="To both.", quote=False, by=desk.ana, at=MONDAY + HOUR)

    assert erase(desk).left == 1

    assert Message.objects.filter(text="To both.").exists()


def test_what_programs_were_answered_about_them_goes_too(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18, SEC-4: answers are kept for who asks again; those that name somebody else stay."""
    wrote(desk, way)
    for key, address in (("a", desk.rui.email), ("b", desk.marta.email)):
        named = f'{{"contacts": {{"requester": {{"address": "{address}"}}}}}}'
        IdempotencyKey.objects.create(
            person_id=desk.ana.id, key=key, request="", status=201, body=named, created_at=MONDAY
        )

    erase(desk)

    assert IdempotencyKey.objects.get().key == "b"


def test_a_dry_run_counts_and_changes_nothing(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18."""
    wrote(desk, way)

    assert erase(desk, dry_run=True, reason="").messages == 1

    assert Erasure.objects.count() == 0
    assert Message.objects.filter(text=SECRET).exists()


def test_what_waits_in_the_tray_or_to_leave_goes_too(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18, MAIL-7: nothing is sent to whom nothing may be known of."""
    item = wrote(desk, way)
    receive(letter(desk, "2", to="nobody@desk.example"))
    mailing.send(item, to=[desk.rui.email], text="Later.", send_at=MONDAY + 9 * HOUR, by=desk.ana, at=MONDAY + HOUR)
    MarkedAddress.objects.create(address=desk.rui.email, bounced=True, at=MONDAY)

    erase(desk)

    assert SeenMessage.objects.get(reason="erased").outcome == "deleted"
    assert post(MONDAY + 10 * HOUR) == []
    assert Delivery.objects.filter(state=Delivery.State.CANCELLED).exists()
    assert MarkedAddress.objects.count() == 0


def test_erasing_again_finds_nothing_and_the_same_mail_stays_a_duplicate(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18, MAIL-3."""
    wrote(desk, way)
    erase(desk)

    again = erase(desk)

    assert again == Erased()
    assert receive(letter(desk)).outcome == "duplicate"


def test_bytes_kept_a_moment_ago_go_with_the_workers_next_round(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18, MAIL-1."""
    wrote(desk, way)
    raw = SeenMessage.objects.get().raw

    erase(desk)
    assert (there(kept, raw), Erasure.objects.get().done) == (True, False)

    long_ago(kept)
    assert erasing.go_on() == 1
    assert not there(kept, raw)


@pytest.mark.parametrize("moment", ["before any byte", "between two", "aside"])
def test_who_is_killed_between_rows_and_bytes_leaves_nothing(
    desk: Desk, way: Way, kept: Folder, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """MAIL-18: the list is in the database, and what stood aside is taken away, too."""
    wrote(desk, way)
    long_ago(kept)
    before = {path for path in kept.root.rglob("*") if path.is_file()}
    calls: list[str] = []

    def dies(self: Folder, key: str, real=Folder.erase) -> bool:
        calls.append(key)
        if moment == "aside":
            self.path(key).replace(self._aside(key))
        if moment != "between two" or len(calls) > 1:
            raise KeyboardInterrupt
        return real(self, key)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "erase", dies)
        with pytest.raises(KeyboardInterrupt):
            erase(desk)
    assert says(SECRET) == []

    erasing.go_on()

    left = {path for path in kept.root.rglob("*") if path.is_file()}
    assert (len(before) > 2, left, Erasure.objects.get().done) == (True, set(), True)


def test_only_who_manages_users_erases_and_says_why(desk: Desk) -> None:
    """SEC-1, MAIL-18."""
    with pytest.raises(NotPermitted):
        erase(desk, by=desk.leo)
    with pytest.raises(Invalid) as refused:
        erase(desk, reason=" ")
    assert [one.field for one in refused.value.errors] == ["reason"]
    with pytest.raises(Invalid) as refused:
        erasing.erase("nobody", reason=WHY, by=factories.administrator(), at=MONDAY)
    assert [one.field for one in refused.value.errors] == ["address"]


@pytest.mark.django_db(transaction=True)  # search follows what is committed
def test_search_does_not_learn_it_again(desk: Desk, way: Way, kept: Folder) -> None:
    """H-6, MAIL-18: an index that reads the ledger from the beginning finds nothing either."""
    from tramita.models import Follower

    item = wrote(desk, way)
    notes.add_note(item, body="A note stays.", by=desk.ana, at=MONDAY)
    erase(desk)
    Follower.objects.all().delete()
    while indexing.index(at=MONDAY):
        pass

    mails = SearchDoc.objects.filter(about=SearchDoc.About.MAIL)
    assert [one.body for one in mails if SECRET in one.body or "rui" in one.body] == []
    assert SearchDoc.objects.filter(about=SearchDoc.About.NOTE).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_search_had_just_read_leaves_it_again(desk: Desk, way: Way, kept: Folder) -> None:
    """MAIL-18: a worker that wrote its texts just after the erasure is overtaken by the entry that tells of it."""
    wrote(desk, way)
    late = list(SearchDoc.objects.filter(about__in=[SearchDoc.About.MAIL, SearchDoc.About.FILE], body__contains=SECRET))
    assert {one.about for one in late} == {SearchDoc.About.MAIL, SearchDoc.About.FILE}
    erase(desk)
    assert not says(SECRET)

    SearchDoc.objects.bulk_create(late)
    while indexing.index(at=MONDAY):
        pass

    assert not says(SECRET)
