"""The public holidays of a country or a part of one, for a `WarehouseCalendar`.

They come from the package `holidays`, which the extra `calendar` installs. Governments sometimes
change holidays at short notice. Keep the package up to date, and rebuild the calendar regularly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model import validators
from orderflow.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = ["public_holidays"]


def public_holidays(
    country: str, *, years: Iterable[int], subdivision: str | None = None
) -> frozenset[date]:
    """Return the public holidays of these years, including substitute days.

    >>> holidays = public_holidays("GB", subdivision="SCT", years=[2026])
    >>> [str(day) for day in sorted(holidays)][:3]
    ['2026-01-01', '2026-01-02', '2026-04-03']

    Args:
        country: The two-letter code of the country (ISO 3166-1), such as ``GB``.
        years: The years. Include the next one, since a search for a working day may reach it.
        subdivision: The code of a part of the country, such as ``ENG`` (the end of its ISO 3166-2
            code). If omitted, only holidays common to all parts are returned.

    Raises:
        InvalidValueError: If the package does not know the country or the subdivision.
        MissingExtraError: If the package is not installed.
    """
    try:
        import holidays  # noqa: PLC0415 - needed only here, and an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("holidays", "calendar") from error
    countries = holidays.list_supported_countries()
    validators.require(
        ok=country in countries,
        field="country",
        demand="a code that the package holidays knows, such as GB",
        value=country,
    )
    parts = sorted(countries[country])
    validators.require(
        ok=subdivision is None or subdivision in parts,
        field="subdivision",
        demand=f"one of {', '.join(parts)}"
        if parts
        else f"omitted, since {country} has no subdivisions",
        value=subdivision,
    )
    # The names are unused, but without a language the package reads it from the environment.
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    return frozenset(found)
