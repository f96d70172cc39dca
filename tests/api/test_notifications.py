"""Following, and what one was told, over HTTP."""

import pytest

from tests.api.callers import Callers, problem
from tests.desk import MONDAY, Desk
from tramita.models import Follow, Notification
from tramita.services import notifying, working

pytestmark = pytest.mark.django_db(transaction=True)


def given(desk: Desk, number: int = 1) -> None:
    """To Ana, by Leo; and told."""
    for _ in range(number):
        working.assign(desk.ticket(), to=desk.ana.id, by=desk.leo, at=MONDAY)
    while notifying.notify(at=MONDAY):
        pass


def test_an_item_is_followed_and_unfollowed(caller: Callers, desk: Desk) -> None:
    """N-1: doing it again changes nothing."""
    path = f"/items/{desk.ticket(by=desk.leo).reference}/follow"

    assert [caller.ana.post(path).status_code for _ in range(2)] == [200, 200]
    assert Follow.objects.get().person_id == desk.ana.id
    assert [caller.ana.delete(path).status_code for _ in range(2)] == [200, 200]
    assert not Follow.objects.exists()


def test_what_cannot_be_followed_is_refused(caller: Callers, desk: Desk) -> None:
    """N-2: Drafts; what is invisible; whoever only asks."""
    draft, item = desk.ticket(draft=True), desk.ticket()

    problem(caller.ana.post(f"/items/{draft.reference}/follow"), 409, "not_followable")
    problem(caller.eve.post(f"/items/{item.reference}/follow"), 404, "not_found")
    problem(caller.rui.post(f"/items/{item.reference}/follow"), 403, "not_permitted")
    problem(caller.nobody.post(f"/items/{item.reference}/follow"), 401, "not_signed_in")


def test_what_one_was_told_comes_newest_first_in_pages(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5, N-1."""
    given(desk, 3)

    first = caller.ana.get("/notifications", limit=2).json()
    second = caller.ana.get("/notifications", limit=2, cursor=first["next"]).json()

    ids = [one["id"] for one in (*first["results"], *second["results"])]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), second["next"]) == (3, None)
    told = first["results"][0]
    assert (told["event"], told["text"], told["actor"]["name"], told["read"]) == (
        "assigned",
        "Assigned to you by Leo Roy",
        "Leo Roy",
        False,
    )
    assert caller.leo.get("/notifications").json() == {"results": [], "next": None}
    assert caller.rui.get("/notifications").json() == {"results": [], "next": None}


def test_what_was_read_is_marked_up_to_there(caller: Callers, desk: Desk) -> None:
    """N-1: nobody marks what others were told."""
    given(desk, 2)
    older, newer = Notification.objects.order_by("id")

    assert caller.leo.post("/notifications/read", {"up_to": newer.pk}).json() == {"read": 0}
    assert caller.ana.post("/notifications/read", {"up_to": older.pk}).json() == {"read": 1}
    unread = caller.ana.get("/notifications", unread="true").json()["results"]
    assert [one["id"] for one in unread] == [newer.pk]
