"""Drafts on the server: kept, joined, gone with the mail, never seen by others."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.drafting import BETWEEN
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.models import Delivery, Draft, Item, MarkedAddress, Message
from tramita.services import composing, drafts, mailing, posting, resolving
from tramita.services.drafts import Written
from tramita.services.mailing import Enclosure
from tramita.services.recipients import Outsiders

LATER = MONDAY + timedelta(minutes=1)
PDF = Enclosure("statement.pdf", "application/pdf", b"the statement")

pytestmark = pytest.mark.usefixtures("data_dir")


def save(desk: Desk, item: Item, text: str, version: int | None = 0, **more: object) -> drafts.Saved:
    return drafts.save(item, "reply", Written(text=text, **more), version=version, by=desk.ana, at=MONDAY)


def send(desk: Desk, item: Item, text: str = "It goes back.", **more: object) -> Message:
    written = Written(text=text, to=[desk.rui.email or ""])
    return composing.send_written(item, written, **{"by": desk.ana, "at": MONDAY} | more)


def texts() -> list[str]:
    return list(Draft.objects.order_by("id").values_list("text", flat=True))


def test_a_draft_is_kept_with_everything_that_was_typed(desk: Desk) -> None:
    """M-17."""
    item = desk.ticket()
    answered = factories.mail(item)

    save(desk, item, "Dear", to=["rui@"], cc=["a@b.example"], bcc=["c@d.example"], subject="S", answers=answered.pk)

    draft = Draft.objects.get()
    assert (draft.to, draft.cc, draft.bcc, draft.subject) == (["rui@"], ["a@b.example"], ["c@d.example"], "S")
    assert (draft.text, draft.version, draft.answers_id) == ("Dear", 1, answered.pk)


def test_saving_what_one_has_seen_replaces_it(desk: Desk) -> None:
    """M-17."""
    item = desk.ticket()
    save(desk, item, "Dear Rui, no.")

    saved = save(desk, item, "Dear Rui,", version=1)

    assert (texts(), saved.newer) == (["Dear Rui,"], False)


def test_a_stale_window_gets_the_newer_words_and_keeps_its_own(desk: Desk) -> None:
    """UI: two tabs do not eat each other's words."""
    item = desk.ticket()
    save(desk, item, "From the office.")

    saved = save(desk, item, "From home.")

    assert saved.newer
    assert texts() == [f"From the office.{BETWEEN}From home."]


def test_a_window_that_wrote_nothing_new_changes_nothing(desk: Desk) -> None:
    """A request that was sent twice."""
    item = desk.ticket()
    save(desk, item, "From the office.")

    saved = save(desk, item, "From the office.")

    assert not saved.newer
    assert Draft.objects.get().version == 1


def test_an_emptied_draft_is_gone(desk: Desk) -> None:
    """M-17."""
    item = desk.ticket()
    save(desk, item, "Dear")

    assert save(desk, item, " ", version=1).draft is None
    assert texts() == []


def test_nobody_keeps_a_draft_where_they_may_not_write(desk: Desk) -> None:
    """SEC-2."""
    kasia = factories.agent("Kasia Nowak", grants={"acme": ["view", "work"]})
    item = desk.ticket()

    with pytest.raises(NotPermitted):
        drafts.save(item, "reply", Written(text="x"), version=0, by=kasia, at=MONDAY)
    with pytest.raises(NotFound):
        drafts.save(item, "poem", Written(text="x"), version=0, by=kasia, at=MONDAY)
    assert texts() == []


def test_too_much_is_refused(desk: Desk) -> None:
    """Z-14."""
    with pytest.raises(Invalid, match="1 MB"):
        save(desk, desk.ticket(), "x" * (1024**2 + 1))


def test_a_sent_mail_takes_its_draft_with_it(desk: Desk) -> None:
    """MAIL-110: in one transaction."""
    item = desk.ticket()
    save(desk, item, "It goes back.")

    send(desk, item)

    assert texts() == []


