"""Who asks for things may sign in by a link of a mail instead of a password (M-19b, UI portal).

The link serves for a quarter of an hour, once, and only by a button: programs that look for malice open every link.
"""

from datetime import datetime

from tramita.domain.errors import NotFound
from tramita.domain.lifecycle import RECIPIENT
from tramita.models import Person
from tramita.queries.people import person_by_address
from tramita.services.account_mail import write
from tramita.services.passwords import may_be_mailed, reader_of
from tramita.services.transactions import one_transaction

KIND = "sign_in"


@one_transaction
def send(address: str, *, at: datetime) -> None:
    """Somebody wants to come in. Nothing tells them whether we know the address; who works here has a password."""
    person = person_by_address(address)
    if person is not None and person.is_active and person.role in RECIPIENT and may_be_mailed(person, at=at):
        write(KIND, person, at=at)


def owner(key: str, *, at: datetime) -> Person:
    """Whose link it is. Raises: NotFound, also for one that is too old, was used, or whose person has left."""
    person, kind = reader_of(key, at=at)
    if kind != KIND or person.role not in RECIPIENT:
        raise NotFound("This link leads nowhere.")
    return person


@one_transaction
def use(key: str, *, at: datetime) -> Person:
    """They are in; the link serves no more. Raises: NotFound, as `owner`."""
    person = owner(key, at=at)
    before = {"last_login": person.last_login} if person.last_login else {"last_login__isnull": True}
    if not Person.objects.filter(pk=person.pk, **before).update(last_login=at):
        raise NotFound("This link leads nowhere.")  # the same link, twice at once
    person.last_login = at
    return person
