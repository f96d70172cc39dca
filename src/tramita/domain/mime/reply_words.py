"""By which lines mail programs introduce what they quote, in the languages of the product and a dozen more (MAIL-41).

Each question is about one line, or a few joined lines; whether a line may be cut away is decided in `reply`.
"""

import re

REPLY_LINE = "##- %s -##"  # what stands below was quoted, whatever the language of the sentence inside
MARKERS = {
    "en": REPLY_LINE % "Please write your answer above this line",
    "pt-br": REPLY_LINE % "Escreva sua resposta acima desta linha",
    "fr": REPLY_LINE % "Merci d'écrire votre réponse au-dessus de cette ligne",
    "es": REPLY_LINE % "Escriba su respuesta encima de esta línea",
    "pl": REPLY_LINE % "Prosimy o odpowiedź powyżej tej linii",
}

MAX_JOINED = 600  # characters of an attribution
TAIL = 60  # characters at its end, where the verb stands in most languages

_OWN_LINE = re.compile(r"^[>\s|*]{0,20}##-\s{0,3}\S.{0,200}$")
_QUOTED = re.compile(r"^\s{0,3}(?:[A-Za-z]{1,3})?>|^\s{0,3}\|\s")
_VERB = re.compile(
    r"(?:\b(?:wrote|writes|says|said|schrieb|schrieben|schreibt|geschrieben|a écrit|écrit|nous a dit|escribió|escribe"
    r"|escreveu|napisał|napisała|nadesłał|nadesłała|pisze|napsal|napsala|napísal|ha scritto|scrive|scritto"
    r"|schreef|geschreven|skrev|kirjoitti|írta|yazdı|yazmış|a scris|va scriure|kirjutas|rašė|написал|написала|пишет"
    r"|пише)"
    r"|написав|έγραψε|đã viết|写道|寫道|작성|のメッセージ)(?:\(a\)|\(а\)|\(-a\))?",
    re.IGNORECASE,
)
_SENT = re.compile(r"\bsent\s?:\s{0,3}$", re.IGNORECASE)
_DAYS = (
    "mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so"
    "|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|seg|ter|qua|qui|sex|pon|wt|śr|czw|pt|sob|nd|niedz|ma|ti|on|to"
    "|lø|lör|sø|sön"
    "|tir|ons|tor|tors|fre|man|mån|tis|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота"
    "|воскресенье"
)
_INTRO = re.compile(
    r"^[>\s*_-]{0,24}(?:(?:on|at|in message|am|le|el|em|no dia|a|w dniu|dnia|il|in data|op|den|d\.|pe|dne|dňa|ngày|vào|"
    r"în|kuupäeval|в|на|στις|tarihinde)\b|在|\W?\d|(?:" + _DAYS + r")[a-zäéáłżśęńü-]{0,9}[.,]?\s)",
    re.IGNORECASE,
)
_SAMSUNG = re.compile(r"^[>\s*-]{0,20}.{1,60}\bwrote\b\s?[-:]", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}[:.hH]\d{2}|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}월|\d{1,2}月")
_MAIL = re.compile(r"[^\s<>\[\]()\"',;:]{1,100}@[\w.-]{1,100}")
_BY_DATE = re.compile(
    r"^[>\s*]{0,20}(?:\W?\d|(?:"
    + _DAYS
    + r")[a-zа-яäéáłżśęńü-]{0,9}[.,]?\s).{0,300}@[\w.-]{1,100}\W{0,4}[>)\]:：]\s{0,3}$",
    re.IGNORECASE,
)
_END = re.compile(r"(?:[:：]|[-–]{2,})\s{0,3}\*?\s{0,3}$")
_VERB_AT_END = re.compile(r"(?:" + _VERB.pattern + r")\s{0,2}[-–.]{0,20}\s{0,3}$", re.IGNORECASE)
_TORN_END = re.compile(r"^\s{0,3}>\s{0,2}(?:" + _VERB.pattern + r")\s{0,2}[:：]?$", re.IGNORECASE)
_MID_LINE = re.compile(
    r"^(?P<words>.{1,300}?[^\s>,;-])(?:\s{1,9}|\s?-{2,9}\s?)(?P<rest>(?:On|Am|Le|El|Em|Il|Op|W dniu"
    r"|Dnia)\s.{0,200}?\d.{0,200}@.{0,120}[:：]\s{0,3})$"
)

