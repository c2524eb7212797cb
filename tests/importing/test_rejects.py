"""Rows that were rejected: written to be mended, and imported again."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from orderflow.importing import (
    REASON_COLUMN,
    FileError,
    WrittenRejects,
    read_orders,
    write_rejects,
)
from tests.importing.files import AT, HEADER, SELLER, WAREHOUSE, imported, lines, orders, row

if TYPE_CHECKING:
    from pathlib import Path


def rejects(data: bytes, **options: str) -> bytes:
    """Import a file, and write what was rejected of it."""
    to = io.BytesIO()
    write_rejects(imported(data, **options), io.BytesIO(data), to)
    return to.getvalue()


GOOD, BAD = row("1"), "2,MUG,two,2026-03-01T10:00Z"


def test_rejected_rows_have_the_columns_of_the_file_and_the_reason_behind_them() -> None:
    text = rejects(f"{HEADER}\n{GOOD}\n{BAD}\n{row('2')}\n".encode()).decode()
    assert text == (
        f"{HEADER},{REASON_COLUMN}\r\n"
        f"{BAD},\"quantity 'two' must be a whole number from 1 to 1000000000000, "
        f'in the digits 0 to 9"\r\n'
        f"{row('2')},row 3 of the same order has a fault\r\n"
    )


def test_rows_of_orders_that_were_refused_are_written_as_well() -> None:
    data, to = f"{HEADER}\n{GOOD}\n{BAD}\n{row('3')}\n{row('3')}\n".encode(), io.BytesIO()
    reason = "its id is taken"
    assert write_rejects(imported(data), io.BytesIO(data), to, refused={"3": reason}).rows == 3
    _, bad, *refused = to.getvalue().decode().splitlines()
    assert bad.startswith(BAD)
    assert refused == [f"{row('3')},{reason}"] * 2


def test_mended_rows_are_imported_and_their_reason_is_not_read() -> None:
    again = imported(rejects(f"{HEADER}\n{BAD}\n{row('2')}\n".encode()).replace(b"two", b"2"))
    assert lines(again, "2") == [("1", "MUG", 2), ("2", "MUG", 1)]
    assert (again.faults, again.ignored) == ((), ())


def test_rows_that_were_not_mended_are_rejected_again_with_one_reason() -> None:
    once = rejects(f"{HEADER}\n{BAD}\n".encode())
    assert rejects(once) == once.replace(b"row 3", b"row 2")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_those_of_the_file(encoding: str) -> None:
    data = f"{HEADER}\n{BAD} Köln München\n".replace(",", ";").encode(encoding)
    text = rejects(data).decode(encoding)
    assert text.startswith(f"{HEADER.replace(',', ';')};{REASON_COLUMN}\r\n")
    assert "2026-03-01T10:00Z Köln München;" in text


def test_a_reason_that_the_encoding_lacks_is_escaped() -> None:
    data = f"{HEADER}\n2,MUG,{'9' * 99}ü,2026-03-01T10:00Z\n".encode("latin-1")
    assert b"\\u2026" in rejects(data, encoding="latin-1")


def test_bytes_that_are_no_text_leave_as_they_came() -> None:
    data = f"{HEADER}\n".encode() + b"2,M\x81G,1,2026-03-01T10:00Z\n"
    assert b"M\x81G" in rejects(data, encoding="utf-8")


def test_formulas_are_made_harmless_and_come_back_as_they_were() -> None:
    data = f"{HEADER},courier\n2,=1+1,two,2026-03-01T10:00Z,'=1\n".encode()
    once = rejects(data)
    assert b"2,'=1+1,two,2026-03-01T10:00Z,'=1," in once
    (order,) = orders(imported(once.replace(b"two", b"2"))).values()
    assert (order.lines[0].sku, order.courier) == ("=1+1", "=1")


def test_a_row_that_fits_no_better_is_as_long_as_it_was() -> None:
    data = f"{HEADER},courier\n2,MUG,1,2026-03-01T10:00Z\n3,MUG,1,2026-03-01T10:00Z,a,b\n".encode()
    assert [each.row for each in imported(rejects(data)).faults] == [2, 3]


def test_a_row_that_cannot_be_read_as_csv_is_one_cell() -> None:
    once = rejects(f'{HEADER}\n2,"MUG,1,x\n{GOOD}\n'.encode())
    assert b'\r\n"2,""MUG,1,x",' in once
    assert [each.row for each in imported(once).faults] == [2]


def test_cells_without_quotes_are_written_without() -> None:
    header = "order-id\tsku\tquantity-purchased\tpurchase-date"
    data = f'{header}\n1\t"Best" mug\tx\t2026-03-01T10:00Z\n'.encode()
    assert b'\r\n1\t"Best" mug\tx\t' in rejects(data)
    assert rejects(rejects(data)) == rejects(data)


def test_rejects_are_written_to_a_path(tmp_path: Path) -> None:
    path, to = tmp_path / "a.csv", tmp_path / "rejects.csv"
    path.write_text(f"{HEADER}\n{BAD}\n")
    result = read_orders(str(path), seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT)
    assert write_rejects(result, str(path), str(to)) == WrittenRejects(1, 0, 2)
    assert to.read_text().startswith(f"{HEADER},{REASON_COLUMN}\n")
    with pytest.raises(FileError, match="is the input file"):
        write_rejects(result, path, path)
    with pytest.raises(FileError, match="cannot be written"):
        write_rejects(result, path, tmp_path / "none" / "rejects.csv")


def test_a_pipe_cannot_be_read_a_second_time() -> None:
    result = imported(f"{HEADER}\n{BAD}\n")
    end, begin = os.pipe()
    os.close(begin)
    with (
        open(end, "rb") as pipe,  # noqa: PTH123 - a descriptor
        pytest.raises(FileError, match=r"a\.csv: cannot be read a second time; save it"),
    ):
        write_rejects(result, pipe, io.BytesIO())
