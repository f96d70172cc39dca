"""Every page of the product, by the name of its address, in a desk that has something of every kind.

What must hold on each page is looked at from here: its weight and its words in tests/web/test_every_page.py, axe and
its width in tests/e2e/test_accessibility.py. An address that is neither here nor among those that are no pages fails
there, so a new page is looked at or somebody says why not.

What people wrote speaks Greek here: whatever Latin words a page shows besides names are the product's own.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from django.core.signing import Signer
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from tests import factories
from tests.approving import customer, sent
from tests.desk import MONDAY, Desk, offer, publish
from tests.hostile import PICTURE
from tests.hostile import mail as html_mail
from tests.samples import sample
from tests.services.test_receiving import mail
from tramita.domain.narrowing import read
from tramita.domain.sender_dns import Sending, examine
from tramita.domain.webhooks import EVENTS, Answer, Why
from tramita.models import (
    Alert,
    Approval,
    AuditLine,
    Definition,
    Delivery,
    Item,
    Mailbox,
    MailboxState,
    Message,
    Notification,
    Person,
    Probe,
    Queue,
    SeenMessage,
    SenderDomain,
    Sheet,
    SheetRow,
    WebhookDelivery,
)
from tramita.queries import definitions, people
from tramita.queries.mailboxes import keys
from tramita.queries.notices import leaving_token
from tramita.services import (
    approvals,
    blocking,
    bulk,
    defects,
    feedback,
    feedback_link,
    focus,
    launching,
    mail_trouble,
    mailing,
    merging,
    notes,
    receiving,
    resolving,
    splitting,
    tracking,
    trashing,
    tray,
    trials,
    views,
    waiting,
    webhooks,
    working,
)
from tramita.services.account_mail import Way, before
from tramita.services.desk_settings import SORTS
from tramita.services.views import Wanted
from tramita.ui import views as ui
from tramita.ui.worklist import COLUMNS
from tramita.worker import loop

TITLE, WORDS = "Τιμολόγιο 991 δύο φορές", "Ήρθε δύο φορές, ελέγξτε το παρακαλώ."
EVERY_COLUMN = "".join(f"&col={column}" for column in COLUMNS)
BOX = "invoices@desk.example"
NOWHERE = "900719"  # the number of nothing, whichever numbers the database gave before

# what is no page, and what it is; addresses that only take forms answer 405 to a look and are found by that
NO_PAGES: Mapping[str, str] = {
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "tool-resource": "for machines",
    "tool-server": "for machines",
    "stylesheet": "a file",
    "manifest": "data for a browser",
    "home": "leads to the Inbox",
    "mailbox-authorise": "leads to the provider",
    "mailbox-authorised": "leads to the mailbox",
    "language": "leads back",
    "notification": "leads to its item",
    "bars": "the sidebar of every page",
    "people": "data for a script",
    "fresh-notifications": "data for a script",
    "draft-picture": "a file",
    "mail-part": "a file",
    "mail-original": "a file",
    "tray-original": "a file",
    "tray-picture": "a file",
    "tray-part": "a file",
    "portal-file": "a file",
    "sign-on": "leads to the provider",
    "sign-on-back": "leads to where somebody was going",
    "sign-on-leave": "leads to the provider",
    "second-step": "leads to the sign-in, unless a password was right a moment ago",
    "push-worker": "a script",
}
CUSTOMERS = frozenset(  # Marta looks at these
    {"portal", "portal-new", "portal-new-form", "portal-request", "portal-approvals", "portal-approval"}
    | {"portal-notifications", "portal-members", "portal-settings", "portal-substitute"}
)
VISITORS = frozenset(  # nobody is signed in there
    {
        "account_login",
        "approve-by-mail",
        "feedback-by-mail",
        "leave-notifications",
        "link-asked",
        "link-enter",
        "password-forgotten",
        "password-choose",
        "signed-out",
    }
)


@dataclass
class Pages:
    """The addresses to look at, and the items that forms are about."""

    paths: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)  # of those that do not answer 200
    items: list[Item] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *paths: str) -> None:
        self.paths.setdefault(name, []).extend(paths)

    def each(self) -> Iterator[tuple[str, str]]:
        """Name and address, one by one."""
        return ((name, path) for name, paths in self.paths.items() for path in paths)


def addresses() -> dict[str, str]:
    """Every named address that a person could open, with something in the place of what varies."""
    return {name: _filled(route) for name, route in _routes()}


def _routes() -> Iterator[tuple[str, str]]:
    def walk(patterns: Sequence[Any], before: str) -> Iterator[tuple[str, str]]:
        for one in patterns:
            route = before + str(one.pattern)
            if not isinstance(one, URLPattern):
                yield from walk(one.url_patterns, route) if not route.startswith(("api/", "mail/hooks/")) else ()
            elif one.name:
                yield one.name, route

    return walk(get_resolver().url_patterns, "")


def _filled(route: str) -> str:
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: NOWHERE if found[1] in ("int", "row") else "99999-T", route)


def furnish(desk: Desk, settings: Any, folder: Path) -> Pages:
    """Fill the desk; Ana becomes its administrator, for she sees most. Cost: about a second."""
    found = Pages()
    Person.objects.filter(pk=desk.ana.id).update(role="administrator", signature="Άννα", signs=True)
    desk.ana = people.actor_by_id(desk.ana.id or 0)
    publish("canned_text", "Επιστροφή", title="Επιστροφή", texts={"en": "Έρχεται.", "pl": "Έρχεται."})
    for add in (_plain, _approving, _items, _lists, _mails, _unhandled, _mailboxes, _news, _people):
        add(found, desk, settings, folder)
    definitions.forget()
    return found


def _plain(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    found.add("account_login", "/accounts/login/")
    for name, path in (("account_logout", "accounts/logout/"), ("settings", "settings/"), ("queues", "queues")):
        found.add(name, f"/{path}")
    found.add("shortcuts", "/settings/shortcuts")
    found.add("new-ticket", "/new/ticket")
    found.add("new-case", "/new/case", "/new/case?case_type=acme/main/finance/onboarding")
    types = "/builder/case-types/acme/main/finance/onboarding"
    found.add("builder", "/builder")
    found.add("builder-case-type", types, *(f"{types}?tab={tab}" for tab in ("settings", "yaml", "history")))
    start = {"short_description": "Οίνος", "requester": desk.rui.email or "", "fields": ""}
    trials.begin("case_type", "acme/main/finance/onboarding", draft=False, start=start, by=desk.ana, at=timezone.now())
    found.add("builder-case-type", f"{types}?tab=test")
    published = Definition.objects.get(key="acme/main/finance/onboarding", kind="case_type")
    published.current = published.versions.create(number=2, body=published.current.body, published_at=timezone.now())
    published.save()
    found.add("builder-upgrade", "/builder/upgrades/acme/main/finance/onboarding?from=1")
    edit = "/builder/edit/case-types/acme/main/finance/onboarding"
    parts = ("settings", "fields", "action&name=bank-check")
    found.add("builder-edit-case-type", edit, *(f"{edit}?part={one}" for one in parts))
    found.add("builder-edit-category", "/builder/edit/categories/acme/main/finance/invoice-query")
    found.add("builder-category", "/builder/categories/acme/main/finance/invoice-query")
    for sort in SORTS:
        found.add(
            "desk-things", f"/builder/desk/{sort}", *(() if SORTS[sort].alone else (f"/builder/desk/{sort}?add=1",))
        )
    canned = "/builder/desk/canned-texts/Επιστροφή"
    found.add("desk-thing", f"/builder/desk/users/{desk.ana.email}", "/builder/desk/queues/invoices", canned)
    publish("calendar", "office", time_zone="Europe/Warsaw", week={"mon-fri": "09:00-17:00"})
    category = "/builder/desk/categories/acme/main/finance/invoice-query"
    found.add("desk-thing", "/builder/desk/calendars/office", "/builder/desk/due-rules/two_days", category)
    found.add("desk-thing", "/builder/desk/contracts/acme/main", "/builder/desk/organisations/acme-iberia")
    found.statuses["/search?q=99999-T"] = 404
    found.add("search", "/search", "/search?q=99999-T", "/search?q=ζζζ", "/search?q=Τιμολόγιο")


def _approving(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    """First of all: the mail that carries the keys goes out here, before any that shall not."""
    acme = customer(desk)
    now = timezone.now()
    asking, decided, asked = (acme.ticket(title=TITLE, description=WORDS, at=now) for _ in range(3))
    approvals.ask(decided, type="refund", comment=WORDS, by=desk.ana, at=now)
    closed = sent(settings, folder / "closed", now)[acme.marta.email]
    approvals.approve(Item.objects.get(pk=decided.pk).approval_id, by=acme.marta, at=now)
    approvals.ask(asked, type="refund", comment=WORDS, by=desk.ana, at=now)
    opened = sent(settings, folder / "opened", now)[acme.sofia.email]
    found.statuses["/approvals/by-mail/nothing"] = 404
    found.numbers["customer"] = str(acme.marta.id)
    found.add("portal", "/portal", "/portal?all=1")
    found.add("portal-request", *(f"/portal/requests/{one.reference}" for one in (asking, asked)))
    offered = offer(desk.definitions["invoice-query"])
    found.add("portal-new", "/portal/new")
    found.add("portal-members", "/portal/members")
    found.add("portal-settings", "/portal/settings")
    found.add("portal-substitute", "/portal/substitute")
    found.add("portal-new-form", f"/portal/new/{offered}")
    found.add("portal-approvals", "/portal/approvals")
    found.add("portal-notifications", "/portal/notifications")
    both = [Item.objects.get(pk=one.pk).approval_id or Approval.objects.get(item=one).pk for one in (asked, decided)]
    found.add("portal-approval", *(f"/portal/approvals/{one}" for one in both))
    found.add("approve-by-mail", *(f"/approvals/by-mail/{key}" for key in (opened, closed, "nothing")))
    found.add("item", *(f"/items/{one.reference}" for one in (asking, asked, decided)))


def _items(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    now = timezone.now()
    ticket = desk.ticket(title=TITLE, description=WORDS, at=now)
    working.start(ticket, by=desk.ana, at=now)
    notes.add_note(ticket, body=f"@{desk.leo.name} {WORDS}", resolution=True, by=desk.ana, at=now)
    receiving.receive(html_mail(f"<p>{WORDS}</p>", number=990), source="import", at=now)
    by_rui = {"sender_address": desk.rui.email, "text": WORDS, "reply_text": WORDS, "subject": TITLE}
    factories.attachment(ticket, factories.mail(ticket, at=now, **by_rui))
    late = desk.ticket(title=TITLE, description=WORDS)
    working.assign(late, to=desk.ana.id, by=desk.leo, at=now)
    waits = desk.ticket(title=TITLE, description=WORDS, at=now)
    working.start(waits, by=desk.ana, at=now)
    waiting.wait(waits, type="more_information", days=3, by=desk.ana, at=now)
    done = desk.ticket(title=TITLE, description=WORDS, at=now)
    working.start(done, by=desk.ana, at=now)
    resolving.resolve(done, method="replied", note=WORDS, by=desk.ana, at=now)
    said = people.actor_by_id(int(found.numbers["customer"]))
    feedback.confirm(done, rating=4, comment=WORDS, by=said, at=now)
    done = Item.objects.get(pk=done.pk)
    asking = factories.mail(done, outgoing=True, at=now, headers={feedback_link.MARK: said.id})
    found.add("portal-request", f"/portal/requests/{done.reference}")
    found.add("feedback-by-mail", f"/feedback/by-mail/{Signer(salt=feedback_link.PATH).sign(asking.pk)}")
    found.add("feedback", "/reports/feedback")
    found.add("contracted-hours", "/reports/hours")
    found.add("robots", "/robots")
    found.add("queue-people", "/queues/invoices/people")
    _webhooks(found, desk, ticket)
    found.add("trail", "/reports/trail")
    found.add("security", "/accounts/security")
    found.statuses["/oauth/authorize"] = 400
    found.add("tool-access", "/oauth/authorize")
    draft = desk.ticket(title=TITLE, description=WORDS, draft=True, at=now)
    case, actions = _troubled_case(desk)
    publish(
        "defect_category", "acme/main/finance/billing", Definition.objects.get(key="acme/main/finance"), title="billing"
    )
    defects.add(case, category="acme/main/finance/billing", description=WORDS, by=desk.ana, at=now)
    tracking.add(ticket, begun_at=MONDAY, minutes=12, by=desk.ana, at=now)
    found.items = [ticket, late, waits, done, draft, case, *actions]
    found.add("item", *(f"/items/{one.reference}" for one in found.items))
    found.add("item", *(f"/items/{ticket.reference}?tab={tab}" for tab in ("timeline", "files")))
    found.add("item", f"/items/{case.reference}?tab=actions")
    found.add("reply", f"/items/{ticket.reference}/reply")
    gone = desk.ticket(title=TITLE, description=WORDS, at=now)
    merging.merge([Item.objects.get(pk=gone.pk)], into=Item.objects.get(pk=waits.pk), by=desk.ana, at=now)
    found.add("item", f"/items/{gone.reference}?tab=comms", f"/items/{waits.reference}")
    whole, asked = (desk.ticket(title=TITLE, description=WORDS, at=now) for _ in range(2))
    part = splitting.Child(TITLE, WORDS)
    splitting.split(Item.objects.get(pk=whole.pk), children=[part, part], by=desk.ana, at=now)
    found.add("item", f"/items/{whole.reference}", f"/items/{whole.reference}?tab=timeline")
    found.add("split", f"/items/{late.reference}/split", f"/items/{whole.reference}/split")
    process = "case_type=acme/main/finance/onboarding"
    found.add("convert", f"/items/{late.reference}/convert", f"/items/{asked.reference}/convert?{process}")
    found.add("merge", f"/items/{late.reference}/merge", f"/items/{case.reference}/merge?q=ζζζ")
    focus.add(Item.objects.get(pk=ticket.pk), by=desk.ana)


def _webhooks(found: Pages, desk: Desk, ticket: Item) -> None:
    """One that took something, refused something and is to be told something."""
    now = timezone.now()
    hook, _secret = webhooks.subscribe("https://erp.example/hook", EVENTS, description="Λογιστική", by=desk.ana, at=now)
    webhooks.rotate(hook.pk, by=desk.ana, at=now)
    refused = Answer(Why.REFUSED, 503, "it answers 503", "Λάθος", 41).to_json(now)
    ended = {"tries": 1, "status": 503, "answers": [refused], "ended_at": now}
    made = []
    for state in WebhookDelivery.State:
        plain = {
            "name": f"msg_{state}",
            "payload": {"type": EVENTS[0]},
            "created_at": now,
            "due_at": now,
        }
        ends = ended if state is not WebhookDelivery.State.PENDING else {}
        made.append(
            WebhookDelivery.objects.create(webhook=hook, item=ticket, event=EVENTS[0], state=state, **plain | ends)
        )
    here = f"/settings/webhooks/{hook.pk}"
    found.add("webhooks", "/settings/webhooks")
    found.add("new-webhook", "/settings/webhooks/new")
    found.add("webhook", here, f"{here}?state=failed")
    found.add("change-webhook", f"{here}/change")
    found.add("webhook-delivery", *(f"{here}/deliveries/{one.pk}" for one in made))


def _troubled_case(desk: Desk) -> tuple[Item, Sequence[Item]]:
    now = timezone.now()
    case = desk.case(short_description=TITLE, at=now)
    working.start(case, by=desk.ana, at=now)
    actions = launching.launch(case, action="bank-check", copies=2, by=desk.ana, at=now)
    resolving.resolve(actions[0], method="unable_to_complete", reason=WORDS, by=desk.ana, at=now)
    return case, actions


def _lists(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    now = timezone.now()
    view = views.make(Wanted("Σήμερα", read({"kind": ["ticket"]}), shared="all"), by=desk.ana, at=now)
    for name in ("inbox", "owned", "team", "recent"):
        found.add(name, f"/{name}")
    today = now.date().isoformat()
    Person.objects.filter(pk=desk.ana.id).update(absent={"from": today, "to": today, "substitute": None})
    found.add("absences", "/team/absences")
    panel = f"/queues/invoices?kind=ticket&kind=case&group=state&sort=-updated&panel=filter{EVERY_COLUMN}"
    found.add("queue", "/queues/invoices", panel, "/queues/invoices?chart=assignee", "/queues/invoices?state=closed")
    found.add("views", "/views")
    found.add("new-view", "/views/new", "/views/new?kind=ticket&due=overdue&group=state")
    found.add("view", f"/views/{view.pk}", f"/views/{view.pk}?kind=case&changed=1")
    found.add("change-view", f"/views/{view.pk}/change")


def _mails(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    """Mails with all that may stand beside them, and something in every Mail view."""
    now = timezone.now()
    rich, invited, enclosing = (_received(raw) for raw in (_rich(), _sample("081"), _sample("082")))
    found.add("item", *(f"/items/{one.item.reference}" for one in (rich, invited, enclosing)))
    found.add("moving-mail", f"/items/{rich.item.reference}/mails/{rich.pk}")
    found.add("mail-frame", f"/messages/{rich.pk}/frame")
    found.add("mail-source", f"/messages/{rich.pk}/source")
    found.add("mail-enclosed", f"/messages/{enclosing.pk}/enclosed/{enclosing.view['enclosed'][0]['file']}")
    program = f"/files/{rich.attachments.get(filename='setup.exe').pk}"
    found.statuses[program] = 403
    found.add("file", program)
    ticket = {"title": TITLE, "description": WORDS, "at": now}
    for state in Delivery.State.values:
        ours = mailing.send(desk.ticket(**ticket), to=[desk.rui.email], text=WORDS, by=desk.ana, at=now)
        ours.deliveries.update(state=state, error="550 5.1.1")
        if state in (Delivery.State.UNCERTAIN, Delivery.State.FAILED):
            mail_trouble.tell(ours, Delivery.State(state).name.lower(), "550 5.1.1", facts={}, at=now)
            found.add("item", f"/items/{ours.item.reference}")
    later = mailing.send(
        desk.ticket(**ticket),
        to=[desk.rui.email],
        text=WORDS,
        send_at=now + timedelta(days=1),
        by=desk.ana,
        at=now,
    )
    blocking.block("@shop.example", by=desk.ana, at=now)
    found.add("item", f"/items/{later.item.reference}")
    for name in ("inbox", "sent", "outbox", "scheduled", "blocked", "deleted"):
        found.add(f"mail-{name}", f"/mail/{name}")


def _received(raw: bytes) -> Message:
    """On an item, and cleaned."""
    told = receiving.receive(raw, source="import", at=timezone.now())
    assert told.outcome == "created", told
    loop.drain(at=timezone.now(), only="show")
    return Message.objects.filter(outgoing=False).order_by("-id")[0]


def _rich() -> bytes:
    """A remote picture, a link that lies, and a program."""
    html = (
        f'<p>{WORDS} <img src="https://track.example/open.gif" alt="Εικόνα"> '
        '<a href="https://evil.example/">https://bank.example/</a></p>'
    )
    made = message_from_bytes(html_mail(html, number=991), policy=default)
    made.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="setup.exe")
    return made.as_bytes()


def _sample(number: str) -> bytes:
    return sample(number).replace(b"desk@helpdesk.example", BOX.encode())


def _unhandled(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    now = timezone.now()
    picture = '<img src="cid:logo" alt="Σήμα" width="40">'
    stray = html_mail(f"<h2>{TITLE}</h2><p>{WORDS} {picture}</p>", number=992, pictures={"logo": PICTURE})
    for raw in (stray.replace(BOX.encode(), b"x@desk.example"), *_strays()):
        receiving.receive(raw, source="import", at=now)
    loop.drain(at=now, only="show")
    framed, plain, gone = SeenMessage.objects.filter(outcome="unhandled").order_by("pk")
    tray.delete(gone, by=desk.ana, at=now)
    found.statuses[f"/mail/unhandled?mail={gone.pk}"] = 409
    found.add("unhandled", "/mail/unhandled", *(f"/mail/unhandled?mail={one.pk}" for one in (framed, plain, gone)))
    found.add("replay", "/mail/unhandled/replay", f"/mail/unhandled/replay?reason={plain.reason}")
    found.add("tray-source", f"/mail/unhandled/{plain.pk}/source")
    found.add("tray-frame", f"/mail/unhandled/{framed.pk}/frame")
    found.numbers["unhandled"] = str(plain.pk)


def _strays() -> list[bytes]:
    return [mail(text, to="nobody@desk.example", subject=TITLE) for text in (WORDS, f"{WORDS} Πάλι.")]


def _long_answers(name: str, kind: str) -> tuple[str, ...]:
    """A name server that knows a key and a policy, long ones."""
    return {"TXT": (f"v=DKIM1; p={'MIIB' * 98}",), "MX": ("10 mx.example",)}.get(kind, ()) if "_" in name else ()


def _mailboxes(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    now, box = timezone.now(), Mailbox.objects.get()
    Alert.objects.create(key="a", kind="mailbox_login", about={"mailbox": BOX}, since=now, at=now)
    MailboxState.objects.create(mailbox=box, fault="login", error="NO", failing_since=now)
    judged = [one.to_json() for one in examine("desk.example", Sending(selectors=("s1",)), _long_answers)]
    records = [one | {"since": now.isoformat(), "was_good": True} for one in judged]
    SenderDomain.objects.create(domain="desk.example", checked_at=now, next_at=now, records=records)
    proved = {"sent_at": now, "arrived_at": now, "plus_at": now, "signatures": [["desk.example", "s1"]]}
    Probe.objects.create(mailbox=box, nonce="0a", ordered_at=now, **proved)
    found.add("mailboxes", "/settings/mailboxes")
    found.add("mailbox", f"/settings/mailboxes/{BOX}")
    found.add("domains", "/settings/domains")


def _news(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    """What Ana was told, as the worker writes it: read and unread."""
    now, item = timezone.now(), found.items[1]
    entry = item.entries.latest("seq")
    for number, seen in enumerate((None, now)):
        Notification.objects.create(
            person_id=desk.ana.id,
            item=item,
            entry=entry,
            event="assigned",
            key=f"entry:{number}",
            at=now,
            hub=True,
            browser=True,
            mail=0,
            read_at=seen,
        )
    found.add("notifications", "/notifications", "/notifications?show=unread")
    found.add("leave-notifications", f"/notifications/leave/{leaving_token(desk.ana.id or 0, keys())}")
    ana = Person.objects.get(pk=desk.ana.id)
    key = Way(ana.pk, "new_user", int(now.timestamp()), before(ana)).key()
    found.add("password-forgotten", "/accounts/password")
    found.add("link-asked", "/accounts/link")
    vouching = {"title": "Acme Group", "issuer": "https://login.acme.example", "client_id": "t"}
    publish("sign_on", "acme", **vouching, domains=["acme.example"])
    found.add("signed-out", "/accounts/sign-on/acme/out")
    entering = Way(desk.rui.pk, "sign_in", int(now.timestamp()), before(desk.rui, "sign_in")).key()
    found.add("link-enter", f"/accounts/link/{entering}")
    found.add("password-choose", f"/accounts/password/{key}")


def _people(found: Pages, desk: Desk, settings: Any, folder: Path) -> None:
    """Contacts, colleagues, the time they took, and a bulk change."""
    now = timezone.now()
    gone = factories.manager(organisation=factories.organisation("gone", name="Παλιά"), is_active=False)
    boss = factories.person("Boss")
    Person.objects.filter(pk__in=(desk.ana.id, factories.person("Bea").pk)).update(reports_to=boss)
    found.add("team-of", "/team/peers")
    found.add("contacts", "/contacts", "/contacts?q=ζζζ")
    found.add("new-contact", "/contacts/new")
    found.add("import-contacts", "/contacts/import")
    found.add("contact", f"/contacts/{gone.pk}", f"/contacts/{desk.rui.pk}")
    found.add("edit-contact", f"/contacts/{desk.rui.pk}/edit")
    found.add("merge-contact", f"/contacts/{desk.rui.pk}/merge")
    found.add("delete-contact", f"/contacts/{desk.rui.pk}/delete")
    found.add("delete-item", f"/items/{found.items[0].reference}/delete")
    root = factories.administrator()
    trashing.delete_item(desk.ticket(title=TITLE, description=WORDS, at=now), reason=WORDS, by=root, at=now)
    found.add("trash", "/trash")
    found.add("approvals", "/approvals")
    kept = {"by_id": desk.ana.id, "at": now}
    AuditLine.objects.create(area="deletions", what="deleted", about=TITLE, why=WORDS, **kept)
    AuditLine.objects.create(area="audit", what="switched_on", about="exports", **kept)
    found.add("audit", "/audit")
    job = bulk.begin("follow", [one.pk for one in found.items], by=desk.ana, at=now)
    found.add("bulk", "/bulk")
    found.add("job", f"/bulk/{job.pk}")
    found.add("sheets", "/bulk/sheets")
    sheet = Sheet.objects.create(
        person_id=desk.leo.id, kind="ticket", name="αβγ", unique_titles=False, total=1, created_at=now
    )
    SheetRow.objects.create(
        sheet=sheet, line=2, cells={"title": "αβγ"}, change="check", payload={}, outcome=1, due_at=now
    )
    found.add("sheet", f"/bulk/sheets/{sheet.pk}", f"/bulk/sheets/{sheet.pk}?outcome=ready")
    found.add("time", f"/items/{found.items[0].reference}/time")


def troubles() -> dict[str, bytes]:
    """What is shown when something goes wrong, by its status."""
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]  # a session needs no store here
    made: dict[str, Callable[..., Any]] = {"403": ui.forbidden, "404": ui.missing, "500": ui.broken, "503": ui.away}
    return {status: make(request).content for status, make in made.items()}


OTHER_NAMES = (
    *("office", "Acme Group", "Acme Iberia", "Desk", "harmless", "Mail 990", "Mail 991", "Mail 992"),
    *("Service Desk", "Olga Petrenko", "Angebot für Türen", "Anbei das Angebot.", "Hall B"),
    *("5 minutes", "3 days", "5 days", "16 working hours", "Europe/Warsaw", "mon-fri 09:00-17:00", "invoices"),
    *("Check the bank account", "IBAN checked", "Create it", "Create the supplier"),
)


def names() -> list[str]:
    """What people and things are called here, with the letters that stand for people."""
    found = [*Person.objects.values_list("name", flat=True), *Queue.objects.values_list("title", flat=True)]
    found += Person.objects.filter(key__isnull=False).values_list("key", flat=True)
    found += ["".join(word[0] for word in name.split()) for name in found]
    for key, body in Definition.objects.values_list("key", "current__body"):
        found += [key, *(body.get(part, "") for part in ("title", "name", "description"))]
    written = [*Item.objects.values_list("title", "description")]
    written += Message.objects.values_list("subject", "text", "reply_text")
    found += [line.strip() for texts in written for text in texts for line in text.splitlines()]
    return [name for name in (*found, *OTHER_NAMES) if name]
