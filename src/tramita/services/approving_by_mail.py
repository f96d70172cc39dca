"""A manager decides by the link of a mail: the key says who they are, and for which request (MAIL-52).

Looking changes nothing: programs that look for malice open every link. Deciding is a second step, and happens once.
"""

from dataclasses import dataclass
from datetime import datetime

from tramita.domain.approvals import DECIDES, NOT_ASKED
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.models import Approval, ApprovalToken, Person
from tramita.queries.approvals import SHOWN, by_levels, deciders, in_the_place_of
from tramita.queries.names import person_name
from tramita.queries.people import actor_by_id
from tramita.services import approvals
from tramita.services.approval_link import digest_of
from tramita.services.transactions import one_transaction

WAY = "mail_link"
DECISIONS = {"approve": approvals.approve, "reject": approvals.reject}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link leads to. `closed` says why nothing can be decided with it any more: `used`, `ended`, `no_manager`,
    `not_asked` (others went on without them, or they have said), `expired`; empty while it can. `instead`: the name of
    the manager in whose place they decide."""

    approval: Approval
    person: Person
    closed: str
    used_at: datetime | None
    expires_at: datetime
    instead: str = ""


def read(key: str, *, at: datetime) -> Invitation:
    """What this key is for, and whether it still decides. Raises: NotFound. Cost: two statements."""
    token = _token(key)
    approval = token.approval
    closed = _closed(token, at)
    manager = None if closed else in_the_place_of(approval, actor_by_id(token.person_id), at=at)
    instead = person_name(manager.name, manager.email or "") if manager else ""
    return Invitation(approval, token.person, closed, token.used_at, token.expires_at, instead)


@one_transaction
def decide(key: str, verb: str, *, reason: str = "", at: datetime, seen: int | None = None) -> Approval:
    """Approve or reject as the person whose key it is.

    Raises: NotFound; Conflict `already_decided` or `link_expired`; NotPermitted, for who is no manager any more.
    """
    token = _token(key)
    closed = _closed(token, at)
    if closed in ("no_manager", "not_asked"):
        raise NotPermitted(NOT_ASKED if by_levels(token.approval) else DECIDES)
    if closed == "expired":
        raise Conflict("This link has expired.", code="link_expired")
    by = actor_by_id(token.person_id)
    approval = DECISIONS[verb](token.approval_id, reason=reason, by=by, at=at, way=WAY, seen=seen)
    ApprovalToken.objects.filter(pk=token.pk).update(used_at=at)
    return approval


def _token(key: str) -> ApprovalToken:
    related = ("person", *(f"approval__{name}" for name in SHOWN))
    kept = ApprovalToken.objects.filter(digest=digest_of(key), approval__item__discarded_at=None)  # AP-23
    found = kept.select_related(*related).first()
    if found is None:
        raise NotFound("There is no such link.")
    return found


def _closed(token: ApprovalToken, at: datetime) -> str:
    approval = token.approval
    if token.used_at is not None:
        return "used"
    if approval.state != ApprovalState.AWAITING:
        return "ended"
    if all(one.pk != token.person_id for one in deciders(approval, at=at)):
        return "not_asked" if by_levels(approval) else "no_manager"
    return "expired" if at >= token.expires_at else ""
