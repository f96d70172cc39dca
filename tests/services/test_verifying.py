"""Signatures of S/MIME: what they are worth, whatever somebody made of them on the way."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests import smime
from tests.smime import MONDAY, WORDS, YEAR, Party, Signing
from tramita.domain.mime import Signature, cms, parse
from tramita.gateways import apart
from tramita.gateways.cleaning import TooMuchError
from tramita.services.verifying import verified

ANA = "ana.lima@desk.example"


@pytest.fixture
def ca(settings, tmp_path: Path) -> Party:
    """An authority that this installation trusts."""
    made = smime.authority()
    (tmp_path / "acme.pem").write_text(made.pem)
    settings.TRAMITA_MAIL_AUTHORITIES = tmp_path
    return made


def worth(raw: bytes, *, received=MONDAY) -> Signature | None:
    return verified(parse(raw), raw, received=received).signature


def told(raw: bytes, *, received=MONDAY) -> tuple[str, str, bool] | None:
    found = worth(raw, received=received)
    return (found.state, found.why, found.proves) if found else None


VERIFIED = ("verified", "", True)


def test_what_the_sender_signed_and_nobody_changed_is_verified(ca: Party) -> None:
    """MAIL-39, MAIL-51."""
    found = worth(smime.clear(Signing(smime.person(ANA, by=ca))))

    assert found == Signature("verified", by=ANA, issuer="Acme Mail CA", at="2026-03-02T09:00:00+00:00", proves=True)


def test_an_opaque_signature_is_verified_like_one_beside_its_words(ca: Party) -> None:
    """MAIL-39: signed-data."""
    raw = smime.opaque(Signing(smime.person(ANA, by=ca)))

    assert told(raw) == VERIFIED
    assert "paid on Friday" in parse(raw).text


def test_rsa_signs_as_well(ca: Party) -> None:
    """MAIL-39, RFC 8551: what most people have."""
    assert told(smime.clear(Signing(smime.person(ANA, by=ca, key=smime.rsa_key())))) == VERIFIED


@pytest.mark.parametrize("options", [[pkcs7.PKCS7Options.DetachedSignature], []], ids=["clear", "opaque"])
def test_what_another_program_signed_is_read(ca: Party, options: list) -> None:
    """MAIL-39: not only what our own tests write."""
    ana = smime.person(ANA, by=ca, key=smime.rsa_key())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(WORDS.encode())
    signing = builder.add_signer(ana.certificate, ana.key, hashes.SHA256())
    made = signing.sign(Encoding.SMIME, options)

    found = worth(smime.header(MIME_Version=None).encode() + made)

    assert found is not None
    assert found.why in ("", "expired")  # by the clock on the wall
    assert (found.by, found.issuer) == (ANA, "Acme Mail CA")


def test_line_ends_that_a_folder_of_mail_changed_are_no_change(ca: Party) -> None:
    """MAIL-39, RFC 8551 section 3.1.1: Maildir and mbox keep LF."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)))

    assert told(raw.replace(b"\r\n", b"\n")) == VERIFIED


def test_an_authority_between_vouches_for_another(ca: Party) -> None:
    """MAIL-39, RFC 5280."""
    between = smime.authority("Acme Staff CA", by=ca)

    assert told(smime.clear(Signing(smime.person(ANA, by=between), others=[between]))) == VERIFIED


def test_somebody_with_a_certificate_is_no_authority(ca: Party) -> None:
    """MAIL-39: who may sign mail may not vouch for others."""
    eve = smime.authority("Eve", by=ca, ca=False)

    assert told(smime.clear(Signing(smime.person(ANA, by=eve), others=[eve]))) == ("unverified", "issuer", False)


def test_an_issuer_that_nobody_told_us_of_is_unverified_not_invalid(ca: Party) -> None:
    """MAIL-39, zammad#5357: also one that took the name of ours."""
    assert told(smime.clear(Signing(smime.person(ANA, by=smime.authority())))) == ("unverified", "issuer", False)


