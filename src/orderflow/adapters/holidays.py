"""The public holidays of a country or a part of it, for a `WarehouseCalendar`.

They come from the package `holidays`, which the extra `calendar` installs. It is imported on first
use. Governments change holidays, sometimes at short notice: keep the package up to date, and
rebuild the calendar from time to time.
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
    """Return the public holidays of some years, including substitute days.

    >>> holidays = public_holidays("GB", subdivision="SCT", years=[2026])
    >>> [str(day) for day in sorted(holidays)][:3]
    ['2026-01-01', '2026-01-02', '2026-04-03']

    Args:
        country: The two-letter country code (ISO 3166-1), such as ``GB``.
        years: The years. Include the next year, since a search for a working day may reach it.
        subdivision: The code of a part of the country (the last part of its ISO 3166-2 code), such
            as ``ENG``. Default: only the holidays that all parts share.

    Raises:
        InvalidValueError: If the package does not know the country or the subdivision, or a year is
            out of range.
        MissingExtraError: If the package is not installed.
    """
    try:
        import holidays  # noqa: PLC0415 - an extra: a list of dates works without it
    except ModuleNotFoundError as error:
        raise MissingExtraError("holidays", "calendar") from error
    wanted = tuple(years)
    low, high = validators.YEAR_MIN, validators.YEAR_MAX
    validators.require(
        ok=all(type(year) is int and low <= year <= high for year in wanted),
        field="years",
        demand=f"years from {low} to {high}",
        value=wanted,
    )
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
        demand=f"one of {', '.join(parts)}" if parts else f"omitted: {country} has no parts",
        value=subdivision,
    )
    # The names are not used, but without a language the package reads one from the environment.
    found = holidays.country_holidays(country, subdiv=subdivision, years=wanted, language="en_US")
    return frozenset(found)
