"""The edges of the main job: who may hold what, who is told first, and what goes on where."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.actors import Actor
from tramita.domain.codes import Listed, State
from tramita.domain.errors import GuardFailed, Invalid, NotPermitted
from tramita.models import CopiedContact, Entry, Item, Link, Person, Presence, Version
from tramita.queries import facts
from tramita.queries.people import actor_for
from tramita.services import editing, launching, ledger, mailing, notes, resolving, starting, waiting, working

HOUR = timedelta(hours=1)


def fresh(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    return held


@pytest.fixture
def kept_in(desk: Desk) -> Actor:
    """Iva, who works only in a queue that no item of this desk is in."""
    iva = factories.person("Iva Novak", own_queues_only=True, queues=[factories.queue("other")])
    return actor_for(iva)


def test_who_is_held_to_their_queues_takes_nothing_from_another(desk: Desk, kept_in: Actor) -> None:
    """Q-14, T-25, S-4."""
    item = desk.ticket()

    assert "start" not in facts.allowed(item, kept_in, MONDAY)
    with pytest.raises(NotPermitted):
        working.start(item, by=kept_in, at=MONDAY)
    with pytest.raises(NotPermitted):
        notes.add_note(fresh(item), body="Mine now.", by=kept_in, at=MONDAY)
    assert fresh(item).state is State.TO_DO


def test_who_left_the_team_keeps_nothing_that_waits_or_is_done(desk: Desk, kept_in: Actor) -> None:
    """L-10, Q-6: a wait and a resolution ask anew who has it, who answers for it and where it waits."""
    for end in (
        lambda item: waiting.wait(item, type="more_information", by=kept_in, at=MONDAY),
        lambda item: resolving.resolve(item, method="replied", by=kept_in, at=MONDAY),
    ):
        item = desk.ticket()
        working.start(item, by=replace(kept_in, own_queues_only=False), at=MONDAY)
        held = fresh(item)
        end(held)
        held = fresh(held)
        assert (held.assignee_id, held.owner_id, held.listed) == (None, None, Listed.OWNED)


def test_what_the_state_forbids_is_told_before_a_missing_right(desk: Desk) -> None:
    """INTERFACES 5: 409 is about the item, 403 about the person; who only asks for things hears 403."""
    item = desk.ticket()

    with pytest.raises(GuardFailed):
        working.release(item, by=desk.ana, at=MONDAY)
    with pytest.raises(NotPermitted):
        working.release(item, by=actor_for(desk.rui), at=MONDAY)


def test_a_ticket_resolved_at_first_contact_has_its_queue(desk: Desk) -> None:
    """T-24, Q-1: a queue is set also for what somebody holds, so that leaders see it."""
    item = desk.ticket(draft=True)

    resolving.resolve(item, method="replied", by=desk.ana, at=MONDAY)

    held = fresh(item)
    assert (held.state, held.queue_id, held.assignee_id) == (State.RESOLVED, desk.invoices.pk, desk.ana.id)


def test_only_a_pause_settles_the_problem_of_a_case_that_waits(desk: Desk) -> None:
    """C-22(2), C-25."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    resolving.resolve(action, method="unable_to_complete", reason="No such bank", by=desk.ana, at=MONDAY)

    waiting.wait(fresh(case), type="more_information", by=desk.ana, at=MONDAY)
    assert fresh(case).problem_reason == "No such bank"

    waiting.wait(fresh(case), type="pause", by=desk.ana, at=MONDAY)
    assert fresh(case).problem is None


def test_a_new_requester_brings_their_organisation(desk: Desk) -> None:
    """TO-1: managers see the requests of their organisation."""
    acme, iberia = factories.organisation("acme"), factories.organisation("iberia")
    Person.objects.filter(pk=desk.rui.pk).update(organisation=acme)
    Person.objects.filter(pk=desk.marta.pk).update(organisation=iberia)
    item = desk.ticket()

    editing.edit(item, changes={"contacts": {"requester": desk.marta.email}}, by=desk.ana, at=MONDAY)

    assert fresh(item).organisation_id == iberia.pk


