"""Mail comes in: what it starts, joins, wakes and reopens, and that nothing is lost or doubled."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from tests.desk import MONDAY, Desk, publish
from tramita.domain.codes import Listed, Method, State
from tramita.models import BlockedAddress, Delivery, Item, Link, Message, Person, SeenMessage, Timer
from tramita.services import editing, launching, ledger, mailing, receiving, resolving, waiting, working

HOUR = timedelta(hours=1)


def mail(
    text: str = "It came twice.",
    *,
    to: str = "invoices@desk.example",
    sender: str = "rui@acme.example",
    subject: str = "Invoice 991",
    reply_to: str = "",
    **headers: str,
) -> bytes:
    lines = [
        f"From: Rui Sousa <{sender}>",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: <{hash(text)}@acme.example>",
    ]
    if reply_to:
        lines += [f"In-Reply-To: <{reply_to}>"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def receive(raw: bytes, at=MONDAY) -> receiving.Outcome:
    return receiving.receive(raw, source="import", at=at)


def started(desk: Desk) -> Item:
    """A Ticket that Rui's mail started."""
    reference = receive(mail(sender=desk.rui.email)).items[0]
    return Item.objects.get(number=int(reference.split("-")[0]))


def asked(desk: Desk, item: Item, at=MONDAY) -> Message:
    """Ana asks Rui something, and the Ticket waits for the answer."""
    message = mailing.send(item, to=[desk.rui.email], text="Which bank account?", by=desk.ana, at=at)
    waiting.wait(item, type="more_information", by=desk.ana, at=at)
    return message


