"""The steps of a Case on its page."""

from django.test import Client

from tests.desk import MONDAY, Desk
from tests.flows import begun, names
from tests.web.conftest import Browser
from tests.web.reading import fresh, offered, text_of, words_of
from tramita.services import resolving


def test_the_page_of_a_case_shows_its_steps_and_where_it_stands(desk: Desk, ana: Client) -> None:
    """C-7, C-6: what is done, what runs, what comes."""
    case = begun(desk, {"collect": ["papers", "form"], "look?fields.x == 1": ["visit"], "finish": ["create"]})
    resolving.resolve(fresh(case.children.first()), method="complete", by=desk.ana, at=MONDAY)

    page = words_of(ana.get(f"/items/{case.reference}"))

    assert "Collect 1 of 2 ended Look To come: Visit Finish To come: Create" in page


def test_a_step_that_is_done_is_moved_on_with_a_button(desk: Desk, ana: Client) -> None:
    """C-7, C-47."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, progression="manual")
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    before = ana.get(f"/items/{case.reference}")

    ana.post(f"/items/{case.reference}/next-step", {"version": fresh(case).version})

    assert "Done, to be moved on" in words_of(before)
    assert "next-step" in offered(before, case.reference)
    assert names(case) == ["b"]


def test_a_case_is_reworked_from_its_page(desk: Desk, ana: Client) -> None:
    """C-30, C-32: what may start again is offered; a choice that became impossible comes back with its reason."""
    case = begun(desk, {"one": ["a"], "two": ["b"]})
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    page = text_of(ana.get(f"/items/{case.reference}"))
    address = f"/items/{case.reference}/rework"

    refused = ana.post(address, {"version": fresh(case).version, "from": "step:two"})
    ana.post(address, {"version": fresh(case).version, "from": "step:one"})

    assert '<option value="step:one"' in page
    assert '<option value="action:a"' in page
    assert (refused.status_code, "is not before the present step" in words_of(refused)) == (422, True)
    assert names(case) == ["a"]


def test_a_reviewer_passes_or_fails_on_the_page(desk: Desk, as_: Browser) -> None:
    """A-41, A-42, A-50: whoever did the work is not offered it."""
    case = begun(desk, {"one": ["a"]}, actions={"a": {"four_eyes": True}})
    action = case.children.get()
    resolving.resolve(action, method="complete", by=desk.ana, at=MONDAY)
    ana, leo, page = as_(desk.ana), as_(desk.leo), f"/items/{action.reference}"
    offered_to = [offered(browser.get(page), action.reference) for browser in (ana, leo)]

    leo.post(f"{page}/review", {"version": fresh(action).version, "pass": "no", "reason": "Another bank"})

    assert ["review" in verbs for verbs in offered_to] == [False, True]
    assert fresh(action).assignee_id == desk.ana.id
