"""The names in a filter: if it matches nothing, one of them may be mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.cli.order_pages import orders_in_pages
from orderflow.cli.unknown_names import SELLERS_MAX, UnknownNameError, check_names, check_orders
from orderflow.domain.model.filter_fields import CUSTOM_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.cli.connection import Database
    from orderflow.filters import OrderFilter
    from orderflow.service import OrderFlow

__all__ = ["check_custom_fields", "check_filter_names", "check_unmatched"]


def check_unmatched(database: Database, seller_id: str | None, chosen: OrderFilter) -> None:
    """Require that a filter that matches no order of a seller, or of all, names what exists.

    Raises:
        UnknownNameError: If it does not.
    """
    if not chosen.conditions:
        return
    seller_ids = database.sellers(seller_id)
    if len(seller_ids) <= SELLERS_MAX:
        check_filter_names(database, seller_ids, chosen)
        check_custom_fields(database.flow, seller_ids, chosen)


def check_filter_names(
    database: Database, seller_ids: Iterable[str], chosen: OrderFilter, way_out: str = ""
) -> None:
    """Require that the sellers, warehouses, products and orders in a filter are known.

    Raises:
        UnknownNameError: If one of them is not. The message ends with the way out.
    """
    for seller_id in _names(chosen, "seller"):
        database.seller(seller_id)
    check_names(
        database.flow,
        seller_ids,
        warehouse_ids=_names(chosen, "warehouse"),
        skus=_names(chosen, "sku", "short-sku"),
        way_out=way_out,
    )
    check_orders(database.flow, seller_ids, _names(chosen, "id", "part-of"), way_out)


def check_custom_fields(
    flow: OrderFlow, seller_ids: Iterable[str], chosen: OrderFilter, way_out: str = ""
) -> None:
    """Require that any order has each custom field of a filter. This reads orders until they have.

    Raises:
        UnknownNameError: If there are orders, and none has one of the fields.
    """
    fields = [each.field for each in chosen.conditions if each.field.startswith(CUSTOM_FIELD)]
    missing = {each.removeprefix(CUSTOM_FIELD) for each in fields}
    if not missing:
        return
    known: set[str] = set()
    order = None
    for seller_id in seller_ids:
        for order in orders_in_pages(flow.seller(seller_id)):
            known.update(name for name, _ in order.custom_fields)
            if missing <= known:
                return
    if order is not None:
        raise UnknownNameError("custom field", min(missing - known), known, way_out)


def _names(chosen: OrderFilter, *fields: str) -> list[str]:
    """Return the names that the conditions on some fields have, in their order."""
    conditions = [each for each in chosen.conditions if each.field in fields]
    return [str(value) for each in conditions for value in each.values if value is not None]
