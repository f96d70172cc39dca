"""The audit of the desk: off, until somebody switches an area on (TO-6)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.actors import SYSTEM
from tramita.domain.errors import Invalid, NotPermitted
from tramita.domain.narrowing import read
from tramita.models import AuditLine, Definition, Person, View
from tramita.queries import auditing, definitions
from tramita.services import trashing, views
from tramita.services.definitions import apply
from tramita.services.views import Wanted

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


def keeps(*areas: str) -> None:
    """These areas, and no others."""
    Definition.objects.filter(kind="settings").update(active=False)
    publish("settings", f"desk-{len(areas)}", audit=list(areas))
    definitions.forget()


def told() -> list[tuple[str, str, str, str]]:
    return list(AuditLine.objects.order_by("pk").values_list("area", "what", "about", "why"))


def everything(desk: Desk, client: Client) -> None:
    """Something of each area: delete and restore an item and a contact, make, change and delete a view, take a list."""
    root = factories.administrator()
    item = desk.ticket(title="Invoice 991 twice")
    rosa = factories.requester("Rosa")
    for row in (
        trashing.delete_item(item, reason="Twice", by=root, at=LATER),
        trashing.delete_contact(rosa.pk, reason="Left", by=root, at=LATER),
    ):
        trashing.restore(row.pk, by=root, at=LATER)
    view = views.make(Wanted("Late", read({"kind": ["ticket"]})), by=desk.ana, at=LATER)
    views.change(view, Wanted("Later"), version=view.version, by=desk.ana, at=LATER)
    views.delete(View.objects.get(), by=desk.ana, at=LATER)
    client.force_login(Person.objects.get(pk=desk.ana.id))
    assert client.get("/queues/invoices?export=csv").headers["Content-Type"].startswith("text/csv")


def test_nothing_is_kept_until_it_is_switched_on_area_by_area(desk: Desk, client: Client) -> None:
    """TO-6: off by default."""
    everything(desk, client)
    none = told()
    keeps("deletions")
    everything(desk, client)
    deletions = told()
    keeps("exports", "reports")
    everything(desk, client)

    item = deletions[0][2]
    assert none == []
    assert deletions == [
        ("deletions", "deleted", item, "Twice"),
        ("deletions", "deleted", "Rosa", "Left"),
        ("deletions", "restored", item, ""),
        ("deletions", "restored", "Rosa", ""),
    ]
    assert item.endswith("-T Invoice 991 twice")
    assert [one[:3] for one in told()[len(deletions) :]] == [
        ("reports", "made", "Late"),
        ("reports", "changed", "Later"),
        ("reports", "deleted", "Later"),
        ("exports", "exported", "Invoices (CSV)"),
    ]


def test_what_is_kept_at_all_is_told_where_the_audit_keeps_itself(tmp_path: Path) -> None:
    """TO-6: before it is switched off, too; by a file or by the Builder, which are one."""
    file = tmp_path / "desk.yaml"
    for areas in ("deletions", "audit, exports", "exports", "deletions"):
        file.write_text(f"settings: {{audit: [{areas}]}}")
        apply([file], by=SYSTEM, at=MONDAY)

    assert [one[1:3] for one in told()] == [
        ("switched_on", "audit"),
        ("switched_off", "deletions"),
        ("switched_on", "exports"),
        ("switched_off", "audit"),
    ]


def test_what_is_taken_back_is_not_told(desk: Desk) -> None:
    """TO-6: it is written with what it tells of."""
    keeps("deletions")
    with pytest.raises(Invalid):
        trashing.delete_item(desk.ticket(), reason="", by=factories.administrator(), at=LATER)

    assert told() == []


def test_it_is_read_by_who_audits_the_whole_desk(desk: Desk, client: Client) -> None:
    """TO-6, SEC-2: page by page, of one area or all."""
    AuditLine.objects.bulk_create(
        AuditLine(area=area, what="deleted", about=f"{number}", at=MONDAY)
        for number in range(30)
        for area in ("deletions", "reports")
    )
    root = factories.administrator()

    rows, following = auditing.listed(root, area="reports")
    first, more = auditing.listed(root)
    second, none = auditing.listed(root, before=more)

    assert ([one.about for one in rows[:2]], len(rows), following) == (["29", "28"], 30, None)
    assert (len(first), len(second), none) == (50, 10, None)
    for somebody in (desk.leo, factories.administrator("Eva", grants={"acme": ["view"]})):
        with pytest.raises(NotPermitted):
            auditing.listed(somebody)
    client.force_login(Person.objects.get(pk=desk.ana.id))
    assert client.get("/audit").status_code == 403
