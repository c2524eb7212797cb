"""Products by demand: A makes 80 % of the units ordered, B the next 15 %, C the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.laboratory.trial import Trial

__all__ = ["ProductClass", "product_classes"]

_PERCENT = {"A": 80, "B": 95, "C": 100}
"""The share of the units that a class and those before it have."""


@attrs.frozen
class ProductClass:
    """A class of products.

    Attributes:
        name: Its letter.
        products: Its products.
        units: The units of these that were ordered.
    """

    name: str
    products: frozenset[str]
    units: int

    def fill_rate(self, trial: Trial) -> float | None:
        """Return the share of units of these products that were served at first attempt."""
        counts = [each for sku, each in trial.products.items() if sku in self.products]
        ordered = sum(total for total, _ in counts)
        return sum(served for _, served in counts) / ordered if ordered else None


def product_classes(units: Mapping[str, int]) -> tuple[ProductClass, ...]:
    """Divide products into classes. The product that reaches the share of a class is in it.

    >>> [sorted(each.products) for each in product_classes({"MUG": 90, "JUG": 8, "PEN": 2})]
    [['MUG'], ['JUG'], ['PEN']]
    """
    total, before = sum(units.values()), 0
    members: dict[str, list[str]] = {name: [] for name in _PERCENT}
    for sku in sorted(units, key=lambda each: (-units[each], each)):
        name = next(each for each, percent in _PERCENT.items() if 100 * before < percent * total)
        members[name].append(sku)
        before += units[sku]
    return tuple(
        ProductClass(name, frozenset(skus), sum(units[sku] for sku in skus))
        for name, skus in members.items()
    )
