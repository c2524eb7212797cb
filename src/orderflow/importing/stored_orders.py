"""Compare the orders of a file with the stored orders, and collect the commands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.commands import CancelOrder, EditOrder, PlaceOrder
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.order import Order
from orderflow.domain.model.status import Status
from orderflow.domain.model.terms import Term
from orderflow.domain.model.warehouse_commands import RequestCancellation
from orderflow.errors.quoting import listed
from orderflow.importing.comparing import edits_to, obstacle_to
from orderflow.importing.file_orders import PLACED_APART_MAX
from orderflow.importing.files.chunks import units_of
from orderflow.importing.files.long_list import LongList
from orderflow.importing.identity import command_id, content_of
from orderflow.importing.listed import Listing
from orderflow.importing.result import (
    CalledOffOrder,
    ChangedOrder,
    ConflictingOrder,
    ImportCommand,
)

__all__ = ["OnChange", "StoredOrders"]

_MIDNIGHT = time()
_SHOWN = "%Y-%m-%d %H:%M UTC"
_CALLS_OFF: dict[Action, type[CancelOrder | RequestCancellation]] = {
    Action.CANCEL: CancelOrder,
    Action.REQUEST_CANCELLATION: RequestCancellation,
}


class OnChange(Term):
    """What to do with a stored order that differs from the file."""

    SKIP = "SKIP"
    """Leave it as it is."""
    UPDATE = "UPDATE"
    """Edit it, or cancel it if the file says that it is off."""


_NAMED_MAX = 5
_AHEAD_MAX = timedelta(days=1)
_OPEN = frozenset({Status.NEW, Status.ON_BACK_ORDER, Status.ALLOCATED})


@attrs.define(kw_only=True)
class StoredOrders:
    """Compares orders with the stored ones.

    Attributes:
        warehouse_id: The warehouse of the import.
        at: The moment of the import.
        existing: Returns those of some orders that are stored, by their ids.
        parts_of: Returns the orders that were split off from an order.
        was_imported: Whether a command with this id was saved before.
        on_change: What to do with an order that differs.
        has_line_ids: Whether the file has line ids.
        zone: The time zone of the file. A day without a time is its midnight.
        commands: The commands to run.
        new: The number of new orders.
        unchanged: The number of unchanged orders.
        changed: The changed orders.
        unchangeable: The number of these that cannot be changed.
        called_off: The open orders that are off in the file.
        conflicting: The orders that cannot be the stored ones.
        cancelled: The unchanged orders that are cancelled here.
        ahead: The new orders that were placed after the import.
    """

    warehouse_id: str
    at: datetime
    existing: Callable[[Collection[str]], Mapping[str, Order]]
    parts_of: Callable[[str], Iterable[Order]]
    was_imported: Callable[[str], bool]
    on_change: OnChange
    has_line_ids: bool
    zone: tzinfo
    commands: LongList[ImportCommand] = attrs.field(factory=LongList)
    new: int = 0
    unchanged: int = 0
    changed: Listing[ChangedOrder] = attrs.field(factory=Listing)
    unchangeable: int = 0
    called_off: Listing[CalledOffOrder] = attrs.field(factory=Listing)
    conflicting: Listing[ConflictingOrder] = attrs.field(factory=Listing)
    _found: Mapping[str, Order] = attrs.field(factory=dict, init=False)
    cancelled: Listing[str] = attrs.field(factory=partial(Listing, listed_max=_NAMED_MAX))
    ahead: Listing[str] = attrs.field(factory=partial(Listing, listed_max=_NAMED_MAX))
    _of_day: dict[datetime, int] = attrs.field(factory=dict, init=False)

    def result(self) -> dict[str, Any]:
        """Return what was found, as the fields of an import."""
        return {
            "commands": self.commands,
            "new": self.new,
            "unchanged": self.unchanged,
            "changed": self.changed.listed(),
            "unchangeable": self.unchangeable,
            "called_off": self.called_off.listed(),
            "conflicting": self.conflicting.listed(),
        }

    def read(self, order_ids: Collection[str]) -> None:
        """Read the stored ones of the orders that come next, and forget those before."""
        self._found = self.existing(order_ids)
        validators.require(
            ok=isinstance(self._found, Mapping),
            field="read_orders.existing",
            demand="a function that returns a mapping of stored orders by their ids",
            value=self._found,
        )

    def find(self, order_id: str) -> Order | None:
        """Return a stored order of those that were read, if there is one."""
        return self._found.get(order_id)

    def take(self, order: Order, *, has_priority: bool, has_time: bool) -> None:
        """Compare one order of the file.

        Args:
            order: The order.
            has_priority: Whether the file gives its priority.
            has_time: Whether the file says when it was placed.
        """
        content = content_of(order)
        place_id = command_id(order.order_id, *content)
        stored = self.find(order.order_id)
        if stored is None:
            self.new += 1
            if order.placed_at > self.at + _AHEAD_MAX:
                self.ahead.add(order.order_id)
            order = self._in_file_order(order, has_time=has_time)
            placing = PlaceOrder(order=order, at=self.at, command_id=place_id)
            self.commands.add(placing, 1 + len(order.lines) + units_of(_texts(order)))
            return
        conflict = self._conflict(stored, order, has_time=has_time)
        if conflict:
            self.conflicting.add(ConflictingOrder(order.order_id, conflict))
            return
        edits = edits_to(stored, order, has_line_ids=self.has_line_ids, has_priority=has_priority)
        if not edits or self.was_imported(place_id):
            self.unchanged += 1
            if stored.status is Status.CANCELLED:
                self.cancelled.add(stored.order_id)
            return
        obstacle = obstacle_to(stored)
        size = 1 + len(edits) + units_of(_texts(order))
        self.changed.add(ChangedOrder(order.order_id, edits, obstacle), size)
        self.unchangeable += bool(obstacle)
        if self.on_change is OnChange.UPDATE and not obstacle:
            self.commands.add(
                EditOrder(
                    seller_id=order.seller_id,
                    order_id=order.order_id,
                    at=self.at,
                    edits=edits,
                    expected_version=stored.version,
                    command_id=command_id(order.order_id, *content, stored.version, edits),
                ),
                size,
            )

    def notes(self) -> Iterator[str]:
        """Yield what else was found out about the orders, for people."""
        for found, text in (
            (self.cancelled.listed(), "cancelled here, and open in the file"),
            (self.ahead.listed(), "placed more than a day after this import"),
        ):
            if found:
                are = "order is" if found.total == 1 else "orders are"
                yield f"{found.total:,} {are} {text}: {listed(found, further=found.more)}"

    def _in_file_order(self, order: Order, *, has_time: bool) -> Order:
        """Move an order without a time, or with a day alone, behind those before it in the file.

        Otherwise the orders of one day would be served by their ids.
        """
        local = order.placed_at.astimezone(self.zone)
        if has_time and local.time() != _MIDNIGHT:
            return order
        before = self._of_day.get(order.placed_at, 0)
        self._of_day[order.placed_at] = before + 1
        return attrs.evolve(order, placed_at=order.placed_at + timedelta(microseconds=before))

    def call_off(self, order_id: str, reason: str) -> None:
        """Call off an order that is off in the file, and its parts, if they are still open here."""
        stored = self.find(order_id)
        if stored is None:
            return
        for each in (stored, *self.parts_of(order_id)):
            if each.warehouse_id == self.warehouse_id:
                self._call_off(each, reason)

    def skip(self, order_id: str, reason: str) -> None:
        """Note an order that is not sent according to the file, but is open here."""
        stored = self.find(order_id)
        if stored is not None and stored.status in _OPEN and stored.split_from is None:
            conflict = f"it is open here ({stored.status}), but is skipped in the file: {reason}"
            self.conflicting.add(ConflictingOrder(order_id, conflict))

    def _call_off(self, order: Order, reason: str) -> None:
        allowed = allowed_actions(order.status)
        command = next((kind for action, kind in _CALLS_OFF.items() if action in allowed), None)
        if command is None:
            return
        self.called_off.add(CalledOffOrder(order.order_id, reason))
        if self.on_change is OnChange.UPDATE:
            self.commands.add(
                command(
                    seller_id=order.seller_id,
                    order_id=order.order_id,
                    at=self.at,
                    reason=reason,
                    expected_version=order.version,
                    command_id=command_id(order.order_id, "off", reason, order.version),
                )
            )

    def _conflict(self, stored: Order, order: Order, *, has_time: bool) -> str:
        """Return why the stored order cannot be the one of the file; empty if it can."""
        if stored.split_from is not None:
            return (
                f"this id was given to a part that was split off from order "
                f"{stored.split_from!r}; import it with an order prefix"
            )
        if stored.warehouse_id != self.warehouse_id:
            return f"it leaves from warehouse {stored.warehouse_id!r}"
        if has_time and abs(stored.placed_at - order.placed_at) > PLACED_APART_MAX:
            return (
                f"it was placed at {stored.placed_at:{_SHOWN}}, and that of the file at "
                f"{order.placed_at:{_SHOWN}}; if it is of another shop, import it with an order "
                f"prefix"
            )
        return ""


def _texts(order: Order) -> Iterator[str]:
    """Yield the texts of an order, without its lines."""
    yield order.courier or ""
    yield order.customer_reference or ""
    if order.ship_to is not None:
        yield from attrs.astuple(order.ship_to)
    for field in order.custom_fields:
        yield from field
