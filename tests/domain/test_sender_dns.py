"""Whether receivers believe mail that says it is from a domain, by its records (MAIL-123); a table answers."""

import base64
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.sender_dns import DnsFault, Finding, Sending, Signature, Verdict, aligned, examine
from tramita.domain.sender_dns.dkim import signatures
from tramita.ui.labels import words

Zone = Mapping[tuple[str, str], tuple[str, ...]]
RSA_2048 = base64.b64encode(b"\x30" * 294).decode()
RSA_1024 = base64.b64encode(b"\x30" * 162).decode()
RSA_512 = base64.b64encode(b"\x30" * 94).decode()
ED25519 = base64.b64encode(b"\x01" * 32).decode()
KEY, DMARC = "s1._domainkey.acme.example", "_dmarc.acme.example"
WELL: dict[tuple[str, str], tuple[str, ...]] = {
    ("acme.example", "MX"): ("10 mx.acme.example",),
    ("mx.acme.example", "A"): ("192.0.2.1",),
    ("acme.example", "TXT"): ("some-site-verification=1", "v=spf1 a:out.acme.example ~all"),
    ("out.acme.example", "A"): ("192.0.2.2",),
    (KEY, "TXT"): (f"v=DKIM1; k=rsa; p={RSA_2048}",),
    (DMARC, "TXT"): ("v=DMARC1; p=quarantine",),
}
SENDING = Sending(host="out.acme.example", addresses=("192.0.2.2",), incoming="imap.acme.example", selectors=("s1",))


def look(zone: Zone = WELL, sending: Sending = SENDING, domain: str = "acme.example") -> dict[str, Finding]:
    return {one.record: one for one in examine(domain, sending, lambda name, kind: zone.get((name, kind), ()))}


def spf_of(record: str, zone: Zone | None = None, sending: Sending = SENDING) -> Finding:
    return look({**WELL, ("acme.example", "TXT"): (record,), **(zone or {})}, sending)["spf"]


def test_a_domain_in_order_is_green_in_everything() -> None:
    """MAIL-123."""
    found = look()

    assert {record: one.code for record, one in found.items()} == {
        "mx": "mx_good",
        "spf": "spf_good",
        "dkim": "dkim_good",
        "dmarc": "dmarc_good",
    }
    assert all(one.verdict is Verdict.GOOD and not one.wanted for one in found.values())


def test_a_domain_without_records_is_told_what_to_add() -> None:
    """MAIL-123: name, type and value; a policy that only watches as long as nothing proves the mail."""
    found = look({})

    said = [(one.record, one.verdict.value, one.name, one.kind, one.wanted) for one in found.values()]
    assert said == [
        ("mx", "bad", "acme.example", "MX", "10 imap.acme.example"),
        ("spf", "bad", "acme.example", "TXT", "v=spf1 a:out.acme.example ~all"),
        ("dkim", "bad", KEY, "TXT", "v=DKIM1; k=rsa; p=…"),
        ("dmarc", "bad", DMARC, "TXT", "v=DMARC1; p=none"),
    ]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ({("acme.example", "A"): ("192.0.2.9",)}, "mx_implicit"),
        ({("acme.example", "MX"): ("0 .",)}, "mx_null"),
        ({("acme.example", "MX"): ("10 gone.example",)}, "mx_dead"),
        ({("acme.example", "MX"): ("10 gone.example", "20 mx.example"), ("mx.example", "AAAA"): ("::1",)}, "mx_good"),
    ],
)
def test_mx_is_missing_null_or_dead(records: Zone, code: str) -> None:
    """MAIL-123; RFC 5321 section 5.1, RFC 7505."""
    assert look(records)["mx"].code == code


