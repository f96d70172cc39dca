"""What those call who write processes: drafts, checks, publication and test runs of one process."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from tramita.client.any_call import AnyCall
from tramita.client.process_shapes import Process, Trial

HERE = "/configuration/process"


class Processes(AnyCall):
    """A process is named by its kind, `category` or `case_type`, and its path.

    `read` and `draft` are those of what was seen: 409 `stale` or `draft_stale`, if somebody was faster.
    """

    def process(self, kind: str, path: str) -> Process:
        """What is published of it as YAML, and its draft."""
        return cast("Process", self.get(HERE, **{kind: path}))

    def add_process(self, kind: str, service: str, key: str, *, title: str, queue: str = "", due: str = "") -> Process:
        """A new one of a service, as a draft; a Case type has a queue and a due rule."""
        body = {"kind": kind, "service": service, "key": key, "title": title, "queue": queue, "due": due}
        return cast("Process", self.post("/configuration/processes", body))

    def check_process(self, kind: str, path: str, text: str, *, read: str) -> bool:
        """Whether it says anything new; a fault is a 422 that names each by `line:NUMBER`."""
        return bool(self.post(f"{HERE}/check", {kind: path, "text": text, "read": read})["new"])

    def put_process_draft(self, kind: str, path: str, text: str, *, read: str, draft: int = 0) -> Process:
        """Keep what was written so far; nothing runs by it."""
        return cast("Process", self.put(f"{HERE}/draft", {kind: path, "text": text, "read": read, "draft": draft}))

    def discard_process_draft(self, kind: str, path: str, *, draft: int) -> None:
        """Throw it away."""
        self.delete(f"{HERE}/draft", {kind: path, "draft": draft})

    def publish_process(self, kind: str, path: str, text: str, *, read: str, draft: int = 0) -> bool:
        """Set it live; whether that is a new version."""
        body = {kind: path, "text": text, "read": read, "draft": draft}
        return bool(self.post(f"{HERE}/publish", body)["new"])

    def try_process(self, kind: str, path: str, *, moves: Sequence[Mapping[str, Any]] = (), **start: Any) -> Trial:
        """Play it, with `draft` the draft of it: `title description requester fields route`. Nothing is kept."""
        return cast("Trial", self.post("/configuration/trial", {kind: path, "moves": [*moves], **start}))
