"""What is passed on to the standard library is checked first, and refused by its name."""

from __future__ import annotations

import csv
import io
from datetime import timedelta, timezone, tzinfo
from encodings.aliases import aliases
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import InvalidValueError, OrderFlowError
from orderflow.importing import (
    FileError,
    FileFormat,
    OrderLayout,
    ReceiptLayout,
    open_source,
    read_orders,
    read_receipts,
    read_replacements,
    read_stock,
    write_csv,
    write_rejects,
)
from orderflow.importing.files.delimiter import is_delimiter
from orderflow.importing.files.encoding import is_encoding
from tests.importing.files import AT, SELLER, WAREHOUSE, imported, orders, plain, row, stream

if TYPE_CHECKING:
    from collections.abc import Callable

HALF = "\ud800"
NO_ENCODINGS = ["nonsense", "rot13", "hex", "undefined", HALF, "x" * 9_999, " "]
NO_DELIMITERS = ["\0", '"', "\r", "\n", HALF, ", ", 5, None, b","]
NO_FORMATS = [
    *("", "%", "%Q", "%d %d", "%Y" * 9_999, "a\0%Y", f"{HALF}%Y-%m-%d", "%H:%M", "%d.%m.", "soon"),
    *(5, b"%Y-%m-%d"),
]
NO_ZONES = ["a\0b", "Leeds", "../Europe/London", "", HALF, "x" * 9_999, 5, b"UTC", tzinfo]
COLUMNS: dict[str, Any] = {
    "order_id": "order_id",
    "sku": "sku",
    "quantity": "quantity",
    "placed_at": "placed_at",
}


@pytest.mark.parametrize("encoding", NO_ENCODINGS)
def test_an_encoding_that_there_is_not_is_refused(encoding: str) -> None:
    with pytest.raises(FileError, match=r"unknown encoding: .* is not the name of a text"):
        imported("a,b", encoding=encoding)


