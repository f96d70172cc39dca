"""What goes wrong with a message itself, before any tool runs (JSON-RPC 2.0, MCP 2026-07-28)."""

from collections.abc import Mapping
from typing import Any

PARSE, REQUEST, METHOD, PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
HEADER_MISMATCH, VERSION = -32020, -32022
STATUS = {PARSE: 400, REQUEST: 400, METHOD: 404, PARAMS: 400, HEADER_MISMATCH: 400, VERSION: 400}


class Fault(Exception):
    """An error of the protocol; `status` is the answer's where the revision says so, 200 for older clients."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data

    @property
    def status(self) -> int:
        """Of HTTP."""
        return STATUS.get(self.code, 200)

    def as_json(self) -> dict[str, Any]:
        """The `error` of an answer."""
        return {"code": self.code, "message": self.message, **({"data": self.data} if self.data else {})}
