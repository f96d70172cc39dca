"""Unhandled e-mails: what found no item, or broke a step (M-20, M-21). Nothing is ever lost silently."""

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Route, SeenMessage
from tramita.queries import visibility

WAITING = ("unhandled", "failed")


def tray(actor: Actor) -> "QuerySet[SeenMessage]":
    """The mails that wait for somebody to look at them; with grants, those of mailboxes that start granted work.

    Raises: NotPermitted, for who does not work items.
    """
    if not actor.is_staff:
        raise NotPermitted("Only those who work items may read this.")
    waiting = SeenMessage.objects.filter(outcome__in=WAITING)
    if actor.grants is None:
        return waiting
    routes = Route.objects.filter(process__in=visibility.processes(actor, "view"))
    return waiting.filter(mailbox__in=routes.values("mailbox__address"))


def get_unhandled(actor: Actor, seen_id: int) -> SeenMessage:
    """One of them. Raises: NotFound, also when it was dealt with meanwhile."""
    seen = tray(actor).filter(pk=seen_id).first()
    if seen is None:
        raise NotFound("There is no such mail.")
    return seen


def waiting_ids(*, mailbox: str | None = None) -> list[int]:
    """The ids of all that waits, oldest first, of one mailbox or of all; for who runs the desk (MAIL-143)."""
    waiting = SeenMessage.objects.filter(outcome__in=WAITING)
    if mailbox:
        waiting = waiting.filter(mailbox=mailbox.strip().lower())
    return list(waiting.order_by("pk").values_list("pk", flat=True))
