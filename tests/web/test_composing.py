"""Notes, replies, and the reply that is held."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories
from tests.desk import Desk, publish
from tests.web.conftest import Browser
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.models import Delivery, Draft, Grant, Item, Mailbox, Message, Person, Route
from tramita.queries import definitions
from tramita.queries.drafts import writing_on
from tramita.services import launching, notes, working
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


def said_by(desk: Desk, case: dict[str, object], **action: object) -> None:
    """The Case type says this of its recipients, and its bank check that."""
    version = desk.definitions["onboarding"].current
    checks = version.body["actions"]["bank-check"] | action
    version.body = version.body | {"mail": case, "actions": version.body["actions"] | {"bank-check": checks}}
    version.save()
    definitions.forget()


def test_a_case_says_who_gets_its_mail_and_who_is_suggested(desk: Desk, ana: Client) -> None:
    """M-15: instead of the primary contact, and nobody in copy."""
    mail = {"to": ["bank@acme.example", "requester"], "cc": [], "bcc": ["file@acme.example"]}
    said_by(desk, mail | {"suggest_cc": ["subject", "law@acme.example"]})

    page = ana.get(f"/items/{desk.case().reference}?tab=comms")

    assert f'name="to" value="bank@acme.example, {desk.rui.email}"' in text_of(page)
    assert 'name="cc" value=""' in text_of(page)
    assert 'value="file@acme.example"' in text_of(page)
    assert f"Cc {desk.rui.email}, law@acme.example" in words_of(page).partition("Suggested")[2]


def test_an_action_says_it_for_itself_else_as_its_case(desk: Desk, ana: Client) -> None:
    """M-15."""
    said_by(desk, {"to": ["bank@acme.example"]}, mail={"to": ["checks@acme.example"]})
    case = desk.case()
    check, other = (launching.launch(case, action=name, by=desk.ana, at=timezone.now())[0] for name in ACTIONS)

    assert 'name="to" value="checks@acme.example"' in text_of(ana.get(f"/items/{check.reference}?tab=comms"))
    assert 'name="to" value="bank@acme.example"' in text_of(ana.get(f"/items/{other.reference}?tab=comms"))


ACTIONS = ("bank-check", "create-supplier-by-hand")


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


QUIET = {"quiet": "yes", "draft": "0"}


def drafted(ana: Client, item: Item, text: str = "Half a sentence", **more: object) -> None:
    ana.post(f"/items/{item.reference}/drafts/reply", {"to": "rui@", "text": text, **QUIET, **more})


def test_what_is_typed_is_kept_and_comes_back(desk: Desk, ana: Client, as_: Browser) -> None:
    """UI: on another machine too; M-17."""
    item = started(desk)

    response = ana.post(f"/items/{item.reference}/drafts/reply", {"to": "rui@", "text": "Half a", **QUIET})

    assert response.status_code == 200
    assert 'name="draft" value="1"' in text_of(response)
    page = text_of(as_(desk.ana).get(f"/items/{item.reference}"))
    assert "Half a</textarea>" in page
    assert 'name="to" value="rui@"' in page
    assert "Draft saved" in page


def test_a_draft_is_its_writers_alone(desk: Desk, ana: Client, as_: Browser) -> None:
    """M-17."""
    item = started(desk)
    drafted(ana, item)

    assert "Half a sentence" not in text_of(as_(desk.leo).get(f"/items/{item.reference}"))


def test_who_may_no_longer_see_the_item_has_no_draft_of_it(desk: Desk, ana: Client) -> None:
    """DESIGN decision 11: what is invisible does not exist."""

    item = started(desk)
    drafted(ana, item)
    Grant.objects.create(person_id=desk.ana.id, path="elsewhere", permissions=["view", "mail"])

    assert ana.get(f"/items/{item.reference}").status_code == 404
    late = ana.post(f"/items/{item.reference}/drafts/reply", {"text": "more", "quiet": "yes", "draft": "1"})
    assert late.status_code == 404
    assert Draft.objects.get().text == "Half a sentence"


def test_a_stale_window_is_told_the_newer_words(desk: Desk, ana: Client) -> None:
    """UI: two tabs do not eat each other's words."""
    item = started(desk)
    drafted(ana, item)

    answer = text_of(ana.post(f"/items/{item.reference}/drafts/reply", {"text": "From home", **QUIET}))

    assert "You wrote this in two windows." in answer
    assert 'data-part="text" data-html="">Half a sentence' in answer
    assert "From home</textarea>" in answer


