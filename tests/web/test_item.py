"""The page of an item: head, info card, state control, tabs."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.desk import MONDAY, Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, fresh, offered, text_of, words_of
from tramita.domain.codes import Method, State, WaitType
from tramita.models import Entry, Item
from tramita.queries.facts import allowed
from tramita.services import editing, launching, notes, resolving, waiting, working


def started(desk: Desk, item: Item) -> Item:
    """The item in Ana's hands."""
    working.start(item, by=desk.ana, at=timezone.now())
    return fresh(item)


def problem_case(desk: Desk) -> tuple[Item, Item]:
    """A Case of Ana's with an Action that could not be completed."""
    case = started(desk, desk.case())
    action = launching.launch(case, action="bank-check", by=desk.ana, at=timezone.now())[0]
    reason = "The register has no accounts."
    resolving.resolve(action, method="unable_to_complete", reason=reason, by=desk.ana, at=timezone.now())
    return fresh(case), fresh(action)


@pytest.mark.parametrize("tab", ["comms", "timeline", "actions", "files"])
def test_an_item_costs_a_bounded_number_of_statements(
    desk: Desk, ana: Client, tab: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: whatever was said on it."""
    case = started(desk, desk.case())
    launching.launch(case, action="bank-check", copies=5, by=desk.ana, at=timezone.now())
    for number in range(20):
        notes.add_note(fresh(case), body=f"Note {number}", by=desk.ana, at=timezone.now())
    ana.get(f"/items/{case.reference}?tab={tab}")

    with django_assert_max_num_queries(20):
        ana.get(f"/items/{case.reference}?tab={tab}")


BESIDE = {
    "note",
    "reply",
    "edit",
    "launch",
    "follow",
    "unfollow",
    "clock",
    "links",
    "priority",
}  # no verbs of the tables


@pytest.mark.parametrize("who", ["ana", "leo"])
@pytest.mark.parametrize("state", ["to_do", "in_progress", "waiting", "resolved", "closed", "draft"])
def test_the_page_offers_exactly_what_the_tables_allow(desk: Desk, as_: Browser, who: str, state: str) -> None:
    """UI: the state control lists the allowed transitions; API and page read the same rows."""
    item = in_state(desk, state)
    actor = getattr(desk, who)

    page = as_(actor).get(f"/items/{item.reference}")

    verbs = set(allowed(fresh(item), actor, timezone.now()))
    asked_elsewhere = {verb for verb in verbs if f'href="/items/{item.reference}/{verb}"' in page.content.decode()}
    assert (offered(page, item.reference) - BESIDE) | asked_elsewhere == verbs


def in_state(desk: Desk, state: str) -> Item:
    """A Ticket of Ana's in this state."""
    if state == "draft":
        return desk.ticket(draft=True)
    item = desk.ticket()
    if state != "to_do":
        item = started(desk, item)
    if state == "waiting":
        waiting.wait(item, type="more_information", by=desk.ana, at=timezone.now())
    if state in ("resolved", "closed"):
        method = "replied" if state == "resolved" else "rejected_spam"
        resolving.resolve(item, method=method, by=desk.ana, at=timezone.now())
    return fresh(item)


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("start", "to_do", State.IN_PROGRESS),
        ("to-do", "in_progress", State.TO_DO),
        ("release", "in_progress", State.TO_DO),
        ("resume", "waiting", State.IN_PROGRESS),
        ("reopen", "resolved", State.TO_DO),
    ],
)
def test_a_button_moves_the_item(desk: Desk, ana: Client, verb: str, before: str, after: State) -> None:
    """T-25, T-26, T-28, T-34, T-46."""
    item = in_state(desk, before)

    response = ana.post(f"/items/{item.reference}/{verb}", {"version": item.version})

    assert response.headers["Location"] == f"/items/{item.reference}"
    assert fresh(item).state is after


def test_the_feedback_window_names_what_it_reopens(desk: Desk, ana: Client) -> None:
    """CG-37: on the page of a Case it is the Case, also in its other languages."""
    case = started(desk, desk.case())
    resolving.resolve(case, method="fully_resolved", by=desk.ana, at=timezone.now())
    ticket = in_state(desk, "resolved")

    of_case, of_ticket = (text_of(ana.get(f"/items/{one.reference}")) for one in (case, ticket))

    assert "So long a mail reopens the Case." in of_case
    assert "reopens the Ticket" not in of_case
    assert "So long a mail reopens the Ticket." in of_ticket


@pytest.mark.parametrize("mine", [False, True])
def test_a_free_item_says_that_an_update_takes_and_starts_it(desk: Desk, ana: Client, *, mine: bool) -> None:
    """CG-45, S-4: it is assigned to you and set In Progress, both."""
    item = started(desk, desk.ticket()) if mine else desk.ticket()

    said = text_of(ana.get(f"/items/{item.reference}"))

    assert ("assigns it to you and sets it In Progress, in one" in said) is not mine


