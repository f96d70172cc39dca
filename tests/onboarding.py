"""The process that the product brings along, with everybody at their own door.

Mail is handed in as bytes and leaves as files, people and the robot use the API, who approves has the link of a mail,
the configuration is applied, and the worker's own loops do the rest.
"""

import email
import re
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.api.callers import Caller, ask
from tests.fakes.web import Web
from tramita.domain.actors import SYSTEM
from tramita.models import Item, Person
from tramita.services.definitions import apply
from tramita.services.demo import EXAMPLES
from tramita.worker import loop

TYPE = "acme/main/purchasing/supplier-onboarding"
CARMEN = "Carmen Llorente <carmen@bodegas-llorente.example>"
AGREE = "                  - agree: "
SCREEN = (
    "                  - screen:\n"
    "                      actions: [{sanctions: {title: Look at the lists of sanctions, queue: ratings}}]\n"
)


class Story:
    """The desk of the example, and what has left it."""

    def __init__(self, folder: Path, erp: Web) -> None:
        self.folder, self.erp, self.text = folder, erp, ""
        self.mails: list[EmailMessage] = []
        self._read: set[Path] = set()
        text = EXAMPLES["onboarding"].read_text(encoding="utf-8")
        self.configure(text.replace("https://erp.acme.example", erp.address))
        for name in ("ana", "chloe", "leo", "vera"):
            setattr(self, name, ask(Person.objects.get(email=f"{name}@desk.example")))
        self.robot = ask(Person.objects.get(key="rater"))
        self.case = ""

    ana: Caller
    chloe: Caller
    leo: Caller
    vera: Caller

    def configure(self, text: str) -> None:
        self.text = text
        path = self.folder / "desk.yaml"
        path.write_text(text, encoding="utf-8")
        apply([path], by=SYSTEM, at=timezone.now())

    def publish_newer(self) -> None:
        """A step more before the approval, and the rating by another name."""
        self.configure(self.text.replace(AGREE, SCREEN + AGREE).replace("- credit-rating:", "- rating:"))

    def worker(self, *, after: timedelta = timedelta()) -> None:
        """Its loops, until nothing is due; what leaves is read."""
        loops = (loop.timers, loop.calls, loop.bulk, loop.mail_out)
        while any(one(at=timezone.now() + after).total() for one in loops):
            pass
        for path in sorted({*self.folder.glob("outgoing/**/*.eml")} - self._read):
            self._read.add(path)
            self.mails.append(email.message_from_bytes(path.read_bytes(), policy=policy.default))

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.mails if address in str(one["To"])]

    def hand_in(self, subject: str, text: str, *, answers: EmailMessage | None = None) -> dict[str, Any]:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = CARMEN, "suppliers@desk.example", subject
        mail["Message-ID"] = f"<{subject.replace(' ', '-')}.{len(self.mails)}@bodegas-llorente.example>"
        if answers is not None:
            mail.replace_header("To", str(answers["Reply-To"] or answers["From"]))
            mail["In-Reply-To"] = mail["References"] = str(answers["Message-ID"])
        mail.set_content(text)
        done = self.vera.send("POST", "/mail", mail.as_bytes(), content_type="message/rfc822")
        assert done.status_code == 200, done.content
        return dict(done.json())

    def does(self, who: Caller, verb: str, item: str, body: Any = None) -> dict[str, Any]:
        done = who.post(f"/items/{item}/{verb}", body)
        assert done.status_code == 200, done.content
        return dict(done.json())

    def changes(self, who: Caller, item: str, **given: Any) -> None:
        done = who.patch(f"/items/{item}", given)
        assert done.status_code == 200, done.content

    def open(self, name: str) -> str:
        """The reference of the one Action of this name that runs, of the Case or of a Sub-Case."""
        number = int(self.case.partition("-")[0])
        found = Item.objects.filter(kind=3, action_name=name, state__lt=5, related_to__number=number)
        return str(found.get().reference)

    def standing(self) -> list[str]:
        """The Actions that run, by their names."""
        running = Item.objects.filter(parent=self.item(), kind=3, state__lt=5)
        return sorted(running.values_list("action_name", flat=True))

    def item(self) -> Item:
        return Item.objects.get(kind=1, number=int(self.case.partition("-")[0]))

    def bank_is_checked(self) -> None:
        """By Ana, and again by Chloé."""
        bank = self.open("bank-check")
        ticked = {"Holder is the company": True, "Called back on a known number": True}
        self.changes(self.ana, bank, checklist=ticked)
        self.does(self.ana, "resolve", bank, {"method": "complete"})
        self.changes(self.chloe, bank, checklist={"Account compared with the papers": True})
        self.does(self.chloe, "review", bank, {"pass": True})

    def agreement_is_signed(self) -> None:
        """In the Sub-Case that this pass began."""
        self.does(self.chloe, "resolve", self.open("sign"), {"method": "complete"})

    def is_done_again(self) -> None:
        """What comes before the approval, after a rework: bank, rating, agreement, lists of sanctions."""
        self.bank_is_checked()
        self.robot_works()
        self.agreement_is_signed()
        self.robot_works()
        self.worker()

    def robot_works(self) -> str:
        """It takes the next of its queue, and does it; what it was."""
        taken = self.robot.post("/next")
        assert taken.status_code == 200, taken.content
        reference = taken.json()["reference"]
        self.does(self.robot, "resolve", reference, {"method": "complete"})
        assert self.robot.post("/next").status_code == 204
        return str(Item.objects.get(parent=self.item(), ordinal=reference.rpartition("A")[2]).action_name)

    def decides(self, address: str, decision: str) -> None:
        """By the link of the newest mail to them, which asks nobody to sign in."""
        said = self.to(address)[-1].get_body(("plain",))
        assert said is not None
        link = re.search(r"/approvals/by-mail/[\w-]+", said.get_content())
        assert link is not None
        assert Client().post(link[0], {"decision": decision, "reason": "Not this year."}).status_code == 302
