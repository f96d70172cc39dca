"""Which item a mail joins, with everything real but the mail server (MAIL-70 to MAIL-82, M-1, M-3, M-11)."""

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import HOUR, asked, fresh, mail, receive, started
from tramita.domain.actors import Actor
from tramita.domain.codes import Listed, State, Visibility, WaitType
from tramita.domain.mail_tokens import plus_address
from tramita.domain.references import Reference
from tramita.models import CopiedContact, Definition, Entry, Item, Link, Mailbox, Message, Person, Route, Version
from tramita.queries.mailboxes import keys
from tramita.services import mailing, receiving, resolving

INVOICES, SUPPLIERS = "invoices@desk.example", "suppliers@desk.example"
OURS = "mx.desk.example"
STRANGER = "eve@evil.example"


def token(item: Item, address: str = INVOICES) -> str:
    return plus_address(address, Reference(item.kind, item.number, item.ordinal), keys=keys())


def mode(plus_addressing: str) -> None:
    Mailbox.objects.update(plus_addressing=plus_addressing)


def configured(**settings: object) -> None:
    """The desk's settings."""
    definition = Definition.objects.create(kind="settings", key="settings", title="settings")
    definition.current = Version.objects.create(definition=definition, number=1, body=settings, published_at=MONDAY)
    definition.save()


# M-1


@pytest.mark.parametrize(("plus_addressing", "outcome"), [("mixed", "woken"), ("only", "woken"), ("off", "created")])
def test_a_token_in_the_address_counts_unless_they_are_off(desk: Desk, plus_addressing: str, outcome: str) -> None:
    """M-1."""
    item = started(desk)
    asked(desk, item)
    mode(plus_addressing)

    assert receive(mail("PT50", to=token(item), sender=STRANGER), at=MONDAY + HOUR).outcome == outcome


@pytest.mark.parametrize(("plus_addressing", "outcome"), [("mixed", "woken"), ("only", "created"), ("off", "woken")])
@pytest.mark.parametrize("by", ["signed", "subject", "stored"])
def test_everything_else_counts_unless_only_they_do(desk: Desk, plus_addressing: str, outcome: str, by: str) -> None:
    """M-1, MAIL-70."""
    item = started(desk)
    question = asked(desk, item)
    first = item.messages.get(outgoing=False).message_id
    mode(plus_addressing)
    given = {
        "signed": {"reply_to": question.message_id},
        "stored": {"reply_to": first},
        "subject": {"subject": f"Re: [{item.reference}]"},
    }

    assert receive(mail("PT50", sender=desk.rui.email, **given[by]), at=MONDAY + HOUR).outcome == outcome


@pytest.mark.parametrize(("plus_addressing", "tagged"), [("mixed", True), ("only", True), ("off", False)])
def test_no_token_is_written_where_they_are_off(desk: Desk, plus_addressing: str, tagged: bool) -> None:
    """M-1."""
    mode(plus_addressing)

    sent = mailing.send(desk.ticket(), to=[desk.rui.email], text="Which one?", by=desk.ana, at=MONDAY)

    assert ("+" in sent.headers["reply_to"]) is tagged


def test_each_address_has_the_mode_of_its_own_mailbox(desk: Desk) -> None:
    """M-1: a token of one mailbox, in a mail that another one received."""
    item = started(desk)
    asked(desk, item)
    Mailbox.objects.create(address="other@desk.example", plus_addressing="off")
    raw = mail("PT50", to=f"{token(item)}, other@desk.example", sender=desk.rui.email)

    outcome = receiving.receive(raw, mailbox="other@desk.example", source="import", at=MONDAY + HOUR)
    reused = receive(mail("Me", to=token(item, "other@desk.example"), sender=STRANGER), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items) == ("woken", (item.reference,))
    assert (reused.outcome, reused.reason) == ("unhandled", "no route")


def test_a_token_of_one_item_opens_no_other(desk: Desk) -> None:
    """MAIL-71: neither cut out of one address and put into another, nor of another secret."""
    one, other = started(desk), desk.ticket()
    forged = token(one).replace(f"+{one.number}.", f"+{other.number}.")

    outcome = receive(mail("Me too", to=forged, sender=STRANGER), at=MONDAY + HOUR)

    assert (outcome.outcome, fresh(other).messages.count()) == ("created", 0)


# M-3


