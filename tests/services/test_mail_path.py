"""The described path of a mail is the one that the code takes: nothing more, nothing less, in this order (MAIL-141)."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_receiving import asked, mail, receive, started
from tramita.domain.mail_path import BROKEN, endings, steps
from tramita.domain.mail_probes import PLAIN, mail_of
from tramita.domain.mail_tokens import DIGEST, NOTICE, Keys, message_id
from tramita.domain.mime import Address
from tramita.domain.mime.compose import compose
from tramita.domain.references import Reference
from tramita.gateways.storage import storage
from tramita.models import BlockedAddress, Definition, Item, Mailbox, Message, SeenMessage
from tramita.queries.mailboxes import keys
from tramita.services import mailing, receiving, resolving, working
from tramita.services.sorting_mail import Outcome

HOUR = timedelta(hours=1)
SERVICES = Path(receiving.__file__).parent
REPORT = (
    "From: MAILER-DAEMON@else.example\r\nTo: invoices@desk.example\r\nSubject: Undelivered\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.example\r\n\r\n"
    "Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)


def said_in(file: Path) -> set[tuple[str, str]]:
    """Every outcome with every reason that a source can give; `…` stands for words of a fault."""
    tree = ast.parse(file.read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {pair for call in calls if getattr(call.func, "id", "") == "Outcome" for pair in pairs_of(call, tree)}


def pairs_of(call: ast.Call, tree: ast.Module) -> set[tuple[str, str]]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    outcome = call.args[0] if call.args else given["outcome"]
    reason = call.args[2] if len(call.args) > 2 else given.get("reason", ast.Constant(""))
    return {(one, why) for one in words_of(outcome, tree) for why in words_of(reason, tree)}


def words_of(node: ast.expr, tree: ast.Module) -> set[str]:
    """The texts that an expression can be: as it stands, by its branches, or what `_move` returns for `said`."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return words_of(node.body, tree) | words_of(node.orelse, tree)
    if isinstance(node, ast.Name) and node.id == "said":
        moves = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "_move")
        returns = [one.value for one in ast.walk(moves) if isinstance(one, ast.Return)]
        return {text for one in returns if one is not None for text in words_of(one, tree)}
    return {"…"}


def test_the_path_names_every_outcome_that_the_code_can_give_and_no_other() -> None:
    """INTERFACES section 6: who adds one, adds its step to `domain/mail_path.py`."""
    described = {(ending.outcome, ending.reason) for _, ending in endings()}

    said = {pair for file in SERVICES.glob("*.py") for pair in said_in(file)}

    broken = {pair for pair in said if pair[0] == BROKEN.outcome}
    assert broken
    assert said - broken == described


def probe(desk: Desk) -> Outcome:
    box = Address("", "invoices@desk.example")
    return receive(compose(mail_of(PLAIN, "0a", box, "Test", "Test", keys=keys(), at=MONDAY)))


def own(desk: Desk) -> Outcome:
    return receive(mail(sender="invoices@desk.example"))


def loop(desk: Desk) -> Outcome:
    return receive(mail(X_Tramita_Loop="desk.example"))


def again(desk: Desk) -> Outcome:
    receive(mail())
    return receive(mail(), at=MONDAY + HOUR)


def blocked(desk: Desk) -> Outcome:
    BlockedAddress.objects.create(address="@acme.example", at=MONDAY)
    return receive(mail(X_Spam_Flag="YES"))  # asked before spam


def forged(desk: Desk) -> Outcome:
    item = started(desk)
    question = asked(desk, item)
    resolving.resolve(Item.objects.get(), method="rejected_spam", by=desk.ana, at=MONDAY)
    return receive(mail("Please", sender=desk.leo.email, reply_to=question.message_id), at=MONDAY + HOUR)


def machine(desk: Desk) -> Outcome:
    started(desk)
    sent = Message.objects.get(outgoing=True, automatic=True)
    return receive(mail("Away", reply_to=sent.message_id, Auto_Submitted="auto-replied"), at=MONDAY + HOUR)


def woken(desk: Desk) -> Outcome:
    question = asked(desk, started(desk))
    return receive(mail("PT50", sender=desk.rui.email, reply_to=question.message_id), at=MONDAY + HOUR)


def resolved(desk: Desk) -> Message:
    """An answer that ended the work of a Ticket."""
    return mailing.send(
        started(desk), to=[desk.rui.email], text="Booked back", resolve="replied", by=desk.ana, at=MONDAY
    )


