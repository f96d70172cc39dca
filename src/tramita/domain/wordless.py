"""A fault without its words, which may quote the mail it came over; no log holds what a mail says (MAIL-144)."""

from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def wordless(error: BaseException) -> ExcInfo:
    """Its kind and where it happened, for `exc_info`; neither its message nor the faults before it."""
    kind = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})
    return kind, kind(), error.__traceback__