def test_who_was_only_in_copy_of_the_first_mail_joins_it(desk: Desk) -> None:
    """M-3."""
    receive(mail("First", cc="ola@acme.example"))
    item = Item.objects.get()
    first = item.messages.get(outgoing=False).message_id

    outcome = receive(mail("Me too", sender="ola@acme.example", reply_to=first), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items) == ("appended", (item.reference,))


def test_an_answer_to_another_address_of_ours_is_about_something_else(desk: Desk) -> None:
    """M-3: the address that linked the mail must still be among To and Cc."""
    item = started(desk)
    first = item.messages.get(outgoing=False).message_id

    outcome = receive(mail("Onboard", to=SUPPLIERS, sender=desk.rui.email, reply_to=first), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items[0][-2:]) == ("created", "-C")


@pytest.mark.parametrize(("to", "kind"), [(INVOICES, "T"), (SUPPLIERS, "C")])
def test_of_two_items_that_one_mail_started_the_address_tells_which(desk: Desk, to: str, kind: str) -> None:
    """M-3, MAIL-80."""
    receive(mail("To both", to=f"{INVOICES}, {SUPPLIERS}", sender=desk.rui.email))
    first = Message.objects.filter(outgoing=False).first()

    outcome = receive(mail("More", to=to, sender=desk.rui.email, reply_to=first.message_id), at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items[0][-1]) == ("appended", kind)


@pytest.mark.parametrize("reply_to", [True, False])
def test_a_stranger_joins_by_no_id_of_somebody_elses_mail(desk: Desk, reply_to: bool) -> None:
    """MAIL-73."""
    item = started(desk)
    first = item.messages.get(outgoing=False).message_id
    given = {"reply_to": first} if reply_to else {"References": f"<x@y.example> <{first}>"}

    assert receive(mail("Hello", sender=STRANGER, **given), at=MONDAY + HOUR).items != (item.reference,)
    assert fresh(item).messages.filter(sender_address=STRANGER).count() == 0


# M-23


@pytest.mark.parametrize(
    ("to", "cc", "delivered", "outcome", "items"),
    [
        (INVOICES, "", "", "created", "T"),
        ("x@else.example", SUPPLIERS, "", "created", "C"),
        (f"{INVOICES}, {SUPPLIERS}", "", "", "created", "TC"),
        (INVOICES, SUPPLIERS, "bcc@desk.example", "created", "TC"),
        (INVOICES, "", SUPPLIERS, "created", "T"),
        ("x@else.example", "", SUPPLIERS, "unhandled", ""),
        ("", "", INVOICES, "unhandled", ""),
        ("bcc@desk.example", "", "", "unhandled", ""),
        (INVOICES, "bcc@desk.example", "", "created", "T"),
        (f"{INVOICES}, {INVOICES}", INVOICES, "", "created", "T"),
        (f"All staff, <>, {INVOICES}", "", "", "created", "T"),
        ("All staff, undisclosed", "", "", "unhandled", ""),
    ],
)
def test_to_and_cc_say_which_items_start(
    desk: Desk, to: str, cc: str, delivered: str, outcome: str, items: str
) -> None:
    """M-23, M-4, M-5, M-6."""
    Mailbox.objects.create(address="bcc@desk.example")
    fields = {"Cc": cc, "Delivered_To": delivered}

    done = receive(mail("Hello", to=to, **{name: said for name, said in fields.items() if said}))

    assert (done.outcome, "".join(one[-1] for one in done.items)) == (outcome, items)


def test_what_is_no_address_is_marked_on_the_mail(desk: Desk) -> None:
    """M-6."""
    receive(mail("Hello", to=f"<all-staff>, {INVOICES}"))

    assert Message.objects.get(outgoing=False).headers["unusable"] == ["all-staff"]


# MAIL-51


def verified(desk: Desk, text: str, verdict: str = "pass", **given: str) -> bytes:
    """A mail that says it is from Ana; the mail server that we trust says whether it is."""
    Mailbox.objects.update(authserv_id=OURS)
    said = f"{OURS}; dmarc={verdict} header.from=desk.example"
    return mail(text, sender=desk.ana.email, Authentication_Results=said, **given)


def test_an_agents_proven_mail_is_theirs_and_wakes(desk: Desk) -> None:
    """MAIL-51."""
    item = started(desk)
    question = asked(desk, item)

    outcome = receive(verified(desk, "They called", reply_to=question.message_id), at=MONDAY + HOUR)

    told = Entry.objects.get(item=item, type="mail_received", actor=desk.ana.id)
    assert (outcome.outcome, told.visibility, "unverified" in told.data) == ("woken", "participants", False)


