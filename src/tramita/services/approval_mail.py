"""Managers, and the approvers of an Action, are told by mail what is asked of them (AP-17, EA-3).

Such a mail is internal: who asked for the Ticket hears nothing of it (CG-55), it is quoted to nobody, and what answers
it is internal (MAIL-59). Its link is written in when it leaves; what is kept, and shown to staff, has none.
"""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tramita.models import Approval, Person
from tramita.queries.approvals import asked_about, asked_people, is_opening
from tramita.queries.approved_things import About, about
from tramita.queries.mailboxes import Directory
from tramita.queries.substitutes import standing_in
from tramita.services import restraint
from tramita.services.approval_link import give_key
from tramita.services.approval_words import asked_words
from tramita.services.ledger import Change
from tramita.services.writing_mail import Envelope, Leaving, Manner, write


def reachable(managers: list[Person]) -> tuple[list[Person], list[str]]:
    """Those to whom such a mail may go, and the names of who is blocked or complained about our mail (MAIL-98).

    Cost: two statements.
    """
    willing = set(restraint.willing([one.email or "" for one in managers]))
    silent = [one.name or one.email or "" for one in managers if one.email not in willing]
    return [one for one in managers if one.email in willing], silent


def tell(change: Change, approval: Approval, managers: list[Person], *, desk: Directory, reminds: bool = False) -> None:
    """Write to each manager in their language, in the change that asks, asks again or reminds (Z-11).

    Cost: three statements each, seven for all.
    """
    thing, asked = about(change.item), asked_people(approval)
    instead = {one.substitute_id: one.person for one in standing_in(approval, asked, at=change.at)}
    for manager in managers:
        language = manager.language or settings.LANGUAGE_CODE
        with translation.override(language):
            said = _text(approval, manager, thing, reminds=reminds, away=instead.get(manager.pk))
            subject = _subject(thing, reminds=reminds)
        envelope = Envelope([manager.email or ""], [], [], subject, said)
        manner = Manner(by=change.by, desk=desk, automatic="auto-generated", language=language, to_manager=True)
        give_key(approval, manager, write(change, envelope, manner, Leaving(change.at)), at=change.at)


def _subject(thing: About, *, reminds: bool) -> str:
    if reminds:
        return _("Reminder: your approval is asked for: %(title)s") % {"title": thing.title}
    return _("Your approval is asked for: %(title)s") % {"title": thing.title}


def _text(approval: Approval, manager: Person, thing: About, *, reminds: bool, away: Person | None) -> str:
    """All that is needed to decide, and nothing that stays in the house. `away` is in whose place they decide."""
    wanted, asker = asked_about(approval), approval.requested_by
    asked_by = asker.name if asker else ""
    zone = ZoneInfo(manager.time_zone or settings.TIME_ZONE)
    day = date_format(approval.requested_at.astimezone(zone), "DATE_FORMAT")
    parts = [
        _("Hello %(name)s,") % {"name": manager.name or manager.email},
        _("You are asked in the place of %(name)s, who is away.") % {"name": away.name or away.email} if away else "",
        _("This has been waiting for your decision since %(day)s.") % {"day": day} if reminds else "",
        _("%(person)s wants to begin a request, which opens when a manager approves it: %(what)s")
        % {"person": asked_by, "what": wanted.name}
        if is_opening(approval)
        else _("%(person)s asks for your approval: %(what)s") % {"person": asked_by, "what": wanted.name}
        if asker
        else _("Your approval is asked for: %(title)s") % {"title": wanted.name},
        *asked_words(approval, thing),
    ]
    return "\n\n".join(part for part in parts if part)
