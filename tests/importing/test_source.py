"""Files as they come: plain, compressed, cut short, in other encodings."""

from __future__ import annotations

import gzip
import io
import os
from typing import TYPE_CHECKING

import pytest

from orderflow.importing import FileError, FileFormat, open_source
from tests.replay.histories import HEADER, row, write, write_shop

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow.importing.files.source import Record

TEXT = f"{HEADER}\n{row()}\n"


def records(path: Path, encoding: str = "utf-8-sig") -> list[Record]:
    with open_source(path, FileFormat(encoding=encoding)) as source:
        return list(source.records())


def test_the_header_is_row_1_and_blank_rows_are_left_out_but_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "", row(), "", row())
    assert [record.row for record in records(path)] == [1, 3, 5]


def test_gzip_is_known_by_its_first_bytes_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert len(records(path)) == 2


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert records(path)[0].cells[0] == "Invoice"


def test_a_stream_is_read_and_left_open() -> None:
    stream = io.BytesIO(gzip.compress(TEXT.encode()))
    with open_source(stream, name="standard input") as source:
        assert len(list(source.records())) == 2
    assert not stream.closed


def test_a_pipe_is_copied() -> None:
    end, begin = os.pipe()
    with open(begin, "wb") as other:  # noqa: PTH123 - a descriptor
        other.write(TEXT.encode())
    with open(end, "rb") as pipe, open_source(pipe, name="pipe") as source:  # noqa: PTH123
        assert len(list(source.records())) == 2
        assert source.bytes_read == source.bytes_total == len(TEXT)


def test_it_tells_how_far_it_has_read(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz")
    with open_source(path) as source:
        assert source.bytes_total == path.stat().st_size
        assert len(list(source.records())) > 1_000
        assert source.bytes_read == source.bytes_total


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.csv: No such file"):
        records(tmp_path / "none.csv")


def test_a_file_that_was_cut_short_says_at_which_row(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz")
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(FileError, match=r"row [\d,]+: .* cut short") as failure:
        records(path)
    assert (failure.value.row or 0) > 1_000


def test_a_file_that_is_damaged_says_so(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(FileError, match="cannot be read"):
        records(path)


def test_utf_16_is_recognised_and_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-16")
    with pytest.raises(FileError, match="utf-16"):
        records(path)
    assert len(records(path, "utf-16")) == 2


def test_an_encoding_that_does_not_fit_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row())
    with pytest.raises(FileError, match="not in the encoding"):
        records(path, "utf-16")
    with pytest.raises(FileError, match="unknown encoding"):
        records(path, "utf-99")


def test_bytes_that_are_no_text_do_not_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}\n".encode() + row(sku="CAF\xc9").encode("latin-1") + b"\n")
    cells = records(path)[1].cells
    assert cells[1].encode("utf-8", "surrogateescape") == b"CAF\xc9"


def test_a_quote_that_is_left_open_is_a_fault_of_its_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '1001,"MUG', "x" * 140_000, row())
    found = records(path)
    assert "is a closing quote missing?" in found[1].fault
    assert found[-1].fault == ""
