"""Mail that nobody writes: switched by category, in the reader's language, in the words that the desk chose (M-19b)."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_posting import Way, post, way, written
from tests.services.test_receiving import mail, receive
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.domain.filing import told
from tramita.models import BlockedAddress, Definition, Entry, Item, Mailbox, MarkedAddress, Message, Person
from tramita.queries import definitions
from tramita.services import automatic_mails, contacts, converting, filing, firing, ledger, splitting, waiting
from tramita.services.filing import Upload
from tramita.services.splitting import Child
from tramita.services.transactions import writing

HOUR, DAYS = timedelta(hours=1), timedelta(days=20)

__all__ = ["way"]  # a fixture


def switch_on(*names: str) -> None:
    """The category sends these."""
    version = Definition.objects.get(key="acme/main/finance/invoice-query").current
    version.body = {**version.body, "automatic_mails": list(names)}
    version.save()
    definitions.forget()


def timed_out(desk: Desk, item: Item | None = None, *, close: bool = False) -> Item:
    item = item or desk.ticket()
    waiting.wait(item, type="more_information", days=2, close_if_no_response=close, by=desk.ana, at=MONDAY)
    for timer in firing.claim(at=MONDAY + DAYS):
        assert firing.fire(timer, at=MONDAY + DAYS)
    return Item.objects.get(pk=item.pk)


def automatic() -> list[Message]:
    return list(Message.objects.filter(automatic=True, outgoing=True).order_by("id"))


@pytest.mark.parametrize(
    ("close", "state", "words"), [(False, "to_do", "look at it again"), (True, "closed", "closed it")]
)
def test_no_response_is_told_where_the_category_says_so(
    desk: Desk, way: Way, close: bool, state: str, words: str
) -> None:
    """T-39, T-40, M-19b, MAIL-95."""
    switch_on("no_response")

    item = timed_out(desk, close=close)
    post(MONDAY + DAYS)

    (told,) = automatic()
    assert item.state.value == state
    assert told.to == [["", desk.rui.email]]
    assert item.reference in told.text
    assert words in told.text
    assert b"\nAuto-Submitted: auto-generated\r\n" in way.sent[0][2]
    assert ledger.differences(item) == {}


def test_no_response_is_silent_where_it_does_not(desk: Desk) -> None:
    """M-19b."""
    timed_out(desk)

    assert automatic() == []


@pytest.mark.parametrize(
    "against",
    [
        lambda rui: BlockedAddress.objects.create(address=rui, at=MONDAY),
        lambda rui: BlockedAddress.objects.create(address=f"@{rui.partition('@')[2]}", at=MONDAY),
        lambda rui: MarkedAddress.objects.create(address=rui, complained=True, at=MONDAY),
    ],
    ids=["blocked", "domain blocked", "complained"],
)
def test_who_is_blocked_or_complained_gets_none(desk: Desk, against: object) -> None:
    """MAIL-98, M-20."""
    switch_on("no_response")
    against(desk.rui.email)

    assert timed_out(desk).state is State.TO_DO
    assert automatic() == []


def test_who_complained_gets_no_copy_either(desk: Desk) -> None:
    """MAIL-98: the others do."""
    switch_on("no_response")
    item = desk.ticket()
    eve = factories.requester("Ivo Complains")
    contacts.copy_to(item, Person.objects.filter(pk__in=(desk.marta.pk, eve.pk)))
    MarkedAddress.objects.create(address=eve.email, complained=True, at=MONDAY)

    timed_out(desk, item)

    assert [address for _, address in automatic()[0].cc] == [desk.marta.email]


def test_who_complained_is_not_acknowledged(desk: Desk) -> None:
    """MAIL-98, MAIL-91: and the entry says why."""
    MarkedAddress.objects.create(address=desk.rui.email, complained=True, at=MONDAY)

    receive(mail(sender=desk.rui.email))

    assert automatic() == []
    told = Entry.objects.get(type="mail_received")
    assert told.data["unanswered"] == "a complaint about our mail"


def test_a_loop_of_timers_ends_at_the_limit(desk: Desk) -> None:
    """MAIL-93."""
    switch_on("no_response")
    for _ in range(7):
        timed_out(desk)

    assert len(automatic()) == 5


@pytest.mark.parametrize(
    ("kind", "values"), [("case_launched", {"case": "10040-C"}), ("split", {"children": "7-T, 8-T"})]
)
def test_a_case_or_a_split_is_told_with_what_became_of_it(desk: Desk, kind: str, values: dict[str, str]) -> None:
    """M-19b: the callers come with launching and splitting."""
    switch_on(kind)
    item = desk.ticket(cc=[desk.marta.email])

    with writing():
        change = ledger.Change(item, SYSTEM, MONDAY)
        assert automatic_mails.tell(change, kind, at=MONDAY, **values)
        change.write()

    (told,) = automatic()
    assert next(iter(values.values())) in told.text
    assert told.cc == [["", desk.marta.email]]


def test_a_missing_value_is_never_an_empty_place(desk: Desk) -> None:
    """MAIL-126."""
    switch_on("split")

    with pytest.raises(KeyError):
        automatic_mails.tell(ledger.Change(desk.ticket(), SYSTEM, MONDAY), "split", at=MONDAY)


def test_the_words_are_those_of_the_desk_in_the_language_of_the_reader(desk: Desk, way: Way) -> None:
    """MAIL-126, M-19b: escaped where they are HTML; a language without own words keeps ours."""
    Mailbox.objects.update(name="Acme <Desk>")
    texts = {"pl": {"subject": "Mamy {{reference}}", "text": "Witamy {{name}}, {{desk}}", "html": "<p>{{desk}}</p>"}}
    publish("mail_template", "acknowledgement", texts=texts)
    Person.objects.filter(pk=desk.rui.pk).update(language="pl")

    receive(mail("One", sender=desk.rui.email or "", subject="First"))
    receive(mail("Two", sender="new@else.example", subject="Second"))
    post()

    polish, english = automatic()
    assert polish.subject == f"Re: [{polish.item.reference}] Mamy"
    assert polish.text == "Witamy Rui Sousa, Acme <Desk>"
    assert polish.html == "<p>Acme &lt;Desk&gt;</p>"
    assert english.text.startswith("Hello,")


def test_a_resolving_mail_says_until_when_one_may_disagree(desk: Desk, way: Way) -> None:
    """MAIL-125: in the reader's language and zone; it is a person's mail all the same."""
    switch_on("resolution")
    Person.objects.filter(pk=desk.rui.pk).update(language="fr", time_zone="Europe/Paris")

    message = written(desk, desk.ticket(), resolve="replied")
    plain = written(desk, desk.ticket())
    spam = written(desk, desk.ticket(), resolve="rejected_spam")
    post()

    (footer,) = message.headers["below"]
    assert footer.startswith("Avec cette réponse")
    assert "9 mars 2026 10:00" in footer
    assert message.text == "Booked back."
    assert "below" not in plain.headers
    assert "below" not in spam.headers
    assert b"Auto-Submitted" not in way.sent[0][2]
    assert Item.objects.get(pk=message.item_id).window_ends_at == MONDAY + timedelta(days=7)


def test_tagged_files_and_links_go_along(desk: Desk, way: Way) -> None:
    """F-3: those of the item with the desk's tags, never an internal one; a link stands below the words."""
    switch_on("no_response")
    publish("settings", "settings", attach_tagged={"no_response": ["terms"]})
    item = desk.ticket()
    for name, internal in (("shown.pdf", False), ("inside.pdf", True)):
        about = told(["terms"], internal=internal)
        upload = Upload(name, "application/pdf", 5, [name.encode()])
        filing.add_files(item, [upload], about, by=desk.ana, at=MONDAY)
    about = told(["terms"], internal=False)
    filing.add_link(item, url="https://acme.example/t", title="Terms", about=about, by=desk.ana, at=MONDAY)
    item = Item.objects.get(pk=item.pk)
    waiting.wait(item, type="more_information", days=2, by=desk.ana, at=MONDAY)
    for timer in firing.claim(at=MONDAY + DAYS):
        assert firing.fire(timer, at=MONDAY + DAYS)
    post(MONDAY + DAYS)

    (mail_,) = automatic()
    assert [one.filename for one in mail_.attachments.all()] == ["shown.pdf"]
    assert mail_.text.endswith("\n\nTerms: https://acme.example/t")
    assert b'filename="shown.pdf"' in way.sent[0][2]


def test_a_split_and_a_new_case_are_told_where_mails_are_on_and_it_was_chosen(desk: Desk, way: Way) -> None:
    """X-13, X-24, M-19b: and not where whoever does it says no."""
    switch_on("split", "case_launched")
    parts = [Child("One", "The first"), Child("Two", "The second")]
    told, other, quiet = desk.ticket(), desk.ticket(), desk.ticket()

    made = splitting.split(told, children=parts, by=desk.ana, at=MONDAY)
    case = converting.convert(other, case_type="acme/main/finance/onboarding", by=desk.ana, at=MONDAY)
    splitting.split(quiet, children=parts, mail=False, by=desk.ana, at=MONDAY)

    first, second = automatic()
    assert all(one.reference in first.text for one in made)
    assert (case.reference in second.text, first.to) == (True, [["", desk.rui.email]])
