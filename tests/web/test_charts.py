"""The bar chart above a list, and the team's bar."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.domain.codes import DueStatus
from tramita.models import Item
from tramita.queries.charts import Bar, by_load, pareto
from tramita.services import working


def chart(browser: Client, address: str) -> list[list[str]]:
    """The table, row by row: name, in all, overdue, today, on target, not set."""
    page = text_of(browser.get(address)).partition('<table class="pareto"')[2].partition("</table>")[0]
    rows = page.partition("<tbody>")[2].split("<tr")[1:]
    cells = [row.replace("</th>", "|").replace("</td>", "|").split("|")[:-1] for row in rows]
    words = [[one.rpartition("</a>")[0] or one for one in row] for row in cells]
    return [[one.rpartition(">")[2] for one in row if "svg" not in one] for row in words]


@pytest.mark.parametrize("field", ["process", "organisation", "queue", "assignee", "state", "kind"])
def test_a_bar_narrows_the_list_to_what_it_counts(desk: Desk, ana: Client, field: str) -> None:
    """H-3: display by any column; a second click takes the filter away."""
    desk.ticket(title="Paid twice")
    desk.ticket(title="Paid late", at=timezone.now())

    address = f"/queues/invoices?chart={field}"
    page = text_of(ana.get(address))
    href = page.partition('<table class="pareto"')[2].partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")

    assert [row[1:] for row in chart(ana, address)] == [["2", "1", "0", "1", "0"]]
    assert f"{field}=" in href
    assert "Paid twice" in text_of(ana.get(href))
    assert f'href="{address}" aria-current="true"' in text_of(ana.get(href))


def test_a_chart_has_ten_bars_at_most_and_the_tenth_is_all_others() -> None:
    """H-3: Pareto."""
    none = dict.fromkeys(DueStatus, 0)
    found = by_load([Bar(str(n), f"Name {n}", none | {DueStatus.TODAY: n}) for n in range(1, 14)])

    shown = pareto(found)

    assert [bar.total for bar in shown] == [13, 12, 11, 10, 9, 8, 7, 6, 5, 4 + 3 + 2 + 1]
    assert shown[-1].value == ""
    assert pareto(found[:10]) == found[:10]


def test_a_chart_counts_what_its_list_shows(desk: Desk, ana: Client, as_: Browser) -> None:
    """H-3, DESIGN decision 11: narrowed like the list, and only what one may see."""
    desk.ticket()
    desk.case()

    assert chart(ana, "/queues/invoices?chart=kind&kind=case") == [["Case", "1", "1", "0", "0", "0"]]
    assert chart(as_(desk.eve), "/queues/invoices?chart=kind") == []
    assert chart(ana, "/queues/invoices?chart=nonsense") == []


def test_each_colleague_is_shown_with_their_load(desk: Desk, ana: Client) -> None:
    """H-5: those of my queues, also who has nothing; the largest load first; a click filters."""
    make.person("Bo", queues=[desk.invoices])
    make.person("Stranger", queues=[make.queue()])
    working.start(desk.ticket(title="Paid twice"), by=desk.ana, at=timezone.now())
    desk.ticket(title="Nobody's")

    assert [row[:3] for row in chart(ana, "/team")] == [["Ana Lima", "1", "1"], ["Bo", "0", "0"]]
    page = text_of(ana.get(f"/team?assignee={desk.ana.id}"))
    assert "Paid twice" in page
    assert "Nobody&#39;s" not in page


def test_leaders_see_robots_and_what_is_nobodys(desk: Desk, as_: Browser) -> None:
    """H-5."""
    desk.ticket()
    robots = desk.ticket()
    Item.objects.filter(pk=robots.pk).update(assignee=desk.robot.id, listed=1)

    names = {row[0]: row[1] for row in chart(as_(desk.leo), "/team")}

    assert names["Unassigned"] == "1"
    assert names["Invoice reader"] == "1"
    assert names["Leo Roy"] == "0"


def test_the_team_of_somebody_in_no_queue_is_themselves(desk: Desk, as_: Browser) -> None:
    """H-5."""
    desk.ticket()

    page = as_(make.person("Alone")).get("/team")

    assert "Your teams have nothing to do" in words_of(page)


@pytest.mark.parametrize("many", [1, 40])
def test_a_chart_costs_no_statement(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: it is read along with the bars around the page."""
    for number in range(many):
        desk.ticket(title=f"Question {number}", at=timezone.now() - timedelta(days=number))

    for address in ("/queues/invoices?chart=assignee", "/inbox?chart=process", "/team"):
        with django_assert_max_num_queries(6):
            assert ana.get(address).status_code == 200
