"""The statements that are used often, built once for a set of tables.

Each uses an index. `tests/conformance` checks their plans on each database.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Integer,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
    type_coerce,
    union,
)

from orderflow.adapters.sql.arrays import (
    IsOneOf,
    JsonArrays,
    given_pairs,
)
from orderflow.adapters.sql.rows import LINE_COLUMNS, ORDER_COLUMNS, RECEIPT_COLUMNS
from orderflow.adapters.sql.tables import HOLDS, IS_POSTPONED, IS_UNSERVED, WAITS
from orderflow.adapters.sql.write_statements import WriteStatements
from orderflow.domain.model.policy import Queue
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from sqlalchemy import (
        CTE,
        Column,
        ColumnElement,
        ScalarSelect,
        Select,
        TextClause,
    )
    from sqlalchemy.sql import Executable
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from orderflow.adapters.sql.tables import Tables

    Columns = ReadOnlyColumnCollection[str, Column[Any]]

__all__ = ["PLACE_COLUMNS", "Statements", "each_value", "is_after", "statements_of"]

SELLER: BindParameter[str] = bindparam("seller_id")


@lru_cache(maxsize=64)
def statements_of(tables: Tables) -> Statements:
    """Return the statements for these tables, from a cache."""
    return Statements(tables)


class Statements(WriteStatements):
    """All statements of the repository, in SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._name_order_reads(tables)
        self._name_stock_reads(tables)
        self._name_locks(tables)
        self._name_history_reads(tables)
        self._name_seller_reads(tables)
        self.queue_pages, self.queue_pages_with_orders = (
            {
                (queue, blocked_on, after): self._queue_page(queue, blocked_on, after, with_orders)
                for queue in Queue
                for blocked_on in (False, True)
                for after in (False, True)
            }
            for with_orders in (False, True)
        )
        self.order_pages = {
            given: self._order_page(*given) for given in product((False, True), repeat=3)
        }
        self.stock_pages = {after: self._stock_page(after=after) for after in (False, True)}

    def orders_where(
        self, *conditions: ColumnElement[bool] | TextClause
    ) -> Select[tuple[object, ...]]:
        """Return a query for the seller's orders that meet these conditions, with their lines.

        It is one statement, so nobody can change an order between two reads.
        """
        ours = self.tables.orders.c.seller_id == SELLER
        return select(*self._order_columns()).where(ours, *conditions)

    def _order_columns(self) -> list[ColumnElement[Any]]:
        orders = self.tables.orders.c
        return [*(_flag(orders[name]) for name in ORDER_COLUMNS), self._lines_of_order(orders)]

    def _orders_found_by(
        self,
        condition: ColumnElement[bool],
        *first: Column[Any],
        limit: BindParameter[int] | None = None,
    ) -> Select[tuple[object, ...]]:
        """Return a query for the orders that an index has, and then for their rows by key.

        Without statistics, SQLite would rather read all orders of the seller than look up the
        rows of an index. It finds the keys in the index if that has all it needs.
        """
        orders = self.tables.orders.c
        found = select(orders.order_id).where(orders.seller_id == SELLER, condition)
        if limit is not None:
            found = found.order_by(*first).limit(limit)
        return self.orders_where(orders.order_id.in_(found.correlate(None)))

    def _name_order_reads(self, tables: Tables) -> None:
        orders, lines = tables.orders.c, tables.lines.c
        self.order = self.orders_where(orders.order_id == bindparam("order_id"))
        self.some_orders = self.orders_where(IsOneOf(orders.order_id, "ids"))
        split_off = orders.split_from == bindparam("split_from")
        self.split_off = self._orders_found_by(split_off).order_by(orders.order_id)
        self.order_ids = select(orders.order_id).where(
            orders.seller_id == SELLER, IsOneOf(orders.order_id, "ids")
        )
        self.orders_with_units = (
            select(lines.order_id)
            .distinct()
            .where(
                lines.seller_id == SELLER,
                lines.warehouse_id == bindparam("warehouse_id"),
                lines.sku == bindparam("sku"),
                text(HOLDS),
            )
        )
        waits = orders.status == literal_column(f"'{Status.ON_BACK_ORDER}'")
        placing = (orders.placed_at, orders.order_id)
        # A page is found in order, but not returned in order: to sort it, SQLite would rather read
        # all orders of the seller in order.
        self.back_orders, self.back_orders_after = (
            self._orders_found_by(condition, *placing, limit=bindparam("limit"))
            for condition in (waits, and_(waits, is_after(*placing)))
        )
        ended = self.orders_where(orders.held_until <= bindparam("at"))
        ended = ended.order_by(orders.held_until, orders.order_id)
        self.ended_holds = ended.limit(bindparam("limit"))
        far = self.orders_where(text(IS_POSTPONED), orders.not_before <= bindparam("at"))
        far = far.order_by(orders.not_before, orders.order_id)
        self.postponed = far.limit(bindparam("limit"))
        self._name_waits(orders)
        self.products_of = (
            select(lines.warehouse_id, lines.sku)
            .distinct()
            .where(lines.seller_id == SELLER, IsOneOf(lines.order_id, "ids"))
        )

    def _name_waits(self, orders: Columns) -> None:
        """Name the reads of orders that have waited for some time, the longest wait first."""
        without_part = orders.allows_partial == false()
        limit: BindParameter[int] = bindparam("limit")
        since, own = orders.waits_since, orders.gives_up_at
        long = self.orders_where(text(WAITS), without_part, since <= bindparam("at"))
        self.waiting_since_before = long.order_by(since, orders.order_id).limit(limit)
        waits = text(WAITS), orders.allows_partial == bindparam("allows_partial")
        not_given_up = orders.give_up_after.is_(None), orders.given_up == false()
        by_policy = self.orders_where(*waits, *not_given_up, since <= bindparam("at"))
        by_order = self.orders_where(own <= bindparam("at"))
        unreminded = orders.reminded == false()
        self.to_give_up, self.to_give_up_own, self.to_remind, self.to_remind_own = (
            statement.order_by(moment, orders.order_id).limit(limit)
            for statement, moment in (
                (by_policy, since),
                (by_order, own),
                (by_policy.where(since > bindparam("later_than"), unreminded), since),
                (by_order.where(own > bindparam("later_than"), unreminded), own),
            )
        )

    def _name_stock_reads(self, tables: Tables) -> None:
        stock = tables.stock.c
        self.stock = select(*_of_stock(stock)).where(
            stock.seller_id == SELLER,
            stock.warehouse_id == bindparam("warehouse_id"),
            IsOneOf(stock.sku, "skus"),
        )
        self.unserved = (
            select(stock.seller_id, stock.warehouse_id, stock.sku)
            .where(text(IS_UNSERVED))
            .order_by(stock.seller_id, stock.warehouse_id, stock.sku)
        )
        self.unserved_of = (
            select(stock.warehouse_id, stock.sku)
            .where(stock.seller_id == SELLER, text(IS_UNSERVED))
            .order_by(stock.warehouse_id, stock.sku)
        )
        policies = tables.policies.c
        columns = (policies.value, policies.next_page, policies.back_order_limits)
        self.policy = select(*columns).where(policies.seller_id == SELLER)
        # A shared lock, so that nobody can change the policy, and an exclusive one to change it.
        self.shared_policy = self.policy.with_for_update(read=True, key_share=True)
        self.exclusive_policy = self.policy.with_for_update()
        receipts = tables.receipts
        ours = select(*(receipts.c[name] for name in RECEIPT_COLUMNS)).where(
            receipts.c.seller_id == SELLER
        )
        self.receipts = ours.order_by(receipts.c.expected_at, receipts.c.receipt_id)
        self.receipt = ours.where(receipts.c.receipt_id == bindparam("receipt_id"))
        self.expected = self.receipts.where(
            receipts.c.warehouse_id == bindparam("warehouse_id"),
            receipts.c.sku == bindparam("sku"),
        )

    def _name_locks(self, tables: Tables) -> None:
        """Name the statements that lock stock on PostgreSQL, in the order of the products."""
        lines, stock = tables.lines.c, tables.stock.c
        of_orders = select(lines.warehouse_id, lines.sku).where(
            lines.seller_id == SELLER, IsOneOf(lines.order_id, "ids")
        )
        given = select(*given_pairs("warehouse_ids", "skus"))
        # Locked one after the other in this order, so that no two commands wait for each other.
        wanted = union(given, of_orders).order_by("warehouse_ids", "skus").subquery("wanted")
        one = select(*_of_stock(stock)).where(
            stock.seller_id == SELLER,
            stock.warehouse_id == wanted.c.warehouse_ids,
            stock.sku == wanted.c.skus,
        )
        self.locked_stock, self.free_stock = (
            select(*locked.c).select_from(wanted).join(locked, true())
            for skip in (False, True)
            for locked in [one.with_for_update(skip_locked=skip).lateral("locked")]
        )

    def _name_history_reads(self, tables: Tables) -> None:
        commands = tables.commands.c
        self.answer = select(commands.command, commands.outcome).where(
            commands.seller_id == SELLER, commands.command_id == bindparam("command_id")
        )
        events = tables.events.c
        self.last_number = select(func.coalesce(func.max(events.number), 0)).where(
            events.seller_id == SELLER
        )
        self.events = (
            select(events.number, events.event)
            .where(events.seller_id == SELLER, events.number > bindparam("after"))
            .order_by(events.number)
            .limit(bindparam("limit"))
        )
        # Unsorted, or a database might read all events of the seller in order.
        self.events_since = select(events.number, events.event).where(
            events.seller_id == SELLER, events.at >= bindparam("since")
        )
        self.events_of = _events_of(events)

    def _name_seller_reads(self, tables: Tables) -> None:
        self.sellers = _values(tables.events.c.seller_id)
        is_policy = tables.policies.c.value.is_not(None), tables.policies.c.seller_id != ""
        self.owners = [
            _values(each.c.seller_id, *(is_policy if each is tables.policies else ()))
            for each in tables.state
        ]

    def _lines_of_order(self, orders: Columns) -> ScalarSelect[str]:
        lines = self.tables.lines.c
        # A subquery for each order, so no database plans a scan of all the seller's lines.
        fields = (lines.position, *(lines[name] for name in LINE_COLUMNS))
        same_order = (lines.seller_id == SELLER, lines.order_id == orders.order_id)
        return select(JsonArrays(*fields)).where(*same_order).scalar_subquery()

    def _queue_page(
        self,
        queue: Queue,
        blocked_on: bool,  # noqa: FBT001 - keys
        after: bool,  # noqa: FBT001 - as above
        with_orders: bool,  # noqa: FBT001 - as above
    ) -> Executable:
        """Return a query for the places of a page of a queue, each followed by its order or not."""
        entries, orders = self.tables.queue.c, self.tables.orders
        columns = [entries[name] for name in PLACE_COLUMNS[queue]]
        page = (
            select(entries.least, *columns)
            .where(
                entries.seller_id == SELLER,
                entries.warehouse_id == bindparam("warehouse_id"),
                entries.sku == bindparam("sku"),
            )
            .order_by(*columns)
            .limit(bindparam("limit"))
        )
        if with_orders:
            of_order = orders.c.order_id == entries.order_id
            page = page.add_columns(*self._order_columns()).join_from(
                self.tables.queue, orders, and_(orders.c.seller_id == entries.seller_id, of_order)
            )
        if blocked_on:
            page = page.where(entries.is_blocked, entries.least <= bindparam("at_most"))
        return page.where(is_after(*columns)) if after else page

    def _order_page(self, status: bool, sku: bool, after: bool) -> Executable:  # noqa: FBT001 - keys
        """Return a query for a page of all orders, or of those with a status or a product."""
        orders, lines = self.tables.orders.c, self.tables.lines.c
        conditions = []
        if status:
            conditions.append(orders.status == bindparam("status"))
        if sku:
            having = select(lines.order_id).where(
                lines.seller_id == SELLER, lines.sku == bindparam("sku")
            )
            conditions.append(orders.order_id.in_(having))
        placing = (orders.placed_at, orders.order_id)
        if after:
            conditions.append(is_after(*placing))
        page = self.orders_where(*conditions).order_by(*placing)
        return page.limit(bindparam("limit"))

    def _stock_page(self, *, after: bool) -> Executable:
        stock = self.tables.stock.c
        key = (stock.warehouse_id, stock.sku)
        page = select(*key, stock.on_hand, stock.allocated).where(
            stock.seller_id == SELLER, stock.is_known
        )
        if after:
            page = page.where(is_after(*key))
        return page.order_by(*key).limit(bindparam("limit"))


