"""The detector is believed where it is better than windows-1252, and nowhere else."""

import pytest

from tramita.domain.mime.charsets import decode
from tramita.gateways.charsets import guess_charset

RUSSIAN = "Принтер на третьем этаже опять не работает, пришлите, пожалуйста, мастера сегодня. "
POLISH = "Drukarka na trzecim piętrze znów się zacięła. Proszę o pomoc, bo nie możemy już pracować. "
FRENCH = "La fenêtre du bureau est cassée depuis hier, il fait très froid et nous gelons déjà. "
GREEK = "Ο εκτυπωτής στον τρίτο όροφο δεν λειτουργεί από σήμερα το πρωί, παρακαλώ στείλτε βοήθεια. "
JAPANESE = "三階の印刷機が動きません。すぐに修理をお願いします。よろしくお願いいたします。"


@pytest.mark.parametrize(
    ("words", "charset"),
    [
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
        (POLISH, "cp1250"),
        (POLISH, "iso-8859-2"),
        (FRENCH, "cp1252"),
        (GREEK, "cp1253"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc-jp"),
    ],
)
def test_a_long_text_with_a_false_label_is_read_in_its_own_charset(words: str, charset: str) -> None:
    """MAIL-24."""
    text = words * 3

    assert decode(text.encode(charset), "utf-8", guess=guess_charset)[0] == text
