"""The tables, a module per noun, and what the database keeps true for us."""

from tramita.models.configuration import Definition, Mailbox, Route, Version
from tramita.models.items import Access, CopiedContact, Entry, Item, Link
from tramita.models.mail import Attachment, BlockedAddress, Message, SeenMessage
from tramita.models.people import Grant, Membership, Organisation, Person, Queue, Token
from tramita.models.work import Counter, Delivery, IdempotencyKey, Timer

__all__ = [
    "Access",
    "Attachment",
    "BlockedAddress",
    "CopiedContact",
    "Counter",
    "Definition",
    "Delivery",
    "Entry",
    "Grant",
    "IdempotencyKey",
    "Item",
    "Link",
    "Mailbox",
    "Membership",
    "Message",
    "Organisation",
    "Person",
    "Queue",
    "Route",
    "SeenMessage",
    "Timer",
    "Token",
    "Version",
]
