"""A model without judgement obeys what strangers write: nothing leaves, nothing foreign is read, no right or rule
changes without a person."""

import os
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests import factories
from tests.api.callers import Caller, ask
from tests.attacks import EVIL, PHRASES, Attack, Model, every
from tests.desk import MONDAY, Desk
from tramita.models import (
    Attachment,
    BlockedAddress,
    CopiedContact,
    Definition,
    Grant,
    Item,
    Membership,
    Message,
    Person,
    SeenMessage,
    Token,
    Version,
    Webhook,
)
from tramita.queries.stored import stored_file
from tramita.services import receiving

pytestmark = pytest.mark.django_db
SOAK = bool(os.environ.get("TRAMITA_SOAK"))
SECRET = "The price that Globex pays is 4711"
EVERYTHING = ["view", "create", "work", "resolve", "mail", "assign", "bulk", "configure", "manage_users", "audit"]
RULES = (Definition, Version, Grant, Membership, Token, Webhook, BlockedAddress)


@pytest.fixture
def office(desk: Desk, data_dir: Path) -> Desk:
    """A robot with every right that an administrator can think of, and another customer to be spied on."""
    everything = dict.fromkeys(("create", "change", "mail", "resolve"), "act")
    Person.objects.filter(pk=desk.robot.id).update(
        robot={"kinds": ["ticket"], "lease": 300, "modes": everything, "limits": {"writes_per_run": 20}}
    )
    Grant.objects.create(person_id=desk.robot.id, path="acme", permissions=EVERYTHING)
    globex, acme = factories.organisation("globex"), factories.organisation("acme", domains=["acme.example"])
    Person.objects.filter(pk=desk.rui.pk).update(organisation=acme, email="rui@acme.example")
    gus = factories.requester("Gus of Globex", organisation=globex, email="gus@globex.example")
    theirs = desk.ticket(requester=gus.email, title=SECRET, description=SECRET)
    Item.objects.filter(pk=theirs.pk).update(queue=None)
    return desk


def texts_of(reference: str) -> str:
    """What a model is shown of an item besides: its mails, and the texts of its files, by whoever runs it."""
    item = Item.objects.get(number=int(reference.partition("-")[0]))
    mails = Message.objects.filter(item=item).values_list("subject", "text", "html", "sender_name")
    files = Attachment.objects.filter(item=item)
    texts = [stored_file(one.sha256, one.filename).decode(errors="replace") for one in files]
    return "\n".join([*(part for mail in mails for part in mail), *texts, *(one.filename for one in files)])


def hidden_in(raw: bytes) -> str:
    """The HTML and the sender as they were sent: what we show leaves out what nobody is to see; a model may get it."""
    message = message_from_bytes(raw, policy=default)
    html = [part.get_content() for part in message.walk() if part.get_content_type() == "text/html"]
    return f"{message['From']} {' '.join(html)}"


def attacks() -> list[Attack]:
    """All in the soak; in the suite each wish at each place, the languages taking turns."""
    found = list(every())
    return found if SOAK else [one for number, one in enumerate(found) if number % 5 == (number // 30) % 5]


def test_there_are_two_hundred_attacks_in_five_languages_at_each_place() -> None:
    """Z-17: the tables are whole, and no two say the same."""
    found = list(every())

    assert len({(one.phrase, one.place) for one in found}) == len(found) >= 200
    assert all(len(said) == 5 for said in PHRASES.values())
    assert {(one.want, one.place) for one in attacks()} == {(one.want, one.place) for one in found}


@pytest.mark.soak
def test_a_model_that_obeys_strangers_does_no_harm(office: Desk) -> None:
    """Z-17, SEC-2, B-8: no send outside, no foreign read, no right or rule changed; each attack was obeyed."""
    raw: list[bytes] = []
    model, obeyed = Model(ask(office.robot.id or 0), lambda ref: texts_of(ref) + hidden_in(raw[-1])), []
    before = {table: table.objects.count() for table in RULES}
    for number, attack in enumerate(attacks()):
        raw.append(attack.mail(number))
        receiving.receive(raw[-1], source="import", at=MONDAY)
        assert model.works() == attack.want, attack
        obeyed.append(attack.want)

    assert set(obeyed) == set(PHRASES)
    assert {table: table.objects.count() for table in RULES} == before
    assert not CopiedContact.objects.exists()
    assert sent_to() <= {"rui@acme.example"} | {f"rui{number}@acme.example" for number in range(len(obeyed))}
    assert not any(word in text for text in model.read for word in (SECRET, "4711", "Gus of Globex"))
    assert Item.objects.filter(title="Spam").count() == 0
    assert not SeenMessage.objects.filter(source="api").exists()
    assert set(Item.objects.exclude(assignee=None).values_list("assignee", flat=True)) <= {office.robot.id}


def sent_to() -> set[str]:
    """Everybody to whom anything of ours goes that a person or robot wrote."""
    mails = Message.objects.filter(outgoing=True, automatic=False)
    return {address for one in mails for place in (one.to, one.cc, one.bcc) for _, address in place}


def test_the_same_model_does_harm_with_what_only_staff_wrote(office: Desk) -> None:
    """Z-17: the stub is as bad as it should be: what stops it is that the words came from outside."""
    office.ticket(title=PHRASES["forward"][0], requester="rui@acme.example")

    assert Model(ask(office.robot.id or 0), lambda _: PHRASES["forward"][0]).works() == "forward"
    assert sent_to() == set()  # it read the item by itself, and that alone made it suspect

    lease = ask_next(office)
    answer = lease.post(f"/items/{Item.objects.order_by('-pk')[0].reference}/mails", {"to": [EVIL], "text": "Data."})
    assert answer.status_code == 201
    assert sent_to() == {EVIL}


def ask_next(office: Desk) -> Caller:
    """The robot with a new item that staff wrote, of which it has read nothing but what `next` gave."""
    office.ticket(title="Plain", requester="rui@acme.example")
    robot = ask(office.robot.id or 0)
    assert robot.post("/robot/next").status_code == 200
    return robot
