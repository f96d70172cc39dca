"""A mail of no item on its way out: all of it stands in its delivery, and it ends without a person (MAIL-110)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.mime.compose import OutgoingMail, compose, recipients
from tramita.models import Delivery


@dataclass(frozen=True, slots=True)
class LooseLetter(ABC):
    """What `posting` asks of any mail, answered from the payload."""

    delivery: int
    payload: Mapping[str, Any]

    @property
    def due(self) -> datetime:
        """When it was to go."""
        return datetime.fromisoformat(self.payload["due"])

    @abstractmethod
    def mail(self) -> OutgoingMail:
        """What is sent, the same at every try."""

    @property
    def name(self) -> str:
        """Of its file, where mail is written to a folder."""
        return f"{self.due:%Y%m%dT%H%M%S}-{self.payload['message_id'].partition('@')[0]}"

    @property
    def address(self) -> str:
        """Which of our addresses it leaves from."""
        return str(self.payload["address"])

    def people(self) -> tuple[str, ...]:
        """Whom it goes to."""
        return recipients(self.mail())

    def raw(self) -> bytes:
        """The bytes, the same at every try."""
        return compose(self.mail())

    def why_held(self, *, at: datetime) -> str | None:
        """It is never looked at again before it goes."""
        del at
        return None

    def final(self, state: int) -> int:
        """Nobody decides on one that did not go out, or of which nobody knows whether it arrived: it ends."""
        return state if state == Delivery.State.DONE else int(Delivery.State.FAILED)
