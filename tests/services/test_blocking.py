"""Blocked addresses (M-20, CG-59)."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import BlockedAddress
from tramita.queries.people import actor_for
from tramita.services import blocking

LATER = MONDAY + timedelta(hours=1)


@pytest.mark.parametrize("blocked", ["Rui@Acme.example", "@acme.example"])
def test_mail_of_a_blocked_address_or_domain_is_ignored(desk: Desk, blocked: str) -> None:
    """M-20."""
    blocking.block(blocked, by=desk.ana, at=MONDAY)

    assert receive(mail()).reason == "blocked"


def test_who_blocked_it_and_when_is_kept_and_twice_is_once(desk: Desk) -> None:
    """M-20."""
    blocking.block("news@shop.example", by=desk.ana, at=MONDAY)
    blocking.block("NEWS@shop.example", by=desk.leo, at=LATER)

    row = BlockedAddress.objects.get()
    assert (row.address, row.by_id, row.at) == ("news@shop.example", desk.ana.id, MONDAY)


def test_what_is_let_in_again_comes_in_again(desk: Desk) -> None:
    """M-20."""
    blocking.unblock(blocking.block("rui@acme.example", by=desk.ana, at=MONDAY), by=desk.leo)

    assert receive(mail()).outcome == "created"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "invalid_address"),
        ("acme.example", "invalid_address"),
        ("@acme", "invalid_address"),
        ("a b@acme.example", "invalid_address"),
        (f"{'x' * 250}@acme.example", "invalid_address"),
        ("invoices@desk.example", "own_address"),
        ("@desk.example", "own_address"),
    ],
)
def test_what_is_no_address_or_is_our_own_is_refused(desk: Desk, address: str, code: str) -> None:
    """M-20: nobody shuts the desk's own door."""
    with pytest.raises(Invalid) as refused:
        blocking.block(address, by=desk.ana, at=MONDAY)

    assert (refused.value.errors[0].field, refused.value.errors[0].code) == ("address", code)


def test_a_block_holds_for_the_whole_desk_so_who_sees_a_part_sets_none(desk: Desk) -> None:
    """SEC-2."""
    row = blocking.block("news@shop.example", by=desk.ana, at=MONDAY)

    for actor in (desk.eve, actor_for(desk.rui), desk.robot):
        with pytest.raises(NotPermitted):
            blocking.block("else@shop.example", by=actor, at=MONDAY)
        with pytest.raises(NotPermitted):
            blocking.unblock(row, by=actor)
