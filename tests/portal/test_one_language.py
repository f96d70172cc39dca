"""Who approves reads their own language only, whatever those speak who ask them (UI: their language)."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tools import messages

from tests.approving import approval_type, customer, sent
from tests.desk import Desk
from tests.portal.test_pages import browser
from tests.web.reading import text_of
from tramita.domain.mime import parse
from tramita.models import Approval, Person
from tramita.queries.approvals import get_visible
from tramita.services import push_words

pytestmark = pytest.mark.django_db
LONG = 9  # letters: shorter ones may be a word of either language


def sentences(language: str) -> set[str]:
    """What the product says in it and nowhere in French, as far as nothing is filled in."""
    french = {one.id: one.string for one in messages.read("fr") if isinstance(one.id, str)}
    other = {one.id: one.string for one in messages.read(language) if isinstance(one.id, str)}
    said = {key: key if language == "en" else other[key] for key in french}
    kept = {text for key, text in said.items() if text != french[key] and len(text) > LONG and "%(" not in text}
    return kept - set(french.values())


def everything(desk: Desk, approval: Approval, marta: Person, settings: Any, folder: Path) -> Iterator[tuple[str, str]]:
    """The push, the mail, each page before the decision, and after it; by their names."""
    news = push_words.of_approval(approval, marta, "asked")
    yield "push", "\n".join(str(one) for one in news.facts().values())
    key = sent(settings, folder, timezone.now())[marta.email or ""]
    mails = [parse(path.read_bytes()) for path in folder.glob("*.eml")]
    (mail,) = [one for one in mails if key in one.text]
    yield "mail", f"{mail.subject}\n{mail.text}"
    client, address, link = browser(marta), f"/portal/approvals/{approval.pk}", f"/approvals/by-mail/{key}"
    for path in ("/portal", "/portal?all=1", "/portal/approvals", address, "/portal/notifications", "/portal/new"):
        yield path, text_of(client.get(path))
    yield "link", text_of(Client().get(link))
    yield "decided", text_of(client.post(address, {"decision": "approve", "seen": "0"}, follow=True))
    yield "too late", text_of(Client().post(link, {"decision": "reject", "seen": "0"}))
    yield "ended", "\n".join(map(str, push_words.of_approval(fresh(approval), marta, "ended").facts().values()))


def fresh(approval: Approval) -> Approval:
    return Approval.objects.select_related("requested_by", "decided_by", "item").get(pk=approval.pk)


def test_a_french_manager_who_is_asked_by_a_polish_agent_reads_french_only(
    desk: Desk, data_dir: Path, settings: Any, tmp_path: Path
) -> None:
    """Issue 6, AP-17, AP-21: the desk speaks English, the agent Polish; neither is heard."""
    acme = customer(desk)
    approval_type("refund", name="Remboursement", description="Le client récupère son argent.")
    Person.objects.filter(pk=desk.ana.id).update(language="pl")
    Person.objects.filter(pk=acme.marta.id).update(language="fr")
    item = acme.ticket(title="Facture en double", description="Elle est venue deux fois.", at=timezone.now())
    approval = acme.asked(item, comment="Merci de confirmer.", at=timezone.now())
    marta = Person.objects.get(pk=acme.marta.id)

    said = {
        name: " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
        for name, text in everything(
            desk, get_visible(acme.marta, approval.pk, at=timezone.now()), marta, settings, tmp_path
        )
    }

    foreign = {"en": sentences("en"), "pl": sentences("pl")}
    heard = {
        f"{name}, {language}": found
        for name, text in said.items()
        for language, some in foreign.items()
        if (found := [one for one in some if one in text and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)])
    }
    assert all(len(some) > 1000 for some in foreign.values())
    assert heard == {}
    assert "Ana Lima demande votre approbation" in said["push"]
    assert "Approuver" in said["link"]
