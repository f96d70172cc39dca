"""The REST API of INTERFACES section 5: one object that knows every call, mounted at `/api/v1`."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tramita.api import problems
from tramita.api.auth import SIGNED_IN
from tramita.api.bodies import JsonParser, kept_paths, larger_bodies
from tramita.api.calls import (
    absences,
    approvals,
    configuration,
    contacts,
    contracted,
    defects,
    directory,
    drafts,
    feedback,
    filing,
    finding,
    flowing,
    focusing,
    importing_contacts,
    items,
    jobs,
    mail,
    mail_views,
    mailboxes,
    moving_mail,
    notifications,
    noting,
    portal,
    preferences,
    prioritising,
    processes,
    proposals,
    reading,
    regrouping,
    robots,
    sheets,
    starting,
    team,
    tracking,
    trail,
    trashing,
    trials,
    upgrading,
    views,
    webhooks,
    working,
)
from tramita.api.idempotency import once_a_key
from tramita.api.openapi import completed
from tramita.api.rendering import JsonRenderer

DESCRIPTION = """
Tickets, Cases and Actions, for robots and other systems, under the rights of the token's owner.

Make a token with `tramita token create WHO` and send it as `Authorization: Bearer TOKEN`.
What its owner may not see answers 404, exactly as if it did not exist.
"""


SUBJECTS = (
    starting,
    items,
    finding,
    working,
    robots,
    proposals,
    flowing,
    regrouping,
    jobs,
    sheets,
    upgrading,
    approvals,
    noting,
    filing,
    defects,
    tracking,
    contracted,
    feedback,
    views,
    focusing,
    preferences,
    prioritising,
    notifications,
    drafts,
    mail,
    mail_views,
    moving_mail,
    reading,
    portal,
    contacts,
    importing_contacts,
    absences,
    directory,
    configuration,
    processes,
    trials,
    mailboxes,
    team,
    trashing,
    webhooks,
    trail,
)


class Api(NinjaAPI):
    """Ninja, with the description of what every call has in common added to the schema."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """OpenAPI 3.1, with errors, headers and examples; made once, for it takes a tenth of a second."""
        prefix = path_prefix or self.get_root_path(path_params or {})
        if prefix not in self.described:
            schema = super().get_openapi_schema(path_prefix=prefix)
            completed(schema)
            self.described[prefix] = schema
        return self.described[prefix]


def make_api() -> NinjaAPI:
    """Plug the calls together."""
    made = Api(
        title="Tramita",
        version="1",
        description=DESCRIPTION.strip(),
        urls_namespace="api",
        auth=SIGNED_IN,
        parser=JsonParser(),
        renderer=JsonRenderer(),
    )
    problems.install(made)
    for decorator in (once_a_key, larger_bodies, kept_paths, problems.told_by(made)):  # the last one is the outermost
        made.add_decorator(decorator, mode="view")
    for subject in SUBJECTS:
        made.add_router("", subject.router)
    return made


api = make_api()
