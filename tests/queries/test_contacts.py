"""Contacts are found by the beginnings of words, and what one has to do with newest first, within one's rights."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.queries.test_plans import plan
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import CopiedContact, Definition, Message, Person
from tramita.queries import contacts, people
from tramita.queries.contacts import activity, get_visible, listed, mails

pytestmark = pytest.mark.django_db


def names(page):
    return [one.name for one in page.rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("luc", ["Lucía Ramos"]),
        ("LÚCIA ram", ["Lucía Ramos"]),
        ("lukasz", ["Łukasz Żółw"]),
        ("zolw", ["Łukasz Żółw"]),
        ("acme.es", ["Rui Sousa", "Lucía Ramos"]),
        ("rui@acme.es", ["Rui Sousa"]),
        ("sousa luc", []),
        ("* ' \" ()", ["Rui Sousa", "Łukasz Żółw", "Lucía Ramos"]),
    ],
)
def test_a_contact_is_found_by_the_beginnings_of_words(typed, found):
    """CT-7, H-6: of name and address, without accents and case; never a colleague."""
    ana = make.agent("Lucas Worker")
    for name, email in (("Lucía Ramos", "lucia@acme.es"), ("Łukasz Żółw", "lz@other.pl"), ("Rui Sousa", "rui@acme.es")):
        make.requester(name, email=email)

    assert names(listed(ana, typed=typed)) == found


def test_a_changed_name_is_found_by_its_new_words_alone():
    """CT-7: the databases keep the words, whoever writes."""
    ana, rui = make.agent(), make.requester("Rui Sousa", email="rui@acme.es")

    Person.objects.filter(pk=rui.pk).update(name="Rita Sousa")

    assert names(listed(ana, typed="rita")) == ["Rita Sousa"]
    assert names(listed(ana, typed="rui sousa")) == ["Rita Sousa"], "the address still says so"
    rui.delete()
    assert names(listed(ana, typed="rita")) == []


def test_contacts_are_listed_fifty_a_page_and_of_one_organisation():
    """CT-7: each once, whoever is added meanwhile."""
    ana, acme = make.agent(), make.organisation("acme")
    for number in range(60):
        make.requester(f"Contact {number}", organisation=acme if number % 2 else None)

    first = listed(ana)
    make.requester("Later")
    second = listed(ana, before=first.next)

    assert [*names(first), *names(second)] == [f"Contact {number}" for number in reversed(range(60))]
    assert second.next is None
    assert len(listed(ana, organisation="acme").rows) == 30
    assert listed(ana, organisation="nobody").rows == []


@pytest.fixture
def branches():
    """Acme with a branch and a parent, and a company that is none of Eve's."""
    above = make.organisation("holding")
    acme = make.organisation("acme", parent=above)
    companies = {"above": above, "acme": acme, "branch": make.organisation("acme-iberia", parent=acme)}
    companies["other"] = make.organisation("other")
    for name in ("acme", "other"):
        Definition.objects.create(kind="customer", key=name, organisation=companies[name])
    return {name: make.requester(name, organisation=one) for name, one in companies.items()} | {
        "nobody": make.requester("nobody")
    }


def test_staff_with_grants_see_the_contacts_of_their_customers(branches):
    """CT-7, CT-5, SEC-2: of the customer, its branches and its parent; all others do not exist."""
    eve = make.agent("Eve", grants={"acme/main/finance": ["view"]})

    assert set(names(listed(eve))) == {"above", "acme", "branch"}
    assert get_visible(eve, branches["branch"].pk).name == "branch"
    for name in ("other", "nobody"):
        with pytest.raises(NotFound):
            get_visible(eve, branches[name].pk)
    assert [key for key, _ in contacts.organisations(eve)] == ["acme", "acme-iberia", "holding"]
    assert not contacts.may_change(eve, get_visible(eve, branches["acme"].pk)), "they may look, and no more"


def test_the_contact_of_an_item_that_one_sees_can_be_looked_at(branches):
    """CT-7: the link in the item's card leads somewhere."""
    eve = make.agent("Eve", grants={"acme": ["view", "work"]})
    mine = make.definition(key="acme/main/finance/one")
    make.ticket(requester=branches["nobody"], process=mine)

    found = get_visible(eve, branches["nobody"].pk)

    assert not contacts.may_change(eve, found)
    assert contacts.may_change(eve, get_visible(eve, branches["branch"].pk))


def test_who_only_asks_reads_no_contacts(branches):
    """CT-7, SEC-1."""
    rui = people.actor_for(branches["acme"])

    with pytest.raises(NotPermitted):
        listed(rui)
    with pytest.raises(NotPermitted):
        get_visible(rui, branches["acme"].pk)


