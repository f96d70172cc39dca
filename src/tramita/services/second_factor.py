"""A second factor for signing in: the code of an authenticator, or one of the codes kept for the day it is lost (TO-7).

It counts once a first code has shown that it works. A code serves once; after a few wrong ones nothing is tried for a
while, whichever process they came to.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from tramita.domain.errors import Conflict, Invalid
from tramita.domain.one_time import SECRET_BYTES, as_text, period_of, tidied
from tramita.models import Person, SecondFactor
from tramita.services.account_mail import write
from tramita.services.sealing import seal, unseal
from tramita.services.transactions import one_transaction

RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # of chance, each
MOST_WRONG, WITHIN = 5, timedelta(minutes=5)


def is_on(person: Person) -> bool:
    """Whether this person signs in with one. Cost: one statement."""
    return SecondFactor.objects.filter(person=person.pk, since__isnull=False).exists()


@one_transaction
def begin(person: Person) -> str:
    """A secret for an authenticator, which counts for nothing yet; the same until it does.

    Raises: Conflict, for who has one.
    """
    found, _ = SecondFactor.objects.select_for_update().get_or_create(
        person=person, defaults={"sealed": seal(as_text(secrets.token_bytes(SECRET_BYTES)))}
    )
    if found.since is not None:
        raise Conflict("You sign in with a second factor already.", code="second_factor_on")
    secret = unseal(found.sealed)
    if not secret:  # sealed by a key that this installation has no more
        secret = as_text(secrets.token_bytes(SECRET_BYTES))
        SecondFactor.objects.filter(pk=found.pk).update(sealed=seal(secret))
    return secret


@one_transaction
def turn_on(person: Person, code: str, *, at: datetime) -> list[str]:
    """From now on it is asked for; the recovery codes, which nobody is shown again. Raises: Invalid, Conflict."""
    found = SecondFactor.objects.select_for_update().filter(person=person.pk, since=None).first()
    if found is None:
        raise Conflict("You sign in with a second factor already.", code="second_factor_on")
    period = period_of(code, unseal(found.sealed), at=at, after=0)
    if period is None:
        raise _wrong()
    codes = [_readable(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    found.since, found.period, found.recovery = at, period, [_digest(one) for one in codes]
    found.save(update_fields=["since", "period", "recovery"])
    write("second_factor_on", person, at=at)
    return codes


def check(person: Person, code: str, *, at: datetime) -> None:
    """Take a code of theirs. Raises: Invalid, for a wrong or used one; Conflict `too_many_codes`."""
    if not _took(person, code, at=at):
        raise _wrong()


@one_transaction
def _took(person: Person, code: str, *, at: datetime) -> bool:
    """Whether it was right; a wrong one is remembered, so this commits either way."""
    found = SecondFactor.objects.select_for_update().filter(person=person.pk, since__isnull=False).first()
    if found is None:
        return False
    lately = [one for one in found.failures if one > (at - WITHIN).isoformat()]
    if len(lately) >= MOST_WRONG:
        raise Conflict("Too many wrong codes. Try again in a few minutes.", code="too_many_codes")
    period, digest = period_of(code, unseal(found.sealed), at=at, after=found.period), _digest(code)
    if period is not None:
        found.period, found.failures = period, []
    elif digest in found.recovery:
        found.recovery, found.failures = [one for one in found.recovery if one != digest], []
    else:
        found.failures = [*lately, at.isoformat()]
    found.save(update_fields=["period", "recovery", "failures"])
    return not found.failures


@one_transaction
def turn_off(person: Person, *, at: datetime) -> None:
    """It is not asked for any more; its owner is told by mail. Who calls it has taken a code, or keeps the desk."""
    if SecondFactor.objects.filter(person=person.pk).delete()[0]:
        write("second_factor_off", person, at=at)


def recovery_codes_left(person: Person) -> int:
    """Cost: one statement."""
    found = SecondFactor.objects.filter(person=person.pk).values_list("recovery", flat=True).first()
    return len(found or ())


def _wrong() -> Invalid:
    return Invalid.one("code", "wrong_code", "That is not the code of now. Look again, or use a recovery code.")


def _readable(chance: bytes) -> str:
    text = as_text(chance).lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _digest(code: str) -> str:
    return hashlib.sha256(tidied(code).encode("utf-8", "surrogateescape")).hexdigest()