def test_a_mail_that_is_refused_leaves_its_draft(desk: Desk) -> None:
    """UI: nothing typed is lost."""
    item = desk.ticket()
    save(desk, item, "It goes back.")

    with pytest.raises(Invalid):
        send(desk, item, send_at=MONDAY)

    assert texts() == ["It goes back."]


def test_words_of_another_window_stay_when_a_mail_is_sent(desk: Desk) -> None:
    """UI: two tabs do not eat each other's words."""
    item = desk.ticket()
    save(desk, item, "Something else altogether.")

    send(desk, item)

    assert texts() == ["Something else altogether."]


def test_a_window_that_saves_late_does_not_bring_a_sent_mail_back(desk: Desk) -> None:
    """A save that was on its way when the mail was sent."""
    item = desk.ticket()
    send(desk, item)

    assert save(desk, item, "It goes").draft is None
    assert save(desk, item, "It goes back. And one thing more.").draft is not None


def test_a_note_takes_its_draft_with_it(desk: Desk) -> None:
    """TL-1."""
    item = desk.ticket()
    drafts.save(item, "note", Written(text="Paid."), version=0, by=desk.ana, at=MONDAY)

    composing.add_written_note(item, "Paid.", resolution=False, by=desk.ana, at=MONDAY)

    assert texts() == []
    late = drafts.save(item, "note", Written(text="Pai"), version=1, by=desk.ana, at=MONDAY)
    assert late.draft is None


def test_files_are_put_in_once_and_taken_out(desk: Desk) -> None:
    """M-18."""
    item = desk.ticket()
    drafts.attach(item, "reply", [PDF, PDF], by=desk.ana, at=MONDAY)
    draft = Draft.objects.get()
    assert [file["filename"] for file in draft.files] == ["statement.pdf"]

    drafts.detach(item, "reply", draft.files[0]["sha256"], by=desk.ana, at=MONDAY)

    assert not Draft.objects.exists()


def test_a_file_over_the_limit_is_refused_by_name(desk: Desk) -> None:
    """M-18, Z-14."""
    publish("settings", "settings", limits={"file_bytes": 5})

    with pytest.raises(Invalid, match=r"statement\.pdf"):
        drafts.attach(desk.ticket(), "reply", [PDF], by=desk.ana, at=MONDAY)


def test_a_mail_over_the_limit_is_refused_before_it_is_sent(desk: Desk) -> None:
    """M-18, Z-14."""
    publish("settings", "settings", limits={"mail_bytes": 10})
    item = desk.ticket()
    drafts.attach(item, "reply", [PDF], by=desk.ana, at=MONDAY)

    with pytest.raises(Invalid) as refusal:
        send(desk, item, "x")

    assert refusal.value.errors[0].field == "files"
    assert Draft.objects.exists()


def test_files_of_the_draft_go_along(desk: Desk) -> None:
    """M-18."""
    item = desk.ticket()
    drafts.attach(item, "reply", [PDF], by=desk.ana, at=MONDAY)

    message = send(desk, item)

    assert [one.filename for one in message.attachments.all()] == ["statement.pdf"]
    assert not Draft.objects.exists()


def test_a_file_of_the_item_may_go_along_and_one_that_is_hidden_may_not(desk: Desk) -> None:
    """F-4, SEC-2."""
    item = desk.ticket()
    file = factories.attachment(item, factories.mail(item))
    hidden = factories.attachment(desk.ticket(draft=True, by=desk.leo))

    drafts.attach_from_item(item, "reply", [file.pk], by=desk.ana, at=MONDAY)
    with pytest.raises(NotFound):
        drafts.attach_from_item(item, "reply", [hidden.pk], by=desk.ana, at=MONDAY)

    assert [one["filename"] for one in Draft.objects.get().files] == ["invoice.pdf"]


