"""Whose work the Team page shows: mine, my manager's, my peers', my queues', my reports' (H-1)."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.models import Item, Person
from tramita.queries import people, reporting

REFERENCES = re.compile(r"\d+-T</span>")


@pytest.fixture
def line(desk: Desk) -> dict[str, Person]:
    """Boss above Ana and Bea; Cem reports to Ana, Dan to Cem; Zoe to nobody."""
    ana, boss = Person.objects.get(pk=desk.ana.id), make.person("Boss")
    Person.objects.filter(pk=ana.pk).update(reports_to=boss)
    bea = make.person("Bea", reports_to=boss)
    cem = make.person("Cem", reports_to=ana)
    dan = make.person("Dan", reports_to=cem)
    return {"ana": ana, "boss": boss, "bea": bea, "cem": cem, "dan": dan, "zoe": make.person("Zoe")}


@pytest.fixture
def work(desk: Desk, line: dict[str, Person]) -> dict[str, str]:
    """A Ticket of each, and one that waits in Ana's queue; their references."""
    found = {name: make.ticket(title=name, assignee=one).reference for name, one in line.items()}
    found["both"] = make.ticket(title="both", assignee=line["bea"], queue=desk.invoices).reference
    return found | {"queue": make.ticket(title="queue", queue=desk.invoices).reference}


def shown(client: Client, address: str) -> list[str]:
    return sorted(one.removesuffix("</span>") for one in REFERENCES.findall(text_of(client.get(address))))


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/team", ("ana", "boss", "bea", "cem", "dan", "both", "queue")),
        ("/team/queues", ("both", "queue")),
        ("/team/manager", ("boss",)),
        ("/team/peers", ("bea", "both")),
        ("/team/reports", ("cem", "dan")),
    ],
)
def test_the_team_page_shows_the_work_around_me(
    ana: Client, work: dict[str, str], address: str, names: tuple[str, ...]
) -> None:
    """H-1, Q-11: each item once, whatever it is here for; reports at whatever remove."""
    assert shown(ana, address) == sorted(work[name] for name in names)


@pytest.mark.parametrize(("here", "number"), [("team", 8), ("team:reports", 2), ("team:manager", 1)])
def test_a_whole_list_of_the_team_is_what_its_page_shows(
    desk: Desk, as_: Browser, work: dict[str, str], here: str, number: int
) -> None:
    """Z-7, H-1: many at once are those of the part that was looked at."""
    ana = make.person("Lea", role="team_leader", reports_to=Person.objects.get(name="Boss"))
    Person.objects.filter(name__in=("Cem", "Dan")).update(reports_to=ana)
    Item.objects.filter(assignee__name="Bea").update(assignee=None, listed=3)

    page = as_(ana).post("/bulk", {"all": "1", "here": here, "back": "/team"})

    assert f"Change {number} item" in words_of(page)
    assert as_(ana).post("/bulk", {"all": "1", "here": "team:queues", "back": "/team"}).status_code == 404


def test_who_has_nobody_around_them_is_offered_no_lists(desk: Desk, as_: Browser, work: dict[str, str]) -> None:
    """H-1: what there is not is not offered, and is missing."""
    zoe = as_(Person.objects.get(name="Zoe"))

    assert 'class="whose"' not in text_of(zoe.get("/team"))
    assert shown(zoe, "/team") == [work["zoe"]]
    for name in ("manager", "peers", "reports", "queues", "nonsense"):
        assert zoe.get(f"/team/{name}").status_code == 404


def test_reporting_gives_no_right_to_see_an_item(desk: Desk, as_: Browser, line: dict[str, Person]) -> None:
    """H-1, SEC-2: of a report's work only what one's grants show; never their Drafts."""
    eve = make.person("Eve Leads", grants={"acme": ["view"]})
    Person.objects.filter(pk=line["cem"].pk).update(reports_to=eve)
    seen = make.ticket(assignee=line["cem"], process=desk.definitions["plain"])
    make.ticket(assignee=line["cem"], process=make.definition(key="other/main/finance/one"))
    make.ticket(draft=True, creator=line["cem"], process=desk.definitions["plain"])

    assert shown(as_(eve), "/team/reports") == [seen.reference]
    assert shown(as_(eve), "/team") == [seen.reference]


def test_a_ring_of_people_ends_where_it_began(desk: Desk, line: dict[str, Person]) -> None:
    """H-1: two files applied at once, or a hand in the database."""
    Person.objects.filter(pk=line["boss"].pk).update(reports_to=line["dan"])

    found = reporting.line_of(people.actor_by_id(line["ana"].pk))

    assert found.reports == {line[name].pk for name in ("cem", "dan", "boss", "bea")}


def test_the_team_page_keeps_its_statements(
    ana: Client, work: dict[str, str], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """H-1, DESIGN section 4: the line of reporting is one more than the list alone costs, and at most six in all."""
    for address in ("/team", "/team/peers", "/team/reports"):
        with django_assert_max_num_queries(6):
            ana.get(address)
