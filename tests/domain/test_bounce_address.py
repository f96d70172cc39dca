"""The envelope's sender names one mail of ours, and nobody can make it up (MAIL-71, MAIL-96, MAIL-117)."""

import pytest

from tramita.domain.codes import Kind
from tramita.domain.mail_tokens import (
    Keys,
    bounce_address,
    claim_of_id,
    claims_of_addresses,
    id_beginning,
    message_id,
    plus_address,
    without_token,
)
from tramita.domain.references import Reference

KEYS = Keys(("new secret", "old secret"))
REFERENCES = [Reference(Kind.TICKET, 40308), Reference(Kind.ACTION, 10040, 2)]
DESK = "desk@helpdesk.example"


@pytest.mark.parametrize("reference", REFERENCES)
def test_it_names_the_item_and_the_mail(reference: Reference) -> None:
    """MAIL-96, MAIL-117."""
    address = bounce_address(DESK, reference, "98cb6f44425a4aa6", keys=KEYS)
    sent = message_id(reference, "98cb6f44425a4aa6", host="helpdesk.example", keys=KEYS)

    (claim,) = claims_of_addresses([address.upper()], keys=KEYS)

    assert (claim.number, claim.ordinal, claim.message.lower()) == (
        reference.number,
        reference.ordinal,
        "98cb6f44425a4aa6",
    )
    assert sent.startswith(id_beginning(claim))
    assert without_token(address) == DESK


def test_a_token_of_one_kind_is_none_of_another() -> None:
    """MAIL-71."""
    ticket = REFERENCES[0]
    address = bounce_address(DESK, ticket, "7", keys=KEYS)
    answer = plus_address(DESK, ticket, keys=KEYS)

    assert list(claims_of_addresses([address.replace("-7.", "-8.")], keys=KEYS)) == []
    assert list(claims_of_addresses([address.replace("-7.", ".")], keys=KEYS)) == []
    assert list(claims_of_addresses([answer.replace("40308.", "40308-7.")], keys=KEYS)) == []
    assert claim_of_id(message_id(ticket, "7", host="x", keys=KEYS), keys=KEYS).message == "7"


def test_where_it_would_be_too_long_for_mail_the_plain_address_serves() -> None:
    """MAIL-117, RFC 5321 4.5.3.1."""
    long = f"{'x' * 40}@helpdesk.example"

    assert bounce_address(long, REFERENCES[0], "98cb6f44425a4aa6", keys=KEYS) == long
