"""Files that are no plain CSV: compressed, workbooks, and what only looks like a file of orders."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from orderflow.importing import FileError, FileFormat, read_orders
from orderflow.importing.files import workbook
from tests.importing.files import AT, HEADER, imported, lines, reasons, row

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = f"{HEADER}\n{row()}\n"
PLAIN_ROWS = (HEADER.split(","), ["1", "MUG", 1, "2026-03-01T10:00Z"])


def book(**sheets: tuple[list[Any], ...]) -> bytes:
    """Make a workbook with these rows in each of its sheets."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd hh:mm"}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    return data.getvalue()


def without(workbook: bytes, part: str) -> bytes:
    """Leave out one part of a workbook."""
    left = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive, zipfile.ZipFile(left, "w") as to:
        for each in archive.namelist():
            if each != part:
                to.writestr(each, archive.read(each))
    return left.getvalue()


@pytest.mark.parametrize(
    "compress",
    [gzip.compress, bz2.compress, lzma.compress, zstd.compress],
    ids=["gzip", "bz2", "xz", "zstd"],
)
def test_a_compressed_file_is_known_by_its_first_bytes(compress: Callable[[bytes], bytes]) -> None:
    assert lines(imported(compress(TEXT.encode()))) == [("1", "MUG", 1)]
    with pytest.raises(FileError, match=r"cut short|ends early|cannot be read"):
        imported(compress(TEXT.encode() * 100)[:-9])
    with pytest.raises(FileError, match="compressed twice"):
        imported(gzip.compress(compress(TEXT.encode())))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"\(\.xls\); .* save it as CSV"),
        (b"%PDF-1.7\n", "is a PDF; ask for the export as CSV"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b'{"orders": []}', "is JSON; convert it to CSV"),
        (b"  [1]", "is JSON"),
        (b"<html><table>", "is HTML or XML"),
        (b"Rar!\x1a\x07", "RAR archive"),
        (b"", "is empty"),
    ],
)
def test_other_files_are_named_and_say_how_to_get_a_csv(data: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message):
        imported(data)


