"""Chooses the orders of a listing by a filter, and sorts them."""

from __future__ import annotations

from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import typer

from orderflow.cli.filter_names import check_unmatched
from orderflow.cli.options.filter_option import check_options, demanded, filter_option
from orderflow.cli.output import terminal
from orderflow.cli.output.expected_dates import OrderCovers
from orderflow.cli.output.value_fields import ValueFields
from orderflow.cli.row_sorting import sort_key, sort_rows
from orderflow.domain.model.filter_fields import FILTER_FIELDS, FilterField
from orderflow.domain.model.status import Status
from orderflow.domain.model.stock import by_expectation
from orderflow.domain.reports.order_value import order_value
from orderflow.service import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from orderflow.cli.connection import Database, WarehouseOptions
    from orderflow.cli.options.order_choice import OrderChoiceOptions
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt, ProductKey

__all__ = ["OrderChoice"]


class OrderChoice:
    """The orders that a listing has, and their order.

    Attributes:
        at: The present moment.
        covers: When orders are expected to be covered.
        where: The database, and the seller and warehouse that the options or the filter demand.
        values: The custom fields of the orders whose value was asked for.
        sku: The product that the filter demands, so that only its orders are read.

    Args:
        options: The filter and the fields to sort by, as they were typed.
        where: The options of the database, the seller and the warehouse.
        database: Where the orders are.

    Raises:
        BadParameter: If the filter or a field is not valid, or contradicts an option.
    """

    def __init__(
        self, options: OrderChoiceOptions, where: WarehouseOptions, database: Database
    ) -> None:
        self.at = SystemClock().now()
        self.covers = OrderCovers(database, self.at)
        self._database = database
        self._filter = filter_option(options.choose)
        check_options(self._filter, seller=where.seller, warehouse=where.warehouse)
        self.where = attrs.evolve(
            where,
            seller=where.seller or demanded(self._filter, "seller"),
            warehouse=where.warehouse or demanded(self._filter, "warehouse"),
        )
        self.sku = demanded(self._filter, "sku")
        self._value_field = options.value_field
        self.values = ValueFields(options.value_field)
        self._receipts: dict[str, dict[ProductKey, ExpectedReceipt]] = {}
        self._key = sort_key(options.sort, self._fields())
        by_value = {"value", "-value"} & {each.strip() for each in (options.sort or "").split(",")}
        if by_value and options.value_field is None:
            raise typer.BadParameter("value needs --value-field", param_hint="'--sort'")

    def orders(self, status: Status | None, sku: str | None, limit: int) -> Iterator[Order]:
        """Yield the chosen orders of the given seller or of all, oldest first unless sorted.

        Args:
            status: Only orders with this status.
            sku: Only orders of this product.
            limit: How many of them are shown; 0 shows all.

        Raises:
            BadParameter: If the filter contradicts the status.
        """
        check_options(self._filter, status=status)
        where, only = self.where, demanded(self._filter, "status")
        status = status or (None if only is None else Status(only))
        sku = sku or self.sku
        sellers = self._database.sellers_with_orders(where.seller, status, sku)
        of_each = [self._database.orders(seller_id, status, sku) for seller_id in sellers]
        orders = merge(*of_each, key=attrgetter("placed_at"))
        here = (each for each in orders if where.warehouse in (None, each.warehouse_id))
        yield from self.chosen(here, limit)

    def chosen(self, orders: Iterable[Order], limit: int) -> Iterator[Order]:
        """Yield those of some orders that match the filter, sorted if that was asked for."""
        found = (each for each in orders if self.matches(each))
        key = self._key
        if key is None:
            yield from found
            return

        def whole_key(order: Order) -> tuple[Any, ...]:
            return (*key(order), order.placed_at, order.seller_id, order.order_id)

        with terminal.progress_bar(terminal.messages(), "Sorting", None) as show:
            counted = _counted(found, show)
            rows = sort_rows(counted, whole_key, limit, what="orders")
        yield from rows

    def known(
        self, rows: Iterable[dict[str, Any]], sku: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of the listing.

        Raises:
            UnknownNameError: If there are none, and an option or the filter names something
                unknown.
        """
        row = None
        for row in self._database.known(rows, self.where, sku or self.sku):
            yield row
        if row is None:
            check_unmatched(self._database, self.where.seller, self._filter)

    def matches(self, order: Order) -> bool:
        """Whether an order matches the filter."""
        expected = self.covers.expected_at(order) if self._filter.needs_expected_at else None
        return self._filter.matches(order, self.at, expected)

    def value(self, order: Order) -> Decimal | None:
        """Return the value of an order, if it is known."""
        if self._value_field is None:
            return None
        self.values.add(order)
        return order_value(order, self._value_field)

    def next_receipt(self, order: Order) -> ExpectedReceipt | None:
        """Return the receipt that is expected first of those that an order on back order needs."""
        if order.status is not Status.ON_BACK_ORDER:
            return None
        first = self._receipts.get(order.seller_id)
        if first is None:
            first = self._receipts[order.seller_id] = {}
            for each in self._database.flow.seller(order.seller_id).receipts():
                first.setdefault((each.key.warehouse_id, each.key.sku), each)
        found = [first.get((order.warehouse_id, line.sku)) for line in order.short_lines]
        return min((each for each in found if each is not None), key=by_expectation, default=None)

    def _fields(self) -> dict[str, Callable[[Order], Any]]:
        fields = {name: self._reader(field) for name, field in FILTER_FIELDS.items()}
        return fields | {"value": self.value, "next-receipt": self._next_receipt_at}

    def _reader(self, field: FilterField) -> Callable[[Order], Any]:
        def read(order: Order) -> Any:  # noqa: ANN401 - whatever the field holds
            expected = self.covers.expected_at(order) if field.name == "expected" else None
            values = field.values_of(order, self.at, expected)
            return min(values, default=None)  # type: ignore[type-var] # those of a field compare

        return read

    def _next_receipt_at(self, order: Order) -> Any:  # noqa: ANN401 - a moment or None
        receipt = self.next_receipt(order)
        return None if receipt is None else receipt.expected_at


def _counted(orders: Iterable[Order], show: Callable[[float, str], None]) -> Iterator[Order]:
    for number, order in enumerate(orders, 1):
        if number % terminal.SHOWN_EVERY == 0:
            show(number, f"{number:,} orders")
        yield order
