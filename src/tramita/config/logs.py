"""Logs go to stderr: lines for people in development, one JSON object a line in production.

What is logged: names of events and their numbers, given as `extra=`. Never the words of a mail, never a secret.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What the caller passed as `extra=`, without Django's request and server objects."""
    return {
        key: value
        for key, value in vars(record).items()
        if key not in STANDARD and isinstance(value, str | int | float | bool | None)
    }


class ToStderr(logging.Handler):
    """Asks for stderr with each line: it may be another one than when logging was set up."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


class Lines(logging.Formatter):
    """`12:04:05 warning tramita.worker timer late seconds=3`"""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        pairs = "".join(f" {key}={value}" for key, value in extras(record).items())
        line = f"{at} {record.levelname.lower()} {record.name} {record.getMessage()}{pairs}"
        return line + self._trace(record)

    def _trace(self, record: logging.LogRecord) -> str:
        return "\n" + self.formatException(record.exc_info) if record.exc_info else ""


class JsonLines(logging.Formatter):
    """One object a line, times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def logging_config(*, json_lines: bool) -> dict[str, Any]:
    """What Django passes to `logging.config.dictConfig`."""
    formatter = JsonLines if json_lines else Lines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"tramita": {"()": formatter}},
        "handlers": {"stderr": {"()": ToStderr, "formatter": "tramita"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "tramita": {"level": "INFO"},
            # Django hangs its own handlers there: everything goes through the one above
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},  # a page that is not there is no event
        },
    }
