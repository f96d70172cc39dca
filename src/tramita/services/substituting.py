"""A manager names a colleague who decides in their place while they are away, and takes that back (Z-16).

Both stay recorded with each decision. What is asked meanwhile is asked of both; who comes back decides as ever.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from tramita.domain.absences import span_faults
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import FieldError, Invalid, NotPermitted
from tramita.models import Person, Substitution
from tramita.queries.people import person_by_address
from tramita.queries.substitutes import ASKERS
from tramita.services import account_mail, restraint
from tramita.services.transactions import one_transaction

PAGE = "portal/approvals"  # where what waits for them stands


@one_transaction
def name(substitute: str, *, first: date | None, last: date | None, by: Actor, at: datetime) -> Substitution:
    """From the first day to the last, both included, as days are in the manager's time zone. It replaces what was.

    Raises: NotPermitted; Invalid `substitute`, `from`, `to`.
    """
    me = _manager(by)
    zone = ZoneInfo(me.time_zone or settings.TIME_ZONE)
    other = person_by_address(substitute) if substitute.strip() else None
    faults = [*_who(me, other), *span_faults(first, last, today=at.astimezone(zone).date())]
    if faults or first is None or last is None or other is None:
        raise Invalid(faults)
    said = {
        "substitute": other,
        "starts_at": _midnight(first, zone),
        "ends_at": _midnight(last + timedelta(days=1), zone),
    }
    before = Substitution.objects.filter(person=me).first()
    row, _made = Substitution.objects.update_or_create(person=me, defaults=said)
    if before is None or any(getattr(before, name) != value for name, value in said.items()):
        _tell(other, me, first, last, at=at)
    return row


def _tell(other: Person, me: Person, first: date, last: date, *, at: datetime) -> None:
    """Who is named hears so by mail, in their language, unless they want none of ours (MAIL-98)."""
    if not restraint.willing([other.email or ""]):
        return
    with translation.override(other.language or settings.LANGUAGE_CODE):
        days = {"first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    link = f"{settings.TRAMITA_BASE_URL.rstrip('/')}/{PAGE}"
    values = {"manager": me.name or me.email or "", "link": link, **days}
    account_mail.write("substitute_named", other, values=values, at=at)


@one_transaction
def end(*, by: Actor) -> None:
    """They decide alone again. Raises: NotPermitted."""
    Substitution.objects.filter(person=_manager(by)).delete()


def _manager(by: Actor) -> Person:
    if by.role is not Role.MANAGER or by.organisation_id is None:
        raise NotPermitted("Only a manager of an organisation has a substitute.")
    return Person.objects.select_for_update(of=("self",)).get(pk=by.id or 0)


def _who(me: Person, other: Person | None) -> list[FieldError]:
    if other is None or not other.is_active or other.role not in ASKERS or other.organisation_id != me.organisation_id:
        return [FieldError("substitute", "unknown", "Choose a colleague of your organisation.")]
    return [FieldError("substitute", "oneself", "Choose somebody else.")] if other.pk == me.pk else []


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
