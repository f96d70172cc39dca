"""Which calls the client has by name, and that each of its names is a call of the description."""

import inspect
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from tools import openapi as tool

from tramita.client import Desk
from tramita.client.any_call import AnyCall

CALLS = {
    (method.upper(), path.removeprefix("/api/v1")): operation["operationId"]
    for path, methods in json.loads(tool.PAGE.read_text("utf-8"))["paths"].items()
    for method, operation in methods.items()
}
GIVEN: dict[str, Any] = {"date": date(2026, 3, 2), "int": 7, "bool": True, "bytes": b"x", "str": "x"}
WITHOUT_DATA = ("start", "to-do", "release", "resume", "reopen", "abort", "submit", "discard", "next-step", "undo")
WITH_DATA = ("merge", "split", "convert", "rework", "review", "links", "follow", "actions")
# what several calls go by
SEVERAL: dict[str, list[tuple[str, ...]]] = {
    "act": [("40308-T", verb) for verb in (*WITHOUT_DATA, *WITH_DATA)],
    "decide": [("7", "approve"), ("7", "reject"), ("7", "cancel")],
    "mails": [("sent",), ("outbox",), ("scheduled",)],
}
# `get`, `post`, `put`, `patch`, `delete`, `pages` or `content` with their paths
BY_PATH = """
accept_proposal add_contact add_defect add_time add_web_link ask_approval_again block_address change_contact
change_defect change_queue change_webhook check_sheet clear_marked_address copy_communications correct_time
create_from_sheet create_item_from_a_mail create_item_from_mail delete_contact delete_item delete_unhandled_mail
describe_file discard_draft end_substitute erase_mail_of_a_person explain_due feedback_results get_draft get_job
get_sheet get_unhandled_mail give_feedback give_up_mail lease_complete lease_heartbeat lease_propose lease_reject
lease_unable list_approval_types list_blocked_addresses list_case_types list_categories list_contacts
list_contracted_hours list_defects list_erasures list_feedback list_feedback_of_item list_files list_job_items
list_jobs list_leases list_mailboxes list_marked_addresses list_notifications list_organisations list_proposals
list_queues list_robots list_roles list_sheet_rows list_trash list_unhandled_mails list_users
list_webhook_deliveries list_webhooks make_webhook merge_contact move_mail name_substitute preview_upgrade put_draft
read_audit read_contact read_contact_columns read_file read_flow read_notifications read_substitute read_view
read_webhook read_webhook_delivery receive_mail refuse_proposal remove_defect remove_file remove_webhook
renew_webhook_secret replay_unhandled_mail replay_webhook replay_webhook_delivery resend_mail restore resume_robots
robot_next robots_work send_mail_now settle_mail_as_sent start_job start_upgrade stop_job stop_robots stop_sheet
take_mail_back time_spent try_webhook unblock_address undo_job unfollow unhandled_mail_is_no_spam unlink
"""


class Recorder:
    """Stands where the network was; answers a little of everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def call(self, method: str, path: str, **_: Any) -> Any:
        self.asked.append((method, path))
        return {"results": [], "next": None, "groups": [], "reference": "40308-T", "steps": [], "new": False}

    def content(self, path: str) -> bytes:
        self.asked.append(("GET", path))
        return b""


def names() -> list[str]:
    """The methods that are a call each."""
    every = [name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if not name.startswith("_")]
    return [name for name in every if name not in vars(AnyCall)]


def arguments(name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Something for each parameter that must be given."""
    if name in SEVERAL:
        return [(one, {}) for one in SEVERAL[name]]
    needed = [
        one
        for one in list(inspect.signature(getattr(Desk, name)).parameters.values())[1:]
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    by_name = {one.name: GIVEN.get(getattr(one.annotation, "__name__", ""), {}) for one in needed}
    return [((), by_name)]


def asked_by(name: str) -> Iterator[tuple[str, str]]:
    desk, recorder = Desk("https://desk.example", token="t"), Recorder()
    desk.calls = recorder  # type: ignore[assignment]  # it only notes what is asked
    for positional, named in arguments(name):
        found = getattr(desk, name)(*positional, **named)
        if inspect.isgenerator(found):
            list(found)
    yield from recorder.asked


def operation(method: str, path: str) -> str | None:
    """The call that this is, the one with the fewest marks first."""
    for (verb, template), called in sorted(CALLS.items(), key=lambda one: one[0][1].count("{")):
        pattern = "".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({\w+})", template)
        )
        if verb == method and re.fullmatch(pattern, path):
            return str(called)
    return None


def test_every_name_of_the_client_is_a_call_of_the_description() -> None:
    """INTERFACES 5: none leads nowhere."""
    lost = [(name, asked) for name in names() for asked in asked_by(name) if operation(*asked) is None]

    assert lost == []


def test_every_call_has_a_name_in_the_client_or_goes_by_its_path() -> None:
    """INTERFACES 5: a new one is named here, or by a method."""
    by_path = BY_PATH.split()
    named = {operation(*asked) for name in names() for asked in asked_by(name)}

    assert sorted(named.intersection(by_path)) == []
    assert sorted({*CALLS.values()} - named) == sorted(by_path)