_LABELS = {
    "from": "from|von|de|od|da|van|från|fra|lähettäjä|expéditeur|nadawca|remitente|remetente|mittente|afzender|от"
    "|від|kimden"
    "|feladó|из|发件人|寄件者|差出人|보낸\\s?사람|từ|από",
    "sent": "sent|date|gesendet|datum|envoyé(?:e)?(?: le)?|enviad[oa](?: el| em| a)?|enviado|fecha|data|wysłano|inviato"
    "|verzonden|skickat|sendt|dato|päivämäärä|lähetetty|odesláno|отправлено|дата|надіслано|gönderilen"
    "|gönderme tarihi|tarih"
    "|elküldve|dátum|发送时间|日期|日時|送信日時|보낸\\s?날짜|ngày|ημερομηνία",
    "to": "to|an|à|a|para|do|aan|till|til|pour|komu|destinataire|destinatario|vastaanottaja|кому|kime|címzett|收件人"
    "|收件者|宛先|받는\\s?사람|đến|tới|προς",
    "cc": "cc|cci|bcc|kopie|copie|copia|cópia|dw|udw|kopia|kopi|копия|másolat|抄送|副本|참조",
    "subject": "subject|betreff|betr|objet|asunto|assunto|temat|oggetto|onderwerp|ämne|emne|aihe|předmět|predmet"
    "|тема|konu"
    "|tárgy|主题|主旨|件名|제목|chủ đề|tiêu đề|θέμα",
    "more": "reply-to|répondre à|responder a|antwort an|importance|priority|wichtigkeit|organi[sz]ation"
    "|attachments?|anlagen?"
    "|pièces? jointes?|anexos?|adjuntos?|załączniki?",
}
_LABEL = re.compile(
    r"^[>\s*_•]{0,20}(?:"
    + "|".join(f"(?P<{key}>{words})" for key, words in _LABELS.items())
    + r")[\s*_\u00a0]{0,5}[:：]",
    re.IGNORECASE,
)
_LABEL_INSIDE = re.compile(
    r"(?:^|(?<=[\s>*]))(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _LABELS.items()) + r")\s{0,3}[:：]",
    re.IGNORECASE,
)
_BARE_LABEL = re.compile(
    r"^[>\s*_]{0,20}(?:" + "|".join(f"(?P<{key}>{words})" for key, words in _LABELS.items()) + r")\s{0,9}$",
    re.IGNORECASE,
)
_ANY_LABEL = re.compile(r"^[>\s*_]{0,20}[^\W\d_][\w .'’/-]{0,24}[\s*]{0,4}[:：]\s{0,9}\S")
_ORIGINAL = re.compile(
    r"^[>\s*]{0,20}[-_=]{1,80}[\s*]{0,5}(?:(?:the )?original (?:message|appointment|e-?mail)|(?:e-?)?mail original"
    r"|ursprüngliche (?:nachricht|e-?mail)"
    r"|originalnachricht|original-nachricht|antwort nachricht|message (?:d['’])?origin(?:e|al)"
    r"|mensaje (?:original|de origen)|mensagem original|wiadomość oryginalna|oryginalna wiadomość"
    r"|(?:wiadomość )?pierwotna"
    r"|messaggio originale|(?:oorspronkelijk|origineel) bericht|reply message|oprindelig (?:meddelelse|besked)"
    r"|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti|původní zpráva|pôvodná správa|eredeti üzenet"
    r"|исходное сообщение|оригинальное сообщение|orijinal mesaj|原始邮件|原始郵件|元のメッセージ|원본 메(?:일|시지))"
    r"[\s*]{0,5}[-_=]{0,80}(?:\s{0,9}|\s?\S{1,20}:.{0,400})$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[>\s*]{0,9}[_=*-]{3,300}\s{0,9}$")
_FORWARDED = re.compile(
    r"^[>\s*]{0,9}(?:-{2,80}\s{0,5}(?:forwarded (?:message|by)|weitergeleitete nachricht"
    r"|message (?:transféré|réexpédié)|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)"
    r"|(?:wiadomość przekazana|przekazana wiadomość|treść przekazanej wiadomości)"
    r"|messaggio inoltrato|doorgestuurd bericht|videresendt|vidarebefordrat)"
    r"|begin forwarded message|forwarded message:|anfang der weitergeleiteten|début du message (?:transféré"
    r"|réexpédié)|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)"
    r"|początek przekazywanej|inizio messaggio inoltrato)",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"^\s*(?:re|aw|antw|rép|ref|resp?|odp|sv|vs|ynt|r|回复|回覆|答复|答覆|ответ|на)\s?(?:\[\d+\]|\(\d+\)|\^\d+)?\s?[:：]",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|rif|pd|enc|vl|doorst|i|vb|vs|转发|轉寄|пересл)\s?(?:\[\d+\])?\s?[:：]", re.IGNORECASE
)
_HYPHENS = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u200b": None}
)