def test_what_the_state_forbids_is_said_on_the_page(desk: Desk, ana: Client) -> None:
    """409: the sentence, and the item as it is."""
    item = in_state(desk, "closed")

    response = ana.post(f"/items/{item.reference}/start", {"version": item.version})

    assert response.status_code == 409
    assert "“In Progress” is not possible while the item is Closed." in words_of(response)


def test_a_stale_page_is_refused_with_what_changed_and_keeps_what_was_typed(desk: Desk, ana: Client) -> None:
    """Z-2: 412, then the same button works on the page as it came back."""
    item = started(desk, desk.ticket())
    editing.edit(fresh(item), changes={"title": "Invoice 992"}, by=desk.leo, at=timezone.now())
    working.assign(fresh(item), to=desk.leo.id, by=desk.leo, at=timezone.now())

    response = ana.post(
        f"/items/{item.reference}/wait", {"version": item.version, "type": "more_information", "days": "7"}
    )

    assert response.status_code == 412
    assert "Assigned to Leo Roy · Leo Roy" in words_of(response)
    assert "Title changed · Leo Roy" in words_of(response)
    assert 'name="days" type="text" value="7"' in text_of(response)
    assert f'name="version" value="{fresh(item).version}"' in text_of(response)
    assert fresh(item).state is State.TO_DO


def test_waiting_for_information_takes_days_and_says_so(desk: Desk, ana: Client) -> None:
    """T-30, W-9."""
    item = started(desk, desk.ticket())

    form = {"version": item.version, "type": "more_information", "days": "5", "close_if_no_response": "on"}
    ana.post(f"/items/{item.reference}/wait", form)

    now = fresh(item)
    assert (now.wait_type, now.wait_days, now.close_if_no_response) == (WaitType.MORE_INFORMATION, 5, True)
    assert "Paused" in words_of(ana.get(f"/items/{item.reference}"))


def test_a_wait_until_is_read_in_the_persons_zone(desk: Desk, ana: Client) -> None:
    """W-12, W-15: nine o'clock in São Paulo is noon in UTC."""
    ana.post("/settings/", {"language": "en", "time_zone": "America/Sao_Paulo", "theme": "system"})
    item = started(desk, desk.ticket())

    ana.post(f"/items/{item.reference}/wait", {"version": item.version, "type": "until", "until": "2031-06-02T09:00"})

    wait_until = fresh(item).wait_until
    assert wait_until is not None
    assert f"{wait_until:%H:%M %Z}" == "12:00 UTC"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"type": "until"}, "wait-until"),
        ({"type": "until", "until": "2001-01-01T10:00"}, "wait-until"),
        ({"type": "until", "until": "tomorrow"}, "wait-until"),
        ({"type": "more_information", "days": "many"}, "wait-days"),
        ({"type": "more_information", "days": "0"}, "wait-days"),
        ({}, "wait-type"),
        ({"type": "pause"}, "wait-type"),
    ],
)
def test_a_wrong_wait_is_said_beside_its_field(desk: Desk, ana: Client, form: dict[str, str], field: str) -> None:
    """S-9, W-9, W-12: 422, the panel is open, nothing has changed."""
    item = started(desk, desk.ticket())

    response = ana.post(f"/items/{item.reference}/wait", {"version": item.version, **form})

    assert response.status_code == 422
    assert field in errors_of(response)
    assert fresh(item).state is State.IN_PROGRESS


def test_resolving_asks_for_a_mail_or_note_where_the_desk_wants_one(desk: Desk, ana: Client) -> None:
    """R-6, R-8: a reminder first, then the note given with it is enough."""
    require_notes(desk)
    item = started(desk, desk.ticket())
    address = f"/items/{item.reference}/resolve"

    reminded = ana.post(address, {"version": item.version, "method": "replied"})
    assert reminded.status_code == 422
    assert "Send a resolution mail or write a resolution note first." in words_of(reminded)
    assert 'href="#composer"' in text_of(reminded)

    ana.post(address, {"version": item.version, "method": "replied", "note": "Booked twice."})
    page = text_of(ana.get(f"/items/{item.reference}"))
    assert fresh(item).state is State.RESOLVED
    assert "data-resolution" in page
    assert "#i-s-resolved" in page


def test_a_note_just_written_counts_as_the_resolution(desk: Desk, ana: Client) -> None:
    """R-9, R-10: the page says so before, and shows it in green with a tick after."""
    require_notes(desk)
    item = started(desk, desk.ticket())
    notes.add_note(item, body="Booked twice.", by=desk.ana, at=timezone.now())

    assert "counts as the resolution" in words_of(ana.get(f"/items/{item.reference}"))
    ana.post(f"/items/{item.reference}/resolve", {"version": fresh(item).version, "method": "replied"})

    assert '<article class="message" id="entry-' in text_of(ana.get(f"/items/{item.reference}"))
    assert 'data-kind="note" data-resolution' in text_of(ana.get(f"/items/{item.reference}"))


