"""Arguments that several commands share, and how pairs such as `MUG=5` are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from orderflow.domain.model.order import Address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "AsJson",
    "OrderId",
    "Reason",
    "ReceiptId",
    "ShipTo",
    "Sku",
    "address",
    "pairs",
    "unit_pairs",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="Order id.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="The reason, in your own words.")]
ReceiptId = Annotated[str, typer.Argument(metavar="RECEIPT", help="Receipt id.")]
ShipTo = Annotated[
    str | None,
    typer.Option(metavar="'NAME|STREET|CITY|POSTCODE|COUNTRY'", help="Delivery address."),
]
Sku = Annotated[str, typer.Argument(metavar="SKU", help="SKU of the product.")]

_PAIRS = {
    "--add": "MUG=5",
    "--replace": "1=CUP",
    "--skip": "Status=cancelled",
    "SKU=UNITS": "MUG=5",
}
"""An example of each pair that is not a line and its units."""

_PARTS = ("NAME", "STREET", "CITY", "POSTCODE", "COUNTRY")


def pairs(hint: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read pairs. A name may contain an equals sign; a value may not.

    >>> list(pairs("--replace", ["1=CUP", "a=b=MUG"]))
    [('1', 'CUP'), ('a=b', 'MUG')]

    Raises:
        BadParameter: If a text is not a pair.
    """
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (equals and name and value):
            raise typer.BadParameter(
                f"{text!r} is not a pair: try {_PAIRS.get(hint, '1=5')}", param_hint=f"'{hint}'"
            )
        yield name, value


def unit_pairs(hint: str, texts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Read pairs of a name and a number of units.

    Raises:
        BadParameter: If a text is not such a pair.
    """
    for name, value in pairs(hint, texts):
        if not re.fullmatch(r"[0-9]{1,18}", value):
            raise typer.BadParameter(
                f"{name}={value}: {value!r} is not a number of units: try {name}=5",
                param_hint=f"'{hint}'",
            )
        yield name, int(value)


def address(hint: str, text: str) -> Address:
    """Read an address with a bar between any two parts.

    >>> address("--ship-to", "Ann|Mill Lane 2|Leeds|LS1 4DY|GB").city
    'Leeds'

    Raises:
        BadParameter: If it does not have five parts.
        InvalidValueError: If a part breaks its rule.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != len(_PARTS):
        raise typer.BadParameter(
            f"{text!r} has {len(parts)} of {len(_PARTS)} parts; the form is '{'|'.join(_PARTS)}'",
            param_hint=f"'{hint}'",
        )
    return Address(*parts)
