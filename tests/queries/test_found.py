"""Finding by words, on both databases."""

import signal
from datetime import timedelta

import pytest
from django.db import connection

from tests import factories
from tests.desk import MONDAY, Desk
from tests.gateways.test_pdf import pdf
from tests.services.test_moving_mail import move, received
from tests.services.test_receiving import asked, mail, receive, started
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.filing import Told
from tramita.domain.search_terms import read
from tramita.models import Attachment, Follower, Item, SearchDoc
from tramita.queries import beginnings, found
from tramita.queries.rows import fetch
from tramita.services import editing, filing, indexing, mailing, notes, prioritising, waiting, working
from tramita.services.ledger import Change
from tramita.services.mailing import Enclosure
from tramita.services.transactions import writing

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL followers see what was committed
HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> Desk:
    from tests.desk import build

    return build()


def forget() -> None:
    """The index is made anew from the whole ledger."""
    SearchDoc.objects.all().delete()
    Follower.objects.all().delete()


def search(actor: Actor, typed: str, **more: int) -> list[str]:
    while indexing.index(at=MONDAY):
        pass
    return [hit.row.reference for hit in found.find(actor, read(typed), at=MONDAY, **more).hits]


def test_titles_mails_notes_contacts_and_files_are_found_whatever_their_accents(office: Desk) -> None:
    """H-6: folded on both sides."""
    item = office.ticket(title="Faktura za Łódź", description="Zapłacona dwa razy")
    notes.add_note(item, body="O banco não devolveu", by=office.ana, at=MONDAY)
    asks = started(office)
    receive(mail("¿Cuándo me lo pagan?", sender=office.rui.email, subject=f"Re: [{asks.reference}]"))

    for typed in ("lodz", "ZAPLACONA", "nao devolveu", "faktura lodz"):
        assert item.reference in search(office.ana, typed), typed
    assert search(office.ana, "cuando pagan") == [asks.reference]
    assert set(search(office.ana, str(office.rui.email))) == {item.reference, asks.reference}


def test_all_words_must_stand_in_one_text_and_a_phrase_side_by_side(office: Desk) -> None:
    """H-6."""
    one = office.ticket(title="Badge reconciliation of March")
    office.ticket(title="Reconciliation without a badge")

    assert len(search(office.ana, "badge reconciliation")) == 2
    assert search(office.ana, '"badge reconciliation"') == [one.reference]
    assert search(office.ana, "badge of mar") == [one.reference]
    assert search(office.ana, "badge recon ") == []  # a word that is finished is whole
    assert search(office.ana, "adge") == []


def test_the_newest_comes_first_and_each_item_once(office: Desk) -> None:
    """H-6."""
    first, second = office.ticket(title="Scanner"), office.ticket(title="Scanner")
    assert search(office.ana, "scanner") == [second.reference, first.reference]

    notes.add_note(first, body="The scanner again", by=office.ana, at=MONDAY + HOUR)

    assert search(office.ana, "scanner") == [first.reference, second.reference]


def test_a_new_title_takes_the_place_of_the_old(office: Desk) -> None:
    """H-6, G-8."""
    item = office.ticket(title="Scanner")
    editing.edit(item, changes={"title": "Printer"}, by=office.ana, at=MONDAY)

    assert search(office.ana, "scanner") == []
    assert search(office.ana, "printer") == [item.reference]


def test_an_item_is_found_by_the_value_of_a_field_after_its_name(office: Desk) -> None:
    """H-6, D-20: by the value alone too, and in tables; a change of a field is enough to be found anew."""
    item, other = office.ticket(fields={"tax_number": "ES-991"}), office.ticket(fields={"invoice": "ES-991"})
    assert search(office.ana, "tax_number:ES-991") == [item.reference]

    editing.edit(item, changes={"fields": {"tax_number": "ES-992"}}, by=office.ana, at=MONDAY)

    assert search(office.ana, "tax_number:ES-991") == []
    assert search(office.ana, "tax_number:ES-992") == [item.reference]
    assert search(office.ana, "ES-991") == [other.reference]


def test_only_what_one_may_see_is_found(office: Desk) -> None:
    """H-6, SEC-2, T-53: also Drafts are their writer's."""
    item, draft = office.ticket(title="Scanner"), office.ticket(title="Scanner", draft=True)
    other = Actor(id=office.eve.id, name="", role=Role.AGENT)
    narrow = Actor(id=office.eve.id, name="", role=Role.AGENT, grants=(("rio", frozenset({"view"})),))
    asks = Actor(id=office.rui.pk, name="", role=Role.REQUESTER)

    assert set(search(office.ana, "scanner")) == {item.reference, draft.reference}
    assert search(other, "scanner") == [item.reference]
    assert search(narrow, "scanner") == search(asks, "scanner") == []