def test_without_authorities_nothing_is_verified_yet_changes_are_seen(settings) -> None:
    """MAIL-39: the setting is empty to begin with."""
    settings.TRAMITA_MAIL_AUTHORITIES = None
    how = Signing(smime.person(ANA, by=smime.authority()))

    assert told(smime.clear(how)) == ("unverified", "issuer", False)
    assert told(smime.clear(how, came=WORDS.replace("Friday", "Monday"))) == ("invalid", "changed", False)


def test_what_was_changed_on_the_way_is_invalid(ca: Party) -> None:
    """MAIL-39: one word is enough."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)), came=WORDS.replace("Friday", "Monday"))

    assert told(raw) == ("invalid", "changed", False)


def test_a_footer_of_a_list_is_a_change(ca: Party) -> None:
    """MAIL-39: inside of the signed part."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)), came=WORDS + "_____\r\nlist@lists.example\r\n")

    assert told(raw) == ("invalid", "changed", False)


def test_a_footer_beside_the_signed_part_is_a_change(ca: Party) -> None:
    """MAIL-39: the signature is whole, the mail is more than it."""
    part = smime.clear_part(Signing(smime.person(ANA, by=ca)))
    body = (
        'Content-Type: multipart/mixed; boundary="list"\r\n\r\n'
        f"--list\r\n{part}\r\n--list\r\nContent-Type: text/plain\r\n\r\nlist@lists.example\r\n--list--\r\n"
    )

    assert told((smime.header() + body).encode()) == ("invalid", "added", False)


def test_a_third_part_is_not_signed(ca: Party) -> None:
    """MAIL-39, RFC 1847: a signed mail has two parts; what is behind them somebody added."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)))
    more = b"\r\n--sig\r\nContent-Type: text/plain\r\n\r\nPay to another account.\r\n--sig--\r\n"

    assert told(raw.replace(b"\r\n--sig--\r\n", more)) == ("invalid", "added", False)


def test_a_signature_over_another_part_is_no_signature_of_this_mail(ca: Party) -> None:
    """MAIL-39: a signed letter as a file of somebody else's mail."""
    inner = smime.opaque(Signing(smime.person(ANA, by=ca)), From=None, To=None, Subject=None).decode()
    body = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPay it at once.\r\n'
        f"--b\r\n{inner.partition('MIME-Version: 1.0')[2].lstrip()}\r\n--b--\r\n"
    )

    assert told((smime.header() + body).encode()) == ("unverified", "part", False)


def test_a_signature_taken_from_another_mail_does_not_fit(ca: Party) -> None:
    """MAIL-39."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)), words=WORDS, came="Content-Type: text/plain\r\n\r\nPay Eve.")

    assert told(raw) == ("invalid", "changed", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "Leo Roy <leo.roy@desk.example>"},
        {"From": f"{ANA}, leo.roy@desk.example"},
        {"From": f"{ANA}\r\nFrom: leo.roy@desk.example"},
        {"From": f"leo.roy@desk.example\r\nFrom: {ANA}"},
        {"From": "", "Reply_To": ANA},
    ],
    ids=["another", "two authors", "two fields", "two fields turned", "none"],
)
def test_a_signature_counts_only_for_its_own_sender(ca: Party, fields: dict[str, str]) -> None:
    """MAIL-39, zammad#4212: Ana's signature under what Leo is said to have written."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)), **fields)

    assert told(raw) == ("unverified", "sender", False)


def test_an_address_in_the_common_name_is_no_address(ca: Party) -> None:
    """MAIL-39, RFC 8550 section 3: authorities check alternative names, not what people are called."""
    found = worth(smime.clear(Signing(smime.person(None, by=ca, common=ANA))))

    assert (found.state, found.why, found.by) == ("unverified", "sender", ANA)


def test_an_address_in_the_subject_counts_where_no_other_is(ca: Party) -> None:
    """RFC 8550 section 3: as older certificates have it; never beside alternative names."""
    assert told(smime.clear(Signing(smime.person(None, by=ca, attribute=ANA)))) == VERIFIED
    both = smime.person("eve@elsewhere.example", by=ca, attribute=ANA)
    assert told(smime.clear(Signing(both))) == ("unverified", "sender", False)