def require_notes(desk: Desk) -> None:
    """The setting of R-6 on."""
    from tests.desk import publish

    publish("settings", "settings", resolution_note_required=True)


def test_system_methods_are_never_offered(desk: Desk, ana: Client) -> None:
    """T-51."""
    item = started(desk, desk.ticket())

    page = text_of(ana.get(f"/items/{item.reference}"))

    for method in (Method.MERGED, Method.SPLIT_COMPLETED, Method.UNCONFIGURED_ADDRESS, Method.CASE_LAUNCHED):
        assert f'value="{method}"' not in page
    for method in (Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED, Method.REJECTED_SPAM):
        assert f'value="{method}"' in page


def test_the_description_becomes_the_initial_submission_note(desk: Desk, ana: Client) -> None:
    """T-4, TL-4."""
    item = desk.ticket(description="It came twice this month.")

    page = words_of(ana.get(f"/items/{item.reference}"))

    assert "Initial submission note" in page
    assert "It came twice this month." in page


def test_a_change_of_category_shows_only_under_its_own_filter(desk: Desk, ana: Client) -> None:
    """T-10."""
    item = started(desk, desk.ticket())
    form = {"version": item.version, "panel": "category", "category": "acme/main/finance/plain"}
    ana.post(f"/items/{item.reference}/edit", form)

    plain = words_of(ana.get(f"/items/{item.reference}?tab=timeline"))
    asked = words_of(ana.get(f"/items/{item.reference}?tab=timeline&show=category"))

    said = "Ticket category changed to acme/main/finance/plain · Ana Lima"
    assert said not in plain
    assert said in asked
    assert "1 of" in asked


def test_the_due_date_explains_itself(desk: Desk, ana: Client) -> None:
    """Z-15: running and paused intervals with reasons, and the rule."""
    item = started(desk, desk.ticket(at=timezone.now() - timedelta(days=2)))
    waiting.wait(item, type="more_information", by=desk.ana, at=timezone.now() - timedelta(hours=2))

    page = words_of(ana.get(f"/items/{item.reference}"))

    assert "Rule “two_days”" in page
    assert "Wait for more information not counted" in page


def test_a_due_date_is_changed_where_the_rule_allows_it(desk: Desk, ana: Client) -> None:
    """SLA-15: refused beside the field where it does not."""
    allowed_here = started(desk, desk.ticket())
    refused_here = started(desk, desk.ticket(category="acme/main/finance/plain"))
    form = {"panel": "due", "due": "2031-06-02T09:00"}

    ana.post(f"/items/{allowed_here.reference}/edit", {"version": allowed_here.version, **form})
    refused = ana.post(f"/items/{refused_here.reference}/edit", {"version": refused_here.version, **form})

    due_at = fresh(allowed_here).due_at
    assert due_at is not None
    assert due_at.year == 2031
    assert refused.status_code == 422


def test_assigning_names_who_may_be_given_work(desk: Desk, as_: Browser) -> None:
    """T-54, Q-12: Eve works elsewhere and is refused beside the field."""
    item = desk.ticket()
    leo = as_(desk.leo)

    refused = leo.post(f"/items/{item.reference}/assign", {"version": item.version, "to": str(desk.eve.id)})
    assert refused.status_code == 422
    assert "assign-to" in errors_of(refused)

    leo.post(f"/items/{item.reference}/assign", {"version": item.version, "to": str(desk.ana.id)})
    assert fresh(item).assignee_id == desk.ana.id


def test_an_agent_without_the_right_is_told_so(desk: Desk, as_: Browser, ana: Client) -> None:
    """SEC-2: 403 for a verb that somebody else may use here."""
    item = started(desk, desk.ticket())
    working.assign(item, to=desk.leo.id or 0, by=desk.ana, at=timezone.now())

    response = ana.post(f"/items/{item.reference}/release", {"version": fresh(item).version})

    assert response.status_code == 403


def test_an_action_that_cannot_be_completed_needs_a_reason_and_closes_its_page(desk: Desk, ana: Client) -> None:
    """A-22, A-24."""
    case = started(desk, desk.case())
    action = started(desk, launching.launch(case, action="bank-check", by=desk.ana, at=timezone.now())[0])
    address = f"/items/{action.reference}/unable"

    refused = ana.post(address, {"version": action.version, "reason": " "})
    assert refused.status_code == 422
    assert "unable-reason" in errors_of(refused)

    done = ana.post(address, {"version": action.version, "reason": "No accounts."}, follow=True)
    assert done.redirect_chain[-1][0] == "/inbox"
    assert f"{action.reference} cannot be completed" in words_of(done)


