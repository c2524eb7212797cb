"""Arguments that several commands share, and how pairs such as `MUG=5` are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from orderflow.domain.model.order import Address
from orderflow.errors.quoting import quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = [
    "ADDRESS_FORM",
    "AsJson",
    "LineUnits",
    "Note",
    "OrderId",
    "Reason",
    "ReceiptId",
    "Repay",
    "ShipTo",
    "Sku",
    "address",
    "custom_field_pairs",
    "line_units",
    "pairs",
    "set_ids",
    "unit_pairs",
]

_PARTS = ("NAME", "STREET", "CITY", "POSTCODE", "COUNTRY")
_NAMED_PARTS = tuple(field.name for field in attrs.fields(Address) if field.kw_only)
ADDRESS_FORM = f"'{'|'.join(_PARTS)}'"
_NAMED_FORM = ", ".join(f"{name}=TEXT" for name in _NAMED_PARTS)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LineUnits = Annotated[
    list[str] | None,
    typer.Option(
        "--units",
        metavar="LINE=UNITS",
        help="Only these units of a line, by its id or SKU. Repeat for others.",
    ),
]
Note = Annotated[str, typer.Option(metavar="TEXT", help="A note, in your own words.")]
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="Order id.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="The reason, in your own words.")]
ReceiptId = Annotated[str, typer.Argument(metavar="RECEIPT", help="Receipt id.")]
Repay = Annotated[
    bool,
    typer.Option("--repay", help="Serve the orders that give before all others from now on."),
]
ShipTo = Annotated[
    str | None,
    typer.Option(
        metavar=ADDRESS_FORM, help=f"Delivery address. More parts may follow: {_NAMED_FORM}."
    ),
]
Sku = Annotated[str, typer.Argument(metavar="SKU", help="SKU of the product.")]

_PAIRS = {
    "--add": "MUG=5",
    "--cost": "leeds=500+20",
    "--from": "A-1=2",
    "--over": "R-1=5",
    "--replace": "1=CUP",
    "--set": "TABLE=a",
    "--short": "R-1=5",
    "--skip": "Status=cancelled",
    "--slip": "R-1=3d",
    "--to": "A-7=2",
    "SKU=UNITS": "MUG=5",
}
"""An example of each pair that is not a line and its units."""


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
                f"{quoted(text)} is not a pair: try {_PAIRS.get(hint, '1=5')}",
                param_hint=f"'{hint}'",
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
                f"{quoted(value)} is not a number of units: try {shortened(name)}=5",
                param_hint=f"'{hint}'",
            )
        yield name, int(value)


def line_units(texts: Iterable[str] | None) -> tuple[tuple[str, int], ...] | None:
    """Read the option `--units` for some units of an order; None if it was not given.

    Raises:
        BadParameter: If a text is not a pair of a line and a number of units above 0.
    """
    units = tuple(unit_pairs("--units", texts or ()))
    for line_id, count in units:
        if not count:
            raise typer.BadParameter(
                f"0 units of line {quoted(line_id)}: omit the line", param_hint="'--units'"
            )
    return units or None


def set_ids(texts: Iterable[str], lines: str, skus: Collection[str]) -> dict[str, str]:
    """Read the option `--set`: return the set of each product that is in one.

    Args:
        texts: Pairs of a product and a set.
        lines: What the lines are that may be in a set, such as "added line".
        skus: Their products.

    Raises:
        BadParameter: If a text is not a pair, or names another product or a second set of one.
    """
    found: dict[str, str] = {}
    for sku, set_id in pairs("--set", texts):
        if sku not in skus:
            raise typer.BadParameter(f"no {lines} has {quoted(sku)}", param_hint="'--set'")
        if found.setdefault(sku, set_id) != set_id:
            raise typer.BadParameter(
                f"{quoted(sku)} is in {quoted(found[sku])} and in {quoted(set_id)}; name one set",
                param_hint="'--set'",
            )
    return found


def custom_field_pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read pairs of the name and the text of a custom field. A text may contain an equals sign.

    >>> list(custom_field_pairs(["Gift=yes", "Sum=1+1=2"]))
    [('Gift', 'yes'), ('Sum', '1+1=2')]

    Raises:
        BadParameter: If a text is not a pair.
    """
    for pair in texts:
        name, equals, text = pair.partition("=")
        if not (equals and name):
            raise typer.BadParameter(
                f"{quoted(pair)} is not a pair: try Gift=yes", param_hint="'--custom-field'"
            )
        yield name, text


def address(hint: str, text: str) -> Address:
    """Read an address with a bar between any two parts; parts after the first five have names.

    >>> address("--ship-to", "Ann|2 Mill Lane|Leeds|LS1 4DY|GB|street_2=Flat 3").street_2
    'Flat 3'

    Raises:
        BadParameter: If it does not have this form.
        InvalidValueError: If a part breaks its rule.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) < len(_PARTS):
        raise typer.BadParameter(
            f"{quoted(text)} has {len(parts)} of {len(_PARTS)} parts; the form is {ADDRESS_FORM}",
            param_hint=f"'{hint}'",
        )
    named = {}
    for part in parts[len(_PARTS) :]:
        name, _, value = part.partition("=")
        if name not in _NAMED_PARTS or name in named:
            raise typer.BadParameter(
                f"{quoted(part)} cannot follow the country: only {_NAMED_FORM}, each once",
                param_hint=f"'{hint}'",
            )
        named[name] = value
    return Address(*parts[: len(_PARTS)], **named)
