"""What holds on each page of the product: it is light, says nothing untranslated, and is the same in each language."""

import gzip
import re
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings as desk_settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from django.utils import timezone
from jinja2 import nodes

from tests import pages as all_pages
from tests import pseudo
from tests.api.callers import ask
from tests.approving import customer
from tests.desk import Desk
from tests.pages import CUSTOMERS, NO_PAGES, NOWHERE, VISITORS, Pages, addresses, furnish
from tests.services.test_receiving import mail
from tests.web.reading import text_of
from tramita.models import Item, Person
from tramita.services import approvals, mailing, notes, receiving, working
from tramita.ui import jinja
from tramita.ui.labels import LANGUAGES
from tramita.ui.stylesheet import stylesheet
from tramita.worker import loop

HEAVIEST = 120_000  # bytes at first load, compressed (UI: instant)
SOURCE = Path(jinja.__file__).parent.parent


@pytest.fixture
def furnished(desk: Desk, data_dir: Path, settings: Any) -> Pages:
    """A desk with something of every kind."""
    return furnish(desk, settings, data_dir)


def seen(reader: Client, pages: Pages) -> dict[str, str]:
    """Each page, as Ana sees it, or as a customer or a visitor does."""
    customer = Client()
    customer.force_login(Person.objects.get(pk=pages.numbers["customer"]))
    others = dict.fromkeys(VISITORS, Client()) | dict.fromkeys(CUSTOMERS, customer)
    answers = {path: others.get(name, reader).get(path) for name, path in pages.each()}
    statuses = {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200}
    assert statuses == pages.statuses
    return {path: text_of(answer) for path, answer in answers.items()}


def test_every_address_is_a_page_that_is_looked_at(ana: Client, furnished: Pages) -> None:
    """UI: what holds on every page is asked of a new one too: it is in `tests.pages`, or no page for a reason."""
    forms = {name for name, path in addresses().items() if ana.get(path).status_code == 405}

    assert addresses().keys() - forms == furnished.paths.keys() | NO_PAGES.keys()


def test_every_page_stays_light(ana: Client, furnished: Pages) -> None:
    """UI: under 120 KB compressed in total: the page, its style, its scripts with what they import, its icons."""
    weights = {path: weight(page) for path, page in seen(ana, furnished).items()}

    assert {path: found for path, found in weights.items() if found >= HEAVIEST} == {}
    assert max(weights.values()) > HEAVIEST / 4, "the scripts are counted"


def weight(page: str) -> int:
    """Bytes that cross the wire when somebody comes for the first time."""
    wanted, files = re.findall(r'(?:src|href)="(/(?:static|style-)[^"#]+)', page), set()
    while wanted:
        address = wanted.pop()
        if address not in files:
            files.add(address)
            wanted += imported_by(address)
    return len(gzip.compress(page.encode())) + sum(map(packed, files))


@cache
def packed(address: str) -> int:
    return len(gzip.compress(content(address)))


@cache
def imported_by(address: str) -> tuple[str, ...]:
    """What a module loads before it runs."""
    if not address.endswith(".js"):
        return ()
    return tuple(
        urljoin(address, found) for found in re.findall(r'^import .*?from "(.+?)"', content(address).decode(), re.M)
    )


def content(address: str) -> bytes:
    """What a browser would load."""
    if address.startswith("/style-"):
        return stylesheet().text
    found = finders.find(address.removeprefix(desk_settings.STATIC_URL))
    assert isinstance(found, str), address
    return Path(found).read_bytes()


@pytest.fixture
def stranger(desk: Desk, data_dir: Path, tmp_path: Path, settings: Any) -> str:
    """Who works here reads the language that nobody speaks."""
    settings.LANGUAGE_CODE = code = pseudo.put_in(tmp_path / "locale", settings)
    Person.objects.update(language=code)
    return code


@pytest.mark.one_database
def test_no_page_says_anything_untranslated(ana: Client, stranger: str, furnished: Pages) -> None:
    """UI: their language. Text, titles, names that are read out, words for scripts; nothing half translated."""
    known = all_pages.names()
    pages = seen(ana, furnished)
    pages |= {status: page.decode() for status, page in all_pages.troubles().items()}

    assert {path: found for path, page in pages.items() if (found := pseudo.untranslated(page, known))} == {}


