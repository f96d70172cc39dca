"""Codes of an authenticator (TO-7; RFC 6238, appendix B)."""

import base64
from datetime import UTC, datetime

import pytest

from tramita.domain.one_time import address, code_of, period_at, period_of

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    assert code_of(SECRET, seconds // 30) == code


def test_a_code_serves_for_its_half_minute_and_the_ones_beside_and_only_forwards() -> None:
    """TO-7, RFC 6238 section 5.2: none twice, none older than the last; blanks are nothing."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    now = period_at(at)
    codes = {shift: code_of(SECRET, now + shift) for shift in (-2, -1, 0, 1, 2)}

    assert [period_of(codes[shift], SECRET, at=at, after=0) for shift in (-1, 0, 1)] == [now - 1, now, now + 1]
    assert [period_of(codes[shift], SECRET, at=at, after=0) for shift in (-2, 2)] == [None, None]
    assert period_of(codes[0], SECRET, at=at, after=now) is None
    assert period_of(f" {codes[0][:3]} {codes[0][3:]} ", SECRET, at=at, after=0) == now
    assert period_of("ż" * 6, SECRET, at=at, after=0) is None


def test_an_authenticator_is_opened_by_an_address() -> None:
    """TO-7."""
    said = address("ABC", account="rui@acme.example", issuer="Tramita")
    assert said == "otpauth://totp/Tramita:rui%40acme.example?secret=ABC&issuer=Tramita"
