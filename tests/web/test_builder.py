"""The Builder over HTTP: what is configured is seen, tried, checked and published (SPEC section 22, UI “Builder”)."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.desk import MONDAY, Desk
from tests.web.reading import errors_of, form_of, text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.models import Definition, Item, Person, Version
from tramita.services import starting
from tramita.services.definitions.apply import publish as publish_tree
from tramita.services.definitions.source import Problems, as_placed

CASE_TYPE = "/builder/case-types/acme/main/finance/hiring"
PATH = "acme/main/finance/hiring"
HIRING = {
    "title": "Hiring",
    "queue": "people",
    "due": "plain",
    "fields": {"salary": "number"},
    "starts": [{"every": "monday 09:00"}],
    "steps": [
        {"ask": {"actions": [{"call": {"title": "Call them"}}]}},
        {"check": {"actions": [{"budget": {"title": "Check the budget", "when": "fields.salary > 5000"}}]}},
    ],
    "action_types": {"remind": {"title": "Remind them"}},
}


@pytest.fixture(autouse=True)
def configured(db: None) -> None:
    """A desk that was applied, with a Case type of two steps."""
    services = {"finance": {"title": "Finance", "case_types": {"hiring": HIRING}, "ticket_categories": {"query": {}}}}
    tree = {
        "queues": {"people": {"title": "People"}},
        "due_rules": {"plain": {"within": "3 days"}},
        "customers": {"acme": {"title": "Acme", "contracts": {"main": {"services": services}}}},
    }
    publish_tree(as_placed(tree, ""), Problems(), by=SYSTEM, at=MONDAY)


@pytest.fixture
def chief(ana: Client, desk: Desk) -> Client:
    """Ana configures the desk."""
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    return ana


@pytest.fixture
def desk(db: None) -> Desk:
    """People alone: what is configured comes from `configured`."""
    from tests import factories
    from tramita.queries import people

    ana = factories.person("Ana Lima")
    nobody = people.actor_for(ana)
    return Desk(None, nobody, nobody, nobody, ana, ana, nobody, {})  # type: ignore[arg-type]  # no queue is needed


def yaml_of(page: str) -> tuple[str, str]:
    """What stands in the editor, and the digest that goes with it."""
    text = re.search(r'<textarea[^>]*name="yaml"[^>]*>(.*?)</textarea>', page, re.S)
    read = re.search(r'name="read" value="(\w+)"', page)
    assert text
    assert read
    return unescape(text[1]), read[1]


def put(chief: Client, change: tuple[str, str], **more: str) -> object:
    """Send the editor with one thing replaced."""
    text, read = yaml_of(text_of(chief.get(f"{CASE_TYPE}?tab=yaml")))
    assert change[0] in text
    return chief.post(CASE_TYPE, {"yaml": text.replace(*change), "read": read, **more})


def version() -> int:
    return Definition.objects.get(key=PATH).current.number  # type: ignore[union-attr]  # it is published


def test_the_flow_of_a_case_type_is_seen_with_where_its_cases_are(chief: Client, desk: Desk) -> None:
    """BU-1, BU-6, C-8: steps as columns, conditions, when it starts by itself, how many Cases stand where."""
    for _ in range(2):
        starting.start_case(case_type=PATH, short_description="Ines", by=SYSTEM, at=MONDAY)

    page = words_of(chief.get(CASE_TYPE))

    for said in ("Call them", "Check the budget", "fields.salary > 5000", "every monday 09:00", "2 Cases here"):
        assert said in page
    assert "Remind them" in page.partition("Launched by hand")[2]


@pytest.mark.parametrize(("salary", "verdict"), [("4000", "would be left out"), ("6000.50", "would run")])
def test_sample_fields_show_what_would_run(chief: Client, salary: str, verdict: str) -> None:
    """UI “try it”, C-8: nothing is written."""
    page = text_of(chief.get(CASE_TYPE, {"try": "1", "field-salary": salary}))

    budget = next(card for card in page.split('class="action-card"') if "Check the budget" in card)
    assert verdict in budget
    assert not Item.objects.exists()


def test_a_process_is_published_as_a_new_version_and_its_history_says_what_changed(chief: Client) -> None:
    """BU-2, BU-4: the same publication as `apply`; checking keeps nothing; the same again is no version."""
    checked = put(chief, ("Call them", "Call them twice"), check="1")
    before = version()
    published = put(chief, ("Call them", "Call them twice"))
    again = put(chief, ("Call them twice", "Call them twice"))
    history = words_of(chief.get(f"{CASE_TYPE}?tab=history"))

    assert "It is valid. Publishing makes a new version." in words_of(checked)
    assert (before, version()) == (1, 2)
    assert published["Location"] == CASE_TYPE  # type: ignore[index]  # an answer
    assert again.status_code == 302  # type: ignore[attr-defined]
    assert Version.objects.filter(definition__key=PATH).count() == 2
    assert "Ana Lima" in history
    assert "+ title: Call them twice" in " ".join(history.split())


def test_faults_name_their_line_and_what_was_typed_stays(chief: Client) -> None:
    """BU-4: nothing of it is published."""
    answer = put(chief, ("when: fields.salary > 5000", "whem: fields.salary > 5000"))
    page = text_of(answer)
    line = next(n for n, one in enumerate(yaml_of(page)[0].splitlines(), 1) if "whem" in one)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert f"Line {line}:" in page
    assert "whem" in words_of(answer)
    assert version() == 1


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "title: [", "title: x\n---\ntitle: y\n"])
def test_what_is_no_process_is_refused(chief: Client, text: str) -> None:
    """BU-4."""
    _text, read = yaml_of(text_of(chief.get(f"{CASE_TYPE}?tab=yaml")))

    answer = chief.post(CASE_TYPE, {"yaml": text, "read": read})

    assert answer.status_code == 422
    assert version() == 1


def test_a_change_of_somebody_else_is_not_undone_unseen(chief: Client) -> None:
    """Z-2."""
    text, read = yaml_of(text_of(chief.get(f"{CASE_TYPE}?tab=yaml")))
    put(chief, ("Call them", "Write to them"))

    answer = chief.post(CASE_TYPE, {"yaml": text, "read": read})

    assert answer.status_code == 409
    assert "Somebody changed this process meanwhile" in words_of(answer)
    assert version() == 2


def test_a_new_process_is_made_and_then_filled_in(chief: Client) -> None:
    """BU-1: in a service, under a name that is free."""
    form = {"kind": "case_type", "service": "acme/main/finance", "key": "leaving", "title": "Leaving"}
    bare = chief.post("/builder/new", form)
    form |= {"queue": "people", "due": "plain"}
    taken = chief.post("/builder/new", form | {"key": "query"})
    wrong = chief.post("/builder/new", form | {"key": "no name", "service": "acme"})

    made = chief.post("/builder/new", form)

    assert {*errors_of(bare)} == {"f-queue", "f-due"}
    assert "has a process of that name" in errors_of(taken)["f-key"]
    assert errors_of(wrong).keys() == {"f-service"}
    here = "/builder/edit/case-types/acme/main/finance/leaving"
    assert made["Location"] == here
    row = Definition.objects.get(key="acme/main/finance/leaving")
    assert (row.title, row.active, row.current) == ("Leaving", False, None)
    assert "Leaving draft" in words_of(chief.get("/builder"))
    assert "has a process of that name" in errors_of(chief.post("/builder/new", form))["f-key"]
    assert "a draft, not live yet" in words_of(chief.get("/builder/case-types/acme/main/finance/leaving"))
    assert [chief.get(f"{here}?part={one}").status_code for one in ("flow", "settings", "fields")] == [200] * 3


def test_a_new_process_is_live_when_it_is_published_and_gone_with_its_draft(chief: Client) -> None:
    """BU-4, BU-1: until then nobody starts it; what is thrown away leaves nothing, and the name is free again."""
    form = {"kind": "category", "service": "acme/main/finance", "key": "leaving", "title": "Leaving"}
    page, tab = "/builder/categories/acme/main/finance/leaving", "?tab=yaml"
    chief.post("/builder/new", form)
    hidden = "Leaving" not in words_of(chief.get("/new/ticket"))
    chief.post(page, {"discard": "1", "draft": "1"})
    gone = Definition.objects.filter(key="acme/main/finance/leaving").exists()

    chief.post("/builder/new", form)
    text, read = yaml_of(text_of(chief.get(page + tab)))
    answer = chief.post(page, {"yaml": text, "read": read, "draft": "1"})

    assert (hidden, gone, answer["Location"]) == (True, False, page)
    assert "version 1" in words_of(chief.get(page))
    assert "Leaving" in words_of(chief.get("/new/ticket"))


@pytest.mark.parametrize("path", ["/builder", CASE_TYPE, "/builder/new"])
def test_only_who_configures_the_desk_comes_here(ana: Client, path: str) -> None:
    """SEC-1: in the service too."""
    assert ana.post(path, {}).status_code == 403 if path == "/builder/new" else ana.get(path).status_code == 403
    assert ana.post(CASE_TYPE, {"yaml": "title: x", "read": "x"}).status_code == 403
    assert version() == 1


def test_what_is_not_there_is_not_found(chief: Client) -> None:
    """A category is no Case type, and a path leads somewhere."""
    assert chief.get("/builder/categories/acme/main/finance/query").status_code == 200
    for path in ("categories/acme/main/finance/hiring", "case-types/acme", "case-types/acme/main/finance/none"):
        assert chief.get(f"/builder/{path}").status_code == 404


def test_running_cases_are_moved_to_the_newest_version_from_the_history(chief: Client, desk: Desk) -> None:
    """SLA-17, BU-4, Z-7, decision 48: asked, counted again with the answers, begun, and one comes to the job."""
    for _ in range(2):
        starting.start_case(case_type=PATH, short_description="Ines", by=SYSTEM, at=MONDAY)
    put(chief, ("call", "phone"))
    history = text_of(chief.get(f"{CASE_TYPE}?tab=history"))
    link = re.search(r'href="(/builder/upgrades/[^"]*)"', history)
    assert link

    asked = words_of(chief.get(link[1]))
    answered = words_of(chief.get(link[1], {"from": "1", "action-call": ":close"}))
    wrong = chief.post(link[1], {"to": "2", "action-call": "budget"})
    begun = chief.post(link[1], {"to": "2", "action-call": ":close"}, follow=True)

    assert "Cases that go on where they stand 2 Actions that go on as they are 2" in asked
    assert "Cases whose step is complete by it: the next begins 2 Actions that are closed 2" in answered
    assert "Move 2 Cases" in asked
    assert (wrong.status_code, errors_of(wrong)) == (
        422,
        {"f-action-call": "“budget” stands for another Action already."},
    )
    assert "Move to another version: Hiring 1 → 2" in words_of(begun)


def test_who_does_not_configure_the_desk_sees_no_move(ana: Client, desk: Desk) -> None:
    """SEC-1."""
    assert ana.get(f"/builder/upgrades/{PATH}?from=1").status_code == 403


def test_a_case_type_without_a_due_rule_or_an_allocation_is_kept_and_not_set_live(chief: Client) -> None:
    """BU-3, BU-4: ordinary faults; both are told, and the draft is saved all the same."""
    bare = ("queue: people\ndue: plain\n", "")
    checked = words_of(put(chief, bare, check="1"))
    refused = put(chief, bare)
    kept = put(chief, bare, save="1", draft="0")
    board = chief.get("/builder/edit/case-types/acme/main/finance/hiring?part=settings")
    form = form_of(board, "/builder/edit/case-types/acme/main/finance/hiring?part=settings")
    told = chief.post("/builder/edit/case-types/acme/main/finance/hiring?part=settings", form | {"check": "1"})

    assert "needs a due rule" in checked
    assert "needs a queue, or somebody who gets it" in checked
    assert refused.status_code == 422  # type: ignore[attr-defined]  # an answer
    assert kept.status_code == 302  # type: ignore[attr-defined]  # an answer
    assert {*errors_of(told)} == {"f-due", "f-queue"}
    assert version() == 1


def test_the_settings_of_a_case_type_are_what_its_yaml_says(chief: Client, desk: Desk) -> None:
    """BU-3: days that it stays open, when it starts, progression, title changes, contacts."""
    said = "feedback_window: 4 days\nprogression: manual\nallow_title_change: true\ncontacts_required: true\n"
    said += "self_service: true\n"

    answer = put(chief, ("progression: automatic\n", said))
    page = words_of(chief.get(f"{CASE_TYPE}?tab=settings"))

    body = Definition.objects.get(key=PATH).current.body  # type: ignore[union-attr]  # it is published
    assert answer.status_code == 302  # type: ignore[attr-defined]  # what a client gives
    assert (body["feedback_window"], body["progression"]) == (4, "manual")
    assert (body["allow_title_change"], body["contacts_required"], len(body["starts"])) == (True, True, 1)
    for shown in (
        "Feedback window 4 days",
        "The next step begins by a person",
        "Contacts are needed yes",
        "Offered in self service yes",
    ):
        assert shown in page