def fresh(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    return held


def test_a_strangers_mail_to_a_route_starts_a_ticket(desk: Desk) -> None:
    """M-4, T-21, T-9, CT-4, MAIL-56."""
    outcome = receive(mail())

    item = Item.objects.get()
    assert (outcome.outcome, outcome.items) == ("created", (item.reference,))
    assert (item.state, item.listed, item.title) == (State.TO_DO, Listed.QUEUE, "Invoice 991")
    assert item.original_requester.email == "rui@acme.example"
    assert item.due_at == MONDAY + timedelta(days=1, hours=9)
    fresh(item)


def test_the_same_bytes_again_change_nothing(desk: Desk) -> None:
    """MAIL-3."""
    receive(mail())

    again = receive(mail(), at=MONDAY + HOUR)

    assert again.outcome == "duplicate"
    assert (Item.objects.count(), SeenMessage.objects.count()) == (1, 1)


def test_a_mail_to_a_case_route_starts_a_case(desk: Desk) -> None:
    """C-1, C-41, CG-21: its short description is the mail's subject."""
    outcome = receive(mail(to="suppliers@desk.example", subject="A new supplier"))

    case = fresh(Item.objects.get(parent=None))
    assert outcome.items[0].endswith("-C")
    assert (case.state, case.title) == (State.TO_DO, "A new supplier")


def test_mail_to_an_unknown_address_waits_in_the_tray(desk: Desk) -> None:
    """M-5, M-21, MAIL-15."""
    outcome = receive(mail(to="nobody@desk.example"))

    assert (outcome.outcome, outcome.reason) == ("unhandled", "no route")
    assert not Item.objects.exists()


def test_an_answer_wakes_a_ticket_that_waits_for_information(desk: Desk) -> None:
    """T-38, M-8, L-5, L-6."""
    item = started(desk)
    question = asked(desk, item)

    outcome = receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    held = fresh(item)
    assert (outcome.outcome, outcome.items) == ("woken", (item.reference,))
    assert (held.state, held.highlighted, held.assignee_id) == (State.TO_DO, True, desk.ana.id)
    assert (held.listed, held.new_information) == (Listed.INBOX, True)


def test_an_answer_wakes_an_action_that_waits_for_information(desk: Desk) -> None:
    """A-5, L-5: from Owned Work into the Inbox, highlighted; its Case stays as it is."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    working.start(action, by=desk.ana, at=MONDAY)
    question = asked(desk, fresh(action))
    before = fresh(action).listed

    outcome = receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    held = fresh(action)
    assert (outcome.outcome, outcome.items, before) == ("woken", (action.reference,), Listed.OWNED)
    assert (held.state, held.highlighted, held.listed) == (State.TO_DO, True, Listed.INBOX)
    assert not fresh(case).highlighted


def test_nothing_but_a_person_ends_a_pause(desk: Desk) -> None:
    """C-63, CG-4: mail is appended and marked; no timer is set."""
    case = desk.case()
    working.start(case, by=desk.ana, at=MONDAY)
    question = mailing.send(fresh(case), to=[desk.rui.email], text="We wait.", by=desk.ana, at=MONDAY)
    waiting.wait(fresh(case), type="pause", by=desk.ana, at=MONDAY)

    outcome = receive(mail("And now?", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    held = fresh(case)
    assert (outcome.outcome, held.state, held.new_information) == ("appended", State.WAITING, True)
    assert not Timer.objects.filter(item=case).exists()
    waiting.resume(held, by=desk.ana, at=MONDAY + HOUR)
    assert fresh(case).state is State.IN_PROGRESS


def test_only_a_wait_for_information_is_woken_by_mail(desk: Desk) -> None:
    """M-8, W-13."""
    item = started(desk)
    question = mailing.send(item, to=[desk.rui.email], text="Until Friday", by=desk.ana, at=MONDAY)
    waiting.wait(item, type="until", until=MONDAY + timedelta(days=4), by=desk.ana, at=MONDAY)

    outcome = receive(mail("Fine", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    held = fresh(item)
    assert (outcome.outcome, held.state, held.new_information) == ("appended", State.WAITING, True)


def test_an_answer_inside_the_window_reopens(desk: Desk) -> None:
    """T-44, M-9, R-20, Q-9."""
    item = started(desk)
    reply = mailing.send(item, to=[desk.rui.email], text="Booked back", resolve="replied", by=desk.ana, at=MONDAY)

    outcome = receive(mail("Not yet", sender=desk.rui.email, reply_to=reply.message_id), at=MONDAY + HOUR)

    held = fresh(item)
    assert (outcome.outcome, held.state, held.highlighted) == ("reopened", State.TO_DO, True)
    assert (held.first_resolver_id, held.method) == (desk.ana.id, None)


@pytest.mark.parametrize(
    ("wanted", "words", "outcome"),
    [
        (True, "Thanks a lot, Ana!", "appended"),
        (True, "Thanks, but it fails again", "reopened"),
        (False, "Thanks a lot, Ana!", "reopened"),
    ],
)
def test_a_mail_that_only_says_thanks_leaves_a_resolution_as_it_is(
    desk: Desk, wanted: bool, words: str, outcome: str
) -> None:
    """R-21: where the desk wants it; kept on the Ticket and marked, the moment of the resolution unchanged."""
    publish("settings", "settings", thank_you_detection=wanted)
    item = started(desk)
    reply = mailing.send(item, to=[desk.rui.email], text="Booked back", resolve="replied", by=desk.ana, at=MONDAY)

    to = "Ana Lima <invoices@desk.example>"
    said = receive(mail(words, to=to, sender=desk.rui.email, reply_to=reply.message_id), at=MONDAY + HOUR)

    held = fresh(item)
    assert (said.outcome, held.state is State.RESOLVED) == (outcome, outcome == "appended")
    assert (held.first_resolved_at, held.new_information) == (MONDAY, True)


def test_an_answer_to_a_closed_ticket_starts_a_linked_one(desk: Desk) -> None:
    """M-10, T-48, Z-5, MAIL-76."""
    item = started(desk)
    reply = mailing.send(item, to=[desk.rui.email], text="No", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)
    raw = mail("Hm", sender=desk.rui.email, reply_to=reply.message_id, subject=f"Re: [{item.reference}] Invoice 991")

    outcome = receive(raw, at=MONDAY + HOUR)

    new = Item.objects.exclude(pk=item.pk).get()
    assert (outcome.outcome, fresh(item).state, new.title) == ("created", State.CLOSED, "Invoice 991")
    assert Link.objects.get(source=new, target=item).type == "follows_closed"


def test_what_continues_a_closed_ticket_keeps_its_contacts_and_category(desk: Desk) -> None:
    """Z-5, CT-4, M-10."""
    item = started(desk)
    editing.edit(
        item,
        changes={"category": "acme/main/finance/plain", "contacts": {"cc": [desk.marta.email]}},
        by=desk.ana,
        at=MONDAY,
    )
    reply = mailing.send(item, to=[desk.marta.email], text="No", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    receive(mail("Hm", sender=desk.marta.email, reply_to=reply.message_id), at=MONDAY + HOUR)

    new = Item.objects.exclude(pk=item.pk).get()
    assert (new.process.key, new.requester, new.primary_contact) == ("acme/main/finance/plain", desk.rui, desk.rui)
    assert new.original_requester == desk.marta
    assert [one.person for one in new.copied.all()] == [desk.marta]
    assert fresh(new).state is State.TO_DO


def test_mail_for_a_closed_action_starts_an_item_linked_to_its_case(desk: Desk) -> None:
    """A-21, A-47, C-59, CG-17."""
    case = desk.case()
    action = launching.launch(case, action="create-supplier-by-hand", by=desk.ana, at=MONDAY)[0]
    question = mailing.send(action, to=[desk.rui.email], text="Tax number?", by=desk.ana, at=MONDAY)
    resolving.resolve(action, method="complete", by=desk.ana, at=MONDAY)

    outcome = receive(mail("PT1", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    new = Item.objects.get(kind=2)
    assert outcome.items == (new.reference,)
    assert Link.objects.filter(source=new, target=fresh(case), type="linked").exists()
    assert Link.objects.filter(source=new, target=fresh(action), type="follows_closed").exists()


def test_a_number_alone_lets_no_stranger_in(desk: Desk) -> None:
    """MAIL-73, M-2."""
    item = started(desk)

    outcome = receive(mail("Me too", sender="eve@evil.example", subject=f"Re: [{item.reference}]"))

    assert outcome.outcome == "created"
    assert outcome.items != (item.reference,)


def test_a_participant_may_answer_by_number(desk: Desk) -> None:
    """MAIL-70, MAIL-73."""
    item = started(desk)

    outcome = receive(mail("More", sender=desk.rui.email, subject=f"About [{item.reference}]"), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items) == ("appended", (item.reference,))


def test_an_acknowledgement_goes_to_who_asked_and_to_no_machine(desk: Desk) -> None:
    """M-19b, MAIL-91, MAIL-95."""
    receive(mail("One"))
    receive(mail("Two", Auto_Submitted="auto-generated"))

    sent = Message.objects.get(outgoing=True)
    assert (sent.to, sent.automatic) == ([["", "rui@acme.example"]], True)
    assert sent.headers["automatic"] == "auto-replied"
    assert Delivery.objects.count() == 1


def test_an_absence_note_wakes_only_if_a_person_was_answered(desk: Desk) -> None:
    """M-13, T-50."""
    item = started(desk)
    acknowledgement = Message.objects.get(outgoing=True)
    note = {"sender": desk.rui.email, "Auto_Submitted": "auto-replied"}

    ignored = receive(mail("Away", reply_to=acknowledgement.message_id, **note), at=MONDAY + HOUR)
    question = asked(desk, item, at=MONDAY + HOUR)
    woken = receive(mail("Away again", reply_to=question.message_id, **note), at=MONDAY + 2 * HOUR)

    assert (ignored.outcome, woken.outcome) == ("ignored", "woken")


def test_a_mailbox_that_refuses_strangers_leaves_a_trace(desk: Desk) -> None:
    """T-22, R-3b, M-14, CG-58."""
    from tramita.models import Mailbox

    Mailbox.objects.update(refuse_unknown_senders=True)

    outcome = receive(mail())

    item = Item.objects.get()
    assert (outcome.outcome, outcome.reason) == ("created", "unconfigured_address")
    assert (item.state, item.listed, item.method) == (State.CLOSED, Listed.NONE, Method.UNCONFIGURED_ADDRESS)
    assert not Message.objects.filter(outgoing=True).exists()
    fresh(item)


@pytest.mark.parametrize(("language", "hello"), [("fr", "Bonjour"), ("pt-br", "Olá"), ("", "Dzień dobry")])
def test_an_acknowledgement_speaks_the_language_of_who_asked(
    desk: Desk, settings: LazySettings, language: str, hello: str
) -> None:
    """M-19b, MAIL-126: else the installation's."""
    settings.LANGUAGE_CODE = "pl"
    Person.objects.filter(pk=desk.rui.pk).update(language=language)

    item = started(desk)

    text = Message.objects.get(outgoing=True).text
    assert text.startswith(hello)
    assert item.reference in text


@pytest.mark.parametrize("blocked", ["rui@acme.example", "@acme.example"])
def test_a_blocked_address_or_domain_is_kept_and_ignored(desk: Desk, blocked: str) -> None:
    """M-20, CG-59, INTERFACES 6."""
    BlockedAddress.objects.create(address=blocked, at=MONDAY)

    outcome = receive(mail())

    assert (outcome.outcome, outcome.reason) == ("ignored", "blocked")
    assert SeenMessage.objects.get().outcome == "ignored"
    assert not Message.objects.exists()


def test_our_own_mail_coming_back_is_kept_and_ignored(desk: Desk) -> None:
    """M-5, MAIL-94, INTERFACES 6."""
    own = receive(mail(sender="suppliers@desk.example"))
    loop = receive(mail("Round", X_Tramita_Loop="desk.example"))

    assert (own.outcome, own.reason) == ("ignored", "own address")
    assert (loop.outcome, loop.reason) == ("ignored", "loop")
    assert not Item.objects.exists()


def test_an_unproven_agent_starts_nothing_in_answer_to_a_closed_ticket(desk: Desk) -> None:
    """MAIL-51, M-10."""
    item = started(desk)
    reply = mailing.send(item, to=[desk.rui.email], text="No", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    outcome = receive(mail("Reopen it", sender=desk.ana.email or "", reply_to=reply.message_id), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.reason) == ("unhandled", "unverified sender")
    assert (Item.objects.count(), fresh(item).messages.filter(outgoing=False).count()) == (1, 1)
