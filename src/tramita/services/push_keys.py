"""What this installation signs its pushes with, made once and kept as only it can read it (RFC 8292)."""

from tramita.gateways.push import new_key
from tramita.models import PushSubscription, Secret
from tramita.services.sealing import seal, unseal
from tramita.services.transactions import writing

NAME = "push"


def private_key() -> str:
    """The key; of two processes that make it at once, one does. Cost: one statement."""
    row = Secret.objects.filter(name=NAME).first()
    return (unseal(row.sealed) if row else "") or _made(row)


def _made(lost: Secret | None) -> str:
    """A new one. With one that nobody can read any more go the browsers that know no other: they are asked anew."""
    with writing():
        fresh = seal(new_key())
        if lost is None:
            Secret.objects.bulk_create([Secret(name=NAME, sealed=fresh)], ignore_conflicts=True)
        elif Secret.objects.filter(name=NAME, sealed=lost.sealed).update(sealed=fresh):
            PushSubscription.objects.all().delete()
    return unseal(Secret.objects.get(name=NAME).sealed)
