"""Entries in time order, out of rows in any order."""

from __future__ import annotations

import csv
import gzip
import io
from random import Random
from typing import TYPE_CHECKING

import attrs
import pytest

from orderflow.domain.model.validators import LINES_MAX
from orderflow.importing import PRESETS, FileError, OrderLayout, Preset, SkipKind, write_rejects
from orderflow.importing.files import chunks
from orderflow.replay import EntryKind, Replay, Settings, are_mostly_rejected, read_history
from orderflow.replay.generator import Shop
from tests.replay.histories import (
    HEADER,
    NOTHING_COMES,
    order,
    read,
    row,
    write,
    write_shop,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SALES = (
    row("1001", "MUG", time="2026-03-02 09:00:00"),
    row("1001", "CUP", time="2026-03-02 09:00:00"),
    row("1002", "MUG", time="2026-03-02 11:30:00"),
    row("C1003", "CUP", time="2026-03-02 11:30:00", quantity="-1"),
    row("1004", "JAR", time="2026-03-05 08:00:00", quantity="12"),
)
IN_ORDER = [
    ("1001", "SALE", ("MUG", 1), ("CUP", 1)),
    ("1002", "SALE", ("MUG", 1)),
    ("C1003", "CANCELLATION", ("CUP", 1)),
    ("1004", "SALE", ("JAR", 12)),
]


def in_short(path: Path) -> list[tuple[object, ...]]:
    """Read a file, and tell each entry in short."""
    entries, history = read(path)
    assert history.rejected.total == 0, history.faults
    return [(each.order_id, each.kind.value, *(row[:2] for row in each.rows)) for each in entries]


def test_a_history_in_time_order(tmp_path: Path) -> None:
    assert in_short(write(tmp_path / "a.csv", *SALES)) == IN_ORDER


def test_a_history_with_the_newest_order_first(tmp_path: Path) -> None:
    newest_first = (SALES[4], SALES[3], SALES[2], *SALES[:2])
    assert in_short(write(tmp_path / "a.csv", *newest_first)) == IN_ORDER


def test_a_history_in_no_order_at_all(tmp_path: Path) -> None:
    mixed = (SALES[0], SALES[4], SALES[2], SALES[1], SALES[3])
    assert in_short(write(tmp_path / "a.csv", *mixed)) == IN_ORDER


def test_a_history_with_semicolons_in_windows_1252(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "\r\n".join([HEADER, *SALES]).replace("a thing", "ein Schälchen für Müsli")
    path.write_bytes(text.replace(",", ";").encode("cp1252"))
    assert in_short(path) == IN_ORDER


def test_a_history_in_a_workbook(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(csv.reader([HEADER, *reversed(SALES)])):
            sheet.write_row(number, 0, cells)
    # The lines of 1001 come in the order of the file.
    assert sorted(in_short(tmp_path / "a.xlsx")) == sorted(
        [("1001", "SALE", ("CUP", 1), ("MUG", 1)), *IN_ORDER[1:]]
    )


def test_a_history_in_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEADER, *SALES]).encode()))
    assert in_short(path) == IN_ORDER


def test_rows_of_an_order_may_lie_far_apart(tmp_path: Path) -> None:
    others = [row(str(2_000 + number), time="2026-03-02 10:00") for number in range(500)]
    path = write(tmp_path / "a.csv", SALES[0], *others, SALES[1])
    entries, _ = read(path)
    assert [each.sku for each in entries[0].rows] == ["MUG", "CUP"]
    assert len(entries) == 501


def test_orders_of_the_same_moment_go_by_the_number(tmp_path: Path) -> None:
    texts = [row("1000"), row("C999", quantity="-1"), row("998"), row("99")]
    entries, _ = read(write(tmp_path / "a.csv", *texts))
    assert [each.order_id for each in entries] == ["99", "998", "C999", "1000"]


@pytest.mark.parametrize("in_memory_max", [50, 1_000, 200_000])
def test_a_file_in_any_order_gives_the_same_replay_in_memory_and_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory_max: int
) -> None:
    monkeypatch.setattr(chunks, "IN_MEMORY_MAX", in_memory_max)
    path = write_shop(tmp_path / "shop.csv", Shop(orders=120, customers=20))
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    expected, _ = read(path)
    draw = Random(7)  # noqa: S311 - no secret
    orders: dict[str, list[str]] = {}
    for line in lines:
        orders.setdefault(line.split(",")[0], []).append(line)
    while any(orders.values()):  # the lines of an order keep their order
        order_id = draw.choice([each for each, left in orders.items() if left])
        lines[sum(map(len, orders.values())) * -1] = orders[order_id].pop(0)
    shuffled = write(tmp_path / "mixed.csv", *lines, header=header)
    found, history = read(shuffled)
    assert history.rows == len(lines)
    assert Replay().run(found).as_json() == Replay().run(expected).as_json()


