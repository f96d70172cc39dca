"""Canned texts in a mail: found, filled, with their files, remembered."""

from typing import Any

import pytest
from django.conf import settings

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.errors import FileMissing, NotFound
from tramita.gateways.storage import storage
from tramita.models import CannedUse, Draft
from tramita.queries.canned import canned_for, language_of
from tramita.services import canned
from tramita.services.drafts import Written

pytestmark = pytest.mark.usefixtures("data_dir")


def offer(key: str, title: str | None = None, **body: Any) -> None:
    one = publish("canned_text", key, **{"texts": {"en": f"Text of {key}"}} | body)
    one.title = title or key.title()
    one.save()


def insert(desk: Desk, item: Any, key: str, text: str = "", **more: Any) -> Draft | None:
    given = {"language": "en", "values": {}, "cursor": None, "version": 0, "by": desk.ana, "at": MONDAY}
    return canned.insert(item, Written(text=text), key, **given | more)


def titles(desk: Desk, item: Any, search: str = "") -> list[str]:
    return [one.text.title for one in canned_for(item, desk.ana, search)]


def test_only_what_serves_the_item_is_offered_and_found_by_words_of_its_title(desk: Desk) -> None:
    """M-19."""
    offer("refund", "Refund on the way", service="acme/main/finance")
    offer("greeting", "Greeting")
    offer("elsewhere", "Refund elsewhere", service="acme/other")
    item = desk.ticket()

    assert titles(desk, item) == ["Greeting", "Refund on the way"]
    assert titles(desk, item, "WAY ref") == ["Refund on the way"]


def test_what_was_used_last_comes_first(desk: Desk) -> None:
    """M-19: of this person."""
    for key in ("a", "b", "c"):
        offer(key)
    item = desk.ticket()

    insert(desk, item, "c")

    assert titles(desk, item) == ["C", "A", "B"]
    assert [one.text.title for one in canned_for(item, desk.leo)] == ["A", "B", "C"]
    assert CannedUse.objects.count() == 1


def test_a_text_is_filled_in_the_chosen_language_and_stays_editable(desk: Desk) -> None:
    """M-19."""
    offer("refund", texts={"en": "x", "es": "Hola {{requester}}, {{due}}"})

    draft = insert(desk, desk.ticket(), "refund", language="es", values={"requester": "Rui"})

    assert draft is not None
    assert draft.text == "Hola Rui, {{due}}"


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        (None, "Dear Rui,\n\nText of a"),
        (9, "Dear Rui,\n\nText of a"),
        (4, "DearText of a Rui,"),
        (0, "Dear Rui,\n\nText of a"),
    ],
)
def test_it_comes_where_the_cursor_stands_or_below(desk: Desk, cursor: int | None, said: str) -> None:
    """M-19."""
    offer("a")

    draft = insert(desk, desk.ticket(), "a", "Dear Rui,", cursor=cursor)

    assert draft is not None
    assert draft.text == said


def test_its_files_go_along(desk: Desk) -> None:
    """M-19."""
    key = storage(settings.TRAMITA_STORAGE_URL).put(b"terms")
    offer("a", files=[{"name": "terms.pdf", "content_type": "application/pdf", "sha256": key}])

    draft = insert(desk, desk.ticket(), "a")

    assert draft is not None
    assert [(one["filename"], one["size"]) for one in draft.files] == [("terms.pdf", 5)]


def test_a_file_that_is_not_kept_is_said_and_nothing_is_inserted(desk: Desk) -> None:
    """M-19."""
    offer("a", files=[{"name": "terms.pdf", "content_type": "application/pdf", "sha256": "0" * 64}])

    with pytest.raises(FileMissing, match=r"terms\.pdf"):
        insert(desk, desk.ticket(), "a")

    assert not Draft.objects.exists()
    assert not CannedUse.objects.exists()


def test_a_text_of_another_service_is_no_text_here(desk: Desk) -> None:
    """M-19."""
    offer("a", service="acme/other")

    with pytest.raises(NotFound):
        insert(desk, desk.ticket(), "a")


def test_the_language_of_a_recipient_is_known_or_not(desk: Desk) -> None:
    """M-19: by address."""
    factories.requester("Lucia Ramos", email="lucia@acme.es", language="es")

    assert (language_of(" LUCIA@acme.es"), language_of("nobody@acme.es")) == ("es", "")
