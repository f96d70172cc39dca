"""Which charset bytes are in when their label lies: the detector behind the mail reader's `guess` (MAIL-24)."""

SAMPLE = 6_000  # bytes: the detector takes a millisecond for each kilobyte
# Western letters are left to windows-1252: for them a detector is wrong more often than that
BELIEVED = (
    "big5", "cp949", "cp932", "shift_jis", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "cp950", "cp1250",
    "iso8859_2",
    "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "iso8859_8", "cp1256", "iso8859_6",
)  # fmt: skip


def guess_charset(data: bytes) -> str | None:
    """Python's name of the charset, or None when unsure. At most a few milliseconds."""
    from charset_normalizer import from_bytes  # 3 MB: only for mail that lies about its charset

    best = from_bytes(data[:SAMPLE], cp_isolation=list(BELIEVED), enable_fallback=False).best()
    return best.encoding if best else None
