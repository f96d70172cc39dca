"""Tags, of items and of files: words that a team agrees on, each in one spelling."""

from collections.abc import Iterable

from tramita.domain.errors import Invalid

MOST_TAGS, LONGEST_TAG = 20, 40


def tags_of(given: Iterable[str]) -> tuple[str, ...]:
    """Each once, in one spelling: without a comma, capitals, or blanks at its ends. Raises: Invalid `tags`."""
    plain = (" ".join(one.split()).casefold() for words in given for one in words.split(","))
    tags = tuple(dict.fromkeys(filter(None, plain)))
    if len(tags) > MOST_TAGS:
        raise Invalid.one("tags", "too_many", "There may be %(most)s tags at most.", most=MOST_TAGS)
    if long := next((one for one in tags if len(one) > LONGEST_TAG), None):
        raise Invalid.one(
            "tags", "too_long", "“%(tag)s” is too long: a tag may have %(most)s characters.", tag=long, most=LONGEST_TAG
        )
    return tags
