"""Reports of mail servers and readers: events on a mail of ours (MAIL-96 to MAIL-98)."""

from django.db.models import QuerySet

from tramita.domain.mail_tokens import claims_of_addresses, id_beginning, recipients
from tramita.domain.mime import address_key
from tramita.models import Item, Message
from tramita.queries.approvals import indispensable
from tramita.queries.facts import awaits_approval
from tramita.queries.mailboxes import keys
from tramita.services import marking
from tramita.services.storing_mail import Arrival

RECENT = 50  # mails of ours on an item that are looked through for the one that a report may be about


def about(arrival: Arrival, item: Item) -> int | None:
    """The mail of ours that a report is about (MAIL-96).

    The one it names, else the one whose own address it came back to, else the last to whom it speaks of.
    """
    report = arrival.mail.bounce or arrival.mail.receipt
    named = report.original_message_id if report else None
    sent = Message.objects.filter(item=item, outgoing=True)
    exact = sent.filter(message_id=named).values_list("pk", flat=True).first() if named else None
    return exact or _came_back(arrival, sent) or _last_to(arrival, item)


def _came_back(arrival: Arrival, sent: QuerySet[Message]) -> int | None:
    """The envelope's sender was an address for that mail alone."""
    envelope = arrival.seen.envelope.get("recipients", ())
    claims = claims_of_addresses(recipients(arrival.mail, envelope), keys=keys())
    named = next((id_beginning(claim) for claim in claims if claim.message), None)
    return sent.filter(message_id__startswith=named).values_list("pk", flat=True).first() if named else None


def _last_to(arrival: Arrival, item: Item) -> int | None:
    wanted = {address_key(one) for one in _spoken_of(arrival)}
    sent = Message.objects.filter(item=item, outgoing=True).order_by("-id").only("to", "cc", "bcc")
    return next((one.pk for one in sent[:RECENT] if wanted & set(marking.recipients(one))), None)


def _spoken_of(arrival: Arrival) -> list[str]:
    bounce, receipt = arrival.mail.bounce, arrival.mail.receipt
    if bounce is not None:
        return [one.recipient for one in bounce.recipients if one.recipient]
    return [receipt.recipient] if receipt is not None and receipt.recipient else []


def ends_wait(item: Item, message_id: int | None) -> bool:
    """Whether the answer that is waited for was asked for by this mail: the newest that a person wrote (MAIL-96).

    An Action that awaits approvals goes on while somebody is left who can decide (EA-5).
    """
    if awaits_approval(item):
        return message_id is not None and indispensable(item, message_id)
    if message_id is None:
        return True
    asked = Message.objects.filter(item=item, outgoing=True, automatic=False).order_by("-id")
    newest = asked.values_list("pk", flat=True).first()
    return newest is None or newest == message_id


def take_note(arrival: Arrival) -> None:
    """Mark the addresses that fail or complain (MAIL-97, MAIL-98)."""
    bounce, receipt, message_id = arrival.mail.bounce, arrival.mail.receipt, arrival.notes.get("about")
    sent = Message.objects.filter(pk=message_id).first() if message_id else None
    if sent is None:
        return
    if bounce is not None:
        marking.bounced(sent, bounce.recipients, at=arrival.at)
    if receipt is not None and receipt.kind == "complaint":
        marking.complained(sent, receipt.recipient, at=arrival.at)
