"""What is told of a file: tags in one spelling, addresses that lead somewhere, types, sizes."""

import pytest

from tramita.domain import filing
from tramita.domain.errors import Invalid
from tramita.domain.tags import tags_of


def test_tags_are_spelled_one_way() -> None:
    """F-3, Z-7: who writes them otherwise means the same; files and items alike."""
    assert tags_of(["Terms ,  New  York", "terms", " "]) == ("terms", "new york")


@pytest.mark.parametrize("tags", [["x" * 41], [str(number) for number in range(21)]])
def test_tags_have_limits(tags: list[str]) -> None:
    """F-3: refused by name."""
    with pytest.raises(Invalid) as refused:
        filing.told(tags)

    assert refused.value.errors[0].field == "tags"


@pytest.mark.parametrize(
    "url",
    ["", "acme.example", "javascript:alert(1)", "https://", "ftp://a.example", "https://a b", "https://[", "data:,x"],
)
def test_a_link_leads_somewhere(url: str) -> None:
    """F-1: http or https, with a host."""
    with pytest.raises(Invalid, match="url"):
        filing.address_of(url)


def test_a_link_is_kept_as_it_was_meant() -> None:
    """F-1."""
    assert filing.address_of(" https://acme.example/terms?x=1#a ") == "https://acme.example/terms?x=1#a"


def test_types_are_told_by_the_end_of_the_name() -> None:
    """F-2: all where none are named; the refusal names the file and what is taken."""
    filing.check_type("anything.exe", (), field="files")
    filing.check_type("Terms.PDF", ("pdf",), field="files")

    with pytest.raises(Invalid, match=r"“tool\.exe”.*pdf, png"):
        filing.check_type("tool.exe", ("pdf", "png"), field="files")
    with pytest.raises(Invalid, match="README"):
        filing.check_type("README", ("pdf",), field="files")


def test_what_is_too_large_is_named() -> None:
    """F-2, Z-14."""
    with pytest.raises(Invalid, match=r"“film\.mp4” is too large: a file may have 100 MB at most"):
        filing.check_size("film.mp4", 100 * 1024**2 + 1, 100 * 1024**2, field="files")
