"""What a browser says, in its owner's language: never words of notes or mails, as a screen may be seen by others.

`here` is for a page that is looked at; title and body are for the notification of the system when none is (AP-17).
"""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from tramita.domain.codes import ApprovalState, Kind
from tramita.models import Approval, Person
from tramita.queries.approvals import asked_about
from tramita.queries.notices import Notice

LONGEST = 200  # characters of each line


@dataclass(frozen=True, slots=True)
class News:
    """What the service worker gets. `tag`: what came under the same one is replaced; `all` leads to the list."""

    title: str
    body: str
    here: str
    tag: str
    url: str
    open: str
    all: str = ""
    all_words: str = ""
    silent: bool = False
    lang: str = ""

    def facts(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def of_approval(approval: Approval, reader: Person, news: str) -> News:
    """Asked, or ended; leads to the request, or to the list of all that waits."""
    language = reader.language or settings.LANGUAGE_CODE
    with translation.override(language):
        said = _asked(approval) if news == "asked" else _ended(approval)
        return News(
            title=_cut(said),
            body=_cut(_subject(approval)),
            here=_cut(f"{said} · {_subject(approval)}"),
            tag=f"approval-{approval.pk}",
            url=f"/portal/approvals/{approval.pk}",
            open=_("Open the request"),
            all="/portal/approvals",
            all_words=_("All that waits for me"),
            silent=news != "asked",
            lang=language,
        )


def of_notice(one: Notice, said: str, language: str) -> News:
    """What stands behind the bell; leads to its item."""
    with translation.override(language):
        about = f"{one.reference} {one.title}"
        return News(
            title=_cut(said),
            body=_cut(about),
            here=_cut(f"{said} · {about}"),
            tag=f"tramita-{one.id}",
            url=f"/notifications/{one.id}",
            open=_("Open"),
            all="/notifications",
            all_words=_("All notifications"),
            lang=language,
        )


def _asked(approval: Approval) -> str:
    what, asker = asked_about(approval).name, approval.requested_by
    if asker is None:
        return _("Your approval is asked for: %(title)s") % {"title": what}
    return _("%(person)s asks for your approval: %(what)s") % {"person": asker.name, "what": what}


def _ended(approval: Approval) -> str:
    who = approval.decided_by.name if approval.decided_by else ""
    words = {
        ApprovalState.APPROVED: _("Already approved by %(name)s: %(what)s"),
        ApprovalState.REJECTED: _("Already rejected by %(name)s: %(what)s"),
        ApprovalState.CANCELLED: _("Taken back by %(name)s: %(what)s"),
    }
    said = words.get(ApprovalState(approval.state), "") if who else ""
    return (said or _("No decision is needed any more: %(what)s")) % {"name": who, "what": asked_about(approval).name}


def _subject(approval: Approval) -> str:
    """The Ticket, or the Case of the Action."""
    item = approval.item
    thing = item.parent if item.kind is Kind.ACTION and item.parent is not None else item
    return f"{thing.reference} {thing.title}"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
