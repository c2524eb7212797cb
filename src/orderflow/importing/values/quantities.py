"""Parse whole numbers and detect negative numbers in the notation of files."""

from __future__ import annotations

import re

__all__ = ["is_below_zero", "read_whole"]

_DIGITS_MAX = 18
"""More digits than any limit has. A text of a million digits is not worth parsing."""

_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")
_DECIMALS = re.compile(r"(?<=[0-9])[.,](?:0{1,2}|0{4,})\Z")
_BELOW_ZERO = re.compile(r"-\s*[0-9.,']*[1-9][0-9.,']*")


def read_whole(text: str, *, smallest: int, largest: int, thousands: str = "") -> int:
    """Read a whole number.

    `1,000` and `1.000` mean a thousand to some people and one to others. Both are refused unless
    `thousands` is set. `1.0` and `1,0` can only mean one.

    >>> read_whole(" 5 ", smallest=1, largest=9), read_whole("2.0", smallest=1, largest=9)
    (5, 2)
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=".")
    1000
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=",")
    1

    Args:
        text: The text of the cell.
        smallest: The minimum.
        largest: The maximum.
        thousands: The thousands separator, a comma or a point. The other one separates decimals.

    Raises:
        ValueError: If this is not such a number. The message says what is valid.
    """
    demand = f"a whole number from {smallest} to {largest}, in the digits 0 to 9"
    text = text.strip()
    if thousands:
        text = _without_thousands(text, thousands)
    elif re.fullmatch(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+", text):
        raise ValueError(
            "written without its point or comma, unless the thousands separator is set"
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
    """Whether a cell contains a negative number, in any notation.

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
