"""The pages on which Tickets are merged, split and converted, and what belongs together (SPEC section 10, Z-3)."""

from django.test import Client

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_merging import by_mail, merge
from tests.services.test_receiving import fresh
from tramita.domain.codes import Method, State, WaitType
from tramita.models import Item, Link, Message, Person
from tramita.queries.targets import targets


def as_(actor_id: int | None) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor_id))
    return client


def test_a_ticket_is_merged_into_what_was_searched_for(desk: Desk) -> None:
    """X-1, X-2: chosen among what is found."""
    ticket, target = desk.ticket(), desk.ticket(title="Credit note 17")
    ana = as_(desk.ana.id)

    found = ana.get(f"/items/{ticket.reference}/merge", {"q": "credit note"}).content.decode()
    sent = {"way": "into", "into": target.reference, "version": ticket.version}
    answer = ana.post(f"/items/{ticket.reference}/merge", sent, follow=True)

    assert f'value="{target.reference}"' in found
    assert fresh(ticket).method is Method.MERGED
    assert answer.redirect_chain[-1][0] == f"/items/{target.reference}"


def test_several_are_merged_from_the_other_side(desk: Desk) -> None:
    """X-1: from both sides."""
    target, one, two = desk.case(), desk.ticket(), desk.ticket()
    page = f"/items/{target.reference}/merge"

    assert "checkbox" in as_(desk.ana.id).get(page).content.decode()
    as_(desk.ana.id).post(page, {"tickets": [one.reference, two.reference]})

    assert {fresh(one).state, fresh(two).state} == {State.CLOSED}


def test_a_refusal_keeps_what_was_chosen(desk: Desk) -> None:
    """UI: refusals explain."""
    ticket, target = desk.ticket(), desk.ticket()
    sent = {"way": "into", "into": target.reference, "version": ticket.version - 1}

    answer = as_(desk.ana.id).post(f"/items/{ticket.reference}/merge", sent)
    nothing = as_(desk.ana.id).post(f"/items/{ticket.reference}/merge", {"way": "into"})

    assert answer.status_code == 412
    assert f'value="{target.reference}" checked' in answer.content.decode()
    assert nothing.status_code == 422


def test_targets_are_found_by_reference_title_and_place_and_fifty_at_most(desk: Desk) -> None:
    """X-2: by title, reference, customer, contract or service; only what runs."""
    ticket, other = desk.ticket(), desk.ticket(title="Payment is missing")
    desk.ticket(draft=True, title="Payment draft")
    for name in ("acme", "finance", "payment is", other.reference.lower()):
        assert other.pk in [one.pk for one in targets(ticket, name, desk.ana, at=MONDAY)], name
    assert [one.pk for one in targets(ticket, "payment", desk.ana, at=MONDAY)] == [other.pk]
    assert targets(ticket, "payment", desk.eve, at=MONDAY) == []

    for number in range(51):
        factories.ticket(title=f"Reminder {number}")

    assert len(targets(ticket, "reminder", desk.ana, at=MONDAY)) == 50


def test_the_old_reference_leads_to_where_it_lives_on(desk: Desk) -> None:
    """X-3, Z-4: the page and the search box; the Closed Ticket itself is a click away and links to its target."""
    ticket, middle, target = desk.ticket(), desk.ticket(), desk.ticket()
    merge(ticket, into=middle, desk=desk)
    merge(middle, into=target, desk=desk)
    ana = as_(desk.ana.id)

    led = ana.get("/search", {"q": ticket.reference}, follow=True)
    itself = ana.get(f"/items/{ticket.reference}?tab=comms").content.decode()

    assert led.redirect_chain[-1][0] == f"/items/{target.reference}"
    assert f"/items/{ticket.reference}?tab=comms" in led.content.decode()
    assert f'<a class="link" href="/items/{middle.reference}">' in itself
    assert "Ana Lima" in itself.partition("data-resolution")[2]


def test_the_communications_of_a_merged_ticket_bear_dots_until_the_target_is_updated(
    desk: Desk, data_dir: object
) -> None:
    """X-4."""
    ticket, target = by_mail(desk, "About this one"), desk.ticket()
    merge(ticket, into=target, desk=desk)
    ana = as_(desk.ana.id)

    before = ana.get(f"/items/{target.reference}").content.decode()
    ana.post(f"/items/{target.reference}/note", {"body": "Seen"})
    after = ana.get(f"/items/{target.reference}").content.decode()

    assert before.count("data-fresh") == 1
    assert "About this one" in after
    assert "data-fresh" not in after