@pytest.mark.one_database
def test_no_refusal_says_anything_untranslated(ana: Client, stranger: str, furnished: Pages) -> None:
    """UI: refusals explain, in the reader's language. Every form is sent empty, to an item of each kind and a Draft."""
    known, said, signed_in = [*all_pages.names(), "unable_to_complete"], {}, ana.cookies  # a code that was sent
    items = [found[-1] for found in (furnished.items[:1], furnished.items[4:5], furnished.items[5:6], furnished.items)]
    for name, path in addresses().items():
        for address in {path.replace("99999-T", one.reference) for one in items}:
            ana.cookies = copy(signed_in)
            with transaction.atomic():
                response = ana.post(address.replace(f"/{NOWHERE}", f"/{furnished.numbers['unhandled']}"), follow=True)
                transaction.set_rollback(True)
            if response.headers["Content-Type"].startswith("text/html"):
                said[f"{name} {address}"] = pseudo.untranslated(text_of(response), known)

    assert len(said) > 80
    assert {form: found for form, found in said.items() if found} == {}


@pytest.mark.django_db(transaction=True)  # followers read what is committed
def test_no_mail_of_ours_says_anything_untranslated(desk: Desk, stranger: str, settings: Any, tmp_path: Path) -> None:
    """MAIL: in the reader's language: acknowledgements, news, approvals, what is quoted."""
    settings.TRAMITA_SMTP_URL = f"file://{tmp_path}/out"
    now = timezone.now()
    acme = customer(desk)
    item = acme.ticket(title=all_pages.TITLE, description=all_pages.WORDS, at=now)
    asked_by_mail = mail(all_pages.WORDS, sender=desk.rui.email or "", subject=all_pages.TITLE)
    Person.objects.update(language=stranger)
    receiving.receive(asked_by_mail, source="import", at=now)
    approvals.ask(item, type="refund", comment=all_pages.WORDS, by=desk.ana, at=now)
    working.assign(item, to=desk.ana.id, by=desk.leo, at=now)
    notes.add_note(item, body=f"@{desk.ana.name} {all_pages.WORDS}", by=desk.leo, at=now)
    mailing.send(Item.objects.latest("pk"), to=[desk.rui.email], text=all_pages.WORDS, by=desk.ana, at=now)
    for minutes in (0, 10, 20):
        loop.notify(at=now + timedelta(minutes=minutes))
        loop.mail_out(at=now + timedelta(minutes=minutes))

    sent = [message_from_bytes(path.read_bytes(), policy=default) for path in (tmp_path / "out").glob("*.eml")]
    said = [str(one["Subject"]) for one in sent]
    # each has a text, or the test is to fail
    said += [line for one in sent for line in one.get_body(("plain",)).get_content().splitlines()]  # type: ignore[union-attr]

    assert len(sent) >= 5
    assert pseudo.untranslated_in(said, all_pages.names()) == []


@pytest.mark.one_database
def test_no_problem_of_the_api_says_anything_untranslated(desk: Desk, stranger: str) -> None:
    """INTERFACES section 5: `detail` and the faults of fields are for people."""
    asks, item = ask(Person.objects.get(pk=desk.ana.id)), desk.ticket()
    answers = [
        asks.get("/items/99999-T"),
        asks.get("/users", limit="x"),
        asks.get("/items", cursor="x"),
        asks.post("/tickets", {}, {"Idempotency-Key": "1"}),
        asks.post("/tickets", {"nothing": 1}, {"Idempotency-Key": "2"}),
        *(asks.post(f"/items/{item.reference}/{verb}", {}) for verb in ("wait", "resolve", "reopen", "abort")),
    ]

    told = [answer.json() for answer in answers]
    said = [text for one in told for text in (one["detail"], *(fault["message"] for fault in one["errors"]))]

    assert min(one["status"] for one in told) >= 400
    assert pseudo.untranslated_in(said, FIELDS_OF_THE_API) == []


