"""Whole units, and whether something is below zero, as files write them."""

from __future__ import annotations

import re

from orderflow.domain.checks import UNITS_MAX

__all__ = ["is_below_zero", "read_units"]

_DIGITS_MAX = len(str(UNITS_MAX))
_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")
_DECIMALS = re.compile(r"([+-]?[0-9]+)[.,](0{1,2}|0{4,})")
_BELOW_ZERO = re.compile(r"-\s*[0-9.,']*[1-9][0-9.,']*")


def read_units(text: str, *, smallest: int, thousands: str = "") -> int:
    """Read a whole number of units.

    `1,000` is a thousand to some and one to others, and so is `1.000`: both are refused unless it
    is said which of the two parts thousands. `1.0` and `1,0` can only be one.

    >>> read_units(" 5 ", smallest=1), read_units("2.0", smallest=1)
    (5, 2)
    >>> read_units("1.000", smallest=1, thousands=".")
    1000
    >>> read_units("1.000", smallest=1, thousands=",")
    1

    Args:
        text: What stands in the cell.
        smallest: The smallest number that makes sense.
        thousands: What parts thousands, a comma or a point; the other one parts decimals.

    Raises:
        ValueError: If this is no such number; it says what is asked for.
    """
    demand = f"a whole number of units from {smallest} to {UNITS_MAX:,}, in the digits 0 to 9"
    text = text.strip()
    if thousands:
        text = _without_thousands(text, thousands)
    elif re.fullmatch(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+", text):
        raise ValueError(
            "written without its point or comma, or it must be said which of them parts thousands"
        )
    decimals = _DECIMALS.fullmatch(text)
    whole = _WHOLE.fullmatch(decimals[1] if decimals else text)
    if whole is None or len(whole[2]) > _DIGITS_MAX:
        raise ValueError(demand)
    units = int(whole[1] + whole[2])
    if not smallest <= units <= UNITS_MAX:
        raise ValueError(demand)
    return units


def is_below_zero(text: str) -> bool:
    """Whether a cell holds a number below zero, in whichever notation.

    >>> is_below_zero("-2"), is_below_zero(" -1.234,50 "), is_below_zero("-0.0")
    (True, True, False)
    """
    return _BELOW_ZERO.fullmatch(text.strip()) is not None


def _without_thousands(text: str, thousands: str) -> str:
    point = "." if thousands == "," else ","
    grouped = (
        rf"[+-]?[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+(?:{re.escape(point)}[0-9]+)?"
    )
    if re.fullmatch(grouped, text):
        text = text.replace(thousands, "")
    whole, _, decimals = text.partition(point)
    return whole if decimals.strip("0") == "" and decimals else text