def thanked(desk: Desk) -> Outcome:
    publish("settings", "settings", thank_you_detection=True)
    answer = resolved(desk)
    words = mail(
        "Thanks a lot, Ana!", to="Ana <invoices@desk.example>", sender=desk.rui.email, reply_to=answer.message_id
    )
    return receive(words, at=MONDAY + HOUR)


def reopened(desk: Desk) -> Outcome:
    answer = resolved(desk)
    return receive(mail("Not yet", sender=desk.rui.email, reply_to=answer.message_id), at=MONDAY + HOUR)


def too_often(desk: Desk) -> Outcome:
    answer = resolved(desk)
    for number in range(4):
        at = MONDAY + HOUR + timedelta(minutes=number)
        outcome = receive(mail(f"Not yet {number}", sender=desk.rui.email, reply_to=answer.message_id), at=at)
        if number < 3:
            resolving.resolve(Item.objects.get(), method="replied", reason="x", by=desk.ana, at=at)
    return outcome


def over(desk: Desk) -> Outcome:
    answer = resolved(desk)
    return receive(mail("Late", sender=desk.rui.email, reply_to=answer.message_id), at=MONDAY + timedelta(days=90))


def joined(desk: Desk) -> Outcome:
    item = started(desk)
    signed = message_id(Reference(item.kind, item.number), "1", host="desk.example", keys=Keys(keys().secrets))
    return receive(mail("More", sender=desk.rui.email, reply_to=signed), at=MONDAY + HOUR)


def copy(desk: Desk) -> Outcome:
    receive(mail())
    Mailbox.objects.create(address="other@desk.example")
    return receiving.receive(mail(), mailbox="other@desk.example", source="import", at=MONDAY)


def twin(desk: Desk) -> Outcome:
    """The second copy comes to another mailbox of the desk."""
    item = started(desk)
    signed = message_id(Reference(item.kind, item.number), "1", host="desk.example", keys=Keys(keys().secrets))
    answer = mail("More", sender=desk.rui.email, reply_to=signed)
    Mailbox.objects.create(address="other@desk.example")
    receive(answer, at=MONDAY + HOUR)
    return receiving.receive(answer, mailbox="other@desk.example", source="import", at=MONDAY + HOUR)


def old(desk: Desk, raw: bytes) -> Outcome:
    return receiving.receive(raw, source="import", archive=True, at=MONDAY + HOUR)


def filed(desk: Desk) -> Outcome:
    item = started(desk)
    signed = message_id(Reference(item.kind, item.number), "1", host="desk.example", keys=Keys(keys().secrets))
    return old(desk, mail("More", sender=desk.rui.email, reply_to=signed))


def answered(desk: Desk) -> Outcome:
    """Its answer overtook it."""
    first = mail("One", sender=desk.rui.email)
    receive(mail("Two", sender=desk.rui.email, reply_to=f"{hash('One')}@acme.example"))
    return receive(first, at=MONDAY + HOUR)


def refused(desk: Desk) -> Outcome:
    Mailbox.objects.update(refuse_unknown_senders=True)
    return receive(mail(sender="stranger@else.example"))


def news(desk: Desk, prefix: str = NOTICE, *, closed: bool = False) -> str:
    """The Message-ID of news to Leo about a Ticket."""
    item = started(desk)
    if closed:
        working.start(item, by=desk.leo, at=MONDAY)
        resolving.resolve(item, method="rejected_spam", by=desk.leo, at=MONDAY)
    return message_id(Reference(item.kind, item.number), f"{prefix}1a", host="desk.example", keys=keys())


def colleagues(desk: Desk, id_: str, text: str = "I take it", **more: str) -> Outcome:
    """A proven answer of Leo's."""
    Mailbox.objects.update(authserv_id="mx.desk.example")
    proof = "mx.desk.example; dmarc=pass header.from=desk.example"
    raw = mail(text, sender=desk.leo.email, reply_to=id_, Authentication_Results=proof, **more)
    return receive(raw, at=MONDAY + HOUR)


def news_twice(desk: Desk) -> Outcome:
    """The second copy comes to another mailbox of the desk."""
    id_ = news(desk)
    colleagues(desk, id_)
    Mailbox.objects.create(address="other@desk.example", authserv_id="mx.desk.example")
    seen = SeenMessage.objects.latest("id")
    raw = storage(settings.TRAMITA_STORAGE_URL).get(seen.raw)
    return receiving.receive(raw, mailbox="other@desk.example", source="import", at=MONDAY + HOUR)


