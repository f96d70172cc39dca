"""Who is told of what happens, on their own address: made, changed, tried out, told again (API-2)."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.domain.webhooks import (
    BOTH,
    LONGEST_DESCRIPTION,
    TEST,
    checked_events,
    checked_url,
    literal,
    new_secret,
)
from tramita.gateways.calling import is_inside
from tramita.models import Person, Webhook, WebhookDelivery
from tramita.queries.visibility import may
from tramita.queries.webhooks import log
from tramita.services import auditing, sql
from tramita.services.sealing import seal
from tramita.services.transactions import writing
from tramita.services.webhook_orders import begin_now, row

MOST = 20  # of one person
MOST_SECRETS = 5  # that sign beside the newest
ENDED = (WebhookDelivery.State.DONE, WebhookDelivery.State.FAILED)


def subscribe(
    url: str, events: Iterable[str], *, description: str = "", by: Actor, at: datetime
) -> tuple[Webhook, str]:
    """A new one and its secret, which is told this once. Raises: Invalid, NotPermitted."""
    allowed(by)
    url, chosen = _checked(url), checked_events(events)
    secret = new_secret()
    with writing():
        if Webhook.objects.filter(person=by.id).count() >= MOST:
            raise Invalid.one("url", "too_many", "You have %(most)s already.", most=MOST)
        if not Webhook.objects.filter(active=True).exists():
            begin_now()
        made = Webhook.objects.create(
            person=Person.objects.get(pk=by.id or 0),
            url=url,
            events=chosen,
            description=description.strip()[:LONGEST_DESCRIPTION],
            secret=seal(secret),
            created_at=at,
        )
        _note("made", made, by=by, at=at)
    return made, secret


def change(
    number: int,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
    by: Actor,
    at: datetime,
) -> Webhook:
    """What is given, changed. One that was off begins with what happens from now on. Raises: Invalid, NotFound."""
    with writing():  # a worker may switch it off meanwhile, which nobody takes back by its description
        hook = Webhook.objects.select_for_update().get(pk=own(number, by=by).pk)
        before = _shown(hook)
        if url is not None:
            hook.url = _checked(url)
        if events is not None:
            hook.events = checked_events(events)
        if description is not None:
            hook.description = description.strip()[:LONGEST_DESCRIPTION]
        if active is not None and active is not hook.active:
            if active and not Webhook.objects.filter(active=True).exists():
                begin_now()
            hook.active, hook.failing_since = active, None
        hook.save(update_fields=["url", "events", "description", "active", "failing_since"])
        _note_changed(before, hook, by=by, at=at)
    return hook


def rotate(number: int, *, by: Actor, at: datetime) -> str:
    """A new secret, told this once; those before it sign too, each for a day since it was the newest."""
    secret = new_secret()
    with writing():
        hook = Webhook.objects.select_for_update().get(pk=own(number, by=by).pk)
        still = [pair for pair in hook.old_secrets if at < datetime.fromisoformat(pair[1])]
        olds = [[hook.secret, (at + BOTH).isoformat()], *still][:MOST_SECRETS]
        Webhook.objects.filter(pk=hook.pk).update(secret=seal(secret), old_secrets=olds)
        _note("rekeyed", hook, by=by, at=at)
    return secret


def remove(number: int, *, by: Actor, at: datetime) -> None:
    """It, what it was told and what it was to be told."""
    with writing():
        hook = own(number, by=by)
        _note("deleted", hook, by=by, at=at)
        hook.delete()


def try_out(number: int, *, by: Actor, at: datetime) -> WebhookDelivery:
    """Have it told something that nobody did; once, and what it answers is seen in its log. Raises: Conflict."""
    hook = _listening(number, by=by)
    payload = {"type": TEST, "timestamp": at.isoformat(), "data": {}}
    with writing():
        [made] = sql.insert_now("webhook_deliveries", [row(hook, TEST, payload, None, at=at)], returning=True)
        _note("tried", hook, by=by, at=at)
    return WebhookDelivery.objects.get(pk=made)


def replay(number: int, delivery: int, *, by: Actor, at: datetime) -> WebhookDelivery:
    """Tell it again, under the same id: whoever took it already knows it. Raises: NotFound, Conflict."""
    hook, told = _listening(number, by=by), one_told(number, delivery, by=by)
    with writing():
        if _again(WebhookDelivery.objects.filter(pk=told.pk), at=at):
            _note("replayed", hook, why=told.name, by=by, at=at)
    return one_told(hook.pk, delivery, by=by)


def replay_span(
    number: int, *, since: datetime, until: datetime | None = None, failed_only: bool = True, by: Actor, at: datetime
) -> int:
    """Tell again what happened in a span of the log, in order for each item; how much that is. Raises: Conflict."""
    hook = _listening(number, by=by)
    if until is not None and until <= since:
        raise Invalid.one("until", "invalid", "This is not after the beginning.")
    states = [WebhookDelivery.State.FAILED] if failed_only else list(ENDED)
    told = log(hook, by).filter(state__in=states, created_at__gte=since).exclude(event=TEST)
    with writing():
        count = _again(told.filter(created_at__lt=until) if until is not None else told, at=at)
        if count:
            span = f"{since.isoformat()} – {until.isoformat() if until else ''}".rstrip()
            _note("replayed", hook, why=f"{span}: {count}", by=by, at=at)
    return count


def one_told(number: int, delivery: int, *, by: Actor) -> WebhookDelivery:
    """One line of its log. Raises: NotFound, also where they do not see the item (any more)."""
    hook = own(number, by=by)
    told = log(hook, by).filter(pk=delivery).first()
    if told is None:
        raise NotFound("There is no such delivery.")
    return told


def _again(told: QuerySet[WebhookDelivery], *, at: datetime) -> int:
    """Those of them that wait already stay as they are."""
    pending = WebhookDelivery.State.PENDING
    return told.filter(state__in=ENDED).update(state=pending, due_at=at, tries=0, ended_at=None, error="")


def own(number: int, *, by: Actor) -> Webhook:
    """One of theirs; administrators have all. Raises: NotFound, also for what is somebody else's."""
    allowed(by)
    hooks = Webhook.objects.all() if may(by, "manage_users") else Webhook.objects.filter(person=by.id)
    hook = hooks.filter(pk=number).select_related("person").first()
    if hook is None:
        raise NotFound("There is no such webhook.")
    return hook


