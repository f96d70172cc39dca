"""Notes, replies, and the reply that is held."""

from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.models import Item, Message
from tramita.services import notes, working
from tramita.services.ledger import Change


def started(desk: Desk) -> Item:
    """A Ticket in Ana's hands."""
    item = desk.ticket()
    working.start(item, by=desk.ana, at=timezone.now())
    return fresh(item)


def reply(item: Item, **form: object) -> dict[str, object]:
    """What the composer sends."""
    return {
        "version": item.version,
        "based_on": item.seq,
        "to": item.requester.email if item.requester else "",
        "text": "The second payment goes back on Friday.",
        **form,
    }


def test_a_note_stays_inside_and_looks_like_one(desk: Desk, ana: Client) -> None:
    """TL-1."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/note", {"body": "Marta has to approve."})

    page = ana.get(f"/items/{item.reference}")
    assert 'data-kind="note"' in text_of(page)
    assert "Marta has to approve." in words_of(page)
    assert not Message.objects.exists()


def test_a_note_on_a_free_item_starts_the_work(desk: Desk, ana: Client) -> None:
    """Z-1, S-14."""
    item = desk.ticket()

    ana.post(f"/items/{item.reference}/note", {"body": "I look at it."})

    assert (fresh(item).state, fresh(item).assignee_id) == (State.IN_PROGRESS, desk.ana.id)


def test_an_empty_note_is_refused_and_the_composer_stays_a_note(desk: Desk, ana: Client) -> None:
    """422: nothing is written."""
    item = started(desk)

    response = ana.post(f"/items/{item.reference}/note", {"body": " "})

    assert response.status_code == 422
    assert 'value="note" id="write-note" checked' in text_of(response)


def test_a_reply_goes_out_and_stands_in_the_conversation(desk: Desk, ana: Client) -> None:
    """M-15."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/reply", reply(item))

    assert Message.objects.get().to == [["", desk.rui.email]]
    page = words_of(ana.get(f"/items/{item.reference}"))
    assert "The second payment goes back on Friday." in page
    assert f"to {desk.rui.email}" in page


def test_the_composer_names_the_primary_contact_as_recipient(desk: Desk, ana: Client) -> None:
    """M-15."""
    item = started(desk)

    assert f'name="to" value="{desk.rui.email}"' in text_of(ana.get(f"/items/{item.reference}"))


def test_a_wrong_recipient_keeps_what_was_typed(desk: Desk, ana: Client) -> None:
    """422: beside the field."""
    item = started(desk)

    response = ana.post(f"/items/{item.reference}/reply", reply(item, to="nobody"))

    assert response.status_code == 422
    assert "reply-to" in errors_of(response)
    assert "The second payment goes back on Friday.</textarea>" in text_of(response)


def test_send_and_resolve_does_both(desk: Desk, ana: Client) -> None:
    """R-11, R-10: the mail is the resolution, green and ticked."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/reply", reply(item, resolve="replied"))

    assert fresh(item).state is State.RESOLVED
    assert "data-resolution" in text_of(ana.get(f"/items/{item.reference}"))


def test_a_reply_is_held_when_something_newer_arrived_and_goes_with_one_more_click(desk: Desk, ana: Client) -> None:
    """Z-2."""
    item = started(desk)
    notes.add_note(fresh(item), body="Stop, it was paid.", by=desk.leo, at=timezone.now())

    held = ana.post(f"/items/{item.reference}/reply", reply(item))

    assert held.status_code == 409
    assert not Message.objects.exists()
    page = text_of(held)
    assert "Stop, it was paid." in page
    assert "Send anyway" in page
    newest = page.split('name="based_on" value="')[1].split('"')[0]
    sent = ana.post(f"/items/{item.reference}/reply", reply(fresh(item), based_on=newest))
    assert sent.status_code == 302
    assert Message.objects.count() == 1


def test_who_may_not_mail_has_no_reply(desk: Desk, as_: Browser) -> None:
    """SEC-2: the composer is for notes then."""
    from tests import factories

    item = started(desk)
    kasia = factories.agent("Kasia Nowak", grants={"acme": ["view", "work"]})

    page = text_of(as_(kasia).get(f"/items/{item.reference}"))

    assert "/note" in page
    assert f'action="/items/{item.reference}/reply"' not in page


def test_a_closed_item_has_no_composer(desk: Desk, ana: Client) -> None:
    """S-12."""
    item = started(desk)
    ana.post(f"/items/{item.reference}/resolve", {"version": item.version, "method": "rejected_spam"})

    assert 'id="composer"' not in text_of(ana.get(f"/items/{item.reference}"))


def test_what_mails_and_notes_say_is_never_markup(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13: words of strangers are text, with their line breaks."""
    probe = "<script>alert(1)</script>\n<img src=x onerror=alert(2)>"
    item = started(desk)
    Message.objects.create(
        item=item,
        outgoing=False,
        message_id="probe@else.example",
        subject=probe,
        sender_name=probe,
        to=[[probe, "desk@desk.example"]],
        at=timezone.now(),
        text=probe,
    )
    change = Change(item, SYSTEM, timezone.now())
    change.record("mail_received", data={"message": Message.objects.get().pk})
    change.record("fields_changed", data={"fields": [probe]}, fields={probe: probe})
    change.write()
    ana.post(f"/items/{item.reference}/note", {"body": probe})

    for tab in ("comms", "timeline"):
        page = text_of(ana.get(f"/items/{item.reference}?tab={tab}"))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
