"""The bell, the list behind it, following, mentions and the way out of mails: without JavaScript."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import factories
from tests.desk import MONDAY, Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, offered, text_of, words_of
from tramita.domain.actors import Actor
from tramita.models import Follow, Item, NoticeSettings, Notification, Person
from tramita.queries.mailboxes import keys
from tramita.queries.notices import leaving_token
from tramita.services import bulk, bulk_work, following, notes, working

HOUR = timedelta(hours=1)


def told(who: Actor, item: Item, event: str = "assigned", **columns: object) -> Notification:
    """As the worker writes it."""
    entry = item.entries.order_by("-seq").first()
    number = Notification.objects.count()
    usual = {"key": f"entry:{number}", "at": MONDAY, "hub": True, "browser": True, "mail": 0, "entry": entry}
    return Notification.objects.create(person_id=who.id, item=item, event=event, **usual | columns)


def given(desk: Desk) -> Item:
    """By Leo to Ana."""
    item = desk.ticket()
    working.assign(item, to=desk.ana.id, by=desk.leo, at=MONDAY)
    return item


def test_the_bell_counts_what_is_unread_without_a_statement_more(
    desk: Desk, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """UI, N-1: the count is one more line of the statement that the bars cost anyhow."""
    item = given(desk)
    for _ in range(3):
        told(desk.ana, item)
    told(desk.ana, item, read_at=MONDAY)
    told(desk.leo, item)
    ana.get("/inbox")

    with django_assert_max_num_queries(6):
        page = ana.get("/inbox")

    assert "Notifications 3 unread" in words_of(page)


def test_the_list_says_what_who_and_when_and_leads_to_the_item(desk: Desk, ana: Client) -> None:
    """UI, N-1."""
    item = given(desk)
    one = told(desk.ana, item)

    page = ana.get("/notifications")

    assert f"Assigned to you by Leo Roy (unread) {item.reference} Invoice 991 twice" in words_of(page)
    assert ana.get(f"/notifications/{one.pk}").headers["Location"] == f"/items/{item.reference}"
    assert "(unread)" not in words_of(ana.get("/notifications"))
    assert "Everything is read" in words_of(ana.get("/notifications?show=unread"))


def test_the_end_of_a_bulk_change_leads_to_the_job(desk: Desk, as_: Browser) -> None:
    """Z-7: and is read then."""
    job = bulk.begin("assign", [desk.ticket().pk], to=desk.ana.id, by=desk.leo, at=MONDAY)
    while bulk_work.work(at=MONDAY).total():
        pass
    leo = as_(desk.leo)

    page = leo.get("/notifications")
    (told,) = Notification.objects.filter(person=desk.leo.id, event="bulk")
    opened = leo.get(f"/notifications/{told.pk}")

    assert "The change of 1 item has ended (unread) Assign to Ana Lima" in words_of(page)
    assert opened["Location"] == f"/bulk/{job.pk}"
    assert Notification.objects.get(pk=told.pk).read_at is not None


def test_all_is_marked_as_read_but_for_what_came_after_the_page(desk: Desk, ana: Client) -> None:
    """UI."""
    item = given(desk)
    shown = told(desk.ana, item)
    late = told(desk.ana, item)

    ana.post("/notifications/read", {"up_to": shown.pk})

    assert list(Notification.objects.filter(read_at=None)) == [late]


def test_nobody_reads_or_marks_what_others_are_told(desk: Desk, ana: Client, as_: Browser) -> None:
    """N-2, DESIGN decision 11."""
    item = given(desk)
    one = told(desk.ana, item)
    leo = as_(desk.leo)

    assert leo.get(f"/notifications/{one.pk}").status_code == 404
    leo.post("/notifications/read", {"up_to": one.pk})
    assert "Nothing new" in words_of(leo.get("/notifications"))
    assert Notification.objects.get().read_at is None
    assert as_(desk.rui).get("/notifications").status_code == 403


def test_what_may_not_be_seen_any_more_is_neither_listed_nor_counted_nor_opened(desk: Desk, ana: Client) -> None:
    """N-2."""
    item = given(desk)
    one = told(desk.ana, item)
    factories.Grant.objects.create(person_id=desk.ana.id, path="other", permissions=["view"])

    page = ana.get("/notifications")

    assert "Nothing new" in words_of(page)
    assert "1 unread" not in words_of(page)
    assert ana.get(f"/notifications/{one.pk}").status_code == 404
    assert json.loads(ana.get("/notifications/fresh?after=0").content)["popups"] == []


def test_the_list_costs_the_same_however_long_it_is(
    desk: Desk, ana: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4."""
    item = given(desk)
    for _ in range(60):
        told(desk.ana, item)
    ana.get("/notifications")

    with django_assert_num_queries(4):
        page = ana.get("/notifications")

    assert text_of(page).count("data-unread") == 50
    assert text_of(ana.get(page.context["next"] if page.context else _next(page))).count("data-unread") == 10