def _listening(number: int, *, by: Actor) -> Webhook:
    hook = own(number, by=by)
    if not hook.active:
        raise Conflict("This webhook is switched off.")
    return hook


def _note(what: str, hook: Webhook, *, why: str = "", by: Actor, at: datetime) -> None:
    """By its number and host: an address may hold a secret further on."""
    about = f"{hook.pk} {_host(hook.url)} {hook.description}".rstrip()
    auditing.note(Area.WEBHOOKS, what, about, why=why, by=by, at=at)


def _note_changed(before: dict[str, object], hook: Webhook, *, by: Actor, at: datetime) -> None:
    changed = {name for name, value in _shown(hook).items() if value != before[name]}
    if "active" in changed:
        _note("resumed" if hook.active else "stopped", hook, by=by, at=at)
    if changed - {"active"}:
        was = _host(str(before["url"]))
        moved = "" if was == _host(hook.url) else f"{was} → {_host(hook.url)}"
        _note("changed", hook, why=moved, by=by, at=at)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _shown(hook: Webhook) -> dict[str, object]:
    return {name: getattr(hook, name) for name in ("url", "events", "description", "active")}


def _checked(url: str) -> str:
    url = checked_url(url)
    if (address := literal(url)) and is_inside(address, settings.TRAMITA_WEBHOOK_ALLOW):
        raise Invalid.one("url", "inside", "This address is inside of the own network.")
    return url


def allowed(by: Actor) -> Actor:
    """Who may have webhooks at all. Raises: NotPermitted."""
    if not by.is_staff or not may(by, "configure"):
        raise NotPermitted("Only those who configure the desk may do this.")
    return by
