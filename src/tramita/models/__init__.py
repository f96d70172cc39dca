"""The tables, a module per noun, and what the database keeps true for us."""

from tramita.models.approvals import Approval, ApprovalToken, Consent, Substitution
from tramita.models.auditing import AuditLine
from tramita.models.bringing_in import BroughtIn
from tramita.models.building import ProcessDraft, Trial
from tramita.models.configuration import ConfigurationChange, Definition, Mailbox, Route, SkillDemand, Version
from tramita.models.defects import Defect
from tramita.models.feedback import Feedback
from tramita.models.flow import CaseAction, CaseStep
from tramita.models.focus import Focus
from tramita.models.items import Access, CopiedContact, Entry, Item, Link
from tramita.models.jobs import Job, JobItem
from tramita.models.mail import (
    Attachment,
    BlockedAddress,
    CannedUse,
    Draft,
    MarkedAddress,
    Message,
    Scan,
    SeenMessage,
    TrayView,
)
from tramita.models.mail_work import Erasure, Lane, ToldSender
from tramita.models.mailboxes import FetchedMessage, MailboxState, Probe, SenderDomain
from tramita.models.notices import Digest, Follow, NoticeSettings, Notification
from tramita.models.people import Grant, Membership, Organisation, OtherAddress, Person, PersonSkill, Queue, Token
from tramita.models.push import PushSubscription, Secret
from tramita.models.regrouping import Regrouping
from tramita.models.robots import Lease, Proposal, RobotStop
from tramita.models.seals import Opening, Seal
from tramita.models.searching import Follower, SearchDoc
from tramita.models.sheets import Sheet, SheetRow
from tramita.models.signing_in import Device, Identity, SecondFactor
from tramita.models.tags import ItemTag
from tramita.models.time import TimeSpent
from tramita.models.tool_access import ToolAccess
from tramita.models.trash import Trashed
from tramita.models.views import View
from tramita.models.webhooks import Webhook, WebhookDelivery
from tramita.models.work import Alert, Allowance, Counter, Delivery, IdempotencyKey, PlannedStart, Presence, Timer

__all__ = [
    "Access",
    "Alert",
    "Allowance",
    "Approval",
    "ApprovalToken",
    "Attachment",
    "AuditLine",
    "BlockedAddress",
    "BroughtIn",
    "CannedUse",
    "CaseAction",
    "CaseStep",
    "ConfigurationChange",
    "Consent",
    "CopiedContact",
    "Counter",
    "Defect",
    "Definition",
    "Delivery",
    "Device",
    "Digest",
    "Draft",
    "Entry",
    "Erasure",
    "Feedback",
    "FetchedMessage",
    "Focus",
    "Follow",
    "Follower",
    "Grant",
    "IdempotencyKey",
    "Identity",
    "Item",
    "ItemTag",
    "Job",
    "JobItem",
    "Lane",
    "Lease",
    "Link",
    "Mailbox",
    "MailboxState",
    "MarkedAddress",
    "Membership",
    "Message",
    "NoticeSettings",
    "Notification",
    "Opening",
    "Organisation",
    "OtherAddress",
    "Person",
    "PersonSkill",
    "PlannedStart",
    "Presence",
    "Probe",
    "ProcessDraft",
    "Proposal",
    "PushSubscription",
    "Queue",
    "Regrouping",
    "RobotStop",
    "Route",
    "Scan",
    "Seal",
    "SearchDoc",
    "SecondFactor",
    "Secret",
    "SeenMessage",
    "SenderDomain",
    "Sheet",
    "SheetRow",
    "SkillDemand",
    "Substitution",
    "TimeSpent",
    "Timer",
    "Token",
    "ToldSender",
    "ToolAccess",
    "Trashed",
    "TrayView",
    "Trial",
    "Version",
    "View",
    "Webhook",
    "WebhookDelivery",
]
