"""The commands about orders, as methods of a seller's handle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import TYPE_CHECKING

from orderflow.domain.model import commands as do
from orderflow.domain.model.arguments import require_kind
from orderflow.domain.model.chosen_lines import RemoveShortLines
from orderflow.domain.model.order import Hold
from orderflow.domain.model.returns import ReturnReason
from orderflow.service.scope import SellerScope

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.chosen_lines import RequestedEdit
    from orderflow.domain.model.event_fields import LineUnits
    from orderflow.domain.model.order import HoldReason, Order
    from orderflow.domain.model.outcome import Outcome
    from orderflow.domain.model.returns import ReturnState
    from orderflow.domain.model.sourcing_policy import SourcingPolicy

__all__ = ["OrderMethods"]


class OrderMethods(SellerScope):
    """The commands about orders, first those of sellers, then those of the warehouse."""

    def place(
        self,
        order: Order,
        *,
        allocate: bool = True,
        sourcing: SourcingPolicy | None = None,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Place an order, and offer it stock at once unless `allocate` is false.

        Args:
            order: The order.
            allocate: Whether to offer it stock.
            sourcing: How its warehouses are chosen, if it names none.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
        """
        fields = self._fields(at, command_id)
        return self.handle(
            do.PlaceOrder(order=order, allocate=allocate, sourcing=sourcing, **fields)
        )

    def place_many(
        self,
        orders: Iterable[Order],
        *,
        allocate: bool = True,
        sourcing: SourcingPolicy | None = None,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Place several orders in one transaction: all of them, or none.

        Stock is offered to them together, in queue order. This is much faster than one call for
        each order, because each commit has to reach the disk. Pass a few hundred at a time. With
        `sourcing`, none of them may name a warehouse.
        """
        require_kind("place_many.orders", orders, Iterable, demand="a list of orders")
        fields = self._fields(at, command_id)
        return self.handle(
            do.PlaceOrders(orders=tuple(orders), allocate=allocate, sourcing=sourcing, **fields)
        )

    def allocate(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Offer stock to a new order. It is then allocated or on back order."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.AllocateOrder(**fields))

    def edit(
        self,
        order_id: str,
        *edits: RequestedEdit,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Make several changes together, then allocate the order again."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.EditOrder(edits=edits, **fields))

    def remove_short_lines(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Remove every line that is short, then allocate the order again."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.EditOrder(edits=(RemoveShortLines(),), **fields))

    def split(
        self,
        order_id: str,
        new_order_id: str | None = None,
        *,
        units: Mapping[str, int] | None = None,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Split off allocated units as a new order, which is allocated.

        Args:
            order_id: The order: on back order, or allocated if `units` are named.
            new_order_id: The id of the new order. Default: the id of this one and the next free
                number, such as `A.1`, then `A.2`. See `AllocationPolicy.split_ids`.
            units: The units to split off, by line id. Default: all that are allocated.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
            expected_version: Refuse the command if the order has another version.
        """
        fields = self._order_fields(order_id, at, command_id, expected_version)
        pairs = _pairs("split.units", units)
        return self.handle(do.SplitOrder(units=pairs, new_order_id=new_order_id, **fields))

    def move(
        self,
        order_id: str,
        warehouse_id: str,
        new_order_id: str | None = None,
        *,
        units: Mapping[str, int] | None = None,
        only_short: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Move an order to another warehouse, or a part of it as a new order.

        It gives back its units, and waits in its turn where it is then.

        Args:
            order_id: The order, which was not sent to the warehouse.
            warehouse_id: The warehouse that is to send it.
            new_order_id: The id of a part. Default: as for `split`.
            units: The units to move, by line id. Short ones are moved first. Default: all.
            only_short: Whether to move just what is short.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
            expected_version: Refuse the command if the order has another version.
        """
        return self.handle(
            do.MoveOrder(
                warehouse_id=warehouse_id,
                units=_pairs("move.units", units),
                only_short=only_short,
                new_order_id=new_order_id,
                **self._order_fields(order_id, at, command_id, expected_version),
            )
        )

    def hold(
        self,
        order_id: str,
        reason: HoldReason,
        *,
        until: datetime | None = None,
        note: str = "",
        deallocate: bool = False,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Put an order on hold, until a given time or until the hold is released.

        The order stays allocated, unless `deallocate` is true.
        """
        fields = self._order_fields(order_id, at, command_id, expected_version)
        hold = Hold(reason, until, note)
        return self.handle(do.HoldOrder(hold=hold, deallocate=deallocate, **fields))

    def release_hold(
        self,
        order_id: str,
        reason: HoldReason | None = None,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Release the hold for one reason, or all holds; then allocate the order again."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.ReleaseHold(reason=reason, **fields))

    def run_due(self, *, at: datetime | None = None, command_id: str | None = None) -> Outcome:
        """Do what has become due. Call this from a scheduler.

        Holds that have ended are released. Orders whose day is near are offered stock, and those
        that have waited enough may have a part. The seller is reminded of orders that will be given
        up, and those whose time has come are given up: see `RunDue`. If they are many, several
        transactions do it. The outcome is that of the first one.
        """
        fields = self._fields(at, command_id)
        return self.handle(do.RunDue(seller_id=self.seller_id, **fields))

    def cancel(
        self,
        order_id: str,
        *,
        reason: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Cancel an order that has not been sent to the warehouse."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.CancelOrder(reason=reason, **fields))

    def request_cancellation(
        self,
        order_id: str,
        *,
        reason: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Ask the warehouse to cancel an order that was sent to it."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.RequestCancellation(reason=reason, **fields))

    # Commands of the warehouse

    def send_to_warehouse(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Send an allocated order to the warehouse. It can no longer be edited."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.SendOrderToWarehouse(**fields))

    def accept_cancellation(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Cancel an order, as the warehouse has accepted the request."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.AcceptCancellation(**fields))

    def reject_cancellation(
        self,
        order_id: str,
        *,
        reason: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Keep an order, as the warehouse has rejected the request to cancel it."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.RejectCancellation(reason=reason, **fields))

    def report_short_pick(
        self,
        order_id: str,
        found: Mapping[str, int],
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Report that the warehouse found fewer units than are allocated.

        Args:
            order_id: The order.
            found: The units found, by line id. Omit complete lines.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
            expected_version: Refuse the command if the order has another version.
        """
        demand = "the units found by line id, such as {'1': 3}"
        require_kind("report_short_pick.found", found, Mapping, demand=demand)
        fields = self._order_fields(order_id, at, command_id, expected_version)
        picked = tuple(do.PickedLine(line_id, units) for line_id, units in found.items())
        return self.handle(do.ReportShortPick(picked=picked, **fields))

    def despatch(
        self,
        order_id: str,
        units: Mapping[str, int] | None = None,
        new_order_id: str | None = None,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Mark an order as despatched; its units leave the stock.

        Args:
            order_id: The order.
            units: The units that left, by line id. The others stay at the warehouse as a new
                order. Default: all.
            new_order_id: The id of the new order. Default: as for `split`.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
            expected_version: Refuse the command if the order has another version.
        """
        fields = self._order_fields(order_id, at, command_id, expected_version)
        pairs = _pairs("despatch.units", units)
        return self.handle(do.DespatchOrder(units=pairs, new_order_id=new_order_id, **fields))

    def deliver(
        self,
        order_id: str,
        *,
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Mark an order as delivered."""
        fields = self._order_fields(order_id, at, command_id, expected_version)
        return self.handle(do.DeliverOrder(**fields))

    def return_units(
        self,
        order_id: str,
        state: ReturnState,
        units: Mapping[str, int] | None = None,
        *,
        reason: ReturnReason = ReturnReason.OTHER,
        note: str = "",
        at: datetime | None = None,
        command_id: str | None = None,
        expected_version: int | None = None,
    ) -> Outcome:
        """Record units that the customer sent back.

        Args:
            order_id: The order, which was despatched.
            state: Whether the units are back in stock or written off.
            units: The units that came back, by line id. Default: all that have not yet.
            reason: Why the customer sent them back.
            note: A text for people.
            at: The time. Default: now.
            command_id: An id that makes it safe to repeat the command.
            expected_version: Refuse the command if the order has another version.
        """
        fields = self._order_fields(order_id, at, command_id, expected_version)
        pairs = _pairs("return_units.units", units)
        return self.handle(
            do.ReturnUnits(state=state, units=pairs, reason=reason, note=note, **fields)
        )


def _pairs(field: str, units: Mapping[str, int] | None) -> LineUnits | None:
    """Return units by line id as a command has them."""
    demand = "units by line id, such as {'1': 3}, or None for all"
    require_kind(field, units, (Mapping, NoneType), demand=demand)
    return None if units is None else tuple(units.items())
