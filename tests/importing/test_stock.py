"""Stock and expected receipts from files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import ExpectedReceipt, InvalidValueError, MemoryRepository, OrderFlow, StockKey
from orderflow.commands import AnnounceReceipt, BookInStock, CountStock
from orderflow.importing import (
    DeliveryLayout,
    FileError,
    ReceiptLayout,
    StockLayout,
    read_deliveries,
    read_receipts,
    read_stock,
    record_id,
)
from tests.importing.files import AT, SELLER, WAREHOUSE, reasons, stream

if TYPE_CHECKING:
    from orderflow.importing import Import

MUG = StockKey(SELLER, WAREHOUSE, "MUG")


def stock(text: str, **options: Any) -> Import:  # noqa: ANN401 - of `read_stock`
    return read_stock(
        stream(text), seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT, name="s.csv", **options
    )


def receipts(text: str, **options: Any) -> Import:  # noqa: ANN401 - of `read_receipts`
    return read_receipts(
        stream(text), seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT, name="r.csv", **options
    )


def deliveries(text: str, **options: Any) -> Import:  # noqa: ANN401 - of `read_deliveries`
    return read_deliveries(
        stream(text), seller_id=SELLER, warehouse_id=WAREHOUSE, at=AT, name="d.csv", **options
    )


def test_a_file_of_stock_is_counts() -> None:
    result = stock("sku,on_hand,note\nMUG,5,shelf 3\nCUP,0,\n")
    first, second = result.commands
    assert isinstance(first, CountStock)
    assert isinstance(second, CountStock)
    assert (first.key, first.counted, first.note, first.at) == (MUG, 5, "shelf 3", AT)
    assert (second.key.sku, second.counted) == ("CUP", 0)


def test_every_fault_of_a_count_is_told() -> None:
    result = stock(f"sku,on_hand,note\n,-1,\nMUG,5,{'x' * 1001}\nMUG,5\nCUP,1,\nCUP,2,\n")
    assert [(row, column) for row, column, _ in reasons(result)] == [
        (2, "sku"),
        (2, "on_hand"),
        (3, "note"),
        (4, ""),
        (6, "sku"),
    ]
    assert result.faults[-1].reason == "is already in row 5"
    assert [each.row for each in result.rejected] == [2, 3, 4, 6]
    assert len(result.commands) == 1
    assert stock("sku,on_hand\nMUG,1\nCUP,x\n", all_or_nothing=True).commands == ()


def test_a_count_is_done_once_however_often_it_is_imported_within_its_batch() -> None:
    flow = OrderFlow(MemoryRepository())
    text = "sku,on_hand\nMUG,5\n"

    def on_hand() -> int:
        return sum(each.on_hand for each in flow.seller(SELLER).stock())

    def carry_out(result: Import) -> None:
        for command in result.commands:
            flow.handle(command)

    carry_out(stock(text, batch="Monday"))
    flow.handle(CountStock(key=MUG, counted=3, at=AT))
    carry_out(stock(text, batch="Monday"))
    assert on_hand() == 3
    carry_out(stock(text, batch="Tuesday"))
    assert on_hand() == 5


def test_a_file_of_receipts_announces_them() -> None:
    result = receipts(
        "ASN;Artikel;Menge;Ankunft\nR1;MUG;1.200;05.03.2026 08:00\n",
        layout=ReceiptLayout(
            receipt_id="ASN",
            sku="Artikel",
            quantity="Menge",
            expected_at="Ankunft",
            day_first=True,
            thousands=".",
        ),
        time_zone=UTC,
    )
    (command,) = result.commands
    assert isinstance(command, AnnounceReceipt)
    expected_at = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    assert command.receipt == ExpectedReceipt("R1", MUG, 1200, expected_at)
    assert str(command.command_id).startswith("import:R1:")


def test_every_fault_of_a_receipt_is_told() -> None:
    result = receipts(
        "receipt_id,sku,quantity,expected_at\n"
        "R1,MUG,5,2026-03-05T08:00Z\n"
        "R1,CUP,5,2026-03-05T08:00Z\n"
        ",MUG,0,\n"
    )
    assert reasons(result) == [
        (3, "receipt_id", "'R1'"),
        (4, "receipt_id", "''"),
        (4, "quantity", "'0'"),
        (4, "expected_at", "''"),
    ]


def test_columns_that_are_missing_are_named() -> None:
    with pytest.raises(FileError, match=r"s\.csv, row 1: .*'on_hand' \(on_hand\), did you mean"):
        stock("sku,onhand\n")
    with pytest.raises(InvalidValueError, match="the name of a column"):
        StockLayout(sku=())


def test_a_misspelt_column_is_searched_among_the_first_of_very_many() -> None:
    others = ",".join(f"{number}" for number in range(2_000))
    with pytest.raises(FileError, match=r"\(on_hand\), did you mean 'onhand'"):
        stock(f"sku,onhand,{others}\n")
    with pytest.raises(FileError, match=r"\(on_hand\); the layout needs"):
        stock(f"sku,{others},onhand\n")


def test_a_seller_that_no_command_could_carry_is_refused_before_a_file_is_read() -> None:
    with pytest.raises(InvalidValueError, match=r"read_stock\.seller_id"):
        read_stock(io.BytesIO(), seller_id="", warehouse_id=WAREHOUSE, at=AT)


def test_stock_below_zero_says_what_the_other_system_means_by_it() -> None:
    (fault,) = stock("sku,on_hand\nMUG,-3\nCUP,-0\n").faults
    assert (fault.row, fault.value) == (2, "'-3'")
    assert fault.reason.startswith("must be 0 or more; below zero, the other system has sold")
    assert "count 0 here" in fault.reason


def test_a_file_of_deliveries_books_in_receipts() -> None:
    result = deliveries(
        "receipt_id,sku,received,rejected,more_to_come\nR1,MUG,2,1,Yes\nR2,MUG,3,,\nR3,CUP,0,,no\n"
    )
    first, second, third = result.commands
    assert isinstance(first, BookInStock)
    assert isinstance(second, BookInStock)
    assert isinstance(third, BookInStock)
    assert (first.key, first.receipt_id, first.at) == (MUG, "R1", AT)
    assert (first.received, first.rejected, first.more_to_come) == (2, 1, True)
    assert (second.received, second.rejected, second.more_to_come) == (3, 0, False)
    assert (third.received, third.more_to_come) == (0, False)
    assert [record_id(each) for each in result.commands] == ["R1", "R2", "R3"]


def test_a_file_of_deliveries_may_have_columns_of_its_own() -> None:
    layout = DeliveryLayout(receipt_id="ASN", sku="Artikel", received="Menge", thousands=".")
    (command,) = deliveries("ASN;Artikel;Menge\nR1;MUG;1.200\n", layout=layout).commands
    assert isinstance(command, BookInStock)
    assert (command.received, command.rejected, command.more_to_come) == (1_200, 0, False)


def test_every_fault_of_a_delivery_is_told() -> None:
    result = deliveries(
        "receipt_id,sku,received,rejected,more_to_come\n"
        ",,,,\n,MUG,-1,x,perhaps\nR1,MUG,1,,\nR1,MUG,2,,\n"
    )
    assert reasons(result) == [
        (3, "receipt_id", "''"),
        (3, "received", "'-1'"),
        (3, "rejected", "'x'"),
        (3, "more_to_come", "'perhaps'"),
        (5, "receipt_id", "'R1'"),
    ]
    assert result.faults[3].reason == "must be yes or no"
    assert [each.row for each in result.rejected] == [3, 5]
    assert len(result.commands) == 1


def test_a_delivery_is_booked_in_once_within_its_batch_and_its_rest_in_another() -> None:
    flow = OrderFlow(MemoryRepository())
    acme = flow.seller(SELLER)
    acme.announce(ExpectedReceipt("R1", MUG, 10, AT), at=AT)
    text = "receipt_id,sku,received,more_to_come\nR1,MUG,3,yes\n"
    for batch in ("Monday", "Monday", "Tuesday"):
        for command in deliveries(text, batch=batch).commands:
            flow.handle(command)
    assert acme.stock_of(MUG).on_hand == 6
    assert [each.quantity for each in acme.receipts()] == [4]
