"""The commands about all parts of an order, as methods of a seller's handle."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_identifier
from orderflow.domain.model.bulk_commands import id_for_order
from orderflow.domain.model.commands import CancelOrder, RequestCancellation
from orderflow.domain.model.order import Order
from orderflow.domain.model.status import Status
from orderflow.domain.queries.actions import cancelling_command
from orderflow.errors import CommandIdReusedError, RefusedError
from orderflow.service.order_methods import OrderMethods
from orderflow.service.read_methods import ReadMethods

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["CancelledParts", "PartMethods"]

PartResult: TypeAlias = Order | tuple[Order, RefusedError] | None


@attrs.frozen(kw_only=True)
class CancelledParts:
    """The parts of an order after a call of `Seller.cancel_all_parts`, each in one list.

    Attributes:
        cancelled: The parts that this call cancelled.
        requested: The parts at the warehouse, which was asked by this call or before.
        refused: The parts that could not be cancelled, as they were found, and why.
    """

    cancelled: tuple[Order, ...]
    requested: tuple[Order, ...]
    refused: tuple[tuple[Order, RefusedError], ...]


class PartMethods(OrderMethods, ReadMethods):
    """The commands about all parts of an order."""

    def cancel_all_parts(
        self,
        order_id: str,
        *,
        reason: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> CancelledParts:
        """Cancel an order and all that were split from it, or ask the warehouse to.

        Each part gets a command of its own, in its own transaction: `CancelOrder`, or
        `RequestCancellation` if it is at the warehouse. A part that has left the warehouse is
        refused, and so is one that was changed meanwhile. The others are cancelled anyway. Parts
        that were cancelled before are omitted.

        Parts on back order are cancelled first, so that they do not get the units of the others.
        A part that is split off meanwhile is cancelled too.

        If the database fails, some parts may have been cancelled. Call this again to go on.

        Args:
            order_id: Any of the parts.
            reason: Why they are cancelled.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the call. The command of each part has
                an id made of this one and the part's: it is the same in a later call.

        Raises:
            OrderNotFoundError: If the seller has no such order.
            CommandIdReusedError: If the id was used with another reason.
        """
        if command_id is not None:
            require_identifier("cancel_all_parts.command_id", command_id)
        validators.require(
            ok=validators.is_note(reason),
            field="cancel_all_parts.reason",
            demand=validators.NOTE_DEMAND,
            value=reason,
        )
        at = self._read_moment("cancel_all_parts.at", at)
        results: dict[str, PartResult] = {}
        parts = self.all_parts_of(order_id)
        while new := [each for each in parts if each.order_id not in results]:
            for part in sorted(new, key=lambda each: each.status is not Status.ON_BACK_ORDER):
                results[part.order_id] = self._cancel_part(part, reason, at, command_id)
            parts = self.all_parts_of(order_id)
        ordered = [results[each.order_id] for each in parts]
        orders = [each for each in ordered if isinstance(each, Order)]
        return CancelledParts(
            cancelled=tuple(each for each in orders if each.status is Status.CANCELLED),
            requested=tuple(each for each in orders if each.status is not Status.CANCELLED),
            refused=tuple(each for each in ordered if isinstance(each, tuple)),
        )

    def _cancel_part(
        self, part: Order, reason: str, at: datetime, command_id: str | None
    ) -> PartResult:
        part_id = id_for_order(command_id, part.order_id) if command_id is not None else None
        kind = self._earlier_kind(part_id) or cancelling_command(part.status)
        if kind is None and part.status is Status.CANCELLED:
            return None
        if kind is None and part.status is Status.CANCELLATION_REQUESTED:
            return part
        command = (kind or CancelOrder)(
            seller_id=self.seller_id,
            order_id=part.order_id,
            reason=reason,
            at=at,
            command_id=part_id,
        )
        try:
            return self.handle(command).order
        except CommandIdReusedError:
            raise
        except RefusedError as error:
            return part, error

    def _earlier_kind(
        self, command_id: str | None
    ) -> type[CancelOrder | RequestCancellation] | None:
        """Return the kind of the command that ran with this id before, if there is one."""
        if command_id is None:
            return None
        answered = self._read(lambda reading: reading.answered(command_id))
        if answered is None:
            return None
        command = answered[0]
        if not isinstance(command, CancelOrder | RequestCancellation):
            raise CommandIdReusedError(self.seller_id, command_id)
        return type(command)
