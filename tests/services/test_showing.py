"""Mails are made ready to be shown by the worker: HTML cleaned, pictures in place, what is odd told."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.desk import MONDAY, Desk
from tests.samples import sample
from tramita.domain.mime import parse
from tramita.gateways import apart
from tramita.gateways.storage import storage
from tramita.models import Attachment, Message
from tramita.services import receiving, showing
from tramita.worker import loop

pytestmark = pytest.mark.usefixtures("data_dir")
Shown = Message.Shown


def receive(raw: bytes) -> Message:
    """The message as it is kept."""
    raw = raw.replace(b"desk@helpdesk.example", b"invoices@desk.example")
    outcome = receiving.receive(raw, source="import", at=MONDAY)
    assert outcome.outcome == "created", outcome
    return Message.objects.order_by("-id").filter(outgoing=False)[0]


def shown(raw: bytes) -> Message:
    """The message after the worker has been."""
    message = receive(raw)
    loop.drain(at=MONDAY, only="show")
    message.refresh_from_db()
    return message


def mail(html: str, *, text: str = "", **fields: str) -> bytes:
    """A mail from Rui with this HTML."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "rui.sousa@acme.example", "invoices@desk.example", "Invoice"
    made["Message-ID"] = f"<{abs(hash(html))}@acme.example>"
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    made.set_content(text or "words")
    made.add_alternative(html, subtype="html")
    return made.as_bytes()


def test_ingest_only_marks_a_mail_and_the_worker_cleans_it(desk: Desk) -> None:
    """MAIL-43, MEASURED section 4: nothing is cleaned before the commit."""
    message = receive(sample("070"))
    before = (message.shown, message.html)

    done = loop.drain(at=MONDAY, only="show")

    message.refresh_from_db()
    assert before == (Shown.WAITING, "")
    assert (message.shown, dict(done)) == (Shown.CLEAN, {"show": 1})
    assert "the projector is broken" in message.html
    assert "https://ok.example/" in message.html


def test_a_mail_of_plain_words_has_nothing_to_wait_for(desk: Desk) -> None:
    """MAIL-45."""
    assert receive(sample("027").replace(b"text/html", b"text/plain")).shown == Shown.TEXT


def test_a_picture_that_the_html_points_at_has_its_place(desk: Desk) -> None:
    """MAIL-35: referenced by cid, whatever the disposition says; the unreferenced one is listed."""
    message = shown(sample("072"))

    inline = list(Attachment.objects.filter(message=message).order_by("id").values_list("pk", flat=True))
    assert message.view["inline"] == inline[:2]
    assert [f'data-tramita-part="{number}"' in message.html for number in inline] == [True, True, False]


def test_what_is_remote_is_counted_and_not_loaded(desk: Desk) -> None:
    """MAIL-44: the picture and the background of 071."""
    message = shown(sample("071"))

    assert (message.shown, message.view["remote"]) == (Shown.CLEAN, 2)
    assert " src=" not in message.html


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<div>" * 40_000, "depth"),
        ("x" * (1024 * 1024 + 1), "size"),
        ('<a href="https://a.example/">a</a>' * 5_001, "links"),
        ("<br>" * 100_001, "nodes"),
    ],
    ids=["depth", "size", "links", "nodes"],
)
def test_over_a_limit_the_text_is_shown_and_the_next_mail_is_cleaned(desk: Desk, html: str, why: str) -> None:
    """MAIL-45: 256 levels, 1 MB, 5,000 links; the mail is ingested all the same."""
    too_much(html, why)


def test_over_its_seconds_the_text_is_shown_and_the_next_mail_is_cleaned(desk: Desk, monkeypatch) -> None:
    """MAIL-45: two seconds of CPU, of which a part is given: a fast machine needs no more for the worst let in."""
    monkeypatch.setattr(apart, "CPU_SECONDS", 0.2)

    too_much("&" * 400_000, "time")


def too_much(html: str, why: str) -> None:
    """The HTML is given up, its mail's text is shown, and the mail after it is cleaned."""
    raw = mail("REPLACED", text="The words of it.").replace(b"REPLACED", html.encode())

    first, second = shown(raw), shown(mail("<p>Next</p>"))

    assert (first.shown, first.html, first.view["why"]) == (Shown.TOO_MUCH, "", why)
    assert first.text.strip() == "The words of it."
    assert (second.shown, second.html) == (Shown.CLEAN, "<p>Next</p>")


def test_a_mail_that_breaks_the_step_is_given_up_after_three_tries(desk: Desk, monkeypatch) -> None:
    """MAIL-6, MAIL-45: and the next one is shown at once."""
    bad, good = receive(mail("<p>bad</p>")), receive(mail("<p>good</p>"))
    monkeypatch.setattr(showing, "_made", breaks_on(bad.pk, RuntimeError("odd"), showing._made))

    seen = []
    for minutes in (0, 6, 12):
        loop.drain(at=MONDAY + timedelta(minutes=minutes), only="show")
        bad.refresh_from_db()
        good.refresh_from_db()
        seen.append((Shown(bad.shown), Shown(good.shown)))

    assert seen == [(Shown.WAITING, Shown.CLEAN)] * 2 + [(Shown.TOO_MUCH, Shown.CLEAN)]


def breaks_on(number: int, error: Exception, otherwise):
    def made(message: Message):
        if message.pk == number:
            raise error
        return otherwise(message)

    return made


