"""Mail views (M-20): who sees what, in which order, in how many statements, by which plan."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.queries.test_plans import plan
from tramita.domain.errors import NotPermitted
from tramita.models import BlockedAddress, Delivery, Item, Message, SeenMessage
from tramita.queries import mail_views, tray
from tramita.queries.mail_views import PAGE, Narrow
from tramita.queries.people import actor_for

pytestmark = pytest.mark.django_db

NOW = make.NOW
ALL = Narrow()


class Cast:
    """Leo sees all, Eve what is granted elsewhere, one Ticket stands at each place."""

    def __init__(self) -> None:
        self.leo, self.rui = make.leader(), make.requester()
        self.here = make.ticket(process=make.definition(key="acme/main/finance/query"))
        self.there = make.ticket(process=make.definition(key="other/main/it/access"))
        self.eve = make.agent("Eve", grants={"other": ["view", "mail"]})


@pytest.fixture
def cast() -> Cast:
    return Cast()


def arrived(item: Item | None = None, outcome: str = "created", **columns: object) -> SeenMessage:
    """A message seen, and its mail on the item."""
    number = SeenMessage.objects.count()
    plain = {"mailbox": "desk@a.example", "subject": "Invoice 991", "sender": "rui@acme.example", "size": 1, "raw": "x"}
    seen = SeenMessage.objects.create(content=f"{number}", seen_at=NOW, outcome=outcome, **plain | columns)
    if item is not None:
        make.mail(item, seen=seen)
    return seen


def leaving(item: Item, state: int = 0, **columns: object) -> Delivery:
    """A mail of ours with its delivery."""
    words = {name: columns.pop(name) for name in ("subject", "to", "sender_address") if name in columns}
    message = make.mail(item, outgoing=True, **words)
    plain = {"kind": "mail", "next_at": NOW, "created_at": NOW}
    return Delivery.objects.create(item=item, message=message, state=state, **plain | columns)


def test_what_came_in_names_its_items_and_outcome_newest_first(cast: Cast) -> None:
    """M-20: one that started two items stands once; one that did nothing, too."""
    both = arrived(cast.here)
    make.mail(cast.there, seen=both)
    ignored = arrived(outcome="ignored", reason="loop")

    rows = mail_views.came_in(cast.leo, ALL).rows

    assert [(row.id, row.outcome) for row in rows] == [(ignored.pk, "ignored"), (both.pk, "created")]
    assert [one.reference for one in rows[1].items] == [cast.here.reference, cast.there.reference]


def test_what_waits_in_the_tray_or_was_deleted_did_not_come_in(cast: Cast) -> None:
    """M-20: each has its own view."""
    for outcome in ("", "unhandled", "failed", "deleted"):
        arrived(outcome=outcome)

    assert mail_views.came_in(cast.leo, ALL).rows == []


def test_with_grants_one_sees_the_mail_of_granted_items_only(cast: Cast) -> None:
    """SEC-2, DESIGN decision 11."""
    arrived(cast.here)
    arrived(outcome="ignored")
    mine = arrived(cast.there)
    make.mail(cast.here, seen=mine)
    for item in (cast.here, cast.there):
        leaving(item, 1)
        leaving(item, 2)
        leaving(item, next_at=NOW + timedelta(days=1), payload={"scheduled": True})

    assert [(row.id, [one.title for one in row.items]) for row in mail_views.came_in(cast.eve, ALL).rows] == [
        (mine.pk, [cast.there.title])
    ]
    pages = (
        mail_views.sent(cast.eve, ALL),
        mail_views.outbox(cast.eve, ALL, now=NOW),
        mail_views.scheduled(cast.eve, ALL, now=NOW),
    )
    assert [[row.item.reference for row in page.rows] for page in pages] == [[cast.there.reference]] * 3
    hidden = Delivery.objects.filter(item=cast.here).earliest("pk")
    assert mail_views.get_delivery(cast.eve, hidden.pk) is None
    assert mail_views.get_delivery(cast.leo, hidden.pk) == hidden


def test_who_asks_sees_no_view(cast: Cast) -> None:
    """SEC-1."""
    rui = actor_for(cast.rui)
    looks = (
        lambda: mail_views.came_in(rui, ALL),
        lambda: mail_views.sent(rui, ALL),
        lambda: mail_views.outbox(rui, ALL, now=NOW),
        lambda: mail_views.scheduled(rui, ALL, now=NOW),
        lambda: mail_views.deleted(rui, ALL),
        lambda: mail_views.blocked(rui, ALL),
        lambda: mail_views.mailboxes(rui),
        lambda: mail_views.get_delivery(rui, 1),
    )
    for look in looks:
        with pytest.raises(NotPermitted):
            look()


def test_the_outbox_shows_what_did_not_go_out_and_why(cast: Cast) -> None:
    """MAIL-113: queued, failed, uncertain, held; not what was sent, cancelled, or is to be sent later."""
    for state in range(6):
        leaving(cast.here, state, error=f"reason {state}")
    later = leaving(cast.here, next_at=NOW + timedelta(days=1), payload={"scheduled": True})

    rows = mail_views.outbox(cast.leo, ALL, now=NOW).rows

    assert [(row.state, row.error) for row in rows] == [
        ("held", "reason 4"),
        ("uncertain", "reason 3"),
        ("failed", "reason 2"),
        ("queued", "reason 0"),
    ]
    assert [row.id for row in mail_views.scheduled(cast.leo, ALL, now=NOW).rows] == [later.pk]
    assert [row.state for row in mail_views.sent(cast.leo, ALL).rows] == ["sent"]


@pytest.mark.parametrize(
    ("minutes", "columns", "state"),
    [
        (14, {}, "queued"),
        (16, {}, "late"),
        (16, {"next_at": NOW + timedelta(minutes=20), "tries": 2}, "late"),
        (16, {"next_at": NOW + timedelta(minutes=10), "payload": {"scheduled": True}}, "queued"),
        (26, {"next_at": NOW + timedelta(minutes=10), "payload": {"scheduled": True}}, "late"),
    ],
)
def test_what_waits_for_more_than_15_minutes_is_late(
    cast: Cast, minutes: int, columns: dict[str, object], state: str
) -> None:
    """MAIL-113, M-17: what was scheduled counts from its own moment."""
    leaving(cast.here, **columns)

    assert mail_views.outbox(cast.leo, ALL, now=NOW + timedelta(minutes=minutes)).rows[0].state == state


def test_a_scheduled_mail_that_was_tried_is_in_the_outbox(cast: Cast) -> None:
    """M-17: its moment has come."""
    leaving(cast.here, next_at=NOW + timedelta(minutes=5), payload={"scheduled": True}, tries=1)

    assert len(mail_views.outbox(cast.leo, ALL, now=NOW).rows) == 1
    assert mail_views.scheduled(cast.leo, ALL, now=NOW).rows == []


def test_the_deletion_audit_says_who_and_when(cast: Cast) -> None:
    """M-22."""
    arrived(outcome="deleted", handled_by_id=cast.leo.id, processed_at=NOW, reason="no route")

    row = mail_views.deleted(cast.leo, ALL).rows[0]

    assert (row.by, row.deleted_at, row.reason) == (cast.leo.name, NOW, "no route")
    assert mail_views.deleted(cast.eve, ALL).rows == []


def test_blocked_addresses_say_who_and_when(cast: Cast) -> None:
    """M-20."""
    BlockedAddress.objects.create(address="@shop.example", at=NOW, by_id=cast.leo.id)
    BlockedAddress.objects.create(address="a@b.example", at=NOW)

    rows = mail_views.blocked(cast.leo, ALL).rows

    assert [(row.address, row.by) for row in rows] == [("a@b.example", ""), ("@shop.example", cast.leo.name)]
    assert [row.address for row in mail_views.blocked(cast.leo, Narrow(words="@SHOP")).rows] == ["@shop.example"]


def test_views_are_narrowed_by_mailbox_and_by_how_sender_or_subject_begin(cast: Cast) -> None:
    """M-24: searching is "starts with", whatever the letters' size; marks of LIKE are letters."""
    arrived(cast.here, sender="Marta@acme.example", subject="100% wrong")
    arrived(cast.here, mailbox="other@a.example", subject="Other")
    leaving(cast.here, 1, to=[["", "marta@acme.example"]], subject="Re: a_b", sender_address="other@a.example")
    leaving(cast.here, 1)

    def found(**narrow: str) -> tuple[int, int]:
        by = Narrow(**narrow)
        return len(mail_views.came_in(cast.leo, by).rows), len(mail_views.sent(cast.leo, by).rows)

    assert found() == (2, 2)
    assert found(words="marta@") == (1, 1)
    assert found(words="100%") == (1, 0)
    assert found(words="re: a_") == (0, 1)
    assert found(words="re: %") == (0, 0)
    assert found(words="acme") == (0, 0)
    assert found(mailbox="other@a.example") == (1, 1)
    assert found(mailbox="none@a.example") == (0, 0)


