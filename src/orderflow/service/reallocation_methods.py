"""The commands by which units change hands outside the queue, as methods of a seller's handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model import commands as do
from orderflow.domain.model.arguments import tuple_of
from orderflow.domain.model.reallocation import Reallocation
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderflow.domain.model.outcome import Outcome

__all__ = ["ReallocationMethods"]


class ReallocationMethods(SellerScope):
    """The commands by which units change hands outside the queue."""

    def pin(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Pin an order: no reallocation and no urgent order takes its units."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.PinOrder(**fields))

    def unpin(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Unpin an order: its units may be given to others again."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.UnpinOrder(**fields))

    def reallocate(
        self,
        changes: Iterable[Reallocation],
        *,
        note: str,
        by: str,
        plan_id: str | None = None,
        repay: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Give units of some orders to others, outside the queue: as a whole, or not at all.

        `orderflow.core.reallocation_of_product` makes the changes from a product and a number.

        Args:
            changes: What each order gives and takes.
            note: Why, for people.
            by: Who did it.
            plan_id: The plan that is applied, if any.
            repay: Whether the orders that give units are served first until they are covered.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.

        Raises:
            ReallocationRefusedError: If the units do not fit.
            StaleVersionError: If an order has another version than its change names.
        """
        return self.handle(
            do.ReallocateUnits(
                seller_id=self.seller_id,
                changes=tuple_of("reallocate.changes", changes, Reallocation),
                note=note,
                by=by,
                plan_id=plan_id,
                repay=repay,
                **self._fields(at, command_id),
            )
        )
