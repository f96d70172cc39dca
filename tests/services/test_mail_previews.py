"""How an automatic mail reads, before anybody gets it (MAIL-126)."""

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.config.command import main
from tramita.domain.errors import Invalid, NotFound
from tramita.domain.mail_templates import KINDS
from tramita.models import Delivery, Item
from tramita.services.mail_previews import preview

LANGUAGES = ("en", "pt-br", "fr", "es", "pl")


@pytest.fixture
def item(desk: Desk) -> Item:
    receive(mail("Where is my money?", sender=desk.rui.email, subject="Invoice <991>"))
    Delivery.objects.all().delete()
    return Item.objects.get()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_shown_with_the_data_of_an_item(item: Item, language: str) -> None:
    """MAIL-126, M-19b: nothing is missing, and nothing is sent."""
    for kind, known in KINDS.items():
        said = preview(kind, item=item, language=language, at=MONDAY)

        assert said.subject
        assert "{{" not in said.subject + said.text
        assert "reference" not in known or item.reference in said.text
    assert not Delivery.objects.exists()


def test_it_speaks_the_language_of_who_would_read_it(item: Item, desk: Desk) -> None:
    """MAIL-126."""
    desk.rui.language = "pl"
    desk.rui.save()

    item.refresh_from_db()
    assert "wiadomość automatyczna" in preview("acknowledgement", item=item, at=MONDAY).text
    assert "automatic message" in preview("acknowledgement", item=item, language="en", at=MONDAY).text


def test_what_cannot_be_shown_is_said(desk: Desk, item: Item, capsys: pytest.CaptureFixture[str]) -> None:
    """MAIL-126."""
    with pytest.raises(NotFound):
        preview("acknowledgment", item=item, at=MONDAY)
    with pytest.raises(Invalid):
        preview("split", item=None, at=MONDAY)

    assert main(["mail", "preview", "split"]) == 1
    assert "about an item" in capsys.readouterr().err
    assert main(["mail", "preview", "split", "--item", item.reference, "--language", "fr"]) == 0
    assert "40309-T, 40310-T" in capsys.readouterr().out