def test_a_mail_from_a_page_is_held_for_as_long_as_the_desk_says(desk: Desk) -> None:
    """MAIL-115: ten seconds unless set; the API and automatic mail have none."""
    item = desk.ticket()
    send(desk, item)
    mailing.send(item, to=[desk.rui.email or ""], text="From the API", by=desk.ana, at=MONDAY)

    held, at_once = Delivery.objects.order_by("id")

    assert (held.next_at - MONDAY, at_once.next_at - MONDAY) == (timedelta(seconds=10), timedelta(0))


def test_an_undone_mail_is_a_draft_again_with_its_files(desk: Desk) -> None:
    """MAIL-115."""
    item = desk.ticket()
    drafts.attach(item, "reply", [PDF], by=desk.ana, at=MONDAY)
    message = send(desk, item)

    done = composing.take_back(message, by=desk.ana, at=MONDAY)

    draft = Draft.objects.get()
    assert (done.restored, done.reopened) == (True, False)
    assert (draft.text, draft.to, draft.subject) == ("It goes back.", [desk.rui.email], "")
    assert [one["filename"] for one in draft.files] == ["statement.pdf"]
    assert posting.claim(at=LATER) == []


def test_what_was_begun_meanwhile_stays_below_an_undone_mail(desk: Desk) -> None:
    """MAIL-115: the newest draft."""
    item = desk.ticket()
    message = send(desk, item)
    save(desk, item, "A second thought.")

    composing.take_back(message, by=desk.ana, at=MONDAY)

    assert texts() == [f"It goes back.{BETWEEN}A second thought."]


def test_undo_that_comes_late_says_so_and_restores_nothing(desk: Desk) -> None:
    """MAIL-115: by compare and set, whoever is first."""
    message = send(desk, desk.ticket())
    assert posting.claim(at=LATER)

    with pytest.raises(Conflict) as refusal:
        composing.take_back(message, by=desk.ana, at=LATER)

    assert refusal.value.code == "already_sent"
    assert texts() == []


def test_undoing_send_and_resolve_takes_the_resolution_back_too(desk: Desk) -> None:
    """MAIL-115, R-9, R-17: it rested on the mail (decision 0022)."""
    item = desk.ticket()
    message = send(desk, item, resolve="replied")
    assert Item.objects.get(pk=item.pk).state == "resolved"

    done = composing.take_back(Message.objects.get(pk=message.pk), by=desk.ana, at=MONDAY)

    assert done.reopened
    assert Item.objects.get(pk=item.pk).state == "to_do"


def test_a_resolution_that_rests_on_something_else_stays(desk: Desk) -> None:
    """MAIL-115."""
    item = desk.ticket()
    message = send(desk, item)
    resolving.resolve(item, method="replied", note="Called him.", by=desk.ana, at=MONDAY)

    done = composing.take_back(Message.objects.get(pk=message.pk), by=desk.ana, at=MONDAY)

    assert not done.reopened
    assert Item.objects.get(pk=item.pk).state == "resolved"


def test_a_mail_that_was_taken_back_is_no_resolution(desk: Desk) -> None:
    """R-6: a resolution mail was sent."""
    publish("settings", "settings", resolution_note_required=True)
    item = desk.ticket()
    message = send(desk, item)
    composing.take_back(message, by=desk.ana, at=MONDAY)

    with pytest.raises(Invalid) as refusal:
        resolving.resolve(Item.objects.get(pk=item.pk), method="replied", by=desk.ana, at=MONDAY)

    assert refusal.value.errors[0].code == "resolution_note_required"


def test_who_cancels_the_mail_of_another_gets_no_draft(desk: Desk) -> None:
    """M-17."""
    message = send(desk, desk.ticket(), send_at=LATER)

    done = composing.take_back(message, by=desk.leo, at=MONDAY)

    assert not done.restored
    assert texts() == []


