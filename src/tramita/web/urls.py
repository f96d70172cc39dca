"""The Work Manager's addresses (INTERFACES section 7)."""

from django.urls import path
from django.views.generic.base import RedirectView

from tramita.web import (
    composing,
    creating,
    drafting,
    editing,
    files,
    item_page,
    lists,
    mail_frame,
    mail_moving,
    mail_source,
    moves,
    preferences,
    searching,
    settling,
    tray,
)

ITEM = "items/<str:reference>"
MAIL = "messages/<int:number>"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox"), name="home"),
    path("inbox", lists.inbox, name="inbox"),
    path("owned", lists.owned, name="owned"),
    path("queues", lists.queues, name="queues"),
    path("queues/<str:key>", lists.queue, name="queue"),
    path("recent", lists.recent, name="recent"),
    path("pull", lists.pull, name="pull"),
    path("search", searching.search, name="search"),
    path("new/ticket", creating.ticket, name="new-ticket"),
    path("new/case", creating.case, name="new-case"),
    path(ITEM, item_page.show, name="item"),
    *(path(f"{ITEM}/{verb}", moves.plain(verb), name=verb) for verb in moves.PLAIN),
    path(f"{ITEM}/assign", moves.assign, name="assign"),
    path(f"{ITEM}/wait", moves.wait, name="wait"),
    path(f"{ITEM}/resolve", moves.resolve, name="resolve"),
    path(f"{ITEM}/unable", moves.unable, name="unable"),
    path(f"{ITEM}/abort", moves.abort, name="abort"),
    path(f"{ITEM}/submit", moves.submit, name="submit"),
    path(f"{ITEM}/discard", moves.discard, name="discard"),
    path(f"{ITEM}/launch", moves.launch, name="launch"),
    path(f"{ITEM}/edit", editing.edit, name="edit"),
    path(f"{ITEM}/note", composing.note, name="note"),
    path(f"{ITEM}/reply", composing.reply, name="reply"),
    path(f"{ITEM}/mails/<int:mail>", mail_moving.show, name="moving-mail"),
    path(f"{ITEM}/mails/<int:mail>/move", mail_moving.move, name="move-mail"),
    path(f"{ITEM}/mails/<int:mail>/create", mail_moving.create, name="create-from-mail"),
    *(
        path(f"{ITEM}/mails/<int:number>/{name}", settling.decide(name), name=f"mail-{name}")
        for name in settling.DECISIONS
    ),
    *(path(f"{ITEM}/drafts/{kind}", drafting.draft, {"kind": kind}, name=f"draft-{kind}") for kind in drafting.KINDS),
    path(f"{ITEM}/mails/<int:number>/take-back", composing.take_back, name="take-back"),
    path(f"{ITEM}/mails/<int:number>/send-now", composing.send_now, name="send-now"),
    path("files/<int:number>", files.file, name="file"),
    path(f"{MAIL}/frame", mail_frame.frame, name="mail-frame"),
    path(f"{MAIL}/parts/<str:part>", mail_frame.part, name="mail-part"),
    path(f"{MAIL}/source", mail_source.source, name="mail-source"),
    path(f"{MAIL}/original", mail_source.original, name="mail-original"),
    path(f"{MAIL}/enclosed/<int:file>", mail_source.enclosed, name="mail-enclosed"),
    path("mail/unhandled", tray.unhandled, name="unhandled"),
    path("settings/", preferences.settings, name="settings"),
    path("settings/signature", preferences.signature, name="signature"),
    path("settings/shortcuts", preferences.shortcuts, name="shortcuts"),
]
