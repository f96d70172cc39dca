"""The new words of a reply, found for display only; the whole text is always kept (MAIL-41).

Nothing is cut when the result would be empty, when answers stand between quotations, or when it is no reply.
"""

import re
from collections.abc import Callable

from tramita.domain.mime import reply_words as words
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.mime.reply_words import MARKERS, REPLY_LINE, is_reply_subject

__all__ = ["MARKERS", "REPLY_LINE", "history_start", "is_forward", "is_reply_subject", "visible_reply"]

KindOf = Callable[[str], str | None]

MAX_LINES = 20_000
WRAPPED = 60  # characters: a quoted line of this length may have lost its end to the next line
BLOCK = 12  # lines of a header block
MAX_CUTS = 200  # lines with an address that are looked at for an attribution in their middle
MAX_TRIES = 1_000  # lines that look as if history began there
ATTRIBUTION = 5  # lines over which an attribution may be wrapped

_MARKER = re.compile(
    r"<[a-z]{1,12}[^<>]{0,300}?\s(?:class|id|type|name)\s?=\s?[\"']?[^\"'<>]{0,80}?(?:gmail_quote|gmail_extra"
    r"|divRplyFwdMsg|appendonsend|yahoo_quoted|protonmail_quote|moz-cite-prefix|mail-editor-reference-message"
    r"|ms-outlook-mobile-reference|zmail_extra|OutlookMessageHeader|OLK_SRC_BODY_SECTION|reply-intro|wps_quotion"
    r"|(?<=[\"'=])cite(?=[\"'\s>]))"
    r"|<div[^<>]{0,60}style\s?=\s?[\"']?[^\"'<>]{0,80}border:\s?none;\s?border-top:\s?solid #(?:E1E1E1|B5C4DF"
    r"|e1e1e1|b5c4df)[^<>]{0,120}>",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^--\s?$")


def is_forward(subject: str, text: str, *, answers: bool = False) -> bool:
    """A forward is no reply (MAIL-75): its first subject prefix says so,
    or its text where subject and headers are silent."""
    if words.is_forward_subject(subject):
        return not words.is_reply_subject(subject) or not answers
    if words.is_reply_subject(subject) or answers:
        return False
    return any(words.is_forwarded(line) for line in text[:100_000].split("\n")[:400])


def visible_reply(text: str, html: str | None, *, answers: bool) -> str:
    """What the writer added. `answers`: its headers or subject say that it answers something."""
    whole = text.strip("\n").rstrip()
    if whole.count("\n") >= MAX_LINES:
        return whole
    lines = _lines(whole)
    new = _new_lines(lines, answers=answers)
    if new is lines and answers and html and not any(_mark_quotations(lines)):
        new = _from_html(html) or lines
    shown = _without_signature(new) if answers or new is not lines else new
    return ("\n".join(_trimmed(shown)) or whole) if shown is not lines else whole


def history_start(text: str, reply_text: str) -> int | None:
    """Where in `text` the quoted history begins, when all that is new stands above it; else None."""
    before = len(text) - len(text.lstrip())
    end = before + len(reply_text.strip())
    return end if text[before:end] == reply_text.strip() and text[end:].strip() else None


def _lines(whole: str) -> list[str]:
    lines: list[str] = []
    cuts = 0
    for line in whole.split("\n"):
        parts = words.cut_in_two(line) if cuts < MAX_CUTS else None
        cuts += "@" in line
        lines += parts or (line.rstrip(),)
    return lines


def _new_lines(lines: list[str], *, answers: bool) -> list[str]:
    """The lines that are new; the very same list when nothing may be cut."""
    shapes = [words.plain(line) for line in lines]
    quoted = _mark_quotations(shapes)
    attributed = any(mark and not words.is_quoted(line) for line, mark in zip(shapes, quoted, strict=True))
    if not (answers or attributed):
        return lines
    history = _hard_start(shapes) if answers else len(lines)
    if any(words.is_forwarded(line) and not words.is_quoted(line) for line in shapes[:history]):
        return lines  # passed on for us to read
    for end in (history, len(lines)):
        above = _outside(lines[:end], quoted[:end])
        if above is None:
            return lines  # answers between quotations
        if any(line.strip() for line in above) and len(above) < len(lines):
            return above
    return lines


def _outside(lines: list[str], quoted: list[bool]) -> list[str] | None:
    """What is not quoted; None if new words stand on both sides of two quotations or more."""
    runs = _runs(lines, quoted)
    quotations = sum(1 for kind, _ in runs if kind)
    if quotations >= 2 and (runs[0][0] or len(runs) - quotations >= 2):
        return None
    new: list[str] = []
    for kind, run in runs:
        if not kind:
            new += [*([""] if new and new[-1] else []), *run]
    return new if quotations else lines


def _runs(lines: list[str], quoted: list[bool]) -> list[tuple[bool, list[str]]]:
    """Stretches of quoted and new lines in turn; blank lines join whatever surrounds them."""
    runs: list[tuple[bool, list[str]]] = []
    for line, is_quoted in zip(lines, quoted, strict=True):
        if (not line and runs) or (runs and runs[-1][0] == is_quoted):
            runs[-1][1].append(line)
        elif line or is_quoted:
            runs.append((is_quoted, [line]))
    return runs


def _mark_quotations(lines: list[str]) -> list[bool]:
    """True for quoted lines, for what was wrapped out of them, and for the attribution that introduces them."""
    quoted = [words.is_quoted(line) for line in lines]
    for at in range(1, len(lines) - 1):
        torn = quoted[at - 1] and quoted[at + 1] and not quoted[at] and len(lines[at - 1]) >= WRAPPED
        quoted[at] |= torn and bool(lines[at]) and len(lines[at]) < len(lines[at - 1])
    for at, is_quoted in enumerate(quoted):
        if is_quoted and not (at and quoted[at - 1]):
            for before in range(_attribution_before(lines, at), at):
                quoted[before] = True
    return quoted


def _attribution_before(lines: list[str], at: int) -> int:
    """Where the attribution that ends just above line `at` begins; `at` itself if there is none."""
    end = at - 1
    while end >= 0 and at - end <= 3 and not lines[end]:
        end -= 1
    if end < 0 or at - end > 3:
        return at
    if words.is_original(lines[end]):
        return _without_rule(lines, end)
    found = _attribution_start(lines, end, quote_follows=True) if words.may_end_attribution(lines[end]) else None
    if found is not None:
        return _without_rule(lines, found)
    says = lines[end]
    return end if says.endswith((":", "：")) and ("@" in says or words.is_dated(says)) and len(says) < 300 else at


def _attribution_start(lines: list[str], end: int, *, quote_follows: bool) -> int | None:
    """The line on which `On …, … wrote:` begins when it ends on line `end`; it may be wrapped over a few.

    The address alone would do; a line above that begins as attributions do is better.
    """
    joined, found = "", None
    for start in range(end, max(-1, end - ATTRIBUTION), -1):
        line = lines[start].strip()
        if not line and joined.startswith(("<", "mailto:")):
            continue
        if not line or (joined and words.is_quoted(line) != words.is_quoted(lines[end])):
            break
        if joined and line.endswith((".", "!", "?")) and not words.begins_attribution(line):
            break
        joined = f"{line} {joined}".strip()
        if len(joined) > words.MAX_JOINED:
            break
        opens = words.begins_attribution(line) or (found is None and words.names_writer(line))
        if opens and words.is_attribution(joined, quote_follows=quote_follows):
            found = start
            if words.begins_attribution(line) and line[:1].isalpha():
                break
    return found


def _hard_start(lines: list[str]) -> int:
    """The first line after which all is history: our own line, a header block,
    `wrote:` without quotation marks."""
    tries = 0
    for at, line in enumerate(lines):
        if words.is_own(line):
            return _attribution_before(lines, at)
        if ":" in line or "：" in line or line[:1] in "-_=>* " or words.bare_label(line):
            tries += 1
            if tries > MAX_TRIES:
                break
            if words.is_original(line) or _is_header_block(lines, at):
                return _above_block(lines, at)
        if words.may_end_attribution(line) and not _quotation_follows(lines, at):
            tries += 1
            start = _attribution_start(lines, at, quote_follows=False)
            if start is not None and any(lines[:start]):
                return start
    return len(lines)


def _above_block(lines: list[str], at: int) -> int:
    """A header block takes the rule above it along, and an attribution where a program writes both.

    Lotus Notes writes sender and date above its labels.
    """
    if words.bare_label(lines[at]):
        while at and not lines[at - 1]:
            at -= 1
        while at and lines[at - 1]:
            at -= 1
    return _attribution_before(lines, _without_rule(lines, at))


def _quotation_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 : at + 4] if line), "")
    return words.is_quoted(following) or words.is_quoted(lines[at])


