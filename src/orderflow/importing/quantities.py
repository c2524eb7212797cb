"""Whole numbers, and whether something is below zero, as files write them."""

from __future__ import annotations

import re

__all__ = ["is_below_zero", "read_whole"]

_DIGITS_MAX = 18
"""More than any limit has; a text of a million digits is not worth turning into a number."""

_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")
_DECIMALS = re.compile(r"(?<=[0-9])[.,](?:0{1,2}|0{4,})\Z")
_BELOW_ZERO = re.compile(r"-\s*[0-9.,']*[1-9][0-9.,']*")


def read_whole(text: str, *, smallest: int, largest: int, thousands: str = "") -> int:
    """Read a whole number.

    `1,000` is a thousand to some and one to others, and so is `1.000`: both are refused unless it
    is said which of the two parts thousands. `1.0` and `1,0` can only be one.

    >>> read_whole(" 5 ", smallest=1, largest=9), read_whole("2.0", smallest=1, largest=9)
    (5, 2)
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=".")
    1000
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=",")
    1

    Args:
        text: What stands in the cell.
        smallest: The smallest number that makes sense.
        largest: The largest one.
        thousands: What parts thousands, a comma or a point; the other one parts decimals.

    Raises:
        ValueError: If this is no such number; it says what is asked for.
    """
    demand = f"a whole number from {smallest} to {largest}, in the digits 0 to 9"
    text = text.strip()
    if thousands:
        text = _without_thousands(text, thousands)
    elif re.fullmatch(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+", text):
        raise ValueError(
            "written without its point or comma, or it must be said which of them parts thousands"
        )
    else:
        text = _DECIMALS.sub("", text)
    whole = _WHOLE.fullmatch(text)
    if whole is None or len(whole[2]) > _DIGITS_MAX:
        raise ValueError(demand)
    number = int(whole[1] + whole[2])
    if not smallest <= number <= largest:
        raise ValueError(demand)
    return number


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
    return re.sub(rf"(?<=[0-9]){re.escape(point)}0+\Z", "", text)