FIELDS_OF_THE_API = (
    *("limit", "cursor", "title", "category", "description", "nothing"),
    *("type", "method", "primary_contact", "requester"),
)


SENTENCE = re.compile(r"^[A-Z][a-z]+(?:[ ….:]|$)")
TRANSLATED = {"_", "gettext", "ngettext", "pgettext", "npgettext"}


@pytest.mark.parametrize("folder", ["ui", "web", "portal"])
def test_no_template_holds_a_sentence_of_its_own(folder: str) -> None:
    """UI: their language; also what stands where no page of these tests comes by."""
    env = jinja.environment(autoescape=True)
    found = {}
    for path in sorted((SOURCE / folder / "templates").rglob("*")):
        if path.suffix not in (".html", ".jinja"):
            continue
        tree = env.parse(path.read_text())
        plain = "".join(part.data if isinstance(part, nodes.TemplateData) else " " for part in _output(tree))
        said = [*(one for one in pseudo.untranslated(plain) if '="' not in one), *_own_sentences(tree)]
        if said:
            found[path.name] = said

    assert found == {}


def _output(tree: nodes.Template) -> Iterator[nodes.Node]:
    for one in tree.find_all(nodes.Output):
        yield from one.nodes


def _own_sentences(tree: nodes.Template) -> list[str]:
    """Texts that look like sentences and are handed to no translation."""
    translated = {
        id(text)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATED
        for text in call.args
    }
    texts = (one for one in tree.find_all(nodes.Const) if isinstance(one.value, str) and id(one) not in translated)
    return [one.value for one in texts if SENTENCE.match(one.value) and one.value != "Tramita"]


def test_what_scripts_say_comes_from_the_page() -> None:
    """UI: their language. Pages hand it over in attributes, which are read above; a script has none of its own."""
    templates = "".join(path.read_text() for path in SOURCE.rglob("templates/**/*") if path.is_file())
    handed = set(re.findall(r'([\w-]+)="\{\{ _\(', templates))

    own = {
        path.name: said
        for path in (SOURCE / "ui" / "static" / "ui" / "js").glob("*.js")
        if (said := re.findall(r"""["'`]([A-Z][a-z]+ [a-z][^"'`]*)["'`]""", path.read_text()))
    }

    assert handed <= pseudo.SHOWN | pseudo.SCRIPTS
    assert own == {}


class Skeleton(HTMLParser):
    """A page without its words."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = [
            re.sub(r"\bkey=[^&]+", "key", f"{name}={text}")
            for name, text in attrs
            if name not in pseudo.SHOWN | pseudo.SCRIPTS | WORDED and not (tag == "rect" and name in MOVING)
        ]
        named = [f"{name}!" for name, text in attrs if name in pseudo.SHOWN and text and text.strip()]
        self.parts.append((tag, *given, *named))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.parts:
            self.parts.append(("text",))


def skeleton(page: str) -> list[tuple[str, ...]]:
    reader = Skeleton()
    reader.feed(page)
    return reader.parts


MOVING = frozenset({"x", "width"})  # of the bar of a clock: each language is looked at a while later
WORDED = frozenset({"lang", "value", "selected", "datetime", "min"})


@pytest.mark.one_database
def test_every_page_is_the_same_in_each_language(ana: Client, furnished: Pages, desk: Desk) -> None:
    """WCAG 2.2 AA in five languages: axe looks at each page in one of them (tests/e2e), for nothing but words differs.

    Whether a name is there is looked at here, in each; what long words do to a narrow window, in a language that is
    longer than all (tests/e2e).
    """
    skeletons: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    seen(ana, furnished)  # what was looked at lately stands on each page
    for language in LANGUAGES:
        Person.objects.update(language=language)
        skeletons[language] = {path: skeleton(page) for path, page in seen(ana, furnished).items()}

    assert {
        (path, language): next((pair for pair in zip(parts, there[path], strict=False) if pair[0] != pair[1]), "longer")
        for language, there in skeletons.items()
        for path, parts in skeletons["en"].items()
        if there[path] != parts
    } == {}
