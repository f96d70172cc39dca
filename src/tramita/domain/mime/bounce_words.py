"""What mail systems say in plain words when they give a message back (MAIL-96): sentences, codes, addresses."""

import re

from tramita.domain.mime.charsets import clean

MAX_TEXT = 30_000  # characters read
MAX_ADDRESSES = 50

STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.])")
_FAILURE = re.compile(r"(?<![\d.])([45])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
_CODE = re.compile(r"(?:^|[\s:(<\[#-])([45]\d\d)[\s-](?=\D)")
_MAIL = re.compile(r"[A-Za-z0-9_.+=&~!#$%*/?^`{|}-]{1,128}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}")
_ID = re.compile(r"^[>\s]{0,20}message-id[ \t]*:\s{0,20}<?([^<>\s]{3,400})>?", re.IGNORECASE | re.MULTILINE)
_LEAD = re.compile(
    r"(?:^|rcpt to:|failed (?:address|recipient)e?s?:|to:)[\s\"'<>*•:-]{0,9}(?:smtp[=:]|rfc822;\s?)?$", re.IGNORECASE
)
_NOT_HERE = re.compile(
    r"^[>\s]{0,9}(?:from|date|message-id|received|reply-to|return-path|mail from|sender|errors-to|list-[a-z]+"
    r"|original sender|x-[a-z-]{1,40})\s{0,3}:",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"(?:post_?master|mailer-daemon|abuse|support|helpdesk)@", re.IGNORECASE)
_SENDER = re.compile(
    r"^\W{0,3}(?:mailer[-_.]?daemon|mail[-_.]?daemon|post_?master|mdaemon|mail[-_.]?delivery|maildelivery|mmdf"
    r"|mailadmin|mailsystem)"
    r"|mail deliver[y]? (?:sub)?system|mail delivery service|mail administrator|system administrator|delivery subsystem"
    r"|<(?:mailer[-_.]?daemon|post_?master)[@>]",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|non[- ]?deliver|delivery (?:status notification|failure|failed|report"
    r"|problem|has failed|error|notification|warning|attempts)"
    r"|returned (?:mail|to sender|message)|failure notice|failed (?:delivery|mail)|mail (?:delivery failed"
    r"|system error|could not|failure|failed)"
    r"|(?:message|mail) (?:delivery )?(?:delayed|could not be delivered|not delivered"
    r"|undeliverable)|could not send message"
    r"|delayed mail|warning: (?:could not send|message)|delivery delayed|unzustellbar"
    r"|nicht zustellbar|nicht zugestellt|zustellung (?:fehlgeschlagen|verzögert)|non[- ]?remis"
    r"|notification d['’][ée]tat"
    r"|[ée]chec d(?:e la|['’]une) (?:remise|distribution)|non distribu|remise (?:diff[ée]r[ée]e|retard[ée]e)"
    r"|no se (?:ha podido|pudo) entregar|no entregad|no se entreg|error de entrega|entrega (?:fallida|retrasada)"
    r"|n[ãa]o (?:foi poss[íi]vel entregar|p[ôo]de ser entregue|entregue)|falha na entrega|entrega atrasada"
    r"|niedostarczon|nie (?:dostarczono|można dostarczyć)|niepowodzeni\w+ dostar|op[óo]źnien\w+ dostar"
    r"|mancata consegna|onbestelbaar|niet bezorgd|kan ikke leveres|kunde inte levereras"
    r"|mail undeliverable|error (?:sending|during delivery)|message not sent|message status|zwrot (?:poczty|wiadomości)"
    r"|postmaster notice|\bdsn\b|не доставлен|доставк\w+ не",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"could ?n[o']t be delivered|could not deliver|(?:was|were|is) (?:not"
    r"|un)\s?(?:able to )?deliver|unable to deliver|undeliver"
    r"|wasn't able to deliver|did not reach the|(?:delivery|addresses?|recipients?) (?:\w+ ){0,3}(?:failed"
    r"|had (?:permanent fatal|delivery)|has failed|problems)|permanent (?:fatal )?error"
    r"|returned to (?:the )?sender|following address?e?s?|(?:does not|doesn't) exist|(?:user|host|recipient) unknown"
    r"|(?:unknown|no such|invalid) (?:final delivery )?(?:user|recipient|host|mailbox|address)"
    r"|mailbox (?:is )?(?:full|unavailable|not found)|full mailbox|over quota"
    r"|not (?:be )?delivered|non[- ]deliver|message has not been delivered|failed (?:address|recipient)"
    r"|delivery (?:is|has been) delayed|(?:has|have) been (?:postponed|returned)|transcript of session|failure reasons?"
    r"|no valid recipients|message (?:you sent )?(?:was )?(?:blocked|rejected)|automatically rejected"
    r"|nicht (?:zugestellt|zustell|erreicht)|n['’]a (?:pas )?pu [êe]tre|n['’]ont pas pu"
    r"|n['’]a pas [ée]t[ée] (?:remis|distribu)"
    r"|no se (?:ha podido|pudo) entregar|no (?:ha podido|pudo) ser entregado"
    r"|não (?:foi possível|pôde ser|p[oô]de) (?:entreg|ser entreg)|não foi entregue"
    r"|nie (?:może|mogła|można|został[ao]?) (?:zostać )?dostarcz|nie dostarczono|не может быть доставлен"
    r"|送信できません|送信に失敗|届けられません|无法",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|will (?:continue to|be) re?tr(?:y|ied)|still being retried|warning message only|advisory-only"
    r"|continue (?:to try )?(?:to )?(?:deliver|trying)|delivery attempts will continue|been postponed"
    r"|do(?:es)? not need to (?:re)?send|no action is (?:required|needed)"
    r"|has not (?:yet )?been delivered (?:yet )?(?:after|for)|temporar(?:y|ily) (?:deferred"
    r"|delayed)|not yet been delivered|wird weiter versucht|verzögert|nouvelle tentative|sera retent|seguirá intentando"
    r"|continuará (?:a )?tentando|kolejne próby|opóźnion",
    re.IGNORECASE,
)
_COPY_BELOW = re.compile(
    r"^.{0,40}(?:below this line is a copy|original message(?: follows|:?[\s*=|-]{0,80}$)|copy of (?:the"
    r"|your) (?:message|mail)"
    r"|message header|this is a copy|returned (?:message|mail)|unsent message|included below|text of your"
    r"|message (?:text )?follows|headers? (?:follow|of the original)|old message:)",
    re.IGNORECASE | re.MULTILINE,
)
_GREETING = re.compile(
    r">|(?:hi|hello|dear|good|hey|please|help|hallo|guten|liebe|sehr|bonjour|cher|chère|madame|monsieur|hola|buen"
    r"|estimad"
    r"|ol[áa]|bom|boa|prezad|car[oa]|dzień|cześć|witam|szanown)\w{0,3}\b",
    re.IGNORECASE,
)
_LIST_BELOW = re.compile(
    r"(?:did not reach the following|following (?:\w{1,12} ){0,2}(?:address|recipient|user)|(?:not|un) ?delivered to"
    r"|deliver(?:y|ed)? to these recipients|(?:folgende|suivante?|siguiente|seguinte|następując)\w{0,4})",
    re.IGNORECASE,
)


def is_daemon(sender: str) -> bool:
    """`sender`: name and address of a mail system."""
    return bool(_SENDER.search(sender))


def in_subject(subject: str) -> bool:
    """It says that mail came back, in the languages of the product and some more."""
    return bool(_SUBJECT.search(subject[:1_000]))


def in_body(text: str) -> bool:
    """The same for a text."""
    return bool(_BODY.search(text[:MAX_TEXT]))


def opens_so(text: str) -> bool:
    """A machine comes to the point: the first words say it, or a line is drawn. A person who tells of a bounce"
    " greets."""
    start = text.lstrip()[:120]
    if start[:3] in ("---", "***", "===", "###"):
        return True
    return not _GREETING.match(start) and bool(_BODY.search(start))


def has_code(text: str) -> bool:
    """A reply code or an enhanced status code of a failure."""
    return bool(_FAILURE.search(text[:MAX_TEXT]) or _CODE.search(text[:MAX_TEXT]))


def holds_copy(text: str) -> bool:
    """The mail that came back stands below, as text."""
    return bool(_COPY_BELOW.search(text[:MAX_TEXT]))


def original_id(text: str) -> str | None:
    """The Message-ID in a copy that was pasted into the text."""
    found = _ID.search(text[:MAX_TEXT])
    return found.group(1) if found else None


def above_copy(text: str) -> str:
    """The report without the copy of the mail it is about."""
    text = text[:MAX_TEXT]
    copy = _COPY_BELOW.search(text)
    return text[: copy.start()] if copy and _MAIL.search(text, 0, copy.start()) else text


def verdict(words: str, subject: str) -> tuple[str, str]:
    """(action, status): `failed` and `5.0.0` unless the words say otherwise."""
    status, code = _FAILURE.search(words), _CODE.search(words)
    delayed = bool(_DELAYED.search(f"{subject}\n{words}")) and not (status and status.group(1) == "5")
    if status:
        return ("delayed" if delayed else "failed"), status.group()
    if delayed:
        return "delayed", "4.0.0"
    return "failed", f"{code.group(1)[0]}.0.0" if code else "5.0.0"


def class_of(diagnostic: str) -> str:
    """`5.0.0`, or `4.0.0` where the reply code says temporary."""
    code = _CODE.search(diagnostic)
    return f"{code.group(1)[0]}.0.0" if code else "5.0.0"


def addresses_in(words: str, own: set[str]) -> list[str]:
    """Whom it could not reach, in order: addresses that head a line, else the first one.

    `own`: addresses of the report itself, in lower case; the offices one may write to are left out too.
    """
    intro = _LIST_BELOW.search(words)
    if intro:
        below = _addresses(words[intro.end() :], own)
        if below:
            return below
    return _addresses(words, own)


def _addresses(words: str, own: set[str]) -> list[str]:
    leading: dict[str, str] = {}
    others: dict[str, str] = {}
    for line in words.split("\n"):
        if "@" not in line or _NOT_HERE.match(line):
            continue
        for found in _MAIL.finditer(line[:2_000]):
            address = clean(found.group()).lstrip("'").rstrip(".")
            address = re.sub(r"^smtp=", "", address, flags=re.IGNORECASE)
            if address.lower() in own or _OFFICE.match(address):
                continue
            place = leading if _LEAD.search(line[: found.start()]) else others
            place.setdefault(address.lower(), address)
    return list(leading.values())[:MAX_ADDRESSES] or list(others.values())[:1]
