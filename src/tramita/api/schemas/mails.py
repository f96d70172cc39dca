"""Mail, out and in."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Address, Base64, Input, Line, Moment, Output, RowId, Text, Whole

MAIL: dict[str, Any] = {
    "to": ["rui@acme.example"],
    "subject": "Invoice 991 twice",
    "text": "Dear Rui, which of the two did you pay?",
    "based_on": 3,
}


class AttachmentIn(Input):
    """A file to send along; `content` is Base64."""

    filename: str = Field(min_length=1, max_length=255)
    content_type: str = Field("application/octet-stream", max_length=200, pattern=r"^[\w.+-]+/[\w.+-]+$")
    content: Base64


class MailIn(Input):
    """A mail about the item. `resolve` is Send and resolve, by that method."""

    model_config = ConfigDict(json_schema_extra={"examples": [MAIL]})

    to: list[Address] = Field(default_factory=list, max_length=100)
    cc: list[Address] = Field(default_factory=list, max_length=100)
    bcc: list[Address] = Field(default_factory=list, max_length=100)
    subject: str = Field("", max_length=1000, pattern=r"^[^\r\n]*$")
    text: Text = ""
    html: Text | None = None
    attachments: list[AttachmentIn] = Field(default_factory=list, max_length=100)
    files: list[RowId] = Field(default_factory=list, max_length=100)
    """Files of the item to send along, by their ids in `GET …/files`; of a link the address goes into the words."""
    send_at: Moment | None = None
    resolve: str | None = Field(None, max_length=40)
    based_on: Whole | None = None
    """The newest timeline `seq` its writer had seen; 409 `newer_communication` if a mail or note came since."""
    confidence: int | None = Field(None, ge=0, le=100)
    """Of a robot, in percent; below what its terms say, it may only propose the mail."""


class ProcessIn(Input):
    """What it becomes: one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"category": "acme/main/finance/invoice-query"}]})

    category: Line | None = None
    case_type: Line | None = None


class ReceivedOut(Output):
    """What became of a mail, as `tramita mail import --json` prints it. `items` are references."""

    outcome: str
    items: list[str]
    reason: str | None


class UnhandledOut(Output):
    """A mail that found no item, or broke a step; its bytes are kept."""

    id: int
    mailbox: str
    sender: str
    subject: str
    outcome: str
    reason: str
    size: int
    seen_at: datetime


class UnhandledWithTrace(UnhandledOut):
    """One of them, with how it came to its outcome: what was stored, defects, rule and evidence, version (MAIL-141)."""

    trace: dict[str, Any] | None


class MoveIn(Input):
    """The item that the mail belongs to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "40308-T"}]})

    to: Line


class MarkedOut(Output):
    """An address that mail does not reach, or whose owner complained about ours."""

    id: int
    address: str
    bounced: bool
    complained: bool
    status: str
    detail: str
    at: datetime


class MarkedPage(Output):
    """Some marked addresses."""

    results: list[MarkedOut]
    next: str | None


class EraseIn(Input):
    """Whose mail is to be erased, and why. With `dry_run` nothing changes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"address": "rui@acme.example", "reason": "Asked for it on 2026-11-20"}]}
    )

    address: Line
    reason: str = Field("", max_length=300, description="Kept in the audit; may be empty for a dry run.")
    dry_run: bool = False


class ErasedOut(Output):
    """How much was erased, or would be: mails on items with their files, raw messages, and mails that stay."""

    mails: int
    files: int
    messages: int
    items: int
    left: int


class ErasureOut(Output):
    """Somebody's mail was erased: by whom, when, why. `about` is the SHA-256 of the address."""

    id: int
    about: str
    reason: str
    by: str
    at: datetime
    counts: ErasedOut
    done: bool


class ErasurePage(Output):
    """Some erasures, oldest first."""

    results: list[ErasureOut]
    next: str | None


class UnhandledPage(Output):
    """Some unhandled mails, oldest first."""

    results: list[UnhandledOut]
    next: str | None


class BlockIn(Input):
    """An address, or a whole domain as `@shop.example`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"address": "@shop.example"}]})

    address: Line


class BlockedOut(Output):
    """An address or domain whose mail is ignored, with who said so and when."""

    id: int
    address: str
    at: datetime
    by: str


class BlockedPage(Output):
    """Some blocked addresses, newest first."""

    results: list[BlockedOut]
    next: str | None
