"""What a reply adds to the conversation, in the languages and habits of many mail programs."""

import pytest

from tests.domain.mails import mail
from tramita.domain.mime.reply import REPLY_LINE, is_forward, visible_reply

ANSWER = "It works.\n\nThanks,\nRui"


def new_words(text: str, html: str | None = None) -> str:
    return visible_reply(text, html, answers=True)


@pytest.mark.parametrize(
    "attribution",
    [
        "On Tue, Mar 12, 2024 at 10:05 AM Service Desk <desk@helpdesk.example> wrote:",
        "On Tue, Mar 12, 2024 at 10:05 AM Service Desk <desk@helpdesk.example>\nwrote:",
        "On 12/03/2024 10:05, Service Desk wrote:",
        "Am 12.03.2024 um 10:05 schrieb Service Desk <desk@helpdesk.example>:",
        "Le mar. 12 mars 2024 à 10:05, Service Desk <desk@helpdesk.example> a écrit :",
        "Le 12/03/2024 à 10:05, Service Desk a écrit :",
        "El mar, 12 mar 2024 a las 10:05, Service Desk (<desk@helpdesk.example>) escribió:",
        "Em ter., 12 de mar. de 2024 às 10:05, Service Desk <desk@helpdesk.example>\nescreveu:",
        "Em 12/03/2024 10:05, Service Desk escreveu:",
        "wt., 12 mar 2024 o 10:05 Service Desk <desk@helpdesk.example> napisał(a):",
        "W dniu 12.03.2024 o 10:05, Service Desk pisze:",
        "Service Desk <desk@helpdesk.example> writes:",
        "Il giorno mar 12 mar 2024 alle ore 10:05 Service Desk <desk@helpdesk.example> ha scritto:",
        "2024-03-12 10:05 GMT+01:00 Service Desk <desk@helpdesk.example>:",
    ],
)
def test_an_attribution_and_what_it_quotes_are_history(attribution: str) -> None:
    """MAIL-41."""
    assert new_words(f"{ANSWER}\n\n{attribution}\n\n> Does it work?\n>\n> Lee\n") == ANSWER
    assert new_words(f"{attribution}\n> Does it work?\n\n{ANSWER}\n") == ANSWER


@pytest.mark.parametrize(
    "block",
    [
        "From: Service Desk <desk@helpdesk.example>\nSent: Tuesday\nTo: Rui\nSubject: The lift",
        "From: Service Desk\nDate: Tuesday\nSubject: The lift\nTo: Rui",
        "*From:* Service Desk\n*Sent:* Tuesday\n*To:* Rui\n*Subject:* The lift",
        "Von: Service Desk\nGesendet: Dienstag\nAn: Rui\nBetreff: Der Lift",
        "De : Service Desk\nEnvoyé : mardi\nÀ : Rui\nObjet : L'ascenseur",
        "De: Service Desk\nEnviado el: martes\nPara: Rui\nAsunto: El ascensor",
        "De: Service Desk\nEnviada em: terça\nPara: Rui\nAssunto: O elevador",
        "De: Service Desk\nEnviado: terça\nPara: Rui\nAssunto: O elevador",
        "Od: Service Desk\nWysłano: wtorek\nDo: Rui\nTemat: Winda",
        "-----Original Message-----\nFrom: Service Desk",
        "-----Ursprüngliche Nachricht-----\nVon: Service Desk",
        "-----Message d'origine-----\nDe : Service Desk",
        "-----Mensaje original-----\nDe: Service Desk",
        "-----Mensagem original-----\nDe: Service Desk",
        "-----Wiadomość oryginalna-----\nOd: Service Desk",
        "________________________________\nFrom: Service Desk\nSent: Tuesday\nTo: Rui\nSubject: The lift",
        REPLY_LINE % "Write above this line",
    ],
)
def test_all_below_a_header_block_is_history(block: str) -> None:
    """MAIL-41."""
    assert new_words(f"{ANSWER}\n\n{block}\n\nDoes it work?\n\nLee\n") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "> Which door?\n\nDoor 4.\n\n> Since when?\n\nMonday.",
        "Hello,\n\n> Which door?\n\nDoor 4.\n\n> Since when?\n\nMonday.",
        "> Does it work?\n",
        "From: here to there is far.\nPlease help.",
        "He wrote:\nNothing at all.",
        "To: be or not to be",
        "",
    ],
)
def test_in_doubt_everything_is_shown(text: str) -> None:
    """MAIL-41."""
    assert new_words(text) == text.strip()


