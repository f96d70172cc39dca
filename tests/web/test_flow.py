"""The steps of a Case on its page."""

import re

from django.test import Client

from tests.desk import MONDAY, Desk, publish
from tests.flows import begun, names, publish_flow
from tests.web.conftest import Browser
from tests.web.reading import fresh, offered, text_of, words_of
from tramita.domain.codes import Kind
from tramita.models import Item
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


def test_a_case_is_reworked_from_the_page_of_its_action(desk: Desk, ana: Client) -> None:
    """C-30: a tab of the Action leads back to the Case; the problem's panel opens the form of the Case."""
    case = begun(desk, {"one": ["a"], "two": ["b"]})
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    action = case.children.get(action_name="b")
    address = f"/items/{action.reference}"
    page = text_of(ana.get(f"{address}?tab=rework"))

    refused = ana.post(f"{address}/rework", {"version": fresh(action).version, "from": "action:b"})
    done = ana.post(f"{address}/rework", {"version": fresh(action).version, "from": "step:one"})

    assert '<option value="step:one"' in page
    assert (refused.status_code, "has not ended" in words_of(refused)) == (422, True)
    assert 'aria-current="page">Rework' in " ".join(text_of(refused).split())
    assert done["Location"] == f"/items/{case.reference}?tab=actions"
    assert names(case) == ["a"]


def test_the_form_of_a_rework_is_open_where_the_problem_leads(desk: Desk, ana: Client) -> None:
    """C-22, UI: a link into a closed menu leads nowhere; it works without scripts."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, actions={"b": {"startable": True}})
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    failing = case.children.get(action_name="b")
    resolving.resolve(failing, method="unable_to_complete", reason="No account", by=desk.ana, at=MONDAY)
    address = f"/items/{case.reference}"

    links = re.findall(r'href="([^"]+#(?:rework|launch))"', text_of(ana.get(address)))
    pages = [text_of(ana.get(link.replace("&amp;", "&").partition("#")[0])) for link in links]

    assert [bool(re.search(r'id="(?:rework|launch)" open', page)) for page in pages] == [True, True]


def test_the_page_shows_the_effort_and_lets_it_be_changed(desk: Desk, ana: Client) -> None:
    """C-13: of a Case with its parts, of an Action with a form; nothing where there is no estimate."""
    case = begun(desk, {"one": ["a"], "two": ["b"]}, actions={one: {"estimate": "90 minutes"} for one in ("a", "b")})
    action = case.children.get()
    page, form = f"/items/{case.reference}", {"panel": "estimate", "version": action.version}

    refused = ana.post(f"/items/{action.reference}/edit", {**form, "minutes": "long"})
    ana.post(f"/items/{action.reference}/edit", {**form, "minutes": "30"})

    assert (refused.status_code, "Give a whole number" in words_of(refused)) == (422, True)
    assert "Estimated effort 2 h 00 m of Actions begun 30 m of Actions to come 1 h 30 m" in words_of(ana.get(page))
    assert "Estimate changed to 30 m" in words_of(ana.get(f"/items/{action.reference}?tab=timeline"))
    assert "Estimated effort" not in words_of(ana.get(f"/items/{begun(desk, {'one': ['a']}).reference}"))


def test_a_desk_shows_neither_the_clock_nor_the_effort_where_it_says_so(desk: Desk, ana: Client) -> None:
    """BU-7, TL-5, C-13: the clock goes on counting, as where a person hides it."""
    case = begun(desk, {"one": ["a"]}, actions={"a": {"estimate": "90 minutes"}})
    shown = text_of(ana.get(f"/items/{case.reference}"))

    publish("settings", "settings", show_time_tracker=False, show_expected_times=False)

    hidden = text_of(ana.get(f"/items/{case.reference}"))
    assert [("Estimated effort" in page, 'id="time" hidden' in page) for page in (shown, hidden)] == [
        (True, False),
        (False, True),
    ]


def payroll(steps: dict[str, list[str]]) -> str:
    """A Case type whose Cases go by one of two months, and are due a day before the payday of theirs."""
    months = {"2026-04": {"payday": "2026-04-30T12:00+00:00"}, "2026-05": {"payday": "2026-05-29"}}
    publish("schedule", "payroll", schedules=months)
    publish("due_rule", "paid", within="-1 day", base="schedule.payday")
    return publish_flow("payroll", steps, due="paid", schedule="payroll")


def test_a_case_is_started_by_a_schedule_and_another_is_chosen_on_its_page(desk: Desk, ana: Client) -> None:
    """BU-3, BU-6, C-30: offered where a Case begins, on its page, and where it starts again; its dates are shown."""
    path = payroll({"one": ["a"], "two": ["b"]})
    form = text_of(ana.get(f"/new/case?case_type={path}"))
    given = {"case_type": path, "short_description": "April", "primary_contact": desk.rui.email, "then": "submit"}
    ana.post("/new/case", given | {"schedule": "payroll/2026-04"})
    case = Item.objects.get(kind=Kind.CASE.number)
    here = f"/items/{case.reference}"
    before, page = fresh(case).due_at, ana.get(here)
    resolving.resolve(case.children.get(), method="complete", by=desk.ana, at=MONDAY)
    wrong = ana.post(f"{here}/edit", {"panel": "schedule", "schedule": "payroll/2027", "version": fresh(case).version})

    ana.post(f"{here}/edit", {"panel": "schedule", "schedule": "payroll/2026-05", "version": fresh(case).version})

    assert 'value="payroll/2026-05"' in form
    assert str(before) == "2026-04-29 12:00:00+00:00"
    assert "payday" in words_of(page)
    assert "There is no schedule" in words_of(wrong)
    assert str(fresh(case).due_at)[:10] == "2026-05-28"
    assert "Goes by the schedule payroll/2026-05" in words_of(ana.get(f"{here}?tab=timeline"))
    assert 'id="rework-schedule"' in text_of(ana.get(f"{here}?tab=actions"))
