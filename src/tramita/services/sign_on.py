"""People sign in by a provider that knows them already: OpenID Connect, by a code, PKCE, a state and a nonce (TO-7).

begin        the provider's page, and what the browser's session must remember of what was asked
complete     the code with which it sends the browser back becomes a person of ours, or a refusal that says why

The first time a person is found by the address that the provider vouches for; from then on by the subject, which stays
theirs whatever their address becomes (decision 64).
"""

import hmac
import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, NotFound
from tramita.domain.sign_on import SignOnDefinition, Vouched, fault_of, is_of, vouched
from tramita.gateways import openid
from tramita.gateways.openid import ProviderFault
from tramita.models import Identity, Person
from tramita.queries.people import person_by_address
from tramita.queries.sign_on import provider
from tramita.services import contacts
from tramita.services.transactions import one_transaction

log = logging.getLogger(__name__)
SERVES = timedelta(minutes=10)  # what was asked
ADDRESS_LENGTH = 254
Answer = Mapping[str, str]  # state, code, error, error_description, iss


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a provider, as the session keeps it."""

    key: str
    state: str
    nonce: str
    verifier: str
    since: str
    after: str  # where the person was going


def get(key: str) -> SignOnDefinition:
    """The provider. Raises: NotFound, for none that lets people in."""
    found = provider(key)
    if found is None:
        raise NotFound("There is no such page.")
    return found


def begin(key: str, *, back: str, after: str, language: str, at: datetime) -> tuple[str, Asked]:
    """Where to send the browser, and what to remember. Raises: NotFound; Conflict, when the provider is away."""
    found = get(key)
    asked = Asked(
        key,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        since=at.isoformat(),
        after=after,
    )
    try:
        said = openid.discover(found.issuer, inside=settings.TRAMITA_SIGN_ON_INSIDE)
    except ProviderFault as fault:
        raise _failed(found, fault) from fault
    page = openid.page(
        said,
        client=found.client_id,
        back=back,
        state=asked.state,
        nonce=asked.nonce,
        verifier=asked.verifier,
        language=language,
    )
    return page, asked


def complete(key: str, asked: Asked | None, answer: Answer, *, back: str, at: datetime) -> Person:
    """Who signs in. Raises: NotFound; Conflict, which says why nobody does."""
    found = get(key)
    if asked is None or not _is_answered(asked, key, answer, at=at):
        raise Conflict("This sign-in was not begun here, or too long ago. Begin again.", code="sign_on_not_asked")
    try:
        who = _vouched(found, asked, answer, back=back, at=at)
    except ProviderFault as fault:
        raise _failed(found, fault) from fault
    person = _person(found, who, at=at)
    log.info("signed in by a provider", extra={"provider": key, "person": person.pk})
    return person


def _is_answered(asked: Asked, key: str, answer: Answer, *, at: datetime) -> bool:
    same = hmac.compare_digest(asked.state.encode(), answer.get("state", "").encode("utf-8", "surrogateescape"))
    return same and asked.key == key and datetime.fromisoformat(asked.since) + SERVES >= at


def _vouched(found: SignOnDefinition, asked: Asked, answer: Answer, *, back: str, at: datetime) -> Vouched:
    """What the provider says of who has signed in there. Raises: ProviderFault."""
    inside = settings.TRAMITA_SIGN_ON_INSIDE
    if answer.get("iss", found.issuer) != found.issuer:  # RFC 9207
        raise ProviderFault("another provider has answered")
    if not answer.get("code"):
        words = " ".join(answer[name] for name in ("error", "error_description") if answer.get(name))
        raise ProviderFault(words or "there is no code in the answer")
    said = openid.discover(found.issuer, inside=inside)
    tokens = openid.exchange(
        said,
        client=found.client_id,
        secret=_secret(found),
        code=answer["code"],
        back=back,
        verifier=asked.verifier,
        inside=inside,
    )
    claims = openid.signed_claims(tokens.identity, said, inside=inside)
    if fault := fault_of(claims, issuer=found.issuer, client=found.client_id, nonce=asked.nonce, at=at):
        raise ProviderFault(f"the token is {fault}")
    if not claims.get("email"):  # some put only the subject into the token
        claims = {**openid.about_user(said, tokens, subject=claims["sub"], inside=inside), "sub": claims["sub"]}
    return vouched(claims, always_verified=found.addresses_verified)


def _secret(found: SignOnDefinition) -> str:
    if not found.client_secret_env:
        return ""
    secret = os.environ.get(found.client_secret_env, "")
    if not secret:
        raise ProviderFault(f"the variable {found.client_secret_env} is not set")
    return secret


@one_transaction
def _person(found: SignOnDefinition, who: Vouched, *, at: datetime) -> Person:
    """By the subject, else by the address, else made. Raises: Conflict."""
    known = Identity.objects.filter(issuer=found.issuer, subject=who.subject).select_related("person").first()
    person = known.person if known else _by_address(found, who, at=at)
    if not person.is_active or person.role in (Role.ROBOT, Role.SYSTEM):
        raise _stranger(person.email or "")
    return person


def _by_address(found: SignOnDefinition, who: Vouched, *, at: datetime) -> Person:
    """The person whom the provider vouches for the first time; their subject is remembered."""
    if not who.email or not who.verified:
        raise Conflict(
            "“%(provider)s” does not confirm that your e-mail address is yours.",
            code="sign_on_unverified",
            provider=found.title,
        )
    if not is_of(who.email, found.domains) or len(who.email) > ADDRESS_LENGTH:
        raise Conflict(
            "“%(provider)s” lets nobody in here with the address %(email)s.",
            code="sign_on_elsewhere",
            provider=found.title,
            email=who.email[:ADDRESS_LENGTH],
        )
    person = _held(who.email) or _made(found, who, at=at)
    if not person.is_active or person.role in (Role.ROBOT, Role.SYSTEM):
        raise _stranger(who.email)
    one, new = Identity.objects.get_or_create(
        issuer=found.issuer, subject=who.subject, defaults={"person": person, "at": at}
    )
    if new and Identity.objects.filter(person=person, issuer=found.issuer).exclude(pk=one.pk).exists():
        raise Conflict(  # an address that was given to somebody else: what was said before is not theirs to read
            "Your address belongs to another account of “%(provider)s”. Ask who keeps this desk.",
            code="sign_on_other_account",
            provider=found.title,
        )
    return one.person


def _held(address: str) -> Person | None:
    """Held until the end, so that of two accounts with one address only the first becomes theirs."""
    person = person_by_address(address)
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk) if person else None


def _made(found: SignOnDefinition, who: Vouched, *, at: datetime) -> Person:
    """A contact of the organisation that the domain belongs to, where that is allowed (SS-1)."""
    if not found.make_contacts or contacts.organisation_of(who.email) is None:
        raise _stranger(who.email)
    made, _organisation = contacts.from_sender(who.email, who.name, at=at)
    return Person.objects.select_for_update(of=("self",)).get(pk=made)


def _stranger(email: str) -> Conflict:
    return Conflict(
        "Nobody here has the address %(email)s. Ask who keeps this desk.", code="sign_on_stranger", email=email
    )


def _failed(found: SignOnDefinition, fault: ProviderFault) -> Conflict:
    """What is said in the page is for whoever stands before it; the reason is for who reads the log."""
    log.warning("a sign-in by a provider failed", extra={"provider": found.key, "reason": str(fault)[:300]})
    return Conflict(
        "Signing in by “%(provider)s” did not work. Try again, or sign in another way.",
        code="sign_on_failed",
        provider=found.title,
    )


@one_transaction
def forget(person: Person) -> int:
    """Their accounts at providers; how many. Whoever signs in next with their address is taken for them."""
    return Identity.objects.filter(person=person).delete()[0]


def page_of_sign_out(key: str, *, back: str) -> str:
    """Where somebody signs out of the provider too; empty where it has no such page. Raises: NotFound, Conflict."""
    found = get(key)
    try:
        said = openid.discover(found.issuer, inside=settings.TRAMITA_SIGN_ON_INSIDE)
    except ProviderFault as fault:
        raise _failed(found, fault) from fault
    if not said.sign_out:
        return ""
    return openid.with_query(said.sign_out, {"client_id": found.client_id, "post_logout_redirect_uri": back})


def check(found: SignOnDefinition) -> str:
    """What keeps people from signing in by it, for who keeps the desk; empty when nothing does."""
    inside = settings.TRAMITA_SIGN_ON_INSIDE
    try:
        said = openid.discover(found.issuer, inside=inside)
        _secret(found)
        return "" if openid.readable_keys(said, inside=inside) else "none of its keys can be read"
    except ProviderFault as fault:
        return str(fault)
