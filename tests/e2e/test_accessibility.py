"""WCAG 2.2 AA on every page, in light and dark, wide and narrow (UI: everyone can use it)."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.e2e.conftest import open_browser, sign_in
from tests.services.test_receiving import mail
from tramita.domain.narrowing import read
from tramita.domain.sender_dns import Sending, examine
from tramita.models import (
    Alert,
    Definition,
    Delivery,
    Item,
    Mailbox,
    MailboxState,
    Person,
    Probe,
    SeenMessage,
    SenderDomain,
)
from tramita.queries.people import actor_for
from tramita.services import (
    blocking,
    bulk,
    defects,
    focus,
    launching,
    mail_trouble,
    mailing,
    notes,
    receiving,
    resolving,
    tracking,
    tray,
    views,
    working,
)
from tramita.services.views import Wanted
from tramita.ui.worklist import COLUMNS

EVERY_COLUMN = "".join(f"&col={column}" for column in COLUMNS)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def long_answers(name: str, kind: str) -> tuple[str, ...]:
    """A name server that knows a key and a policy, long ones."""
    return {"TXT": (f"v=DKIM1; p={'MIIB' * 98}",), "MX": ("10 mx.example",)}.get(kind, ()) if "_" in name else ()


def troubled_case(desk: Desk) -> Item:
    """A Case with a problem, and Actions."""
    case = desk.case()
    working.start(case, by=desk.ana, at=timezone.now())
    actions = launching.launch(case, action="bank-check", copies=2, by=desk.ana, at=timezone.now())
    resolving.resolve(actions[0], method="unable_to_complete", reason="No accounts.", by=desk.ana, at=timezone.now())
    return case


def post_of_all_kinds(desk: Desk) -> SeenMessage:
    """Something in every Mail view; the mail that waits in the tray."""
    now = timezone.now()
    receiving.receive(mail("In"), source="import", at=now)
    for state in Delivery.State.values:
        message = mailing.send(desk.ticket(), to=[desk.rui.email], text="Out", by=desk.ana, at=now)
        message.deliveries.update(state=state, error="550 no such user")
    later = now + timedelta(days=1)
    mailing.send(desk.ticket(), to=[desk.rui.email], text="Later", send_at=later, by=desk.ana, at=now)
    blocking.block("@shop.example", by=desk.ana, at=now)
    for text in ("Deleted", "Waiting"):
        receiving.receive(mail(text, to="nobody@desk.example"), source="import", at=now)
    deleted, waiting = SeenMessage.objects.filter(outcome="unhandled").order_by("pk")
    tray.delete(deleted, by=desk.ana, at=now)
    return waiting


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_what_an_administrator_sees_of_mail_is_accessible(
    chromium: Browser, site: str, desk: Desk, theme: str, width: int
) -> None:
    """WCAG 2.2 AA: mailboxes, alerts, the forms of the tray; bulk changes, and lists whose rows can be ticked."""
    seen = post_of_all_kinds(desk)
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    about = {"mailbox": "invoices@desk.example"}
    now = timezone.now()
    Alert.objects.create(key="a", kind="mailbox_login", about=about, since=now, at=now)
    MailboxState.objects.create(mailbox=Mailbox.objects.get(), fault="login", error="NO", failing_since=now)
    judged = [one.to_json() for one in examine("desk.example", Sending(selectors=("s1",)), long_answers)]
    records = [one | {"since": now.isoformat(), "was_good": True} for one in judged]
    SenderDomain.objects.create(domain="desk.example", checked_at=now, next_at=now, records=records)
    proved = {"sent_at": now, "arrived_at": now, "plus_at": now, "signatures": [["desk.example", "s1"]]}
    Probe.objects.create(mailbox=Mailbox.objects.get(), nonce="0a", ordered_at=now, **proved)
    context = open_browser(chromium, color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, site, desk)

    findings = {}
    box = "/settings/mailboxes/invoices@desk.example"
    job = bulk.begin(
        "follow",
        list(Item.objects.values_list("pk", flat=True)),
        by=actor_for(Person.objects.get(pk=desk.ana.id)),
        at=now,
    )
    jobs = ("/bulk", f"/bulk/{job.pk}", "/team")
    for path in ("/settings/mailboxes", box, "/settings/domains", f"/mail/unhandled?mail={seen.pk}", *jobs):
        page.goto(f"{site}{path}")
        findings[path] = Axe().run(page, options=RULES)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()

    assert {path: found.generate_report() for path, found in findings.items() if found.violations_count} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(chromium: Browser, site: str, desk: Desk, theme: str, width: int) -> None:
    """WCAG 2.2 AA: no finding of axe, panels opened too."""
    publish("defect_category", "acme/main/finance/billing", Definition.objects.get(key="acme/main/finance"))
    ticket, case = desk.ticket(), troubled_case(desk)
    defects.add(case, category="acme/main/finance/billing", description="Twice.", by=desk.ana, at=timezone.now())
    tracking.add(ticket, begun_at=MONDAY, minutes=12, by=desk.ana, at=timezone.now())
    notes.add_note(ticket, body="Booked twice.", resolution=True, by=desk.ana, at=timezone.now())
    seen = post_of_all_kinds(desk)
    sent = mailing.send(ticket, to=[desk.rui.email], text="Booked back.", by=desk.ana, at=timezone.now())
    Delivery.objects.filter(message=sent).update(state=Delivery.State.UNCERTAIN, error="no answer")
    mail_trouble.tell(sent, "uncertain", "no answer", facts={}, at=timezone.now())
    mine = desk.ticket(title="In focus")
    working.start(mine, by=desk.ana, at=timezone.now())
    focus.add(mine, by=desk.ana)
    manager = factories.manager(organisation=factories.organisation("acme"), is_active=False)
    boss = factories.person("Boss")
    Person.objects.filter(pk__in=(desk.ana.id, factories.person("Bea").pk)).update(reports_to=boss)
    view = views.make(Wanted("Late today", read({"kind": ["ticket"]})), by=desk.ana, at=timezone.now())
    context = open_browser(chromium, color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    findings = {"/accounts/login/": Axe().run(page, options=RULES)}
    sign_in(page, site, desk)

    for path in (
        "/inbox",
        "/owned",
        "/queues",
        "/queues/invoices",
        f"/queues/invoices?kind=ticket&kind=case&group=state&panel=filter{EVERY_COLUMN}",
        "/queues/invoices?chart=assignee",
        "/team",
        "/team/peers",
        "/contacts",
        f"/contacts/{manager.pk}",
        f"/contacts/{desk.rui.pk}/edit",
        "/views",
        f"/views/{view.pk}",
        f"/views/{view.pk}/change",
        "/new/ticket",
        "/new/case?case_type=acme/main/finance/onboarding",
        "/settings/",
        "/search?q=99999-T",
        "/mail/unhandled",
        "/mail/unhandled/replay",
        *(f"/mail/{name}" for name in ("inbox", "sent", "outbox", "scheduled", "blocked", "deleted")),
        f"/mail/unhandled?mail={seen.pk}",
        f"/mail/unhandled/{seen.pk}/source",
        f"/items/{ticket.reference}",
        f"/items/{ticket.reference}?tab=timeline",
        f"/items/{ticket.reference}?tab=files",
        f"/items/{case.reference}",
        f"/items/{ticket.reference}/time",
    ):
        page.goto(f"{site}{path}")
        if "/items/" in path:
            page.evaluate("document.querySelectorAll('.info details').forEach((one) => { one.open = true })")
        findings[path] = Axe().run(page, options=RULES)
    page.keyboard.press("Control+k")
    findings["the palette"] = Axe().run(page, options=RULES)
    context.close()

    assert {path: found.generate_report() for path, found in findings.items() if found.violations_count} == {}
