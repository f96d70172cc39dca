"""Thanks, and nothing but thanks."""

import pytest

from tests.domain.mails import mail
from tramita.domain.mime import parse
from tramita.domain.thanks import only_thanks

REPLY = {"In_Reply_To": "<a@helpdesk.example>", "Subject": "Re: The lift is stuck"}


@pytest.mark.parametrize(
    "words",
    [
        "Thank you very much for the quick help!",
        "Hi Lee,\n\nperfect, thanks!\n\nBest regards\nRui",
        "Muito obrigado pela ajuda.\n\nAtenciosamente,\nRui",
        "Merci beaucoup, c’est réglé.\nBonne journée",
        "Muchas gracias, ya funciona todo.\nUn saludo",
        "Dziękuję bardzo za szybką pomoc!\nPozdrawiam",
        "Thanks!\n\nOn Tue, 12 Mar 2024 at 10:11, Lee Tran <desk@helpdesk.example> wrote:\n> Is it repaired?",
    ],
)
def test_thanks_are_recognised_in_each_language(words: str) -> None:
    """R-21."""
    assert only_thanks(mail(words, **REPLY | {"To": "Lee Tran <desk@helpdesk.example>"}))


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, but it is stuck again",
        "Thanks. When will it be repaired?",
        "Thanks, invoice 992 too please",
        "Obrigado, mas ainda não funciona",
        "Merci, ça ne fonctionne pas",
        "Gracias, pero sigue igual",
        "Dziękuję, ale nadal nie działa",
        "Thanks https://files.example",
        "Perfect",
        "",
        "thanks " * 40,
    ],
)
def test_anything_to_read_or_to_do_makes_it_an_ordinary_mail(words: str) -> None:
    """R-21: also in doubt."""
    assert not only_thanks(mail(words, **REPLY))


def test_thanks_with_a_file_are_not_only_thanks() -> None:
    """R-21."""
    raw = b"\r\n".join(
        (
            b"From: rui@customer.example",
            b"MIME-Version: 1.0",
            b"Content-Type: multipart/mixed; boundary=b",
            b"",
            b"--b",
            b"",
            b"Thanks!",
            b"--b",
            b"Content-Type: application/pdf; name=form.pdf",
            b"",
            b"%PDF",
            b"--b--",
        )
    )

    assert not only_thanks(parse(raw))