def _next(page: object) -> str:
    import re
    from html import unescape

    found = re.search(r'href="(/notifications\?before=\d+)" rel="next"', text_of(page))
    assert found
    return unescape(found[1])


def test_a_pop_up_is_told_once_a_page_and_not_in_quiet_hours(desk: Desk, ana: Client) -> None:
    """N-1: the browser's own pop-up, from an open page."""
    item = given(desk)
    first, second = told(desk.ana, item), told(desk.ana, item)
    told(desk.ana, item, browser=False)

    said = json.loads(ana.get(f"/notifications/fresh?after={first.pk}").content)
    NoticeSettings.objects.create(person_id=desk.ana.id, quiet_from="00:00", quiet_until="23:59:59.999999")
    quiet = json.loads(ana.get(f"/notifications/fresh?after={first.pk}").content)

    assert [one["id"] for one in said["popups"]] == [second.pk]
    assert said["popups"][0]["title"] == "Assigned to you by Leo Roy"
    assert said["popups"][0]["url"] == f"/notifications/{second.pk}"
    assert (said["unread"], quiet["unread"], quiet["popups"]) == (3, 3, [])


def test_an_item_is_followed_and_not_any_more(desk: Desk, ana: Client) -> None:
    """N-1."""
    item = desk.ticket(by=desk.leo)
    path = f"/items/{item.reference}"
    assert "follow" in offered(ana.get(path), item.reference)

    ana.post(f"{path}/follow")
    followed = offered(ana.get(path), item.reference)
    ana.post(f"{path}/unfollow")

    assert "unfollow" in followed
    assert "follow" in offered(ana.get(path), item.reference)
    assert not Follow.objects.exists()


def test_who_has_an_item_follows_it_without_asking(desk: Desk, ana: Client) -> None:
    """N-1."""
    item = given(desk)
    path = f"/items/{item.reference}"

    assert "unfollow" in offered(ana.get(path), item.reference)
    ana.post(f"{path}/unfollow")

    assert "follow" in offered(ana.get(path), item.reference)
    assert Follow.objects.get().muted


def test_a_closed_item_is_not_followed(desk: Desk, ana: Client) -> None:
    """N-2: no button, and a refusal that says why."""
    item = factories.ticket(closed=True, process=desk.ticket().process)

    refused = ana.post(f"/items/{item.reference}/follow")

    assert offered(ana.get(f"/items/{item.reference}"), item.reference) & {"follow", "unfollow"} == set()
    assert refused.status_code == 409
    assert "Drafts and Closed items cannot be followed." in words_of(refused)


def test_a_mention_shows_the_name_and_who_may_not_see_the_item_is_not_meant(desk: Desk, ana: Client) -> None:
    """TL-1, N-2: typed, without JavaScript."""
    item = desk.ticket()

    ana.post(f"/items/{item.reference}/note", {"body": "@leo and @eve: <b>look</b>"})

    page = text_of(ana.get(f"/items/{item.reference}"))
    assert '<span class="mention">@Leo Roy</span> and @eve: &lt;b&gt;look&lt;/b&gt;' in page
    assert [one["id"] for one in item.entries.get(type="note_added").words["mentions"]] == [desk.leo.id]


def test_those_who_may_see_the_item_are_offered(desk: Desk, ana: Client, as_: Browser) -> None:
    """TL-1, N-2."""
    path = f"/items/{desk.ticket().reference}/people"

    assert json.loads(ana.get(path).content) == {"people": ["Leo Roy"]}
    assert as_(desk.eve).get(path).status_code == 404


