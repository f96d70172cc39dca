"""The new words of a reply, found for display only; the whole text is always kept (MAIL-41).

Nothing is cut when the result would be empty, when answers stand between quotations, or when it is no reply.
"""

import re

from tramita.domain.mime.html_text import html_to_text

MAX_LINES = 20_000

REPLY_LINE = "##- %s -##"  # ours, with a translated sentence inside: what stands below was quoted

_OWN_LINE = re.compile(r"^[>\s]{0,20}##-.{0,200}-##\s{0,9}$")
_QUOTED = re.compile(r"^\s{0,3}(?:[A-Za-z]{1,3})?>")
_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|escribe|escreveu|napisał|napisała"
    r"|pisze|ha scritto|scrive"
    r"|schreef|skrev|kirjoitti|написал|пишет)(?:\(a\)|\(а\)|а)?",
    re.IGNORECASE,
)
_INTRO = re.compile(
    r"^[>\s*]{0,20}(?:on|am|le|el|em|no dia|a|w dniu|dnia|il|op|den|pe|в|\W?\d|(?:mon|tue|wed|thu"
    r"|fri|sat|sun|pon|wt|śr|czw|pt|sob|nd|niedz)[a-zł]{0,12}\b)",
    re.IGNORECASE,
)
_ATTRIBUTION_END = re.compile(r"[:：]\s{0,3}\*?\s{0,3}$")
_LABELS = {
    "from": "from|von|de|od|da|van|från|fra|expéditeur|nadawca|remitente",
    "sent": "sent|date|gesendet|datum|envoyé|enviad[oa](?: el| em)?|fecha|data|wysłano|inviato|verzonden|skickat",
    "to": "to|an|à|a|para|do|aan|till|til|pour|destinataire",
    "cc": "cc|kopie|copie|copia|dw|kopia",
    "subject": "subject|betreff|objet|asunto|assunto|temat|oggetto|onderwerp|ämne|emne",
}
_LABEL = re.compile(
    r"^[>\s*_]{0,20}(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _LABELS.items()) + r")\s{0,3}:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[>\s*]{0,20}[-_]{2,}\s{0,5}(?:original (?:message|appointment)|ursprüngliche nachricht"
    r"|originalnachricht|message (?:d['’])?origin(?:e|al)"
    r"|mensaje original|mensagem original|wiadomość oryginalna|oryginalna wiadomość"
    r"|messaggio originale|oorspronkelijk bericht"
    r"|original-nachricht|reply message|mensaje de origen)\s{0,5}[-_]{2,}\s{0,9}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[>\s]{0,9}[_-]{5,}\s{0,9}$")
