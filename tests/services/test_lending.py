"""Due dates that are counted from other items of a Case, or by a number in a field (SLA-2)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.factories import administrator, requester
from tests.services.test_first_ticket import fresh, in_order
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries.due import clock_of
from tramita.services import editing, launching, resolving, reworking, starting, trials, waiting
from tramita.services.definitions import apply
from tramita.services.transactions import writing

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
PATH = "acme/main/people"
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
DESK = """
calendars: {office: {time_zone: UTC, week: {mon-fri: "08:00-16:00"}}}
due_rules:
  ten_days: {within: 10 days, allow_override: true, add_wait_time: true}
  noticed: {within: fields.notice days}
  before: {within: -2 days, base: parent.due}
  begun: {within: 1 hour, base: parent.start}
  noticed_before: {within: -fields.notice working days, base: parent.due, calendar: office}
  that_day: {within: 0 days, base: fields.day, allow_override: true}
  checked: {within: 3 days, base: sub.check.end}
  by_check: {within: 1 day, base: sub.check.due}
  with_sub: {within: 1 day, base: sub.below.due}
customers:
  acme:
    contracts:
      main:
        services:
          people:
            ticket_categories:
              question: {due: noticed, fields: {notice: number}}
            case_types:
              above:
                due: ten_days
                fields: {notice: number, day: date}
                action_types: {extra: {due: before, startable: true}}
                steps:
                  - one:
                      actions:
                        - early: {due: before}
                        - first: {due: begun}
                        - counted: {due: noticed_before}
                        - dated: {due: that_day}
                        - plain: {due: ten_days}
                        - sub: {kind: start_case, case_type: acme/main/people/sub}
              sub:
                due: before
                steps: [{one: {actions: [{under: {due: before}}]}}]
              ended: {due: checked, steps: [{one: {actions: [{check: {due: ten_days}}, {other: {}}]}}]}
              follows: {due: by_check, steps: [{one: {actions: [{check: {due: ten_days}}, {last: {due: before}}]}}]}
              holds:
                due: with_sub
                steps: [{one: {actions: [{below: {kind: start_case, case_type: acme/main/people/free}}]}}]
              free: {due: ten_days}
              dated: {due: that_day}
              by_number: {due: noticed}
