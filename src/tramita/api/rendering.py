"""Answers as JSON: text stays text, moments keep their microseconds and their offset."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder


class _Encoder(NinjaJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat()
        return super().default(o)


class JsonRenderer(BaseRenderer):
    """What ninja does, but for moments: Django's encoder cuts them to milliseconds."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return json.dumps(data, cls=_Encoder, ensure_ascii=False)
