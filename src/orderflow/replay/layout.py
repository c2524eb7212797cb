"""The layout of a history: the names of its columns, and the meaning of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model.terms import Term
from orderflow.importing.layouts.columns import column_list, nearest
from orderflow.importing.layouts.presets import PRESETS, Preset
from orderflow.importing.layouts.skip_rule import SkipKind
from orderflow.replay.faults import HistoryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HISTORY_PRESETS", "HistoryLayout", "HistoryPreset", "layout_of"]

_ROLES = ("order", "sku", "quantity", "time", "customer", "price", "priority", "promise")


@attrs.frozen(kw_only=True)
class HistoryLayout:
    """The names of the columns, and which rows are not orders.

    Attributes:
        order: The column of the order id. Rows with the same id are the lines of one order.
        sku: The column of the product.
        quantity: The column of the units.
        time: The column of the moment at which the order was placed.
        customer: The column of the customer, if any. It links cancellations to orders.
        price: The column of the price, if any. It marks stock adjustments.
        priority: The column of the order's priority, if any. An empty cell means 0.
        promise: The column of the moment by which the order is promised, if any.
        cancellation_prefix: The prefix of order ids that cancel units sold earlier.
        accounting_prefix: The prefix of order ids that are accounting adjustments.
        not_goods: Product codes for postage, fees and the like.
        not_goods_prefixes: The prefixes of further such codes.
        free_is_found: Whether units at price 0 without a customer are stock that was found.
            Negative units of that kind are always stock that was written off.
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
        """Return the names of the columns by role."""
        named = {role: getattr(self, role) for role in _ROLES}
        return {role: name for role, name in named.items() if name is not None}

    def positions(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Return the positions of the columns in the header by role.

        Raises:
            HistoryError: If a column is missing or repeated.
        """
        names = [name.strip() for name in header]
        found = {}
        for role, name in self.columns().items():
            if names.count(name) != 1:
                raise HistoryError(file, _not_one(role, name, names), row=1)
            found[role] = names.index(name)
        return found

    def is_goods(self, sku: str) -> bool:
        """Whether this code is a product, not postage or a fee."""
        return sku not in self.not_goods and not sku.startswith(self.not_goods_prefixes)


class HistoryPreset(Term):
    """The layouts that have a name."""

    ONLINE_RETAIL_II = "ONLINE_RETAIL_II"
    """The data set Online Retail II of the UCI repository."""
    PLAIN = "PLAIN"
    """Orders only: every row is a line of an order."""


_NOT_GOODS = [
    rule for rule in PRESETS[Preset.ONLINE_RETAIL_II].skip if rule.kind is SkipKind.NOT_GOODS
]

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
        not_goods=frozenset(text.upper() for rule in _NOT_GOODS for text in rule.is_one_of),
        not_goods_prefixes=tuple(text for rule in _NOT_GOODS for text in rule.begins_with),
    ),
    HistoryPreset.PLAIN: HistoryLayout(
        order="order_id", sku="sku", quantity="quantity", time="placed_at"
    ),
}
"""The layout of each preset."""


def layout_of(file: str, header: Sequence[str], changes: Mapping[str, Any]) -> HistoryLayout:
    """Return the first preset that matches the header, with some fields changed.

    A preset matches if the header has all of its columns, except those that are changed. If the
    changes name every required column, the layout is the plain one.

    Raises:
        HistoryError: If no preset matches.
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
        f"the columns are {column_list(header)}, which match no preset ({wanted}); name the "
        f"columns of the order, the SKU, the quantity and the time",
        row=1,
    )


def _not_one(role: str, name: str, names: Sequence[str]) -> str:
    if name in names:
        return f"the column {name!r} ({role}) appears {names.count(name)} times; rename one"
    close = nearest(name, names)
    hint = f"did you mean {close!r}? " if close else ""
    return f"there is no column {name!r} ({role}); {hint}the columns are {column_list(names)}"