def test_a_draft_without_contacts_gets_its_organisation_with_them(desk: Desk) -> None:
    """T-2, CT-3."""
    acme = factories.organisation("acme")
    Person.objects.filter(pk=desk.rui.pk).update(organisation=acme)
    draft = starting.start_ticket(draft=True, by=desk.ana, at=MONDAY)

    editing.edit(draft, changes={"contacts": {"primary": desk.rui.email}}, by=desk.ana, at=MONDAY)

    assert fresh(draft).organisation_id == acme.pk


def test_a_due_date_that_moves_by_itself_is_told_as_the_systems_doing(desk: Desk) -> None:
    """SLA-15, T-11, SEC-3."""
    item = desk.ticket()
    before = item.due_at

    editing.edit(item, changes={"category": "acme/main/finance/plain"}, by=desk.ana, at=MONDAY)

    told = Entry.objects.get(item=item, type="due_changed")
    assert told.actor_id is None
    assert told.data["from"] == before.isoformat()
    assert told.data["to"] == fresh(item).due_at.isoformat()
    assert told.data["by_hand"] is False


def test_the_entry_of_an_allocation_says_why(desk: Desk) -> None:
    """Z-9."""
    item = desk.ticket(category="acme/main/finance/pushed")

    assert Entry.objects.get(item=item, type="allocated").data["why"] == "rule_user"


def closed(desk: Desk, item: Item) -> Item:
    """The item, asked about by mail and then Closed; `Message-ID` is that of the question."""
    mailing.send(item, to=[desk.rui.email], text="Which bank account?", by=desk.ana, at=MONDAY)
    method = "rejected_spam" if item.kind == "ticket" else "complete"
    if item.kind == "action":
        editing.edit(fresh(item), changes={"checklist": {"IBAN checked": True}}, by=desk.ana, at=MONDAY)
    resolving.resolve(fresh(item), method=method, by=desk.ana, at=MONDAY)
    return fresh(item)


def after(item: Item, sender: str) -> Item:
    """What a late answer to its last mail starts."""
    question = item.messages.get(outgoing=True).message_id
    outcome = receive(mail("Too late?", sender=sender, reply_to=question), at=MONDAY + HOUR)
    assert outcome.outcome == "created"
    number, kind = outcome.items[0].split("-")
    return Item.objects.get(number=int(number), ordinal=0, kind={"T": 2, "C": 1}[kind])


def test_what_follows_a_closed_ticket_keeps_its_contacts_and_category(desk: Desk) -> None:
    """Z-5, M-10, CT-4."""
    ticket = desk.ticket(category="acme/main/finance/plain", cc=[desk.marta.email])
    new = after(closed(desk, ticket), desk.marta.email)

    assert new.process.key == "acme/main/finance/plain"
    assert (new.requester_id, new.primary_contact_id) == (desk.rui.pk, desk.rui.pk)
    assert new.original_requester_id == desk.marta.pk
    assert list(CopiedContact.objects.filter(item=new).values_list("person_id", flat=True)) == [desk.marta.pk]
    assert Link.objects.filter(source=new, target=ticket, type="follows_closed").exists()


def test_what_follows_a_closed_action_is_linked_to_its_case(desk: Desk) -> None:
    """CG-17, A-47."""
    case = desk.case()
    action = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    new = after(closed(desk, action), desk.rui.email)

    assert Link.objects.filter(source=new, target=case).exists()
    assert Entry.objects.filter(item=case, type="linked").exists()


def test_a_copy_of_what_followed_a_closed_ticket_starts_no_second_one(desk: Desk) -> None:
    """MAIL-80, Z-5: the one it started is not under the route's own category."""
    ticket = closed(desk, desk.ticket(category="acme/main/finance/plain"))
    question = ticket.messages.get(outgoing=True).message_id
    late = mail("Too late?", sender=desk.rui.email, reply_to=question)

    first, copy = receive(late), receive(b"X-Copy: 1\r\n" + late)

    assert (first.outcome, copy.outcome, copy.items) == ("created", "duplicate", first.items)