def test_a_draft_is_saved_and_discarded_by_buttons(desk: Desk, ana: Client) -> None:
    """STYLE section 7: without a script."""
    item = started(desk)
    address = f"/items/{item.reference}/drafts/note"

    saved = ana.post(address, {"body": "Ask Marta", "draft": "0"})

    assert saved["Location"] == f"/items/{item.reference}?tab=comms&write=note#composer"
    assert "Ask Marta</textarea>" in text_of(ana.get(saved["Location"]))
    ana.post(address, {"body": "Ask Marta", "draft": "1", "discard": "yes"})
    assert "Ask Marta" not in text_of(ana.get(f"/items/{item.reference}"))


def test_a_refused_reply_is_kept_as_a_draft(desk: Desk, ana: Client, as_: Browser) -> None:
    """UI: what was typed stays, and survives the window."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/reply", reply(item, to="nobody"))

    assert "The second payment goes back on Friday." in text_of(as_(desk.ana).get(f"/items/{item.reference}"))


def test_a_sent_mail_can_be_undone_from_its_notice(desk: Desk, ana: Client) -> None:
    """MAIL-115: a plain form; the draft comes back."""
    item = started(desk)
    sent = ana.post(f"/items/{item.reference}/reply", reply(item), follow=True)
    address = f"/items/{item.reference}/mails/{Message.objects.get().pk}/take-back"
    assert "The mail goes out in 10 seconds." in words_of(sent)
    assert text_of(sent).count(f'action="{address}"') == 2  # in the notice, and below the mail

    undone = ana.post(address, follow=True)

    assert "The mail is taken back. It is a draft again." in words_of(undone)
    assert "The second payment goes back on Friday.</textarea>" in text_of(undone)
    assert "Taken back, not sent" in words_of(undone)
    late = ana.post(address)
    assert late.status_code == 409
    assert "It is too late" in words_of(late)


def test_nobody_takes_back_what_they_may_not_send(desk: Desk, ana: Client, as_: Browser) -> None:
    """SEC-2."""

    item = started(desk)
    ana.post(f"/items/{item.reference}/reply", reply(item))
    address = f"/items/{item.reference}/mails/{Message.objects.get().pk}/take-back"
    kasia = factories.agent("Kasia Nowak", grants={"acme": ["view", "work"]})

    assert as_(kasia).post(address).status_code == 403
    assert as_(desk.eve).post(address).status_code == 404
    other = desk.ticket()
    assert ana.post(address.replace(item.reference, other.reference)).status_code == 404


def test_a_desk_without_undo_sends_at_once(desk: Desk, ana: Client) -> None:
    """MAIL-115: 0 to 60 seconds."""

    publish("settings", "settings", undo_send=0)
    item = started(desk)

    sent = ana.post(f"/items/{item.reference}/reply", reply(item), follow=True)

    assert "The mail is on its way." in words_of(sent)
    assert Delivery.objects.get().next_at <= timezone.now()


def test_a_mail_is_scheduled_in_the_writers_zone_and_says_who_and_when(desk: Desk, ana: Client) -> None:
    """M-17, MAIL-116: zones by name."""

    ana.post("/settings/", {"language": "en", "time_zone": "America/Sao_Paulo", "theme": "system"})
    item = started(desk)
    form = reply(item, later="yes", send_at="2031-06-02T09:00")

    page = words_of(ana.post(f"/items/{item.reference}/reply", form, follow=True))

    delivery = Delivery.objects.get()
    assert f"{delivery.next_at:%H:%M %Z}" == "12:00 UTC"
    assert "Goes out Mon 2 Jun 2031 09:00 (America/Sao_Paulo), scheduled by Ana Lima" in page
    ana.post(f"/items/{item.reference}/mails/{delivery.message_id}/send-now")
    assert Delivery.objects.get().next_at <= timezone.now()


def test_a_schedule_without_a_time_or_in_the_past_is_refused_beside_its_field(desk: Desk, ana: Client) -> None:
    """M-17: 422, and the time of a mail that is sent now is nobody's business."""
    item = started(desk)
    address = f"/items/{item.reference}/reply"

    missing = ana.post(address, reply(item, later="yes", send_at=""))
    past = ana.post(address, reply(item, later="yes", send_at="2001-01-01T10:00"))
    now = ana.post(address, reply(item, send_at="2001-01-01T10:00"))

    assert "reply-send-at" in errors_of(missing)
    assert "reply-send-at" in errors_of(past)
    assert now.status_code == 302


