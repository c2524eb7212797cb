"""Parse whole numbers and detect negative numbers in the notation of files."""

from __future__ import annotations

import re
from functools import lru_cache

from orderflow.importing.values.unreadable import UnreadableError

__all__ = ["SHORTENED", "is_below_zero", "is_shortened", "read_whole"]

SHORTENED = "written out; a spreadsheet has shortened this number, and its digits are lost"
"""The demand on a number that is written like `4.00638E+12`."""

_DIGITS_MAX = 18
"""More digits than any limit has. A text of a million digits is not worth parsing."""

_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")
_DECIMALS = re.compile(r"(?<=[0-9])[.,](?:0{1,2}|0{4,})\Z")
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?E[+-][0-9]+", re.IGNORECASE)
_SPACES = " '\u00a0\u2009\u2019\u202f"
_GROUPED = re.compile(
    rf"[+-]?[0-9]{{1,3}}(?:(?:[{_SPACES}][0-9]{{3}})+(?:[.,][0-9]+)?"  # 1 200,00
    r"|(?:,[0-9]{3}){2,}|(?:\.[0-9]{3}){2,}"  # 1,200,000
    r"|(?:,[0-9]{3})+\.[0-9]+|(?:\.[0-9]{3})+,[0-9]+)"  # 1,200.00
)
"""Numbers whose thousands are separated beyond doubt."""
_BELOW_ZERO = re.compile(r"-\s*[0-9.,']*[1-9][0-9.,']*")


@lru_cache(maxsize=256)
def read_whole(text: str, *, smallest: int, largest: int, thousands: str = "") -> int:
    """Read a whole number.

    `1,000` and `1.000` mean a thousand to some people and one to others. Both are refused unless
    `thousands` is set. `1.0` and `1,0` can only mean one; `1 000`, `1'000`, `1,000,000` and
    `1.000,00` can only mean thousands.

    >>> read_whole(" 5 ", smallest=1, largest=9), read_whole("2.0", smallest=1, largest=9)
    (5, 2)
    >>> read_whole("1 200", smallest=1, largest=9_999)
    1200
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=".")
    1000
    >>> read_whole("1.000", smallest=1, largest=1_000, thousands=",")
    1
    >>> read_whole("1 200", smallest=1, largest=9_999, thousands=",")
    1200

    Args:
        text: The text of the cell.
        smallest: The minimum.
        largest: The maximum.
        thousands: The thousands separator, a comma or a point. The other one separates decimals.

    Raises:
        UnreadableError: If this is not such a number.
    """
    demand = f"a whole number from {smallest} to {largest}, in the digits 0 to 9"
    text = text.strip()
    if is_shortened(text):
        raise UnreadableError(SHORTENED)
    if thousands:
        text = _without_thousands(text, thousands)
    elif _GROUPED.fullmatch(text) is not None:
        text = _DECIMALS.sub("", _plain(text))
    elif re.fullmatch(r"[+-]?[0-9]{1,3}([.,][0-9]{3})+", text):
        demand = "written without its point or comma, unless the thousands separator is set"
        raise UnreadableError(demand, "thousands")
    else:
        text = _DECIMALS.sub("", text)
    whole = _WHOLE.fullmatch(text)
    if whole is None or len(whole[2]) > _DIGITS_MAX:
        raise UnreadableError(demand)
    number = int(whole[1] + whole[2])
    if not smallest <= number <= largest:
        raise UnreadableError(demand)
    return number


def is_below_zero(text: str) -> bool:
    """Whether a cell contains a negative number, in any notation.

    >>> is_below_zero("-2"), is_below_zero(" -1.234,50 "), is_below_zero("-0.0")
    (True, True, False)
    """
    return _BELOW_ZERO.fullmatch(text.strip()) is not None


def is_shortened(text: str) -> bool:
    """Whether a number has lost digits in a spreadsheet.

    >>> is_shortened("4.00638E+12"), is_shortened("1E5")
    (True, False)
    """
    return _SHORTENED.fullmatch(text) is not None


def _plain(text: str) -> str:
    """Remove the separators of thousands, whichever they are. Decimals follow a point."""
    kinds = dict.fromkeys(re.findall(r"[^0-9+-]", text))
    *_, last = kinds
    has_decimals = len(kinds) > 1 or (last in ",." and text.count(last) == 1)
    whole, _, decimals = text.rpartition(last) if has_decimals else (text, "", "")
    return re.sub(r"[^0-9+-]", "", whole) + (f".{decimals}" if has_decimals else "")


def _without_thousands(text: str, thousands: str) -> str:
    point = "." if thousands == "," else ","
    grouped = re.fullmatch(
        rf"[+-]?[0-9]{{1,3}}([{thousands}{_SPACES}])[0-9]{{3}}(?:\1[0-9]{{3}})*"
        rf"(?:{re.escape(point)}[0-9]+)?",
        text,
    )
    if grouped is not None:
        text = text.replace(grouped[1], "")
    return re.sub(rf"(?<=[0-9]){re.escape(point)}0+\Z", "", text)
