"""New Ticket, new Case, Drafts."""

import pytest
from django.test import Client

from tests.desk import Desk
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.domain.codes import Kind, State
from tramita.models import Item

CATEGORY = "acme/main/finance/invoice-query"


def form(desk: Desk, **given: str) -> dict[str, str]:
    """A complete new Ticket."""
    plain = {
        "title": "Invoice 991 twice",
        "description": "It came twice.",
        "category": CATEGORY,
        "primary_contact": desk.rui.email or "",
        "then": "submit",
    }
    return plain | given


def test_submitting_closes_the_page_and_a_message_carries_the_reference(desk: Desk, ana: Client) -> None:
    """T-7, T-23."""
    response = ana.post("/new/ticket", form(desk), follow=True)

    item = Item.objects.get()
    assert response.redirect_chain[-1][0] == "/inbox"
    assert f'Submitted as <a href="/items/{item.reference}">{item.reference}</a>' in text_of(response)
    assert item.state is State.TO_DO


def test_what_is_missing_is_said_beside_each_field_and_the_first_has_the_focus(desk: Desk, ana: Client) -> None:
    """T-2, T-3, CG-20: nothing is submitted, what was typed stays."""
    response = ana.post("/new/ticket", {"title": "Invoice 991 twice", "then": "submit"})

    assert response.status_code == 422
    assert set(errors_of(response)) == {"f-description", "f-category", "f-primary_contact", "f-requester"}
    page = text_of(response)
    assert 'value="Invoice 991 twice"' in page
    assert page.count("autofocus") == 1
    assert page.index("autofocus") > page.index('id="f-description"')
    assert "4 things are not right yet." in words_of(response)
    assert not Item.objects.exists()


def test_an_unknown_contact_is_said_beside_its_field(desk: Desk, ana: Client) -> None:
    """CT-1."""
    response = ana.post("/new/ticket", form(desk, requester="who@else.example"))

    assert "who@else.example" in errors_of(response)["f-requester"]


def test_a_draft_may_lack_everything_and_is_completed_on_its_page(desk: Desk, ana: Client) -> None:
    """T-1, T-2, T-23: Submit on the page misses the rest, then takes it."""
    ana.post("/new/ticket", {"title": "Petty cash", "then": "draft"})
    item = Item.objects.get()
    assert item.state is State.DRAFT
    address = f"/items/{item.reference}/edit"

    refused = ana.post(address, {"version": item.version, "panel": "draft", "title": "Petty cash", "then": "submit"})
    assert {"draft-description", "draft-category", "draft-primary"} <= set(errors_of(refused))

    whole = form(desk, title="Petty cash") | {"version": str(fresh(item).version), "panel": "draft"}
    ana.post(address, whole)
    assert fresh(item).state is State.TO_DO


def test_only_its_writer_discards_a_draft(desk: Desk, ana: Client) -> None:
    """T-53."""
    ana.post("/new/ticket", {"title": "Petty cash", "then": "draft"})
    item = Item.objects.get()

    response = ana.post(f"/items/{item.reference}/discard", {"version": item.version}, follow=True)

    assert f"The draft {item.reference} is discarded." in words_of(response)
    assert ana.get("/inbox").content.count(b"data-row") == 0


def test_a_case_is_started_with_its_short_description(desk: Desk, ana: Client) -> None:
    """C-2, C-3, CG-21: missing, it is said; given, the Case is To Do."""
    chosen = {"case_type": "acme/main/finance/onboarding", "then": "submit"}

    refused = ana.post("/new/case", chosen)
    assert "f-short_description" in errors_of(refused)

    ana.post("/new/case", {**chosen, "short_description": "Bodegas Llorente"})
    case = Item.objects.get()
    assert (case.kind, case.state, case.title) == (Kind.CASE, State.TO_DO, "Bodegas Llorente")


def test_a_case_type_is_chosen_first(desk: Desk, ana: Client) -> None:
    """C-3: the form shows what that type asks for."""
    assert "f-short_description" not in text_of(ana.get("/new/case"))
    assert "f-short_description" in text_of(ana.get("/new/case?case_type=acme/main/finance/onboarding"))


@pytest.mark.parametrize("pasted", ["{}", "[{}]", "  {} ", "https://desk.example/items/{}?tab=comms"])
def test_a_reference_in_any_form_opens_its_item(desk: Desk, ana: Client, pasted: str) -> None:
    """INTERFACES section 7."""
    item = desk.ticket()

    for reference in (item.reference, item.reference.lower()):
        response = ana.get("/search", {"q": pasted.format(reference)})
        assert response.headers["Location"] == f"/items/{item.reference}"


def test_a_reference_that_leads_nowhere_says_so(desk: Desk, ana: Client) -> None:
    """404, in words."""
    response = ana.get("/search", {"q": "99999-T"})

    assert response.status_code == 404
    assert "No item has the reference “99999-T”" in words_of(response)


def test_a_draft_of_a_case_is_completed_on_its_page(desk: Desk, ana: Client) -> None:
    """C-2, C-3: its short description is asked for there."""
    ana.post("/new/case", {"case_type": "acme/main/finance/onboarding", "then": "draft"})
    case = Item.objects.get()
    address = f"/items/{case.reference}/edit"

    refused = ana.post(address, {"version": case.version, "panel": "draft", "title": "", "then": "submit"})
    assert "draft-title" in errors_of(refused)

    whole = {"version": fresh(case).version, "panel": "draft", "title": "Bodegas Llorente", "then": "submit"}
    ana.post(address, whole)
    assert (fresh(case).state, fresh(case).title) == (State.TO_DO, "Bodegas Llorente")


def test_resolving_a_draft_names_what_is_missing(desk: Desk, ana: Client) -> None:
    """T-24: what stands beside no field of the panel is named in the sentence."""
    ana.post("/new/ticket", {"title": "Petty cash", "then": "draft"})
    item = Item.objects.get()

    refused = ana.post(f"/items/{item.reference}/resolve", {"version": item.version, "method": "replied"})

    assert "Description: This is needed. Category: This is needed." in words_of(refused)


def test_a_sub_case_is_started_from_the_page_of_its_case(desk: Desk, ana: Client) -> None:
    """C-12: the form offers the customer's types, knows the people and says who waits; refused, it stays a Sub-Case."""
    case = desk.case(fields={})
    page = text_of(ana.get(f"/items/{case.reference}?tab=actions"))
    assert f'href="/new/case?parent={case.reference}"' in page

    form_page = text_of(ana.get(f"/new/case?parent={case.reference}&case_type=acme/main/finance/onboarding"))
    assert f"New Sub-Case of {case.reference}" in form_page
    assert f'value="{case.requester.email}"' in form_page
    assert 'value="draft"' not in form_page
    said = {"parent": case.reference, "case_type": "acme/main/finance/onboarding", "requester": desk.rui.email}
    again = ana.post("/new/case", {**said, "short_description": "", "then": "submit", "wait": "yes"})
    ana.post("/new/case", {**said, "short_description": "Bank details", "then": "submit", "wait": "yes"})
    ana.post("/new/case", {**said, "short_description": "Beside it", "then": "submit"})

    assert again.status_code == 422
    assert f"New Sub-Case of {case.reference}" in text_of(again)
    assert Item.objects.get(title="Bank details").parent_id == case.pk
    assert Item.objects.get(title="Beside it").parent_id is None
