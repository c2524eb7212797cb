"""The same file twice, and files that have changed, carried out by the service."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from orderflow import MemoryRepository, OrderFlow, StockKey
from orderflow.commands import BookInStock, CancelOrder, EditOrder, PlaceOrder, SplitOrder
from orderflow.edits import ChangeCourier, ChangeQuantity
from orderflow.importing import OnChange, orders
from tests.importing.files import AT, HEADER, SELLER, WAREHOUSE, plain, row

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from orderflow import Order
    from orderflow.importing import Import


class Host:
    """A host that imports files, and remembers what it carried out."""

    def __init__(self) -> None:
        self.repository = MemoryRepository()
        self.flow = OrderFlow(self.repository)
        self.asked_for: list[list[str]] = []
        for sku in ("MUG", "CUP"):
            key = StockKey(SELLER, WAREHOUSE, sku)
            self.flow.handle(BookInStock(key=key, received=2, at=AT))

    def orders(self, order_ids: Collection[str]) -> dict[str, Order]:
        self.asked_for.append(list(order_ids))
        return {
            order_id: order
            for order_id in order_ids
            if (order := self.repository.read(SELLER, methodcaller("order", order_id))) is not None
        }

    def was_imported(self, command_id: str) -> bool:
        return self.repository.write(SELLER, lambda work: work.answered(command_id) is not None)

    def read(self, *rows: str, **options: Any) -> Import:  # noqa: ANN401 - of `read_orders`
        return plain(*rows, existing=self.orders, **options)

    def carry_out(self, result: Import) -> None:
        for command in result.commands:
            self.flow.handle(command)

    def units(self, order_id: str) -> int:
        return self.flow.seller(SELLER).order(order_id).units


@pytest.fixture
def host() -> Host:
    return Host()


def test_orders_are_asked_for_together_in_the_order_of_the_file(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "PAGE_ORDERS_MAX", 3)
    monkeypatch.setattr(orders, "PAGE_ROWS_MAX", 24)
    long = [row("8", f"SKU-{number}") for number in range(12)]
    rows = [row(each) for each in "7192"] + long + [row(each) for each in "3456"]
    result = host.read(*rows)
    assert host.asked_for == [["7", "1", "9"], ["2", "8"], ["3", "4", "5"], ["6"]]
    host.carry_out(result)
    again = host.read(*rows)
    assert (result.new, again.new, again.unchanged) == (9, 0, 9)


def test_a_file_that_is_imported_twice_is_unchanged_the_second_time(host: Host) -> None:
    rows = (row("1", quantity=5), row("2"))
    host.carry_out(host.read(*rows))
    again = host.read(*rows)
    assert (again.new, again.unchanged, again.changed, again.commands) == (0, 2, (), ())


def test_commands_that_are_carried_out_twice_do_nothing_twice(host: Host) -> None:
    first, second = plain(row()), plain(row(), at=AT.replace(hour=23))
    host.carry_out(first)
    before = host.flow.seller(SELLER).order("1")
    host.carry_out(second)
    assert host.flow.seller(SELLER).order("1") == before
    assert first.commands[0].command_id == second.commands[0].command_id


def test_another_content_has_another_command_id() -> None:
    header = f"{HEADER},priority"
    texts = (row(), row(quantity=2), row(sku="CUP"), row("2"))
    ids = {plain(text).commands[0].command_id for text in texts}
    ids |= {plain(f"{text},1", header=header).commands[0].command_id for text in texts}
    assert len(ids) == 8


def test_a_changed_order_is_left_as_it_is_unless_it_is_asked_for(host: Host) -> None:
    host.carry_out(host.read(row("1"), row("2")))
    result = host.read(row("1", quantity=2), row("2"))
    assert [(each.order_id, each.edits) for each in result.changed] == [
        ("1", (ChangeQuantity("1", 2),))
    ]
    assert (result.unchanged, result.commands) == (1, ())


def test_a_changed_order_is_edited_where_that_is_asked_for(host: Host) -> None:
    host.carry_out(host.read(row("1", quantity=1)))
    result = host.read(row("1", quantity=2), row("1", "CUP"), on_change=OnChange.UPDATE)
    (edit,) = result.commands
    assert isinstance(edit, EditOrder)
    assert edit.expected_version == host.flow.seller(SELLER).order("1").version
    host.carry_out(result)
    host.carry_out(result)
    assert host.units("1") == 3
    assert host.read(row("1", quantity=2), row("1", "CUP")).unchanged == 1


def test_a_file_can_change_an_order_to_and_fro(host: Host) -> None:
    for quantity in (1, 2, 1, 2):
        host.carry_out(host.read(row("1", quantity=quantity), on_change=OnChange.UPDATE))
        assert host.units("1") == quantity


def test_an_order_that_the_seller_edited_since_is_told_from_one_that_the_file_changes(
    host: Host,
) -> None:
    host.carry_out(host.read(row("1")))
    host.flow.seller(SELLER).edit("1", ChangeQuantity("1", 2), ChangeCourier("DPD"), at=AT)
    plainly = host.read(row("1"), on_change=OnChange.UPDATE)
    assert [each.edits for each in plainly.changed] == [(ChangeQuantity("1", 1),)]
    informed = host.read(row("1"), on_change=OnChange.UPDATE, was_imported=host.was_imported)
    assert (informed.unchanged, informed.commands) == (1, ())


def test_an_order_that_was_split_since_is_never_ordered_once_more(host: Host) -> None:
    host.carry_out(host.read(row("1", quantity=5)))
    host.flow.handle(SplitOrder(seller_id=SELLER, order_id="1", new_order_id="1-1", at=AT))
    result = host.read(row("1", quantity=5), on_change=OnChange.UPDATE)
    assert result.commands == ()
    assert "was split" in result.changed[0].obstacle
    assert host.read(row("1", quantity=5), was_imported=host.was_imported).unchanged == 1


def test_an_order_that_was_cancelled_since_is_neither_placed_nor_edited(host: Host) -> None:
    host.carry_out(host.read(row("1")))
    host.flow.handle(CancelOrder(seller_id=SELLER, order_id="1", at=AT))
    assert host.read(row("1")).unchanged == 1
    result = host.read(row("1", quantity=2), on_change=OnChange.UPDATE)
    assert (result.new, result.commands) == (0, ())
    assert "is CANCELLED" in result.changed[0].obstacle


def test_orders_that_are_there_can_be_given_as_a_mapping() -> None:
    (command,) = plain(row("1")).commands
    assert isinstance(command, PlaceOrder)
    result = plain(row("1"), row("2"), existing={"1": command.order})
    assert (result.unchanged, result.new) == (1, 1)