def test_a_worker_that_dies_over_a_mail_three_times_leaves_it_as_text(desk: Desk) -> None:
    """MAIL-6: nobody says so but the lease that ended."""
    message = receive(mail("<p>deadly</p>"))
    for minutes in (0, 6, 12):
        assert [one.id for one in showing.claim(at=MONDAY + timedelta(minutes=minutes))] == [message.pk]

    loop.drain(at=MONDAY + timedelta(minutes=18), only="show")

    message.refresh_from_db()
    assert (message.shown, message.view) == (Shown.TOO_MUCH, {"why": "fault"})


def test_a_disk_that_is_away_is_not_the_mails_fault(desk: Desk, monkeypatch) -> None:
    """MAIL-8: it is tried again, as often as it takes."""
    message = receive(mail("<p>well</p>"))
    with monkeypatch.context() as broken:
        broken.setattr(showing, "_made", breaks_on(message.pk, OSError("disk"), None))
        for _ in range(5):
            with pytest.raises(OSError, match="disk"):
                loop.drain(at=MONDAY, only="show")

    loop.drain(at=MONDAY, only="show")

    message.refresh_from_db()
    assert message.shown == Shown.CLEAN


def test_a_raw_message_that_is_gone_is_said(desk: Desk) -> None:
    """MAIL-45."""
    message = receive(mail("<p>gone</p>"))
    Message.objects.update(raw="0" * 64)

    loop.drain(at=MONDAY, only="show")

    message.refresh_from_db()
    assert (message.shown, message.view["why"]) == (Shown.TOO_MUCH, "raw")


def test_what_one_worker_holds_another_does_not_take(desk: Desk) -> None:
    """MAIL-9 in spirit: a lease, and a fence for who comes back late."""
    message = receive(mail("<p>once</p>"))
    first = showing.claim(at=MONDAY)

    assert showing.claim(at=MONDAY + timedelta(minutes=1)) == []
    (second,) = showing.claim(at=MONDAY + timedelta(minutes=6))
    assert showing.show(second, at=MONDAY) is Shown.CLEAN
    assert showing.show(first[0], at=MONDAY) is None
    message.refresh_from_db()
    assert message.html == "<p>once</p>"


def test_the_mails_to_clean_are_found_by_their_own_index(desk: Desk) -> None:
    """DESIGN section 4: a million shown mails cost the worker nothing."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + "SELECT id, view FROM messages WHERE shown = 1 ORDER BY id LIMIT 20")
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert "messages_to_clean" in plan


def test_an_invitation_is_read_and_not_accepted(desk: Desk) -> None:
    """MAIL-38: what, when, where, organiser."""
    message = shown(sample("081"))

    (event,) = message.view["events"]
    assert (event["what"], event["where"], event["method"]) == ("Walk-through of hall B", "Hall B", "REQUEST")
    assert datetime.fromisoformat(event["start"]) == datetime.fromisoformat("2024-03-15T13:00:00+00:00")
    assert event["organiser"] == {"name": "Marta Nowak", "address": "marta.nowak@customer.example"}
    assert Attachment.objects.get(pk=event["file"]).filename.endswith(".ics")
    assert not Message.objects.filter(outgoing=True, automatic=False).exists()


def test_a_mail_inside_the_mail_is_told(desk: Desk) -> None:
    """MAIL-37: kept byte for byte, never the body."""
    message = shown(sample("082"))

    (inner,) = message.view["enclosed"]
    kept = Attachment.objects.get(pk=inner["file"])
    told = parse(storage_of(kept))
    assert (inner["subject"], kept.content_type) == (told.subject, "message/rfc822")
    assert inner["from"]


def storage_of(kept: Attachment) -> bytes:
    from django.conf import settings

    return storage(settings.TRAMITA_STORAGE_URL).get(kept.sha256)


@pytest.mark.parametrize(
    ("number", "notice"),
    [
        ("083", "smime_signed"),
        ("084", "smime_opaque"),
        ("085", "smime_encrypted"),
        ("086", "pgp_signed"),
        ("087", "pgp_encrypted"),
        ("088", "pgp_signed"),
    ],
)
def test_what_is_signed_or_encrypted_says_so(desk: Desk, number: str, notice: str) -> None:
    """MAIL-39."""
    assert shown(sample(number)).view["notices"] == [notice]


def test_a_program_in_a_tnef_file_is_marked(desk: Desk) -> None:
    """MAIL-57: whatever it is called."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "rui.sousa@acme.example", "invoices@desk.example", "Invoice"
    made.set_content("see the file")
    made.add_attachment(b"MZ\x90\x00" + b"\0" * 60, maintype="image", subtype="png", filename="photo.png")

    message = shown(made.as_bytes())

    assert message.view["danger"] == {str(Attachment.objects.get().pk): "program"}


def test_mails_are_cleaned_again_when_the_cleaner_is_better(desk: Desk) -> None:
    """MAIL-43: all, or those of an item; what we wrote is left alone."""
    first, second = shown(mail("<p>one</p>")), shown(mail("<p>two</p>"))
    Message.objects.filter(outgoing=False).update(html="old")

    assert showing.show_again(items=[first.item.reference]) == 1
    loop.drain(at=MONDAY, only="show")
    assert [one.html for one in Message.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk")] == [
        "<p>one</p>",
        "old",
    ]
    assert (showing.show_again(items=["nonsense"]), showing.show_again()) == (0, 2)
    loop.drain(at=MONDAY, only="show")
    assert not Message.objects.filter(html="old").exists()
