"""Find the numbers of a workbook that are shown with leading zeros, such as 42 as 00042.

The reader of workbooks returns values without their formats. A code of digits alone is a number to
a spreadsheet, and only the format of its cell keeps the zeros.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO
    from xml.etree.ElementTree import Element

__all__ = ["column_number", "leading_zeros"]

_ZEROS = re.compile(r"(0{2,255})(;.*)?", re.DOTALL)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def leading_zeros(workbook: BinaryIO, sheet: str, height: int) -> dict[int, bytearray]:
    """Return how many digits the numbers of a sheet have at least: for each column, by row.

    Rows and columns are counted from 0. A column that is not in it has no such number.

    Args:
        workbook: The file.
        sheet: The name of the sheet.
        height: The number of its rows.

    Raises:
        BadZipFile: If the file is damaged.
        KeyError: If a part of it is missing.
        ParseError: If a part of it is no XML.
    """
    digits: dict[int, bytearray] = {}
    with ZipFile(workbook) as archive:
        styles = _styles(archive)
        for row, column, style in _cells(archive, sheet) if styles else ():
            if style in styles and row < height:
                digits.setdefault(column, bytearray(height))[row] = styles[style]
    return digits


def column_number(letters: str) -> int:
    """Return the number of a column.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    return reduce(lambda number, letter: 26 * number + ord(letter) - 64, letters, 0)


def _styles(archive: ZipFile) -> dict[str, int]:
    """Return the styles of cells that show leading zeros, with their number of digits."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    root = _root(archive, "xl/styles.xml")
    formats = {
        each.get("numFmtId"): len(found[1])
        for each in root.iterfind("{*}numFmts/{*}numFmt")
        if (found := _ZEROS.fullmatch(each.get("formatCode", "")))
    }
    return {
        str(number): formats[each.get("numFmtId")]
        for number, each in enumerate(root.iterfind("{*}cellXfs/{*}xf"))
        if each.get("numFmtId") in formats
    }


def _cells(archive: ZipFile, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield the row, the column and the style of each cell that has a style."""
    with archive.open(_path_of(archive, sheet)) as data:
        for _, element in ET.iterparse(data):  # noqa: S314 - expat refuses entity bombs
            if element.tag.endswith("}row"):
                element.clear()
            found = _REFERENCE.fullmatch(element.get("r", ""))
            if found is not None and "s" in element.keys():  # noqa: SIM118 - it is no mapping
                yield int(found[2]) - 1, column_number(found[1]) - 1, element.get("s", "")


def _path_of(archive: ZipFile, sheet: str) -> str:
    """Return the path of a sheet within the archive."""
    ids = {
        each.get("name"): value
        for each in _root(archive, "xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
        for key, value in each.items()
        if key.endswith("}id")
    }
    relations = _root(archive, "xl/_rels/workbook.xml.rels")
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    target = targets[ids[sheet]]
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _root(archive: ZipFile, path: str) -> Element:
    return ET.fromstring(archive.read(path))  # noqa: S314 - expat refuses entity bombs