def test_a_note_that_names_nobody_costs_nothing_more(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """MEASURED section 5."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)

    with django_assert_max_num_queries(4):  # with the bounds of the transaction
        notes.add_note(item, body="Called ana@desk.example.", by=desk.ana, at=MONDAY)


# settings


def form(**more: object) -> dict[str, object]:
    return {"mails": "on", "quiet_from": "", "quiet_until": "", **more}


def test_what_to_hear_of_is_chosen_on_the_settings_page(desk: Desk, ana: Client) -> None:
    """N-1: what is left as usual is not kept."""
    page = text_of(ana.get("/settings/"))
    ticked = {name: [] for name in ("me.assigned", "queue.queued", "inbox.mail")}
    assert 'name="me.assigned" value="mail" checked' in page

    chosen = {"me.assigned": ["hub"], "queue.queued": ["hub", "browser"], "inbox.mail": ["hub", "browser"]}
    response = ana.post("/settings/notifications", form(quiet_from="22:00", quiet_until="06:30", **ticked | chosen))

    row = NoticeSettings.objects.get(person=desk.ana.id)
    assert response.status_code == 302
    assert (row.chosen["me.assigned"], row.chosen["queue.queued"]) == (["hub"], ["browser", "hub"])
    assert "inbox.mail" not in row.chosen
    assert f"{row.quiet_from:%H:%M}-{row.quiet_until:%H:%M}" == "22:00-06:30"
    again = text_of(ana.get("/settings/"))
    assert 'name="me.assigned" value="mail">' in again
    assert 'value="22:00"' in again


@pytest.mark.parametrize(
    ("given", "field"),
    [({"quiet_from": "22:00"}, "f-quiet_until"), ({"quiet_from": "late", "quiet_until": "07:00"}, "f-quiet_from")],
)
def test_quiet_hours_that_are_none_are_refused_beside_their_field(
    desk: Desk, ana: Client, given: dict[str, str], field: str
) -> None:
    """UI: what was typed stays."""
    response = ana.post("/settings/notifications", form(**given))

    assert response.status_code == 422
    assert field in errors_of(response)
    assert not NoticeSettings.objects.exists()


def test_rows_can_be_further_apart(desk: Desk, ana: Client) -> None:
    """Issue 5: density, with language, zone and theme."""
    plain = {"language": "en", "time_zone": "", "theme": "system"}

    airy = text_of(ana.post("/settings/", {**plain, "density": "airy"}, follow=True))
    dense = text_of(ana.post("/settings/", {**plain, "density": "dense"}, follow=True))

    assert 'data-density="airy"' in airy
    assert "data-density" not in dense
    assert ana.post("/settings/", {**plain, "density": "x"}).status_code == 422


# the way out of mails


def leaving(who: Actor) -> str:
    return f"/notifications/leave/{leaving_token(who.id or 0, keys())}"


def test_one_click_ends_the_mails_without_a_sign_in_and_any_number_of_times(desk: Desk) -> None:
    """MAIL-124, RFC 8058: what a mail program posts."""
    strict = Client(enforce_csrf_checks=True)

    for _ in range(2):
        assert strict.post(leaving(desk.ana), {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert not NoticeSettings.objects.get(person=desk.ana.id).mails


def test_a_scanner_that_follows_the_link_ends_nothing(desk: Desk) -> None:
    """MAIL-124: GET and HEAD only ask; the page has the button."""
    visitor = Client()

    page = visitor.get(leaving(desk.ana))
    visitor.head(leaving(desk.ana))

    assert "Stop the mails with news?" in words_of(page)
    assert not NoticeSettings.objects.exists()
    assert desk.ana.name not in text_of(page)


@pytest.mark.parametrize("token", ["1.0000", "x", "1", "١.0", f"{'9' * 30}.a"])
def test_a_token_that_is_not_ours_ends_nothing(desk: Desk, token: str) -> None:
    """MAIL-124: it cannot be guessed, and another person's does not fit."""
    theirs = leaving_token(desk.leo.id or 0, keys()).partition(".")[2]

    for path in (f"/notifications/leave/{token}", f"/notifications/leave/{desk.ana.id}.{theirs}"):
        assert Client().post(path).status_code == 404
    assert not NoticeSettings.objects.exists()


def test_who_follows_an_item_is_a_person_of_their_own(desk: Desk, ana: Client) -> None:
    """N-1: what one follows says nothing about another."""
    item = desk.ticket(by=desk.leo)
    following.follow(item, by=desk.leo, at=MONDAY)

    assert "follow" in offered(ana.get(f"/items/{item.reference}"), item.reference)
    assert Person.objects.get(pk=desk.ana.id).follows.count() == 0
