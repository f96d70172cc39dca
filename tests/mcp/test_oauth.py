"""A program gets access: it says who it is, somebody agrees on a page, and its tokens are good for `/mcp` alone."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from django.test import Client as Browser
from django.utils import timezone
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from mcp import Client
from tests import factories
from tests.api.callers import Caller
from tests.desk import Desk
from tests.mcp.talking import ADDRESS, Handler, with_client
from tramita.gateways.calling import Answer, CallFault
from tramita.models import Person, ToolAccess
from tramita.services import tool_access, tool_clients

DOCUMENT = "https://app.example/tramita.json"
BACK = "http://127.0.0.1:3000/back"
ABOUT = {
    "client_id": DOCUMENT,
    "client_name": "Helper",
    "redirect_uris": ["http://127.0.0.1/back", "https://app.example/x"],
}
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
HERE = "http://testserver"
ASKED = {
    "response_type": "code",
    "client_id": DOCUMENT,
    "redirect_uri": BACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "s-1",
    "resource": f"{HERE}/mcp",
}


@pytest.fixture(autouse=True)
def _at_home(settings: Any) -> None:
    from tramita.portal import tool_access as page

    settings.TRAMITA_BASE_URL = HERE
    page.allowances.forget()


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the program's document says; a test changes it."""
    about = dict(ABOUT)

    def call(method: str, url: str, **options: Any) -> Answer:
        if url != DOCUMENT:
            raise CallFault("there is no address of it")
        return Answer(200, json.dumps(about))

    monkeypatch.setattr(tool_clients, "call", call)
    return about


@pytest.fixture
def ana(desk: Desk) -> Browser:
    browser = Browser()
    browser.force_login(Person.objects.get(pk=desk.ana.id))
    return browser


def page(browser: Browser, **asked: str) -> Any:
    return browser.get(f"/oauth/authorize?{urlencode(ASKED | asked)}")