def test_a_problem_case_shows_the_reason_and_what_its_owner_may_do(desk: Desk, ana: Client) -> None:
    """C-20 to C-22: Pause, Go on, Launch; rework comes with flows."""
    case, action = problem_case(desk)

    page = words_of(ana.get(f"/items/{case.reference}"))

    assert "An Action cannot be completed “The register has no accounts.”" in page
    assert action.reference in page
    assert page.count("Set In Progress") == 2  # one option: its sentence and its button
    assert "Launch…" in page


def test_going_on_settles_the_problem(desk: Desk, ana: Client) -> None:
    """C-22(3), C-25."""
    case, _action = problem_case(desk)

    ana.post(f"/items/{case.reference}/start", {"version": case.version})

    assert fresh(case).problem is None
    assert fresh(case).state is State.IN_PROGRESS


def test_actions_are_launched_by_hand(desk: Desk, ana: Client) -> None:
    """A-10, C-11: copies, and the tab stays."""
    case = started(desk, desk.case())

    form = {"version": case.version, "action": "bank-check", "copies": "3", "instructions": "Call them"}
    response = ana.post(f"/items/{case.reference}/launch", form)

    assert response.headers["Location"] == f"/items/{case.reference}?tab=actions"
    page = words_of(ana.get(response.headers["Location"]))
    assert all(f"{case.reference}-A{n}" in page for n in (1, 2, 3))
    assert "Call them" in page


def test_an_abort_is_confirmed(desk: Desk, ana: Client) -> None:
    """C-56."""
    case = started(desk, desk.case())
    address = f"/items/{case.reference}/abort"

    refused = ana.post(address, {"version": case.version})
    assert refused.status_code == 422
    assert "Confirm that the Case ends here for good." in words_of(refused)

    ana.post(address, {"version": case.version, "confirmed": "yes"})
    assert (fresh(case).state, fresh(case).method) == (State.CLOSED, Method.ABORTED)
    assert "Aborted" in words_of(ana.get(f"/items/{case.reference}"))


def test_a_checklist_is_ticked_before_an_action_is_completed(desk: Desk, ana: Client) -> None:
    """D-12, A-38."""
    case = started(desk, desk.case())
    action = started(desk, launching.launch(case, action="bank-check", by=desk.ana, at=timezone.now())[0])

    refused = ana.post(f"/items/{action.reference}/resolve", {"version": action.version, "method": "complete"})
    assert "Still open: IBAN checked." in words_of(refused)

    form = {"version": action.version, "panel": "checklist", "done": ["IBAN checked"]}
    ana.post(f"/items/{action.reference}/edit", form)
    ana.post(f"/items/{action.reference}/resolve", {"version": fresh(action).version, "method": "complete"})
    assert fresh(action).state is State.CLOSED


def test_looking_changes_nothing(desk: Desk, ana: Client) -> None:
    """L-8, CG-11, CG-12: the highlight and the dots stay until an update is submitted."""
    item = started(desk, desk.ticket())
    Item.objects.filter(pk=item.pk).update(highlighted=True, new_information=True)
    before = Entry.objects.filter(item=item).count()

    ana.get(f"/items/{item.reference}")

    assert fresh(item).highlighted
    assert Entry.objects.filter(item=item).count() == before


def test_a_moment_is_shown_in_the_readers_zone(desk: Desk, ana: Client) -> None:
    """Z-13."""
    item = desk.ticket(at=MONDAY)
    ana.post("/settings/", {"language": "en", "time_zone": "Asia/Tokyo", "theme": "system"})

    assert "Mon 2 Mar 18:00" in words_of(ana.get(f"/items/{item.reference}?tab=timeline"))


@pytest.mark.parametrize(
    ("language", "word"),
    [("pt-br", "Em andamento"), ("fr", "En traitement"), ("es", "En Progreso"), ("pl", "W trakcie")],
)
def test_the_page_speaks_the_readers_language(desk: Desk, ana: Client, language: str, word: str) -> None:
    """UI: their language."""
    item = started(desk, desk.ticket())
    ana.post("/settings/", {"language": language, "time_zone": "", "theme": "dark"})

    page = ana.get(f"/items/{item.reference}")

    assert word in words_of(page)
    assert f'<html lang="{language}" data-theme="dark"' in text_of(page)


def test_the_forms_of_a_page_share_one_token_and_each_page_has_its_own(desk: Desk, ana: Client) -> None:
    """A token is masked anew for each page, which is what keeps it from being guessed out of packed answers."""
    item = desk.ticket()

    first, second = (tokens_of(ana.get(f"/items/{item.reference}").content.decode()) for _ in range(2))

    assert len(first) > 2
    assert len(set(first)) == len(set(second)) == 1
    assert set(first) != set(second)


def tokens_of(page: str) -> list[str]:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
