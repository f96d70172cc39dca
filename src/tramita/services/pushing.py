"""Browsers are told: handed to their push services after the commit, at least once (AP-17, N-4).

Words are read when they leave: what was decided, read or taken back meanwhile is not told any more. Push services are
asked several at a time, for one that is slow must not hold the others; nothing is held while they answer. One that
knows a browser no more (404, 410) has it forgotten.
"""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from tramita.domain.codes import ApprovalState
from tramita.gateways.calling import CallFault
from tramita.gateways.push import LIVES, Parcel, post
from tramita.models import Approval, Delivery, PushSubscription
from tramita.queries.approvals import SHOWN, deciders
from tramita.queries.mailboxes import directory
from tramita.queries.notices import notice_about, wishes_of, zone_of
from tramita.queries.people import actor_for
from tramita.services.claiming import DELIVERIES, Claimed, backoff, claim, update
from tramita.services.notice_mail import Say
from tramita.services.push_keys import private_key
from tramita.services.push_orders import KIND
from tramita.services.push_words import News, of_approval, of_notice
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
BATCH, AT_ONCE = 24, 8  # within one lease, however slow they are
TRIES = 6  # then it is too old to be news
GONE = frozenset({404, 410})
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class _Outgoing:
    delivery: Claimed
    browser: PushSubscription
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a try: the status of the push service, or why there is none."""

    status: int
    error: str = ""
    again: bool = False


def push_due(*, say: Say, at: datetime) -> int:
    """Hand over one batch; how many. `say` words one notice."""
    due = claim(DELIVERIES, (KIND,), at=at, limit=BATCH)
    if not due:
        return 0
    chosen = [one.payload["subscription"] for one in due]
    browsers = {one.pk: one for one in PushSubscription.objects.filter(pk__in=chosen).select_related("person")}
    outgoing: list[_Outgoing] = []
    for delivery in due:
        browser = browsers.get(delivery.payload["subscription"])
        news = _news(delivery, browser, say, at=at) if browser is not None else None
        if browser is None or news is None:
            _end(delivery, Delivery.State.CANCELLED, at=at)
        else:
            outgoing.append(_Outgoing(delivery, browser, _parcel(browser, news)))
    for one, answer in zip(outgoing, _answers(outgoing, at=at), strict=True):
        _settle(one, answer, at=at)
    return len(due)


def _news(delivery: Claimed, browser: PushSubscription, say: Say, *, at: datetime) -> News | None:
    """What is still worth telling, if anything is."""
    if not browser.person.is_active:
        return None
    told = delivery.payload
    return _of_approval(browser, told, at=at) if "approval" in told else _of_notice(delivery, browser, say, at=at)


def _of_approval(browser: PushSubscription, told: dict[str, Any], *, at: datetime) -> News | None:
    rows = Approval.objects.select_related(*SHOWN, "item__parent")
    approval = rows.filter(pk=told["approval"]).first()
    if approval is None:
        return None
    waits = approval.state == ApprovalState.AWAITING and browser.person in deciders(approval, at=at)
    return of_approval(approval, browser.person, told["news"]) if waits is (told["news"] == "asked") else None


def _of_notice(delivery: Claimed, browser: PushSubscription, say: Say, *, at: datetime) -> News | None:
    """As a page that is open would pop it up: unread, still theirs to see, and not in their quiet hours (N-1)."""
    reader = actor_for(browser.person)
    quiet = wishes_of(browser.person_id).quiet_till(at, zone_of(browser.person.time_zone))
    notice = notice_about(reader, delivery.item_id or 0, delivery.payload["key"])
    if quiet or notice is None or notice.read_at is not None or not reader.is_staff:
        return None
    language = browser.person.language or settings.LANGUAGE_CODE
    with translation.override(language):
        return of_notice(notice, say(notice), language)


def _parcel(browser: PushSubscription, news: News) -> Parcel:
    text = json.dumps(news.facts(), ensure_ascii=False, separators=(",", ":")).encode()
    return Parcel(browser.endpoint, browser.p256dh, browser.auth, text, news.tag)


def _answers(outgoing: Sequence[_Outgoing], *, at: datetime) -> list[_Answer]:
    """Of each, in order. No statement is asked here: the threads have no database."""
    if not outgoing:
        return []
    private, contact, inside = private_key(), _contact(), settings.TRAMITA_PUSH_INSIDE

    def hand_over(one: _Outgoing) -> _Answer:
        try:
            return _Answer(post(one.parcel, private=private, contact=contact, at=at, inside=inside))
        except CallFault as fault:
            return _Answer(0, str(fault), fault.again)
        except ValueError as wrong:
            return _Answer(0, f"the browser's keys: {wrong}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(hand_over, outgoing))


def _settle(one: _Outgoing, answer: _Answer, *, at: datetime) -> None:
    if 200 <= answer.status < 300:
        _end(one.delivery, Delivery.State.DONE, at=at)
        PushSubscription.objects.filter(pk=one.browser.pk).update(reached_at=at)
        return
    error = answer.error or f"the push service answers {answer.status}"
    if answer.status in GONE:
        with writing():
            PushSubscription.objects.filter(pk=one.browser.pk).delete()
            _end(one.delivery, Delivery.State.CANCELLED, error, at=at)
        return
    again = answer.again or answer.status == 429 or answer.status >= 500
    next_at = at + backoff(one.delivery)
    if again and one.delivery.tries < TRIES and next_at < one.delivery.due_at + LIVES:
        with writing():
            update(DELIVERIES, one.delivery, next_at=next_at, lease_until=at, error=error[:LONGEST_ERROR])
        return
    log.warning("a browser was not told", extra={"delivery": one.delivery.id, "error": error})
    _end(one.delivery, Delivery.State.FAILED, error, at=at)


def _end(delivery: Claimed, state: Delivery.State, error: str = "", *, at: datetime) -> None:
    with writing():
        update(DELIVERIES, delivery, state=int(state), lease_until=at, error=error[:LONGEST_ERROR])


def _contact() -> str:
    """Whom the operator of a push service may write to (RFC 8292)."""
    base = settings.TRAMITA_BASE_URL
    return base if base.startswith("https://") else f"mailto:{directory().leaving_from(None)}"
