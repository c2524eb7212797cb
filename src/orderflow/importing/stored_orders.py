"""Compare the orders of a file with the stored orders, and collect the commands."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.commands import EditOrder, PlaceOrder
from orderflow.domain.model.edits import Edit, RemoveLine
from orderflow.domain.model.events import Event
from orderflow.domain.model.order import Order
from orderflow.domain.model.status import Status
from orderflow.domain.model.terms import Term
from orderflow.domain.queries.actions import cancelling_command
from orderflow.errors.quoting import counted, listed
from orderflow.importing.comparing import edits_to, obstacle_to
from orderflow.importing.file_orders import PLACED_APART_MAX
from orderflow.importing.files.chunks import units_of
from orderflow.importing.files.long_list import LongList
from orderflow.importing.identity import command_id, content_of, edit_id
from orderflow.importing.import_run import ImportRun
from orderflow.importing.last_import import last_import
from orderflow.importing.listed import Listing
from orderflow.importing.result import (
    CalledOffOrder,
    ChangedOrder,
    ConflictingOrder,
    ImportCommand,
)

if TYPE_CHECKING:
    from orderflow.importing.file_orders import FileOrder

__all__ = ["OnChange", "StoredOrders"]

_SHOWN = "%Y-%m-%d %H:%M UTC"


class OnChange(Term):
    """What to do with a stored order that differs from the file."""

    SKIP = "SKIP"
    """Leave it as it is."""
    UPDATE = "UPDATE"
    """Edit it, or cancel it if the file says that it is off."""


_NAMED_MAX = 5
_ZONES_APART_MAX = timedelta(hours=26)
_AHEAD_MAX = timedelta(days=1)
_OPEN = frozenset({Status.NEW, Status.POSTPONED, Status.ON_BACK_ORDER, Status.ALLOCATED})


@attrs.define(kw_only=True)
class StoredOrders:
    """Compares orders with the stored ones.

    Attributes:
        file: The name of the file.
        run: The files that were imported before in the same run.
        warehouse_id: The warehouse of the import.
        at: The moment of the import.
        existing: Returns those of some orders that are stored, by their ids.
        parts_of: Returns the orders that were split off from an order.
        was_imported: Whether a command with this id was saved before.
        history_of: Returns the events of an order.
        on_change: What to do with an order that differs.
        has_line_ids: Whether the file has line ids.
        order_ids: The hashes of the ids of the orders that were compared.
        off: Those of the orders that are off, and were not stored.
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

    file: str
    run: ImportRun
    warehouse_id: str
    at: datetime
    existing: Callable[[Collection[str]], Mapping[str, Order]]
    parts_of: Callable[[str], Iterable[Order]]
    was_imported: Callable[[str], bool]
    history_of: Callable[[str], Iterable[Event]]
    on_change: OnChange
    has_line_ids: bool
    order_ids: array[int] = attrs.field(factory=lambda: array("q"))
    off: array[int] = attrs.field(factory=lambda: array("q"))
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

    def finish(self) -> dict[str, Any]:
        """Add the file to the run, and return what was found, as the fields of an import."""
        self.run.add_file(self.file, self.order_ids, self.off)
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

    def take(self, order: Order, found: FileOrder) -> None:
        """Compare one order of the file, made of what was found there."""
        content = content_of(order)
        place_id = command_id(order.order_id, *content)
        stored = self.find(order.order_id)
        if stored is None and (earlier := self.run.file_without(order.order_id)):
            reason = (
                f"it is off in {earlier}, which was read before; is {self.file} the older file?"
            )
            self.conflicting.add(ConflictingOrder(order.order_id, reason))
            return
        if stored is None:
            self.order_ids.append(hash(order.order_id))
            self._place(order, place_id)
            return
        self.run.pass_by(order.placed_at, stored.placed_at)
        edits = edits_to(
            stored,
            order,
            has_line_ids=self.has_line_ids,
            has_priority=found.priority is not None,
        )
        conflict = self._conflict(stored, found.placed_at)
        is_unchanged = not edits or self._is_last_import(order, place_id, found)
        missing = _removed(stored, edits) - found.off_skus
        earlier = self.run.file_of(order.order_id) if missing and not is_unchanged else ""
        if conflict or earlier:
            conflict = conflict or self._not_whole(earlier, missing)
            self.conflicting.add(ConflictingOrder(order.order_id, conflict))
            return
        self.order_ids.append(hash(order.order_id))
        if is_unchanged:
            self.unchanged += 1
            if stored.status is Status.CANCELLED:
                self.cancelled.add(stored.order_id)
            return
        self._call_off_lines(stored, edits, found)
        self._edit(stored, order, edits)

    def _place(self, order: Order, place_id: str) -> None:
        self.new += 1
        if order.placed_at > self.at + _AHEAD_MAX:
            self.ahead.add(order.order_id)
        placed_at = self.run.place(order.placed_at)
        if placed_at != order.placed_at:
            order = attrs.evolve(order, placed_at=placed_at)
        placing = PlaceOrder(order=order, at=self.at, command_id=place_id)
        self.commands.add(placing, 1 + len(order.lines) + units_of(_texts(order)))

    def _edit(self, stored: Order, order: Order, edits: tuple[Edit, ...]) -> None:
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
                    command_id=edit_id(order.order_id, stored.version, edits),
                ),
                size,
            )

    def _is_last_import(self, order: Order, place_id: str, found: FileOrder) -> bool:
        """Whether an order is as the last import had it, and was only changed here since."""
        imported = last_import(self.history_of(order.order_id), self.was_imported)
        if imported is None:
            return self.was_imported(place_id)
        return not edits_to(
            imported,
            order,
            has_line_ids=self.has_line_ids,
            has_priority=found.priority is not None,
        )

    def notes(self) -> Iterator[str]:
        """Yield what else was found out about the orders, for people."""
        for found, text in (
            (self.cancelled.listed(), "cancelled here, and open in the file"),
            (self.ahead.listed(), "placed more than a day after this import"),
        ):
            if found:
                orders = counted(found.total, "order is", "orders are")
                yield f"{orders} {text}: {listed(found, further=found.more)}"

    def call_off(self, found: FileOrder) -> None:
        """Call off an order that is off in the file, and its parts, if they are still open here."""
        order_id, reason = found.order_id, found.off_reason
        stored = self.find(order_id)
        if stored is None:
            self.off.append(hash(order_id))
            return
        parts = (stored, *self.parts_of(order_id))
        still_open = [each for each in parts if cancelling_command(each.status) is not None]
        if not still_open:
            return
        others = {line.sku for line in stored.lines} - found.off_skus
        earlier = self.run.file_of(order_id) if others and not found.reason else ""
        conflict = self._conflict(stored, found.placed_at or found.skipped_at)
        if conflict or earlier:
            conflict = conflict or self._not_whole(earlier, others)
            self.conflicting.add(ConflictingOrder(order_id, conflict))
            return
        for each in still_open:
            self._call_off(each, reason)

    def skip(self, order_id: str, reason: str) -> None:
        """Note an order that is not sent according to the file, but is open here."""
        stored = self.find(order_id)
        if stored is not None and stored.status in _OPEN and stored.split_from is None:
            conflict = f"it is open here ({stored.status}), but is skipped in the file: {reason}"
            self.conflicting.add(ConflictingOrder(order_id, conflict))

    def _call_off(self, order: Order, reason: str) -> None:
        command = cancelling_command(order.status)
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

    def _call_off_lines(self, stored: Order, edits: tuple[Edit, ...], found: FileOrder) -> None:
        """Name the open lines whose items are off in the file. An edit removes them."""
        off = sorted(found.off_skus.intersection(_removed(stored, edits)))
        if off and cancelling_command(stored.status) is not None:
            reason = f"{listed(off)}: {found.cancelled}"
            self.called_off.add(CalledOffOrder(stored.order_id, reason))

    def _conflict(self, stored: Order, placed_at: datetime | None) -> str:
        """Return why the stored order cannot be the one of the file; empty if it can."""
        if stored.split_from is not None:
            return (
                f"this id was given to a part that was split off from order "
                f"{stored.split_from!r}; import it with an order prefix"
            )
        if stored.warehouse_id != self.warehouse_id:
            return f"it leaves from warehouse {stored.warehouse_id!r}"
        apart = abs(stored.placed_at - placed_at) if placed_at is not None else timedelta()
        if placed_at is not None and apart > PLACED_APART_MAX:
            zone = "; is the time zone that of the earlier import?" if _hours_apart(apart) else ""
            return (
                f"it was placed at {stored.placed_at:{_SHOWN}}, and that of the file at "
                f"{placed_at:{_SHOWN}}{zone}; if it is of another shop, import it with an order "
                f"prefix"
            )
        return ""

    def _not_whole(self, earlier: str, skus: Iterable[str]) -> str:
        """Return why an order of two files cannot be imported: the later one lacks lines."""
        return (
            f"it is in {earlier} too, and {self.file} lacks {listed(sorted(skus))}, which the "
            f"order has; put all rows of an order into one file, or import a newer file in a run "
            f"of its own"
        )


def _hours_apart(apart: timedelta) -> bool:
    """Whether two moments differ as the same time in two zones does."""
    return apart <= _ZONES_APART_MAX and not apart % timedelta(minutes=15)


def _removed(stored: Order, edits: Iterable[Edit]) -> set[str]:
    """Return the products of the lines that edits remove."""
    return {stored.line(edit.line_id).sku for edit in edits if isinstance(edit, RemoveLine)}


def _texts(order: Order) -> Iterator[str]:
    """Yield the texts of an order, without its lines."""
    yield order.courier or ""
    yield order.customer_reference or ""
    if order.ship_to is not None:
        yield from attrs.astuple(order.ship_to)
    for field in order.custom_fields:
        yield from field
