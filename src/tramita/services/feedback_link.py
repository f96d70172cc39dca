"""The link of a resolution mail to a page that asks whether it is done (T-45).

It is written in when the mail leaves, so that no colleague finds it in what is kept. It says whose word it is, serves
for that resolution alone, and changes nothing by being opened.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils import translation
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.models import Item, Message, Person
from tramita.queries.facts import window_open
from tramita.queries.items import get_visible
from tramita.queries.people import actor_by_id

PATH = "feedback/by-mail"
MARK = "feedback"  # in the headers of a message: whose word it is
WAY = "mail_link"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link leads to."""

    item: Item
    person: Person
    by: Actor
    open: bool


def read(key: str, *, at: datetime) -> Asked:
    """Raises: NotFound, for a key that is none, or of somebody who sees the item no more. Cost: four statements."""
    try:
        number = Signer(salt=PATH).unsign(key)
    except BadSignature:
        raise NotFound("There is no such link.") from None
    message = Message.objects.select_related("item").filter(pk=number, outgoing=True).first()
    if message is None or MARK not in message.headers:
        raise NotFound("There is no such link.")
    by = actor_by_id(message.headers[MARK])
    item = get_visible(by, message.item.reference)
    person = Person.objects.get(pk=message.headers[MARK])
    return Asked(item, person, by, window_open(item, at) and item.resolved_at == message.at)


def paragraph(message: Message, language: str) -> str:
    """What is written into the mail when it leaves."""
    link = f"{settings.TRAMITA_BASE_URL.rstrip('/')}/{PATH}/{Signer(salt=PATH).sign(str(message.pk))}"
    with translation.override(language):
        return _("Is it done, and were you content? Say it here:\n%(link)s") % {"link": link}
