"""A client of the REST API, for robots and other systems; it needs nothing of Tramita but this folder.

    from tramita.client import Desk

    desk = Desk("https://desk.example", token=TOKEN)
    ticket = desk.start_ticket(title="Invoice 991 twice", description="…", category="…", requester="rui@acme.example")
    desk.wait(ticket["reference"], type="more_information", days=5)
    for item in desk.items(state="to_do", queue="invoices"):
        ...

It waits and asks again where the service says so (429, 503) and where a connection broke, and gives every POST a key,
so that what is asked twice happens once.
"""

from tramita.client.desk import Desk
from tramita.client.errors import Problem, Unreachable
from tramita.client.shapes import Approval, Contact, Entry, Event, Item, Settings, View, Who

__all__ = ["Approval", "Contact", "Desk", "Entry", "Event", "Item", "Problem", "Settings", "Unreachable", "View", "Who"]