def archive(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def test_archives_are_told_apart() -> None:
    with pytest.raises(FileError, match="zip archive; unpack it"):
        imported(archive(orders=TEXT.encode()))
    with pytest.raises(FileError, match=r"\(\.ods\)"):
        imported(archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"))


def test_a_url_is_no_file() -> None:
    with pytest.raises(FileError, match="is a URL; download the file first"):
        read_orders("https://x.example/a.csv", seller_id="acme", warehouse_id="leeds", at=AT)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Is a directory"):
        read_orders(tmp_path, seller_id="acme", warehouse_id="leeds", at=AT)


def test_the_only_filled_sheet_of_a_workbook_is_read() -> None:
    result = imported(book(Notes=(), Orders=PLAIN_ROWS))
    assert lines(result) == [("1", "MUG", 1)]
    assert result.file_format == FileFormat(
        encoding="utf-8", delimiter=",", sheet="Orders", skip_rows=0
    )


def test_several_filled_sheets_are_listed() -> None:
    data = book(May=PLAIN_ROWS, June=PLAIN_ROWS)
    with pytest.raises(FileError, match="several sheets: 'May', 'June'; name one") as failure:
        imported(data)
    assert failure.value.settings == ("sheet",)
    assert lines(imported(data, sheet="June")) == [("1", "MUG", 1)]
    with pytest.raises(FileError, match="no sheet 'july', only 'May', 'June'"):
        imported(data, sheet="july")


def test_cells_of_a_workbook_read_as_they_are_meant() -> None:
    rows: tuple[list[Any], ...] = (
        HEADER.split(","),
        ["1", 4006381333931, 2.0, datetime(2026, 3, 1, 10, 0)],  # noqa: DTZ001 - as in Excel
        [2, "MÜG", 1.5, "2026-03-01T10:00Z"],
        [],
        [3, True, 1, "2026-03-01T10:00Z"],
    )
    result = imported(book(Orders=rows), time_zone="Europe/Berlin")
    assert lines(result, "1") == [("1", "4006381333931", 2)]
    assert lines(result, "3") == [("1", "true", 1)]
    assert reasons(result) == [(3, "quantity", "'1.5'")]


def test_numbers_of_a_workbook_keep_the_zeros_that_their_format_shows() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        made.add_worksheet("Notes")
        sheet = made.add_worksheet("A & B")
        zip_code = made.add_format({"num_format": "00000"})
        sheet.write_row(0, 1, HEADER.split(","))
        for number, value in enumerate([42, 1234567, "MUG", 7], 1):
            sheet.write_row(number, 1, [number, value, 1, "2026-03-01T10:00Z"])
            sheet.write(number, 2, value, zip_code if number < 4 else None)
        sheet.write(1, 3, 2, made.add_format({"num_format": "0"}))
        sheet.write(2, 3, 3, made.add_format({"num_format": "00;-00"}))
    result = imported(data.getvalue())
    assert [lines(result, str(number)) for number in range(1, 5)] == [
        [("1", "00042", 2)],
        [("1", "1234567", 3)],
        [("1", "MUG", 1)],
        [("1", "7", 1)],
    ]
    with pytest.raises(FileError, match="workbook that cannot be read"):
        imported(without(data.getvalue(), "xl/_rels/workbook.xml.rels"))


def test_a_workbook_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book(Orders=PLAIN_ROWS)
    with pytest.raises(FileError, match="damaged or was cut short"):
        imported(data[:-50])
    with pytest.raises(FileError, match="workbook that cannot be read"):
        imported(archive(**{"[Content_Types].xml": b"<nonsense"}))
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", 100)
    with pytest.raises(FileError, match=r"unpacks to [\d,]+ bytes, of at most 100"):
        imported(data)


@pytest.mark.parametrize(
    ("module", "data", "message"),
    [
        ("chardet", f"{HEADER}\n{row(sku='Größe')}".encode("cp1252"), "name its encoding, or inst"),
        ("python_calamine", book(Orders=PLAIN_ROWS), r"install orderflow-backorder\[files\]"),
        ("backports.zstd", zstd.compress(TEXT.encode()), r"install orderflow-backorder\[files\]"),
    ],
)
def test_without_the_extra_it_is_named(
    module: str, data: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if module.endswith("zstd") and sys.version_info >= (3, 14):
        module = "compression.zstd"
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(FileError, match=message):
        imported(data)


GUESSED = {
    "cp1250": "Łukasz Żak, Świętokrzyska, Příkopy",
    "cp1251": "Иван Иванов, Москва",
    "cp1252": "München, Köln, Größe",
    "cp1253": "Γιώργος, Αθήνα",
    "cp932": "山田太郎, 東京都, 大阪市",
    "gb18030": "王小明, 北京市",
}


@pytest.mark.parametrize("encoding", GUESSED)
def test_a_guessed_encoding_is_said_with_an_example(encoding: str) -> None:
    text = f"{HEADER},ship_to_name\n" + "".join(
        row(str(number), more=f",{name}") + "\n"
        for number, name in enumerate(GUESSED[encoding].split(", "))
    )
    result = imported(text.encode(encoding))
    assert result.guess is not None
    assert result.guess.encoding == encoding
    assert result.guess.confidence >= 0.55
    assert result.guess.example in GUESSED[encoding]
    assert str(result.guess).startswith(f"its encoding was guessed: {encoding} (")


def test_two_likely_readings_are_a_question() -> None:
    with pytest.raises(
        FileError, match="a cell reads 'Świętokrzyska' in iso8859-2 and '"
    ) as failure:
        imported(f"{HEADER}\n{row(sku='Świętokrzyska')}\n".encode("iso8859-2"))
    assert failure.value.settings == ("encoding",)


def test_one_letter_is_too_little_to_tell() -> None:
    with pytest.raises(FileError, match="not UTF-8: a cell reads"):
        imported(f"{HEADER}\n".encode() + b"1,M\x81G,1,2026-03-01T10:00Z\n")


def test_bytes_of_no_encoding_are_a_question() -> None:
    with pytest.raises(FileError, match="name its encoding"):
        imported(f"{HEADER}\n".encode() + b"1,\x81\x8d\x9d\xff\x90,1,2026-03-01T10:00Z\n")
