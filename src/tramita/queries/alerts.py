"""What an operator must know until it is cured (MAIL-11, MAIL-12, MAIL-93)."""

from tramita.domain.actors import Actor
from tramita.models import Alert
from tramita.queries.shell import operates

MOST = 20


def alerts(actor: Actor) -> list[Alert]:
    """The oldest first; nothing for who does not look after the desk. Cost: one statement."""
    return list(Alert.objects.order_by("since", "pk")[:MOST]) if operates(actor) else []
