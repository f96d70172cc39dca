"""The steps of a Case on its page."""

from django.test import Client

from tests.desk import MONDAY, Desk
from tests.flows import begun, names
from tests.web.reading import fresh, offered, words_of
from tramita.services import resolving


def test_the_page_of_a_case_shows_its_steps_and_where_it_stands(desk: Desk, ana: Client) -> None:
    """C-7, C-6: what is done, what runs, what comes."""
    case = begun(desk, {"collect": ["papers", "form"], "look?fields.x == 1": ["visit"], "finish": ["create"]})
    resolving.resolve(fresh(case.children.first()), method="complete", by=desk.ana, at=MONDAY)

    page = words_of(ana.get(f"/items/{case.reference}"))

    assert "Collect 1 of 2 done Look To come: Visit Finish To come: Create" in page


def test_a_step_that_is_done_is_moved_on_with_a_button(desk: Desk, ana: Client) -> None:
    """C-7, C-47."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, progression="manual")
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    before = ana.get(f"/items/{case.reference}")

    ana.post(f"/items/{case.reference}/next-step", {"version": fresh(case).version})

    assert "Done, to be moved on" in words_of(before)
    assert "next-step" in offered(before, case.reference)
    assert names(case) == ["b"]
