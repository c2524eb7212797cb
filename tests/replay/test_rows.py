"""What a row means, and when it makes no sense."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow.importing.files.source import Record
from orderflow.importing.values.times import TimeReader
from orderflow.replay import (
    HISTORY_PRESETS,
    EntryKind,
    HistoryLayout,
    HistoryPreset,
    Row,
    SkipReason,
)
from orderflow.replay.generator import COLUMNS
from orderflow.replay.rows import InvalidRowError, RowParser
from tests.replay.histories import row

LONDON = ZoneInfo("Europe/London")
REAL = HISTORY_PRESETS[HistoryPreset.ONLINE_RETAIL_II]


def parse(
    text: str, layout: HistoryLayout = REAL, columns: tuple[str, ...] = COLUMNS
) -> Row | SkipReason:
    positions = layout.positions("a.csv", columns)
    parser = RowParser(layout, positions, len(columns), TimeReader(LONDON))
    return parser.parse(Record(2, text.split(",")))


def parsed(text: str, layout: HistoryLayout = REAL) -> Row:
    found = parse(text, layout)
    assert isinstance(found, Row)
    return found


def test_a_row_is_read() -> None:
    found = parsed(
        row("536365", "85123a ", quantity="6", time="2010-06-01 08:26:00", customer="17850")
    )
    assert found[2:8] == (
        EntryKind.SALE,
        "536365",
        "85123A",
        6,
        datetime(2010, 6, 1, 7, 26, tzinfo=UTC),
        "17850",
    )


def test_skus_that_differ_by_case_are_one_product() -> None:
    assert parsed(row(sku="22423a")).sku == parsed(row(sku=" 22423A")).sku


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (row(), EntryKind.SALE),
        (row(customer=""), EntryKind.SALE),
        (row("C1001", quantity="-3"), EntryKind.CANCELLATION),
        (row("C1001", quantity="-3", customer=""), EntryKind.CANCELLATION),
        (row(quantity="-3", price="0.0", customer=""), EntryKind.WRITE_OFF),
        (row(quantity="3", price="0.0", customer=""), EntryKind.SALE),
    ],
)
def test_each_kind_of_row_is_known(text: str, kind: EntryKind) -> None:
    found = parsed(text)
    assert found.kind is kind
    assert found.units > 0


def test_free_units_are_found_where_the_layout_says_so() -> None:
    layout = attrs.evolve(REAL, free_is_found=True)
    assert parsed(row(quantity="3", price="0", customer=""), layout).kind is EntryKind.FOUND
    assert parsed(row(quantity="3", price="0"), layout).kind is EntryKind.SALE
    assert parsed(row(quantity="3", customer=""), layout).kind is EntryKind.SALE


@pytest.mark.parametrize(
    ("text", "skip"),
    [
        (row(sku="post"), SkipReason.NOT_GOODS),
        (row(sku="gift_0001_40"), SkipReason.NOT_GOODS),
        (row("C1001", sku="D", quantity="5"), SkipReason.NOT_GOODS),
        (row("A506401", sku="B", price="-53594.36", customer=""), SkipReason.ACCOUNTING),
        (row("A506401", sku="", quantity="much"), SkipReason.ACCOUNTING),
    ],
)
def test_what_is_no_order_is_left_out_with_the_reason(text: str, skip: SkipReason) -> None:
    assert parse(text) is skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (row(""), "Invoice must be 1 to 100 printable characters, not ''"),
        (row("1\x00"), r"Invoice must be .* not '1\\x00'"),
        (row("9" * 101), "Invoice must be 1 to 100"),
        (row(sku=" "), "StockCode must be .* not ''"),
        (row(sku="CAF\udcc9"), "StockCode must be"),
        (row(quantity="0"), "Quantity must be .* not '0'"),
        (row(quantity="two"), "Quantity must be .* not 'two'"),
        (row(quantity="1_0"), "Quantity must be"),
        (row(quantity="1.0"), "Quantity must be"),
        (row(quantity="9" * 5_000), "Quantity must be .*…"),
        (row(quantity="-2"), "Quantity must be above 0 on an order, not '-2'"),
        (row("C1", quantity="2"), "Quantity must be below 0 on a cancellation, not '2'"),
        (row(quantity="-2", price="x", customer=""), "Price must be a number, not 'x'"),
        (row(time="yesterday"), "InvoiceDate must be a time like .* not 'yesterday'"),
        (row(time="0001-01-01 00:00"), "InvoiceDate must be"),
        (row(time="9999-12-31 23:59"), "InvoiceDate must be"),
        (row(time=""), "InvoiceDate must be"),
        (row() + ",more", "it has 9 cells, the header has 8"),
        ("1001,MUG", "it has 2 cells"),
    ],
)
def test_an_invalid_cell_is_named_by_column_and_value(text: str, reason: str) -> None:
    with pytest.raises(InvalidRowError, match=reason):
        parse(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29 00:59", "2026-03-29 00:59"),
        ("2026-03-29 01:30", "2026-03-29 01:30"),  # there is none: the clocks go forward
        ("2026-03-29 02:00", "2026-03-29 01:00"),
        ("2026-10-25 01:30", "2026-10-25 00:30"),  # there are two: the earlier one
        ("2026-10-25 02:00", "2026-10-25 02:00"),
        ("2026-07-01T09:00:00-04:00", "2026-07-01 13:00"),
    ],
)
def test_times_are_those_of_london_unless_they_name_a_zone(text: str, utc: str) -> None:
    assert f"{parsed(row(time=text)).at:%Y-%m-%d %H:%M}" == utc


def test_times_are_read_in_another_format() -> None:
    times = TimeReader(LONDON, "%d/%m/%Y %H.%M")
    assert times.read("24/12/2025 09.30") == datetime(2025, 12, 24, 9, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="a time in the format"):
        times.read("2025-12-24 09:30")


PROMISED = attrs.evolve(HISTORY_PRESETS[HistoryPreset.PLAIN], priority="urgency", promise="due")
PROMISED_COLUMNS = ("order_id", "sku", "quantity", "placed_at", "urgency", "due")


def test_priority_and_promise_are_read_where_there_are_columns_for_them() -> None:
    text = "7,MUG,1,2026-03-02 09:00,5,2026-03-04 12:00"
    found = parse(text, PROMISED, PROMISED_COLUMNS)
    assert isinstance(found, Row)
    assert (found.priority, found.promised_by) == (5, datetime(2026, 3, 4, 12, tzinfo=UTC))


def test_priority_and_promise_may_be_empty() -> None:
    found = parse("7,MUG,1,2026-03-02 09:00,,", PROMISED, PROMISED_COLUMNS)
    assert isinstance(found, Row)
    assert (found.priority, found.promised_by) == (0, None)


@pytest.mark.parametrize(
    ("cells", "reason"), [("high,", "urgency must be"), (",soon", "due must be a time")]
)
def test_priority_and_promise_are_checked(cells: str, reason: str) -> None:
    with pytest.raises(InvalidRowError, match=reason):
        parse(f"7,MUG,1,2026-03-02 09:00,{cells}", PROMISED, PROMISED_COLUMNS)


def test_a_plain_file_has_no_rules() -> None:
    found = parse(
        "C7,POST,1,2026-03-02 09:00", HISTORY_PRESETS[HistoryPreset.PLAIN], PROMISED_COLUMNS[:4]
    )
    assert isinstance(found, Row)
    assert found.kind is EntryKind.SALE
