"""All Cases that run by an older version of their type move to the newest: a job (decision 48)."""

from datetime import datetime

from tramita.domain import upgrades
from tramita.domain.actors import Actor
from tramita.domain.bulk import Bulk
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.upgrades import Chosen
from tramita.models import Job
from tramita.queries.upgrades import running_cases, versions
from tramita.services import bulk
from tramita.services.mailbox_settings import permit
from tramita.services.transactions import one_transaction


@one_transaction
def begin(case_type: str, *, old: int, new: int, chosen: Chosen, by: Actor, at: datetime) -> Job:
    """Have them moved from this version to the newest, by number; which one was the newest is said by who asks.

    It is taken back as any bulk change is. Raises: NotPermitted, NotFound; Conflict `stale`, if another version was
    published meanwhile; Invalid, naming steps and Actions, or when no Case runs by it. Rules: BU-4, Z-7.
    """
    permit(by)
    found = versions(case_type, old)
    if found.new_number != new:
        raise Conflict("Another version was published meanwhile. Look at it again, then decide.", code="stale")
    upgrades.check(found.old, found.new, chosen)
    cases = running_cases(found)
    if not cases:
        raise Invalid.one("from", "nothing_runs", "No Case runs by this version.")
    job = bulk.make_job(Bulk.UPGRADE, {"name": f"{found.title} {old} → {new}"}, len(cases), by=by, at=at)
    wanted = {
        "old": found.old_id,
        "new": found.new_id,
        "numbers": [old, new],
        "steps": dict(chosen.steps),
        "actions": dict(chosen.actions),
    }
    payload = {"job": job.pk, "by": by.id, "upgrade": wanted}
    bulk.write_items(job, Bulk.UPGRADE, ((case, payload) for case in cases), at=at)
    return job
