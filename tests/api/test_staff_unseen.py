"""What robots and those who ask are told of who works here: names, where the work says them, and no more (B-8).

The calls are those of the description, so a new one is tested without being named here.
"""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import ask
from tests.api.test_nothing_foreign import calls, filled, foreign
from tests.desk import MONDAY, Desk
from tramita.domain.actors import STAFF
from tramita.models import Organisation, Person
from tramita.services import notes, working

pytestmark = pytest.mark.usefixtures("data_dir")


def worked_on(desk: Desk) -> list[dict[str, Any]]:
    """Things of Rui's that staff did everything to."""
    things = foreign(desk)
    Organisation.objects.update(account_manager=Person.objects.get(pk=desk.leo.id))
    item = desk.ticket()
    working.assign(item, to=desk.ana.id, by=desk.leo, at=MONDAY)
    notes.add_note(item, body="Seen.", by=desk.ana, at=MONDAY)
    return [*things, {**things[0], "reference": item.reference}]


@pytest.mark.parametrize("who", ["robot", "requester", "manager"])
def test_no_answer_tells_the_address_of_who_works_here(who: str, desk: Desk) -> None:
    """B-8, SS-1: in lists and of single things, whatever they may read."""
    things = worked_on(desk)
    person = {"robot": desk.robot.id, "requester": desk.rui.pk, "manager": desk.marta.pk}[who]
    caller, read = ask(person or 0), []
    staff = [one.email for one in Person.objects.filter(role__in=STAFF) if one.email]

    for method, path, _operation in calls():
        for ids in things if method == "GET" and "{" in path else things[:1] if method == "GET" else ():
            answer = caller.get(filled(path, ids))
            told = b"".join(answer) if answer.streaming else answer.content
            read.append((path, answer.status_code))
            assert [one for one in staff if one in told.decode("utf-8", "replace")] == [], path

    assert {"/api/v1/items/{reference}", "/api/v1/items/{reference}/timeline"} <= {
        path for path, status in read if status == 200
    }


def test_who_looks_after_a_customer_is_told_to_people_only(desk: Desk) -> None:
    """B-8: robots read whom they serve, not who of the house does."""
    organisation = factories.organisation("acme", name="Acme Group")
    Organisation.objects.filter(pk=organisation.pk).update(account_manager=Person.objects.get(pk=desk.leo.id))

    [told] = ask(desk.robot.id or 0).get("/organisations").json()["results"]
    [seen] = ask(desk.ana.id or 0).get("/organisations").json()["results"]

    assert (told["name"], told["account_manager"]) == ("acme", None)
    assert seen["account_manager"] == desk.leo.email