@pytest.mark.parametrize(
    ("record", "code", "wanted"),
    [
        ("v=spf1 +all", "spf_open", "v=spf1 ~all"),
        ("v=spf1 ip4:192.0.2.2 all", "spf_open", "v=spf1 ip4:192.0.2.2 ~all"),
        ("v=spf1 ip4:192.0.2.2 ?all", "spf_no_end", "v=spf1 ip4:192.0.2.2 ~all"),
        ("v=spf1 ip4:192.0.2.2", "spf_no_end", "v=spf1 ip4:192.0.2.2 ~all"),
        ("v=spf1 mx -all", "spf_host", "v=spf1 mx a:out.acme.example -all"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "spf_good", ""),
        ("v=spf1 IP4:192.0.2.2 ~ALL", "spf_good", ""),
        ("v=spf1 a:out.acme.example/24//64 -all", "spf_good", ""),
        ("v=spf1 -ip4:192.0.2.2 ip4:192.0.2.0/24 -all", "spf_host", "v=spf1 -ip4:192.0.2.2 ip4:192.0.2.0/24 "),
        ("v=spf1 exists:%{ir}.%{v}.%{d2}.example ~all", "spf_good", ""),
        ("v=spf1 ptr ~all", "spf_host", "v=spf1 ptr a:out.acme.example ~all"),
        ("v=spf1 ip4:192.0.2.999 ~all", "spf_syntax", ""),
        ("v=spf1 include ~all", "spf_syntax", ""),
        ("v=spf1 allow:everybody ~all", "spf_syntax", ""),
        ("v=spf1 exists:%{z} ~all", "spf_syntax", ""),
        ("v=spf1 include:nothing.example ~all", "spf_include", ""),
        ("v=spf1 include:acme.example ~all", "spf_lookups", ""),
        ("v=spf1 a:one.example a:two.example a:three.example ~all", "spf_void", ""),
    ],
)
def test_spf_is_read_as_receivers_read_it(record: str, code: str, wanted: str) -> None:
    """MAIL-123, RFC 7208."""
    found = spf_of(record, {("2.2.0.192.in-addr.acme.example.example", "A"): ("127.0.0.2",)})

    assert found.code == code
    assert found.wanted.startswith(wanted) if wanted else not found.wanted
    assert found.verdict is {"spf_good": Verdict.GOOD, "spf_host": Verdict.DOUBT, "spf_no_end": Verdict.DOUBT}.get(
        code, Verdict.BAD
    )


def test_several_spf_records_become_one() -> None:
    """MAIL-123, RFC 7208 section 4.5: whom any of them let send."""
    records = ("v=spf1 include:one.example -all", "v=spf1 ip4:192.0.2.2 include:one.example ~all")
    found = look({**WELL, ("acme.example", "TXT"): records})["spf"]

    assert (found.code, found.wanted) == ("spf_several", "v=spf1 include:one.example ip4:192.0.2.2 ~all")
    assert found.found == records


@pytest.mark.parametrize(("count", "code"), [(10, "spf_good"), (11, "spf_lookups"), (40, "spf_lookups")])
def test_the_look_ups_of_all_that_is_included_are_counted(count: int, code: str) -> None:
    """RFC 7208 section 4.6.4: ten, whatever matches first."""
    zone = {(f"n{number}.example", "A"): ("192.0.2.2",) for number in range(count)}
    inner = "v=spf1 " + " ".join(f"a:n{number}.example" for number in range(count - 1)) + " -all"

    found = spf_of("v=spf1 include:in.example ~all", {**zone, ("in.example", "TXT"): (inner,)})

    assert found.code == code
    assert found.about.get("count") == {10: None, 11: "11", 40: "20+"}[count]


def test_a_redirect_and_an_include_are_followed() -> None:
    """RFC 7208 sections 5.2 and 6.1."""
    zone = {
        ("a.example", "TXT"): ("v=spf1 include:b.example -all",),
        ("b.example", "TXT"): ("v=spf1 mx:c.example ~all",),
        ("c.example", "MX"): ("10 mx.c.example",),
        ("mx.c.example", "A"): ("192.0.2.2",),
    }

    assert spf_of("v=spf1 redirect=a.example", zone).code == "spf_good"
    other = Sending(host="out.example", addresses=("198.51.100.1",))
    found = spf_of("v=spf1 redirect=a.example", zone, other)
    assert (found.code, found.wanted) == ("spf_host", "v=spf1 a:out.example redirect=a.example")


