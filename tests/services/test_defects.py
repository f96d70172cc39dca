"""Defects of items: what went wrong, whose fault it was, whether it is resolved (D-1, D-2)."""

import pytest

from tests.desk import MONDAY, Desk, build, publish
from tests.services.test_races import at_once
from tests.services.test_receiving import fresh
from tramita.domain.codes import State
from tramita.domain.errors import Invalid, NotFound, NotPermitted
from tramita.models import Defect, Definition, Item
from tramita.queries.defects import categories_of, defects_of
from tramita.queries.timeline import timeline
from tramita.services import defects, launching, resolving

pytestmark = pytest.mark.django_db
BILLING = "acme/main/finance/billing"


def with_categories() -> Desk:
    """The small desk, whose finance service knows defects in three levels; another service has its own."""
    desk = build()
    service = Definition.objects.get(key="acme/main/finance")
    titles = {"billing": "Billing", "billing/amount": "Wrong amount", "billing/amount/double": "Charged twice"}
    for name, title in titles.items():
        row = publish("defect_category", f"acme/main/finance/{name}", service, title=title)
        Definition.objects.filter(pk=row.pk).update(title=title)
    publish("defect_category", "acme/main/people/late", service)
    return desk


@pytest.fixture
def desk() -> Desk:
    return with_categories()


def write(item: Item, desk: Desk, **given: str) -> Defect:
    return defects.add(item, **{"category": BILLING, "description": "Twice.", **given}, by=desk.ana, at=MONDAY)


def told(item: Item, desk: Desk) -> list[str]:
    return [one.type for one in timeline(item, desk.ana) if one.type.startswith("defect_")]


def test_a_defect_has_a_category_of_the_service_line_a_party_and_a_description(desk: Desk) -> None:
    """D-1: up to three levels; another service's are not offered, and a path of none is refused with all faults."""
    item = desk.ticket()
    assert [one.title for one in categories_of(item)] == [
        "Billing",
        "Billing › Wrong amount",
        "Billing › Wrong amount › Charged twice",
    ]

    write(item, desk, category=f"{BILLING}/amount", party="supplier")
    (shown,) = defects_of(item)
    assert (shown.category_title, shown.party, shown.created_by.name) == (
        "Billing › Wrong amount",
        "supplier",
        "Ana Lima",
    )
    with pytest.raises(Invalid) as refused:
        write(item, desk, category="acme/main/people/late", party="nobody", description=" ")
    assert [one.field for one in refused.value.errors] == ["category", "party", "description"]
    Definition.objects.filter(key=f"{BILLING}/amount").update(active=False)
    with pytest.raises(Invalid):
        write(item, desk, category=f"{BILLING}/amount")
    defects.change(item, shown.id, changes={"description": "Three times."}, by=desk.leo, at=MONDAY)
    assert defects_of(item)[0].description == "Three times."


def test_related_items_share_their_defects_and_others_do_not(desk: Desk) -> None:
    """D-2, G-11: the Case and its Actions; each entry tells where it was written."""
    case, other = desk.case(), desk.case()
    one, two = launching.launch(case, action="bank-check", copies=2, by=desk.ana, at=MONDAY)
    row = write(one, desk)

    for item in (case, one, two):
        assert [(shown.id, shown.item) for shown in defects_of(fresh(item))] == [(row.pk, one.reference)]
        assert told(fresh(item), desk) == ["defect_added"]
    assert defects_of(other) == []
    with pytest.raises(NotFound):
        defects.resolve(other, row.pk, by=desk.ana, at=MONDAY)
    defects.resolve(fresh(two), row.pk, by=desk.leo, at=MONDAY)
    assert defects_of(fresh(case))[0].resolved_at == MONDAY
    assert told(fresh(one), desk) == ["defect_added", "defect_resolved"]


def test_everybody_resolves_one_and_a_setting_keeps_changes_to_its_writer(desk: Desk) -> None:
    """D-2, BU-7; said twice is said once, and no defect gives anybody the item."""
    item = desk.ticket()
    row = write(item, desk)
    for resolved in (True, True, False):
        defects.resolve(item, row.pk, resolved=resolved, by=desk.leo, at=MONDAY)
    defects.change(item, row.pk, changes={"party": "us"}, by=desk.leo, at=MONDAY)
    defects.change(item, row.pk, changes={"party": "us"}, by=desk.leo, at=MONDAY)
    publish("settings", "settings", restrict_defect_changes=True)

    for refused in (
        lambda: defects.change(item, row.pk, changes={"party": ""}, by=desk.leo, at=MONDAY),
        lambda: defects.remove(item, row.pk, by=desk.leo, at=MONDAY),
        lambda: defects.add(item, category=BILLING, description="No.", by=desk.eve, at=MONDAY),
    ):
        with pytest.raises(NotPermitted):
            refused()
    defects.resolve(item, row.pk, by=desk.leo, at=MONDAY)
    defects.remove(item, row.pk, by=desk.ana, at=MONDAY)

    done = ["added", "resolved", "reopened", "changed", "resolved", "removed"]
    assert told(fresh(item), desk) == [f"defect_{one}" for one in done]
    assert (defects_of(item), fresh(item).state) == ([], State.TO_DO)


def test_a_closed_item_still_has_defects(desk: Desk) -> None:
    """D-1: a complaint often comes when all is over."""
    item = desk.ticket()
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    write(fresh(item), desk)

    assert (fresh(item).state, len(defects_of(item))) == (State.CLOSED, 1)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_resolve_one_at_once_one_is_told(data_dir: object) -> None:
    """D-2: and those who write others down at the same moment lose none."""
    desk = with_categories()
    item = desk.ticket()
    row = write(item, desk)

    at_once(
        *[lambda: defects.resolve(item, row.pk, by=desk.leo, at=MONDAY)] * 4,
        *[lambda: write(item, desk)] * 4,
    )

    assert sorted(told(fresh(item), desk)) == ["defect_added"] * 5 + ["defect_resolved"]
    assert len(defects_of(item)) == 5
