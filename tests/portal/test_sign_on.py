"""Signing in by a provider that knows people already: OpenID Connect (TO-7)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.desk import Desk, publish
from tests.fakes import openid
from tests.fakes.openid import CLIENT, SECRET, Openid
from tests.web.reading import text_of, words_of
from tramita.cli.people import SIGN_ON_FORGET
from tramita.domain.codes import Role
from tramita.models import Definition, Identity, Person, Version
from tramita.portal import sign_on as pages
from tramita.queries.sign_on import providers
from tramita.services import merging_contacts, second_factor
from tramita.services.sign_on import check

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"sub": "248289761001", "email": "Rui@Acme.example", "email_verified": True, "name": "Rui Sousa"}
BACK = "/accounts/sign-on/acme/back"


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    pages.allowances.forget()


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Openid]:
    """Acme's own, which vouches for its addresses."""
    settings.TRAMITA_SIGN_ON_INSIDE = frozenset({"localhost"})
    monkeypatch.setenv("ACME_SECRET", SECRET)
    with openid.serving() as found:
        configure(found)
        yield found


def configure(found: Openid, **more: Any) -> None:
    """As who keeps the desk would, once more if need be."""
    body = {"title": "Acme", "issuer": found.issuer, "client_id": CLIENT, "client_secret_env": "ACME_SECRET"}
    body |= {"domains": ["acme.example"]} | more
    known = Definition.objects.filter(kind="sign_on").first() or publish("sign_on", "acme", **body)
    Version.objects.filter(definition=known).update(body={**body, "key": "acme"})


@pytest.fixture
def rui(desk: Desk) -> Person:
    Person.objects.filter(pk=desk.rui.pk).update(email="rui@acme.example")
    return Person.objects.get(pk=desk.rui.pk)


def begun(client: Client, after: str = "") -> str:
    """The provider's page, to which the button leads."""
    return client.get("/accounts/sign-on/acme", {"next": after} if after else {}).headers["Location"]


def comes(client: Client, provider: Openid, after: str = "", **who: Any) -> Any:
    """Somebody signs in there and is sent back."""
    return client.get(provider.sign_in(begun(client, after), **WHO | who))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_button_leads_to_the_provider_and_back_to_where_one_was_going(rui: Person, provider: Openid) -> None:
    """TO-7, UI portal: by a link, with PKCE, a state and a nonce; by the subject once the address has changed."""
    client = Client()
    asked = client.get("/portal/settings").headers["Location"]
    page = text_of(client.get(asked))
    first = comes(client, provider, "/portal/settings")
    again = Client()
    comes(again, provider, email="rui.sousa@elsewhere.example", email_verified=False)

    assert 'href="/accounts/sign-on/acme?next=/portal/settings"' in page
    assert "Sign in with Acme" in page
    assert first.headers["Location"] == "/portal/settings"
    assert client.get("/portal").status_code == 200
    assert first.headers["Cache-Control"] == "no-store, private"
    assert again.session["_auth_user_id"] == str(rui.pk)
    assert Identity.objects.get().person == rui


def test_what_is_asked_of_the_provider_differs_each_time(rui: Person, provider: Openid) -> None:
    """TO-7: nothing of it is told twice, and the verifier not at all."""
    client = Client(headers={"accept-language": "pl"})
    first, second = (parse_qs(urlsplit(begun(client)).query) for _ in range(2))

    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert first["redirect_uri"] == [f"http://127.0.0.1:8000{BACK}"]
    assert first["ui_locales"] == ["pl"]
    assert client.session["sign_on_asked"][0]["verifier"] not in begun(client)