def test_words_on_both_sides_of_one_quotation_are_kept() -> None:
    """MAIL-41."""
    text = "Hello,\n\nOn 12 Mar 2024, Lee <l@helpdesk.example> wrote:\n> Does it work?\n\nYes."

    assert new_words(text) == "Hello,\n\nYes."


def test_nothing_is_cut_from_what_is_no_reply() -> None:
    """MAIL-41."""
    block = "From: a\nSent: b\nTo: c\nSubject: d"
    text = f"Please look at this header:\n\n{block}\n\nIs it spam?\n\n-- \nRui"

    assert visible_reply(text, None, answers=False) == text
    assert mail(text.replace("\n", "\r\n")).reply_text == text


def test_quoted_lines_alone_make_no_reply() -> None:
    """MAIL-41."""
    text = "The log says:\n\n> lift: stuck\n> lift: stuck\n\nPlease help."

    assert visible_reply(text, None, answers=False) == text


def test_a_reply_without_any_header_is_known_by_its_attribution() -> None:
    """MAIL-41."""
    text = f"{ANSWER}\n\nOn 12 Mar 2024, Lee <l@helpdesk.example> wrote:\n> Does it work?"

    assert visible_reply(text, None, answers=False) == ANSWER


def test_a_forward_keeps_what_it_forwards() -> None:
    """MAIL-75, MAIL-41."""
    text = "See below.\r\n\r\n---------- Forwarded message ---------\r\nFrom: a@b.example\r\n\r\nHello"

    read = mail(text, Subject="Fwd: The lift", References="<zero@customer.example>")

    assert read.is_forward
    assert "Hello" in read.reply_text


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "WG: x", "TR: x", "RV: x", "PD: x", "ENC: x", "Fwd: Re: x"])
def test_forwards_are_known_in_each_language(subject: str) -> None:
    """MAIL-75."""
    assert is_forward(subject, "")
    assert not is_forward(f"Re: {subject}", "")


def test_html_marks_are_used_where_words_do_not_help() -> None:
    """MAIL-41."""
    html = (
        "<div>Toimii.</div><div class='gmail_quote'>ti 12. maalisk. 2024 Desk<blockquote>Toimiiko?</blockquote></div>"
    )

    assert new_words("Toimii.\n\nti 12. maalisk. 2024 Desk\nToimiiko?", html) == "Toimii."


@pytest.mark.parametrize(
    "mark",
    [
        '<div id="appendonsend"></div>',
        '<div id="divRplyFwdMsg" dir="ltr">',
        '<blockquote type="cite">',
        '<div class="yahoo_quoted" id="y">',
        '<div class="protonmail_quote">',
        '<div class="gmail_quote gmail_quote_container">',
    ],
)
def test_each_program_marks_its_quotation(mark: str) -> None:
    """MAIL-41."""
    read = mail(f"<p>Yes.</p>{mark}Was it you?", In_Reply_To="<a@b.example>", Content_Type="text/html; charset=utf-8")

    assert read.reply_text == "Yes."


def test_a_signature_goes_but_a_farewell_stays() -> None:
    """MAIL-41."""
    assert new_words(f"{ANSWER}\n-- \nRui Silva\nCustomer Ltd") == ANSWER
    assert new_words("-- \nRui") == "-- \nRui"


def test_answers_between_quotations_are_kept_whatever_the_html_says() -> None:
    """MAIL-41."""
    text = "> Which door?\n\nDoor 4.\n\n> Since when?\n\nMonday."
    html = "<p>Hi</p><blockquote type='cite'>Which door?</blockquote>Door 4."

    assert new_words(text, html) == text
