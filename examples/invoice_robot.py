"""A robot that reads the queue of invoices, classifies by rules, proposes an answer, and rejects what it cannot.

    TRAMITA_ADDRESS=http://127.0.0.1:8000 TRAMITA_TOKEN=… python examples/invoice_robot.py

It needs `pip install tramita` on the machine where it runs, and a robot's token: `tramita token create robo-1`. Stop it
at any moment: what it had is free when its lease ends.
"""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tramita.client import Desk, Problem

IDLE_SECONDS = 15
GONE = ("lease_lost", "robots_stopped")
NUMBER = re.compile(r"\b(?:invoice|fatura|facture|factura|faktura)\D{0,12}(\d{2,})", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """What a request is taken for when one of these words stands in it, how sure that is, and what is answered."""

    name: str
    words: tuple[str, ...]
    percent: int
    answer: str


RULES = (
    Rule("duplicate", ("twice", "duplicate", "duas vezes", "double", "dos veces", "dwa razy"), 90,
         "we see invoice {number} twice as well and will pay it once only."),
    Rule("reminder", ("reminder", "overdue", "lembrete", "relance", "recordatorio", "przypomnienie"), 80,
         "thank you for the reminder. We are looking into invoice {number}."),
    Rule("copy", ("copy of", "cópia", "copie", "copia", "kopi"), 70,
         "we will send you a copy of invoice {number}."),
)  # fmt: skip


def classify(text: str) -> tuple[Rule, str] | None:
    """The first rule that fits, and the number of the invoice; None if this robot cannot say."""
    found, lowered = NUMBER.search(text), text.casefold()
    rule = next((rule for rule in RULES if any(word in lowered for word in rule.words)), None)
    return (rule, found[1]) if rule and found else None


def words_of(desk: Desk, item: dict[str, Any]) -> str:
    """What was asked: the title, and what came in with it."""
    entries = desk.timeline(item["reference"], type=["submission_note", "mail_received"])
    return "\n".join([item["title"], *(str(entry["data"]) for entry in entries)])


def subject_of(item: dict[str, Any]) -> str:
    """The title in one line, as a subject has to be."""
    return " ".join(item["title"].split())[:200]


def give_back(desk: Desk, lease: dict[str, Any], problem: Problem) -> str:
    """What the service refused is for people, unless the item is not ours any more; the next one is not to wait."""
    if problem.code not in GONE:
        desk.post(f"/robot/leases/{lease['id']}/reject", {"reason": f"The service refused: {problem}"[:1000]})
    return problem.code


def work_on(desk: Desk, item: dict[str, Any], lease: dict[str, Any]) -> str:
    """One run; what came of it."""
    path = f"/robot/leases/{lease['id']}"
    found = classify(words_of(desk, item))
    contact = item["contacts"]["requester"]
    if found is None or not contact or not contact["address"]:
        desk.post(f"{path}/reject", {"reason": "No rule fits, or there is no invoice number."})
        return "rejected"
    rule, number = found
    text = f"Dear {contact['name']},\n\n{rule.answer.format(number=number)}"
    desk.post(f"/items/{item['reference']}/notes", {"body": f"Taken for: {rule.name}, invoice {number}."})
    desk.post(
        f"{path}/propose",
        {
            "verb": "mail",
            "given": {"to": [contact["address"]], "subject": subject_of(item), "text": text},
            "confidence": rule.percent,
        },
    )
    given = {"note": f"Answered as: {rule.name}."}
    desk.post(f"{path}/propose", {"verb": "complete", "given": given, "confidence": rule.percent})
    return rule.name


def run(desk: Desk, *, sleep: Callable[[float], None] = time.sleep, once: bool = False) -> list[str]:
    """Take what there is, one after the other; with `once` until nothing is left."""
    done: list[str] = []
    while True:
        taken = desk.post("/robot/next")
        if taken is None:
            if once:
                return done
            sleep(IDLE_SECONDS)
            continue
        try:
            done.append(work_on(desk, taken["item"], taken["lease"]))
        except Problem as problem:
            done.append(give_back(desk, taken["lease"], problem))


if __name__ == "__main__":
    run(Desk(os.environ["TRAMITA_ADDRESS"], token=os.environ["TRAMITA_TOKEN"]))
