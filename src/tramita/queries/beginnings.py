"""On SQLite, the words that a beginning stands for, from the index's own list of words (H-6, decision 0026).

FTS5 puts all hits of a beginning together before it gives the newest, unless it has an index of beginnings of just
that length, as for two and three letters. Words named one by one it reads from the newest on, and no further.
"""

from collections.abc import Iterable, Sequence

from tramita.domain.folding import LONGEST_WORD
from tramita.domain.search_terms import Term
from tramita.queries.rows import fetch

MOST = 50  # words of one beginning; where there are more, as of numbers, most are rare, and FTS5 has them soon
INDEXED = (2, 3)  # lengths of beginnings that FTS5 has an index of
_LAST = "\U0010ffff"

# from word to word: each step looks for the first one behind the one before, cut to so many letters. No folded word
# holds a space, so what comes behind a word and a space is the next one
_WALK = """
WITH RECURSIVE walk(word) AS (
  SELECT (SELECT substr(term, 1, %s) FROM search_vocabulary WHERE term >= %s LIMIT 1)
  UNION ALL
  SELECT (SELECT substr(v.term, 1, %s) FROM search_vocabulary v
          WHERE v.term >= walk.word || CASE WHEN length(walk.word) = %s THEN %s ELSE ' ' END LIMIT 1)
  FROM walk WHERE walk.word < %s LIMIT %s
) SELECT word FROM walk WHERE word < %s"""


def spelled_out(terms: Iterable[Term]) -> list[list[Term]]:
    """Of each term, what any one of must be found: itself, or what its beginning stands for; nothing, if no word
    begins so. A letter alone stands for itself and for beginnings of two letters.

    Cost: a statement for each beginning that is not of two or three letters.
    """
    return [_words_of(term) if term.prefix and len(term.words[-1]) not in INDEXED else [term] for term in terms]


def _words_of(term: Term) -> list[Term]:
    *before, begun = term.words
    cut, end = LONGEST_WORD if len(begun) > 1 else min(INDEXED), begun + _LAST
    rows = fetch(_WALK, [cut, begun, cut, cut, _LAST, end, MOST + 2, end])
    if len(rows) > MOST:
        return [term]
    return [Term((*before, word), prefix=len(begun) < len(word) == cut) for (word,) in rows]


def fts5(terms: Iterable[Sequence[Term]]) -> str:
    """One of each, as FTS5 reads it. Quoted words only: nothing of the typed text is an operator."""
    return " AND ".join(f"({' OR '.join(_quoted(term) for term in anyone)})" for anyone in terms)


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'
