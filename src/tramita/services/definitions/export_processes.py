"""The half of the export below `customers`."""

from collections.abc import Mapping, Sequence
from typing import Any

from tramita.domain.bodies import restore
from tramita.domain.cards import NOTHING, CardDefinition, Declared, FieldDefinition
from tramita.domain.cel import as_text
from tramita.domain.definitions import CategoryDefinition
from tramita.domain.process_definitions import (
    ActionDefinition,
    ApprovalLevel,
    Assigned,
    CaseTypeDefinition,
    MailDefaults,
)
from tramita.services.definitions.assigning import assigned
from tramita.services.definitions.flow import OF_KIND
from tramita.services.definitions.plain import Tree, bodies, days, given


def customers() -> Tree:
    """Customers, contracts, services and their processes, put back into each other."""
    tree: Tree = {}
    for key, body in bodies("customer"):
        own = given(organisation=body.get("organisation"), properties=body.get("properties"))
        tree[key] = titled_unless(body, key) | own | {"contracts": {}}
    for path, body in bodies("contract"):
        customer, key = path.split("/")
        own = given(
            calendar=body.get("calendar"),
            team=body.get("team"),
            hours=body.get("hours"),
            properties=body.get("properties"),
        )
        here = titled_unless(body, key) | own | {"services": {}}
        tree[customer]["contracts"][key] = here
    for path, body in bodies("service"):
        customer, contract, key = path.split("/")
        own = given(team=body.get("team"), properties=body.get("properties"))
        here = titled_unless(body, key) | own | {"ticket_categories": {}, "case_types": {}}
        tree[customer]["contracts"][contract]["services"][key] = here
    place_processes(tree)
    return tree


def titled_unless(body: Mapping[str, Any], key: str) -> Tree:
    """The title, where it is not just the key."""
    title = body.get("title", key)
    return {} if title == key else {"title": title}


def place_processes(tree: Tree) -> None:
    read = {path: restore(CategoryDefinition, body) for path, body in bodies("category")}
    for path, one in read.items():
        *_, key = path.split("/", 3)
        here, team = service_of(tree, path)
        top = CategoryDefinition(path, "", team=team)
        here["ticket_categories"][key] = category(one, read.get(path.rpartition("/")[0], top))
    for path, body in bodies("case_type"):
        here, team = service_of(tree, path)
        here["case_types"][path.rpartition("/")[2]] = case_type(restore(CaseTypeDefinition, body), team)
    for path, body in bodies("defect_category"):
        customer, contract, service, key = path.split("/", 3)
        here = tree[customer]["contracts"][contract]["services"][service]
        here.setdefault("defect_categories", {})[key] = {"title": body["title"]}


def service_of(tree: Tree, path: str) -> tuple[Tree, str | None]:
    """The service that a process belongs to, and the team that it says for it, or its contract (Q-4)."""
    customer, contract, service, *_ = path.split("/")
    above = tree[customer]["contracts"][contract]
    here = above["services"][service]
    return here, here.get("team", above.get("team"))


def category(one: CategoryDefinition, upper: CategoryDefinition | None) -> Tree:
    """A category; what is as on the level above is left out, and what is not, said, be it as null (Z-8)."""
    above = upper or CategoryDefinition(one.path, "")
    own = {
        "queue": (one.queue_name or one.queue, above.queue_name or above.queue),
        "team": (one.team, above.team),
        "skills": (list(one.skills), list(above.skills)),
        "due": (one.due, above.due),
        "feedback_window": (days(one.feedback_window), days(above.feedback_window)),
        "assign": (assign(one), assign(above)),
        "allow_title_change": (one.allow_title_change, above.allow_title_change),
        "self_service": (one.self_service, above.self_service),
        "approve_opening": (one.approve_opening, above.approve_opening),
        "automatic_mails": (list(one.automatic_mails), list(above.automatic_mails)),
    }
    tree: Tree = {"title": one.title} | {key: mine for key, (mine, theirs) in own.items() if mine != theirs}
    return tree | declared(Declared(one.fields, one.cards), Declared(above.fields, above.cards))


def declared(one: Declared, above: Declared = NOTHING) -> Tree:
    """Fields and cards as on no level above. A database may keep the keys of `fields` in another order than ours."""
    placed = [it for _card, fields in one.laid_out() for it in fields]
    fields = {it.name: field(it) for it in placed if above.fields.get(it.name) != it}
    cards = {it.name: card(it) for it in one.cards if it.name and it not in above.cards}
    return given(fields=fields, cards=cards)


def assign(one: Assigned) -> Tree | None:
    """Who gets the work (Q-1)."""
    return given(**{name.removeprefix("assign_"): value for name, value in assigned(one).items()}) or None


