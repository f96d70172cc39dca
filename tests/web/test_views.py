"""Filters by address on every list, and saved views."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tramita.models import Definition, Item, View
from tramita.services import launching, waiting, working

Saved = dict[str, Any]


def saved(browser: Client, title: str = "Late here", **given: Any) -> View:
    """Through the form."""
    response = browser.post("/views/new", {"title": title, "shared": "", **given})
    assert response.status_code == 302, words_of(response)
    return View.objects.latest("pk")


def two(desk: Desk) -> None:
    """A Ticket and a Case in the queue."""
    desk.ticket(title="Paid twice")
    desk.case(short_description="New supplier")


def test_any_list_is_narrowed_by_its_address_without_saving(desk: Desk, ana: Client) -> None:
    """H-7: Inbox, Owned Work, queues."""
    two(desk)
    working.start(desk.ticket(title="Mine now"), by=desk.ana, at=timezone.now())
    waits = desk.ticket(title="Waits")
    working.start(waits, by=desk.ana, at=timezone.now())
    waits.refresh_from_db()
    waiting.wait(waits, type="more_information", by=desk.ana, at=timezone.now())

    queue = text_of(ana.get("/queues/invoices?kind=case"))
    inbox, owned = words_of(ana.get("/inbox?kind=case")), words_of(ana.get("/owned?wait=more_information&kind=ticket"))

    assert "New supplier" in queue
    assert "Paid twice" not in queue
    assert "Nothing matches this filter" in inbox
    assert "Waits" in owned


def test_each_filter_is_a_chip_that_takes_it_away(desk: Desk, ana: Client) -> None:
    """H-7, UI: names, not codes; several values of one field are several chips."""
    two(desk)
    desk.invoices.title = "Invoices"
    desk.invoices.save()

    page = text_of(ana.get("/queues/invoices?kind=case&kind=ticket&queue=invoices&assignee=none"))

    assert '<a class="token" href="/queues/invoices?kind=ticket&amp;queue=invoices&amp;assignee=none">' in page
    assert "Kind: Case" in page
    assert "Queue: Invoices" in page
    assert "Assignee: Unassigned" in page
    assert 'href="/queues/invoices">Clear all</a>' in page


def test_what_an_address_cannot_mean_is_left_out(desk: Desk, ana: Client) -> None:
    """A link that was cut leads somewhere."""
    two(desk)

    page = text_of(
        ana.get("/queues/invoices?kind=nonsense&sort=nonsense&group=x&col=y&created_from=2026-13-40&after=x")
    )

    assert "Paid twice" in page
    assert 'class="token"' not in page


def test_the_form_of_the_filters_says_what_is_on(desk: Desk, ana: Client) -> None:
    """H-7: a plain GET; what is chosen stays chosen."""
    two(desk)

    page = text_of(ana.get("/queues/invoices?kind=case&organisation=gone&created_days=7&panel=filter"))

    assert '<input type="checkbox" name="kind" value="case" checked>' in page
    assert '<option value="gone" selected>gone</option>' in page
    assert 'name="created_days" type="text" value="7"' in page
    assert 'name="list"' not in page


@pytest.mark.parametrize("sort", ["due", "-due", "updated", "-updated", "created", "-created"])
def test_every_order_pages_to_the_end(desk: Desk, ana: Client, sort: str) -> None:
    """H-7, DESIGN section 4: keyset paging, each item once."""
    made = {desk.ticket(title=f"Question {n}").reference for n in range(53)}
    first = text_of(ana.get(f"/queues/invoices?sort={sort}&kind=ticket"))
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = text_of(ana.get(address))

    pages = [{one for one in made if f">{one}</span>" in page} for page in (first, second)]
    assert (len(pages[0]), len(pages[1])) == (50, 3)
    assert pages[0] | pages[1] == made


def test_a_heading_puts_the_list_in_its_order_and_turns_it_round(desk: Desk, ana: Client) -> None:
    """H-7, WCAG 1.3.1: `aria-sort` says which."""
    two(desk)

    usual = text_of(ana.get("/queues/invoices"))
    turned = text_of(ana.get("/queues/invoices?sort=-due&col=due&col=created"))

    assert 'aria-sort="ascending" data-order="ascending"><a href="/queues/invoices?sort=-due">' in usual
    assert 'aria-sort="descending"' in turned
    assert 'href="/queues/invoices?sort=-created&amp;col=created&amp;col=due"' in turned


def test_columns_are_chosen(desk: Desk, ana: Client) -> None:
    """H-4."""
    two(desk)

    page = words_of(ana.get("/queues/invoices?col=process&col=queue&col=updated"))

    assert "Category or Case type" in page
    assert "Changed" in page
    assert "Organisation" not in page.split("Reference")[1]


def test_columns_that_few_want_are_read_only_for_who_asks(
    desk: Desk, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """H-4: contract, parent process, type of Action, who changed it last; in files too, at no statement more."""
    Definition.objects.filter(key="acme/main").update(title="Main contract")
    Definition.objects.filter(key="acme/main/finance/onboarding").update(title="Supplier onboarding")
    launching.launch(desk.case(), action="bank-check", by=desk.leo, at=timezone.now())
    asked = "/queues/invoices?kind=action&col=contract&col=parent&col=action&col=updated_by&col=who"
    ana.get(asked)

    with django_assert_max_num_queries(6):
        page = words_of(ana.get(asked))
    file = ana.get(f"{asked}&export=csv").content.decode("utf-8-sig")

    assert "Contract Parent process Action type Changed by Assignee" in page
    said = ("Main contract", "Supplier onboarding", "Check the bank account", "Leo Roy")
    assert " ".join(said) in page
    assert ",".join(said) in file


def test_a_column_says_by_how_much_what_is_overdue_is_late(desk: Desk, ana: Client) -> None:
    """H-4: overdue fields; of what is in time nothing."""
    two(desk)
    past, ahead = timezone.now() - timedelta(hours=2, minutes=10, seconds=30), timezone.now() + timedelta(days=1)
    Item.objects.update(due_at=ahead, sort_due=ahead)
    Item.objects.filter(title="Paid twice").update(due_at=past, sort_due=past)

    page = text_of(ana.get("/queues/invoices?col=overdue"))
    file = ana.get("/queues/invoices?col=overdue&export=csv").content.decode("utf-8-sig")

    assert page.count("2 h 10 m late") == 1
    assert "Overdue" in page
    assert [line.rpartition(",")[2] for line in file.splitlines()[1:]] == ["2 h 10 m late", ""]


@pytest.mark.parametrize("group", ["state", "due", "kind", "assignee", "queue", "organisation", "process"])
def test_a_page_is_grouped_under_headings_that_narrow_to_their_group(desk: Desk, ana: Client, group: str) -> None:
    """H-7, H-3."""
    two(desk)

    page = text_of(ana.get(f"/queues/invoices?group={group}"))
    address = page.split('<tr class="group"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    narrowed = ana.get(address)

    assert narrowed.status_code == 200
    assert "Paid twice" in text_of(narrowed)
    assert f"{group}=" in address


def test_a_view_keeps_filters_columns_order_and_groups(desk: Desk, ana: Client) -> None:
    """H-7."""
    two(desk)

    view = saved(ana, kind="case", sort="-created", group="state", col=["state", "created"])
    page = text_of(ana.get(f"/views/{view.pk}"))

    assert "New supplier" in page
    assert "Paid twice" not in page
    assert '<tr class="group"' in page
    assert 'aria-sort="descending"' in page
    assert f'href="/views/{view.pk}" aria-current="page"' in page
    assert "Late here" in words_of(ana.get("/inbox"))


def test_a_filter_of_a_view_can_be_taken_away_and_the_change_saved(desk: Desk, ana: Client) -> None:
    """H-7: without saving, the view stays as it was."""
    two(desk)
    view = saved(ana, kind="case")
    page = text_of(ana.get(f"/views/{view.pk}"))
    address = page.split('class="token" href="')[1].split('"')[0]

    assert address == f"/views/{view.pk}?changed=1"
    assert "Paid twice" in text_of(ana.get(address))
    assert "Paid twice" not in text_of(ana.get(f"/views/{view.pk}"))

    form = text_of(ana.get(f"/views/{view.pk}/change?kind=ticket&changed=1"))
    assert '<input type="hidden" name="kind" value="ticket">' in form
    ana.post(f"/views/{view.pk}/change", {"title": "Tickets", "shared": "", "version": 1, "kind": "ticket"})
    assert "Paid twice" in text_of(ana.get(f"/views/{view.pk}"))


def test_a_view_without_a_name_is_refused_beside_the_field(desk: Desk, ana: Client) -> None:
    """UI: what was typed stays."""
    response = ana.post("/views/new", {"title": " ", "shared": "", "kind": "case"})

    assert response.status_code == 422
    assert errors_of(response) == {"f-title": "This is needed."}
    assert '<input type="hidden" name="kind" value="case">' in text_of(response)


def test_a_view_is_its_owners_until_it_is_shared(desk: Desk, ana: Client, as_: Browser) -> None:
    """H-7: with a team, or with everybody."""
    bo = as_(make.person("Bo", queues=[desk.invoices]))
    leo = as_(desk.leo)
    mine, teams = saved(ana), saved(ana, "Ours", shared="team:invoices")
    everybodys = saved(leo, "Everybody's", shared="all")

    def opens(browser: Client) -> list[int]:
        return [browser.get(f"/views/{view.pk}").status_code for view in (mine, teams, everybodys)]

    assert opens(ana) == [200, 200, 200]
    assert opens(bo) == [404, 200, 200]
    assert opens(leo) == [404, 404, 200]
    assert "Ours" in words_of(bo.get("/inbox"))
    assert "Ours" not in words_of(leo.get("/inbox"))


def test_who_does_not_lead_shares_with_their_own_teams_only(desk: Desk, ana: Client) -> None:
    """H-7: checked in the service, not in the form alone."""
    make.queue("suppliers")

    for shared in ("all", "team:suppliers", "team:nowhere", "nonsense"):
        response = ana.post("/views/new", {"title": "Ours", "shared": shared})
        assert errors_of(response) == {"f-shared": "You cannot share a view with these people."}
    assert not View.objects.exists()


def test_a_view_is_changed_and_deleted_by_its_owner(desk: Desk, ana: Client, as_: Browser) -> None:
    """H-7: of a shared one also by who configures the desk; others are refused."""
    view = saved(ana, shared="team:invoices")
    bo = as_(make.person("Bo", queues=[desk.invoices]))
    root = as_(make.person("Root", role="administrator", queues=[desk.invoices]))

    assert bo.get(f"/views/{view.pk}/change").status_code == 403
    assert bo.post(f"/views/{view.pk}/change", {"title": "Mine", "version": 1}).status_code == 403
    assert bo.post(f"/views/{view.pk}/delete").status_code == 403
    assert root.get(f"/views/{view.pk}/change").status_code == 200
    assert root.post(f"/views/{view.pk}/delete").status_code == 302
    assert not View.objects.exists()


def test_two_who_change_a_view_do_not_overwrite_each_other(desk: Desk, ana: Client) -> None:
    """DESIGN decision 9."""
    view = saved(ana)
    ana.post(f"/views/{view.pk}/change", {"title": "First", "shared": "", "version": 1})

    response = ana.post(f"/views/{view.pk}/change", {"title": "Second", "shared": "", "version": 1})

    assert response.status_code == 409
    assert "Somebody changed this view meanwhile." in words_of(response)
    assert View.objects.get().title == "First"


def test_a_view_shows_its_reader_what_they_may_see(desk: Desk, ana: Client, as_: Browser) -> None:
    """DESIGN decision 11: Eve's grants hold in somebody else's view as well."""
    two(desk)
    view = saved(as_(desk.leo), shared="all")

    assert "Paid twice" in text_of(ana.get(f"/views/{view.pk}"))
    assert "Paid twice" not in text_of(as_(desk.eve).get(f"/views/{view.pk}"))
    assert as_(desk.rui).get(f"/views/{view.pk}").status_code == 403


@pytest.mark.parametrize("many", [1, 55])
def test_a_view_costs_six_statements_whatever_is_in_it(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: views in the sidebar and names of filters included; one is for the view itself."""
    for number in range(many):
        desk.ticket(title=f"Question {number}", at=timezone.now() - timedelta(days=number))
    views = [saved(ana, f"View {n}", queue="invoices", assignee="none", process="acme") for n in range(8)]

    for address in (f"/views/{views[0].pk}", "/inbox?queue=invoices&panel=filter", "/queues/invoices?kind=ticket"):
        with django_assert_max_num_queries(6):
            assert ana.get(address).status_code == 200


def test_what_people_wrote_is_never_markup_in_a_view(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13."""
    probe = "\"'><script>alert(1)</script>"
    view = saved(ana, probe, organisation=probe)

    for address in (
        "/views",
        f"/views/{view.pk}",
        f"/views/{view.pk}/change",
        f"/views/{view.pk}?panel=filter&changed=1",
    ):
        assert "<script>alert" not in text_of(ana.get(address))