def test_an_address_is_compared_as_addresses_are(ca: Party) -> None:
    """MAIL-56: in whatever case."""
    assert told(smime.clear(Signing(smime.person("Ana.Lima@DESK.example", by=ca)))) == VERIFIED


def test_a_certificate_for_servers_signs_no_mail(ca: Party) -> None:
    """MAIL-39, RFC 8550 section 4.4.4."""
    server = smime.person(ANA, by=ca, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))

    assert told(smime.clear(Signing(server))) == ("unverified", "purpose", False)


def test_a_certificate_without_purposes_may_sign_mail(ca: Party) -> None:
    """RFC 8550 section 4.4.4."""
    assert told(smime.clear(Signing(smime.person(ANA, by=ca, purposes=())))) == VERIFIED


@pytest.mark.parametrize(("from_", "until"), [(-2 * YEAR, -YEAR), (timedelta(days=1), YEAR)], ids=["over", "not yet"])
def test_a_certificate_must_be_in_force_when_it_signs(ca: Party, from_: timedelta, until: timedelta) -> None:
    """MAIL-39."""
    person = smime.person(ANA, by=ca, from_=MONDAY + from_, until=MONDAY + until)

    assert told(smime.clear(Signing(person))) == ("unverified", "expired", False)
    assert told(smime.clear(Signing(person, signed_at=None))) == ("unverified", "expired", False)


def test_old_mail_was_good_when_it_was_signed_and_proves_nothing_now(ca: Party) -> None:
    """MAIL-39, MAIL-51: an archive is shown as verified; somebody may have kept the words to send them again."""
    person = smime.person(ANA, by=ca, until=MONDAY + timedelta(days=1))

    assert told(smime.clear(Signing(person)), received=MONDAY + timedelta(days=30)) == ("verified", "", False)


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        (MONDAY - timedelta(days=4), VERIFIED),
        (MONDAY - timedelta(days=6), ("verified", "", False)),
        (MONDAY + timedelta(hours=2), VERIFIED),
        (MONDAY + timedelta(days=4), ("verified", "", False)),
        (None, ("verified", "", False)),
    ],
)
def test_words_alone_prove_their_sender_for_some_days(ca: Party, signed, expected) -> None:
    """MAIL-51, decision 31: subject and recipients are not signed, so the same words could be sent once more."""
    assert told(smime.clear(Signing(smime.person(ANA, by=ca), signed_at=signed))) == expected


PROTECTED = (
    'Content-Type: text/plain; hp="clear"\r\nFrom: Ana Lima <ana.lima@desk.example>\r\nTo: invoices@desk.example\r\n'
    "Subject: Invoice 991\r\n\r\nIt was paid on Friday.\r\n"
)


def test_a_header_that_was_signed_proves_its_sender_whenever_it_comes(ca: Party) -> None:
    """MAIL-51, RFC 9788."""
    how = Signing(smime.person(ANA, by=ca), signed_at=MONDAY - timedelta(days=9))

    assert told(smime.clear(how, words=PROTECTED)) == VERIFIED
    assert told(smime.clear(how, words=PROTECTED, Subject="=?utf-8?q?Invoice_?=\r\n =?utf-8?q?991?=")) == VERIFIED


@pytest.mark.parametrize("fields", [{"Subject": "[40308-T] Invoice"}, {"To": "eve@elsewhere.example"}])
def test_a_header_that_was_signed_and_then_changed_is_told(ca: Party, fields: dict[str, str]) -> None:
    """MAIL-39, RFC 9788: the signed words under another subject."""
    raw = smime.clear(Signing(smime.person(ANA, by=ca)), words=PROTECTED, **fields)

    assert told(raw) == ("invalid", "headers", False)


