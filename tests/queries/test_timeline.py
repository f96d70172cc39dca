"""What happened to an item, as each may read it."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Reason, State, Visibility
from tramita.models import Attachment
from tramita.queries import people
from tramita.queries.timeline import comms, conversation, counts, timeline

pytestmark = pytest.mark.django_db

NOW = make.NOW


def types(entries):
    return [entry.type for entry in entries]


def test_entries_come_oldest_first_with_who_and_why(django_assert_num_queries):
    """INTERFACES section 5, S-13."""
    ana = make.agent()
    ticket = make.ticket()
    started = {"from": "to_do", "to": "in_progress"}
    make.entry(ticket, "started", by=ana, reason=Reason.BY_RESOURCE, data=started, state=State.IN_PROGRESS)

    with django_assert_num_queries(1):
        created, told = [entry.as_json() for entry in timeline(ticket, ana)]

    assert (created["type"], created["actor"], created["data"]["reason"]) == ("created", None, 0)
    assert list(told) == ["seq", "at", "actor", "type", "data", "visibility", "item"]
    assert told["actor"] == {"id": ana.id, "name": "Ana Lima", "kind": "human"}
    assert told["data"] == {**started, "reason": 1}
    assert (told["seq"], told["at"], told["visibility"], told["item"]) == (2, NOW, "internal", ticket.reference)


def test_words_are_told_beside_facts_and_the_ledgers_own_keys_are_not():
    """DESIGN decision 4; a reason in words does not hide the number of API-3."""
    ticket = make.ticket()
    make.entry(ticket, "rejected", reason=Reason.ROBOT_REJECTED, words={"reason": "Unreadable"}, robot_rejected=True)
    make.entry(ticket, "title_changed", title="Invoice 992 twice")

    rejected, renamed = timeline(ticket, make.agent())[1:]

    assert rejected.data == {"reason": 103, "reason_text": "Unreadable"}
    assert renamed.data == {"title": "Invoice 992 twice"}


def test_an_erased_entry_says_that_it_was():
    """Z-10."""
    ticket = make.ticket()
    make.entry(ticket, "note_added", words={"body": "Call Rui."})
    ticket.entries.filter(type="note_added").update(words={"erased": True})

    assert timeline(ticket, make.agent())[-1].data == {"erased": True}


def test_mails_and_notes_are_shared_inside_a_related_group():
    """G-11: and nothing else."""
    case = make.case()
    first, second, stranger = make.action(case), make.action(case), make.case()
    make.entry(first, "note_added", words={"body": "Called."})
    make.entry(first, "started", state=State.IN_PROGRESS)
    make.mail(case)
    make.entry(stranger, "note_added", words={"body": "Elsewhere."})

    told = timeline(second, make.agent())

    assert [(entry.type, entry.item) for entry in told] == [
        ("created", second.reference),
        ("note_added", first.reference),
        ("mail_received", case.reference),
    ]
    assert types(timeline(case, make.agent())) == ["created", "note_added", "mail_received"]


def test_a_filter_by_type_takes_the_shared_ones_too(django_assert_num_queries):
    """TL-2, T-10."""
    case = make.case()
    action = make.action(case)
    make.entry(action, "note_added", words={"body": "Called."})
    make.entry(case, "category_changed", data={"category": "acme/main/finance/other"})

    assert types(timeline(case, make.agent(), ["category_changed"])) == ["category_changed"]
    assert types(timeline(case, make.agent(), ["note_added", "created"])) == ["created", "note_added"]
    assert timeline(case, make.agent(), []) == []


def test_types_are_counted_with_what_is_shared(django_assert_num_queries):
    """TL-2: shown of total."""
    ana, case = make.agent(), make.case()
    make.entry(make.action(case), "note_added", words={"body": "Called."})
    make.entry(case, "note_added", words={"body": "Called back."})

    with django_assert_num_queries(1):
        assert counts(case, ana).types == {"created": 1, "note_added": 2}


def test_whoever_asked_reads_what_is_meant_for_participants_on_what_they_may_see():
    """DESIGN decision 11, G-11: not what an Action asks of others."""
    rui = make.requester()
    case = make.case(requester=rui)
    make.mail(case)
    make.entry(case, "note_added", words={"body": "Not for Rui."})
    make.mail(make.action(case), outgoing=True, to=[["Bank", "bank@bank.example"]])
    mine = people.actor_for(rui)

    assert [(one.type, one.item) for one in timeline(case, mine)] == [("mail_received", case.reference)]
    assert counts(case, mine).types == {"mail_received": 1}
    assert counts(case, make.agent()).types == {"created": 1, "mail_received": 1, "mail_sent": 1, "note_added": 1}


def test_a_timeline_is_read_a_page_at_a_time():
    """INTERFACES section 5: cursors."""
    ticket, ana = make.ticket(), make.agent()
    for number in range(4):
        make.entry(ticket, "note_added", at=NOW + timedelta(minutes=number), words={"body": str(number)})

    first = timeline(ticket, ana, limit=2)
    rest = timeline(ticket, ana, after=first[-1].id)

    assert [entry.seq for entry in (*first, *rest)] == [1, 2, 3, 4, 5]


def test_what_was_said_comes_newest_first_with_bodies_and_files(django_assert_num_queries):
    """TL-1, TL-4."""
    ana, ticket = make.agent(), make.ticket()
    for _ in range(3):
        mail = make.mail(ticket)
        make.attachment(ticket, mail)
    make.entry(ticket, "note_added", by=ana, words={"body": "Called."}, data={"resolution": True})

    with django_assert_num_queries(3):
        note, newest, *older = comms(ticket, ana)

    assert (note.message, note.entry.data) == (None, {"body": "Called.", "resolution": True})
    assert newest.message == mail
    assert [file.filename for file in newest.attachments] == ["invoice.pdf"]
    assert len(older) == 2
    assert newest.entry.visibility is Visibility.PARTICIPANTS


def test_outside_the_house_no_conversation_tells_of_an_internal_file():
    """F-1, MAIL-60: neither what was put on the item, nor what nobody said is for them; colleagues see all."""
    rui = make.requester()
    ticket = make.ticket(requester=rui)
    plain = {"item": ticket, "content_type": "text/plain", "size": 1, "at": make.NOW}
    for name, internal in (("inside.txt", True), ("unsaid.txt", None), ("shared.txt", False)):
        Attachment.objects.create(filename=name, sha256=name.ljust(64, "0"), internal=internal, **plain)

    seen = {
        who: {one.filename for one in conversation(ticket, actor)[1]}
        for who, actor in (("rui", people.actor_for(rui)), ("ana", make.agent()))
    }

    assert seen == {"rui": {"shared.txt"}, "ana": {"inside.txt", "unsaid.txt", "shared.txt"}}