def _is_header_block(lines: list[str], at: int) -> bool:
    """Three or more of From, Sent, To, Cc, Subject in any order within a few lines (MAIL-41)."""
    if words.label(lines[at]):
        return words.is_block_on_one_line(lines[at]) or _is_known_block(lines, at, words.label)
    if words.bare_label(lines[at]) and not words.is_quoted(lines[at]):
        return _is_known_block(lines, at, words.bare_label)
    return bool(":" in lines[at] or "：" in lines[at]) and _is_foreign_block(lines, at)


def _is_known_block(lines: list[str], at: int, kind_of: KindOf) -> bool:
    seen: set[str] = set()
    block: list[str] = []
    for line in lines[at : at + BLOCK]:
        kind = kind_of(line)
        if kind:
            seen.add(kind)
        elif not line.strip() and len(seen) >= 3:
            break
        block.append(line)
    if kind_of is words.bare_label:
        return {"to", "subject"} <= seen and words.is_dated("\n".join(lines[max(0, at - 3) : at]))
    seen.discard("more")
    text = "\n".join(block)
    two = {"sent", "to"} <= seen or {"sent", "from"} <= seen
    return (len(seen) >= 3 and "from" in seen) or (two and "@" in text and words.is_dated(text))


def _is_foreign_block(lines: list[str], at: int) -> bool:
    """The same in a language nobody foresaw: three labels in a row under a blank line or a rule, with an
    address and a date among them."""
    if at and lines[at - 1] and not words.is_rule(lines[at - 1]):
        return False
    block = [line for line in lines[at : at + 6] if words.is_any_label(line)]
    if len(block) < 3 or not all(words.is_any_label(line) for line in lines[at : at + 3]):
        return False
    named = any("<" in line and "@" in line for line in block)
    return named and any(words.is_dated(line) and "@" not in line for line in block)


def _without_rule(lines: list[str], at: int) -> int:
    """Takes the line drawn above a header block with it."""
    before = at - 1
    while before >= 0 and at - before <= 2 and not lines[before].strip():
        before -= 1
    return before if before >= 0 and (words.is_rule(lines[before]) or words.is_original(lines[before])) else at


def _from_html(html: str) -> list[str] | None:
    """What stands before the first mark that mail programs put round their quotation."""
    found = _MARKER.search(html[:2_000_000])
    text = html_to_text(html[: found.start()]) if found else ""
    return text.split("\n") if text.strip() else None


def _without_signature(lines: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(lines) if _SIGNATURE.match(line)), len(lines))
    return lines[:at] if at < len(lines) and any(line.strip() for line in lines[:at]) else lines


def _trimmed(lines: list[str]) -> list[str]:
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    last = max((at for at, line in enumerate(lines) if line.strip()), default=-1)
    return lines[first : last + 1]
