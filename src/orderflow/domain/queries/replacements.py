"""Replacements for short products, and which of them are available now.

A catalogue lists which product may replace which. It is the host's own, or a `ReplacementList`,
which is plain data. `replacement_offers` compares it with the stock, and offers a replacement if
enough units are available. A replacement always replaces a whole line, as `ReplaceLine` does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_key,
    require_methods,
    require_number,
    require_order,
    require_view,
)
from orderflow.domain.model.edits import ReplaceLine
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.stock import StockKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.domain.state.view import View

__all__ = [
    "Replacement",
    "ReplacementCatalogue",
    "ReplacementList",
    "ReplacementOffer",
    "replacement_offers",
]

SHARED_MAX = 10
"""The most lines that an offer names because they share its product."""


@attrs.frozen
class Replacement:
    """One product that may replace another.

    The customer gets `units` of the new product for every `per` of the old one. Two singles for
    one pair are ``units=2``; one pair for two singles is ``per=2``. See `ReplaceLine`.

    >>> pair = Replacement("GLOVE", "GLOVES", units=2, reason="the pair is sold out")
    >>> pair.units_for(3)
    6

    Attributes:
        sku: The new product.
        replaces: The product that it replaces.
        units: The units of the new product, for every `per` units of the old one.
        per: The units of the old product that `units` replace.
        reason: The reason that a reader of the order sees.
        units_max: The most units of the new product on one line.
        seller_id: The only seller that it applies to; default: every seller.

    Raises:
        InvalidValueError: If a field breaks its rule, or a product would replace itself.
    """

    sku: str = attrs.field(validator=validators.identifier)
    replaces: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(default=1, validator=validators.units(1), kw_only=True)
    per: int = attrs.field(default=1, validator=validators.units(1), kw_only=True)
    reason: str = attrs.field(default="", validator=validators.note, kw_only=True)
    units_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(1)), kw_only=True
    )
    seller_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier), kw_only=True
    )

    @replaces.validator
    def _check_replaces(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value != self.sku,
            field="Replacement.replaces",
            demand="another product than its replacement",
            value=value,
        )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.units_max is None or self.units_max >= self.units,
            field="Replacement.units_max",
            demand=f"at least the number of units, which is {self.units}, or None",
            value=self.units_max,
        )

    def units_for(self, quantity: int) -> int | None:
        """Return the units that replace a quantity of the old product.

        It is `None` if `per` does not divide the quantity, or the result is above `units_max`.
        """
        require_number("units_for.quantity", quantity, 0, of="units")
        units, rest = quantity // self.per * self.units, quantity % self.per
        limit = validators.UNITS_MAX if self.units_max is None else self.units_max
        return None if rest or units > limit else units


class ReplacementCatalogue(Protocol):
    """A catalogue of the products that may replace others."""

    def replacements(self, key: StockKey) -> Sequence[Replacement]:
        """Return the replacements for a product, the best first."""
        ...


def _as_tuple(items: Iterable[Replacement]) -> tuple[Replacement, ...]:
    return tuple(items) if isinstance(items, Iterable) else items


# Not slotted: the index is a cached property.
@attrs.frozen(slots=False)
class ReplacementList:
    """A catalogue as plain data.

    The replacements for one seller come before those for every seller. If both have the same new
    product, the one for the seller applies.

    >>> cups = ReplacementList([Replacement("CUP", "MUG"), Replacement("BEAKER", "MUG")])
    >>> [each.sku for each in cups.replacements(StockKey("acme", "leeds", "MUG"))]
    ['CUP', 'BEAKER']

    Attributes:
        items: The replacements. Those for the same product are in order, the best first.

    Raises:
        InvalidValueError: If one product replaces another in two ways.
    """

    items: tuple[Replacement, ...] = attrs.field(
        default=(), converter=_as_tuple, validator=validators.tuple_of(Replacement)
    )

    @items.validator
    def _check_items(self, _attribute: object, value: tuple[Replacement, ...]) -> None:
        ways = Counter((each.seller_id, each.replaces, each.sku) for each in value)
        twice = [way[1:] for way, count in ways.items() if count > 1]
        validators.require(
            ok=not twice,
            field="ReplacementList.items",
            demand="a list in which each product replaces another in one way",
            value=twice,
        )

    def replacements(self, key: StockKey) -> Sequence[Replacement]:
        """Return the replacements for a product of a seller, the best first."""
        require_key("replacements.key", key)
        own = self._index.get((key.seller_id, key.sku), {})
        everyones = self._index.get((None, key.sku), {})
        return tuple({**own, **everyones, **own}.values())

    @cached_property
    def _index(self) -> dict[tuple[str | None, str], dict[str, Replacement]]:
        index: dict[tuple[str | None, str], dict[str, Replacement]] = {}
        for each in self.items:
            index.setdefault((each.seller_id, each.replaces), {})[each.sku] = each
        return index


@attrs.frozen(kw_only=True)
class ReplacementOffer:
    """A replacement for one short line. Enough units of it are available now.

    Attributes:
        edit: The edit that makes the replacement, for `EditOrder`.
        units: The units of the new product that it needs.
        available: The units of the new product that are available now.
        shared_with: The first other lines of the order that are offered the same product, if there
            is not enough for all of them.
        further_lines: The number of such lines that are not in `shared_with`.
    """

    edit: ReplaceLine
    units: int
    available: int
    shared_with: tuple[str, ...] = ()
    further_lines: int = 0


def replacement_offers(
    order: Order, view: View, catalogue: ReplacementCatalogue
) -> tuple[ReplacementOffer, ...]:
    """Return the replacements that are available now for each short line.

    A line needs no replacement if enough units of its own product are available. Such a line may be
    in a new order, or in an order that may not be allocated a part.

    Args:
        order: The order, as it is in the view. If it may not be edited, there are no offers.
        view: The state of the order's seller.
        catalogue: The products that may replace others.

    Returns:
        The offers, in the order of the lines, and for each line in the order of the catalogue.

    Raises:
        InvalidValueError: If an argument is not valid, or the catalogue returns a replacement for
            another product.
    """
    require_order("replacement_offers.order", order)
    require_view("replacement_offers.view", view)
    demand = "a ReplacementCatalogue, such as ReplacementList()"
    require_methods("replacement_offers.catalogue", catalogue, "replacements", demand=demand)
    if Action.REPLACE_LINE not in allowed_actions(order.status):
        return ()
    found = {line.line_id: _replacements(order, line, catalogue) for line in order.short_lines}
    skus = {line.sku: None for line in order.short_lines}
    skus.update((each.sku, None) for replacements in found.values() for each in replacements)
    stock = view.stock(order.warehouse_id, tuple(skus))
    available = {record.key.sku: record.available for record in stock}
    offers = [
        ReplacementOffer(
            edit=ReplaceLine(line.line_id, each.sku, each.units, each.per, each.reason),
            units=units,
            available=available[each.sku],
        )
        for line in _lines_to_replace(order, available)
        for each in found[line.line_id]
        if (units := each.units_for(line.quantity)) and units <= available.get(each.sku, 0)
    ]
    return _with_rivals(offers)


def _replacements(
    order: Order, line: OrderLine, catalogue: ReplacementCatalogue
) -> Sequence[Replacement]:
    key = StockKey(order.seller_id, order.warehouse_id, line.sku)
    found = catalogue.replacements(key)
    others = [each.replaces for each in found if each.replaces != line.sku]
    validators.require(
        ok=not others,
        field="ReplacementCatalogue.replacements",
        demand=f"for {line.sku!r} only",
        value=others,
    )
    return found


def _lines_to_replace(order: Order, available: dict[str, int]) -> list[OrderLine]:
    """Return the short lines whose own product is not available."""
    rest = dict(available)
    lines = []
    for line in order.short_lines:
        rest[line.sku] = rest.get(line.sku, 0) - line.short
        if rest[line.sku] < 0:
            lines.append(line)
    return lines


def _with_rivals(offers: list[ReplacementOffer]) -> tuple[ReplacementOffer, ...]:
    """Name in each offer the other lines with which it shares too few units."""
    wanted, lines = Counter[str](), defaultdict[str, dict[str, None]](dict)
    for offer in offers:
        wanted[offer.edit.sku] += offer.units
        lines[offer.edit.sku][offer.edit.line_id] = None
    return tuple(
        offer
        if wanted[offer.edit.sku] <= offer.available
        else _with_others(offer, lines[offer.edit.sku])
        for offer in offers
    )


def _with_others(offer: ReplacementOffer, line_ids: dict[str, None]) -> ReplacementOffer:
    first = [each for each in islice(line_ids, SHARED_MAX + 1) if each != offer.edit.line_id]
    others = tuple(first[:SHARED_MAX])
    return attrs.evolve(offer, shared_with=others, further_lines=len(line_ids) - 1 - len(others))
