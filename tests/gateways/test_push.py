"""Messages to browsers, byte by byte."""

from datetime import UTC, datetime

import pytest

from tests.fakes.push import Browser, base64url, push_service, signed_by
from tramita.gateways import push
from tramita.gateways.calling import CallFault
from tramita.gateways.push import Parcel, decoded, encrypted

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_the_example_of_the_standard_comes_out_byte_by_byte() -> None:
    """AP-17, N-4: RFC 8291, appendix A."""
    made = encrypted(
        b"When I grow up, I want to be a watermelon",
        p256dh=decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        auth=decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        private="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )

    assert base64url(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_message_fits_one_record_and_no_longer_one_is_made() -> None:
    """AP-17: RFC 8291 section 4."""
    with push_service() as service:
        browser = Browser(service, "long")

    text = b"x" * push.LONGEST
    made = encrypted(text, p256dh=browser.point, auth=browser.auth)

    assert (len(made), browser.read(made)) == (4096, text)
    with pytest.raises(ValueError, match="too long"):
        encrypted(text + b"x", p256dh=browser.point, auth=browser.auth)


def test_who_sends_is_signed_for_this_push_service_alone_and_not_for_long() -> None:
    """AP-17: RFC 8292."""
    private = push.new_key()
    with push_service() as service:
        browser = Browser(service, "ana")
        parcel = Parcel(text=b"hello", topic="approval-1", **browser.given)

        status = push.post(parcel, private=private, contact="mailto:a@b.example", at=AT, inside={"localhost"})

        (heard,) = service.heard
        key, claims = signed_by(heard, service)
    assert (status, key, claims["sub"]) == (201, push.public_key(private), "mailto:a@b.example")
    assert 0 < claims["exp"] - AT.timestamp() <= 24 * 3600
    assert browser.read(heard.body) == b"hello"
    assert (heard.headers["Content-Encoding"], heard.headers["Topic"]) == ("aes128gcm", "approval-1")
    assert int(heard.headers["TTL"]) > 0


def test_a_push_service_inside_of_our_network_is_none_unless_it_is_named() -> None:
    """AP-17, DEPENDENCIES: whoever has a browser could else make us call what is inside."""
    with push_service() as service:
        parcel = Parcel(text=b"hello", topic="x", **Browser(service, "eve").given)

        with pytest.raises(CallFault, match="TRAMITA_PUSH_INSIDE") as fault:
            push.post(parcel, private=push.new_key(), contact="mailto:a@b.example", at=AT, inside=())

    assert (fault.value.again, service.heard) == (False, [])