"""


@pytest.fixture
def ana(tmp_path: Path) -> Actor:
    (tmp_path / "desk.yaml").write_text(DESK)
    apply([tmp_path / "desk.yaml"], by=SYSTEM, at=AT)
    return administrator("Ana Lima")


def case(ana: Actor, name: str, **fields: Any) -> Item:
    asks = requester().email
    return starting.start_case(
        case_type=f"{PATH}/{name}", short_description="April", requester=asks, fields=fields, by=ana, at=AT
    )


def put(item: Item, by: Actor, at: datetime = AT, **changes: Any) -> None:
    editing.edit(fresh(item), changes=changes, by=by, at=at)


def due(item: Item) -> str | None:
    found = fresh(item).due_at
    return found and f"{found:%m-%d %H:%M}"


def below(above: Item) -> dict[str | None, str | None]:
    """When what has not ended below a Case is due; a Sub-Case by the name of its type."""
    found = Item.objects.filter(parent=above, state__lt=5).select_related("process").order_by("id")
    return {one.action_name or one.process.key.rpartition("/")[2]: due(one) for one in found}


def all_agree(at: datetime = AT) -> None:
    """The columns are what the entries give, of every item."""
    for item in Item.objects.all():
        in_order(item)
        clock = clock_of(item, at)
        assert (clock.state.due_at, clock.state.seconds_left) == (item.due_at, item.seconds_left), item.reference


def test_a_number_in_a_field_says_how_many_days(ana: Actor) -> None:
    """SLA-2: none, no date; another, another date; and taking it away takes the date away."""
    ticket = starting.start_ticket(
        title="Pay", description="Please.", category=f"{PATH}/question", requester=requester().email, by=ana, at=AT
    )
    seen = [due(ticket)]

    for value in (5, 2.5, None, 0):
        put(ticket, ana, fields={"notice": value})
        seen.append(due(ticket))
        all_agree()

    assert seen == [None, "04-06 09:00", "04-04 09:00", None, "04-01 09:00"]
    moved = ticket.entries.filter(type="due_changed").order_by("seq")
    assert [one.actor_id for one in moved] == [None] * 4


def test_actions_and_sub_cases_are_due_before_their_case_whatever_becomes_of_its_date(ana: Actor) -> None:
    """SLA-2, SLA-15: at its start, by hand, after a wait, and for what is launched later, also below the Sub-Case."""
    above = case(ana, "above", notice=3)
    sub = Item.objects.get(parent=above, kind=Kind.CASE.number)
    first = below(above), below(sub)

    put(above, ana, due={"at": AT + timedelta(days=20)})
    launching.launch(fresh(above), action="extra", by=ana, at=AT)
    second = below(above), below(sub)
    waiting.wait(fresh(above), type="pause", by=ana, at=AT + timedelta(days=1))
    during = below(above)
    waiting.resume(fresh(above), by=ana, at=AT + timedelta(days=3))

    assert first == (
        {
            "early": "04-09 09:00",
            "first": "04-01 10:00",
            "counted": "04-08 09:00",
            "dated": None,
            "plain": "04-11 09:00",
            "sub": "04-09 09:00",
        },
        {"under": "04-07 09:00"},
    )
    assert second[0]["early"] == second[0]["extra"] == second[0]["sub"] == "04-19 09:00"
    assert (second[0]["counted"], second[1]) == ("04-16 09:00", {"under": "04-17 09:00"})
    assert during == second[0]
    assert (due(above), below(above)["early"], below(sub)) == ("04-23 09:00", "04-21 09:00", {"under": "04-19 09:00"})
    all_agree(AT + timedelta(days=3))


def test_actions_count_by_the_fields_of_their_case(ana: Actor) -> None:
    """SLA-2, SLA-15: by its date and its number, as they are and as they become, until somebody sets another."""
    above = case(ana, "above")
    before = below(above)

    put(above, ana, fields={"notice": 1, "day": "2026-05-04"})
    after = below(above)
    put(above, ana, fields={"day": "2026-05-06"})
    moved = below(above)["dated"]
    put(Item.objects.get(action_name="dated"), ana, due={"at": AT + timedelta(days=1)})
    put(above, ana, fields={"day": "2026-05-08"})

    assert (before["counted"], before["dated"]) == (None, None)
    assert (after["counted"], after["dated"], moved) == ("04-10 09:00", "05-04 23:59", "05-06 23:59")
    assert below(above)["dated"] == "04-02 09:00"
    all_agree()


def test_a_case_is_due_after_its_action_has_ended(ana: Actor) -> None:
    """SLA-2, C-30: no date before; after a rework that of the newest; each told as the system's doing."""
    item = case(ana, "ended")
    check = Item.objects.get(parent=item, action_name="check")
    before = due(item)

    resolving.resolve(fresh(check), method="complete", by=ana, at=AT + timedelta(days=1))
    after = due(item)
    reworking.rework(fresh(item), action="check", by=ana, at=AT + timedelta(days=2))
    again = due(item)
    newest = Item.objects.get(parent=item, action_name="check", state__lt=5)
    resolving.resolve(newest, method="complete", by=ana, at=AT + timedelta(days=4))

    assert (before, after, again, due(item)) == (None, "04-05 09:00", None, "04-08 09:00")
    assert {one.actor_id for one in item.entries.filter(type="due_changed")} == {None}
    all_agree(AT + timedelta(days=4))


