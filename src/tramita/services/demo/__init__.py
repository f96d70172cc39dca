"""The demo company: a configuration and what happened there lately, told through the services as if it were real.

Three customers, seven people and a robot, about sixty items in every state. Nothing is written past the services:
stories/*.yaml say who did what when, mails are real bytes, and every item's ledger folds to its columns.
"""

from datetime import datetime, timedelta
from pathlib import Path

from tramita.domain.actors import SYSTEM
from tramita.models import Definition, Delivery, Item, Notification, Person
from tramita.services import firing, notifying
from tramita.services.definitions import apply
from tramita.services.demo.moments import Moments
from tramita.services.demo.stage import Stage
from tramita.services.demo.stories import read_stories
from tramita.services.people import create_user
from tramita.services.transactions import writing

FOLDER = Path(__file__).parent
EXAMPLES = {path.stem: path for path in sorted((FOLDER / "examples").glob("*.yaml"))}  # each a desk of its own
PASSWORD = "welcome-to-tramita"  # noqa: S105 - printed for everybody to read
LOGINS = {
    "ana@desk.example": "agent, English",
    "bruno@desk.example": "agent, Brazilian Portuguese",
    "chloe@desk.example": "agent, French",
    "ines@desk.example": "agent, Spanish",
    "kasia@desk.example": "agent, Polish",
    "leo@desk.example": "team leader, English",
    "vera@desk.example": "administrator, English",
}


def is_empty() -> bool:
    """Whether nobody and nothing is here yet."""
    return not any(model._default_manager.exists() for model in (Person, Item, Definition))


def is_here() -> bool:
    """Whether the demo's people can sign in here."""
    return Person.objects.filter(email__in=LOGINS, is_active=True).count() == len(LOGINS)


def load(*, at: datetime) -> None:
    """Set up the company as it stands at `at`: all of it, or nothing. Cost: about two seconds."""
    moments = Moments(at)
    with writing():
        apply([FOLDER / "company.yaml"], by=SYSTEM, at=moments.earliest)
        _let_them_in(moments)
        stage = Stage(moments)
        for step in read_stories(FOLDER / "stories", moments):
            stage.perform(step)
        stage.let_time_pass(at)
        _keep_mail_in_the_house(at)
    _tell_the_news(at)


def _let_them_in(moments: Moments) -> None:
    """The one printed password for everybody, digested once: Argon2 is slow on purpose."""
    first = create_user(next(iter(LOGINS)), name=None, role=None, password=PASSWORD, by=SYSTEM, at=moments.earliest)
    Person.objects.filter(email__in=LOGINS).update(password=first.password)


def _tell_the_news(at: datetime) -> None:
    """What the bell would have said, by no mail; what is older than a day was read."""
    while notifying.notify(at=at, mails=False):
        pass
    while due := firing.claim(at=at):  # what is overdue
        for timer in due:
            firing.fire(timer, at=at)
    Notification.objects.filter(at__lt=at - timedelta(days=1)).update(read_at=at)


def _keep_mail_in_the_house(at: datetime) -> None:
    """Nobody of the demo exists: what they wrote to each other counts as sent. What is scheduled waits for its day."""
    due = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=at)
    due.update(state=Delivery.State.DONE)