def test_strangers_are_asked_about_and_those_who_are_unticked_are_left_out(desk: Desk, ana: Client) -> None:
    """M-16: remove, or go on."""
    item = started(desk)
    address, cc = f"/items/{item.reference}/reply", "eve@else.example, bob@else.example"

    asked = ana.post(address, reply(item, cc=cc))

    assert asked.status_code == 409
    assert not Message.objects.exists()
    assert "Send anyway" in words_of(asked)
    both = ["eve@else.example", "bob@else.example"]
    assert all(f'name="meant" value="{one}" checked' in text_of(asked) for one in both)
    ana.post(address, reply(item, cc=cc, asked=both, meant=["bob@else.example"]))
    assert Message.objects.get().cc == [["", "bob@else.example"]]


def test_answering_a_mail_keeps_everybody_but_ourselves(desk: Desk, ana: Client) -> None:
    """M-15: reply to all, in the thread of that mail."""

    item = started(desk)
    ours = "Invoices+10000.0123456789abcdef0123@desk.example"
    mail = factories.mail(
        item,
        sender_address="lucia@acme.example",
        to=[["", "invoices@desk.example"], ["", "paco@acme.example"]],
        cc=[["", "marta@acme.example"], ["", ours]],
    )
    factories.mail(item)

    page = text_of(ana.get(f"/items/{item.reference}?tab=comms&answer={mail.pk}"))

    assert 'name="to" value="lucia@acme.example, paco@acme.example"' in page
    assert 'name="cc" value="marta@acme.example"' in page
    assert f'name="answers" value="{mail.pk}"' in page
    ana.post(f"/items/{item.reference}/reply", reply(fresh(item), to="lucia@acme.example", answers=mail.pk))
    assert Message.objects.get(outgoing=True).in_reply_to == mail.message_id


def test_files_are_attached_listed_and_taken_out(desk: Desk, ana: Client, data_dir: object) -> None:
    """M-18, F-4."""

    item = started(desk)
    file = factories.attachment(item, factories.mail(item))
    address = f"/items/{item.reference}/drafts/reply"
    upload = SimpleUploadedFile("statement.pdf", b"the statement", "application/pdf")
    assert "invoice.pdf" in text_of(ana.get(f"/items/{item.reference}"))

    ana.post(address, {"text": "", "draft": "0", "files": upload, "attach": file.pk})

    page = text_of(ana.get(f"/items/{item.reference}"))
    assert page.count('name="remove"') == 2
    assert f'name="attach" value="{file.pk}"' not in page  # it goes along already
    ana.post(address, {"text": "", "draft": "2", "remove": file.sha256})
    ana.post(f"/items/{item.reference}/reply", reply(fresh(item), draft="3"))
    assert [one.filename for one in Message.objects.get(outgoing=True).attachments.all()] == ["statement.pdf"]


def test_a_file_that_is_too_large_costs_no_word(desk: Desk, ana: Client, data_dir: object) -> None:
    """M-18, Z-14: said before anything is sent."""

    publish("settings", "settings", limits={"file_bytes": 5})
    item = started(desk)
    large = SimpleUploadedFile("statement.pdf", b"the statement", "application/pdf")

    quiet = ana.post(f"/items/{item.reference}/drafts/reply", {"text": "Dear", "files": large, **QUIET})
    large.seek(0)
    sent = ana.post(f"/items/{item.reference}/reply", reply(item, files=large, draft="1"))

    assert quiet.status_code == 422
    assert "“statement.pdf” is too large" in words_of(quiet)
    assert 'name="draft" value="1"' in text_of(quiet)
    assert sent.status_code == 422
    assert "reply-files" in errors_of(sent)
    assert not Message.objects.exists()


