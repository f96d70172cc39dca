"""Pages as gzip: for whoever takes it, when it pays."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from tests.desk import Desk
from tramita.ui.compression import LEAST, Compressed, takes_gzip

LONG = "<p>Invoice 991 came twice.</p>" * 100


def answered(response: HttpResponse, accepts: str = "gzip, br") -> HttpResponse:
    request = RequestFactory().get("/inbox", headers={"accept-encoding": accepts})
    return Compressed(lambda _: response)(request)


def test_a_page_is_packed_and_says_so() -> None:
    """UI: a first load stays light; RFC 9110 sections 8.4, 8.8.1 and 12.5.5."""
    packed = answered(HttpResponse(LONG, headers={"ETag": '"7"', "Vary": "Cookie"}))

    assert gzip.decompress(packed.content).decode() == LONG
    assert len(packed.content) < len(LONG) / 4
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Content-Length"] == str(len(packed.content))
    assert packed["Vary"] == "Cookie, Accept-Encoding"
    assert packed["ETag"] == 'W/"7"'


def test_who_does_not_take_it_gets_the_page_as_it_is() -> None:
    """RFC 9110 section 12.5.3."""
    plain = answered(HttpResponse(LONG, headers={"ETag": '"7"'}), accepts="br, gzip;q=0")

    assert plain.content.decode() == LONG
    assert plain["Vary"] == "Accept-Encoding"
    assert plain["ETag"] == '"7"'
    assert not plain.has_header("Content-Encoding")


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("br;q=1.0, GZIP; q=0.2", True), ("gzip;q=0.000", False), ("*", False), ("", False), ("x", False)],
)
def test_what_a_browser_takes_is_what_it_names(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("a" * (LEAST - 1)),
        HttpResponse(LONG, content_type="image/png"),
        HttpResponse(LONG, headers={"Content-Encoding": "br"}),
        HttpResponse(LONG, headers={"Cache-Control": "no-transform"}),
        StreamingHttpResponse([LONG.encode()], content_type="text/html"),
    ],
    ids=["short", "a picture", "packed", "forbidden", "streamed"],
)
def test_what_would_not_pay_is_left_alone(response: HttpResponse) -> None:
    """DESIGN decision 12: nothing that streams waits for the rest."""
    assert answered(response).get("Content-Encoding") in (None, "br")


def test_the_length_of_a_page_does_not_tell_its_secrets() -> None:
    """DESIGN decision 13: a random number of bytes lies in front (BREACH)."""
    assert len({len(answered(HttpResponse(LONG)).content) for _ in range(40)}) > 5


@pytest.mark.django_db
def test_pages_and_answers_of_the_api_are_packed(desk: Desk, client: Client) -> None:
    """UI, INTERFACES section 4: also for who asks for the head alone."""
    for method in (client.get, client.head):
        told = method("/accounts/login/", headers={"accept-encoding": "gzip"})
        assert (told["Content-Encoding"], told["Vary"].count("Accept-Encoding")) == ("gzip", 1)
    answer = client.get("/api/v1/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