def pressed(browser: Browser, do: str = "allow", **asked: str) -> dict[str, str]:
    """What the program is told when somebody presses a button of the page."""
    shown = page(browser, **asked).content.decode()
    signed = re.search(r'name="asked" value="([^"]+)"', shown)
    assert signed, shown
    answer = browser.post("/oauth/authorize", {"asked": signed[1], "do": do})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith((asked.get("redirect_uri") or BACK) + "?")
    return {name: several[0] for name, several in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def tokens(code: str, **more: str) -> Any:
    given = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": BACK}
    return Browser().post("/oauth/token", given | {"client_id": DOCUMENT, "resource": f"{HERE}/mcp"} | more)


def renewed(token: str, **more: str) -> Any:
    given = {"grant_type": "refresh_token", "refresh_token": token, "client_id": DOCUMENT}
    return Browser().post("/oauth/token", given | more)


def lists_tools(token: str) -> int:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Authorization": f"Bearer {token}"}
    return Browser().post("/mcp", body, content_type="application/json", headers=headers).status_code


@pytest.mark.usefixtures("says", "data_dir")
def test_the_official_client_finds_its_way_to_a_token(desk: Desk, ana: Browser) -> None:
    """RFC 9728, RFC 8414, client metadata documents, PKCE, RFC 8707, RFC 9207: all of it, by the official SDK."""
    handler, saw = Handler(), SimpleNamespace(where="")
    cookie = f"sessionid={ana.cookies['sessionid'].value}"

    async def at_the_page(url: str) -> None:
        async with httpx2.AsyncClient(transport=handler, headers={"Cookie": cookie}) as browser:
            shown = await browser.get(url)
            signed = re.search(r'name="asked" value="([^"]+)"', shown.text)
            assert signed, shown.text
            body = {"asked": signed[1], "do": "allow"}
            saw.where = (await browser.post(f"{HERE}/oauth/authorize", data=body)).headers["Location"]

    async def at_the_program() -> AuthorizationCodeResult:
        told = {name: several[0] for name, several in parse_qs(urlsplit(saw.where).query).items()}
        return AuthorizationCodeResult(**told)

    async def script(client: Client) -> None:
        result = await client.call_tool("find_items", {})
        saw.found = json.loads(result.content[0].text)

    about = OAuthClientMetadata(redirect_uris=[BACK], client_name="Helper", token_endpoint_auth_method="none")
    reference = desk.ticket().reference
    auth = OAuthClientProvider(ADDRESS, about, Kept(), at_the_page, at_the_program, client_metadata_url=DOCUMENT)

    with_client(auth, script, handler=handler)

    assert [one["reference"] for one in saw.found["items"]] == [reference]
    assert ToolAccess.objects.get().person_id == desk.ana.id


class Kept:
    """Where the official client keeps what it got."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


def test_what_is_served_is_described(client: Browser) -> None:
    """RFC 9728, RFC 8414."""
    resource = client.get("/.well-known/oauth-protected-resource/mcp").json()
    server = client.get("/.well-known/oauth-authorization-server/oauth").json()

    assert resource["resource"] == f"{HERE}/mcp"
    assert resource["authorization_servers"] == [server["issuer"]] == [f"{HERE}/oauth"]
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["client_id_metadata_document_supported"] is True
    assert server["authorization_response_iss_parameter_supported"] is True


@pytest.mark.usefixtures("says")
def test_who_agrees_sees_who_asks_and_where_the_answer_goes(ana: Browser) -> None:
    """The name is anybody's; the host is not. The answer may go to that place, and to no other."""
    shown = page(ana)

    words = shown.content.decode()
    assert all(word in words for word in ("Helper", "app.example", "127.0.0.1:3000", "Ana Lima"))
    assert "form-action 'self' http://127.0.0.1:3000" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store, private"


@pytest.mark.usefixtures("says")
def test_who_is_not_signed_in_signs_in_first(db: None) -> None:
    answer = page(Browser())

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=/oauth/authorize")


@pytest.mark.usefixtures("says")
def test_a_no_is_told_and_opens_nothing(ana: Browser) -> None:
    told = pressed(ana, do="refuse")

    assert told == {"error": "access_denied", "iss": f"{HERE}/oauth", "state": "s-1"}
    assert not ToolAccess.objects.exists()


@pytest.mark.usefixtures("says")
@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "https://app.example/other.json"},
        {"client_id": "http://app.example/tramita.json"},
        {"client_id": "https://app.example/"},
        {"client_id": "https://app.example/a/../tramita.json"},
        {"client_id": "https://user@app.example/tramita.json"},
        {"client_id": "https://app.example/tramita.json?x=1"},
        {"client_id": "x" * 3000},
        {"redirect_uri": "https://evil.example/x"},
        {"redirect_uri": "https://app.example/x/../y"},
        {"redirect_uri": "http://127.0.0.1:3000/other"},
        {"redirect_uri": "http://127.0.0.1.evil.example/back"},
        {"redirect_uri": "http://127.0.0.1:3000/back#x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://127.0.0.1:3000/ba\nck"},
        {"redirect_uri": ""},
    ],
)
def test_nobody_is_led_to_a_place_that_nobody_vouches_for(ana: Browser, asked: dict[str, str]) -> None:
    """OAuth 2.1: a wrong client or address is a page, never a redirect."""
    answer = page(ana, **asked)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "https://other.example/x.json"},
        {"client_name": ""},
        {"client_name": 5},
        {"client_name": "Hel\0per"},
        {"client_name": "\ud800"},
        {"redirect_uris": "http://127.0.0.1/back"},
        {"redirect_uris": []},
        {"token_endpoint_auth_method": "client_secret_basic"},
    ],
)
def test_a_document_that_says_something_else_is_nobodys(ana: Browser, says: dict[str, Any], change: Any) -> None:
    """Client ID metadata documents."""
    says.update(change)

    assert page(ana).status_code == 400


@pytest.mark.usefixtures("says")
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "\0" * 43}, "invalid_request"),
        ({"state": "s" * 2001}, "invalid_request"),
        ({"resource": f"{HERE}/api/v1"}, "invalid_target"),
        ({"resource": ""}, "invalid_target"),
    ],
)
def test_a_wrong_request_is_told_to_the_program(ana: Browser, asked: dict[str, str], error: str) -> None:
    """OAuth 2.1, RFC 7636, RFC 8707, RFC 9207."""
    where = urlsplit(page(ana, **asked).headers["Location"])

    assert f"{where.scheme}://{where.netloc}{where.path}" == BACK
    assert parse_qs(where.query)["error"] == [error]


