"""What a row means, and when it makes no sense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow.domain.model.validators import IDENTIFIER_CHARACTERS_MAX
from orderflow.importing import PRESETS, Preset
from orderflow.replay import Entry, EntryKind, HistoryRules, are_mostly_rejected
from tests.replay.histories import read, row, write

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "order_id,sku,quantity,placed_at"


def entry_of(path: Path, text: str, **options: Any) -> Entry:  # noqa: ANN401 - of read_history
    """Read a file of one row."""
    (entry,), _ = read(write(path / "a.csv", text), **options)
    return entry


def test_a_row_is_read(tmp_path: Path) -> None:
    text = row("536365", "85123a ", quantity="6", time="2010-06-01 08:26:00", customer="17850")
    entry = entry_of(tmp_path, text)
    assert (entry.kind, entry.order_id, entry.customer) == (EntryKind.SALE, "536365", "17850")
    assert entry.at == datetime(2010, 6, 1, 7, 26, tzinfo=UTC)
    assert entry.rows == (("85123A", 6, 2),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (row(), EntryKind.SALE),
        (row(customer=""), EntryKind.SALE),
        (row("C1001", quantity="-3"), EntryKind.CANCELLATION),
        (row("C1001", quantity="-3", customer=""), EntryKind.CANCELLATION),
        (row("C1001", quantity="-3", price="0", customer=""), EntryKind.CANCELLATION),
        (row(quantity="-3", price="0", customer=""), EntryKind.WRITE_OFF),
        (row(quantity="-3", price="£0.00", customer=""), EntryKind.WRITE_OFF),
        (row(quantity="3", price="0", customer=""), EntryKind.SALE),
        (row(quantity="3", price="0"), EntryKind.SALE),
    ],
)
def test_each_kind_of_row_is_known(tmp_path: Path, text: str, kind: EntryKind) -> None:
    entry = entry_of(tmp_path, text)
    assert entry.kind is kind
    assert entry.rows[0].units > 0


def test_free_units_are_found_where_the_rules_say_so(tmp_path: Path) -> None:
    def kind(text: str) -> EntryKind:
        return entry_of(tmp_path, text, rules=HistoryRules(free_is_found=True)).kind

    assert kind(row(quantity="3", price="0", customer="")) is EntryKind.FOUND
    assert kind(row(quantity="3", price="0")) is EntryKind.SALE
    assert kind(row(quantity="3", customer="")) is EntryKind.SALE
    assert kind(row("C1", quantity="-3")) is EntryKind.CANCELLATION, "the prefix of the preset"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (row(sku="post"), "not goods (postage, fees, discounts)"),
        (row(sku="gift_0001_40"), "not goods (postage, fees, discounts)"),
        (row("C1001", sku="D", quantity="5"), "not goods (postage, fees, discounts)"),
        (row("A506401", sku="B", price="-53594.36", customer=""), "accounting adjustment"),
        (row("A506401", sku="", quantity="much"), "accounting adjustment"),
    ],
)
def test_what_is_no_order_is_left_out_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    entries, history = read(write(tmp_path / "a.csv", text))
    assert (entries, dict(history.skipped), history.faults) == ([], {reason: 1}, ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (row(""), "Invoice '': is empty"),
        (row("9" * 129), "must be a text of 1 to 128 printable characters"),
        (row(sku=" "), "StockCode '': is empty"),
        (row(sku="4.00638E+12"), "a spreadsheet has shortened"),
        (row(quantity="0"), "Quantity '0': must be above 0 on an order"),
        (row("C1", quantity="0"), "Quantity '0': must be below 0 on a cancellation"),
        (row(quantity="two"), "Quantity 'two': must be a whole number"),
        (row(quantity="1_0"), "Quantity '1_0': must be a whole number"),
        (row(quantity="-2"), "Quantity '-2': must be above 0 on an order"),
        (row(quantity="-2", price="x", customer=""), "Quantity '-2': must be above 0 on an order"),
        (row("C1", quantity="2"), "Quantity '2': must be below 0 on a cancellation"),
        (row(time="yesterday"), "InvoiceDate 'yesterday': must be a time like"),
        (row(time="0001-01-01 00:00"), "InvoiceDate '0001-01-01 00:00': must be in the years"),
        (row(time=""), "InvoiceDate '': is empty in every row of the order"),
        (row() + ",more", "it has 9 cells, the header has 8"),
        ("1001,MUG", "it has 2 cells"),
    ],
)
def test_an_invalid_cell_is_named_by_column_and_value(
    tmp_path: Path, text: str, fault: str
) -> None:
    entries, history = read(write(tmp_path / "a.csv", text))
    assert entries == []
    assert [fault in str(each) for each in history.faults] == [True]
    assert [each.row for each in history.rejected] == [2]
    assert are_mostly_rejected([history])


def test_ids_and_products_may_be_as_long_as_in_the_core(tmp_path: Path) -> None:
    long = "x" * IDENTIFIER_CHARACTERS_MAX
    entry = entry_of(tmp_path, row(long, long))
    assert (entry.order_id, entry.rows[0].sku) == (long, long.upper())


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
def test_times_are_those_of_london_unless_they_name_a_zone(
    tmp_path: Path, text: str, utc: str
) -> None:
    assert f"{entry_of(tmp_path, row(time=text)).at:%Y-%m-%d %H:%M}" == utc


def test_priority_and_promise_are_read_where_there_are_columns_for_them(tmp_path: Path) -> None:
    header = f"{PLAIN},priority,promised_by"
    path = write(
        tmp_path / "a.csv",
        "7,MUG,1,2026-03-02 09:00,5,2026-03-04 12:00",
        "8,MUG,1,2026-03-02 09:00,,",
        header=header,
    )
    (first, second), _ = read(path)
    assert (first.priority, first.promised_by) == (5, datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert (second.priority, second.promised_by) == (0, None)


def test_the_day_of_an_order_is_the_latest_in_its_rows(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "7,MUG,1,2026-03-02 09:00,2026-03-05",
        "7,CUP,1,2026-03-02 09:00,2026-03-04",
        header=f"{PLAIN},not_before",
    )
    (entry,), _ = read(path)
    assert entry.not_before == datetime(2026, 3, 5, tzinfo=UTC)


def test_the_short_part_of_an_order_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "7,MUG,1,2026-03-02 09:00,never", header=f"{PLAIN},short_part")
    (entry,), history = read(path)
    assert (entry.order_id, list(history.faults)) == ("7", [])


def test_a_plain_file_has_no_rules_and_keeps_the_case_of_products(tmp_path: Path) -> None:
    rows = ("C7,POST,1,2026-03-02 09:00", "C7,post,2,2026-03-02 09:00")
    (entry,), history = read(write(tmp_path / "a.csv", *rows, header=PLAIN))
    assert history.layout_name == Preset.PLAIN
    assert (entry.kind, entry.rows) == (EntryKind.SALE, (("POST", 1, 2), ("post", 2, 3)))


def test_a_cancellation_prefix_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "R-7,MUG,-1,2026-03-02 09:00,Ann", header=f"{PLAIN},customer")
    (entry,), _ = read(path, rules=HistoryRules(cancellation_prefix="R-"))
    assert (entry.kind, entry.customer) == (EntryKind.CANCELLATION, "Ann")


def test_a_prefix_of_the_shop_goes_before_that_of_cancellations(tmp_path: Path) -> None:
    layout = attrs.evolve(PRESETS[Preset.ONLINE_RETAIL_II], order_prefix="UK-")
    path = write(tmp_path / "a.csv", row("C1", quantity="-1"))
    (entry,), _ = read(path, preset={Preset.ONLINE_RETAIL_II: layout})
    assert (entry.kind, entry.order_id) == (EntryKind.CANCELLATION, "UK-C1")
