"""How a file says what was ordered: the names of its columns, and what its rows mean."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.importing.columns import column_list, nearest
from orderflow.importing.presets import NOT_GOODS, NOT_GOODS_PREFIXES
from orderflow.replay.faults import HistoryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HISTORY_PRESETS", "HistoryLayout", "HistoryPreset", "layout_of"]

_ROLES = ("order", "sku", "quantity", "time", "customer", "price", "priority", "promise")


@attrs.frozen(kw_only=True)
class HistoryLayout:
    """What the columns of a file are called, and what is no order in it.

    Attributes:
        order: The column of the order id. The rows that share one are the lines of one order.
        sku: The column of the product.
        quantity: The column of the units.
        time: The column of the moment at which the order was placed.
        customer: The column of the customer, if there is one. It tells whose order is cancelled.
        price: The column of the price, if there is one. It tells adjustments of stock.
        priority: The column of the order's priority, if there is one; empty means 0.
        promise: The column of the moment that the order is promised by, if there is one.
        cancellation_prefix: What an order id begins with that cancels units sold before.
        accounting_prefix: What an order id begins with that is book-keeping, and no order.
        not_goods: The product codes that are postage, fees and the like.
        not_goods_prefixes: What further such codes begin with.
        free_is_found: Whether units at price 0 without a customer are stock that was found. Where
            they are below 0, they are stock that was written off in any case.
    """

    order: str
    sku: str
    quantity: str
    time: str
    customer: str | None = None
    price: str | None = None
    priority: str | None = None
    promise: str | None = None
    cancellation_prefix: str = ""
    accounting_prefix: str = ""
    not_goods: frozenset[str] = frozenset()
    not_goods_prefixes: tuple[str, ...] = ()
    free_is_found: bool = False

    def columns(self) -> dict[str, str]:
        """Return the name of each column that there is, by what it holds."""
        named = {role: getattr(self, role) for role in _ROLES}
        return {role: name for role, name in named.items() if name is not None}

    def positions(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Return where in the header each column stands, by what it holds.

        Raises:
            HistoryError: If a column is missing, or is there twice.
        """
        names = [name.strip() for name in header]
        found = {}
        for role, name in self.columns().items():
            if names.count(name) != 1:
                raise HistoryError(file, _not_one(role, name, names), row=1)
            found[role] = names.index(name)
        return found

    def is_goods(self, sku: str) -> bool:
        """Whether this is a product, and not postage or a fee."""
        return sku not in self.not_goods and not sku.startswith(self.not_goods_prefixes)


class HistoryPreset(StrEnum):
    """The layouts that have a name."""

    ONLINE_RETAIL_II = "online-retail-ii"
    """The data set Online Retail II of the UCI repository."""
    PLAIN = "plain"
    """Orders and nothing else: no row is left out, and none cancels another."""


HISTORY_PRESETS = {
    HistoryPreset.ONLINE_RETAIL_II: HistoryLayout(
        order="Invoice",
        sku="StockCode",
        quantity="Quantity",
        time="InvoiceDate",
        customer="Customer ID",
        price="Price",
        cancellation_prefix="C",
        accounting_prefix="A",
        not_goods=NOT_GOODS,
        not_goods_prefixes=NOT_GOODS_PREFIXES,
    ),
    HistoryPreset.PLAIN: HistoryLayout(
        order="order_id", sku="sku", quantity="quantity", time="placed_at"
    ),
}
"""What each preset says."""


def layout_of(file: str, header: Sequence[str], changes: Mapping[str, Any]) -> HistoryLayout:
    """Return the first preset that fits the header, with some fields changed.

    A preset fits if its columns are all in the header, but for those that are changed. Where
    all columns are named by the changes, no preset is known by its own: it is the plain one.

    Raises:
        HistoryError: If none fits.
    """
    names = {name.strip() for name in header}
    for layout in HISTORY_PRESETS.values():
        own = {name for role, name in layout.columns().items() if role not in changes}
        if own and names.issuperset(own):
            return attrs.evolve(layout, **changes)
    plain = HISTORY_PRESETS[HistoryPreset.PLAIN]
    if changes.keys() >= plain.columns().keys():
        return attrs.evolve(plain, **changes)
    wanted = "; ".join(
        f"{preset} needs {', '.join(layout.columns().values())}"
        for preset, layout in HISTORY_PRESETS.items()
    )
    raise HistoryError(
        file,
        f"the columns are {column_list(header)}, which no preset knows ({wanted}); say which "
        f"column holds the order, the SKU, the quantity and the time",
        row=1,
    )


def _not_one(role: str, name: str, names: Sequence[str]) -> str:
    if name in names:
        return f"the column {name!r} ({role}) is there {names.count(name)} times; rename one"
    close = nearest(name, names)
    hint = f"did you mean {close!r}? " if close else ""
    return f"there is no column {name!r} ({role}); {hint}the columns are {column_list(names)}"