@pytest.mark.usefixtures("says")
def test_a_code_serves_once_and_whoever_shows_it_again_ends_the_access(ana: Browser) -> None:
    """OAuth 2.1 section 4.1.3: somebody else has it too."""
    code = pressed(ana)["code"]

    first, again = tokens(code), tokens(code)

    assert lists_tools("x" + first.json()["access_token"]) == 401
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert lists_tools(first.json()["access_token"]) == 401


@pytest.mark.usefixtures("says")
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"client_id": "https://evil.example/x.json"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:3001/back"}, "invalid_grant"),
        ({"resource": f"{HERE}/api/v1"}, "invalid_target"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code_verifier": "c" * 3000}, "invalid_request"),
        ({"client_id": "\0"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:3000/\0"}, "invalid_request"),
    ],
)
def test_a_code_is_for_who_asked_with_what_they_kept(ana: Browser, more: dict[str, str], error: str) -> None:
    """RFC 7636, RFC 8707; the right one is still good afterwards."""
    code = pressed(ana)["code"]

    assert tokens(code, **more).json() == {"error": error}
    assert tokens(code).status_code == 200


@pytest.mark.usefixtures("says")
def test_a_code_lasts_a_minute_and_a_token_an_hour(desk: Desk) -> None:
    client = tool_clients.known(DOCUMENT)

    def begun(ago: timedelta) -> str:
        return tool_access.allow(client, redirect_uri=BACK, challenge=CHALLENGE, by=desk.ana, at=timezone.now() - ago)

    def redeemed(code: str, ago: timedelta) -> str:
        at = timezone.now() - ago
        return tool_access.redeem(code, verifier=VERIFIER, client=DOCUMENT, redirect_uri=BACK, at=at).access

    assert tokens(begun(timedelta(minutes=2))).json() == {"error": "invalid_grant"}
    assert lists_tools(redeemed(begun(timedelta(minutes=59)), timedelta(minutes=59))) == 200
    assert lists_tools(redeemed(begun(timedelta(minutes=61)), timedelta(minutes=61))) == 401


@pytest.mark.usefixtures("says")
def test_old_tokens_give_new_ones_once(ana: Browser) -> None:
    """OAuth 2.1 section 4.3.1: rotation; an old one that comes again was stolen, and ends the access."""
    first = tokens(pressed(ana)["code"]).json()

    second = renewed(first["refresh_token"]).json()
    works, no_more = lists_tools(second["access_token"]), lists_tools(first["access_token"])
    stolen = renewed(first["refresh_token"])

    assert (works, no_more) == (200, 401)
    assert stolen.json() == {"error": "invalid_grant"}
    assert lists_tools(second["access_token"]) == 401
    assert renewed(second["refresh_token"]).json() == {"error": "invalid_grant"}


@pytest.mark.usefixtures("says")
def test_a_thief_who_renews_twice_is_found_out_too(ana: Browser) -> None:
    """RFC 9700 section 4.14: whichever old token comes again ends the access, not the last one alone."""
    stolen = tokens(pressed(ana)["code"]).json()["refresh_token"]
    thief = renewed(renewed(stolen).json()["refresh_token"]).json()

    theirs = renewed(stolen)

    assert theirs.json() == {"error": "invalid_grant"}
    assert lists_tools(thief["access_token"]) == 401
    assert renewed(thief["refresh_token"]).json() == {"error": "invalid_grant"}


@pytest.mark.usefixtures("says")
@pytest.mark.parametrize("given", ["x", "x.y", "x.", "."])
def test_a_token_that_nobody_was_given_ends_nothing(ana: Browser, given: str) -> None:
    """RFC 6749 section 5.2: nor does the right one, shown for another program."""
    first = tokens(pressed(ana)["code"]).json()

    made_up = [renewed(given), renewed(first["refresh_token"], client_id="https://evil.example/x.json")]

    assert [one.json() for one in made_up] == [{"error": "invalid_grant"}] * 2
    assert lists_tools(first["access_token"]) == 200


@pytest.mark.django_db
def test_who_makes_something_up_holds_nobody_up(django_assert_num_queries: Any) -> None:
    """Anybody may ask here, signed in or not: one statement that reads, and no turn to write."""
    for asks in (lambda: tokens("x"), lambda: renewed("x.y"), lambda: Browser().post("/oauth/revoke", {"token": "x"})):
        with django_assert_num_queries(1) as asked:
            asks()
        assert asked[0]["sql"].startswith("SELECT")


@pytest.mark.usefixtures("says")
def test_what_is_said_twice_is_not_chosen_from(ana: Browser) -> None:
    """RFC 6749 sections 3.1 and 3.2: parameters come once."""
    asked = f"{urlencode(ASKED)}&{urlencode({'redirect_uri': 'https://app.example/x'})}"

    given = {"grant_type": "refresh_token", "refresh_token": ["x", "y"], "client_id": DOCUMENT}

    assert ana.get(f"/oauth/authorize?{asked}").status_code == 400
    assert Browser().post("/oauth/token", given).json() == {"error": "invalid_request"}


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example/x\r\nSet-Cookie: a=b",
        "https://app.example;script-src-elem */x",
        "https://app.example x/x",
        "https://app.example/" + "x" * 1000,
        "https://bücher.example/x",
        "https://@app.example/x",
    ],
)
def test_an_address_that_fits_no_header_is_none(ana: Browser, says: dict[str, Any], redirect_uri: str) -> None:
    """RFC 3986: whatever a document names; nor one that cannot be kept."""
    says["redirect_uris"] = [redirect_uri]

    assert page(ana, redirect_uri=redirect_uri).status_code == 400


