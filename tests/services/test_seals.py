"""The audit: everything gets its line, and whatever is done to it by hand afterwards shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests import factories
from tests.desk import MONDAY, Desk
from tramita.models import Access, AuditLine, ConfigurationChange, Entry, Opening, Seal
from tramita.services import notes, seals
from tramita.services.opening import looked, opened
from tramita.services.seals import seal, verify

pytestmark = pytest.mark.django_db(transaction=True)  # a follower hears only of what is committed
Source = Seal.Source


def sealed() -> int:
    """All there is."""
    total = 0
    while count := seal(at=MONDAY):
        total += count
    return total


def busy(desk: Desk) -> None:
    """Two items, somebody who looks, a change of the configuration."""
    one, two = desk.ticket(), desk.ticket()
    notes.add_note(one, body="Between us", by=desk.ana, at=MONDAY)
    opened(one, by=desk.ana, at=MONDAY)
    opened(one, by=desk.ana, at=MONDAY)
    looked(two, via="api", by=desk.leo, at=MONDAY)
    ConfigurationChange.objects.create(
        section="queues", key="invoices", at=MONDAY, by_id=desk.leo.id, before={"strict": False}, after={"strict": True}
    )
    AuditLine.objects.create(area="exports", what="exported", about="Inbox", at=MONDAY, by_id=desk.leo.id)


def test_everything_has_its_line_once(desk: Desk) -> None:
    """SEC-3: changes, openings, configuration; sealed again, nothing is added."""
    busy(desk)

    first, again = sealed(), sealed()

    by_source = {source: Seal.objects.filter(source=source).count() for source in Source}
    assert by_source == {
        Source.ENTRY: Entry.objects.count(),
        Source.OPENING: 3,
        Source.CONFIGURATION: 1,
        Source.DESK: 1,
    }
    assert (first, again) == (sum(by_source.values()), 0)
    assert verify().lines == first
    assert not verify().broken


def test_every_opening_is_kept_and_only_if_wished(desk: Desk, settings: Any, django_assert_num_queries: Any) -> None:
    """SEC-3, G-12: views included, switchable; the page pays no statement for it."""
    item = desk.ticket()
    opened(item, by=desk.ana, at=MONDAY)
    with django_assert_num_queries(1):
        opened(item, by=desk.ana, at=MONDAY)
    settings.TRAMITA_AUDIT_VIEWS = False
    opened(item, by=desk.ana, at=MONDAY)
    looked(item, via="api", by=desk.ana, at=MONDAY)

    assert [(one.person, one.item, one.via) for one in Opening.objects.all()] == [(desk.ana.id, item.pk, "page")] * 2
    assert Access.objects.count() == 1


def past_the_guard(statement: str) -> None:
    """As somebody with the database's own password does, who lifts the ledger's guard first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")
            return
        kept = list(
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'")
        )
        for name, _ in kept:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)
        for _, sql in kept:
            cursor.execute(sql)


def entries(change: str) -> Callable[[], object]:
    return lambda: past_the_guard(f"{change} WHERE type = 'note_added'")


BY_HAND: dict[str, Callable[[], object]] = {
    "an entry's actor": entries("UPDATE entries SET actor_id = NULL"),
    "an entry's time": entries("UPDATE entries SET at = '2020-01-01 00:00:00+00:00'"),
    "an entry's words": entries('UPDATE entries SET words = \'{"body": "x"}\''),
    "an entry that is gone": entries("DELETE FROM entries"),
    "who opened": lambda: Opening.objects.filter(via="api").update(person=1),
    "an opening that is gone": lambda: Opening.objects.filter(via="page").delete(),
    "what was configured": lambda: ConfigurationChange.objects.update(after={"strict": False}),
    "what was exported": lambda: AuditLine.objects.update(about="Nothing"),
    "a line": lambda: Seal.objects.filter(source=Source.OPENING).update(person=1),
    "a line that is gone": lambda: Seal.objects.filter(pk=Seal.objects.order_by("pk")[1].pk).delete(),
}


def test_what_is_done_by_hand_shows(desk: Desk) -> None:
    """SEC-3: sealed by a chain."""
    busy(desk)
    sealed()

    for what, change in BY_HAND.items():
        with transaction.atomic():
            change()
            assert verify().broken, what
            transaction.set_rollback(True)

    assert not verify().broken


def test_erasing_a_person_breaks_nothing(desk: Desk) -> None:
    """Z-10, DESIGN 2.4: words may be replaced by a tombstone; the facts and the seals stay."""
    busy(desk)
    sealed()

    Entry.objects.filter(type="note_added").update(words={"erased": True})

    assert not verify().broken


def test_what_was_committed_late_is_sealed_all_the_same(desk: Desk) -> None:
    """Ids are drawn before they are seen: a lower one may come after a higher one."""
    item = desk.ticket()
    for number in (7, 9):
        Opening.objects.create(pk=number, person=1, item=item.pk, at=MONDAY, via="api")
    sealed()
    Opening.objects.create(pk=8, person=2, item=item.pk, at=MONDAY, via="api")

    assert sealed() == 1
    assert not verify().broken


def test_batches_join_and_the_newest_can_be_looked_at_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain goes on over the batches, of sealing and of looking."""
    monkeypatch.setattr(seals, "BATCH", 3)
    busy(desk)
    item = factories.ticket()
    for _ in range(5):
        factories.entry(item)

    count = sealed()

    assert verify().lines == count == Seal.objects.count()
    assert verify(newest_lines=4).lines == 4
    assert verify(newest_lines=4).seal == verify().seal == seals.newest_seal()
    Seal.objects.filter(pk=Seal.objects.earliest("pk").pk).update(person=99)
    assert verify().broken
    assert not verify(newest_lines=4).broken
