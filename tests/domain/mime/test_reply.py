"""What a reply adds to the conversation, in the languages and habits of many mail programs."""

import pytest

from tests.domain.mails import mail
from tramita.domain.mime.reply import MARKERS, REPLY_LINE, is_forward, visible_reply

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
        "On Tue, Mar 12, Service Desk\n<desk@helpdesk.example>\nwrote:",
        "On Thu, Mar 1, 2012 at 3:00 PM, Service Desk\n<reply+i=99@helpdesk.example\n> wrote:",
        "Am Di., 12. März 2024 um 10:05 Uhr schrieb Service Desk <\ndesk@helpdesk.example>:",
        "Service Desk <desk@helpdesk.example> schrieb am Di., 12. März 2024 um 10:05 Uhr:",
        "Le mardi 12 mars 2024 à 10:05:33 UTC+1, Service Desk <desk@helpdesk.example> a écrit :",
        "El mar, 12 mar 2024 a las 10:05, Service Desk (<desk@helpdesk.example>)\nescribió:",
        "Em ter., 12 de mar. de 2024 às 10:05, Service Desk <\ndesk@helpdesk.example> escreveu:",
        "Dnia 12 mar 2024 o godz. 10:05 Service Desk <desk@helpdesk.example> napisał(a):",
        "Op di 12 mrt 2024 om 10:05 schreef Service Desk <desk@helpdesk.example>:",
        "Op 12 mrt. 2024 om 10:05 heeft Desk via Lijst <desk@helpdesk.example> het volgende geschreven:",
        "tis 12 mars 2024 kl. 10:05 skrev Service Desk <desk@helpdesk.example>:",
        "ti 12. maalisk. 2024 klo 10.05 Service Desk <desk@helpdesk.example> kirjoitti:",
        "вт, 12 мар. 2024 г. в 10:05, Service Desk <desk@helpdesk.example>:",
        "2024年3月12日(火) 10:05 Service Desk <desk@helpdesk.example>:",
        "Tuesday, 12 March 2024, 10:05 AM +0000 from desk@helpdesk.example <desk@helpdesk.example>:",
        '10:05 AM, March 12, 2024, "Desk - Help" <desk@helpdesk.example>:',
        '12.03.2024, 10.05, "Desk - Help" <desk@helpdesk.example>:',
        "---- On Tue, 12 Mar 2024 10:05:43 +0000 Service Desk <desk@helpdesk.example> wrote ----",
        "On Tue, 12 Mar 2024 10:05:43 +0000 Service Desk <desk@helpdesk.example> wrote",
        "------- Original Message -------\nOn Tuesday, March 12th, 2024, Desk <desk@helpdesk.example> wrote:",
        "At 12/03/2024 10:05, you wrote:",
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
        "________________________________\nDe : Desk <d@h.example>\nEnvoyé : mardi\nÀ : Rui <r@c.example>\nObjet : RE",
        "-------- Original message --------From: Desk <d@h.example> Date: 12/03/2024  10:05 To: Rui Subject: Lift",
        "-------- Mensagem original --------\nDe: Desk",
        "----- Mail original -----\nDe: Desk",
        "-------- Oryginalna wiadomość --------\nOd: Desk",
        "‐‐‐‐‐ Original Message ‐‐‐‐‐\nFrom: Desk",
        "From: The Desk\n<a-very-long-address+1234@helpdesk.example>\nSent: 12 March 2024\nTo: Rui\nSubject: Lift",
        "**From:** Desk <d@h.example>**On Behalf Of** Lee\n**Sent:** 12 March 2024\n**To:** Rui\n**Subject:** Lift",
        "From: Lee Tran/Desk\nTo: Rui/Customer@CUSTOMER\nDate: 12.03.2024 10:05\nSubject: The lift",
        "Lee Tran <l@h.example>\n12.03.2024 10:05\n\nTo\nRui/Customer@CUSTOMER\ncc\n\nSubject\nThe lift",
        "Date: Tue, 12 Mar 2024 10:05 From: l@h.example To: Silva, Rui Subject: The lift",
        "Date: Tue, 12 Mar 2024 10:05:00 +0000\nFrom: l@h.example\nTo: r@c.example",
        "Saatja: Lee <l@h.example>\nSaadetud: 12. märts 2024 10:05\nAdressaat: Rui <r@c.example>\nTeema: Lift",
        "发件人: Lee <l@h.example>\n发送时间: 2024年3月12日 10:05\n收件人: Rui\n主题: Lift",
        REPLY_LINE % "Write above this line",
        *MARKERS.values(),
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
        "Times:\n\n2024-01-15 14:30:25\n15.01.2024 14:30\nJan 15, 2024 at 14:30\n\nAll of these are mine.",
        "On 3 May the lift stopped. On 4 May it was slow:\nit took an hour.",
        "Please use:\n\nHost: mail.c.example\nUser: rui@c.example\nValid until: 2024-03-12 10:05\n\nThanks",
        "Data: wczoraj\nDo zrobienia: wszystko\n",
        "rui@c.example wrote 3 times:\n\none\ntwo",
        "",
    ],
)
def test_in_doubt_everything_is_shown(text: str) -> None:
    """MAIL-41."""
    assert new_words(text) == text.strip()


def test_the_marker_stands_in_each_language_of_the_product() -> None:
    """MAIL-41."""
    assert set(MARKERS) == {"en", "pt-br", "fr", "es", "pl"}


def test_a_marker_that_was_quoted_or_wrapped_is_known() -> None:
    """MAIL-41."""
    attribution = "On 12 Mar 2024 Desk <d@h.example> wrote:"

    for marker in MARKERS.values():
        torn = marker.replace(" ", "\n> ", 3)
        assert new_words(f"{ANSWER}\n\n{attribution}\n\n> {marker}\n> Does it?") == ANSWER
        assert new_words(f"{ANSWER}\n\n{attribution}\n> {torn}\n> Does it?") == ANSWER


def test_an_attribution_on_the_line_of_the_answer_is_cut_off() -> None:
    """MAIL-41."""
    assert new_words("It works On Wed, Apr 4, 2024 at 3:59 PM, lee@h.example wrote:\n> Does it?") == "It works"


def test_what_was_torn_out_of_a_quotation_is_no_answer() -> None:
    """MAIL-41."""
    long = "> This sentence was so long that the program of the writer broke it\n"

    assert new_words(f"{ANSWER}\n\nOn 12 Mar 2024 Lee <l@h.example> wrote:\n{long}over\n> and went on.") == ANSWER
    assert "Yes." in new_words("> Is it?\nYes.\n> Since when?\nMonday.")


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
        '<div class="moz-cite-prefix">',
        '<div class="OutlookMessageHeader">',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">',
        '<div class="gmail_extra">',
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
