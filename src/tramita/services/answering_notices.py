"""What comes back to a mail with news: a colleague's answer is internal, all else goes no further (MAIL-59).

News are for colleagues and may speak of what is internal. So an answer is never for who asked: from a proven colleague
who works on the item it is put there as internal, and moves nothing; from anybody else it waits in the tray.
"""

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.domain.correspondence import Match, Rule
from tramita.domain.errors import NotFound
from tramita.domain.mail_tokens import DIGEST, Claim, answered_notice
from tramita.models import Item, Message, NoticeSettings
from tramita.queries.mailboxes import keys
from tramita.queries.matching import Finder
from tramita.queries.people import actor_by_id
from tramita.queries.visibility import may, visible_to
from tramita.services.ledger import Change
from tramita.services.outcomes import Outcome
from tramita.services.storing_mail import Arrival, store


def answer(arrival: Arrival, finder: Finder) -> Outcome | None:
    """What it does; None, when it answers no news of ours."""
    seen, mail = arrival.seen, arrival.mail
    claim = answered_notice(mail, [*seen.envelope.get("recipients", ()), seen.mailbox], keys=keys())
    if claim is None:
        return None
    arrival.notes["answers_news"] = claim.evidence
    if mail.bounce or mail.receipt:
        _take_note(arrival)
        return Outcome("ignored", reason="report on a notification")
    if mail.auto_submitted:
        return Outcome("ignored", reason="automatic answer to a notification")
    if claim.message[:1].lower() == DIGEST:
        return Outcome("unhandled", reason="answer to news of several items")
    item = finder.by_number(claim.number, claim.ordinal)
    if item is None or not _works_on(arrival, item):
        return Outcome("unhandled", reason="answer to a notification")
    if item.state is State.CLOSED:
        return Outcome("unhandled", reason="answer to a notification on a Closed item")
    return _put_there(arrival, item, claim)


def _works_on(arrival: Arrival, item: Item) -> bool:
    """A proven colleague who may see the item and write there (MAIL-51)."""
    if not (arrival.known.is_staff and arrival.verified and arrival.known.id is not None):
        return False
    try:
        actor = actor_by_id(arrival.known.id)
    except NotFound:
        return False
    return may(actor, "work", item) and Item.objects.filter(visible_to(actor), pk=item.pk).exists()


def _put_there(arrival: Arrival, item: Item, claim: Claim) -> Outcome:
    if _here_already(arrival, item):
        return Outcome("duplicate", (item.reference,))
    change = Change(item, SYSTEM, arrival.at)
    found = Match(item, Rule.ADDRESS_TOKEN, claim.evidence, new_participant=False)
    store(change, arrival, match=found, internal=True)
    change.write()
    return Outcome("appended", (item.reference,), "archive" if arrival.archive else "")


def _here_already(arrival: Arrival, item: Item) -> bool:
    """A copy of it came by another mailbox (MAIL-80)."""
    ours = Message.objects.filter(item=item, outgoing=False, message_id=arrival.mail.stable_id[:998])
    return ours.exists()


def _take_note(arrival: Arrival) -> None:
    """Their reader sees beside the settings that news by mail do not arrive. Who it is only our own mail could tell."""
    if arrival.mail.bounce is None:
        return
    for one in arrival.mail.bounce.recipients:
        if one.action == "failed":
            why = one.diagnostic or one.status or one.action
            NoticeSettings.objects.filter(person__email=one.recipient.lower()).update(fault=why[:1000])
