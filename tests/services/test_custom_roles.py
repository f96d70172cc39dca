"""Roles that a desk makes itself: each option holds on every face, and nobody gives what they have not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.api.callers import ask
from tests.approving import customer
from tests.desk import MONDAY, Desk, build
from tests.factories import NOW
from tests.mcp.talking import Talker, said
from tramita.domain.codes import Listed, Role
from tramita.domain.permissions import GRANTED, Permission
from tramita.domain.roles import BASES, OPTIONS, Builder, rights, switches
from tramita.models import Definition, Grant, Person, Version
from tramita.queries import definitions, people
from tramita.queries.visibility import may
from tramita.services import merging

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
CATEGORY = "acme/main/finance/invoice-query"
TICKET = {"title": "A", "description": "B", "category": CATEGORY, "requester": "{rui}"}
TOMORROW = "2030-03-05T12:00:00Z"


@dataclass(frozen=True)
class Faces:
    """What each face has for one option; {ref} is an item that the caller has. None: this face does not do it."""

    page: tuple[str, str, dict[str, Any]] | None = None
    api: tuple[str, str, Any] | None = None
    tool: tuple[str, dict[str, Any]] | None = None
    refused: int = 403


FACES: dict[Permission, Faces] = {
    Permission.CREATE: Faces(None, ("POST", "/tickets", TICKET), ("start_ticket", TICKET)),
    Permission.WORK: Faces(
        ("POST", "/items/{ref}/note", {"body": "A"}),
        ("POST", "/items/{ref}/notes", {"body": "A"}),
        ("add_note", {"body": "A"}),
    ),
    Permission.MAIL: Faces(
        ("POST", "/items/{ref}/reply", {"to": "{rui}", "text": "A", "based_on": "99"}),
        ("POST", "/items/{ref}/mails", {"to": ["{rui}"], "text": "A"}),
        ("send_mail", {"to": ["{rui}"], "text": "A"}),
    ),
    Permission.RESOLVE: Faces(
        ("POST", "/items/{ref}/resolve", {"method": "replied", "note": "A"}),
        ("POST", "/items/{ref}/resolve", {"method": "replied", "note": "A"}),
        ("resolve_item", {"method": "replied", "note": "A"}),
    ),
    Permission.APPROVALS_REQUEST: Faces(
        ("POST", "/items/{ref}/approvals", {"type": "refund"}),
        ("POST", "/items/{ref}/approvals", {"type": "refund"}),
        ("ask_approval", {"type": "refund"}),
    ),
    Permission.REPORTS: Faces(("GET", "/reports/feedback", {}), ("GET", "/feedback", None)),
    Permission.ASSIGN: Faces(
        ("POST", "/items/{theirs}/assign", {"to": "{ana}"}),
        ("POST", "/items/{theirs}/assign", {"to": "{ana}"}),
        ("assign_item", {"reference": "{theirs}", "to": "{ana}"}),
    ),
    Permission.MERGE_UNDO: Faces(("POST", "/items/{merged}/undo", {}), ("POST", "/items/{merged}/undo", {})),
    Permission.PRICES: Faces(),  # what is shown of a report, which is there without it
    Permission.MANAGE_QUEUE: Faces(),
    Permission.BULK: Faces(("POST", "/bulk/start", {}), ("POST", "/jobs", {"change": "assign", "items": ["{ref}"]})),
    Permission.AUDIT: Faces(("GET", "/reports/trail", {}), ("GET", "/audit", None)),
    Permission.MERGE: Faces(
        ("POST", "/items/{ref}/merge", {"into": "{theirs}"}),
        ("POST", "/items/{ref}/merge", {"into": "{theirs}"}),
    ),
    Permission.DUE_DATES: Faces(
        ("POST", "/items/{ref}/edit", {"panel": "due", "due": "2030-03-05T12:00"}),
        ("PATCH", "/items/{ref}", {"due": {"at": TOMORROW}}),
    ),
    Permission.CONTACTS: Faces(("GET", "/contacts/new", {})),
    Permission.BLOCK: Faces(("POST", "/mail/blocked", {"address": "x@spam.example"})),
    Permission.EXPORT: Faces(("GET", "/inbox?export=csv", {}), ("GET", "/events", None)),
    Permission.SHARE_VIEWS: Faces(
        ("POST", "/views/new", {"title": "A", "shared": "all"}),
        ("POST", "/views", {"title": "A", "shared": "all"}),
        refused=422,
    ),
    Permission.STOP_ROBOTS: Faces(("POST", "/robots/stop", {}), ("POST", "/robots/stop", None)),
    Permission.CANNED_TEXTS: Faces(("GET", "/builder/desk/canned-texts", {})),
    Permission.DELETE: Faces(("GET", "/trash", {}), ("GET", "/trash", None)),
    Permission.DRAFTS: Faces(("GET", "/items/{draft}", {}), ("GET", "/items/{draft}", None), refused=404),
    Permission.TEAMS: Faces(),
}


@pytest.fixture
def desk(db: None) -> Desk:
    definitions.forget()
    made = build()
    customer(made)
    return made


def role(key: str, based_on: Role = Role.AGENT, **options: bool) -> str:
    body = {"key": key, "title": key.title(), "based_on": based_on.value, "options": options}
    row = Definition.objects.create(kind="role", key=key, title=key.title())
    row.current = Version.objects.create(definition=row, number=1, body=body, published_at=NOW)
    row.save()
    return key


def places(desk: Desk, who: Person) -> dict[str, str]:
    """Items for one caller: their own, another's, a merged one, somebody's Draft."""
    ours, theirs, into = (desk.ticket(title="A") for _ in range(3))
    for item, holder in ((ours, who.pk), (theirs, desk.eve.id)):
        type(item).objects.filter(pk=item.pk).update(assignee_id=holder, listed=Listed.INBOX)
    double = desk.ticket(title="B", by=desk.leo)
    merging.merge([double], into=into, by=desk.leo, at=MONDAY)
    draft = desk.ticket(draft=True, by=desk.ana)
    return {
        "ref": ours.reference,
        "theirs": theirs.reference,
        "merged": double.reference,
        "draft": draft.reference,
        "rui": str(desk.rui.email),
        "ana": desk.ana.email,
    }


def filled(value: Any, where: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(one, where) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, where) for one in value]
    return value.format(**where) if isinstance(value, str) else value


def answers(desk: Desk, who: Person, faces: Faces, *, one_for_all: bool) -> dict[str, int | str]:
    """What each face says to this person; to whom all refuse, the same items do."""
    same = places(desk, who) if one_for_all else {}
    found: dict[str, int | str] = {}
    if faces.page:
        method, path, data = faces.page[0], *filled(list(faces.page[1:]), same or places(desk, who))
        browser = Client()
        browser.force_login(who)
        found["page"] = (browser.get(path) if method == "GET" else browser.post(path, data)).status_code
    if faces.api:
        method, path, body = faces.api[0], *filled(list(faces.api[1:]), same or places(desk, who))
        found["api"] = ask(who).send(method, path, body).status_code
    if faces.tool:
        where = same or places(desk, who)
        name, given = faces.tool[0], filled(faces.tool[1], where)
        needs_none = "reference" in given or name.startswith("start_")
        given = given if needs_none else {"reference": where["ref"], **given}
        result = Talker(who, can={"elicitation": {"form": {}}}).call(name, **given)
        refused = said(result).get("refused", "") if result.get("isError") else ""
        found["tool"] = refused
    return found


def test_every_option_is_in_the_table() -> None:
    """SEC-1: a new option is named here, with what it is on each face."""
    assert set(FACES) == set(OPTIONS)
    assert not {Permission.CONFIGURE, Permission.PUBLISH, Permission.MANAGE_USERS} & set(OPTIONS)


def test_an_option_that_a_role_switches_off_is_refused_on_every_face_and_one_that_it_switches_on_is_not(
    desk: Desk,
) -> None:
    """SEC-1: each option on pages, in the API and as a tool, whatever the standard role gives."""
    wrong: dict[Any, Any] = {}
    for option, faces in FACES.items():
        has = {"based_on": Role.TEAM_LEADER, option.value: True}
        hasnt = {"based_on": Role.TEAM_LEADER, option.value: False}
        may_it = factories.person("Max", role=Role.TEAM_LEADER, custom=role(f"with-{option}", **has))
        may_not = factories.person("Nia", role=Role.TEAM_LEADER, custom=role(f"without-{option}", **hasnt))

        given, refused = (answers(desk, who, faces, one_for_all=who is may_not) for who in (may_it, may_not))

        said_no = {face: "not_permitted" if face == "tool" else faces.refused for face in refused}
        wrong |= {(option, face): code for face, code in refused.items() if code != said_no[face]}
        wrong |= {(option, face): code for face, code in given.items() if code in (403, 404, "not_permitted")}

    assert wrong == {}


def test_an_agent_who_may_assign_takes_work_off_others_too(desk: Desk) -> None:
    """SEC-1, S-6, Q-13."""
    ana = factories.person("Max", custom=role("giver", assign=True))
    theirs = places(desk, ana)["theirs"]

    assert ask(ana).post(f"/items/{theirs}/release", {}).status_code == 200


@pytest.mark.parametrize("base", BASES)
def test_what_a_role_gives_is_its_standard_role_with_what_is_switched(base: Role, desk: Desk) -> None:
    """SEC-1: one option at a time, on and off; nothing else moves but the parts of it."""
    for option in OPTIONS:
        for on in (True, False):
            actor = people.actor_for(
                factories.person("Max", role=base, custom=role(f"{base}-{option}-{on}", base, **{option.value: on}))
            )
            had = {one for one in Permission if may(people.actor_for(factories.person("Ana", role=base)), one)}
            has = {one for one in Permission if may(actor, one)}

            assert (option in has) is on
            assert {str(one) for one in has} == {
                one for one in rights(base, switches({option.value: on})) if one in set(Permission)
            }
            assert all(one == option or one in has ^ had for one in has ^ had)


def test_what_a_role_switches_off_no_grant_gives(desk: Desk) -> None:
    """SEC-1, SEC-2: also the parts of it; and what a grant does not name a role does not give."""
    person = factories.person("Max", custom=role("quiet", mail=False, assign=True))
    Grant.objects.create(person=person, path="acme", permissions=[one.value for one in GRANTED])
    narrow = factories.person("Nia", custom="quiet")
    Grant.objects.create(person=narrow, path="acme", permissions=["view"])

    wide, looks = people.actor_for(person), people.actor_for(narrow)

    assert not may(wide, "mail", CATEGORY)
    assert not may(wide, "block", CATEGORY)
    assert may(wide, "merge", CATEGORY)
    assert not may(looks, "assign", CATEGORY)
    assert not may(looks, "merge", CATEGORY)


def test_a_role_that_changes_holds_with_the_next_request(desk: Desk) -> None:
    """SEC-1: nothing of it is remembered; and whose role is used no more keeps what it said."""
    person = factories.person("Max", custom=role("writer", mail=False))
    row = Definition.objects.get(kind="role", key="writer")
    assert not may(people.actor_by_id(person.pk), "mail")

    row.current = Version.objects.create(
        definition=row, number=2, body={**row.current.body, "options": {}}, published_at=NOW + timedelta(hours=1)
    )
    row.save()
    assert may(people.actor_by_id(person.pk), "mail")

    Version.objects.filter(pk=row.current_id).update(body={**row.current.body, "options": {"mail": False}})
    Definition.objects.filter(pk=row.pk).update(active=False)
    assert not may(people.actor_by_id(person.pk), "mail")


@pytest.mark.parametrize("builder", Builder)
def test_the_role_of_a_builder_stands_beside_the_operational_one(builder: Builder, desk: Desk) -> None:
    """SEC-1: a team member who designs, one who sets live, one who manages users; their own work is as before."""
    plain = people.actor_for(factories.person("Ana"))
    both = people.actor_for(factories.person("Max", builder=builder, custom=role("no-audit", audit=False)))

    more = {one for one in Permission if may(both, one)} - {one for one in Permission if may(plain, one)}

    expected = {
        Builder.DESIGNER: {"configure"},
        Builder.PUBLISHER: {"configure", "publish", "canned_texts"},
        Builder.ADMINISTRATOR: {"configure", "publish", "canned_texts", "manage_users", "delete", "audit"},
    }
    assert {str(one) for one in more} == expected[builder]
    assert both.role is Role.AGENT
