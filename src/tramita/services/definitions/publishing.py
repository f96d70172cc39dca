"""Definitions in the database: a changed body becomes a new version, the old ones stay (DESIGN decision 8)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.bodies import body_of
from tramita.domain.canned import CannedTextDefinition
from tramita.domain.definitions import (
    ApprovalTypeDefinition,
    CalendarDefinition,
    ContractDefinition,
    CustomerDefinition,
    DueRuleDefinition,
    PositionDefinition,
    PropertiesDefinition,
    ServiceDefinition,
    Settings,
    TeamDefinition,
)
from tramita.domain.mail_templates import MailTemplate
from tramita.domain.process_definitions import ScheduleDefinition
from tramita.domain.roles import RoleDefinition
from tramita.domain.sign_on import SignOnDefinition
from tramita.models import Definition, Organisation, Version
from tramita.services.definitions import skills
from tramita.services.definitions.reading import Configuration
from tramita.services.definitions.tally import Tally

SECTION_OF = {
    "settings": "settings",
    "properties": "properties",
    "schedule": "schedules",
    "calendar": "calendars",
    "due_rule": "due_rules",
    "role": "roles",
    "position": "positions",
    "team": "teams",
    "customer": "customers",
    "contract": "customers",
    "service": "customers",
    "category": "customers",
    "case_type": "customers",
    "defect_category": "customers/defects",
    "approval_type": "approval_types",
    "sign_on": "sign_on",
    "canned_text": "canned_texts",
    "mail_template": "mail_templates",
}
Body = dict[str, Any]


class Publisher:
    """Writes every kind of definition. What it was not given by the end is deactivated by `retire`."""

    def __init__(self, tally: Tally, *, by: Actor, at: datetime) -> None:
        self.tally, self.by, self.at = tally, by, at
        rows = Definition.objects.filter(kind__in=SECTION_OF).select_related("current")
        self.known = {(row.kind, row.key): row for row in rows}
        self.seen: set[tuple[str, str]] = set()

    def publish(
        self,
        kind: str,
        key: str,
        body: Body,
        *,
        title: str = "",
        parent: Definition | None = None,
        organisation: Organisation | None = None,
    ) -> Definition:
        """The definition with this body as its current version, a new one only if it says something new."""
        self.seen.add((kind, key))
        found = self.known.get((kind, key))
        ties = {"parent_id": parent and parent.pk, "organisation_id": organisation and organisation.pk}
        columns = {"title": title, "active": True} | ties
        row = found or Definition.objects.create(kind=kind, key=key, **columns)
        said, tied = self._set_current(row, body), self._set_columns(row, columns)
        self.known[(kind, key)] = row
        if kind == "due_rule" and "@" in key:  # noted as the rule itself, and only when that says something new
            self.tally.note("due_rules", key.split("@")[0], changed=said and found is not None)
        else:
            name = "" if kind == "settings" else key
            self.tally.note(SECTION_OF[kind], name, created=found is None, changed=said or tied)
        return row

    def _set_current(self, row: Definition, body: Body) -> bool:
        before = row.current
        if before and before.body == body:
            return False
        number = before.number + 1 if before else 1
        row.current = Version.objects.create(
            definition=row, number=number, body=body, published_at=self.at, published_by_id=self.by.id
        )
        row.save(update_fields=["current"])
        skills.demand(row.current)
        return True

    def _set_columns(self, row: Definition, columns: Mapping[str, Any]) -> bool:
        changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        if changed:
            row.save(update_fields=[*changed])
        return bool(changed)

    def settings(self, settings: Settings) -> None:
        self.publish("settings", "settings", body_of(settings))

    def properties(self, extended: Mapping[str, PropertiesDefinition]) -> None:
        for key, one in extended.items():
            self.publish("properties", key, body_of(one), title=key)

    def schedules(self, structures: Mapping[str, ScheduleDefinition]) -> None:
        for key, one in structures.items():
            self.publish("schedule", key, body_of(one), title=one.title)

    def calendars(self, calendars: Mapping[str, CalendarDefinition]) -> None:
        for key, calendar in calendars.items():
            self.publish("calendar", key, body_of(calendar), title=key)

    def due_rules(self, configuration: Configuration) -> None:
        """Each rule with the calendar it counts by inside its body, so that a version explains itself (SLA-17).

        One that names no calendar is published again for each contract that lends it one: `two_days@acme/main`.
        """
        calendars = configuration.calendars
        for key, rule in configuration.due_rules.items():
            self.publish("due_rule", key, rule_body(rule, calendars.get(rule.calendar or "")), title=key)
        for path, calendar in contract_calendars(configuration):
            for key, rule in configuration.due_rules.items():
                if rule.calendar is None and rule.needs_calendar:
                    self.publish("due_rule", f"{key}@{path}", rule_body(rule, calendars[calendar]), title=key)

    def customers(
        self, customers: Mapping[str, CustomerDefinition], organisations: Mapping[str, Organisation]
    ) -> dict[str, Definition]:
        """Customers with all that is below; the processes by kind and path."""
        processes: dict[str, Definition] = {}
        for key, customer in customers.items():
            body = body_of(replace(customer, contracts={}))
            organisation = organisations.get(customer.organisation or "")
            row = self.publish("customer", key, body, title=customer.title, organisation=organisation)
            for contract in customer.contracts.values():
                processes |= self._contract(row, contract)
        return processes

    def _contract(self, above: Definition, contract: ContractDefinition) -> dict[str, Definition]:
        processes: dict[str, Definition] = {}
        body = body_of(replace(contract, services={}))
        row = self.publish("contract", f"{above.key}/{contract.key}", body, title=contract.title, parent=above)
        for service in contract.services.values():
            processes |= self._service(row, service)
        return processes

    def _service(self, above: Definition, service: ServiceDefinition) -> dict[str, Definition]:
        body = body_of(replace(service, ticket_categories={}, case_types={}, defect_categories={}))
        row = self.publish("service", f"{above.key}/{service.key}", body, title=service.title, parent=above)
        for path, defect in service.defect_categories.items():
            self.publish("defect_category", path, body_of(defect), title=defect.title, parent=row)
        found = {
            f"category {path}": self.publish("category", path, body_of(one), title=one.title, parent=row)
            for path, one in service.ticket_categories.items()
        }
        return found | {
            f"case_type {path}": self.publish("case_type", path, body_of(one), title=one.title, parent=row)
            for path, one in service.case_types.items()
        }

    def approval_types(self, types: Mapping[str, ApprovalTypeDefinition]) -> None:
        for key, one in types.items():
            self.publish("approval_type", key, body_of(one), title=one.name)

    def roles(self, roles: Mapping[str, RoleDefinition]) -> None:
        for key, one in roles.items():
            self.publish("role", key, body_of(one), title=one.title)

    def teams(self, teams: Mapping[str, TeamDefinition]) -> None:
        for key, one in teams.items():
            self.publish("team", key, body_of(one), title=one.title)

    def positions(self, positions: Mapping[str, PositionDefinition]) -> None:
        for key, one in positions.items():
            self.publish("position", key, body_of(one), title=one.title)

    def sign_on(self, providers: Mapping[str, SignOnDefinition]) -> None:
        for key, one in providers.items():
            self.publish("sign_on", key, body_of(one), title=one.title)

    def canned_texts(self, texts: Mapping[str, CannedTextDefinition]) -> None:
        for key, one in texts.items():
            self.publish("canned_text", key, body_of(one), title=one.title)

    def mail_templates(self, templates: Mapping[str, MailTemplate]) -> None:
        for key, one in templates.items():
            self.publish("mail_template", key, body_of(one), title=key)

    def retire(self) -> None:
        """Deactivate what was configured and is not any more; settings have no end."""
        for (kind, key), row in self.known.items():
            if row.active and kind != "settings" and (kind, key) not in self.seen:
                Definition.objects.filter(pk=row.pk).update(active=False)
                if "@" not in key:
                    self.tally.retire(SECTION_OF[kind], key)


def rule_body(rule: DueRuleDefinition, calendar: CalendarDefinition | None) -> Body:
    body = body_of(replace(rule, calendar=None))
    return body | {"calendar": body_of(calendar)} if calendar else body


def contract_calendars(configuration: Configuration) -> list[tuple[str, str]]:
    """The contracts that have a calendar, by path."""
    return [
        (f"{customer.key}/{contract.key}", contract.calendar)
        for customer in configuration.customers.values()
        for contract in customer.contracts.values()
        if contract.calendar
    ]
