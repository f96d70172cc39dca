"""What went wrong, in the reader's language: the floors below speak English, here it is translated once."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tramita.domain.errors import FieldError, Invalid, TramitaError
from tramita.ui import labels

# said inside the error classes themselves, where no extraction finds them
SAID = (
    gettext_noop("This holds characters that cannot be kept."),
    gettext_noop("This is nested too deeply."),
    gettext_noop("An address such as https://example.com/hooks, without a password."),
    gettext_noop("This address is inside of the own network."),
    gettext_noop("Choose among these: %(events)s."),
    gettext_noop("You have %(most)s already."),
    gettext_noop("There is no such webhook."),
    gettext_noop("There is no such delivery."),
    gettext_noop("This webhook is switched off."),
    gettext_noop("This is not after the beginning."),
    gettext_noop("“%(verb)s” is not possible while the item is %(state)s."),
    gettext_noop("Somebody changed this item meanwhile. Look at it again, then decide."),
    gettext_noop("This robot has no lease on the item, or it has ended."),
    gettext_noop("There is no such lease."),
    gettext_noop("There is no such proposal."),
    gettext_noop("This proposal was decided already."),
    gettext_noop("The item went on since the robot proposed this: it is not done any more."),
    gettext_noop("This robot does not work here any more."),
    gettext_noop("It is less sure than it must be: a person decides."),
    gettext_noop("Your client cannot ask its user: a person does this on the page of the item."),
    gettext_noop("All robots are stopped."),
    gettext_noop("A robot may only propose this: a person decides."),
    gettext_noop("A person does this, and it cannot be proposed: say so in a note, or hand the item to people."),
    gettext_noop("It would reach somebody who takes no part in the item: a person decides."),
    gettext_noop("It has read what came from outside: a person decides."),
    gettext_noop("This run has written as much as one may."),
    gettext_noop("This robot had as many runs as it may in an hour."),
    gettext_noop("This robot works for another organisation at the moment."),
    gettext_noop("You cannot give what you do not have: %(rights)s."),
    gettext_noop("Only a leader says who works this queue."),
    gettext_noop("“%(name)s” does not work here."),
    gettext_noop("There is no farm “%(name)s”."),
    gettext_noop("“%(name)s” works this queue by its farm “%(farm)s”: take out the farm."),
    gettext_noop("A robot reads nothing of how people are managed."),
    gettext_noop("You may not take lists along as files."),
    gettext_noop("Only a leader stops robots and lets them go on."),
    gettext_noop("Only a robot works by lease."),
    gettext_noop("Only an Action can be impossible to complete."),
    gettext_noop("Only a Ticket that waits for more information has this."),
    gettext_noop("Your role may not do this."),
    gettext_noop("“%(provider)s” does not confirm that your e-mail address is yours."),
    gettext_noop("“%(provider)s” lets nobody in here with the address %(email)s."),
    gettext_noop("Your address belongs to another account of “%(provider)s”. Ask who keeps this desk."),
    gettext_noop("Nobody here has the address %(email)s. Ask who keeps this desk."),
    gettext_noop("Signing in by “%(provider)s” did not work. Try again, or sign in another way."),
    gettext_noop("This sign-in was not begun here, or too long ago. Begin again."),
    gettext_noop("Only a manager of the organisation may decide this."),
    gettext_noop("This is not asked of you."),
    gettext_noop("This is not asked any more. There is nothing to decide."),
    gettext_noop("Only who asked, who works on the Ticket, a manager or the account manager may cancel this."),
    gettext_noop("It was already decided: %(person)s approved it."),
    gettext_noop("It was already decided: %(person)s rejected it."),
    gettext_noop("%(person)s cancelled this request. There is nothing to decide any more."),
    gettext_noop("The Ticket has ended, and this request with it. There is nothing to decide any more."),
)
FAMILIES = {"verb": "verb", "state": "state", "rights": "permission"}


def sentence(error: TramitaError, form: str = "") -> str:
    """One line for a person; faults of the input each with what they are about, in that form."""
    if isinstance(error, Invalid):
        return " ".join(_named(fault, form) for fault in error.errors) or _("Something is not right.")
    return said(error.message, error.values)


def _named(fault: FieldError, form: str) -> str:
    name = labels.FIELDS_OF.get(form, {}).get(fault.field) or labels.FIELDS.get(fault.field)
    sentence = fault_sentence(fault)
    return f"{name}: {sentence}" if name else sentence


def by_field(error: TramitaError) -> dict[str, str]:
    """Each fault of the input under the name of its field."""
    return {fault.field: fault_sentence(fault) for fault in error.errors} if isinstance(error, Invalid) else {}


def fault_sentence(fault: FieldError) -> str:
    """What is wrong with one field."""
    return said(fault.message, fault.values)


def said(message: str, values: Mapping[str, object]) -> str:
    """Translated first, then filled; codes among the values become words."""
    if not values:
        return _(message)
    return _(message) % {
        name: _words(FAMILIES[name], value) if name in FAMILIES else value for name, value in values.items()
    }


def _words(family: str, value: object) -> str:
    """One code, or several beside each other."""
    return ", ".join(labels.word(family, one) for one in (value if isinstance(value, list) else [value]))