def news_came_back(desk: Desk) -> Outcome:
    id_ = news(desk)
    told = f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id_}>\r\n\r\n--b--"
    return receive(REPORT.replace("--b--", f"--b\r\n{told}").encode(), at=MONDAY + HOUR)


def large(desk: Desk) -> Outcome:
    publish("settings", "settings", limits={"raw_mail_bytes": 100_000})
    return receive(mail("Long words. " * 20_000))


def elsewhere(desk: Desk) -> Outcome:
    """One of us who works for a supplier writes to Acme's address."""
    Definition.objects.filter(key="acme").update(organisation=factories.organisation("acme"))
    sam = factories.person("Sam Supplier", organisation=factories.organisation("supplier"))
    return receive(mail(sender=sam.email))


WALKS: dict[str, list[tuple[Callable[[Desk], Outcome], str, str]]] = {
    "seen": [(again, "duplicate", "")],
    "probe": [(probe, "ignored", "probe")],
    "own": [(own, "ignored", "own address"), (loop, "ignored", "loop")],
    "nobody": [(lambda desk: receive(b"The heating is off."), "unhandled", "no sender")],
    "blocked": [(blocked, "ignored", "blocked")],
    "spam": [(lambda desk: receive(mail(X_Spam_Flag="YES")), "unhandled", "spam")],
    "large": [(large, "unhandled", "too large")],
    "news": [(lambda desk: colleagues(desk, news(desk)), "appended", "")],
    "reported": [(news_came_back, "ignored", "report on a notification")],
    "absence": [
        (
            lambda desk: colleagues(desk, news(desk), Auto_Submitted="auto-replied"),
            "ignored",
            "automatic answer to a notification",
        )
    ],
    "several": [(lambda desk: colleagues(desk, news(desk, DIGEST)), "unhandled", "answer to news of several items")],
    "outsider": [
        (lambda desk: receive(mail("Me too", reply_to=news(desk))), "unhandled", "answer to a notification"),
    ],
    "ended": [
        (
            lambda desk: colleagues(desk, news(desk, closed=True)),
            "unhandled",
            "answer to a notification on a Closed item",
        )
    ],
    "second": [(news_twice, "duplicate", "")],
    "inside": [(lambda desk: colleagues(desk, news(desk)), "appended", "")],
    "belongs": [(joined, "appended", "")],
    "report": [(lambda desk: receive(REPORT.encode()), "unhandled", "report on a mail that was not ours")],
    "answered": [(answered, "appended", "")],
    "begins": [(lambda desk: receive(mail()), "created", "")],
    "twin": [(twin, "duplicate", "")],
    "filed": [(filed, "appended", "archive")],
    "old": [(lambda desk: old(desk, mail()), "created", "archive")],
    "forged": [(forged, "unhandled", "unverified sender")],
    "machine": [(machine, "ignored", "automatic answer to an automatic mail")],
    "over": [(over, "created", "")],
    "waits": [(woken, "woken", "")],
    "thanks": [(thanked, "appended", "")],
    "again": [(too_often, "appended", "reopened too often")],
    "resolved": [(reopened, "reopened", "")],
    "joined": [(joined, "appended", "")],
    "unrouted": [(lambda desk: receive(mail(to="nobody@desk.example")), "unhandled", "no route")],
    "copy": [(copy, "duplicate", "")],
    "elsewhere": [(elsewhere, "unhandled", "agent of another company")],
    "refused": [(refused, "created", "unconfigured_address")],
    "created": [(lambda desk: receive(mail()), "created", "")],
}


@pytest.mark.parametrize(
    ("name", "walk"), [(name, number) for name, walks in WALKS.items() for number in range(len(walks))]
)
@pytest.mark.soak
def test_a_mail_walks_to_each_end_as_described(desk: Desk, name: str, walk: int) -> None:
    """M-4 to M-23, MAIL-70 to MAIL-98."""
    take, outcome, reason = WALKS[name][walk]

    ended = take(desk)

    assert (ended.outcome, ended.reason) == (outcome, reason)


@pytest.mark.soak
def test_every_step_and_every_end_is_walked() -> None:
    """No line of the page without a mail that proves it."""
    assert set(WALKS) == {step.name for step in steps()}
    walked = {(name, outcome, reason) for name, walks in WALKS.items() for _, outcome, reason in walks}
    assert {(step.name, ending.outcome, ending.reason) for step, ending in endings()} <= walked