def test_a_history_can_be_read_again_for_another_policy(tmp_path: Path) -> None:
    with read_history(write(tmp_path / "a.csv", *SALES)) as history:
        assert list(history) == list(history)


def test_what_is_left_out_is_counted_by_the_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row(sku="POST"), row("A1"), row("1002", quantity="x"))
    entries, history = read(path)
    assert len(entries) == 1
    assert history.rows == 4
    assert history.skipped == {
        "not goods (postage, fees, discounts)": 1,
        "accounting adjustment": 1,
    }
    assert (history.rejected.total, history.faults.total) == (1, 1)
    assert not are_mostly_rejected([history])


def test_a_faulty_row_rejects_its_order_which_can_be_corrected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("1002"), row(sku="CUP", quantity="x"))
    entries, history = read(path)
    assert [each.order_id for each in entries] == ["1002"]
    assert [(each.row, each.reason) for each in history.rejected] == [
        (2, "row 4 of the same order has a fault"),
        (
            4,
            (
                "Quantity 'x' must be a whole number from -1000000000000 to 1000000000000, in the "
                "digits 0 to 9"
            ),
        ),
    ]
    rejects = tmp_path / "rejects.csv"
    assert write_rejects(history, path, rejects).rows == 2
    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",x,", ",3,"), encoding="utf-8")
    (again,), _ = read(rejects)
    assert [(each.sku, each.units) for each in again.rows] == [("MUG", 1), ("CUP", 3)]


def test_an_empty_file_and_a_file_of_a_header_say_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(FileError, match="is empty"):
        read(empty)
    with pytest.raises(FileError, match="has a header, but no rows"):
        read(write(tmp_path / "header.csv"))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,MUG,2,2026-03-02", header="no,what,many,when")
    layout = OrderLayout(order_id="no", sku="what", quantity="many", placed_at="when")
    (entry,), _ = read(path, preset=layout)
    assert (entry.order_id, entry.rows) == ("1", (("MUG", 2, 2),))


def test_one_wrong_year_is_rejected_and_nothing_else(tmp_path: Path) -> None:
    wrong = [row("9", time="2062-03-02 09:00"), row("8", time="1970-01-01 00:00")]
    entries, history = read(write(tmp_path / "a.csv", *SALES, *wrong))
    assert [each.order_id for each in entries] == ["1001", "1002", "C1003", "1004"]
    assert [each.row for each in history.rejected] == [7, 8]
    assert str(history.faults[0]) == (
        "row 7, InvoiceDate '2062-03-02': is more than 366 days away from the orders of "
        "2026-03-02 to 2026-03-05; is the year right?"
    )


def test_an_order_of_too_many_lines_is_rejected_in_bounded_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row("7"), *[row()] * (LINES_MAX + 2_500))
    (entry,), history = read(path)
    assert entry.order_id == "7"
    assert history.rejected.total == LINES_MAX + 2_500
    assert "has more than 10,000 lines" in str(history.faults[0])


def test_repeated_rows_are_dropped_if_the_layout_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("7000"), row(), row(sku="CUP"), row())
    (first, _), history = read(path)
    assert ([each.row for each in first.rows], history.skipped.total()) == ([2, 4, 5, 6], 0)
    layout = attrs.evolve(PRESETS[Preset.ONLINE_RETAIL_II], drop_repeated=True)
    (first, _), history = read(path, preset=layout)
    assert [each.row for each in first.rows] == [2, 5]
    assert history.skipped == {"repeats an earlier row": 2}


def test_a_quote_left_open_rejects_one_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), '1002,"' + "x" * 140_000, row("1003"))
    entries, history = read(path)
    assert [each.order_id for each in entries] == ["1001", "1003"]
    assert history.rejected.total == 1


SHOPIFY = (
    "Name",
    "Financial Status",
    "Fulfillment Status",
    "Created at",
    "Cancelled at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem sku",
)


