"""What went wrong, said to a person."""

import pytest
from django.utils import translation

from tests import factories
from tramita.domain.errors import Invalid
from tramita.services.giving import expect_owned
from tramita.ui import labels
from tramita.ui.errors import sentence

LACKED = ("audit", "canned_texts", "publish")  # texts go with what sets live


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es", "fr", "pl", "pt-br"])
def test_rights_that_somebody_lacks_are_named_in_words(language: str) -> None:
    """SEC-1, H-8: each as its switch on the page is called."""
    leader = factories.leader()
    with pytest.raises(Invalid) as refused:
        expect_owned("roles", {}, {"based_on": "agent", "options": {"audit": True, "publish": True}}, by=leader)

    with translation.override(language):
        said, *words = sentence(refused.value), *(labels.word("permission", one) for one in LACKED)

    assert said.endswith(f": {', '.join(words)}.")