def test_a_scheduled_mail_may_go_at_once(desk: Desk) -> None:
    """M-17: until it is taken."""
    message = send(desk, desk.ticket(), send_at=MONDAY + timedelta(days=1))

    mailing.send_now(message, by=desk.ana, at=MONDAY)

    assert len(posting.claim(at=MONDAY)) == 1
    with pytest.raises(Conflict, match="too late"):
        mailing.send_now(message, by=desk.ana, at=MONDAY)


def test_a_held_mail_goes_when_its_writer_says_so(desk: Desk) -> None:
    """MAIL-116, Z-12."""
    message = send(desk, desk.ticket(), send_at=LATER)
    Delivery.objects.update(state=Delivery.State.HELD, fence=1)

    posting.resend(message, by=desk.ana, at=LATER)

    assert [row.item_id for row in posting.claim(at=LATER)] == [message.item_id]


def test_strangers_to_the_item_are_asked_about_and_go_when_meant(desk: Desk) -> None:
    """M-16, MAIL-97, MAIL-122."""
    item = desk.ticket()
    factories.mail(item, sender_address="Lucia@acme.example", cc=[["", "paco@acme.example"]])
    to = [desk.rui.email or "", "lucia@acme.example", "paco@acme.example", "eve@else.example"]
    written = Written(text="x", to=to)

    with pytest.raises(Outsiders) as asked:
        composing.send_written(item, written, by=desk.ana, at=MONDAY)
    message = composing.send_written(item, written, meant=["Eve@else.example"], by=desk.ana, at=MONDAY)

    assert asked.value.report.doubtful == ("eve@else.example",)
    assert len(message.to) == 4


def test_an_address_whose_mail_came_back_is_asked_about(desk: Desk) -> None:
    """MAIL-97."""
    MarkedAddress.objects.create(address=desk.rui.email or "", bounced=True, at=MONDAY)

    with pytest.raises(Outsiders) as asked:
        send(desk, desk.ticket())

    assert asked.value.report.bounced == (desk.rui.email,)


def test_a_reply_changes_no_contact_of_the_item(desk: Desk) -> None:
    """MAIL-61."""
    item = desk.ticket()
    before = [getattr(item, f"{name}_id") for name in ("requester", "primary_contact", "original_requester")]

    written = Written(text="x", to=["eve@else.example"])
    composing.send_written(item, written, meant=["eve@else.example"], by=desk.ana, at=MONDAY)

    now = Item.objects.get(pk=item.pk)
    assert [getattr(now, f"{name}_id") for name in ("requester", "primary_contact", "original_requester")] == before
    assert not now.copied.exists()


def test_a_gap_of_a_canned_text_blocks_the_mail(desk: Desk) -> None:
    """M-19, MAIL-126."""
    with pytest.raises(Invalid) as refusal:
        send(desk, desk.ticket(), "It is due {{due}}.")

    assert refusal.value.errors[0].code == "gap"


def test_mail_leaves_only_from_an_address_of_its_process(desk: Desk) -> None:
    """M-15, MAIL-117."""
    item = desk.ticket()
    written = Written(text="x", to=[desk.rui.email or ""], leaving_from="suppliers@desk.example")

    with pytest.raises(Invalid):
        composing.send_written(item, written, by=desk.ana, at=MONDAY)

    message = composing.send_written(
        item, Written(text="x", to=written.to, leaving_from="invoices@desk.example"), by=desk.ana, at=MONDAY
    )
    assert message.sender_address == "invoices@desk.example"


def test_the_chosen_mail_is_answered(desk: Desk) -> None:
    """MAIL-118: not the newest that came in."""
    item = desk.ticket()
    first = factories.mail(item)
    factories.mail(item)

    written = Written(text="x", to=[desk.rui.email or ""], answers=first.pk)
    message = composing.send_written(item, written, by=desk.ana, at=MONDAY)

    assert message.in_reply_to == first.message_id
