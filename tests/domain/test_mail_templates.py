"""The words of automatic mails: what they may name, and how they are filled (MAIL-126)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.mail_templates import KINDS, MailText, chosen, faults, filled, filled_line


def test_what_a_mail_does_not_know_is_named_with_what_it_knows() -> None:
    """MAIL-126."""
    (wrong,) = faults("split", "{{ reference }} is {{childs}}")

    assert wrong == "“childs” is nothing that this mail knows; it knows reference, title, name, desk, link, children"


@pytest.mark.parametrize("text", ["{{reference", "reference}}", "{{}}", "{{refer ence}}", "{{title|safe}}", "{{a\nb}}"])
def test_braces_that_are_no_placeholder_are_refused(text: str) -> None:
    """MAIL-126."""
    assert faults("acknowledgement", text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_of_a_kind_can_be_filled(kind: str) -> None:
    """MAIL-126."""
    text = " ".join(f"{{{{{name}}}}}" for name in KINDS[kind])

    assert faults(kind, text) == []
    assert filled(text, {name: name.upper() for name in KINDS[kind]}) == " ".join(KINDS[kind]).upper()


def test_a_value_that_is_missing_is_an_error() -> None:
    """MAIL-126."""
    with pytest.raises(KeyError):
        filled("{{until}}", {})


@given(value=st.text(max_size=40))
def test_a_value_never_becomes_markup_nor_another_placeholder(value: str) -> None:
    """MAIL-55, MAIL-126."""
    as_html = filled("<p>{{title}}</p>", {"title": value}, as_html=True)

    assert as_html.count("<") - as_html.count("<br>") == 2
    assert filled("{{title}}", {"title": "{{reference}}", "reference": "X"}) == "{{reference}}"
    assert "\n" not in filled_line("{{title}}", {"title": value})


def test_a_language_is_found_with_its_country_or_without() -> None:
    """MAIL-126."""
    texts = {"pt": MailText(text="pt"), "es": MailText(text="es")}

    assert [chosen(texts, one) for one in ("es", "pt-br", "fr")] == [texts["es"], texts["pt"], None]