def test_fields_narrow_what_is_found(office: Desk) -> None:
    """Issue 4."""
    item = office.ticket(title="Scanner")
    case = office.case(short_description="Scanner")
    notes.add_note(item, body="Toner", by=office.ana, at=MONDAY)

    assert search(office.ana, "scanner kind:case") == [case.reference]
    assert search(office.ana, "scanner state:in_progress") == [item.reference]
    assert search(office.ana, "scanner assignee:me") == [item.reference]
    assert search(office.ana, "toner in:note") == [item.reference]
    assert search(office.ana, 'scanner state:"In progress" type:ticket') == [item.reference]
    assert search(office.ana, "toner in:mail") == search(office.ana, "scanner state:lost") == []


def test_a_mail_is_found_by_who_wrote_it_and_to_whom(office: Desk) -> None:
    """Issue 4: `from:` and `to:` are of mails alone."""
    item = started(office)
    named = office.ticket(title="Call Rui at invoices")
    asked(office, item)

    assert set(search(office.ana, "rui ")) == {item.reference, named.reference}
    assert search(office.ana, "from:rui twice") == [item.reference]
    assert search(office.ana, 'from:"Rui Sousa" invoice') == [item.reference]
    assert search(office.ana, f"to:{office.rui.email} bank") == [item.reference]
    assert search(office.ana, "from:ana twice") == search(office.ana, "to:rui twice") == []


def test_a_mail_that_was_moved_is_found_where_it_went(office: Desk) -> None:
    """MAIL-78: and no more where it was; whether the index came before the move or after."""
    early, late = received(office, "The zebra crossed"), received(office, "The giraffe too")
    there = office.ticket(title="Zoo")
    assert search(office.ana, "zebra") == [early.item.reference]

    move(office, early, there)
    assert search(office.ana, "zebra") == [there.reference]
    assert search(office.ana, "giraffe") == [late.item.reference]
    move(office, late, there)
    move(office, late, late.item)
    assert search(office.ana, "giraffe") == [late.item.reference]

    before = set(SearchDoc.objects.values_list("item", "about", "source", "body"))
    forget()
    search(office.ana, "zebra")
    assert set(SearchDoc.objects.values_list("item", "about", "source", "body")) == before


def test_the_text_of_a_file_is_found_where_its_mail_lies(office: Desk, data_dir: object) -> None:
    """H-6: and goes with it (MAIL-78)."""
    item, there = started(office), office.ticket(title="Zoo")
    sheet = Enclosure("animals.csv", "text/csv", "Żyrafa;2".encode())
    sent = mailing.send(item, to=[office.rui.email], text="See below", attachments=[sheet], by=office.ana, at=MONDAY)

    assert search(office.ana, "zyrafa") == search(office.ana, "animals csv") == [item.reference]
    move(office, sent, there)
    assert search(office.ana, "zyrafa") == search(office.ana, "animals csv") == [there.reference]


