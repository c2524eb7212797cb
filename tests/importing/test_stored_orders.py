"""What a file may say about orders that are stored already, beside other lines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow import MemoryRepository, OrderFlow, StockKey
from orderflow.commands import CancelOrder, RequestCancellation
from orderflow.importing import (
    PRESETS,
    CalledOffOrder,
    OnChange,
    Preset,
    RepeatedRow,
    SkipKind,
    SkipRule,
)
from tests.importing.files import (
    AT,
    HEADER,
    SELLER,
    WAREHOUSE,
    imported,
    lines,
    orders,
    plain,
    reasons,
    row,
)

if TYPE_CHECKING:
    from orderflow import Order, Seller
    from orderflow.importing import Import

SHOPIFY = "Name,Created at,Lineitem sku,Lineitem quantity,Cancelled at,Financial Status"
ADDRESS = "ship_to_country,ship_to_name,ship_to_street"
DAY = "2026-03-01 10:00 +0000"


@pytest.fixture
def acme() -> Seller:
    seller = OrderFlow(MemoryRepository()).seller(SELLER)
    seller.book_in(StockKey(SELLER, WAREHOUSE, "MUG"), 2, at=AT)
    return seller


def stored(acme: Seller, text: str, **options: Any) -> Import:  # noqa: ANN401 - of `read_orders`
    orders = {order.order_id: order for order in acme.orders()}

    def parts_of(order_id: str) -> tuple[Order, ...]:
        return acme.parts_of(order_id).children

    return imported(text, existing=orders, parts_of=parts_of, **options)


def carry_out(acme: Seller, result: Import) -> None:
    for command in result.commands:
        acme.handle(command)


def shopify(*rows: str) -> str:
    return "\n".join([SHOPIFY, *rows, ""])


def test_an_order_that_was_called_off_in_the_shop_is_always_named(acme: Seller) -> None:
    carry_out(acme, stored(acme, shopify(f"#1,{DAY},MUG,1,,paid", f"#2,{DAY},CUP,1,,paid")))
    text = shopify(
        f"#1,{DAY},MUG,1,2026-03-02 08:00 +0000,paid",
        f"#2,{DAY},CUP,1,,refunded",
        f"#3,{DAY},CUP,1,,refunded",
    )
    result = stored(acme, text)
    assert result.called_off == (
        CalledOffOrder("#1", "cancelled or refunded"),
        CalledOffOrder("#2", "cancelled or refunded"),
    )
    assert result.commands == ()
    acme.send_to_warehouse("#1", at=AT)
    result = stored(acme, text, on_change=OnChange.UPDATE)
    assert [type(each) for each in result.commands] == [RequestCancellation, CancelOrder]
    carry_out(acme, result)
    assert [order.status for order in acme.orders()] == ["CANCELLATION_REQUESTED", "CANCELLED"]
    again = stored(acme, text, on_change=OnChange.UPDATE)
    assert (again.called_off, again.commands) == ((), ())


def test_the_parts_of_an_order_are_called_off_with_it(acme: Seller) -> None:
    carry_out(acme, stored(acme, shopify(f"#1,{DAY},MUG,5,,paid")))
    acme.split("#1", "#1.1", at=AT)
    result = stored(acme, shopify(f"#1,{DAY},MUG,5,,voided"), on_change=OnChange.UPDATE)
    assert [each.order_id for each in result.called_off] == ["#1", "#1.1"]
    carry_out(acme, result)
    assert {order.status for order in acme.orders()} == {"CANCELLED"}


AMAZON = "order-id\tpurchase-date\torder-status\tsku\tquantity\titem-status"


def amazon(*rows: str) -> str:
    of_day = (row.replace(" ", "\t2026-03-01T10:00:00+00:00\tUnshipped\t", 1) for row in rows)
    return "\n".join([AMAZON, *(row.replace(" ", "\t") for row in of_day), ""])


def test_an_order_is_off_if_all_of_its_items_are(acme: Seller) -> None:
    carry_out(acme, stored(acme, amazon("1 MUG 1 Unshipped", "1 CUP 2 Unshipped")))
    one = stored(acme, amazon("1 MUG 1 Cancelled", "1 CUP 2 Unshipped"))
    assert one.called_off == (CalledOffOrder("1", "MUG: cancelled or refunded"),)
    assert [len(each.edits) for each in one.changed] == [1]
    sent = stored(acme, amazon("1 MUG 1 Cancelled", "1 CUP 2 Shipped"))
    assert (sent.called_off, len(sent.skipped)) == ((), 2)
    text = amazon("1 MUG 1 Cancelled", "1 CUP 0 Cancelled", "2 MUG 1 Cancelled")
    result = stored(acme, text, on_change=OnChange.UPDATE)
    assert result.called_off == (CalledOffOrder("1", "cancelled or refunded"),)
    carry_out(acme, result)
    assert [order.status for order in acme.orders()] == ["CANCELLED"]


def test_postage_does_not_keep_an_order_whose_goods_are_off(acme: Seller) -> None:
    layout = attrs.evolve(
        PRESETS[Preset.PLAIN],
        skip=(
            SkipRule(column="state", kind=SkipKind.CANCELLED, reason="gone", is_one_of="off"),
            SkipRule(column="sku", kind=SkipKind.NOT_GOODS, is_one_of="POST"),
            SkipRule(column="state", kind=SkipKind.DESPATCHED, is_one_of="sent", whole_order=True),
        ),
    )
    header = f"{HEADER},state"
    first = "\n".join([header, row("1", more=","), row("2", more=","), ""])
    carry_out(acme, stored(acme, first, preset=layout))
    off = (row("1", more=",off"), row("1", "POST", more=","))
    post = row("2", "POST", more=",")
    result = stored(acme, "\n".join([header, *off, post, ""]), preset=layout)
    assert result.called_off == (CalledOffOrder("1", "gone"),)
    sent = stored(acme, "\n".join([header, *off, row("1", more=",sent"), ""]), preset=layout)
    assert sent.called_off == ()


def test_an_order_with_the_id_of_a_part_is_not_that_part(acme: Seller) -> None:
    carry_out(acme, stored(acme, f"{HEADER}\n{row('1', quantity=5)}\n"))
    acme.split("1", "1.1", at=AT)
    for update in OnChange:
        result = stored(acme, f"{HEADER}\n{row('1.1', quantity=2)}\n", on_change=update)
        (conflict,) = result.conflicting
        assert conflict.order_id == "1.1"
        assert "split off from order '1'" in conflict.reason
        assert (result.unchanged, result.commands) == (0, ())


def test_an_order_of_another_warehouse_is_not_unchanged(acme: Seller) -> None:
    carry_out(acme, stored(acme, f"{HEADER}\n{row()}\n"))
    orders = {order.order_id: order for order in acme.orders()}
    result = plain(
        row(),
        existing={
            order_id: attrs.evolve(order, warehouse_id="york") for order_id, order in orders.items()
        },
    )
    assert [each.reason for each in result.conflicting] == ["it leaves from warehouse 'york'"]


def test_an_order_that_was_placed_at_another_time_is_of_another_shop(acme: Seller) -> None:
    carry_out(acme, stored(acme, f"{HEADER}\n{row()}\n"))
    later = f"{HEADER}\n1,CUP,1,2026-03-01T12:00Z\n"
    for update in OnChange:
        result = stored(acme, later, on_change=update)
        assert "placed at 2026-03-01 10:00 UTC, and that of the file at 2026-03-01 12:00" in (
            result.conflicting[0].reason
        )
        assert result.commands == ()
    given = attrs.evolve(PRESETS[Preset.PLAIN], placed_at_default=AT + timedelta(days=9))
    assert stored(acme, f"{HEADER}\n1,MUG,1,\n", preset=given).unchanged == 1
    prefixed = attrs.evolve(PRESETS[Preset.PLAIN], order_prefix="UK-")
    result = stored(acme, later, preset=prefixed)
    assert (result.new, lines(result, "UK-1")) == (1, [("1", "CUP", 1)])


@pytest.mark.parametrize(
    ("column", "first", "other"),
    [
        ("placed_at", "2026-03-01T10:00Z", "2026-03-01T11:01Z"),
        ("priority", "1", "2"),
        ("courier", "DPD", "UPS"),
        (f"{ADDRESS},ship_to_city", "GB,Jo,1 Way,Leeds", "GB,Jo,1 Way,York"),
    ],
)
def test_rows_of_an_order_that_contradict_each_other_are_rejected(
    column: str, first: str, other: str
) -> None:
    header = "order_id,sku,quantity" + ("" if column == "placed_at" else ",placed_at")
    time = "" if column == "placed_at" else ",2026-03-01T10:00Z"
    rows = [f"1,MUG,1{time},{first}", f"1,CUP,1{time},{other}", f"2,CUP,1{time},{other}"]
    result = imported("\n".join([f"{header},{column}", *rows, ""]))
    assert reasons(result)[0][:2] == (3, column.rpartition(",")[2])
    assert "in an earlier row of the order" in result.faults[0].reason
    assert [each.row for each in result.rejected][:2] == [2, 3]


def test_rows_of_an_order_may_be_written_one_after_another() -> None:
    result = plain("1,MUG,1,2026-03-01T10:59Z", "1,CUP,1,2026-03-01T10:00Z")
    (command,) = result.commands
    assert command.order.placed_at.hour == 10  # type: ignore[union-attr] # it places an order
    assert result.faults == ()


def test_repeated_rows_are_lines_and_are_named() -> None:
    rows = (row("1"), row("2"), row("1"), row("1", "CUP"), row("1"))
    result = plain(*rows)
    assert result.repeated == (RepeatedRow(4, 2), RepeatedRow(6, 2))
    assert [units for _, _, units in lines(result)] == [1, 1, 1, 1]
    once = plain(*rows, preset=attrs.evolve(PRESETS[Preset.PLAIN], drop_repeated=True))
    assert (once.repeated, len(once.skipped)) == ((), 2)
    assert lines(once) == [("1", "MUG", 1), ("2", "CUP", 1)]


def test_unknown_products_are_listed_with_the_nearest_known_one() -> None:
    known = ["MUG", "0123", "BLUE-CUP", "HAT"]
    skus = {"1": "mug", "2": "MUG", "3": "123", "4": "BLUE CUP", "5": "mug"}
    rows = [row(order_id, sku) for order_id, sku in skus.items()]
    result = plain(*rows, row("6", "HATS"), row("7", "sofa"), known_skus=known)
    assert result.new == 7
    assert [(each.sku, each.rows, each.row, each.nearest) for each in result.unknown_skus] == [
        ("mug", 2, 2, "MUG"),
        ("123", 1, 4, "0123"),
        ("BLUE CUP", 1, 5, "BLUE-CUP"),
        ("HATS", 1, 7, "HAT"),
        ("sofa", 1, 8, None),
    ]
    assert str(result.unknown_skus[0]) == "'mug', row 2; did you mean 'MUG'?"
    strict = plain(*rows, known_skus=known, known_skus_only=True)
    assert (strict.new, len(strict.commands)) == (1, 1)
    assert strict.faults[0].reason == "is not a known product; did you mean 'MUG'?"
    assert [each.row for each in strict.rejected] == [2, 4, 5, 6]
    assert plain(*rows).unknown_skus == ()


def test_orders_of_one_moment_are_served_as_the_file_has_them() -> None:
    rows = [f"#{number},MUG,1,01.03.2026" for number in (999, 1000, 7)]
    rows += ["#8,MUG,1,02.03.2026 00:00", "#6,MUG,1,02.03.2026 08:00", "#5,MUG,1,02.03.2026 08:00"]
    layout = attrs.evolve(PRESETS[Preset.PLAIN], day_first=True)
    result = plain(*rows, preset=layout, time_zone="Europe/Berlin")
    placed = sorted(orders(result).values(), key=lambda order: (order.placed_at, order.order_id))
    assert [order.order_id for order in placed] == ["#999", "#1000", "#7", "#8", "#6", "#5"]
    again = plain(*reversed(rows), preset=layout, time_zone="Europe/Berlin")
    assert {each.command_id for each in again.commands} == {
        each.command_id for each in result.commands
    }