def test_who_merged_it_undoes_it_on_either_page(desk: Desk) -> None:
    """Z-3."""
    ticket, target = desk.ticket(), desk.ticket()
    merge(ticket, into=target, desk=desk)
    colleague = factories.agent("Bea Cruz")

    assert "Undo the merge" not in as_(colleague.id).get(f"/items/{target.reference}").content.decode()
    assert (
        f'action="/items/{ticket.reference}/undo"'
        in as_(desk.ana.id).get(f"/items/{target.reference}").content.decode()
    )
    as_(desk.ana.id).post(f"/items/{ticket.reference}/undo", {"back": target.reference})

    assert fresh(ticket).state is State.TO_DO


def test_items_are_linked_loosely_and_the_link_is_taken_away(desk: Desk) -> None:
    """X-30, X-31."""
    one, other = desk.ticket(), desk.case()
    ana = as_(desk.ana.id)

    ana.post(f"/items/{one.reference}/links", {"to": other.reference, "version": one.version})
    linked = ana.get(f"/items/{other.reference}").content.decode()
    refused = ana.post(f"/items/{one.reference}/links", {"to": "nonsense"})
    ana.post(f"/items/{one.reference}/links/remove", {"to": other.reference})

    assert f'data-ref="{one.reference}"' in linked
    assert (refused.status_code, Link.objects.exists()) == (422, False)


def test_a_ticket_is_split_on_its_page_and_one_more_part_is_asked_for(desk: Desk) -> None:
    """X-10, X-16: what was typed is kept, faults stand beside their fields."""
    ticket = desk.ticket()
    ana, page = as_(desk.ana.id), f"/items/{ticket.reference}/split"
    sent = {"parts": "2", "title-0": "First part", "description-0": "It came twice.", "title-1": "Second part"}

    more = ana.post(page, sent | {"then": "more"}).content.decode()
    refused = ana.post(page, sent)
    done = ana.post(page, sent | {"description-1": "It is missing.", "keep-1": "on"}, follow=True)

    assert ('name="title-2"' in more, 'value="First part"' in more) == (True, True)
    assert (refused.status_code, 'id="f-description-1-error"' in refused.content.decode()) == (422, True)
    assert fresh(ticket).wait_type is WaitType.SPLIT
    children = Item.objects.filter(parent=ticket).order_by("id")
    assert [one.title for one in children] == ["First part", "Second part"]
    assert f'action="/items/{children[0].reference}/undo"' in done.content.decode()
    ana.post(f"/items/{children[0].reference}/undo", {"back": ticket.reference})
    assert fresh(ticket).state is State.TO_DO


def test_a_case_is_made_of_a_ticket_on_its_page(desk: Desk) -> None:
    """X-20 to X-22: the type first; both lead to each other."""
    ticket = desk.ticket()
    ana, page = as_(desk.ana.id), f"/items/{ticket.reference}/convert"
    chosen = {"case_type": "acme/main/finance/onboarding"}

    form = ana.get(page, chosen).content.decode()
    nothing = ana.post(page, {"case_type": ""})
    done = ana.post(page, chosen | {"short_description": "Bodegas", "keep": "on"}, follow=True)

    assert 'name="short_description"' in form
    assert nothing.status_code == 422
    assert done.redirect_chain[-1][0] == f"/items/{ticket.number}-C"
    assert f'href="/items/{ticket.reference}"' in done.content.decode()
    waits = ana.get(f"/items/{ticket.reference}").content.decode()
    assert f'action="/items/{ticket.number}-C/undo"' in waits


def test_a_mail_of_a_merged_ticket_is_answered_where_that_goes_on(desk: Desk, data_dir: object) -> None:
    """X-4, G-11: to its sender, in its thread."""
    ticket, target = by_mail(desk, "About this one"), desk.ticket(requester=desk.marta.email)
    merge(ticket, into=target, desk=desk)
    theirs = Message.objects.get(item=ticket, outgoing=False)
    ana, page = as_(desk.ana.id), f"/items/{target.reference}"

    shown = ana.get(f"{page}?answer={theirs.pk}").content.decode()
    form = {"to": desk.rui.email, "text": "We look at both.", "answers": str(theirs.pk), "subject": "Invoice 991"}
    ana.post(f"{page}/reply", form | {"based_on": str(fresh(target).seq)})

    assert f'name="answers" value="{theirs.pk}"' in shown
    sent = Message.objects.filter(outgoing=True, item=target).latest("id")
    assert (sent.in_reply_to, sent.to) == (theirs.message_id, [["", desk.rui.email]])
