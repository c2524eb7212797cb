"""Read a sheet of a workbook (.xlsx) as CSV, so that it takes the same path as any other file."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from orderflow.importing.faults import FileError, quote_value
from orderflow.importing.files.leading_zeros import column_number, leading_zeros

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["UNPACKED_BYTES_MAX", "copy_sheet"]

_LISTED_MAX = 20
UNPACKED_BYTES_MAX = 1024 * 1024 * 1024
"""The largest workbook, unpacked. It is in memory while it is read."""


def copy_sheet(name: str, workbook: BinaryIO, sheet: str, to: BinaryIO) -> str:
    """Write a sheet as CSV in UTF-8, and return its name.

    Args:
        name: The name of the file in messages.
        workbook: The file.
        sheet: The name of the sheet. If empty, the only one that is not empty.
        to: The output.

    Raises:
        FileError: If it cannot be read, or the sheet is not plain.
    """
    try:
        import python_calamine as calamine  # noqa: PLC0415 - only where it is needed
    except ImportError as error:
        raise FileError(
            name,
            "is an Excel workbook; install orderflow-backorder[files], or save it as CSV UTF-8",
        ) from error
    _check_size(name, workbook)
    try:
        with calamine.CalamineWorkbook.from_filelike(workbook) as book:
            chosen = _choose(name, book, sheet)
            text = io.TextIOWrapper(to, "utf-8", newline="")
            writer = csv.writer(text)
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
            digits = leading_zeros(workbook, chosen, len(rows))
            for number, row in enumerate(rows):
                texts = [_text(cell) for cell in row]
                for column, least in digits.items():
                    if isinstance(row[column], int | float) and texts[column].isdecimal():
                        texts[column] = texts[column].zfill(least[number])
                writer.writerow(texts)
            text.detach()
    except calamine.PasswordError as error:
        raise FileError(name, "has a password; save it without one, or as CSV") from error
    except (calamine.CalamineError, BadZipFile, KeyError, ParseError) as error:
        raise FileError(name, f"is an Excel workbook that cannot be read: {error}") from error
    return chosen


def _check_size(name: str, workbook: BinaryIO) -> None:
    """Check the size that the archive states: a small file can unpack to any size."""
    try:
        with ZipFile(workbook) as archive:
            size = sum(each.file_size for each in archive.infolist())
            if size <= UNPACKED_BYTES_MAX:
                _check_area(name, archive)
    except BadZipFile as error:
        raise FileError(name, "is a zip archive that is damaged or was cut short") from error
    finally:
        workbook.seek(0)
    if size > UNPACKED_BYTES_MAX:
        raise FileError(
            name,
            f"unpacks to {size:,} bytes, of at most {UNPACKED_BYTES_MAX:,}; save it as CSV",
        )


AREA_MAX = 10_000_000
"""The most cells of a sheet, blank ones included."""

_CHUNK_BYTES = 1024 * 1024
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_REFERENCE_BYTES_MAX = 14

_EXACT_MAX = 10**15
"""Excel keeps 15 digits of a number."""


def _check_area(name: str, archive: ZipFile) -> None:
    """Check the area of each sheet: one cell in its last corner takes memory for all others."""
    for sheet in archive.namelist():
        if not sheet.startswith("xl/worksheets/"):
            continue
        rows = columns = 0
        rest = b""
        with archive.open(sheet) as data:
            while chunk := data.read(_CHUNK_BYTES):
                for letters, digits in _REFERENCE.findall(rest + chunk):
                    rows = max(rows, int(digits))
                    columns = max(columns, column_number(letters.decode()))
                rest = chunk[-_REFERENCE_BYTES_MAX:]
        if rows * columns > AREA_MAX:
            raise FileError(
                name,
                f"has a sheet of {rows:,} rows and {columns:,} columns, of at most {AREA_MAX:,} "
                f"cells; delete the cells far from the others, or save it as CSV",
            )


def _choose(name: str, book: Any, sheet: str) -> str:  # noqa: ANN401 - calamine may be missing
    names: list[str] = book.sheet_names
    if sheet:
        if sheet not in names:
            raise FileError(
                name, f"has no sheet {sheet!r}, only {_listed(names)}", settings=("sheet",)
            )
        return sheet
    filled = [each for each in names if book.get_sheet_by_name(each).height]
    if len(filled) > 1:
        raise FileError(
            name, f"has several sheets: {_listed(filled)}; name one", settings=("sheet",)
        )
    return next(iter(filled or names))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED_MAX} more" if len(names) > _LISTED_MAX else ""
    return ", ".join(map(quote_value, names[:_LISTED_MAX])) + more


def _text(cell: object) -> str:
    """Write a cell as a file would have it."""
    match cell:
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < _EXACT_MAX:
            return str(int(cell))
        case float():  # of a large number, the last digits are lost: 1e+20 is refused as such
            return repr(cell) if not cell.is_integer() else f"{cell:e}"
        case datetime() | date() | time():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)