def plain(line: str) -> str:
    """The line with one kind of hyphen and blank, and nothing at its end."""
    return line.rstrip() if line.isascii() or len(line) > 2 * MAX_JOINED else line.translate(_HYPHENS).rstrip()


def is_own(line: str) -> bool:
    """Our own line, perhaps quoted."""
    return "##-" in line and bool(_OWN_LINE.match(line))


def is_quoted(line: str) -> bool:
    """It begins with a mark of quotation, and is not the end of a wrapped `<address` + `> wrote:`."""
    return bool(_QUOTED.match(line)) and not (len(line) < 40 and _TORN_END.match(line))


def is_rule(line: str) -> bool:
    """A line drawn across."""
    return bool(_RULE.match(line))


def is_original(line: str) -> bool:
    """`-----Original Message-----` and its translations."""
    return bool(_ORIGINAL.match(line))


def is_forwarded(line: str) -> bool:
    """What follows was passed on."""
    return bool(_FORWARDED.match(line))


def is_reply_subject(subject: str) -> bool:
    """`Re:`, `AW:`, `ODP:` …: a hint, never decisive alone (MAIL-75)."""
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward_subject(subject: str) -> bool:
    """`Fwd:`, `WG:`, `TR:` …"""
    return bool(_FORWARD_SUBJECT.match(subject))


def may_end_attribution(line: str) -> bool:
    """Cheap, asked of every line: could an attribution end here?"""
    if not line or len(line) >= MAX_JOINED:
        return False
    if line[-1] in ":：-–* " or (line[-1] == ">" and "@" in line):
        return bool(_END.search(line[-12:])) or line[-1] in ">-–"
    return bool(_VERB_AT_END.search(line[-TAIL:]))


def is_attribution(joined: str, *, quote_follows: bool) -> bool:
    """`On …, … wrote:` on one line. Where no quotation follows it must be dated, or name an address."""
    if len(joined) > MAX_JOINED:
        return False
    dated, named = bool(_DATE.search(joined)), bool(_MAIL.search(joined))
    says = bool(_VERB.search(joined) or _SENT.search(joined))
    if _BY_DATE.match(joined) and dated:
        return says or quote_follows or joined.rstrip().endswith((":", "："))
    if not says or not (_END.search(joined[-12:]) or _VERB_AT_END.search(joined[-TAIL:])):
        return False
    begins = bool(_INTRO.match(joined))
    if begins and (dated or named):
        return True
    return named or (dated and quote_follows) or (quote_follows and bool(_SAMSUNG.match(joined)) and len(joined) < 120)


def begins_attribution(line: str) -> bool:
    """`On`, `Am`, a weekday, a date."""
    return bool(_INTRO.match(line)) and any(letter.isdigit() for letter in line)


def names_writer(line: str) -> bool:
    """It names an address, or somebody who wrote."""
    return bool(_MAIL.search(line) or _SAMSUNG.match(line))


def cut_in_two(line: str) -> tuple[str, str] | None:
    """New words and the attribution that a careless program put on the same line."""
    if (
        line[-1:] not in (":", "：", " ")
        or "@" not in line
        or len(line) >= MAX_JOINED
        or not _VERB.search(line[-TAIL:])
    ):
        return None
    found = _MID_LINE.match(line)
    return (found.group("words"), found.group("rest")) if found and _VERB.search(found.group("rest")) else None


def label(line: str) -> str | None:
    """Which field of a header block this line is: from, sent, to, cc, subject or more."""
    found = _LABEL.match(line)
    return found.lastgroup if found else None


def bare_label(line: str) -> str | None:
    """The same where the name stands alone, as Lotus Notes writes it."""
    found = _BARE_LABEL.match(line) if len(line) < 40 else None
    return found.lastgroup if found else None


def is_block_on_one_line(line: str) -> bool:
    """`Date: … From: … To: … Subject: …` where the line ends were lost."""
    if len(line) > MAX_JOINED or "@" not in line or not _LABEL.match(line):
        return False
    kinds = {found.lastgroup for found in _LABEL_INSIDE.finditer(line)}
    return len(kinds) >= 3 and "from" in kinds


def is_any_label(line: str) -> bool:
    """`Word: value` in whatever language."""
    return bool(_ANY_LABEL.match(line))


def is_dated(text: str) -> bool:
    """It holds a date or a time of day."""
    return bool(_DATE.search(text))