def shopify(path: Path, *rows: Sequence[str]) -> Path:
    """Write an export of Shopify, in which only the first row of an order has its fields."""
    text = io.StringIO()
    csv.writer(text).writerows([SHOPIFY, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def test_despatched_orders_are_the_history(tmp_path: Path) -> None:
    path = shopify(
        tmp_path / "a.csv",
        (
            "#2",
            "partially_refunded",
            "fulfilled",
            "2026-03-03 09:00:00 +0000",
            "",
            "1",
            "Cup",
            "CUP",
        ),
        ("#1", "paid", "fulfilled", "2026-03-02 09:00:00 +0000", "", "2", "Mug", "MUG"),
        ("#1", "", "", "", "", "1", "Jar", "JAR"),
        ("#0", "pending", "", "2026-03-01 09:00:00 +0000", "", "1", "Jar", "JAR"),
    )
    entries, history = read(path)
    assert [(each.order_id, len(each.rows)) for each in entries] == [("#1", 2), ("#2", 1)]
    assert history.skipped == {"not paid yet": 1}


def test_an_order_is_cancelled_when_the_shop_says_when_and_else_left_out(tmp_path: Path) -> None:
    when = "2026-03-02 11:00:00 +0000"
    path = shopify(
        tmp_path / "a.csv",
        ("#1", "refunded", "", "2026-03-02 09:00:00 +0000", when, "2", "Mug", "MUG"),
        ("#1", "", "", "", "", "1", "Jar", "JAR"),
        ("#2", "paid", "", "2026-03-02 10:00:00 +0000", "", "1", "Mug", "MUG"),
        ("#3", "voided", "", "2026-03-02 10:30:00 +0000", "", "1", "Mug", "MUG"),
    )
    entries, history = read(path)
    assert [(each.order_id, each.kind) for each in entries] == [
        ("#1", EntryKind.SALE),
        ("#2", EntryKind.SALE),
        ("#1", EntryKind.ORDER_CANCELLED),
    ]
    assert history.skipped == {"cancelled or refunded": 1}
    run = Replay(Settings(rule=NOTHING_COMES), opening={"MUG": 2, "JAR": 1})
    summary = run.run(entries)
    assert order(run, "#1").status == "CANCELLED"
    assert order(run, "#2").status == "DESPATCHED", "the freed stock goes to the next order"
    assert summary.cancelled.before_despatch == 3


def test_an_order_that_is_cancelled_after_it_left_is_a_return(tmp_path: Path) -> None:
    path = shopify(
        tmp_path / "a.csv",
        (
            "#1",
            "refunded",
            "fulfilled",
            "2026-03-02 09:00:00 +0000",
            "2026-03-04 11:00:00 +0000",
            "2",
            "Mug",
            "MUG",
        ),
    )
    summary = Replay(opening={"MUG": 5}).run(read(path)[0])
    assert (summary.cancelled.returned, summary.cancelled.before_despatch) == (2, 0)
    assert summary.balance.difference == 0


def test_a_report_of_what_is_left_to_send_gives_the_units_that_were_ordered(tmp_path: Path) -> None:
    header = ("order-id", "purchase-date", "sku", "quantity-purchased", "quantity-to-ship")
    rows = [
        ("1", "2026-03-02T09:00:00+00:00", "MUG", "3", "1"),
        ("2", "2026-03-02T10:00:00+00:00", "MUG", "2", "0"),
    ]
    path = tmp_path / "a.txt"
    path.write_text("\n".join("\t".join(cells) for cells in (header, *rows)), encoding="utf-8")
    entries, history = read(path)
    assert history.layout_name == Preset.AMAZON
    assert [each.rows[0].units for each in entries] == [3, 2]


def test_what_was_returned_in_part_is_counted_and_not_sold(tmp_path: Path) -> None:
    layout = OrderLayout(
        order_id="order_id",
        sku="sku",
        quantity="quantity",
        placed_at="placed_at",
        skip=PRESETS[Preset.WOOCOMMERCE].skip,
    )
    assert any(rule.kind is SkipKind.RETURNED for rule in layout.skip)
    header = "order_id,sku,quantity,placed_at,item_quantity"
    rows = ("1,MUG,2,2026-03-02,2", "1,MUG,-1,2026-03-02,-1")
    (entry,), history = read(write(tmp_path / "a.csv", *rows, header=header), preset=layout)
    assert entry.rows == (("MUG", 2, 2),)
    assert history.skipped == {"returned": 1}
