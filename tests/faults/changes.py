"""Changes of items, as fast as they come: `python -m tests.faults.changes ADDRESS COUNT ITEMS`.

First somebody listens at the address; its secret is printed, and a second one halfway.
"""

import json
import sys
from typing import Any

import django

EVENTS = ("item.created", "item.updated", "item.state_changed", "communication.created")


def main() -> None:
    """Make them."""
    django.setup()
    from django.utils import timezone

    from tests import desk as desks
    from tests.factories import administrator
    from tramita.services import webhooks

    address, count, items = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    desk, root = desks.build(), administrator()
    hook, secret = webhooks.subscribe(address, EVENTS, by=root, at=timezone.now())
    _say(secret)
    numbers = [desk.ticket(title=f"Number {number}", at=timezone.now()).pk for number in range(items)]
    for turn in range(count - items):
        if turn == count // 2:
            _say(webhooks.rotate(hook.pk, by=root, at=timezone.now()))
        _change(desk, numbers[turn % items], turn // items)


def _change(desk: Any, number: int, turn: int) -> None:
    from django.utils import timezone

    from tramita.domain.codes import State
    from tramita.models import Item
    from tramita.services import notes, working

    item, at = Item.objects.get(pk=number), timezone.now()
    if item.state is State.TO_DO:
        working.start(item, by=desk.ana, at=at)
    elif turn % 3:
        working.to_do(item, by=desk.ana, at=at)
    else:
        notes.add_note(item, body=f"Number {number}, {turn}", by=desk.ana, at=at)


def _say(secret: str) -> None:
    sys.stdout.write(json.dumps(secret) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
