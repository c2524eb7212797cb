"""The commands about an order that goes to the warehouse, is there, or has left it.

`orderflow.domain.model.commands` has the rules of all commands.
"""

from __future__ import annotations

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.command_fields import OrderFields
from orderflow.domain.model.event_fields import LineUnits
from orderflow.domain.model.returns import ReturnReason, ReturnState

__all__ = [
    "AcceptCancellation",
    "DeliverOrder",
    "DespatchOrder",
    "PickedLine",
    "RejectCancellation",
    "ReportShortPick",
    "RequestCancellation",
    "ReturnUnits",
    "SendOrderToWarehouse",
]


@attrs.frozen(kw_only=True)
class SendOrderToWarehouse(OrderFields):
    """Send an allocated order to the warehouse."""


@attrs.frozen(kw_only=True)
class RequestCancellation(OrderFields):
    """Ask the warehouse to cancel an order that was sent to it."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen(kw_only=True)
class AcceptCancellation(OrderFields):
    """Record that the warehouse agrees to cancel the order."""


@attrs.frozen(kw_only=True)
class RejectCancellation(OrderFields):
    """Record that the warehouse refuses to cancel the order."""

    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class PickedLine:
    """How many units of a line the warehouse found."""

    line_id: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(validator=validators.units(0))


@attrs.frozen(kw_only=True)
class ReportShortPick(OrderFields):
    """Record the lines for which the warehouse found fewer units than are allocated."""

    picked: tuple[PickedLine, ...] = attrs.field(
        validator=validators.tuple_of(PickedLine, smallest=1, largest=validators.LINES_MAX)
    )

    @picked.validator
    def _check_picked(self, _attribute: object, value: tuple[PickedLine, ...]) -> None:
        line_ids = [each.line_id for each in value]
        validators.require(
            ok=len(set(line_ids)) == len(line_ids),
            field="ReportShortPick.picked",
            demand="a count for each line, with no line twice",
            value=line_ids,
        )


@attrs.frozen(kw_only=True)
class DespatchOrder(OrderFields):
    """Mark an order as despatched. This rejects an open cancellation request.

    If only a part of it has left, `units` are the pairs of a line id and a number that did. The
    rest stays at the warehouse as a new order. If a cancellation was requested, that of the rest
    still is. By default, `AllocationPolicy.split_ids` gives the new order an id.
    """

    units: LineUnits | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.line_units)
    )
    new_order_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.units != (),
            field="DespatchOrder.units",
            demand="units of one line or more; None if the whole order has left",
            value=self.units,
        )
        validators.require(
            ok=self.units is not None or self.new_order_id is None,
            field="DespatchOrder.new_order_id",
            demand="None if the whole order has left",
            value=self.new_order_id,
        )


@attrs.frozen(kw_only=True)
class DeliverOrder(OrderFields):
    """Mark an order as delivered."""


@attrs.frozen(kw_only=True)
class ReturnUnits(OrderFields):
    """Record units that the customer sent back, after the order left the warehouse.

    `units` are pairs of a line id and a number. Without them, everything comes back that has not
    yet. No more can come back than has left the warehouse. Units that are `BACK_IN_STOCK` are on
    hand again in the warehouse of the order. The command is refused with a `LimitRefusedError` if
    more than 10^12 units of a product would be on hand.
    """

    state: ReturnState = attrs.field(validator=validators.one_of(ReturnState))
    units: LineUnits | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.line_units)
    )
    reason: ReturnReason = attrs.field(
        default=ReturnReason.OTHER, validator=validators.one_of(ReturnReason)
    )
    note: str = attrs.field(default="", validator=validators.note)

    @units.validator
    def _check_units(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value != (),
            field="ReturnUnits.units",
            demand="units of one line or more; None for all that have not come back",
            value=value,
        )
