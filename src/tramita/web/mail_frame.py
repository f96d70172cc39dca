"""The document of a mail's own HTML, and its pictures: apart from our pages, without scripts, origin or cookies.

The frame is sandboxed twice, by the page that holds it and by its own policy, and has an origin that nobody else
has. So its pictures come without the reader's cookies: their addresses carry a key of the reader's instead, which
ends after a day and is asked for the reader's rights again each time (decision 20).
"""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotFound
from tramita.domain.file_kinds import picture
from tramita.models import Message, TrayView
from tramita.queries.mails import get_mail, get_part
from tramita.queries.people import actor_by_id
from tramita.queries.stored import stored_file
from tramita.web.access import StaffRequest, staff

A_DAY = 86_400
SIGNERS = {name: signing.TimestampSigner(salt=f"tramita.{name}") for name in ("mail-part", "tray-picture")}
FOLD = "<summary></summary>"  # the cleaner's own: it lets no other through
# the tags that bear addresses put aside, as nh3 writes them; a `<` in words is always written `&lt;`
_TAG = re.compile(r'<(?:img|table|t[dhr])((?: [^\s=">]+="[^"]*")*)>')
_OURS = re.compile(r' src="cid:([^"]*)"')  # in a mail that we wrote, and cleaned before it was kept
_ASIDE = re.compile(r' data-tramita-(remote|background|part)="([^"]*)"')


@require_safe
@staff
def frame(request: StaffRequest, number: int) -> HttpResponse:
    """The cleaned HTML. With `pictures=1` the remote ones are asked for by the reader's browser (MAIL-44)."""
    mail = get_mail(request.actor, number)
    if mail.shown != Message.Shown.CLEAN:
        raise NotFound("There is no such mail.")
    return document(request, mail, subject=mail.subject, address=partial(part_address, mail.pk, request.actor))


def document(
    request: StaffRequest, mail: Message | TrayView, *, subject: str, address: Callable[[str], str]
) -> HttpResponse:
    """The frame of a mail whose HTML is clean; `address` says where its own pictures are."""
    pictures = request.GET.get("pictures") == "1"
    body = in_place(mail.html, address=address, pictures=pictures)
    body = body.replace(FOLD, f"<summary>{Markup.escape(_('Quoted history'))}</summary>")
    paper = bool((mail.view or {}).get("coloured"))  # it sets colours, and counts on white
    context = {
        "subject": subject,
        "body": Markup(body),  # noqa: S704 - cleaned by nh3, which is the gate
        "theme": "light" if paper else request.person.theme,
        "paper": paper,
    }
    response = render(request, "web/mail_frame.html", context)
    response["Content-Security-Policy"] = policy(pictures=pictures)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response


def policy(*, pictures: bool) -> str:
    """What the frame may do: show itself, and open a link in a window of its own."""
    far = " https:" if pictures else ""
    return (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:{far}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def in_place(html: str, *, address: Callable[[str], str], pictures: bool) -> str:
    """The HTML with what was put aside where it belongs, as far as it may be shown."""

    def turned(aside: re.Match[str]) -> str:
        kind, value = aside.groups()
        if kind == "part":
            return f' src="{Markup.escape(address(value))}"'
        name = "src" if kind == "remote" else "background"
        return f' {name}="{value}"' if pictures else ' data-blocked=""'

    def ours(picture: re.Match[str]) -> str:
        return f' src="{Markup.escape(address(unescape(picture[1])))}"'

    def tag(found: re.Match[str]) -> str:
        return _OURS.sub(ours, _ASIDE.sub(turned, found.group(0)))

    return _TAG.sub(tag, html)


def part_address(number: int, actor: Actor, part: str, *, of: str = "mail-part") -> str:
    """Where a picture of this mail is for this reader, for a day. `of`: the name of the view that serves it."""
    key = SIGNERS[of].sign(f"{actor.id}.{number}.{part}")
    return f"{reverse(of, args=[number, part])}?{urlencode({'key': key})}"


@require_safe
def part(request: HttpRequest, number: int, part: str) -> HttpResponse:
    """A picture of a mail, by the key of a frame or by the session. Whatever is no picture stays a download."""
    if "key" not in request.GET:
        return _part_by_session(request, number, part)
    try:
        return _picture(reader(request.GET["key"], number, part), number, part)
    except (NotFound, Conflict):
        return HttpResponseNotFound()


@staff
def _part_by_session(request: StaffRequest, number: int, part: str) -> HttpResponse:
    try:
        return _picture(request.actor, number, part)
    except Conflict as held:
        raise NotFound("There is no such file.") from held


def reader(key: str, number: int, part: str, *, of: str = "mail-part") -> Actor:
    """Who the key was made for; still staff, still active. Raises: NotFound."""
    try:
        person, _dot, rest = SIGNERS[of].unsign(key, max_age=A_DAY).partition(".")
    except signing.BadSignature as forged:
        raise NotFound("There is no such file.") from forged
    if rest != f"{number}.{part}":
        raise NotFound("There is no such file.")
    actor = actor_by_id(int(person))
    if not actor.is_staff:
        raise NotFound("There is no such file.")
    return actor


def _picture(actor: Actor, number: int, part: str) -> HttpResponse:
    found = get_part(actor, number, part)
    return as_picture(stored_file(found.sha256, found.filename))


def as_picture(content: bytes) -> HttpResponse:
    """Bytes that are drawn. Raises: NotFound, for all that is no picture."""
    kind = picture(content)
    if kind is None:
        raise NotFound("There is no such file.")
    response = HttpResponse(content, content_type=kind)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = f"private, max-age={A_DAY}, immutable"
    return response
