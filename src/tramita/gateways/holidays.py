"""Public holidays of the world's countries, from the `holidays` package."""

from datetime import date
from functools import lru_cache

from tramita.domain.errors import Invalid


@lru_cache(maxsize=1024)
def public_holidays(country: str, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date]:
    """The public holidays of those years, by ISO 3166 codes (`PL`; `BR`, `SP`).

    Without years it only answers whether the place is known. The first call loads the package (4 MB).

    Raises: Invalid, naming `country` or `subdivision`.
    """
    from holidays import country_holidays, list_supported_countries  # heavy, and only configuration needs it

    places = list_supported_countries()
    if country not in places:
        raise Invalid.one(
            "country",
            "unknown_country",
            "No holidays are known for “%(country)s”. Write a code like PL.",
            country=country,
        )
    if subdivision is not None and subdivision not in places[country]:
        raise Invalid.one(
            "subdivision",
            "unknown_subdivision",
            "No holidays are known for “%(subdivision)s” of %(country)s.",
            subdivision=subdivision,
            country=country,
        )
    return frozenset(country_holidays(country, subdiv=subdivision, years=years)) if years else frozenset()
