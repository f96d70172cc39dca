"""The line above which people are asked to write, in the languages of an installation (MAIL-41).

It fails open: what a mail program makes of it, or a person who writes below it, costs nothing but the fold.
"""

from collections.abc import Mapping

MARKERS: Mapping[str, str] = {
    "en": "Please write your answer above this line",
    "pt-br": "Escreva a sua resposta acima desta linha",
    "fr": "Écrivez votre réponse au-dessus de cette ligne",
    "es": "Escriba su respuesta encima de esta línea",
    "pl": "Odpowiedź prosimy pisać nad tą linią",
}


def marker_line(language: str) -> str:
    """`##- Please write your answer above this line -##`, in English where the language is not ours."""
    return f"##- {MARKERS.get(language, MARKERS['en'])} -##"
