"""The page of our domains' records: in order or what to add, in words for everybody (MAIL-123); the mail to itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.services.test_mailbox_settings import DESK
from tests.web.reading import errors_of, text_of, words_of
from tests.web.test_mailbox_settings import as_, form_of
from tramita.domain.actors import SYSTEM
from tramita.domain.sender_dns import Finding, Sending, Verdict, examine
from tramita.models import Mailbox, Person, Probe, SenderDomain
from tramita.services import alerts
from tramita.services.definitions import apply, export

pytestmark = pytest.mark.django_db
PAGE, BOX = "/settings/domains", "/settings/mailboxes/desk@desk.example"


@pytest.fixture
def root(tmp_path: Path) -> Client:
    """The browser of who configures, at a desk that files configured."""
    file = tmp_path / "desk.yaml"
    file.write_text(DESK)
    apply([file], by=SYSTEM, at=timezone.now() - timedelta(days=1))
    return as_(make.administrator())


def keep(*findings: Finding, domain: str = "desk.example") -> None:
    now = timezone.now()
    records = [one.to_json() | {"since": now.isoformat(), "was_good": False} for one in findings]
    SenderDomain.objects.create(domain=domain, checked_at=now, next_at=now, records=records)


def test_a_record_is_shown_with_its_verdict_and_the_exact_text_to_add(root: Client) -> None:
    """MAIL-123."""
    keep(*examine("desk.example", Sending(incoming="mail.example"), lambda name, kind: ()))

    words = words_of(root.get(PAGE))

    assert "SPF: which servers may send for the domain To be put right" in words
    assert "Nothing says which servers may send for the domain" in words
    assert "Add desk.example TXT v=spf1 mx ~all" in words
    assert "Add desk.example MX 10 mail.example" in words
    assert "Add _dmarc.desk.example TXT v=DMARC1; p=none" in words


def test_what_stands_there_is_shown_beside_what_it_should_be_and_harms_nobody(root: Client) -> None:
    """MAIL-123: strangers write DNS."""
    found = ("v=spf1 <script>alert(1)</script> +all",)
    keep(Finding("spf", "desk.example", Verdict.BAD, "spf_open", found, "v=spf1 ~all"))

    response = root.get(PAGE)

    assert "Found desk.example TXT v=spf1 <script>" in words_of(response)
    assert "Change it to desk.example TXT v=spf1 ~all" in words_of(response)
    assert "<script>alert" not in text_of(response)


def test_an_alert_of_a_domain_leads_to_the_page(root: Client) -> None:
    """MAIL-123."""
    about = {"domain": "desk.example", "records": "SPF"}
    alerts.raise_alert("domain:desk.example", "domain_records", about, timezone.now())

    for page in (PAGE, "/settings/mailboxes"):
        assert "desk.example : Records of a domain that were in order are so no more (SPF)" in words_of(root.get(page))


def test_check_now_looks_at_all_and_says_when_nobody_may_be_asked(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-123: in tests TRAMITA_NAMESERVERS is off."""
    refused = root.post(PAGE)
    assert refused.status_code == 409
    assert "TRAMITA_NAMESERVERS is off: no name server is asked." in words_of(refused)

    monkeypatch.setattr("tramita.services.sender_domains.Resolver", lambda servers: lambda name, kind: ())
    monkeypatch.setattr("django.conf.settings.TRAMITA_NAMESERVERS", ())
    words = words_of(root.post(PAGE, follow=True))

    assert "1 domain was checked." in words
    assert "No server takes mail for the domain" in words


def test_the_page_is_said_in_every_language(root: Client) -> None:
    """SPEC section 29: with what the sentence names."""
    about = {"host": "out.example", "addresses": "192.0.2.7"}
    keep(Finding("spf", "desk.example", Verdict.DOUBT, "spf_host", ("v=spf1 -all",), "x", about))

    for language in ("pt-br", "fr", "es", "pl"):
        Person.objects.update(language=language)
        words = words_of(root.get(PAGE))
        assert "out.example (192.0.2.7)" in words
        assert "Records of our domains" not in words


def test_only_who_configures_sees_domains_and_sends(root: Client) -> None:
    """SEC-1, SEC-2."""
    for actor in (make.agent(), make.leader(), make.administrator("Part", grants={"acme": ["configure"]})):
        browser = as_(actor)
        assert browser.get(PAGE).status_code == browser.post(PAGE).status_code == 403
        assert browser.post(f"{BOX}/prove").status_code == 403
    assert not Probe.objects.exists()


def test_a_mail_to_itself_is_ordered_once_and_its_steps_are_shown(root: Client) -> None:
    """MAIL-142, MAIL-110: the page orders, a worker sends."""
    ordered = words_of(root.post(f"{BOX}/prove", follow=True))
    again = root.post(f"{BOX}/prove")

    assert "The mail is being sent." in ordered
    assert "Send a mail to itself on its way" in ordered
    assert again.status_code == 409
    assert "A mail is on its way already." in words_of(again)

    now = timezone.now()
    done = {"sent_at": now, "arrived_at": now, "ended_at": now, "signatures": [["desk.example", "s1"]]}
    Probe.objects.update(**done)
    words = words_of(root.get(BOX))
    assert "The same with a plus-address not delivered: answers carry their token in the text" in words
    assert "Read its signature d=desk.example s=s1" in words

    Probe.objects.update(arrived_at=None, fault="not_arrived")
    assert "See it arrive : The mail did not arrive within two minutes" in words_of(root.get(BOX))


def test_selectors_are_set_on_the_page_and_a_wrong_one_is_told_beside_its_field(root: Client) -> None:
    """MAIL-123, M-24: as a file would say it."""
    form = form_of(text_of(root.get(BOX)))
    refused = root.post(BOX, form | {"dkim_selector": "s1 ../x"})
    assert errors_of(refused) == {"f-dkim_selector": "“../x” is no name of a DKIM key, such as s1 or mail.2026."}
    root.post(BOX, form | {"dkim_selector": "S1, mail.2026 s1"})

    assert Mailbox.objects.get(address="desk@desk.example").dkim_selectors == ["s1", "mail.2026"]
    assert "dkim_selector:" in export()
    assert 'value="s1 mail.2026"' in text_of(root.get(BOX))
