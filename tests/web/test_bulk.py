"""Ticked rows, the page that asks, the job, the way back; without JavaScript."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.models import Item, Job
from tramita.services import bulk_work, working


def worked() -> None:
    """The worker, until nothing is left."""
    while bulk_work.work(at=timezone.now()).total():
        pass


def ticked(*items: Item, **more: str) -> dict[str, object]:
    """What the form of a list sends."""
    return {"item": [item.reference for item in items], "back": "/queues/invoices?kind=ticket", **more}


def test_rows_can_be_ticked_by_who_may_change_many_on_every_list(desk: Desk, ana: Client, as_: Browser) -> None:
    """Z-7, UI Home; permission `bulk`."""
    leo, item = as_(desk.leo), desk.ticket(title="Paid twice")
    working.start(desk.ticket(title="Mine"), by=desk.leo, at=timezone.now())
    leo.get(f"/items/{item.reference}")

    box = f'<input class="tick" type="checkbox" form="bulk" name="item" value="{item.reference}"'
    for address in ("/queues/invoices", "/team", "/recent"):
        assert box in text_of(leo.get(address)), address
    assert 'name="item"' in text_of(leo.get("/inbox"))
    assert 'name="here" value="queue:invoices"' in text_of(leo.get("/queues/invoices?kind=ticket"))
    assert 'name="kind" value="ticket"' in text_of(leo.get("/queues/invoices?kind=ticket"))
    assert "bulk" not in text_of(ana.get("/queues/invoices")).replace("bulk.css", "")


def test_ticked_items_are_assigned_without_javascript_and_the_job_tells_how_it_went(desk: Desk, as_: Browser) -> None:
    """Z-7, BK-2, UI “Long work shows progress”: the page that asks, back to the list, the job, its totals."""
    leo, one, held = as_(desk.leo), desk.ticket(title="Paid twice"), desk.ticket(title="Waits long")
    working.start(held, by=desk.ana, at=timezone.now())

    asked = leo.post("/bulk", ticked(one, held))
    assert "Change 2 items" in words_of(asked)
    assert f"{one.reference} Paid twice" in words_of(asked)
    carried = re.findall(r'type="hidden" name="item" value="([^"]+)"', text_of(asked))
    sent = leo.post(
        "/bulk/start", {"item": carried, "do": "assign", "to": desk.ana.id, "back": "/queues/invoices?kind=ticket"}
    )
    assert sent["Location"] == "/queues/invoices?kind=ticket"
    job = Job.objects.get()
    assert f'<a href="/bulk/{job.pk}">' in text_of(leo.get("/queues/invoices"))

    running = text_of(leo.get(f"/bulk/{job.pk}"))
    assert "<ask-again" in running
    assert "0 of 2" in running
    worked()
    ended = leo.get(f"/bulk/{job.pk}")
    assert "<ask-again" not in text_of(ended)
    assert "Assign to Ana Lima" in words_of(ended)
    assert "2 of 2, it has ended." in words_of(ended)
    assert "Done 1" in words_of(ended)
    assert "Was so already 1" in words_of(ended)
    assert words_of(leo.get(f"/bulk/{job.pk}?outcome=done")).count("Waits long") == 0
    assert "Assign to Ana Lima" in words_of(leo.get("/bulk"))
    assert fresh(one).assignee_id == desk.ana.id


def test_a_refusal_is_told_in_the_readers_language(desk: Desk, as_: Browser) -> None:
    """Z-7, UI “Refusals explain”."""
    make.Person.objects.filter(pk=desk.leo.id).update(language="pt-br")
    leo, item = as_(desk.leo), desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())

    leo.post("/bulk/start", ticked(item, do="to-do"))
    worked()

    said = words_of(leo.get(f"/bulk/{Job.objects.get().pk}"))
    assert "Only the one who has it may do this." not in said
    assert "Recusado" in said


def test_undo_from_the_list_comes_back_to_it_and_from_the_job_to_the_other_job(desk: Desk, as_: Browser) -> None:
    """Z-7."""
    leo, one, two = as_(desk.leo), desk.ticket(), desk.ticket()
    leo.post("/bulk/start", ticked(one, do="start"))
    worked()
    job = Job.objects.get()
    assert f'action="/bulk/{job.pk}/undo"' in text_of(leo.get("/inbox"))

    current = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queues/invoices"}
    back = leo.post(f"/bulk/{job.pk}/undo", headers=current)
    assert back["Location"] == "/queues/invoices"
    worked()
    assert fresh(one).assignee_id is None
    assert "It was taken back" in words_of(leo.get(f"/bulk/{job.pk}"))

    leo.post("/bulk/start", ticked(two, do="start"))
    other = Job.objects.latest("pk")
    stopped = leo.post(f"/bulk/{other.pk}/stop")
    assert stopped["Location"] == f"/bulk/{other.pk}"
    refused = leo.post(f"/bulk/{other.pk}/undo", follow=True)
    assert "there is nothing to take back" in words_of(refused)


def test_all_that_match_a_filter_are_changed_up_to_the_ceiling(desk: Desk, as_: Browser, settings: Any) -> None:
    """Z-7: on every page of the list, as it is narrowed; beyond the ceiling it is refused before anything is asked."""
    leo = as_(desk.leo)
    tickets = [desk.ticket() for _ in range(3)]
    case = desk.case()
    whole = {"all": "1", "here": "queue:invoices", "kind": "ticket", "back": "/queues/invoices?kind=ticket"}

    assert "Change 3 items" in words_of(leo.post("/bulk", whole))
    leo.post("/bulk/start", {**whole, "do": "follow"})
    assert Job.objects.get().total == 3
    assert not Job.objects.get().items.filter(item=case).exists()
    for here, number in (("team", 3), ("inbox", 0), ("view:1", 3)):
        words = words_of(leo.post("/bulk", {**whole, "here": here}))
        assert ("Change 3 items" in words) == (number == 3), here
    assert leo.post("/bulk", {**whole, "here": "nowhere"}).status_code == 404

    settings.TRAMITA_BULK_LIMIT = 2
    for path in ("/bulk", "/bulk/start"):
        refused = leo.post(path, {**whole, "do": "start"})
        assert refused.status_code == 422
        assert "At most 2 items are changed at once. Narrow the list." in words_of(refused)
        assert "bulk/start" not in text_of(refused)
    assert Job.objects.count() == 1
    assert all(fresh(item).assignee_id is None for item in tickets)


def test_a_form_that_lacks_something_comes_back_with_what_was_chosen(desk: Desk, as_: Browser) -> None:
    """UI “Refusals explain”."""
    leo, item = as_(desk.leo), desk.ticket()

    no_one = leo.post("/bulk/start", ticked(item, do="assign"))
    nothing = leo.post("/bulk/start", {"do": "start", "back": "https://elsewhere.example/"})

    assert (no_one.status_code, errors_of(no_one)) == (422, {"f-to": "Choose who is to have them."})
    assert '<option value="assign" selected>' in text_of(no_one)
    assert item.reference in text_of(no_one)
    assert nothing.status_code == 422
    assert "Tick at least one item." in words_of(nothing)
    assert "elsewhere" not in text_of(nothing)


def test_who_may_not_is_refused_and_hidden_items_are_not_named(desk: Desk, ana: Client, as_: Browser) -> None:
    """Z-7, SEC-2: an agent, another leader's job, an item of another branch."""
    leo, item = as_(desk.leo), desk.ticket()
    hidden = make.ticket(title="Secret", process=make.definition(key="other/main/it/printer"))
    narrow = as_(make.leader("Ivo", grants={"acme": ["view", "work", "assign", "bulk"]}))
    leo.post("/bulk/start", ticked(item, do="follow"))
    number = Job.objects.get().pk

    assert ana.post("/bulk", ticked(item)).status_code == 403
    assert ana.post("/bulk/start", ticked(item, do="start")).status_code == 403
    assert narrow.get(f"/bulk/{number}").status_code == 404
    assert narrow.post(f"/bulk/{number}/undo").status_code == 404
    assert "Secret" not in text_of(narrow.post("/bulk", ticked(item, hidden)))
    narrow.post("/bulk/start", ticked(item, hidden, do="start"))
    assert Job.objects.latest("pk").total == 1