@pytest.mark.parametrize("encoding", ["a\0b", 5, None, b"utf-8"])
def test_what_names_no_encoding_is_refused(encoding: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^FileFormat.encoding must be a text without NUL"):
        FileFormat(encoding=encoding)


@pytest.mark.parametrize("rows", [-1, 10**30, True, 1.5, "1"])
def test_a_number_of_rows_that_no_file_has_is_refused(rows: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^FileFormat.skip_rows must be a whole number"):
        FileFormat(skip_rows=rows)


def test_every_encoding_of_python_reads_the_file_or_says_that_it_cannot() -> None:
    data = f"order_id,sku,quantity,placed_at\n{row()}\n"
    known = sorted({name for name in {*aliases, *aliases.values()} if is_encoding(name)})
    assert len(known) > 100
    for encoding in known:
        for text in (data.encode(), data.encode("utf-16"), b"\xff\xfe\x00", b""):
            try:
                imported(text, encoding=encoding)
            except OrderFlowError as error:
                assert isinstance(error, FileError)  # noqa: PT017 - either is right


@pytest.mark.parametrize("delimiter", NO_DELIMITERS)
def test_a_delimiter_that_cannot_divide_cells_is_refused(delimiter: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^FileFormat.delimiter must be one character tha"):
        FileFormat(delimiter=delimiter)
    for quoted in (True, False):
        with pytest.raises(InvalidValueError, match=r"^delimiter must be one character that is no"):
            write_csv(io.StringIO(), ["a"], [["b"]], delimiter=delimiter, quoted=quoted)
    with (
        open_source(stream("a,b")) as source,
        pytest.raises(InvalidValueError, match=r"^delimiter must be one character that is not a"),
    ):
        next(source.records(delimiter))


def test_every_delimiter_that_is_taken_divides_cells() -> None:
    for delimiter in filter(is_delimiter, map(chr, [*range(0x3000), 0x1F600])):
        (cells,) = csv.reader([f"猫{delimiter}犬"], delimiter=delimiter, strict=True)
        assert cells == ["猫", "犬"]


def test_a_file_that_names_an_impossible_delimiter_is_not_read_by_it() -> None:
    result = plain(row(), header="sep=\0\norder_id,sku,quantity,placed_at")
    assert (result.file_format.delimiter, list(orders(result))) == (",", ["1"])


@pytest.mark.parametrize("time_format", NO_FORMATS)
def test_a_format_of_times_that_cannot_be_read_is_refused(time_format: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^OrderLayout.time_format must be a format"):
        OrderLayout(**COLUMNS, time_format=time_format)
    with pytest.raises(InvalidValueError, match=r"^ReceiptLayout.time_format must be a form"):
        ReceiptLayout(time_format=time_format)


@pytest.mark.parametrize(
    ("time_format", "text"),
    [
        ("%d/%m/%Y %H:%M", "02/03/2026 09:30"),
        ("%m/%d/%y %I:%M %p", "03/02/26 09:30 AM"),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-03-02T09:30:00.000000+0000"),
        ("%A, %d %B %Y", "Monday, 02 March 2026"),
        ("%Y%j", "2026061"),
    ],
)
def test_a_format_of_times_that_names_the_day_is_taken(time_format: str, text: str) -> None:
    layout = OrderLayout(**COLUMNS, time_format=time_format, zone="UTC")
    rows = f'1,MUG,1,"{text}"\n'
    result = imported(f"order_id,sku,quantity,placed_at\n{rows}", preset=layout)
    assert f"{orders(result)['1'].placed_at:%Y-%m-%d}" == "2026-03-02"


@pytest.mark.parametrize("zone", NO_ZONES)
def test_a_time_zone_that_there_is_not_is_refused(zone: Any) -> None:  # noqa: ANN401
    demand = "must be a time zone, or the name of one, such as 'Europe/London'"
    with pytest.raises(InvalidValueError, match=f"^OrderLayout.zone {demand}"):
        OrderLayout(**COLUMNS, zone=zone)
    with pytest.raises(InvalidValueError, match=f"^ReceiptLayout.zone {demand}"):
        ReceiptLayout(zone=zone)
    if zone:
        with pytest.raises(InvalidValueError, match=f"^time zone {demand}"):
            plain(row(), time_zone=zone)


def test_a_time_zone_may_be_one_of_python() -> None:
    zone = timezone(timedelta(hours=2))
    result = plain("1,MUG,1,2026-03-02 09:30", time_zone=zone)
    assert f"{orders(result)['1'].placed_at:%H:%M}" == "07:30"


SETTINGS: dict[str, Any] = {"seller_id": SELLER, "warehouse_id": WAREHOUSE, "at": AT}
READERS: dict[str, Callable[[Any], object]] = {
    "orders": lambda file: read_orders(file, **SETTINGS),
    "stock": lambda file: read_stock(file, **SETTINGS),
    "receipts": lambda file: read_receipts(file, **SETTINGS),
    "replacements": read_replacements,
    "replacements in JSON": lambda file: read_replacements(f"{file}.json"),
    "a source": lambda file: open_source(Path(file)).__enter__(),
    "rejects": lambda file: write_rejects(plain(row()), stream("a"), file),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("path", ["a\0b", "x" * 9_999, f"a{HALF}", "/dev/null/a", ""])
def test_a_path_that_no_file_can_have_is_refused(reader: str, path: str) -> None:
    with pytest.raises(FileError):
        READERS[reader](path)


@pytest.mark.parametrize("reader", ["orders", "stock", "receipts"])
@pytest.mark.parametrize("file", [5, None, b"orders.csv", io.StringIO("a"), [], object()])
def test_what_is_no_file_is_refused(reader: str, file: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^file must be a path, or an open stream"):
        READERS[reader](file)


@pytest.mark.parametrize(
    ("existing", "demand"),
    [([], "a function or a mapping"), (lambda _: None, "a function that returns a mapping")],
    ids=["list", "function"],
)
def test_stored_orders_are_a_mapping_or_a_function_that_returns_one(
    existing: Any,  # noqa: ANN401 - what a caller may give
    demand: str,
) -> None:
    with pytest.raises(InvalidValueError, match=f"^read_orders.existing must be {demand}"):
        plain(row(), existing=existing)
