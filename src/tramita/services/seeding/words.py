"""What people of a seeded desk write, in five languages."""

import random
from typing import Any

from tramita.services.seeding.reference import Asking

TITLES = (
    "Invoice {n} came twice",
    "Fatura {n} em duplicado",
    "Facture {n} refusée",
    "La factura {n} no cuadra",
    "Faktura {n} bez numeru zamówienia",
    "Payment {n} has not arrived",
    "Badge {n} opens no door",
    "Acesso ao projeto {n}",
    "Accès au dossier {n}",
    "Laptop {n} does not start",
    "Nómina de marzo, empleado {n}",
    "Zwrot kosztów podróży {n}",
)
SENTENCES = (
    "Good morning, could you please have a look?",
    "The total does not match our order.",
    "We received it on Monday and cannot find the purchase order.",
    "Bom dia, segue em anexo o documento pedido.",
    "Obrigado pela ajuda, fico a aguardar.",
    "Bonjour, le montant n'est pas celui du contrat.",
    "Merci de nous répondre avant la fin de la semaine.",
    "Buenos días, ¿pueden revisarlo, por favor?",
    "Adjunto la copia que faltaba.",
    "Dzień dobry, proszę o sprawdzenie numeru konta.",
    "Termin płatności mija w piątek.",
    "The colleague who knew about it has left the company.",
)
SHORTEST, LONGEST = 3, 9  # sentences


def title(chance: random.Random) -> str:
    """A subject."""
    return chance.choice(TITLES).format(n=chance.randrange(1000, 100_000))


def text(chance: random.Random) -> str:
    """A few sentences."""
    return " ".join(chance.choices(SENTENCES, k=chance.randint(SHORTEST, LONGEST)))


def mail(
    chance: random.Random, subject: str, asking: Asking, desk: str, *, outgoing: bool, number: int
) -> dict[str, Any]:
    """The columns of a message that say what it says, and to whom."""
    body = text(chance)
    sender = ("Desk", desk) if outgoing else (asking.name, asking.address)
    to = (asking.name, asking.address) if outgoing else ("", desk)
    return {
        "outgoing": outgoing,
        "message_id": f"{number}.{'out' if outgoing else 'in'}@{sender[1].rpartition('@')[2]}",
        "subject": f"Re: {subject}" if outgoing else subject,
        "sender_name": sender[0],
        "sender_address": sender[1],
        "recipients": [list(to)],
        "text": body,
        "reply_text": body,
    }
