"""Which charset bytes are in when their label lies: the detector behind the mail reader's `guess` (MAIL-24)."""

import re

SAMPLE = 6_000  # bytes: the detector takes a millisecond for each kilobyte
CANDIDATES = (
    "cp1252", "big5", "cp949", "gb18030", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp1253",
    "iso8859_7", "cp1255", "cp1256",
)  # fmt: skip
JAPANESE = ("euc_jp", "cp932")
KANA = 0.2  # the least share of syllables in a Japanese text

_KANA = re.compile("[\u3041-\u30ff]")


def guess_charset(data: bytes) -> str | None:
    """Python's name of the charset, or None when unsure. At most a few milliseconds."""
    sample = data[:SAMPLE]
    return _japanese(sample) or _detected(sample)


def _japanese(sample: bytes) -> str | None:
    """The detector takes Japanese for Korean; its syllables tell."""
    for charset in JAPANESE:
        words = sample.decode(charset, "ignore")
        foreign = len(words) - len(words.encode("ascii", "ignore"))
        if foreign and len(_KANA.findall(words)) >= KANA * foreign and len(words.encode(charset)) >= 0.95 * len(sample):
            return charset
    return None


def _detected(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # 3 MB: only for mail that lies about its charset

    best = from_bytes(sample, cp_isolation=list(CANDIDATES), enable_fallback=False).best()
    return best.encoding if best else None
