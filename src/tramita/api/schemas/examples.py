"""Examples for the description of the API, from one small story: Ana works, Rui asks."""

from typing import Any

ANA = {"id": 3, "name": "Ana Lima", "kind": "human"}
RUI = {"id": 9, "name": "Rui Sousa", "kind": "human", "address": "rui@acme.example"}

ITEM: dict[str, Any] = {
    "reference": "40308-T",
    "kind": "ticket",
    "state": "waiting",
    "version": 7,
    "title": "Invoice 991 twice",
    "wait": {
        "type": "more_information",
        "since": "2026-03-02T10:00:00+00:00",
        "until": None,
        "days": 5,
        "close_if_no_response": True,
    },
    "resolution": None,
    "problem": None,
    "assignee": ANA,
    "owner": ANA,
    "queue": {"id": 1, "name": "invoices"},
    "list": "owned",
    "category": "acme/main/finance/invoice-query",
    "case_type": None,
    "customer": "acme",
    "organisation": "acme-iberia",
    "contacts": {"primary": RUI, "requester": RUI, "subject": RUI, "original_requester": RUI, "cc": []},
    "due": {
        "at": None,
        "status": "not_set",
        "clock": "paused",
        "seconds_left": 12000,
        "text": "Due: Paused 3 h 20 m before due",
    },
    "highlighted": False,
    "new_information": False,
    "prioritised": False,
    "allowed": ["resume", "wait", "resolve", "merge"],
    "description": None,
    "parent": None,
    "instructions": None,
    "checklist": None,
    "estimate": None,
    "schedule": None,
    "fields": {},
    "created_at": "2026-03-02T09:00:00+00:00",
    "updated_at": "2026-03-02T10:00:00+00:00",
    "closed_at": None,
    "tags": ["month end"],
    "brought_from": None,
}