def test_a_case_follows_the_due_date_of_its_action_and_others_follow_the_case(ana: Actor) -> None:
    """SLA-2: set by hand below, it moves what is above and what counts from that."""
    item = case(ana, "follows")
    check = Item.objects.get(parent=item, action_name="check")
    before = due(item), below(item)

    put(check, ana, due={"at": AT + timedelta(days=29)})

    assert before == ("04-12 09:00", {"check": "04-11 09:00", "last": "04-10 09:00"})
    assert (due(item), below(item)) == ("05-01 09:00", {"check": "04-30 09:00", "last": "04-29 09:00"})
    all_agree()


def test_a_case_follows_the_case_that_its_action_started(ana: Actor) -> None:
    """SLA-2, A-53: the newest of its type."""
    item = case(ana, "holds")
    sub = Item.objects.get(parent=item, kind=Kind.CASE.number)
    before = due(item)

    put(sub, ana, due={"at": AT + timedelta(days=29)})

    assert (before, due(item)) == ("04-12 09:00", "05-01 09:00")
    all_agree()


def test_who_follows_nothing_is_not_asked(ana: Actor, django_assert_num_queries: Any) -> None:
    """SLA-2: what nobody counts from is not marked, and pays nothing."""
    item = case(ana, "free")
    marked = set(Item.objects.filter(followed=True).values_list("id", flat=True))

    above = case(ana, "above")

    assert marked == set()
    assert {one.reference for one in Item.objects.filter(followed=True)} == {
        above.reference,
        Item.objects.get(parent=above, kind=Kind.CASE.number).reference,
    }
    assert item.lent is None


@pytest.mark.parametrize("said", ["soon", "2026-02-30", "9999-12-31", "0001-01-01", 5])
def test_an_impossible_date_is_refused_and_one_that_was_there_gives_no_due_date(ana: Actor, said: object) -> None:
    """SLA-2, bad input: naming the field; nothing is changed."""
    item = case(ana, "dated", day=said)

    before = due(item)
    put(item, ana, fields={"day": "2026-05-04"})
    with pytest.raises(Invalid) as refused:
        put(item, ana, fields={"day": said})

    assert refused.value.errors[0].field == "fields.day"
    assert (before, due(item)) == (None, "05-04 23:59")
    all_agree()


def test_no_due_date_is_set_beyond_the_years_that_are_counted(ana: Actor) -> None:
    """SLA-15, bad input: nor is a number that is none taken for one."""
    item = case(ana, "free")
    counted = case(ana, "by_number")

    for changes in ({"due": {"at": datetime(9999, 12, 31, tzinfo=UTC)}}, {"due": {"at": AT}}):
        with pytest.raises(Invalid, match="Choose a moment"):
            put(item, ana, **changes)
    for number in ("many", -1, 1e9):
        with pytest.raises(Invalid, match="Give a number"):
            put(counted, ana, fields={"notice": number})


@pytest.mark.parametrize("name", ["above", "follows", "holds"])
def test_what_is_only_played_is_counted_and_leaves_nothing_to_count(ana: Actor, name: str, data_dir: Path) -> None:
    """SLA-2, BU-5: what follows is followed before the play is taken back; afterwards there is nothing that could."""
    start = {"short_description": "April", "requester": str(requester().email), "fields": "notice: 3\nday: 2026-04-20"}

    trials.begin("case_type", f"{PATH}/{name}", draft=False, start=start, by=ana, at=AT)
    found = trials.running("case_type", f"{PATH}/{name}", by=ana)
    played = trials.play(found) if found else None

    assert played is not None
    assert played.root.due_at is not None
    assert not Item.objects.exists()


def test_who_tries_again_after_a_savepoint_follows_what_is_there(ana: Actor) -> None:
    """SLA-2: the first try told of items that are not there any more; it was a crash of the second."""
    with writing():
        with transaction.atomic():
            case(ana, "follows")
            transaction.set_rollback(True)
        again = case(ana, "follows")

    assert due(again) == "04-12 09:00"
