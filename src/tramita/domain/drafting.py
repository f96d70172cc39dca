"""What two windows write in one draft: neither eats the words of the other (UI: nothing typed is lost)."""

BETWEEN = "\n\n* * *\n\n"


def joined(kept: str, written: str) -> str:
    """The words that are kept and those that another window wrote, without saying anything twice.

    Each stretch of `written` that goes on from one that is kept takes its place; what is new comes below it.
    """
    stretches = [one for one in kept.split(BETWEEN) if one.strip()]
    for new in written.split(BETWEEN):
        _put(stretches, new)
    return BETWEEN.join(stretches)


def covers(said: str, written: str) -> bool:
    """Whether everything in `written` was said: nothing is lost by forgetting it."""
    return written.strip() in said


def _put(stretches: list[str], new: str) -> None:
    if not new.strip() or any(covers(one, new) for one in stretches):
        return
    for place, one in enumerate(stretches):
        if new.startswith(one.rstrip()):
            stretches[place] = new
            return
    stretches.append(new)
