"""Contracted hours over the API (TO-3)."""

from datetime import timedelta

from django.utils import timezone

from tests.api.callers import Callers
from tests.desk import Desk
from tramita.models import Definition, Version
from tramita.queries import definitions
from tramita.services import tracking

TERMS = {"hourly_value": "0.1", "currency": "EUR"}


def test_hours_are_counted_by_month_and_money_is_text(desk: Desk, caller: Callers) -> None:
    """TO-3, SEC-1: prices for who may see them; nothing for who asks; a wrong period names its field."""
    now = timezone.now()
    contract, _new = Definition.objects.get_or_create(kind="contract", key="acme/main", defaults={"title": "Main"})
    contract.current = Version.objects.create(
        definition=contract, number=99, body={"hours": TERMS}, published_at=now - timedelta(days=60)
    )
    contract.save()
    definitions.forget()
    row = tracking.add(desk.ticket(), begun_at=now - timedelta(minutes=60), minutes=60, by=desk.ana, at=now)

    leo, ana = (one.get("/contracts/hours").json()["results"] for one in (caller.leo, caller.ana))
    month = f"{row.begun_at:%Y-%m}"
    wrong = [
        caller.ana.get("/contracts/hours", **given)
        for given in ({"since": "2026-13"}, {"since": "2026-02", "until": "2026-01"}, {"since": "1999-01"})
    ]

    said = {"contract": "acme/main", "due_rule": None, "month": month, "minutes": 60, "contracted_minutes": None}
    money = {"currency": "EUR", "worth_contracted": "0.10", "worth_excess": "0.00", "worth": "0.10"}
    assert [{name: one[name] for name in said | money} for one in leo] == [said | money]
    assert [{name: one[name] for name in said | money} for one in ana] == [said | dict.fromkeys(money)]
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in wrong] == [(422, "since")] * 3
    assert caller.rui.get("/contracts/hours").status_code == 403