def test_a_canned_text_is_found_filled_and_put_below_what_was_written(
    desk: Desk, ana: Client, data_dir: object
) -> None:
    """M-19: buttons, so that nothing typed is lost; without a script too."""

    publish("canned_text", "refund", texts={"en": "x", "es": "Hola {{requester}}: {{reference}}, {{title}}, {{agent}}"})
    publish("canned_text", "other", texts={"en": "y"})
    item = started(desk)
    address = f"/items/{item.reference}/drafts/reply"

    opened = ana.post(address, {"text": "Dear,", "draft": "0", "open": "canned", "q": "ref"}, follow=True)
    assert 'value="refund en"' in text_of(opened)
    assert 'value="other en"' not in text_of(opened)
    ana.post(address, {"text": "Dear,", "draft": "1", "canned": "refund es"})

    page = text_of(ana.get(f"/items/{item.reference}"))
    assert f"Dear,\n\nHola Rui Sousa: {item.reference}, Invoice 991 twice, Ana Lima</textarea>" in page


def test_a_gap_is_said_beside_the_text(desk: Desk, ana: Client) -> None:
    """M-19: it blocks sending until somebody fills it."""
    item = started(desk)

    response = ana.post(f"/items/{item.reference}/reply", reply(item, text="Due {{due}}"))

    assert response.status_code == 422
    assert errors_of(response)["reply-text"] == "Fill in what is still open: {{due}}."


def test_the_window_of_its_own_sends_and_does_not_resolve(desk: Desk, ana: Client) -> None:
    """R-11."""
    item = started(desk)
    address = f"/items/{item.reference}/reply"

    page = text_of(ana.get(address))

    assert 'name="text"' in page
    assert "Send and resolve" not in page
    assert ana.post(address, reply(item, alone="yes", resolve="replied")).status_code == 404
    assert fresh(item).state is State.IN_PROGRESS
    sent = ana.post(address, reply(fresh(item), alone="yes"))
    assert sent["Location"] == address
    refused = ana.post(address, reply(fresh(item), alone="yes", to="nobody"))
    assert refused.status_code == 422
    assert 'name="alone"' in text_of(refused)


def test_the_window_of_its_own_is_shut_for_a_closed_item(desk: Desk, ana: Client) -> None:
    """S-12."""
    item = started(desk)
    ana.post(f"/items/{item.reference}/resolve", {"version": item.version, "method": "rejected_spam"})

    assert ana.get(f"/items/{item.reference}/reply").status_code == 404


def test_a_signature_is_shown_only_when_it_is_used(desk: Desk, ana: Client) -> None:
    """M-19a: the person ticks the option."""
    item = started(desk)
    ana.post("/settings/signature", {"signature": "Ana\r\nFinance, Lisbon"})
    assert "Finance, Lisbon" not in text_of(ana.get(f"/items/{item.reference}"))

    ana.post("/settings/signature", {"signature": "Ana\r\nFinance, Lisbon", "signs": "on"})

    assert "Ana\nFinance, Lisbon</p>" in text_of(ana.get(f"/items/{item.reference}"))
    assert ana.post("/settings/signature", {"signature": "x" * 2001}).status_code == 422


def test_the_sender_may_be_chosen_where_the_process_has_several_addresses(desk: Desk, ana: Client) -> None:
    """M-15: From."""

    item = started(desk)
    assert 'name="leaving_from"' not in text_of(ana.get(f"/items/{item.reference}"))
    Route.objects.create(
        mailbox=Mailbox.objects.get(), address="bills@desk.example", process=desk.definitions["invoice-query"]
    )

    assert 'value="bills@desk.example"' in text_of(ana.get(f"/items/{item.reference}"))
    ana.post(f"/items/{item.reference}/reply", reply(item, leaving_from="bills@desk.example"))
    assert Message.objects.get().sender_address == "bills@desk.example"


def test_names_before_addresses_are_left_out(desk: Desk, ana: Client) -> None:
    """M-6: what people paste from other mail programs."""
    item = started(desk)

    ana.post(f"/items/{item.reference}/reply", reply(item, to=f"Rui Sousa <{desk.rui.email}>; {desk.rui.email}"))

    assert {address for _, address in Message.objects.get().to} == {desk.rui.email}


def test_what_the_composer_begins_with_is_one_statement(
    desk: Desk, ana: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: drafts, senders and the signature."""
    item = started(desk)
    drafted(ana, item)
    Person.objects.filter(pk=desk.ana.id).update(signature="Ana", signs=True)

    with django_assert_num_queries(1):
        writing = writing_on(item, desk.ana)

    assert [*writing.drafts] == ["reply"]
    assert (list(writing.addresses), writing.signature) == (["invoices@desk.example"], "Ana")
