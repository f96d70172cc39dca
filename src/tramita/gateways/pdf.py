"""The words in a PDF, for search (H-6): some pages of it, and of a file that nobody can read none."""

import logging
from io import BytesIO

MOST_PAGES = 50
LONGEST = 100_000  # characters; search reads no more of a text


def words_in_pdf(content: bytes) -> str:
    """What its pages say, as far as the library can tell; empty for pictures of text, and behind a password.

    Time and memory are for the caller to limit: strangers write these.
    """
    from pypdf import PdfReader  # a fifth of a second that only who reads one waits for

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it says of each damage what it made of it
    said: list[str] = []
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return ""
        for page in reader.pages[:MOST_PAGES]:
            said.append(page.extract_text())
            if sum(map(len, said)) > LONGEST:
                break
    except Exception:  # noqa: BLE001 - damaged in whatever way: what could be read of it
        return "\n".join(said)
    return "\n".join(said)