def test_many_are_tagged_seen_on_the_item_and_found_by_the_tag(desk: Desk, as_: Browser) -> None:
    """Z-7, H-7: the tag is a filter of every list, and is changed on the item's page."""
    leo, one, two, other = as_(desk.leo), desk.ticket(title="First"), desk.ticket(title="Second"), desk.ticket()
    assert errors_of(leo.post("/bulk/start", ticked(one, do="tag"))) == {"f-tags": "Give a tag."}
    leo.post("/bulk/start", ticked(one, two, do="tag", tags="Month end"))
    worked()

    found = text_of(leo.get("/queues/invoices?tag=MONTH+end"))
    assert ("First" in found, other.reference in found) == (True, False)
    assert "Tag: month end" in words_of(leo.get("/queues/invoices?tag=Month%20end&panel=filter"))
    page = leo.get(f"/items/{one.reference}")
    assert '<a class="tag" href="/team?tag=month%20end">month end</a>' in text_of(page)
    version = fresh(one).version
    leo.post(f"/items/{one.reference}/edit", {"panel": "tags", "version": version, "tags": "audit"})
    told = words_of(leo.get(f"/items/{one.reference}?tab=timeline"))
    assert "Tagged: audit · Tags taken away: month end" in told


def test_the_timeline_tells_that_it_was_one_of_many(desk: Desk, as_: Browser) -> None:
    """Z-7, TL-1: who, and how."""
    leo, item = as_(desk.leo), desk.ticket()
    leo.post("/bulk/start", ticked(item, do="start"))
    worked()

    assert "one of many, changed at once" in words_of(leo.get(f"/items/{item.reference}?tab=timeline"))


def test_a_job_costs_the_same_whatever_its_length(
    desk: Desk, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Z-7, DESIGN section 4: the shell, the job and its counts, a page of items."""
    leo, items = as_(desk.leo), [desk.ticket() for _ in range(30)]
    leo.post("/bulk/start", ticked(*items, do="start"))
    leo.get("/bulk")

    with django_assert_max_num_queries(8):
        leo.get(f"/bulk/{Job.objects.get().pk}")