def test_staff_sign_in_by_it_too_and_no_second_factor_is_asked(desk: Desk, provider: Openid) -> None:
    """TO-7: the second factor is the provider's matter."""
    configure(provider, domains=["acme.example", "desk.example"])
    ana = Person.objects.get(pk=desk.ana.id)
    second_factor.begin(ana)
    client = Client()

    came = comes(client, provider, email=ana.email)

    assert came.headers["Location"] == "/"
    assert client.get("/inbox").status_code == 200


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_keys_may_change_at_any_time(desk: Desk, rui: Person, algorithm: str, settings: Any, monkeypatch: Any) -> None:
    """TO-7: a new key counts at once, one that was taken back counts no more."""
    settings.TRAMITA_SIGN_ON_INSIDE = frozenset({"localhost"})
    monkeypatch.setenv("ACME_SECRET", SECRET)
    with openid.serving(algorithm) as provider:
        configure(provider)
        old = provider.key
        comes(Client(), provider)
        provider.rotate()
        fresh, stale = Client(), Client()
        comes(fresh, provider)
        provider.signs_with = old
        comes(stale, provider)

    assert (is_in(fresh), is_in(stale)) == (True, False)


def unsigned(provider: Openid) -> None:
    now = int(time())
    claims = {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **WHO, **provider.claims}
    provider.token = jwt.encode(claims, None, algorithm="none")


def by_the_public_key(provider: Openid) -> None:
    """A token that is “signed” with what everybody knows, as if it were a shared secret."""
    now = int(time())
    claims = {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **WHO}
    public = str(provider.keys()["keys"][1]["n"])
    provider.token = jwt.encode(claims, public, algorithm="HS256", headers={"kid": provider.kid})