def test_an_agents_proven_mail_counts_by_number_on_what_they_may_write_on(desk: Desk) -> None:
    """MAIL-51, MAIL-73, SEC-2."""
    item = started(desk)
    raw = verified(desk, "By number", subject=f"[{item.reference}]")
    eve = Person.objects.get(pk=desk.eve.id)

    assert receive(raw, at=MONDAY + HOUR).items == (item.reference,)
    assert receive(raw.replace(desk.ana.email.encode(), eve.email.encode()), at=MONDAY + HOUR).outcome == "created"


@pytest.mark.parametrize("verdict", ["fail", "none", "pass (x)"])
@pytest.mark.parametrize("trusted", [True, False])
def test_without_proof_an_agents_mail_is_an_outsiders(desk: Desk, verdict: str, trusted: bool) -> None:
    """MAIL-51: appended for us alone, and wakes nothing."""
    item = started(desk)
    question = asked(desk, item)
    raw = verified(desk, "Close it", verdict, reply_to=question.message_id)
    if not trusted or "x" in verdict:
        Mailbox.objects.update(authserv_id="elsewhere.example")

    outcome = receive(raw, at=MONDAY + HOUR)

    told = Entry.objects.filter(item=item, type="mail_received").latest("seq")
    assert (outcome.outcome, fresh(item).state) == ("appended", State.WAITING)
    assert (told.visibility, told.data["unverified"], told.actor) == ("internal", True, None)


# MAIL-59, MAIL-61, MAIL-73 to MAIL-75


def internal_mail(item: Item, to: str) -> Message:
    """A mail to somebody inside, which who asked must not read."""
    sent = Message.objects.create(
        item=item, outgoing=True, message_id=f"inside{item.seq}@desk.example", to=[["", to]], at=MONDAY
    )
    factories.entry(item, "mail_sent", visibility=Visibility.INTERNAL, data={"message": sent.pk})
    return sent


def visibility_of_newest(item: Item) -> str:
    return Entry.objects.filter(item=item, type="mail_received").latest("seq").visibility


def test_an_answer_to_an_internal_mail_is_internal(desk: Desk) -> None:
    """MAIL-59."""
    item = started(desk)
    inside = internal_mail(fresh(item), "legal@partner.example")

    receive(mail("We refuse", sender="legal@partner.example", reply_to=inside.message_id), at=MONDAY + HOUR)
    assert visibility_of_newest(item) == "internal"

    receive(mail("Well?", sender=desk.rui.email, subject=f"[{item.reference}]"), at=MONDAY + HOUR)
    assert visibility_of_newest(item) == "participants"


def test_whose_last_mail_from_us_was_internal_answers_internally(desk: Desk) -> None:
    """MAIL-59: also under a subject and an id of their own."""
    item = started(desk)
    internal_mail(fresh(item), "legal@partner.example")
    raw = mail("We refuse", to=token(item), sender="legal@partner.example")

    receive(raw, at=MONDAY + HOUR)
    assert visibility_of_newest(item) == "internal"

    mailing.send(fresh(item), to=["legal@partner.example"], text="In public", by=desk.ana, at=MONDAY)
    receive(mail("As you wish", to=token(item), sender="legal@partner.example"), at=MONDAY + 2 * HOUR)
    assert visibility_of_newest(item) == "participants"


def test_an_answer_never_changes_who_asked(desk: Desk) -> None:
    """MAIL-61, MAIL-74."""
    item = started(desk)
    before = [fresh(item).requester, item.primary_contact, item.original_requester]

    outcome = receive(mail("I take over", to=token(item), sender=STRANGER, Reply_To="x@evil.example"), at=MONDAY + HOUR)

    held = fresh(item)
    assert outcome.items == (item.reference,)
    assert [held.requester, held.primary_contact, held.original_requester] == before
    assert not CopiedContact.objects.filter(item=item).exists()
    told = Entry.objects.filter(item=item, type="mail_received").latest("seq")
    assert told.data["new_participant"] is True


@pytest.mark.parametrize("take_part", [True, False])
def test_colleagues_of_who_asked_take_part_if_so_set(desk: Desk, take_part: bool) -> None:
    """MAIL-73."""
    configured(colleagues_take_part=take_part)
    acme, other = factories.organisation("acme"), factories.organisation("other")
    Person.objects.filter(pk=desk.rui.pk).update(organisation=acme)
    colleague = factories.requester("Ola Berg", organisation=acme)
    stranger = factories.requester("Eva Else", organisation=other)
    item = started(desk)
    subject = f"[{item.reference}]"

    joined = receive(mail("Me too", sender=colleague.email, subject=subject), at=MONDAY + HOUR)
    refused = receive(mail("And me", sender=stranger.email, subject=subject), at=MONDAY + HOUR)

    assert (joined.items == (item.reference,)) is take_part
    assert refused.items != (item.reference,)


