"""Files of every kind of damage: none of it ends the import, and every row is accounted for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from orderflow.importing import FileError, read_stock, write_rejects
from tests.importing.files import AT, SELLER, WAREHOUSE, imported, orders

if TYPE_CHECKING:
    from orderflow.importing import Import

HEADER = "order_id,sku,quantity,placed_at,courier,ship_to_name,ship_to_country"
CELLS = (
    st.sampled_from(["1", "2", "3", "#1001"]),
    st.sampled_from(["MUG", "CUP", "=1+1", "mütze"]),
    st.sampled_from(["1", "2", "1.0", " 5 "]),
    st.sampled_from(["2026-03-01T10:00Z", "2026-03-01 10:00:00 +0100", "0000-00-00"]),
    st.sampled_from(["", "DPD"]),
    st.sampled_from(["", 'Jo, "J"', "Al\nDo"]),
    st.sampled_from(["GB", "gb"]),
)
NONSENSE = st.sampled_from(
    ["", "-3", "٣", "1,000", "10" * 20, "x\0", '"', "'", "=cmd()", "\ud800", "0", "\t", ";"]
) | st.text(max_size=5)
DAMAGE = st.sampled_from([b'"', b"\0", b",", b"\n", b"\r", b"\xff", b"\x81", b"'", b";", b"="])


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Draw a row, in which one cell may be nonsense, or missing, or too much."""
    cells = [draw(cell) for cell in CELLS]
    match draw(st.integers(0, 19)):
        case 0:
            cells[draw(st.integers(0, len(cells) - 1))] = draw(NONSENSE)
        case 1:
            del cells[draw(st.integers(0, len(cells) - 1))]
        case 2:
            cells.append(draw(NONSENSE))
        case _:
            pass
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a file, of which a few bytes behind the header may be damaged."""
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    text = line_end.join([HEADER, *draw(st.lists(rows(), max_size=8))])
    data = text.encode(encoding, "ignore")
    begin = len((HEADER + line_end).encode(encoding))
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        if len(data) > begin:
            at = draw(st.integers(begin, len(data) - 1))
            data = data[:at] + draw(DAMAGE) + data[at + draw(st.integers(0, 3)) :]
    return data


def accounted(result: Import) -> None:
    """Every row is a line, or passed over, or rejected; no fault is without a rejected row."""
    read = sum(len(order.lines) for order in orders(result).values())
    rejected = [each.row for each in result.rejected]
    assert read + len(result.skipped) + len(rejected) == result.rows
    assert len(set(rejected)) == len(rejected)
    assert {fault.row for fault in result.faults} <= set(rejected)
    assert bool(result.faults) == bool(rejected)
    assert result.new == len(result.commands) == len({each.command_id for each in result.commands})


def read(data: bytes) -> Import | None:
    try:
        return imported(data)
    except FileError:  # only where not even the encoding holds to the end
        return None


def test_no_damage_ends_an_import_and_every_row_is_accounted_for() -> None:
    accepted: list[bool] = []

    @given(files())
    def check(data: bytes) -> None:
        result = read(data)
        if result is not None:
            accounted(result)
        accepted.append(result is not None and result.new > 0)

    check()
    assert 8 * sum(accepted) >= len(accepted), "the damage is too rough to test anything"


@given(files())
def test_what_was_rejected_and_not_mended_is_rejected_again(data: bytes) -> None:
    result = read(data)
    if result is None:
        return
    once = io.BytesIO()
    count = write_rejects(result, io.BytesIO(data), once).rows
    assert count == len(result.rejected)
    again = imported(once.getvalue(), encoding=result.file_format.encoding)
    accounted(again)
    assert (len(again.rejected), again.new) == (count, 0)


@given(st.binary(max_size=200), st.sampled_from([b"sku,on_hand\nMUG,1\n", b"sku;on_hand\r\n"]))
def test_every_row_of_a_damaged_count_is_a_count_or_rejected(data: bytes, begin: bytes) -> None:
    file = io.BytesIO(begin + data)
    try:
        result = read_stock(file, seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT)
    except FileError:
        return
    assert len(result.commands) + len(result.rejected) == result.rows
    assert {fault.row for fault in result.faults} == {each.row for each in result.rejected}


@given(st.binary(max_size=200))
@example(b"\xda\xf1")  # chardet before 7.4.2 fails at it
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    result = read(HEADER.encode() + b"\n" + data)
    assert result is None or result.rows >= result.new
    assert read(data) is None or b"order" in data
