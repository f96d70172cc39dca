"""Who and what there is; written through `tramita apply` and the Builder."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas import directory as shapes
from tramita.api.schemas.base import Output
from tramita.queries import directory
from tramita.services import leading_queues
from tramita.services.leading_queues import Changed

router = Router(tags=["Directory"])

LISTS: dict[str, tuple[Callable[..., directory.DirectoryPage], type[Output], str]] = {
    "users": (directory.users, shapes.UserPage, "Who works items, robots included."),
    "roles": (directory.roles, shapes.RolePage, "Roles of this desk: a standard one with single rights switched."),
    "queues": (directory.queues, shapes.QueuePage, "Where items wait for a team."),
    "organisations": (directory.organisations, shapes.OrganisationPage, "Who is served."),
    "categories": (directory.categories, shapes.CategoryPage, "What a Ticket may be about."),
    "case-types": (directory.case_types, shapes.CaseTypePage, "Processes that a Case may follow."),
    "approval-types": (directory.approval_types, shapes.ApprovalTypePage, "What a manager may be asked to approve."),
    "mailboxes": (directory.mailboxes, shapes.MailboxPage, "Where mail arrives."),
}


@router.patch("/queues/{name}", response=shapes.QueueOut, operation_id="change_queue")
def change_queue(request: HttpRequest, name: str, wanted: shapes.QueueIn) -> shapes.QueueOut:
    """Who works a queue, and whether it is strict: for leaders, who may make themselves one of its managers."""
    leading_queues.change(name, Changed(**wanted.model_dump()), by=caller(request), at=timezone.now())
    return shapes.QueueOut.model_validate(directory.queue_row(name))


def _listed(name: str, read: Callable[..., directory.DirectoryPage], shape: type[Output], summary: str) -> None:
    operation = f"list_{name.replace('-', '_')}"

    @router.get(f"/{name}", response=shape, by_alias=True, operation_id=operation, summary=summary)
    def call(request: HttpRequest, paging: Query[Paging]) -> Output:
        page = read(caller(request), after=position_of(paging.cursor), limit=paging.limit)
        return shape.model_validate({"results": page.rows, "next": cursor_for(page.last)})


for _name, (_read, _shape, _summary) in LISTS.items():
    _listed(_name, _read, _shape, _summary)
