"""The figures for Prometheus."""

import os
import subprocess
import sys
from datetime import timedelta

from django.utils import timezone
from tests.desk import Desk
from tests.services.test_posting import written
from tests.services.test_receiving import mail, receive
from tests.services.test_reports import bounce

from tramita.config.metrics import exposition
from tramita.models import Delivery, FetchedMessage, Mailbox, MailboxState, SeenMessage
from tramita.services import keeping, processing

FIRST_REQUESTS = """
import sys, threading
sys.setswitchinterval(1e-6)
import prometheus_client
from tramita.config import metrics
gate, made = threading.Barrier(8), []
def ask():
    gate.wait()
    made.append(metrics.CountRequests(lambda request: None).requests)
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(made), len(set(map(id, made))))
"""


def test_threads_that_answer_their_first_request_together_count_in_one_place() -> None:
    """INTERFACES 5 (`/metrics`): in a process of its own, since the figures are made once in each."""
    environment = os.environ | {"PYTHONPATH": "src"}

    told = subprocess.run(
        [sys.executable, "-c", FIRST_REQUESTS], env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == ["8", "1"], told.stderr


def test_mail_is_counted_and_timed_by_mailbox(desk: Desk, data_dir: object) -> None:
    """MAIL-12, MAIL-140."""
    now, box = timezone.now(), Mailbox.objects.get()
    Mailbox.objects.update(settings={"protocol": "imap"})
    MailboxState.objects.create(mailbox=box, fetched_at=now - timedelta(seconds=90))
    came = {"arrived": (now - timedelta(seconds=4)).isoformat()}
    for raw, envelope in ((mail("1"), came), (mail("2", to="nobody@else.example"), {})):
        keeping.note(keeping.put(raw), raw, mailbox=box.address, source="imap", at=now, envelope=envelope)
    processing.process_due(at=now)

    figures = dict(line.rsplit(" ", 1) for line in exposition()[0].decode().splitlines() if line[0] != "#")

    box_is = 'mailbox="invoices@desk.example"'
    assert figures[f'tramita_mails_of_a_day{{{box_is},outcome="created"}}'] == "1.0"
    assert figures[f'tramita_mails_of_a_day{{{box_is},outcome="unhandled"}}'] == "1.0"
    assert 3.9 < float(figures[f'tramita_mail_to_item_seconds{{{box_is},quantile="0.5"}}']) < 4.1
    assert 90 <= float(figures[f"tramita_mailbox_fetched_ago_seconds{{{box_is}}}"]) < 150
    assert SeenMessage.objects.count() == 2


def figures_now() -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in exposition()[0].decode().splitlines() if line[0] != "#")
    return {name: float(value) for name, value in lines}


def test_every_figure_of_mail_is_there_by_mailbox_and_reason(desk: Desk, data_dir: object) -> None:
    """MAIL-140: each outcome, what was fetched, bounces, withheld answers, the outbox by state and age."""
    now, box = timezone.now(), Mailbox.objects.get()
    for number, outcome in enumerate(OUTCOMES):
        SeenMessage.objects.create(mailbox=box.address, content=str(number), outcome=outcome, size=1, seen_at=now)
    seen = SeenMessage.objects.first()
    for uid in (1, 2):
        FetchedMessage.objects.create(mailbox=box.address, uidvalidity=1, uid=uid, seen=seen, at=now)
    receive(mail("1", Precedence="bulk"), at=now)
    sent = written(desk, desk.ticket())
    receive(bounce(sent.message_id, (desk.rui.email, "failed", "5.1.1")), at=now)
    late = written(desk, desk.ticket())
    Delivery.objects.filter(message=sent).update(state=2)
    Delivery.objects.filter(message=late).update(next_at=now - timedelta(minutes=20))

    told, named = figures_now(), f'mailbox="{box.address}"'

    for outcome in OUTCOMES:
        assert told[f'tramita_mails_of_a_day{{{named},outcome="{outcome}"}}'] >= 1
    assert told[f'tramita_mails_fetched_of_a_day{{{named},seen_before="no"}}'] == 1
    assert told[f'tramita_mails_fetched_of_a_day{{{named},seen_before="yes"}}'] == 1
    assert told[f'tramita_bounces_of_a_day{{{named},reason="5.1.1"}}'] == 1
    assert told[f'tramita_suppressed_answers_of_a_day{{{named},reason="bulk"}}'] == 1
    assert told[f'tramita_outbox_mails{{{named},state="failed"}}'] == 1
    assert told[f'tramita_outbox_mails{{{named},state="queued"}}'] >= 1
    assert told[f'tramita_outbox_oldest_seconds{{{named},state="queued"}}'] >= 1200
    assert any(name.startswith("tramita_mail_to_item_seconds") for name in told)


OUTCOMES = ["created", "appended", "woken", "reopened", "unhandled", "ignored", "duplicate", "failed"]
