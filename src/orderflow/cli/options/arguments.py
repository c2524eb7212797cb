"""Arguments that several commands have, and how pairs such as `MUG=5` are read."""

from __future__ import annotations

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
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="The id of the order.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in your words.")]
ReceiptId = Annotated[str, typer.Argument(metavar="RECEIPT", help="The id of the receipt.")]
ShipTo = Annotated[
    str | None,
    typer.Option(metavar="'NAME|STREET|CITY|POSTCODE|COUNTRY'", help="Send it to this address."),
]
Sku = Annotated[str, typer.Argument(metavar="SKU", help="The product.")]

_PARTS = ("NAME", "STREET", "CITY", "POSTCODE", "COUNTRY")


def pairs(hint: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read pairs; a name may have an equals sign of its own, a value not.

    >>> list(pairs("--replace", ["1=CUP", "a=b=MUG"]))
    [('1', 'CUP'), ('a=b', 'MUG')]

    Raises:
        BadParameter: If a text is no pair.
    """
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (equals and name and value):
            example = "MUG=5" if "SKU" in hint else "1=5"
            raise typer.BadParameter(f"{text!r} is no pair: try {example}", param_hint=f"'{hint}'")
        yield name, value


def unit_pairs(hint: str, texts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Read pairs of a name and a number of units.

    Raises:
        BadParameter: If a text is no such pair.
    """
    for name, value in pairs(hint, texts):
        if not (value.isascii() and value.isdecimal()):
            raise typer.BadParameter(
                f"{name}={value}: {value!r} is no number of units: try {name}=5",
                param_hint=f"'{hint}'",
            )
        yield name, int(value)


def address(hint: str, text: str) -> Address:
    """Read an address whose parts stand between bars.

    >>> address("--ship-to", "Ann|Mill Lane 2|Leeds|LS1 4DY|GB").city
    'Leeds'

    Raises:
        BadParameter: If parts are missing.
        InvalidValueError: If one breaks its rule.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != len(_PARTS):
        raise typer.BadParameter(
            f"{text!r} has {len(parts)} parts: it takes '{'|'.join(_PARTS)}'",
            param_hint=f"'{hint}'",
        )
    return Address(*parts)