def test_the_text_of_a_pdf_is_found_and_one_that_takes_too_long_keeps_nobody(
    office: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-6, MAIL-6: by its name alone then; what comes behind it is found."""
    item = started(office)
    real = indexing.words_in_pdf

    def read_slowly(content: bytes) -> str:
        if b"slow" in content:
            signal.raise_signal(signal.SIGALRM)
        return real(content)

    monkeypatch.setattr(indexing, "words_in_pdf", read_slowly)
    files = [("slow.pdf", b"slow"), ("animals.PDF", pdf("Zyrafa"))]
    enclosed = [Enclosure(name, "application/pdf", content) for name, content in files]
    mailing.send(item, to=[office.rui.email], text="See below", attachments=enclosed, by=office.ana, at=MONDAY)

    assert search(office.ana, "zyrafa") == search(office.ana, "slow pdf") == [item.reference]


def told(item: Item, office: Desk, entry: str, **data: int) -> None:
    change = Change(item, office.ana, MONDAY)
    change.record(entry, data=data)
    with writing():
        change.write()


def test_a_file_that_was_taken_away_is_not_found_any_more(office: Desk, data_dir: object) -> None:
    """F-1: an entry that names its file touches that one alone."""
    item = office.ticket(title="Zoo")
    content = {"sha256": "0" * 64, "content_type": "image/png", "size": 9, "at": MONDAY}
    one, two = (Attachment.objects.create(item=item, filename=name, **content) for name in ("lion.png", "bear.png"))
    for file in (one, two):
        told(item, office, "file_added", file=file.pk)
    assert search(office.ana, "lion") == search(office.ana, "bear") == [item.reference]

    told(item, office, "file_removed", file=one.pk)
    one.delete()

    assert search(office.ana, "lion") == []
    assert search(office.ana, "bear") == [item.reference]


def test_a_file_whose_bytes_are_gone_has_no_words(office: Desk, data_dir: object) -> None:
    """Z-10, MAIL-18: the index goes on."""
    item = office.ticket(title="Zoo")
    content = {"sha256": "0" * 64, "filename": "animals.txt", "content_type": "text/plain", "size": 9}
    Attachment.objects.create(item=item, at=MONDAY, **content)
    told(item, office, "file_added")

    assert search(office.ana, "animals") == [item.reference]


def test_mail_that_nobody_placed_is_no_item(office: Desk) -> None:
    """M-21: the tray has a search of its own."""
    receive(mail("The zebra crossed", to="nobody@elsewhere.example"))

    assert search(office.ana, "zebra") == []
    assert not SearchDoc.objects.filter(about=SearchDoc.About.MAIL).exists()


def test_a_page_goes_on_where_the_one_before_ended(office: Desk) -> None:
    """H-6: the same item never twice, none left out."""
    made = [office.ticket(title="Scanner").reference for _ in range(7)]
    while indexing.index(at=MONDAY):
        pass
    seen: list[str] = []
    place: int | None = found.NEVER
    while place is not None:
        page = found.find(office.ana, read("scanner"), at=MONDAY, before=place, limit=3)
        seen += [hit.row.reference for hit in page.hits]
        place = page.next

    assert seen == made[::-1]


def test_an_index_made_anew_is_the_same(office: Desk) -> None:
    """DESIGN decision 5: search is made from the ledger."""
    asked(office, started(office))
    office.ticket(title="Scanner")
    search(office.ana, "scanner")
    before = set(SearchDoc.objects.values_list("item", "about", "source", "body"))

    forget()
    search(office.ana, "scanner")

    assert set(SearchDoc.objects.values_list("item", "about", "source", "body")) == before
    assert len(before) > 3


def test_a_batch_that_another_worker_took_is_left_to_it(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN section 5: several workers race for everything."""
    office.ticket(title="Scanner")
    entries = indexing._entries

    def faster(*marks: tuple[int, int]) -> list[tuple[object, ...]]:
        Follower.objects.update_or_create(name="search", defaults={"entry": 10**9})
        return entries(*marks)

    monkeypatch.setattr(indexing, "_entries", faster)

    assert indexing.index(at=MONDAY) == 0
    assert not SearchDoc.objects.exists()


@pytest.mark.parametrize("typed", ['"', "AND", "a:* | b", "' OR 1=1 --", "NEAR(a b)", "\x00 a", "*", "a" * 500, "𝒳"])
def test_no_query_is_an_operator(office: Desk, typed: str) -> None:
    """H-6: built from folded words only."""
    office.ticket(title="Scanner")

    search(office.ana, typed)


def test_finding_costs_the_same_however_much_is_found(office: Desk, django_assert_max_num_queries) -> None:
    """Issue 4: a statement a chunk, and one for the rows; on SQLite another for a word that is not finished."""
    for _ in range(20):
        office.ticket(title="Scanner", requester=factories.requester().email)
    search(office.ana, "x")

    for typed, most in (("scanner ", 2), ("sca", 2), ("scanner", 3)):
        with django_assert_max_num_queries(most):
            assert len(found.find(office.ana, read(typed), at=MONDAY).hits) == 20


def test_a_beginning_of_any_length_finds_all_words_that_go_on(office: Desk) -> None:
    """H-6: also inside a phrase, and of more words than are looked for one by one."""
    titles = ("Ordering pens", "The order", "Ordinal", "Orders of pens", "Odd", "O", "żółty orden")
    made = {title: office.ticket(title=title).reference for title in titles}
    many = [office.ticket(title=f"Part serial{n:03}") for n in range(beginnings.MOST + 2)]

    def of(*wanted: str) -> set[str]:
        return {made[title] for title in wanted}

    assert set(search(office.ana, "o")) & {*made.values()} == {*made.values()}
    assert set(search(office.ana, "orde")) == of("Ordering pens", "The order", "Orders of pens", "żółty orden")
    assert set(search(office.ana, "order")) == of("Ordering pens", "The order", "Orders of pens")
    assert set(search(office.ana, "ordering")) == of("Ordering pens")
    assert set(search(office.ana, "orders.of.pens")) == of("Orders of pens")  # a phrase that is not finished
    assert search(office.ana, "orderz") == search(office.ana, "zzz pen") == []
    assert set(search(office.ana, "serial")) == {item.reference for item in many[-found.PAGE :]}
    assert set(search(office.ana, "part.seri*", limit=100)) == {item.reference for item in many}


def test_what_fields_leave_is_found_however_many_newer_texts_hide_it(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-6, issue 4: texts of the few that an index names are looked through; of many a bounded number at once."""
    pushed = "acme/main/finance/pushed"  # to Ana; the others wait in the queue
    rare = [office.ticket(title=title, category=pushed).reference for title in ("Scanner one", "A scanner")]
    office.ticket(title="Scann or two", category=pushed)
    among_many(office, monkeypatch)

    for typed in (f"scanner category:{pushed}", "scanne* assignee:me kind:ticket in:item"):
        assert search(office.ana, typed) == rare[::-1]
        page = found.find(office.ana, read(typed), at=MONDAY, limit=1)
        assert [hit.row.reference for hit in page.hits] == rare[1:]
        again = found.find(office.ana, read(typed), at=MONDAY, limit=1, before=page.next or 0)
        assert [hit.row.reference for hit in again.hits] == rare[:1]
    assert search(office.ana, '"a scanner" assignee:me state:closed') == []
    assert search(office.eve, f"scanner category:{pushed}") == []

    for typed in ("scanner in:mail", "scanner state:closed"):
        sought = found.find(office.ana, read(typed), at=MONDAY)
        assert not sought.hits
        assert sought.next is not None


def among_many(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve more of that name, of which eight texts are looked through at most, two at first."""
    for _ in range(12):
        office.ticket(title="Scanner")
    search(office.ana, "x")
    monkeypatch.setattr(found, "FIRST", 2)
    monkeypatch.setattr(found, "MOST", 8)


def test_what_waits_is_found_however_much_that_does_not_hides_it(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-6, issue 4: what waits or is resolved stands in one list, whose texts are looked through."""
    waits = office.ticket(title="Scanner one")
    working.start(waits, by=office.ana, at=MONDAY)
    waiting.wait(waits, type="until", until=MONDAY + HOUR, by=office.ana, at=MONDAY)
    among_many(office, monkeypatch)

    assert search(office.ana, "scanner state:waiting") == [waits.reference]
    assert search(office.ana, "scanner state:resolved") == []


def test_what_leaders_put_first_is_found_however_much_is_not(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-6, decision 81: by the word of lists, or by its code; of what is first the texts are read."""
    first = office.ticket(title="Scanner one")
    prioritising.prioritise(first, by=office.leo, at=MONDAY)
    among_many(office, monkeypatch)

    assert search(office.ana, "scanner mark:first") == [first.reference]
    assert search(office.ana, "scanner mark:prioritised") == [first.reference]
    assert search(office.ana, "scanner mark:problem") == search(office.ana, "scanner mark:lost") == []


@pytest.mark.parametrize("rare", [1, 3])
def test_a_beginning_beside_a_whole_word_finds_the_same_on_either_way(
    office: Desk, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    """H-6: the newest texts with the word are looked at first; if hardly any goes on so, the beginning is asked for."""
    wanted = [office.ticket(title=f"Scanner order{number}").reference for number in range(rare)]
    for _ in range(8):
        office.ticket(title="Scanner")
    search(office.ana, "x")
    monkeypatch.setattr(found, "FIRST", 4)

    assert search(office.ana, "scanner ord") == wanted[::-1]
    assert search(office.ana, "scanner ordx") == search(office.ana, "plotter ord") == []
    pages, before = [], found.NEVER
    while before:
        page = found.find(office.ana, read("scanner ord"), at=MONDAY, limit=1, before=before)
        pages += [hit.row.reference for hit in page.hits]
        before = page.next or 0
    assert pages == wanted[::-1]


def test_what_words_find_is_planned_for_these_words(office: Desk) -> None:
    """H-6: PostgreSQL settles on no plan for all words, of which some are on every text and some on one."""
    office.ticket(title="Scanner")
    for _ in range(10):
        assert len(search(office.ana, "scanner")) == 1
    if connection.vendor == "postgresql":
        kept = [row[0] for row in fetch("SELECT statement FROM pg_prepared_statements")]
        assert kept
        assert not [one for one in kept if "to_tsquery" in one]


def test_files_of_notes_and_links_are_found_by_their_names(office: Desk, data_dir: object) -> None:
    """H-6, F-1: as files that were put on the item by themselves; a link by its address too."""
    item = office.ticket()
    note = {"filename": "zebra.pdf", "content_type": "application/pdf", "size": 1, "sha256": "0" * 64}
    notes.add_note(item, body="See the file.", files=[note], by=office.ana, at=MONDAY)
    about = Told(internal=False)
    filing.add_link(item, url="https://acme.example/giraffe", title="Terms", about=about, by=office.ana, at=MONDAY)

    assert search(office.ana, "zebra") == [item.reference]
    assert search(office.ana, "giraffe") == [item.reference]