def field(one: FieldDefinition) -> Tree:
    """A field, or a column of a table."""
    tree: Tree = {"type": one.type, "title": dict(one.titles) or one.title}
    tree |= given(
        mandatory=one.mandatory,
        read_only=one.read_only,
        choices=[{it: label(one.labels[it])} if it in one.labels else it for it in one.choices],
        columns={it.name: field(it) for it in one.columns},
        show_when=one.show_when and as_text(one.show_when),
    )
    return tree if one.default is None else tree | {"default": one.default}


def label(by_language: Mapping[str, str]) -> str | Tree:
    """As short as it can be said."""
    return by_language["en"] if set(by_language) == {"en"} else dict(by_language)


def card(one: CardDefinition) -> Tree:
    """A card with its fields."""
    shown = one.show_when and as_text(one.show_when)
    return {"title": dict(one.titles) or one.title, "fields": list(one.fields)} | given(show_when=shown)


def case_type(one: CaseTypeDefinition, team: str | None = None) -> Tree:
    """A Case type; of its team, only that it is not that of its service."""
    tree = given(
        title=one.title,
        queue=one.queue_name or one.queue,
        skills=list(one.skills),
        due=one.due,
        feedback_window=days(one.feedback_window),
        assign=assign(one),
        allow_title_change=one.allow_title_change,
        contacts_required=one.contacts_required,
        self_service=one.self_service,
        progression=one.progression,
        automatic_mails=list(one.automatic_mails),
        mail=mail_defaults(one.mail),
        records=one.records,
        schedule=one.schedule,
        starts=[
            given(every=it.every, cron=it.cron, schedule=it.schedule, dates=() if it.schedule else list(it.dates))
            for it in one.starts
        ],
    )
    tree |= {"team": one.team} if one.team != team else {}
    return tree | declared(Declared(one.fields, one.cards)) | flow(one)


def mail_defaults(one: MailDefaults | None) -> Tree | None:
    """What was said of recipients; an empty list says that there is nobody (M-15)."""
    if one is None:
        return None
    said = {name: list(some) for name in ("to", "cc", "bcc") if (some := getattr(one, name)) is not None}
    suggest = given(to=list(one.suggest_to), cc=list(one.suggest_cc), bcc=list(one.suggest_bcc))
    return said | given(suggest=suggest)


def flow(one: CaseTypeDefinition) -> Tree:
    """The steps with their Actions, and the Actions that are only launched by hand."""
    steps, placed = [], set()
    for step in one.steps:
        body = given(title=step.title, when=step.when and as_text(step.when))
        body["actions"] = [{name: action(one.actions[name], one)} for name in step.actions]
        steps.append({step.name: body})
        placed |= set(step.actions)
    ad_hoc = {name: action(it, one, ad_hoc=True) for name, it in one.actions.items() if name not in placed}
    return given(steps=steps, action_types=ad_hoc)


def action(one: ActionDefinition, case: CaseTypeDefinition, *, ad_hoc: bool = False) -> Tree:
    """An Action with the keys of its kind; of team and skills, only what is not as its Case has it."""
    tree: Tree = {"title": one.title} | given(
        kind=None if one.kind == "manual" else one.kind,
        when=one.when and as_text(one.when),
        instructions=one.instructions,
        checklist=list(one.checklist),
        queue=one.queue_name or one.queue,
        assign=assign(one),
        due=one.due,
        review="four_eyes" if one.four_eyes else None,
        review_queue=one.review_queue_name or one.review_queue,
        review_due=one.review_due,
        review_checklist=list(one.review_checklist),
        mail=mail_defaults(one.mail),
        estimate=one.estimate,
    )
    if one.skills != case.skills:
        tree["skills"] = list(one.skills)
    if one.team != case.team and "queue" in OF_KIND[one.kind]:
        tree["team"] = one.team
    if one.startable != (ad_hoc and one.kind == "manual"):
        tree["startable"] = one.startable
    return tree | automatic(one)


def automatic(one: ActionDefinition) -> Tree:
    """The keys of the kinds that do something by themselves."""
    rules = [given(when=it.when and as_text(it.when), levels=levels(it.levels)) for it in one.rules]
    tree = given(
        template=one.template,
        to=one.to,
        case_type=one.case_type,
        independent=one.independent,
        close_if_none=one.close_if_none,
        levels=levels(one.levels),
        rules=rules,
        timeout=one.timeout,
        url=one.url,
        body=one.body,
        headers=dict(one.headers),
        secret_headers=dict(one.secret_headers),
        store=dict(one.store),
        date=one.date,
        after=one.after,
    )
    tree |= {} if one.reminders else {"reminders": False}
    return tree | ({"method": one.method, "retries": one.retries} if one.kind == "call_api" else {})


def levels(some: Sequence[ApprovalLevel]) -> list[Tree]:
    """Who decides, level by level."""
    return [
        {"all_of" if it.every else "any_of": list(it.approvers)} | ({"least": it.least} if it.least > 1 else {})
        for it in some
    ]