ATTACKS: dict[str, Callable[[Openid], Any]] = {
    "another nonce": lambda it: it.claims.update(nonce="another"),
    "no nonce": lambda it: it.claims.update(nonce=None),
    "another issuer": lambda it: it.claims.update(iss="https://evil.example"),
    "for another client": lambda it: it.claims.update(aud="another"),
    "for several, asked by another": lambda it: it.claims.update(aud=[CLIENT, "another"], azp="another"),
    "for several, asked by nobody": lambda it: it.claims.update(aud=[CLIENT, "another"]),
    "out of time": lambda it: it.claims.update(exp=int(time()) - 121),
    "without an end": lambda it: it.claims.update(exp=None),
    "of tomorrow": lambda it: it.claims.update(iat=int(time()) + 86_400),
    "of nobody": lambda it: it.claims.update(sub=None),
    "not signed": unsigned,
    "signed by what is public": by_the_public_key,
    "signed by a stranger": lambda it: setattr(it, "signs_with", openid.new_key("RS256")),
    "no token at all": lambda it: setattr(it, "token", "rubbish"),
    "calls itself otherwise": lambda it: it.said.update(issuer="https://evil.example"),
    "in the clear": lambda it: it.said.update(token_endpoint="http://evil.example/token"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_not_for_us_lets_nobody_in(rui: Person, provider: Openid, attack: str) -> None:
    """TO-7; OpenID Connect Core 3.1.3.7: a plain sentence, and the reason in the log only."""
    client = Client()
    page = begun(client)
    ATTACKS[attack](provider)

    came = client.get(provider.sign_in(page, **WHO))

    assert (came.status_code, is_in(client)) == (409, False)
    assert "Signing in by “Acme” did not work." in words_of(came)
    assert not Identity.objects.exists()


def test_only_the_browser_that_asked_is_let_in_and_once(rui: Person, provider: Openid) -> None:
    """TO-7: another's answer, a second time, a state that was made up, and one that is too old."""
    victim, thief = Client(), Client()
    answer = provider.sign_in(begun(victim), **WHO)
    path, query = answer.split("?")
    made_up = {**{name: one[0] for name, one in parse_qs(query).items()}, "state": "made-up"}

    stolen, forged, first = thief.get(answer), victim.get(path, made_up), victim.get(answer)
    victim.logout()
    replayed = victim.get(answer)
    late = Client()
    answer = provider.sign_in(begun(late), **WHO)
    session = late.session
    session["sign_on_asked"][0]["since"] = (timezone.now() - timedelta(minutes=11)).isoformat()
    session.save()

    assert [one.status_code for one in (stolen, forged, first, replayed, late.get(answer))] == [409, 409, 302, 409, 409]
    assert "was not begun here, or too long ago" in words_of(stolen)
    assert not is_in(thief)


def test_a_code_serves_once_whoever_brings_it(rui: Person, provider: Openid) -> None:
    """TO-7: with a state of one's own, somebody else's code is refused by what was promised for it (PKCE)."""
    victim, thief = Client(), Client()
    code = parse_qs(urlsplit(provider.sign_in(begun(victim), **WHO)).query)["code"][0]
    state = parse_qs(urlsplit(begun(thief)).query)["state"][0]

    came = thief.get(BACK, {"code": code, "state": state})

    assert (came.status_code, is_in(thief)) == (409, False)


def test_another_providers_answer_is_no_answer(rui: Person, provider: Openid) -> None:
    """TO-7; RFC 9207: one that says it is another's, and one that comes back by another's address."""
    publish("sign_on", "other", title="O", issuer=provider.issuer, client_id=CLIENT, domains=["o.example"])
    client = Client()
    mixed = client.get(provider.sign_in(begun(client), **WHO) + "&iss=https://evil.example")
    elsewhere = client.get(provider.sign_in(begun(client), **WHO).replace("/acme/", "/other/"))
    declined = client.get(BACK, {"error": "access_denied", "state": parse_qs(urlsplit(begun(client)).query)["state"]})

    assert [one.status_code for one in (mixed, elsewhere, declined)] == [409, 409, 409]
    assert not is_in(client)


def test_who_is_refused_is_told_why_in_a_sentence(desk: Desk, rui: Person, provider: Openid) -> None:
    """TO-7: an address that nobody confirmed, one of another domain, one that nobody has, and who has left."""
    ana = Person.objects.get(pk=desk.ana.id)
    said = {
        "does not confirm": {"email_verified": False},
        "does not confirm that your": {"email": None},
        f"lets nobody in here with the address {ana.email}": {"email": ana.email},
        "lets nobody in here with the address a@b@acme.example": {"email": "a@b@acme.example"},
        "Nobody here has the address new@acme.example": {"email": "new@acme.example"},
    }
    for sentence, who in said.items():
        client = Client()
        came = comes(client, provider, **who)
        assert (came.status_code, is_in(client)) == (409, False)
        assert sentence in words_of(came)
    comes(Client(), provider)
    Person.objects.filter(pk=rui.pk).update(is_active=False)
    assert "Nobody here has the address rui@acme.example" in words_of(comes(Client(), provider))
    assert Identity.objects.count() == 1
    assert Person.objects.filter(email="new@acme.example").count() == 0


def test_people_of_an_organisation_are_made_where_that_is_allowed(desk: Desk, provider: Openid) -> None:
    """TO-7, SS-1: as contacts, of the organisation of their domain, and of no other domain."""
    acme = factories.organisation("acme", domains=["acme.example"])
    configure(provider, make_contacts=True, domains=["acme.example", "free.example"])
    client = Client()
    comes(client, provider, sub="1", email="New@acme.example", name="Nova Nunes")
    made = Person.objects.get(email="new@acme.example")
    free = comes(Client(), provider, sub="2", email="new@free.example")

    assert (made.role, made.organisation, made.name) == (Role.REQUESTER, acme, "Nova Nunes")
    assert client.get("/portal").status_code == 200
    assert free.status_code == 409


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    rui: Person, provider: Openid, capsys: pytest.CaptureFixture[str]
) -> None:
    """TO-7: until who keeps the desk forgets the account that had it."""
    comes(Client(), provider)
    client = Client()
    refused = comes(client, provider, sub="another")

    class Args:
        email = rui.email

    assert (refused.status_code, is_in(client)) == (409, False)
    assert "belongs to another account of “Acme”" in words_of(refused)
    assert SIGN_ON_FORGET.run(Args()) == 0  # type: ignore[arg-type]  # has what it reads
    assert comes(client, provider, sub="another").status_code == 302
    assert "1 forgotten" in capsys.readouterr().out


def test_a_contact_who_was_merged_comes_in_as_the_one_who_is_kept(desk: Desk, rui: Person, provider: Openid) -> None:
    """TO-7, CT-7: by both accounts."""
    kept = factories.requester("Rui S.", email="r@acme.example")
    comes(Client(), provider)
    comes(Client(), provider, sub="kept", email="r@acme.example")
    merging_contacts.merge(rui.pk, into="r@acme.example", by=factories.administrator(), at=timezone.now())
    both = [Client(), Client()]
    comes(both[0], provider)
    comes(both[1], provider, sub="kept")

    assert [one.session["_auth_user_id"] for one in both] == [str(kept.pk)] * 2


def test_a_provider_that_puts_only_the_subject_into_its_token_is_asked(rui: Person, provider: Openid) -> None:
    """TO-7: what it tells of somebody else counts for nothing; what it denies, the desk cannot say for it."""
    only = {"email": None, "email_verified": None, "name": None}
    provider.user = {**WHO, "sub": "another"}
    other = comes(Client(), provider, **only)
    provider.user = dict(WHO)
    right = comes(Client(), provider, **only)
    configure(provider, addresses_verified=True)
    Identity.objects.all().delete()
    denied, silent = (comes(Client(), provider, email_verified=one) for one in (False, None))

    assert (other.status_code, right.status_code) == (409, 302)
    assert (silent.status_code, denied.status_code) == (302, 409)


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(rui: Person, provider: Openid, after: str) -> None:
    """TO-7: no open redirect, from the link nor from what the session kept."""
    client, other = Client(), Client()
    begun(other)
    answer = provider.sign_in(begun(other), **WHO)
    session = other.session
    session["sign_on_asked"][1]["after"] = after
    session.save()

    assert comes(client, provider, after).headers["Location"] == "/"
    assert other.get(answer).headers["Location"] == "/"


def test_signing_out_offers_to_sign_out_there_too(rui: Person, provider: Openid) -> None:
    """TO-7: by a link; who came by a password is not asked."""
    client, other = Client(), Client()
    comes(client, provider)
    other.force_login(rui)

    out = client.post("/accounts/logout/", follow=True)
    there = client.get("/accounts/sign-on/acme/leave").headers["Location"]
    provider.said = {"end_session_endpoint": None}

    assert not is_in(client)
    assert "Sign out there too" in words_of(out)
    assert there.startswith(f"{provider.issuer}/out?client_id=tramita&post_logout_redirect_uri=http%3A%2F%2F127")
    assert client.get("/accounts/sign-on/acme/leave").headers["Location"] == "/accounts/login/"
    assert other.post("/accounts/logout/").headers["Location"] == "/accounts/login/"


def test_a_provider_that_is_away_or_off_lets_nobody_in(rui: Person, provider: Openid, settings: Any) -> None:
    """TO-7: nor one inside of the own network that nobody named."""
    answer = provider.sign_in(begun(client := Client()), **WHO)
    settings.TRAMITA_SIGN_ON_INSIDE = frozenset()
    inside, back = Client().get("/accounts/sign-on/acme"), client.get(answer)
    configure(provider, active=False)

    assert (inside.status_code, back.status_code) == (409, 409)
    assert "Sign in with" not in words_of(Client().get("/accounts/login/"))
    assert Client().get("/accounts/sign-on/acme").status_code == 404
    assert Client().get(BACK).status_code == 404


def test_the_doctor_says_what_keeps_people_out(rui: Person, provider: Openid, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES section 2, TO-7."""
    (found,) = providers()
    well = check(found)
    monkeypatch.delenv("ACME_SECRET")
    secret = check(found)
    provider.said = {"issuer": "https://evil.example"}

    assert well == ""
    assert secret == "the variable ACME_SECRET is not set"
    assert "it calls itself 'https://evil.example'" in check(found)


def test_a_client_without_a_secret_and_one_whose_secret_goes_into_the_form(rui: Person, provider: Openid) -> None:
    """TO-7: as the provider says that it wants it."""
    provider.said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    form = comes(Client(), provider)
    configure(provider, client_secret_env="")
    public = comes(Client(), provider)

    assert form.status_code == 302
    assert public.status_code == 409  # this one wants a secret
