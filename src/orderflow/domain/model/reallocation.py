"""Reallocations: units change hands between orders, outside the queue.

`orderflow.domain.model.commands` has the rules of all commands.
"""

from __future__ import annotations

from collections import Counter

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.command_fields import CommandFields
from orderflow.domain.model.event_fields import LineChanges

__all__ = ["ReallocateUnits", "Reallocation"]

REALLOCATIONS_MAX = 20_000


@attrs.frozen
class Reallocation:
    """What one order gives and takes.

    >>> Reallocation("A-1", 4, (("1", -2),)).given
    2

    Attributes:
        order_id: The order.
        version: Its version when the reallocation was chosen; `None` to accept any version.
        units: Pairs of a line id and a change of its allocated units, not 0. The line gives units
            if the change is negative, and takes them otherwise.
    """

    order_id: str = attrs.field(validator=validators.identifier)
    version: int | None = attrs.field(validator=attrs.validators.optional(validators.whole(0)))
    units: LineChanges = attrs.field(validator=validators.line_changes)

    @property
    def given(self) -> int:
        """The units that the order gives, over all lines."""
        return -sum([change for _, change in self.units if change < 0])

    @property
    def taken(self) -> int:
        """The units that the order takes, over all lines."""
        return sum([change for _, change in self.units if change > 0])


@attrs.frozen(kw_only=True)
class ReallocateUnits(CommandFields):
    """Give units of some orders to others, outside the queue: as a whole, or not at all.

    All units that are given of a product in a warehouse must be taken, and no more than these and
    the available ones. An order that is allocated, on back order or on hold may give units, and
    then waits. Only an order on back order may take some. One that may not be allocated a part must
    be covered by what it takes.

    If an order has another version, or anything does not fit, the command is refused.

    Attributes:
        seller_id: The seller of the orders.
        changes: What each order gives and takes: 1 to 20,000 orders, each once.
        note: Why, for people.
        by: Who did it.
        plan_id: The plan that is applied, if any.
        repay: Whether the orders that give units come before all others in their queues until they
            are covered. It is not possible under a fair share.
    """

    seller_id: str = attrs.field(validator=validators.identifier)
    changes: tuple[Reallocation, ...] = attrs.field(
        validator=validators.tuple_of(Reallocation, smallest=1, largest=REALLOCATIONS_MAX)
    )
    note: str = attrs.field(validator=validators.words)
    by: str = attrs.field(validator=validators.identifier)
    plan_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    repay: bool = attrs.field(default=False, validator=validators.one_of(bool))

    @changes.validator
    def _check_changes(self, _attribute: object, value: tuple[Reallocation, ...]) -> None:
        counts = Counter([each.order_id for each in value])
        validators.require(
            ok=len(counts) == len(value),
            field="ReallocateUnits.changes",
            demand="of orders that differ: name each order once, with all its lines",
            value=[order_id for order_id, count in counts.items() if count > 1],
        )
