"""Which products may stand in for a short one, and which of them could do so now.

A catalogue says what may replace what: the host's own, or `ReplacementList`, which is plain data.
`replacement_offers` lays it beside the stock and keeps what there is enough of. Whether an
order may be
replaced by halves is not asked: a replacement takes the place of a whole line, as `ReplaceLine`
does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import attrs

from orderflow.domain.model import validators
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


@attrs.frozen
class Replacement:
    """One product that may stand in for another.

    The customer gets `units` of the new product for every `per` of the old one: two singles for
    one pair are ``units=2``, one pair for two singles ``per=2``. See `ReplaceLine`.

    >>> pair = Replacement("GLOVE", "GLOVES", units=2, reason="the pair is sold out")
    >>> pair.units_for(3)
    6

    Attributes:
        sku: The product that stands in.
        replaces: The product that it stands in for.
        units: How many come.
        per: For how many that go.
        reason: Why, as it is told to whoever reads the order.
        units_max: At most so many units of the new product on one line.
        seller_id: Of this seller alone; of every seller, if left out.

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
            demand="another product than the one that stands in for it",
            value=value,
        )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.units_max is None or self.units_max >= self.units,
            field="Replacement.units_max",
            demand=f"enough for the {self.units} units that come at once, or left out",
            value=self.units_max,
        )

    def units_for(self, quantity: int) -> int | None:
        """Return how many units would stand in for so many; none if they cannot.

        They cannot where the ratio does not divide them, or where they would be too many.
        """
        units, rest = quantity // self.per * self.units, quantity % self.per
        limit = validators.UNITS_MAX if self.units_max is None else self.units_max
        return None if rest or units > limit else units


class ReplacementCatalogue(Protocol):
    """Which products may stand in for which."""

    def replacements(self, key: StockKey) -> Sequence[Replacement]:
        """Return what may stand in for a product, the best first."""
        ...


def _as_tuple(items: Iterable[Replacement]) -> tuple[Replacement, ...]:
    return tuple(items) if isinstance(items, Iterable) else items


# Not slotted: the index is worked out when it is first asked for.
@attrs.frozen(slots=False)
class ReplacementList:
    """A catalogue as plain data.

    What is given for one seller comes before what is given for every seller, and in its place
    where both name the same product.

    >>> cups = ReplacementList([Replacement("CUP", "MUG"), Replacement("BEAKER", "MUG")])
    >>> [each.sku for each in cups.replacements(StockKey("acme", "leeds", "MUG"))]
    ['CUP', 'BEAKER']

    Attributes:
        items: The replacements, of each product the best first.

    Raises:
        InvalidValueError: If one product would replace another in two ways.
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
            demand="such that each product replaces another in one way",
            value=twice,
        )

    def replacements(self, key: StockKey) -> Sequence[Replacement]:
        """Return what may stand in for a product of a seller, the best first."""
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
    """A replacement for one short line that there is enough of now.

    Attributes:
        edit: The edit that makes it, ready for `EditOrder`.
        units: How many units of the new product it takes.
        available: How many there are now that no order holds.
        shared_with: The other lines of the order that it is suggested for as well, where there
            is not enough for all of them.
    """

    edit: ReplaceLine
    units: int
    available: int
    shared_with: tuple[str, ...] = ()


def replacement_offers(
    order: Order, view: View, catalogue: ReplacementCatalogue
) -> tuple[ReplacementOffer, ...]:
    """Return what could stand in for each short line now.

    A line that there is enough of by now needs no replacement: a new order that was not processed
    yet may have such lines, or one that holds nothing until it is complete.

    Args:
        order: The order, as it is in the view. If it may not be edited, nothing is suggested.
        view: The state of the order's seller.
        catalogue: Which products may stand in for which.

    Returns:
        The suggestions, in the order of the lines, and of each line in that of the catalogue.

    Raises:
        InvalidValueError: If the catalogue answers for another product than it was asked for.
    """
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
    return tuple(_with_rivals(each, offers) for each in offers)


def _replacements(
    order: Order, line: OrderLine, catalogue: ReplacementCatalogue
) -> Sequence[Replacement]:
    key = StockKey(order.seller_id, order.warehouse_id, line.sku)
    found = catalogue.replacements(key)
    others = [each.replaces for each in found if each.replaces != line.sku]
    validators.require(
        ok=not others,
        field="ReplacementCatalogue.replacements",
        demand=f"for {line.sku!r}, which was asked for",
        value=others,
    )
    return found


def _lines_to_replace(order: Order, available: dict[str, int]) -> list[OrderLine]:
    """Return the short lines that their own product is not there for."""
    rest = dict(available)
    lines = []
    for line in order.short_lines:
        rest[line.sku] = rest.get(line.sku, 0) - line.short
        if rest[line.sku] < 0:
            lines.append(line)
    return lines


def _with_rivals(offer: ReplacementOffer, offers: list[ReplacementOffer]) -> ReplacementOffer:
    same = [each for each in offers if each.edit.sku == offer.edit.sku]
    if sum(each.units for each in same) <= offer.available:
        return offer
    others = tuple(each.edit.line_id for each in same if each is not offer)
    return attrs.evolve(offer, shared_with=others)