def test_a_broken_digest_is_not_taken(ca: Party) -> None:
    """MAIL-39: SHA-1 and its like prove nothing any more; nor are they a change."""
    assert told(smime.clear(Signing(smime.person(ANA, by=ca), digest="sha1"))) == ("unverified", "method", False)


def test_a_signature_without_attributes_is_not_taken(ca: Party) -> None:
    """MAIL-39: its content could be the attributes of another mail."""
    assert told(smime.clear(Signing(smime.person(ANA, by=ca), attributes=False))) == ("unverified", "method", False)


def test_a_huge_chain_costs_little_and_proves_nothing(ca: Party) -> None:
    """MAIL-39: certificates that vouch for each other for ever."""
    chain = [smime.authority("A")]
    for number in range(18):
        chain.append(smime.authority(f"A{number}", by=chain[-1]))
    signer = smime.person(ANA, by=chain[-1])

    assert told(smime.clear(Signing(signer, others=chain[1:]))) == ("unverified", "issuer", False)
    assert told(smime.clear(Signing(signer, others=chain * 5))) == ("unverified", "damaged", False)


def test_many_authorities_of_one_name_are_tried_within_the_limit(ca: Party) -> None:
    """MAIL-39: each could have issued the other."""
    ring = [smime.authority("Same") for _ in range(17)]

    assert told(smime.clear(Signing(smime.person(ANA, by=ring[0]), others=ring)))[:2] == ("unverified", "issuer")


def test_a_fault_over_a_signature_is_not_the_mails(ca: Party, monkeypatch) -> None:
    """MAIL-39, zammad#6217: time, memory, the library's own."""

    def dies(_job: object) -> None:
        raise TooMuchError("time")

    monkeypatch.setattr(apart, "verified", dies)

    assert told(smime.clear(Signing(smime.person(ANA, by=ca)))) == ("unverified", "fault", False)


def test_authorities_that_cannot_be_read_stop_no_mail(ca: Party, settings, tmp_path: Path) -> None:
    """MAIL-39: they are none, until somebody mends the folder."""
    settings.TRAMITA_MAIL_AUTHORITIES = tmp_path / "gone"

    assert told(smime.clear(Signing(smime.person(ANA, by=ca)))) == ("unverified", "issuer", False)


def test_pgp_is_told_and_not_verified() -> None:
    """MAIL-39: no library for it is kept well enough."""
    body = 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary="b"\r\n\r\n'
    parts = "--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    raw = (smime.header() + body + parts).encode()

    assert parse(raw).signed
    assert worth(raw) is None


@pytest.mark.parametrize("seed", range(60))
def test_no_damage_to_a_signature_is_ever_verified_or_a_fault(ca: Party, seed: int) -> None:
    """MAIL-20, MAIL-39: bytes of the ASN.1 changed, cut and doubled; the same for the same seed."""
    chance = random.Random(seed)
    how = Signing(smime.person(ANA, by=ca, key=smime.rsa_key()))
    honest = how.cms(WORDS.encode())
    how.cms = lambda _content: _damaged(honest, chance)  # type: ignore[method-assign]  # damaged on purpose

    found = worth(smime.clear(how))

    assert found is not None
    assert found.why != "fault"
    assert found.state != "verified" or found.by == ANA  # damage to what nobody reads


def _damaged(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made))
        kind = chance.randrange(4)
        if kind == 0:
            made[at] = chance.randrange(256)
        elif kind == 1:
            del made[at : at + chance.randint(1, 40)]
        elif kind == 2:
            made[at:at] = made[at : at + chance.randint(1, 40)]
        else:
            made[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
    return bytes(made)


def test_a_signature_of_a_million_pieces_takes_no_time(ca: Party) -> None:
    """MAIL-21, MAIL-39: BER may cut its values into nothings, in lengths that nobody told."""
    pieces = b"\x30\x80" * 10 + b"\x24\x80" + b"\x04\x00" * 1_000_000

    assert cms.signed_data(pieces) is None
    assert cms.signed_content(b"\x30\x80\x06\x09" + cms.SIGNED + b"\xa0\x80\x30\x80" + pieces) is None
