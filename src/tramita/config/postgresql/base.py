"""Django's engine for PostgreSQL, which looks at a connection before it asks over it whether it lives.

`SELECT 1` before each page is a way there and back. A server that ended, or ended the connection, said so: something
can be read where nothing was asked. Only what fell silent for long, as behind a firewall that forgets, is asked.
"""

import select
from time import monotonic

from django.db.backends.postgresql import base

SILENT = 30.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """See above; the name is the one that Django looks for."""

    answered = float("-inf")  # when it was last found to live

    def is_usable(self) -> bool:
        """Whether the connection lives, as far as its socket tells."""
        now = monotonic()
        usable = now - self.answered < SILENT and self._is_quiet()
        usable = usable or super().is_usable()
        self.answered = now if usable else float("-inf")
        return usable

    def _is_quiet(self) -> bool:
        """Nothing came unasked: no end, no last words."""
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
