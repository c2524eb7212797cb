"""Names that the database does not have yet: a typing error, or the first use of a new name.

A read of one is refused with the nearest name that exists. So is a move to an unknown warehouse.
Any other command that makes a new name says so, once it has succeeded.
"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

from orderflow.cli.order_pages import orders_in_pages
from orderflow.cli.output import terminal
from orderflow.domain.model.commands import MoveOrder, PlaceOrder, PlaceOrders
from orderflow.errors import NotFoundError, OrderNotFoundError, UnreadableError
from orderflow.errors.quoting import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import TypeVar

    from orderflow.domain.model.commands import Command
    from orderflow.domain.model.stock import StockKey
    from orderflow.service import OrderFlow, Seller

    T = TypeVar("T")

__all__ = [
    "UnknownNameError",
    "check_names",
    "check_orders",
    "check_seller",
    "check_warehouses",
    "did_you_mean",
    "known_skus",
    "new_names",
    "of_known_names",
    "report_names",
    "reporting_new_seller",
]

SELLERS_MAX = 1_000
"""Of more sellers, names are not looked up: all would have to be read."""

_BEFORE_A_MOVE = "; count or announce stock in a new warehouse first"

_NEAR = 0.6
_SHOWN_MAX = 5


class UnknownNameError(NotFoundError):
    """Nothing in the database has this name."""

    def __init__(self, what: str, name: str, known: Iterable[str], way_out: str = "") -> None:
        hint = did_you_mean(name, known) or _some_of(known)
        super().__init__(f"there is no {what} {quoted(name)}{hint}{way_out}")


def check_seller(flow: OrderFlow, seller_id: str) -> None:
    """Require a seller with any state, unless no seller has any.

    Raises:
        UnknownNameError: If only others have.
    """
    if _is_known(flow, seller_id):
        return
    known = flow.sellers()
    if known and seller_id not in known:  # another process may have made it since
        raise UnknownNameError("seller", seller_id, known)


def of_known_names(
    rows: Iterable[T],
    flow: OrderFlow,
    *,
    sellers: Callable[[], Iterable[str]],
    warehouse_id: str | None,
    sku: str | None,
) -> Iterator[T]:
    """Yield rows. If there are none, the warehouse or the product may not exist.

    Raises:
        UnknownNameError: If that is why there are none.
    """
    row = None
    for row in rows:
        yield row
    if row is not None or (warehouse_id is None and sku is None):
        return
    seller_ids = list(islice(sellers(), SELLERS_MAX + 1))
    if len(seller_ids) <= SELLERS_MAX:
        check_names(
            flow,
            seller_ids,
            warehouse_ids=() if warehouse_id is None else (warehouse_id,),
            skus=() if sku is None else (sku,),
        )


def check_names(
    flow: OrderFlow,
    seller_ids: Iterable[str],
    *,
    warehouse_ids: Collection[str] = (),
    skus: Collection[str] = (),
    way_out: str = "",
) -> None:
    """Require warehouses and products that any of some sellers has stock, a receipt or an order of.

    Raises:
        UnknownNameError: If none has. The message ends with the way out.
    """
    if not (warehouse_ids or skus):
        return
    sellers = [flow.seller(each) for each in seller_ids]
    keys = [key for each in sellers for key in _keys(flow, each.seller_id)]
    if not keys and not any(each.orders(limit=1) for each in sellers):
        return  # if nothing is known yet, nothing is mistyped
    warehouses, products = {key.warehouse_id for key in keys}, {key.sku for key in keys}
    for warehouse_id in warehouse_ids:
        if warehouse_id not in warehouses and not any(
            order.warehouse_id == warehouse_id
            for each in sellers
            for order in orders_in_pages(each)
        ):
            what = "stock or receipt in warehouse"
            raise UnknownNameError(what, warehouse_id, warehouses, way_out)
    for sku in skus:
        if sku not in products and not any(each.orders(sku=sku, limit=1) for each in sellers):
            raise UnknownNameError("product", sku, products, way_out)


def check_orders(
    flow: OrderFlow, seller_ids: Iterable[str], order_ids: Iterable[str], way_out: str = ""
) -> None:
    """Require that any of some sellers has each of some orders.

    Raises:
        UnknownNameError: If none has. The message ends with the way out.
    """
    sellers = [flow.seller(each) for each in seller_ids]
    for order_id in order_ids:
        if not any(_has_order(each, order_id) for each in sellers):
            raise UnknownNameError("order", order_id, (), way_out)


def known_skus(flow: OrderFlow, seller_ids: Iterable[str]) -> set[str]:
    """Return the products that some sellers have stock or a receipt of."""
    return {key.sku for each in seller_ids for key in _keys(flow, each)}


def check_warehouses(
    flow: OrderFlow, seller_id: str, warehouse_ids: Iterable[str], way_out: str = ""
) -> None:
    """Require warehouses with stock or a receipt, unless the seller has none at all.

    Raises:
        UnknownNameError: If one has neither. The message ends with the way out.
    """
    known = {key.warehouse_id for key in _keys(flow, seller_id)}
    for warehouse_id in warehouse_ids:
        if known and warehouse_id not in known:
            raise UnknownNameError("stock or receipt in warehouse", warehouse_id, known, way_out)


@contextmanager
def reporting_new_seller(flow: OrderFlow, seller_id: str, *, is_preview: bool) -> Iterator[None]:
    """Report a seller that the block makes, or would have made."""
    names = [*_new_seller(flow, seller_id)]
    would_be_made = False
    try:
        yield
        would_be_made = is_preview
    finally:  # whatever stopped the block, some of it may be saved
        if would_be_made or _is_known(flow, seller_id):
            report_names(names)


def new_names(flow: OrderFlow, command: Command) -> list[str]:
    """Return lines about the seller, warehouses and products that a command is the first to name.

    Print them once it has succeeded: a command that is refused makes none.

    Raises:
        UnknownNameError: If it moves an order to an unknown warehouse.
    """
    seller_id = command.seller_id
    if isinstance(command, MoveOrder):
        check_warehouses(flow, seller_id, [command.warehouse_id], _BEFORE_A_MOVE)
    return [*_new_seller(flow, seller_id), *_new_keys(flow, seller_id, command)]


def report_names(names: Iterable[str]) -> None:
    """Print the lines about new names."""
    for each in names:
        terminal.messages().print(each)


def _has_order(seller: Seller, order_id: str) -> bool:
    try:
        seller.order(order_id)
    except OrderNotFoundError:
        return False
    return True


def _is_known(flow: OrderFlow, seller_id: str) -> bool:
    try:
        return bool(flow.seller(seller_id).events(limit=1))
    except UnreadableError:  # there is one
        return True


def _new_seller(flow: OrderFlow, seller_id: str) -> Iterator[str]:
    if not _is_known(flow, seller_id):
        hint = did_you_mean(seller_id, flow.sellers())
        yield f"new seller {seller_id!r}{hint}"


def _new_keys(flow: OrderFlow, seller_id: str, command: Command) -> Iterator[str]:
    new: dict[str, list[str]] = {each: [] for each in _sources(command)}
    for key in flow.seller(seller_id).unknown_products(command):
        new.setdefault(key.warehouse_id, []).append(key.sku)
    known: dict[str, list[str]] = {}
    for key in _keys(flow, seller_id) if new else ():
        known.setdefault(key.warehouse_id, []).append(key.sku)
    for warehouse_id, skus in new.items():
        there = known.get(warehouse_id, [])
        hint = "" if there else did_you_mean(warehouse_id, known) or _in_brackets(known)
        if skus:
            products = listed([f"{sku}{did_you_mean(sku, there)}" for sku in skus])
            yield f"new in warehouse {warehouse_id!r}{hint} of seller {seller_id!r}: {products}"
        elif not there:
            yield f"new warehouse {warehouse_id!r}{hint} of seller {seller_id!r}"


def _sources(command: Command) -> tuple[str, ...]:
    """Return the warehouses over which a command places orders."""
    if isinstance(command, PlaceOrder | PlaceOrders) and command.sourcing is not None:
        return command.sourcing.warehouses
    return ()


def _keys(flow: OrderFlow, seller_id: str) -> list[StockKey]:
    seller = flow.seller(seller_id)
    return [each.key for each in seller.stock()] + [each.key for each in seller.receipts()]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the nearest other name as a question, if one is near; case does not count."""
    folded = {each.casefold(): each for each in sorted(known) if each != name}
    near = get_close_matches(name.casefold(), folded, cutoff=_NEAR)
    return f" (did you mean {folded[near[0]]!r}?)" if near else ""


def _some_of(known: Iterable[str]) -> str:
    names = sorted(known)
    first = [quoted(name) for name in names[:_SHOWN_MAX]]
    return f"; known: {listed(first, further=len(names) - len(first))}" if first else ""


def _in_brackets(known: Iterable[str]) -> str:
    """Return the first of the known names, if there are any."""
    some = _some_of(known)
    return f" ({some[2:]})" if some else ""
