"""What a person does on a page, a program can do: each address that takes a form names the calls that do the same.

The addresses are those of the faces themselves, so that a new form fails here until it has a call, or a reason why not.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from tools import openapi as tool

from tramita.portal import urls as portal
from tramita.ui import pushing
from tramita.web import urls as web

DESCRIBED = json.loads(tool.PAGE.read_text("utf-8"))
CALLS = {one["operationId"] for methods in DESCRIBED["paths"].values() for one in methods.values()}

CONFIGURES = ("read_configuration", "plan_configuration", "apply_configuration")  # as files say it
PROCESS = ("read_process", "check_process", "put_process_draft", "discard_process_draft", "publish_process")
# why a form has no call of its own
SIGNS_IN = "it is about signing in, which a token does not"
BROWSER = "it is about this browser"
BY_LINK = "whoever follows the link of a mail has no token; with one the other call is made"
FORM = "it only shows the form, or what was typed, once more"
CONSENTS = "a person consents at the provider of the mailbox, in a browser; only a person can"

WEB: Mapping[str, str | tuple[str, ...]] = {
    "bulk": FORM,
    "bulk-start": ("start_job",),
    "undo-job": ("undo_job",),
    "stop-job": ("stop_job",),
    "sheets": ("check_sheet",),
    "create-sheet": ("create_from_sheet",),
    "stop-sheet": ("stop_sheet",),
    "focus": ("add_to_focus", "take_out_of_focus", "put_focus"),
    "queue-people": ("change_queue",),
    "new-view": ("make_view",),
    "change-view": ("change_view",),
    "delete-view": ("delete_view",),
    "pull": ("pull_next",),
    "new-ticket": ("start_ticket",),
    "new-case": ("start_case",),
    "builder-new": ("add_process",),
    "builder-upgrade": ("preview_upgrade", "start_upgrade"),
    "builder-trial-case-type": ("try_process",),
    "builder-trial-category": ("try_process",),
    "builder-case-type": PROCESS,
    "builder-category": PROCESS,
    "builder-edit-case-type": PROCESS,
    "builder-edit-category": PROCESS,
    "desk-things": CONFIGURES,
    "desk-thing": CONFIGURES,
    "desk-day": CONFIGURES,
    "desk-remove": CONFIGURES,
    "new-contact": ("add_contact",),
    "edit-contact": ("change_contact",),
    "import-contacts": ("read_contact_columns", "import_contacts"),
    "merge-contact": ("merge_contact",),
    "delete-contact": ("delete_contact",),
    "delete-item": ("delete_item",),
    "restore-trash": ("restore",),
    "start": ("start",),
    "to-do": ("to_do",),
    "release": ("release",),
    "resume": ("resume",),
    "next-step": ("next_step",),
    "reopen": ("reopen",),
    "assign": ("assign",),
    "priority": ("prioritise", "deprioritise"),
    "wait": ("wait",),
    "resolve": ("resolve",),
    "review": ("review",),
    "unable": ("resolve",),
    "abort": ("abort",),
    "submit": ("submit",),
    "discard": ("discard",),
    "launch": ("launch_action",),
    "merge": ("merge",),
    "split": ("split",),
    "convert": ("convert",),
    "undo": ("undo",),
    "tie": ("link",),
    "copy-talk": ("copy_communications",),
    "unlink": ("unlink",),
    "rework": ("rework",),
    "edit": ("change_item",),
    "follow": ("follow",),
    "unfollow": ("unfollow",),
    "note": ("add_note",),
    "reply": ("send_mail",),
    "accept-proposal": ("accept_proposal",),
    "refuse-proposal": ("refuse_proposal",),
    "stop-robots": ("stop_robots",),
    "resume-robots": ("resume_robots",),
    "ask-approval": ("ask_approval",),
    "ask-approval-again": ("ask_approval_again",),
    "cancel-approval": ("cancel_approval",),
    "move-mail": ("move_mail",),
    "create-from-mail": ("create_item_from_a_mail",),
    "mail-resend": ("resend_mail",),
    "mail-arrived": ("settle_mail_as_sent",),
    "mail-give-up": ("give_up_mail",),
    "take-back": ("take_mail_back",),
    "send-now": ("send_mail_now",),
    "draft-reply": ("put_draft", "discard_draft"),
    "draft-note": ("put_draft", "discard_draft"),
    "add-defect": ("add_defect",),
    "change-defect": ("change_defect", "remove_defect"),
    "clock": "it is about the page that is open; what it counted is `time_spent`, and is set right by `correct_time`",
    "add-time": ("add_time",),
    "change-time": ("correct_time",),
    "add-files": ("add_file",),
    "add-link": ("add_web_link",),
    "files-into-mail": ("send_mail",),
    "change-file": ("describe_file", "remove_file"),
    "delete-ticked": ("delete_unhandled_mail",),
    "replay": ("replay_unhandled_mail",),
    "tray-create-item": ("create_item_from_mail",),
    "tray-create-route": CONFIGURES,
    "tray-replay": ("replay_unhandled_mail",),
    "tray-delete": ("delete_unhandled_mail",),
    "tray-block": ("block_address",),
    "tray-not-spam": ("unhandled_mail_is_no_spam",),
    "mail-blocked": ("block_address",),
    "mail-unblock": ("unblock_address",),
    "outbox-send-now": ("send_mail_now", "resend_mail"),
    "outbox-cancel": ("take_mail_back",),
    "outbox-resend": ("resend_mail",),
    "outbox-arrived": ("settle_mail_as_sent",),
    "outbox-give-up": ("give_up_mail",),
    "mailboxes": CONFIGURES,
    "mailbox": CONFIGURES,
    "mailbox-remove": CONFIGURES,
    "mailbox-test": ("test_mailbox",),
    "mailbox-prove": ("prove_mailbox", "read_mailbox_proof"),
    "mailbox-try": ("try_mail",),
    "domains": ("list_sender_domains", "check_sender_domains"),
    "new-webhook": ("make_webhook",),
    "change-webhook": ("change_webhook",),
    "webhook-switch": ("change_webhook",),
    "webhook-secret": ("renew_webhook_secret",),
    "webhook-test": ("try_webhook",),
    "webhook-replay": ("replay_webhook",),
    "webhook-remove": ("remove_webhook",),
    "webhook-delivery-replay": ("replay_webhook_delivery",),
    "read-notifications": ("read_notifications",),
    "leave-notifications": BY_LINK,
    "absences": ("put_absence", "end_absence"),
    "settings": ("change_settings",),
    "notification-settings": ("change_settings",),
    "signature": ("change_settings",),
}
PORTAL: Mapping[str, str | tuple[str, ...]] = {
    "approve-by-mail": BY_LINK,
    "link-asked": SIGNS_IN,
    "link-enter": SIGNS_IN,
    "second-step": SIGNS_IN,
    "security": SIGNS_IN,
    "tool-access": SIGNS_IN,
    "tool-access-removed": SIGNS_IN,
    "password-forgotten": SIGNS_IN,
    "password-choose": SIGNS_IN,
    "portal-new-form": ("read_catalogue", "read_offer", "hand_in_request"),
    "portal-request": ("write_about_request",),
    "portal-feedback": ("give_feedback",),
    "feedback-by-mail": BY_LINK,
    "portal-members": ("add_member",),
    "portal-appoint": ("appoint_member",),
    "portal-settings": ("change_settings",),
    "portal-substitute": ("name_substitute", "end_substitute"),
    "portal-approval": ("approve", "reject", "cancel_approval"),
}
SHOWS = (
    "it is how a mail is shown; `read_timeline` has its words, `read_file` its files, `read_original_mail` all of it"
)
SHOWS_TRAY = "it is how a mail is shown; `get_unhandled_mail` has its facts, `read_original_unhandled_mail` all of it"
SIDEBAR = "it is a part of the page that is open"
# pages that change nothing, and what gives a program the same
READ: Mapping[str, str | tuple[str, ...]] = {
    "inbox": ("list_items", "read_focus"),
    "owned": ("list_items",),
    "queues": ("list_queues",),
    "queue": ("list_items",),
    "team": ("read_team", "list_items"),
    "team-of": ("read_team", "list_items"),
    "bars": SIDEBAR,
    "recent": ("list_recent_items",),
    "views": ("list_views",),
    "view": ("read_view", "list_view_items"),
    "search": ("search",),
    "sheet": ("get_sheet", "list_sheet_rows"),
    "job": ("get_job", "list_job_items"),
    "trail": ("read_audit",),
    "audit": ("read_audit",),
    "feedback": ("list_feedback", "feedback_results"),
    "contracted-hours": ("list_contracted_hours",),
    "builder": CONFIGURES,
    "contacts": ("list_contacts",),
    "contact": ("read_contact",),
    "approvals": ("list_approvals",),
    "trash": ("list_trash",),
    "robots": ("list_robots",),
    "item": ("read_item", "read_timeline", "read_flow", "list_files", "list_proposals", "explain_due"),
    "people": ("list_users",),
    "moving-mail": FORM,
    "draft-picture": ("get_draft",),
    "time": ("time_spent",),
    "file": ("read_file",),
    "mail-frame": SHOWS,
    "mail-part": SHOWS,
    "mail-enclosed": SHOWS,
    "mail-source": ("read_original_mail",),
    "mail-original": ("read_original_mail",),
    "unhandled": ("list_unhandled_mails",),
    "tray-frame": SHOWS_TRAY,
    "tray-picture": SHOWS_TRAY,
    "tray-part": SHOWS_TRAY,
    "tray-source": ("read_original_unhandled_mail",),
    "tray-original": ("read_original_unhandled_mail",),
    "mail-inbox": ("list_arrived_mails",),
    "mail-sent": ("list_sent_mails",),
    "mail-outbox": ("list_waiting_mails",),
    "mail-scheduled": ("list_scheduled_mails",),
    "mail-deleted": ("list_deleted_mails",),
    "mailbox-authorise": CONSENTS,
    "mailbox-authorised": CONSENTS,
    "webhooks": ("list_webhooks",),
    "webhook": ("read_webhook", "list_webhook_deliveries"),
    "webhook-delivery": ("read_webhook_delivery",),
    "notifications": ("list_notifications",),
    "fresh-notifications": SIDEBAR,
    "notification": ("list_notifications",),
    "shortcuts": BROWSER,
    "sign-on": SIGNS_IN,
    "sign-on-back": SIGNS_IN,
    "signed-out": SIGNS_IN,
    "sign-on-leave": SIGNS_IN,
    "portal": ("list_items",),
    "portal-new": ("read_catalogue",),
    "portal-file": ("read_file",),
    "portal-notifications": BROWSER,
    "portal-approvals": ("list_approvals",),
}


def methods_of(view: Any) -> set[str]:
    """What Django lets through to it; every method where nothing says."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        held = dict(zip(names, getattr(view, "__closure__", None) or (), strict=True))
        if "request_method_list" in held:
            return set(held["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST"}


def forms(face: Any) -> Iterator[str]:
    """The names of the addresses of a face that take a form."""
    for one in face.urlpatterns:
        if "POST" in methods_of(one.callback) and one.name != "home":
            yield str(one.name)


@pytest.mark.parametrize(("face", "told"), [(web, WEB), (portal, PORTAL)], ids=["web", "portal"])
def test_every_form_has_a_call_or_a_reason_why_not(face: Any, told: Mapping[str, str | tuple[str, ...]]) -> None:
    """INTERFACES 5, issue 8: everything the screen does can be done."""
    there = list(forms(face))

    assert sorted(set(there) ^ set(told)) == []
    assert len(there) == len(set(there))


def test_the_calls_that_are_named_are_there() -> None:
    """INTERFACES 5: by their names in the description."""
    every = [calls for table in (WEB, PORTAL, READ) for calls in table.values() if not isinstance(calls, str)]

    assert sorted({call for calls in every for call in calls} - CALLS) == []


def test_every_page_that_only_shows_has_a_call_or_a_reason_why_not() -> None:
    """INTERFACES 5: what a person reads there, a program reads too."""
    names = {str(one.name) for face in (web, portal) for one in face.urlpatterns}

    assert sorted((names - {*forms(web), *forms(portal), "home"}) ^ set(READ)) == []


def test_how_a_view_is_asked_is_found_out() -> None:
    """The proof would be worth nothing if it saw no forms."""
    found: Mapping[str, Callable[..., Any]] = {str(one.name): one.callback for one in web.urlpatterns}

    assert methods_of(found["resolve"]) == {"POST"}
    assert "POST" not in methods_of(found["inbox"])
    assert methods_of(pushing.subscribe) == {"POST"}