def test_a_forward_to_another_route_starts_a_new_item_there(desk: Desk) -> None:
    """MAIL-75."""
    item = started(desk)
    question = asked(desk, item)
    words = f"See below.\r\n\r\n---------- Forwarded message ----------\r\nSubject: [{item.reference}]"
    raw = mail(
        words, to=SUPPLIERS, sender=desk.rui.email, subject="Fwd: bank account", References=f"<{question.message_id}>"
    )

    outcome = receive(raw, at=MONDAY + HOUR)

    assert (outcome.outcome, outcome.items[0][-2:]) == ("created", "-C")
    assert fresh(item).state is State.WAITING


# MAIL-77: merged and split


def merged(item: Item, into: Item, by: Actor) -> None:
    resolving.resolve(fresh(item), method="rejected_spam", by=by, at=MONDAY)
    Link.objects.create(source=item, target=into, type="merged_into", at=MONDAY)


@pytest.mark.parametrize("follow", [True, False])
def test_mail_for_a_merged_item_goes_to_the_surviving_one_unless_that_is_off(desk: Desk, follow: bool) -> None:
    """CG-25, Z-4, M-12: through a chain of two."""
    configured(follow_merged=follow)
    first, second, living = started(desk), desk.ticket(), desk.ticket()
    question = mailing.send(first, to=[desk.rui.email], text="Which?", by=desk.ana, at=MONDAY)
    merged(first, second, desk.ana)
    merged(second, living, desk.ana)

    outcome = receive(mail("This", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    assert (outcome.outcome == "appended", outcome.items == (living.reference,)) == (follow, follow)
    if not follow:
        new = Item.objects.exclude(pk__in=[first.pk, second.pk, living.pk]).get()
        assert Link.objects.filter(source=new, target=first, type="follows_closed").exists()


def test_if_the_surviving_item_is_closed_too_a_new_one_follows_it(desk: Desk) -> None:
    """Z-4."""
    first, last = started(desk), desk.ticket()
    question = mailing.send(first, to=[desk.rui.email], text="Which?", by=desk.ana, at=MONDAY)
    merged(first, last, desk.ana)
    resolving.resolve(last, method="rejected_spam", by=desk.ana, at=MONDAY)

    outcome = receive(mail("This", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    new = Item.objects.exclude(pk__in=[first.pk, last.pk]).get()
    assert outcome.items == (new.reference,)
    assert [one.target for one in Link.objects.filter(source=new, type="follows_closed")] == [last]


@pytest.fixture
def parent(desk: Desk) -> Item:
    """A Ticket of Rui's that was split into three: one waits for him, one is picked up, one is Closed."""
    item = started(desk)
    mailing.send(item, to=[desk.rui.email], text="We split this.", by=desk.ana, at=MONDAY)
    for child in (asking(desk), desk.ticket(), desk.ticket()):
        Link.objects.create(source=child, target=item, type="split_from", at=MONDAY)
    resolving.resolve(child, method="rejected_spam", by=desk.ana, at=MONDAY)
    held = fresh(item)
    factories.entry(held, "waited", wait_type=WaitType.SPLIT, state=State.WAITING, listed=Listed.OWNED)
    return held


def asking(desk: Desk) -> Item:
    child = desk.ticket()
    asked(desk, child)
    return child


def children(parent: Item) -> list[Item]:
    return list(Item.objects.filter(links_out__target=parent, links_out__type="split_from").order_by("id"))


def test_a_mail_to_a_split_ticket_is_copied_to_its_children(desk: Desk, parent: Item) -> None:
    """M-11, MAIL-77, M-10."""
    question = parent.messages.get(outgoing=True, automatic=False)

    outcome = receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    waits, runs, closed = children(parent)
    assert (outcome.outcome, outcome.items, fresh(parent).state) == ("appended", (parent.reference,), State.WAITING)
    assert [child.messages.filter(outgoing=False).count() for child in (waits, runs, closed)] == [1, 1, 0]
    assert (fresh(waits).state, fresh(runs).new_information) == (State.TO_DO, True)
    told = Entry.objects.get(item=runs, type="mail_received")
    assert (told.data["matched_by"], told.data["copied"]) == ("split", parent.reference)


def test_an_answer_to_what_was_copied_is_for_the_parent(desk: Desk, parent: Item) -> None:
    """M-11, MAIL-80: the copies hold the same id."""
    question = parent.messages.get(outgoing=True, automatic=False)
    receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)
    copied = Message.objects.filter(item=parent, outgoing=False).latest("id")

    outcome = receive(mail("PT51", sender=desk.rui.email, reply_to=copied.message_id), at=MONDAY + 2 * HOUR)

    assert outcome.items == (parent.reference,)


def test_a_mail_to_a_child_stays_with_it_and_to_a_closed_one_starts_anew(desk: Desk, parent: Item) -> None:
    """M-11."""
    waits, _, closed = children(parent)
    question = waits.messages.get(outgoing=True)

    stays = receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)
    anew = receive(mail("Hm", sender=desk.rui.email, subject=f"[{closed.reference}]"), at=MONDAY + HOUR)

    assert (stays.outcome, stays.items, anew.outcome) == ("woken", (waits.reference,), "created")
    assert Message.objects.filter(item=parent, outgoing=False).count() == 1
    assert Link.objects.filter(target=closed, type="follows_closed").exists()


# MAIL-79, MAIL-80


def with_id(raw: bytes, message_id: str) -> bytes:
    lines = [line for line in raw.split(b"\r\n") if not line.startswith(b"Message-ID")]
    return b"\r\n".join([f"Message-ID: <{message_id}>".encode(), *lines])


def conversation(desk: Desk) -> tuple[bytes, bytes]:
    """Rui writes, Ola who is in copy answers."""
    first = with_id(mail("First", sender=desk.rui.email, cc="ola@acme.example"), "first@acme.example")
    answer = mail("Me too", sender="ola@acme.example", cc=desk.rui.email, reply_to="first@acme.example")
    return first, with_id(answer, "second@acme.example")


@pytest.mark.parametrize("order", [1, -1])
def test_a_mail_and_its_answer_make_one_item_in_either_order(desk: Desk, order: int) -> None:
    """MAIL-79, MAIL-80."""
    outcomes = [receive(raw, at=MONDAY + HOUR) for raw in conversation(desk)[::order]]

    item = fresh(Item.objects.get())
    assert [one.outcome for one in outcomes] == ["created", "appended"]
    assert {one.items for one in outcomes} == {(item.reference,)}
    assert item.messages.filter(outgoing=False).count() == 2


def test_a_late_mail_of_a_stranger_joins_nothing(desk: Desk) -> None:
    """MAIL-79, MAIL-73: who makes up an id that an answer names does not take part for that."""
    receive(conversation(desk)[1])

    outcome = receive(with_id(mail("Hello", sender=STRANGER), "first@acme.example"), at=MONDAY + HOUR)

    assert (outcome.outcome, Item.objects.count()) == ("created", 2)


def test_a_late_mail_starts_what_its_answer_did_not(desk: Desk) -> None:
    """MAIL-79, MAIL-80: it named two routes, the answer one."""
    first, answer = conversation(desk)
    first = first.replace(b"To: invoices@desk.example", b"To: invoices@desk.example, suppliers@desk.example")

    receive(answer)
    outcome = receive(first, at=MONDAY + HOUR)

    assert sorted(one.reference[-1] for one in Item.objects.all()) == ["C", "T"]
    assert (outcome.outcome, len(outcome.items)) == ("created", 2)


def test_a_late_mail_wakes_what_waits_and_follows_what_is_closed(desk: Desk) -> None:
    """MAIL-79, M-8, M-10."""
    first, answer = conversation(desk)
    receive(answer)
    item = Item.objects.get()
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    outcome = receive(first, at=MONDAY + HOUR)

    new = Item.objects.exclude(pk=item.pk).get()
    assert (outcome.items, fresh(item).messages.filter(outgoing=False).count()) == ((new.reference,), 1)
    assert Link.objects.filter(source=new, target=item, type="follows_closed").exists()


def other_mailbox(desk: Desk) -> None:
    box = Mailbox.objects.create(address="other@desk.example")
    Route.objects.create(mailbox=box, address="other@desk.example", process=desk.definitions["plain"])


@pytest.mark.parametrize("boxes", [(INVOICES, "other@desk.example"), ("other@desk.example", INVOICES)])
def test_an_answer_that_two_mailboxes_received_is_appended_once(desk: Desk, boxes: tuple[str, str]) -> None:
    """MAIL-80, MAIL-81."""
    other_mailbox(desk)
    item = started(desk)
    question = asked(desk, item)
    given = {"sender": desk.rui.email, "cc": "other@desk.example", "reply_to": question.message_id}
    raw = with_id(mail("PT50", **given), "answer@acme.example")

    outcomes = [receiving.receive(raw, mailbox=box, source="import", at=MONDAY + HOUR) for box in boxes]
    other_words = receive(with_id(mail("PT51", **given), "answer@acme.example"), at=MONDAY + HOUR)

    assert [one.outcome for one in outcomes] == ["woken", "duplicate"]
    assert other_words.outcome == "appended"
    assert fresh(item).messages.filter(message_id="answer@acme.example").count() == 2


def test_the_id_of_one_mail_resolves_inside_the_mailbox_that_an_answer_came_to(desk: Desk) -> None:
    """MAIL-80."""
    other_mailbox(desk)
    raw = with_id(mail("To both", to=f"{INVOICES}, other@desk.example", sender=desk.rui.email), "both@acme.example")
    for box in (INVOICES, "other@desk.example"):
        receiving.receive(raw, mailbox=box, source="import", at=MONDAY)
    answer = mail("More", to=f"{INVOICES}, other@desk.example", sender=desk.rui.email, reply_to="both@acme.example")

    answered = {
        box: receiving.receive(answer, mailbox=box, source="import", at=MONDAY + HOUR).items
        for box in (INVOICES, "other@desk.example")
    }

    by_process = {item.process.key.rpartition("/")[2]: (item.reference,) for item in Item.objects.all()}
    assert answered == {INVOICES: by_process["invoice-query"], "other@desk.example": by_process["plain"]}


def test_a_copy_of_a_mail_longer_than_what_is_kept_of_it_starts_nothing_more(desk: Desk) -> None:
    """MAIL-80, Z-14: one item for each route, whatever the length."""
    other_mailbox(desk)
    long = mail("word " * 220_000, to=f"{INVOICES}, other@desk.example", sender=desk.rui.email)
    raw = with_id(long, "long@acme.example")

    outcomes = [
        receiving.receive(raw, mailbox=box, source="import", at=MONDAY).outcome
        for box in (INVOICES, "other@desk.example")
    ]

    assert (outcomes, Item.objects.count()) == (["created", "duplicate"], 2)


def test_why_a_mail_lies_there_is_told(desk: Desk) -> None:
    """MAIL-82."""
    item = started(desk)
    question = asked(desk, item)

    receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)

    told = Entry.objects.filter(item=item, type="mail_received").latest("seq")
    assert (told.data["matched_by"], told.data["confidence"]) == ("signed_id", "proof")
    assert told.words["evidence"] == question.message_id


@pytest.mark.parametrize("wakes", [True, False])
def test_an_absence_note_wakes_unless_its_mailbox_says_no(desk: Desk, wakes: bool) -> None:
    """M-13, MAIL-99."""
    Mailbox.objects.update(automatic_answers_wake=wakes)
    item = started(desk)
    question = asked(desk, item)
    note = mail("Away", sender=desk.rui.email, reply_to=question.message_id, Auto_Submitted="auto-replied")

    outcome = receive(note, at=MONDAY + HOUR)

    assert (outcome.outcome, fresh(item).state is State.TO_DO) == ("woken" if wakes else "appended", wakes)
    assert Entry.objects.filter(item=item, type="mail_received").latest("seq").data["automatic"] is True


def test_an_absence_note_without_a_thread_answers_the_last_mail_it_got(desk: Desk) -> None:
    """M-13: by the address it came to; that was an automatic one."""
    item = started(desk)
    note = mail("Away", to=token(item), sender=desk.rui.email, Auto_Submitted="auto-replied")

    assert receive(note, at=MONDAY + HOUR).outcome == "ignored"

    asked(desk, item, at=MONDAY + HOUR)
    again = mail("Still away", to=token(item), sender=desk.rui.email, Auto_Submitted="auto-replied")
    assert receive(again, at=MONDAY + 2 * HOUR).outcome == "woken"


def test_contacts_are_made_from_who_wrote_and_not_from_who_is_in_copy(desk: Desk) -> None:
    """MAIL-56."""
    before = Person.objects.count()

    receive(mail("Hello", sender="Ola@Bücher.example", cc=", ".join(f"p{n}@acme.example" for n in range(200))))

    assert Person.objects.count() == before + 1
    assert Person.objects.latest("id").email == "ola@xn--bcher-kva.example"