def test_a_provider_that_sends_by_other_servers_is_known_by_what_it_asks_to_be_included() -> None:
    """MAIL-123: the host that takes mail in need not be one that sends on."""
    google = Sending(host="smtp.gmail.com", addresses=("142.250.0.1",))
    zone = {("_spf.google.com", "TXT"): ("v=spf1 ip4:209.85.128.0/17 ~all",)}

    assert look({}, google)["spf"].wanted == "v=spf1 include:_spf.google.com ~all"
    assert spf_of("v=spf1 include:_spf.google.com ~all", zone, google).code == "spf_good"


def test_where_the_desk_cannot_see_how_mail_leaves_a_mail_to_itself_proves_it() -> None:
    """MAIL-123, MAIL-142."""
    assert spf_of("v=spf1 mx ~all", sending=Sending()).code == "spf_unproven"
    assert spf_of("v=spf1 mx ~all", sending=Sending(came_back=True, spf_passed=True)).code == "spf_good"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (f"v=DKIM1; k=ed25519; p={ED25519}", "dkim_good"),
        (f"p={RSA_2048}", "dkim_good"),
        (f"v=DKIM1; p={RSA_2048[:100]} {RSA_2048[100:]}", "dkim_good"),
        (f"v=DKIM1; p={RSA_1024}", "dkim_short"),
        (f"v=DKIM1; p={RSA_512}", "dkim_weak"),
        (f"v=DKIM1; t=y; p={RSA_2048}", "dkim_testing"),
        ("v=DKIM1; p=", "dkim_revoked"),
        ("v=DKIM1; p=***", "dkim_broken"),
        ("hello", "dkim_broken"),
        (f"v=DKIM2; p={RSA_2048}", "dkim_broken"),
        (f"v=DKIM1; k=ed25519; p={RSA_2048}", "dkim_broken"),
    ],
)
def test_a_key_is_looked_at_as_receivers_do(record: str, code: str) -> None:
    """MAIL-123, RFC 6376 section 3.6.1, RFC 8463."""
    assert look({**WELL, (KEY, "TXT"): (record,)})["dkim"].code == code


def test_the_key_that_signed_the_desks_own_mail_is_told_from_one_that_is_only_there() -> None:
    """MAIL-123: a relay that signs is the ordinary case, and the page says which it is."""
    signing = Sending(selectors=("s1",), came_back=True, signatures=(Signature("acme.example", "s1"),))

    assert look(sending=signing)["dkim"].code == "dkim_signs"
    assert look()["dkim"].code == "dkim_good"


def test_every_key_is_looked_at_the_configured_and_the_seen() -> None:
    """MAIL-123: what signed the desk's own mail is found without anybody's naming it."""
    seen = (Signature("acme.example", "seen"), Signature("mail.acme.example", "sub"), Signature("relay.example", "r"))
    sending = Sending(selectors=("s1", "S1", "gone"), signatures=seen, came_back=True)

    found = [
        one for one in examine("acme.example", sending, lambda *asked: WELL.get(asked, ())) if one.record == "dkim"
    ]

    assert [(one.name, one.code) for one in found] == [
        ("seen._domainkey.acme.example", "dkim_missing"),
        ("sub._domainkey.mail.acme.example", "dkim_missing"),
        (KEY, "dkim_good"),
        ("gone._domainkey.acme.example", "dkim_missing"),
    ]


@pytest.mark.parametrize(
    ("sending", "code"),
    [
        (Sending(), "dkim_unknown"),
        (Sending(came_back=True), "dkim_unsigned"),
        (Sending(came_back=True, signatures=(Signature("relay.example", "r"),)), "dkim_foreign"),
    ],
)
def test_without_a_key_it_is_said_what_the_mail_to_itself_showed(sending: Sending, code: str) -> None:
    """MAIL-123, MAIL-142: a provider may sign only what leaves its house."""
    assert look(sending=sending)["dkim"].code == code