_FORWARDED = re.compile(
    r"^[>\s]{0,9}(?:-{2,}\s{0,5}(?:forwarded (?:message|by)|weitergeleitete nachricht"
    r"|message transféré|mensaje reenviado|mensagem encaminhada"
    r"|(?:wiadomość przekazana|przekazana wiadomość|treść przekazanej wiadomości)"
    r"|messaggio inoltrato|doorgestuurd bericht)"
    r"|begin forwarded message|anfang der weitergeleiteten|début du message (?:transféré"
    r"|réexpédié)|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)"
    r"|początek przekazywanej)",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(r"^\s*(?:re|aw|antw|rép|resp?|odp|sv|vs|ynt|r)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|rv|pd|enc|vl|doorst|i|vb)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)
_MARKER = re.compile(
    r"<[a-z]{1,12}[^<>]{0,300}?\s(?:class|id|type|name)\s?=\s?[\"']?[^\"'<>]{0,80}?(?:gmail_quote|divRplyFwdMsg|appendonsend|yahoo_quoted|protonmail_quote"
    r"|moz-cite-prefix|mail-editor-reference-message|ms-outlook-mobile-reference|zmail_extra|(?<=[\"'=])cite(?=[\"'\s>]))",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^-- ?$")


def is_reply_subject(subject: str) -> bool:
    """`Re:`, `AW:`, `ODP:` …: a hint, never decisive alone (MAIL-75)."""
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward(subject: str, text: str) -> bool:
    """A forward is no reply (MAIL-75): its first subject prefix says so,
    or its text where the subject is silent."""
    if _FORWARD_SUBJECT.match(subject):
        return True
    if _REPLY_SUBJECT.match(subject):
        return False
    return any(_FORWARDED.match(line) for line in text[:100_000].split("\n")[:400])


def visible_reply(text: str, html: str | None, *, answers: bool) -> str:
    """What the writer added. `answers`: its headers or subject say that it answers something."""
    whole = text.strip("\n").rstrip()
    lines = [line.rstrip() for line in whole.split("\n")][:MAX_LINES]
    if whole.count("\n") >= MAX_LINES:
        return whole
    new = _new_lines(lines, answers=answers)
    if new is lines and answers and html and not any(_mark_quotations(lines)):
        new = _from_html(html) or lines
    shown = _without_signature(new) if answers or new is not lines else new
    return ("\n".join(_trimmed(shown)) or whole) if len(shown) < len(lines) else whole


def _new_lines(lines: list[str], *, answers: bool) -> list[str]:
    """The lines that are new; the very same list when nothing may be cut."""
    quoted = _mark_quotations(lines)
    attributed = any(mark and not _QUOTED.match(line) for line, mark in zip(lines, quoted, strict=True))
    if not (answers or attributed):
        return lines
    hard = _hard_start(lines) if answers else len(lines)
    above = _outside(lines[:hard], quoted[:hard])
    if above is None:
        return lines  # answers between quotations
    if hard == len(lines) and len(above) == len(lines):
        return lines
    return above if any(line.strip() for line in above) else lines


def _outside(lines: list[str], quoted: list[bool]) -> list[str] | None:
    """What is not quoted; None if new words stand on both sides of two quotations or more."""
    runs = _runs(lines, quoted)
    if sum(1 for kind, _ in runs if kind) >= 2 and [kind for kind, _ in runs].count(False) >= 2:
        return None
    if sum(1 for kind, _ in runs if kind) >= 2 and runs and runs[0][0]:
        return None
    new: list[str] = []
    for kind, run in runs:
        if not kind:
            new += [*([""] if new and new[-1] else []), *run]
    return new if runs and any(kind for kind, _ in runs) else lines


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
    """True for quoted lines and for the attribution that introduces them."""
    quoted = [bool(_QUOTED.match(line)) for line in lines]
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
    if end < 0 or at - end > 3 or not _ATTRIBUTION_END.search(lines[end]):
        return at
    found = _attribution_start(lines, end)
    if found is not None:
        return found
    says = lines[end]
    return end if ("@" in says or re.search(r"\d{1,2}[:.]\d{2}", says)) and len(says) < 300 else at


def _attribution_start(lines: list[str], end: int) -> int | None:
    """The line on which `On …, … wrote:` begins when it ends on line `end`; it may be wrapped over four."""
    joined = ""
    for start in range(end, max(-1, end - 4), -1):
        if start < end and not lines[start]:
            return None
        joined = f"{lines[start].strip()} {joined}"
        if len(joined) > 600:
            return None
        dated = re.search(r"\d", joined) or "@" in joined
        if _VERB.search(joined) and dated and (_INTRO.match(lines[start]) or "@" in lines[start]):
            return start
    return None


def _hard_start(lines: list[str]) -> int:
    """The first line after which all is history: our own line, a header block,
    `wrote:` without quotation marks."""
    for at, line in enumerate(lines):
        if _OWN_LINE.match(line):
            return _attribution_before(lines, at)
        if _ORIGINAL.match(line) or (_LABEL.match(line) and _is_header_block(lines, at)):
            return _without_rule(lines, at)
        if _ATTRIBUTION_END.search(line) and not _quotation_follows(lines, at):
            start = _attribution_start(lines, at)
            if start is not None and any(lines[:start]):
                return start
    return len(lines)


def _quotation_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 : at + 4] if line), "")
    return bool(_QUOTED.match(following)) or bool(_QUOTED.match(lines[at]))


def _is_header_block(lines: list[str], at: int) -> bool:
    """Three or more of From, Sent, To, Cc, Subject in any order within a few lines (MAIL-41)."""
    seen: set[str] = set()
    for line in lines[at : at + 9]:
        found = _LABEL.match(line)
        if found and found.lastgroup:
            seen.add(found.lastgroup)
        elif not line.strip() and len(seen) >= 2:
            break
    return len(seen) >= 3 and "from" in seen


def _without_rule(lines: list[str], at: int) -> int:
    """Takes the line drawn above a header block with it."""
    before = at - 1
    while before >= 0 and at - before <= 2 and not lines[before].strip():
        before -= 1
    return before if before >= 0 and (_RULE.match(lines[before]) or _ORIGINAL.match(lines[before])) else at


def _from_html(html: str) -> list[str] | None:
    """What stands before the first mark that mail programs put round their quotation."""
    found = _MARKER.search(html[:2_000_000])
    text = html_to_text(html[: found.start()]) if found else ""
    return text.split("\n") if text.strip() else None


def _without_signature(lines: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(lines) if _SIGNATURE.match(line)), len(lines))
    return lines[:at] if any(line.strip() for line in lines[:at]) else lines


def _trimmed(lines: list[str]) -> list[str]:
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    last = max((at for at, line in enumerate(lines) if line.strip()), default=-1)
    return lines[first : last + 1]
