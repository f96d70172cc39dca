"""Inbox, Owned Work, queues, recently accessed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import fresh, text_of, words_of
from tramita.models import Item, Person, Queue
from tramita.services import waiting, working


def test_picking_up_moves_an_item_from_its_queue_into_the_inbox(desk: Desk, ana: Client) -> None:
    """L-1, L-4."""
    item = desk.ticket()
    assert item.reference in text_of(ana.get("/queues/invoices"))

    working.start(item, by=desk.ana, at=timezone.now())

    assert item.reference in text_of(ana.get("/inbox"))
    assert "This queue is empty" in words_of(ana.get("/queues/invoices"))


@pytest.mark.parametrize("kind", ["ticket", "case"])
def test_waiting_moves_an_item_into_owned_work_with_its_reason(desk: Desk, ana: Client, kind: str) -> None:
    """L-2, L-7: with the icon of waiting, a Case as well."""
    item = desk.case() if kind == "case" else desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())

    waiting.wait(fresh(item), type="more_information", by=desk.ana, at=timezone.now())

    assert "Nothing is waiting for you" in words_of(ana.get("/inbox"))
    owned = ana.get("/owned")
    assert "Wait for more information" in words_of(owned)
    row = text_of(owned).split(f'data-ref="{item.reference}"')[1].split("</tr>")[0]
    assert "#i-s-waiting" in row


def test_a_draft_is_in_its_writers_inbox_with_a_grey_due_date(desk: Desk, ana: Client) -> None:
    """L-9."""
    desk.ticket(draft=True, title="Petty cash Valencia")

    page = text_of(ana.get("/inbox"))

    assert "Petty cash Valencia" in page
    assert 'data-due="none">Not set' in page


def test_the_totals_filter_the_list(desk: Desk, ana: Client) -> None:
    """UI: chips are links; the chosen one is current and leads back."""
    late = desk.ticket(title="Very late", at=timezone.now() - timedelta(days=30))
    soon = desk.ticket(title="Still early", at=timezone.now())

    page = ana.get("/queues/invoices?due=overdue")

    assert late.title in text_of(page)
    assert soon.title not in text_of(page)
    assert 'href="/queues/invoices" aria-current="true"' in text_of(page)


def test_a_queue_says_that_it_takes_back_what_nobody_began(desk: Desk, ana: Client, as_: Browser) -> None:
    """Q-6, decision 80: on its list and where a leader says who works it; in the language of who reads."""
    people, leo = "/queues/invoices/people", as_(desk.leo)
    assert "comes back to this queue" not in words_of(ana.get("/queues/invoices"))
    assert "What a person was given stays with them" in words_of(leo.get(people))

    Queue.objects.filter(key="invoices").update(return_idle="2 working days")

    said = "What a person was given and does not begin within 2 working days comes back to this queue."
    assert said in words_of(ana.get("/queues/invoices"))
    assert said in words_of(leo.get(people))
    Person.objects.filter(pk=desk.leo.id).update(language="fr")
    assert "ne commence pas en 2 jours ouvrés revient dans cette file" in words_of(leo.get(people))


def test_a_filter_without_hits_offers_the_way_back(desk: Desk, ana: Client) -> None:
    """UI: an empty page has one way on."""
    assert "Clear the filter" in words_of(ana.get("/inbox?due=overdue"))


def test_a_long_list_goes_on_after_its_last_row(desk: Desk, ana: Client) -> None:
    """DESIGN section 4: keyset paging; every item stands on exactly one page."""
    made = {desk.ticket(title=f"Question {n}").reference for n in range(53)}

    first = text_of(ana.get("/queues/invoices"))
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = text_of(ana.get(address))

    on_first = {reference for reference in made if f">{reference}</span>" in first}
    on_second = {reference for reference in made if f">{reference}</span>" in second}
    assert (len(on_first), len(on_second)) == (50, 3)
    assert on_first | on_second == made
    assert 'rel="next"' not in second


def test_a_broken_place_in_a_list_is_its_first_page(desk: Desk, ana: Client) -> None:
    """A link that was cut leads somewhere."""
    item = desk.ticket()

    assert item.reference in text_of(ana.get("/queues/invoices?after=2026-nonsense"))


@pytest.mark.parametrize("many", [1, 55])
def test_a_list_costs_five_statements_whatever_its_length(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: session and person included."""
    for number in range(many):
        item = desk.ticket(title=f"Question {number}")
        working.start(item, by=desk.ana, at=timezone.now())
        ana.get(f"/items/{item.reference}")

    for page in ("/inbox", "/owned", "/recent"):
        with django_assert_max_num_queries(5):
            ana.get(page)


def test_what_people_wrote_is_never_markup(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13: a title is text everywhere it stands."""
    probe = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    item = desk.ticket(title=probe, description=probe)
    Item.objects.filter(pk=item.pk).update(assignee=desk.ana.id, listed=1)
    ana.get(f"/items/{item.reference}")

    for page in ("/inbox", "/recent", f"/items/{item.reference}", f"/items/{item.reference}?tab=timeline"):
        text = text_of(ana.get(page))
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_pulling_opens_the_next_item(desk: Desk, ana: Client) -> None:
    """Q-2: now theirs and In Progress."""
    item = desk.ticket()

    response = ana.post("/pull")

    assert response.headers["Location"] == f"/items/{item.reference}"
    assert fresh(item).assignee_id == desk.ana.id


def test_pulling_from_empty_queues_says_so(desk: Desk, ana: Client) -> None:
    """Q-2: nothing is nothing."""
    assert "Nothing waits in your queues." in words_of(ana.post("/pull", follow=True))


@pytest.mark.parametrize(
    ("address", "status"), [("/queues/%00", 404), ("/new/ticket?category=a%00", 200), ("/new/case?case_type=a%00", 200)]
)
def test_what_no_database_can_hold_names_nothing(ana: Client, address: str, status: int) -> None:
    """L-4, T-20: on PostgreSQL it was a crash."""
    assert ana.get(address).status_code == status


def test_what_no_database_can_hold_is_taken_out_of_what_is_typed(desk: Desk, ana: Client) -> None:
    """UI: no browser sends it; whoever does gets a page, on both databases."""
    wanted = {
        "title": "Invoice\0 991",
        "description": "It came\0 twice.",
        "category": "acme/main/finance/invoice-query",
    }
    ana.post("/new/ticket", {**wanted, "requester": f"\0{desk.rui.email}", "\0x": "y"})

    item = Item.objects.get()
    assert (item.title, item.requester_id) == ("Invoice 991", desk.rui.pk)
    assert ana.post(f"/items/{item.reference}/note", {"body": "Paid\0.", "version": item.version}).status_code in (
        200,
        302,
    )
    assert ana.get("/search", {"q": "991\0"}).status_code == 200


def test_a_queue_that_is_not_there_is_missing(ana: Client) -> None:
    """404, as every other page."""
    assert ana.get("/queues/nowhere").status_code == 404


def test_opening_an_item_is_remembered(desk: Desk, ana: Client, as_: Browser) -> None:
    """G-12: for the one who opened it, and only for them."""
    item = desk.ticket()

    ana.get(f"/items/{item.reference}")

    assert item.title in text_of(ana.get("/recent"))
    assert item.title not in text_of(as_(desk.leo).get("/recent"))
