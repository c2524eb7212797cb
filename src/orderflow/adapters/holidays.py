"""The public holidays of a country or a part of it, for a `WarehouseCalendar`.

They come from the package `holidays`, which the extra `calendar` brings. It is imported when it is
asked for something. Governments change holidays, at times at short notice: keep the package up to
date, and make the calendar anew now and then.
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
    """Return the public holidays of some years, with the days on which they are made up for.

    >>> holidays = public_holidays("GB", subdivision="SCT", years=[2026])
    >>> [str(day) for day in sorted(holidays)][:3]
    ['2026-01-01', '2026-01-02', '2026-04-03']

    Args:
        country: Its code of two letters (ISO 3166-1), such as ``GB``.
        years: The years. A search for a working day may look ahead into the next one.
        subdivision: The code of a part of the country (the end of its code in ISO 3166-2), such as
            ``ENG``. Without one, they are those that all parts have in common.

    Raises:
        InvalidValueError: If the package does not know the country, or this part of it.
        MissingExtraError: If the package is not installed.
    """
    try:
        import holidays  # noqa: PLC0415 - an extra: whoever has a list of dates does without it
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
        demand=f"one of {', '.join(parts)}" if parts else f"left out, for {country} has no parts",
        value=subdivision,
    )
    # The names are not used. To leave the language out would look it up in the environment.
    found = holidays.country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    return frozenset(found)
