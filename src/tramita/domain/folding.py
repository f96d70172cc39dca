"""Words as search compares them: without accents and case, the same on both databases (decision 0026).

SQLite's tokenizer keeps ł, PostgreSQL has no Polish: so text is folded here, before it is indexed and before it is
looked for, and the databases compare what is left as it is.
"""

import re
import unicodedata

LONGEST_WORD = 64  # characters; what is longer is a key or a blob, and is cut alike on both sides

_STAY = str.maketrans(
    {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ß": "ss",
     "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "’": "'"}
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """`Łódź, Ação` as `lodz, acao`."""
    if text.isascii():  # as most letters of most texts are: nothing to take apart
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.translate(_STAY))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


def words(text: str) -> list[str]:
    """The words of a text, folded, in order: letters and figures; everything else parts them."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]
