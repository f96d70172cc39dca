"""A password is chosen by a link that came by mail: a forgotten one anew, a new person's first one (M-19b)."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotFound
from tramita.models import NoticeSettings, Person
from tramita.queries.people import person_by_address
from tramita.services.account_mail import MARKS, Way, before, write
from tramita.services.people import password_faults
from tramita.services.transactions import one_transaction

MOST_IN_AN_HOUR = 3  # mails to one person; beside those with news no more than MAIL-93 allows
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_KEY = re.compile(r"(\d{1,18})-([a-z])-(\d{1,11})-([0-9a-f]{20})", re.ASCII)
_KINDS = {mark: kind for kind, mark in MARKS.items()}


@one_transaction
def forgotten(address: str, *, at: datetime) -> None:
    """Somebody says that they forgot it. Nothing tells them whether we know the address.

    Silence is kept towards who never had a password, who has left, and who had three such mails within an hour.
    """
    person = person_by_address(address)
    if person is not None and person.is_active and person.has_usable_password() and may_be_mailed(person, at=at):
        write("password_forgotten", person, at=at)


def may_be_mailed(person: Person, *, at: datetime) -> bool:
    """Whether they had less than three such mails within an hour; this one is counted. In the caller's transaction."""
    chosen, _ = NoticeSettings.objects.get_or_create(person=person)
    if len([one for one in chosen.mailed if one > (at - HOUR).isoformat()]) >= MOST_IN_AN_HOUR:
        return False
    chosen.mailed = [*(one for one in chosen.mailed if one > (at - DAY).isoformat()), at.isoformat()]
    chosen.save(update_fields=["mailed"])
    return True


@one_transaction
def invite(person: Person, *, by: Actor, at: datetime) -> None:
    """A mail to a new person, with a link by which they choose their password."""
    del by  # who may make people may invite them
    write("new_user", person, at=at)


def owner(key: str, *, at: datetime) -> Person:
    """Whose link it is. Raises: NotFound, also for one that is too old, was used, or whose person has left."""
    return _chooser(key, at=at)[0]


@one_transaction
def choose(key: str, password: str, *, at: datetime) -> None:
    """From now on they sign in with this; the link serves no more, and old sessions end.

    Raises: NotFound, as `owner`; Invalid, for a password that is too weak.
    """
    person, kind = _chooser(key, at=at)
    if faults := password_faults(person, password):
        raise Invalid(faults)
    had = person.password
    person.password = make_password(password)
    if not Person.objects.filter(pk=person.pk, password=had).update(password=person.password):
        raise NotFound("This link leads nowhere.")  # the same link, twice at once
    if kind == "password_forgotten":
        write("password_changed", person, at=at)


def _chooser(key: str, *, at: datetime) -> tuple[Person, str]:
    person, kind = reader_of(key, at=at)
    if kind == "sign_in":
        raise NotFound("This link leads nowhere.")
    return person, kind


def reader_of(key: str, *, at: datetime) -> tuple[Person, str]:
    """Whose link it is, and of which kind. Raises: NotFound."""
    found = _KEY.fullmatch(key)
    kind = _KINDS.get(found[2]) if found else None
    person = Person.objects.filter(pk=int(found[1]), is_active=True).first() if found and kind else None
    if found is None or kind is None or person is None:
        raise NotFound("This link leads nowhere.")
    way = Way(person.pk, kind, int(found[3]), before(person, kind))
    if not way.believes(found[4]) or at >= way.until:
        raise NotFound("This link leads nowhere.")
    return person, kind