@pytest.mark.usefixtures("says")
def test_a_token_of_a_program_opens_nothing_else(ana: Browser) -> None:
    """RFC 8707: it is for the tools; the API is another resource."""
    token = tokens(pressed(ana)["code"]).json()["access_token"]

    assert lists_tools(token) == 200
    assert Caller(token).get("/items").status_code == 401


@pytest.mark.usefixtures("says")
@pytest.mark.parametrize("how", ["inactive", "revoked", "taken back"])
def test_an_access_ends_at_once(ana: Browser, desk: Desk, how: str) -> None:
    """RFC 7009; SEC-1; the page of one's own security."""
    got = tokens(pressed(ana)["code"]).json()
    listed = ana.get("/accounts/security").content.decode()

    ends: dict[str, Callable[[], object]] = {
        "inactive": lambda: Person.objects.filter(pk=desk.ana.id).update(is_active=False),
        "revoked": lambda: Browser().post("/oauth/revoke", {"token": got["refresh_token"]}),
        "taken back": lambda: ana.post(f"/accounts/security/programs/{ToolAccess.objects.get().pk}/remove"),
    }
    ends[how]()

    assert "Helper" in listed
    assert lists_tools(got["access_token"]) == 401
    assert renewed(got["refresh_token"]).json() == {"error": "invalid_grant"}


@pytest.mark.usefixtures("says")
def test_nobody_takes_back_what_is_not_theirs(ana: Browser) -> None:
    token = tokens(pressed(ana)["code"]).json()["access_token"]
    eve = Browser()
    eve.force_login(factories.person("Eve Dark"))

    assert eve.post(f"/accounts/security/programs/{ToolAccess.objects.get().pk}/remove").status_code == 404
    assert lists_tools(token) == 200


@pytest.mark.usefixtures("says")
def test_a_page_is_pressed_by_whom_it_was_shown_to(ana: Browser) -> None:
    """Nobody else can make Ana's browser send it: it is signed for her, and Django asks for its own token besides."""
    shown = page(ana).content.decode()
    signed = re.search(r'name="asked" value="([^"]+)"', shown)
    eve = Browser()
    eve.force_login(factories.person("Eve Dark"))

    assert signed
    assert eve.post("/oauth/authorize", {"asked": signed[1], "do": "allow"}).status_code == 400
    assert ana.post("/oauth/authorize", {"asked": signed[1][:-2], "do": "allow"}).status_code == 400
    assert not ToolAccess.objects.exists()


@pytest.mark.usefixtures("says")
def test_what_is_used_no_more_is_forgotten(ana: Browser, desk: Desk) -> None:
    """Rows of codes that nobody redeemed, and of tokens that nobody renewed."""
    tokens(pressed(ana)["code"])
    pressed(ana)

    soon = tool_access.forget_unused(at=timezone.now() + timedelta(hours=1))
    later = tool_access.forget_unused(at=timezone.now() + timedelta(days=31))

    assert (soon, later) == (1, 1)