PLACE_COLUMNS = {
    Queue.FIRST_COME: ("turn", "placed_at", "order_id"),
    Queue.PRIORITY: ("turn", "rank", "placed_at", "order_id"),
    Queue.PROMISED_DATE: ("turn", "has_no_promise", "due_by", "placed_at", "order_id"),
}
"""The sort columns of a queue: the parts of `queue_position`."""


def each_value(column: ColumnElement[str], *conditions: ColumnElement[bool]) -> CTE:
    """Return a query for the distinct values of a column, which jumps through an index.

    Args:
        column: The column. The result has one column, `value`, and may end with a null.
        conditions: The conditions on each value.
    """
    first = select(func.min(column).label("value")).where(*conditions)
    values = first.cte("each_value", recursive=True)
    further = select(func.min(column)).where(column > values.c.value, *conditions)
    return values.union_all(select(further.scalar_subquery()).where(values.c.value.is_not(None)))


def _of_stock(stock: Columns) -> list[ColumnElement[Any]]:
    names = ("warehouse_id", "sku", "on_hand", "allocated", "is_known", "is_unserved")
    return [_flag(stock[name]) for name in names]


def _flag(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as the driver gives it: SQLite gives 0 or 1 for a boolean."""
    return type_coerce(column, Integer) if isinstance(column.type, Boolean) else column


def is_after(*columns: Column[Any]) -> ColumnElement[bool]:
    """Whether a row comes after the place that is given as `after_…`."""
    place = [bindparam(f"after_{column.name}", type_=column.type) for column in columns]
    return tuple_(*columns) > tuple_(*place)


def _values(column: ColumnElement[str], *conditions: ColumnElement[bool]) -> Executable:
    values = each_value(column, *conditions).c.value
    return select(values).where(values.is_not(None))


def _events_of(events: Columns) -> Executable:
    """Find the events of an order in an index that has their numbers, then read them by these."""
    of_order = (
        select(events.number)
        .where(
            events.seller_id == SELLER,
            events.order_id == bindparam("order_id"),
            events.number > bindparam("after"),
        )
        .order_by(events.number)
        .limit(bindparam("limit"))
        .correlate(None)
    )
    return (
        select(events.number, events.event)
        .where(events.seller_id == SELLER, events.number.in_(of_order))
        .order_by(events.number)
    )