def test_the_activity_of_a_contact_is_every_item_they_have_a_part_in():
    """CT-7, CT-1: newest first, each once, with what they are to it, and only what the reader may see."""
    ana, eve = make.agent(), make.agent("Eve", grants={"acme": ["view"]})
    rui, other, acme = make.requester(), make.requester("Lia"), make.definition(key="acme/main/finance/one")
    plain = {"requester": other, "subject": other, "original_requester": other, "primary_contact": other}
    held = [
        ("primary_contact", "primary"),
        ("requester", "requester"),
        ("subject", "subject"),
        ("original_requester", "original_requester"),
    ]
    items = [make.ticket(**plain | {column: rui}, process=acme) for column, _ in held]
    copied = make.ticket(**plain)
    CopiedContact.objects.create(item=copied, person=rui)
    both = make.ticket(**plain | {"subject": rui, "primary_contact": rui}, process=acme)
    make.ticket(**plain)
    make.ticket(requester=rui, draft=True, creator=make.person("Leo"))

    parts = activity(ana, rui.pk).parts

    assert [part.row.reference for part in parts] == [one.reference for one in (both, copied, *reversed(items))]
    assert [list(part.tags) for part in parts] == [
        ["primary", "subject"],
        ["cc"],
        *[[tag] for _, tag in reversed(held)],
    ]
    assert [part.row.reference for part in activity(eve, rui.pk).parts] == [
        one.reference for one in (both, *reversed(items))
    ]
    first = activity(ana, rui.pk, limit=4)
    assert [*first.parts, *activity(ana, rui.pk, before=first.next).parts] == parts


def test_mails_of_a_contact_are_counted_on_what_the_reader_may_see():
    """CT-7: from them and to them, by To, Cc and Bcc."""
    ana, eve = make.agent(), make.agent("Eve", grants={"acme": ["view"]})
    rui = make.requester(email="rui@acme.example")
    seen, hidden = (
        make.ticket(requester=rui, process=make.definition(key="acme/main/finance/one")),
        make.ticket(requester=rui),
    )
    for item in (seen, hidden):
        make.mail(item, outgoing=False, sender_address="rui@acme.example")
        make.mail(item, outgoing=False, sender_address="lia@acme.example")
        make.mail(item, outgoing=True, to=[["", "Rui@acme.example"]])
        make.mail(item, outgoing=True, to=[["", "lia@acme.example"]], cc=[["Rui", "rui@acme.example"]])
        make.mail(item, outgoing=True, to=[["", "trui@acme.example"]])

    def counted(actor):
        return mails(actor, get_visible(ana, rui.pk))

    assert (counted(ana).came, counted(ana).went) == (2, 4)
    assert (counted(eve).came, counted(eve).went) == (1, 2)


LARGE = ("items", "people", "messages", "copied_contacts", "entries")


def test_no_page_of_contacts_reads_a_whole_table():
    """CT-7, DESIGN section 4: thousands of contacts and items; words, one organisation, the activity of one."""
    acme = make.organisation("acme")
    ana, eve = make.agent(), make.agent("Eve", grants={"acme": ["view"]})
    rui, lia = make.requester("Rui Rare", organisation=acme), make.requester("Lia")
    Definition.objects.create(kind="customer", key="acme", organisation=acme)
    process = make.definition(key="acme/main/finance/one")
    tags = ("requester", "subject", "original_requester", "primary_contact")
    for _ in range(20):
        make.ticket(**dict.fromkeys(tags, lia), process=process)
    item = make.ticket(**dict.fromkeys(tags, lia) | {"subject": rui}, process=process)
    make.mail(item, outgoing=False)
    _many()

    for actor in (ana, eve):
        looks = (
            lambda actor=actor: listed(actor, typed="rare"),
            lambda actor=actor: listed(actor, typed="common rare"),
            lambda actor=actor: listed(actor, organisation="acme", before=10**6),
            lambda actor=actor: activity(actor, rui.pk),
            lambda actor=actor: activity(actor, lia.pk, before=10**6),
            lambda actor=actor: mails(actor, get_visible(ana, rui.pk)),
        )
        for look in looks:
            with CaptureQueriesContext(connection) as captured:
                look()
            for query in captured.captured_queries:
                lines = plan(query["sql"])
                assert not _whole(lines), "\n".join([query["sql"], *lines])


def _many():
    """Each Ticket, each copy and each mail many times, and thousands of contacts."""
    from tests.queries.test_plans import multiply

    multiply()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
    columns = [field.column for field in Person._meta.concrete_fields if field.column not in ("id", "email", "name")]
    lia = Person.objects.get(name="Lia").pk
    plain = ", ".join(f"p.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO people (name, email, {', '.join(columns)}) {numbers}"
            f"SELECT 'Common ' || n.i, 'c' || n.i || '@x.example', {plain} FROM people p, n WHERE p.id = {lia}"
        )
        cursor.execute(
            "INSERT INTO copied_contacts (item_id, person_id) SELECT id, requester_id FROM items "
            "WHERE requester_id IS NOT NULL"
        )
        columns = [field.column for field in Message._meta.concrete_fields if field.column not in ("id", "item_id")]
        plain = ", ".join(f"m.{column}" for column in columns)
        cursor.execute(
            f"INSERT INTO messages ({', '.join(columns)}, item_id) SELECT {plain}, i.id FROM messages m, items i"
        )
        cursor.execute("ANALYZE")


def _whole(lines):
    if connection.vendor == "postgresql":
        return [line for line in lines if re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", line)]
    tables = "|".join(one for one in (*LARGE, "p", "c", "m", "f") if f"CO-ROUTINE {one}" not in lines)
    return [line for line in lines if re.match(rf"SCAN ({tables})\b(?! USING)", line) or _sorts(line, lines)]


def _sorts(line, lines):
    """What is found by words comes newest first by itself."""
    return "TEMP B-TREE" in line and any("contact_words" in one for one in lines)