@pytest.mark.parametrize(
    ("record", "code", "wanted"),
    [
        ("v=DMARC1; p=reject", "dmarc_good", ""),
        (
            "v=DMARC1;p=none;rua=mailto:x@acme.example",
            "dmarc_none",
            "v=DMARC1; p=quarantine; rua=mailto:x@acme.example",
        ),
        ("v=DMARC1", "dmarc_syntax", "v=DMARC1; p=none"),
        ("v=DMARC1; p=perhaps", "dmarc_syntax", "v=DMARC1; p=none"),
        ("v=DMARC2; p=reject", "dmarc_missing", "v=DMARC1; p=quarantine"),
    ],
)
def test_the_policy_is_read_as_receivers_read_it(record: str, code: str, wanted: str) -> None:
    """MAIL-123, RFC 7489."""
    found = look({**WELL, (DMARC, "TXT"): (record,)})["dmarc"]

    assert (found.code, found.wanted) == (code, wanted)


def test_a_domain_without_a_policy_has_that_of_the_domain_above_it() -> None:
    """RFC 7489 section 6.6.3: `sp` where it says so."""
    zone = {("_dmarc.acme.example", "TXT"): ("v=DMARC1; p=reject; sp=none",)}

    found = look(zone, domain="mail.acme.example")["dmarc"]

    assert (found.name, found.code, found.about["domain"]) == ("_dmarc.acme.example", "dmarc_none", "acme.example")


def test_several_policies_and_a_signature_of_others_are_told() -> None:
    """RFC 7489 sections 3.1 and 6.6.3."""
    twice = look({**WELL, (DMARC, "TXT"): ("v=DMARC1; p=none", "v=DMARC1; p=reject")})["dmarc"]
    strict = {**WELL, (DMARC, "TXT"): ("v=DMARC1; p=reject; adkim=s",)}
    signed = Sending(came_back=True, signatures=(Signature("mail.acme.example", "s1"),))

    assert twice.code == "dmarc_several"
    assert look(strict, signed)["dmarc"].code == "dmarc_unaligned"
    assert look(sending=signed)["dmarc"].code == "dmarc_good"


def test_domains_belong_together_if_one_is_above_the_other() -> None:
    """RFC 7489 section 3.1."""
    assert aligned("acme.example", "Mail.Acme.example.")
    assert not aligned("acme.example", "notacme.example")
    assert not aligned("acme.example", "mail.acme.example", strict=True)


def test_a_name_server_that_fails_leaves_the_others_known() -> None:
    """MAIL-123: not known is neither good nor bad."""

    def ask(name: str, kind: str) -> tuple[str, ...]:
        if name in ("out.acme.example", KEY):
            raise DnsFault(name, "no answer in time")
        return WELL.get((name, kind), ())

    found = {one.record: one for one in examine("acme.example", SENDING, ask)}

    assert [one.verdict.value for one in found.values()] == ["good", "unknown", "unknown", "good"]
    assert found["spf"].about == {"name": "out.acme.example", "why": "no answer in time"}


def test_signatures_are_read_from_their_fields_each_once() -> None:
    """RFC 6376 section 3.5."""
    one = "v=1; a=rsa-sha256; d=Acme.example;\r\n s=s1; h=from:subject; bh=x; b=y"
    fields = [one, one, "d=acme.example", "d=a b; s=../x", "d=relay.example; s=k.2026", ""]

    assert signatures(fields) == [Signature("acme.example", "s1"), Signature("relay.example", "k.2026")]


TEXT = st.text(st.sampled_from("v=spf1 DMK;p+-~?:/%{}.aeimnx0l2\u0141\x00\ud800"), max_size=60)
ODD = st.one_of(TEXT, TEXT.map(lambda text: f"v=spf1 {text}"), TEXT.map(lambda text: f"v=DMARC1; {text}"), st.text())


@given(st.lists(ODD, max_size=4), st.lists(ODD, max_size=3))
def test_whatever_dns_says_there_is_a_finding_with_its_sentence(texts: list[str], others: list[str]) -> None:
    """MAIL-123: strangers write these records."""
    zone = {("acme.example", "TXT"): tuple(texts), (KEY, "TXT"): tuple(others), (DMARC, "TXT"): tuple(others)}
    sentences = words("finding")

    for one in look({**zone, ("x.example", "TXT"): tuple(others)}).values():
        assert sentences[one.code] % dict(one.about)
        assert Finding.from_json(one.to_json()).code == one.code
