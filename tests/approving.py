"""A customer whose managers approve: Marta for the group, Sofia for the branch that Rui belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.models import Approval, Definition, Item, Organisation, Person, Version
from tramita.queries import people
from tramita.services import approvals
from tramita.worker.loop import mail_out

REFUND = {"name": "Refund above limit", "description": "Money goes back to the customer."}


@dataclass
class Customer:
    """Who decides, and what may be asked."""

    desk: Desk
    group: Organisation
    branch: Organisation
    marta: Actor
    sofia: Actor

    def ticket(self, **given: Any) -> Item:
        """A Ticket of Rui's, who belongs to the branch."""
        return self.desk.ticket(**given)

    def asked(
        self, item: Item | None = None, *, by: Actor | None = None, comment: str = "", at: datetime = MONDAY
    ) -> Approval:
        """A request that awaits its decision."""
        item = item or self.ticket()
        return approvals.ask(item, type="refund", comment=comment, by=by or self.desk.ana, at=at)


def customer(desk: Desk) -> Customer:
    """Give the small desk a customer with managers, and approvals switched on."""
    group = factories.organisation("acme", name="Acme Group")
    branch = factories.organisation("acme-iberia", name="Acme Iberia", parent=group)
    Person.objects.filter(pk=desk.rui.pk).update(organisation=branch)
    Person.objects.filter(pk=desk.marta.pk).update(organisation=group, role=Role.MANAGER)
    sofia = factories.manager("Sofia Prado", organisation=branch)
    publish("settings", "desk", approve_actions_in_tickets=True)
    approval_type("refund", **REFUND)
    approval_type("old", name="Old", description="No more.", active=False)
    actor = people.actor_by_id
    return Customer(desk, group, branch, actor(desk.marta.pk), actor(sofia.pk))


def approval_type(key: str, **body: Any) -> None:
    """A type as it is from now on; what was asked before keeps its words."""
    found, _ = Definition.objects.get_or_create(kind="approval_type", key=key, defaults={"title": key})
    number = found.versions.count() + 1
    found.current = Version.objects.create(
        definition=found, number=number, body={"key": key, **body}, published_at=MONDAY
    )
    found.save()


def fresh(item: Item) -> Item:
    """The item as the database has it."""
    return Item.objects.get(pk=item.pk)


def keys_in(folder: Path) -> dict[str, str]:
    """The key of each manager's link, by address, from the mails that left into this folder."""
    import email
    from email import policy

    found = {}
    for path in folder.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        said = message.get_body().get_content()
        if link := re.search(r"/approvals/by-mail/([\w-]+)", said):
            found[str(message["To"])] = link[1]
    return found


def sent(settings: Any, folder: Path, at: Any = MONDAY) -> dict[str, str]:
    """Have the worker send what waits; the keys by address."""
    settings.TRAMITA_SMTP_URL = f"file://{folder}"
    mail_out(at=at)
    return keys_in(folder)