def test_an_acknowledgement_names_only_the_new_item(desk: Desk) -> None:
    """MAIL-76: an answer to it would otherwise name two."""
    ticket = closed(desk, desk.ticket())
    question = ticket.messages.get(outgoing=True).message_id

    receive(mail(subject=f"Re: [{ticket.reference}] Invoice", sender=desk.rui.email, reply_to=question))

    new = Item.objects.get(links_out__target=ticket)
    assert new.messages.get(outgoing=True).subject == f"Re: [{new.reference}] Invoice"


def test_a_mail_written_as_html_alone_is_text_too(desk: Desk) -> None:
    """MAIL-120, T-5: a Draft takes its words."""
    draft = starting.start_ticket(draft=True, by=desk.ana, at=MONDAY)

    sent = mailing.send(
        draft, to=[desk.rui.email], subject="Hi", html="<p>Which <b>one</b>?</p>", by=desk.ana, at=MONDAY
    )

    assert sent.text.strip() == "Which one?"
    assert fresh(draft).description.strip() == "Which one?"


def test_a_change_of_nothing_starts_nothing(desk: Desk) -> None:
    """S-14, Z-1."""
    item = desk.ticket()

    editing.edit(item, changes={}, by=desk.ana, at=MONDAY)

    assert (fresh(item).state, fresh(item).assignee_id) == (State.TO_DO, None)


def test_a_robot_is_given_only_the_kinds_it_was_made_for(desk: Desk) -> None:
    """B-3, CG-28, Q-12: this one takes Tickets and Actions, another takes Cases as well."""
    working.assign(desk.ticket(), to=desk.robot.id, by=desk.leo, at=MONDAY)

    with pytest.raises(Invalid) as refusal:
        working.assign(desk.case(), to=desk.robot.id, by=desk.leo, at=MONDAY)

    assert refusal.value.errors[0].field == "to"
    Person.objects.filter(pk=desk.robot.id).update(robot={"kinds": ["ticket", "case", "action"]})
    case = desk.case()
    working.assign(case, to=desk.robot.id, by=desk.leo, at=MONDAY)
    assert fresh(case).assignee_id == desk.robot.id


def test_who_is_away_from_the_desk_is_given_work_all_the_same(desk: Desk) -> None:
    """Q-8: a rule that names somebody does so whether or not a page of theirs is open."""
    nobody_here = desk.ticket(category="acme/main/finance/pushed")
    Presence.objects.create(item=nobody_here, person_id=desk.leo.id, until=MONDAY + timedelta(days=1))

    leo_here = desk.ticket(category="acme/main/finance/pushed")

    assert [fresh(item).assignee_id for item in (nobody_here, leo_here)] == [desk.ana.id] * 2


def test_the_due_date_of_an_action_is_overridden_if_its_rule_allows_it(desk: Desk) -> None:
    """A-11, SLA-2: "two_days" does, "plain" does not."""
    later, version = MONDAY + timedelta(days=9), Version.objects.get(definition=desk.definitions["onboarding"])
    version.body["actions"]["create-supplier-by-hand"]["due"] = "two_days"
    version.save()
    case = desk.case()
    strict = launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]
    loose = launching.launch(case, action="create-supplier-by-hand", by=desk.ana, at=MONDAY)[0]
    working.assign(strict, to=desk.ana.id, by=desk.leo, at=MONDAY)
    working.assign(loose, to=desk.ana.id, by=desk.leo, at=MONDAY)

    with pytest.raises(Invalid) as refusal:
        editing.edit(fresh(strict), changes={"due": {"at": later}}, by=desk.ana, at=MONDAY)
    editing.edit(fresh(loose), changes={"due": {"at": later}}, by=desk.ana, at=MONDAY)

    assert refusal.value.errors[0].field == "due"
    assert fresh(loose).due_at == later
