"""Addresses of customers."""

from __future__ import annotations

import attrs

from orderflow.domain.model import validators

__all__ = ["Address"]


@attrs.frozen
class Address:
    """The address of a customer.

    >>> Address("Ann", "2 Mill Lane", "Leeds", "LS1 4DY", street_2="Flat 3").country
    'GB'

    Attributes:
        name: The addressee.
        street: The street and the number in it.
        city: The city.
        postcode: The postcode.
        country: A two-letter code (ISO 3166-1 alpha-2).
        company: The company or institution at this address.
        street_2: What else finds the door: a flat, a floor, a building, a district.
        region: The state, province, prefecture or county.
        phone: The number that the courier may call.

    Raises:
        InvalidValueError: If a field is not a text of at most 1,000 characters without control
            characters, or the country is not a code.
    """

    name: str = attrs.field(validator=validators.note)
    street: str = attrs.field(validator=validators.note)
    city: str = attrs.field(validator=validators.note)
    postcode: str = attrs.field(default="", validator=validators.note)
    country: str = attrs.field(default="GB")
    company: str = attrs.field(default="", validator=validators.note, kw_only=True)
    street_2: str = attrs.field(default="", validator=validators.note, kw_only=True)
    region: str = attrs.field(default="", validator=validators.note, kw_only=True)
    phone: str = attrs.field(default="", validator=validators.note, kw_only=True)

    @country.validator
    def _check_country(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=isinstance(value, str)
            and len(value) == 2  # noqa: PLR2004 - a code of two letters
            and value.isascii()
            and value.isalpha()
            and value.isupper(),
            field="Address.country",
            demand="a country code of two capital letters, such as 'GB'",
            value=value,
        )