def test_every_mail_stands_on_exactly_one_page(cast: Cast) -> None:
    """DESIGN section 4: keyset paging."""
    made = {arrived(cast.here).pk for _ in range(PAGE + 3)}

    first = mail_views.came_in(cast.leo, ALL)
    second = mail_views.came_in(cast.leo, Narrow(before=first.next))

    on = [{row.id for row in page.rows} for page in (first, second)]
    assert (len(on[0]), len(on[1]), on[0] | on[1], second.next) == (PAGE, 3, made, None)


def test_each_view_is_one_statement_that_goes_down_an_index(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN section 4: on twenty thousand mails of each kind, no table is read from end to end nor sorted whole."""
    monkeypatch.setattr(mail_views, "SEARCHED", 100)  # of as many as a large desk has, it is as small a part
    seen, delivery = arrived(cast.here), leaving(cast.here, 1)
    multiply(seen, delivery)
    looks = {
        "inbox": lambda by: mail_views.came_in(cast.leo, by),
        "sent": lambda by: mail_views.sent(cast.leo, by),
        "outbox": lambda by: mail_views.outbox(cast.leo, by, now=NOW),
        "scheduled": lambda by: mail_views.scheduled(cast.leo, by, now=NOW),
        "deleted": lambda by: mail_views.deleted(cast.leo, by),
    }
    for name, look in looks.items():
        for by in (ALL, Narrow(before=5000), Narrow(mailbox="desk@a.example"), Narrow(words="zz")):
            with CaptureQueriesContext(connection) as captured:
                look(by)
            assert len(captured) == 1
            sql = captured.captured_queries[0]["sql"]
            assert not read_whole(sql), "\n".join([name, str(by), *plan(sql)])


def test_the_tray_is_read_by_its_index(cast: Cast) -> None:
    """M-21: in a ledger of twenty thousand mails."""
    multiply(arrived(cast.here), leaving(cast.here, 1))
    looks = (
        lambda: tray.waiting(cast.leo),
        lambda: tray.waiting(cast.leo, mailbox="desk@a.example", reason="no route", before=9),
        lambda: tray.by_mailbox(cast.leo, now=NOW),
        lambda: tray.waiting(cast.eve),
    )
    for look in looks:
        with CaptureQueriesContext(connection) as captured:
            look()
        sql = captured.captured_queries[-1]["sql"]
        assert not read_whole(sql), "\n".join(plan(sql))


def multiply(seen: SeenMessage, delivery: Delivery, copies: int = 20_000) -> None:
    """Many mails that came in, some to the tray, each on an item; and as many that were sent."""
    outcomes = "CASE WHEN n.i % 100 = 0 THEN 'unhandled' WHEN n.i % 10 = 0 THEN 'ignored' ELSE t.outcome END"
    made = {
        "content": "'c' || n.i",
        "outcome": outcomes,
        "mailbox": "CASE WHEN n.i % 3 = 0 THEN 'x' ELSE t.mailbox END",
    }
    first = copy(SeenMessage, seen.pk, made, copies)
    mail = {"message_id": "'in' || n.i", "seen_id": f"{first} + n.i - 1"}
    copy(Message, Message.objects.get(seen=seen).pk, mail, copies)
    first = copy(Message, delivery.message_id, {"message_id": "'out' || n.i"}, copies)
    copy(Delivery, delivery.pk, {"message_id": f"{first} + n.i - 1"}, copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy(model: type[Model], pk: int, made: dict[str, str], copies: int) -> int:
    """Rows like this one but for what is made anew; the id of the first."""
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column != "id"]
    values = ", ".join(made.get(column, f"t.{column}") for column in columns)
    newest = model._default_manager.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
            f"FROM n WHERE i < {copies}) SELECT {values} FROM {table} t, n WHERE t.id = {pk} ORDER BY n.i"
        )
    return int(model._default_manager.filter(pk__gt=newest).earliest("pk").pk)


def read_whole(sql: str) -> list[str]:
    """Steps that read a large table from end to end to sort it, or to look up one row."""
    if connection.vendor == "postgresql":
        return [
            line
            for line in plan(sql)
            if "Seq Scan on" in line and re.search(r" on (seen_messages|deliveries|messages)", line)
        ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = cursor.fetchall()
    sorting = {parent for _, parent, _, said in steps if "TEMP B-TREE FOR ORDER BY" in said}
    newest = {said.split()[1] for *_, said in steps if said.startswith(("CO-ROUTINE ", "MATERIALIZE "))}  # few rows
    large = {"seen_messages", "messages", "deliveries", "d", "m"} - newest
    scans = [(parent, said) for _, parent, _, said in steps if said.startswith("SCAN ") and said.split()[1] in large]
    return [said for parent, said in scans if parent in sorting or "JOIN" in said]
