"""Orders and their lines: immutable all the way down, and hashable.

An order is always consistent: `Order.status` agrees with the units of its lines. The rules are
in `orderflow.domain.model.status`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.address import Address
from orderflow.domain.model.back_order_wait import BackOrderWait
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import COVERED, MAY_WAIT, SENT_OUT, WITHOUT_UNITS, Status
from orderflow.domain.model.terms import Term
from orderflow.errors import LineNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Address", "BackOrderWait", "Hold", "HoldReason", "Order", "OrderLine"]


class HoldReason(Term):
    """Why an order is on hold."""

    SELLER_DELAY = "SELLER_DELAY"
    FRAUD_RISK = "FRAUD_RISK"
    AWAITING_CONFIRMATION = "AWAITING_CONFIRMATION"
    ADDRESS = "ADDRESS"
    SHORT = "SHORT"
    OTHER = "OTHER"


@attrs.frozen
class Hold:
    """One hold on an order. It ends at a moment, or when it is released."""

    reason: HoldReason = attrs.field(validator=validators.one_of(HoldReason))
    until: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )
    note: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class OrderLine:
    """Some units of one product. Several lines of an order may have the same product.

    Lines with the same `set_id` are a set, such as a table and its legs: no split divides them.

    >>> OrderLine("1", "MUG", quantity=5, allocated=2).short
    3

    Raises:
        InvalidValueError: Unless 1 ≤ quantity and 0 ≤ allocated ≤ quantity.
    """

    line_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)
    quantity: int = attrs.field(validator=validators.units(1))
    allocated: int = attrs.field(default=0)
    set_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    @allocated.validator
    def _check_allocated(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=validators.is_units(value, 0) and self.allocated <= self.quantity,
            field="OrderLine.allocated",
            demand=f"a whole number of units from 0 to the quantity, which is {self.quantity}",
            value=value,
        )

    @property
    def short(self) -> int:
        """Units of this line that are not allocated."""
        return self.quantity - self.allocated


# Not slotted: a change copies the instance's dictionary in one call, which is twice as fast as
# filling fifteen slots one by one, and an order changes far more often than it is made.
@attrs.frozen(kw_only=True, slots=False)
class Order:
    """An order of one customer of a seller, sent from one warehouse.

    Without a `warehouse_id`, it can only be placed with a `SourcingPolicy`, which chooses one.

    It has 1 to 10,000 lines. A higher `priority` comes first. `version` counts the events of the
    order after it was placed. `split_from` names the order that this one was split off from.
    `split_count` counts the orders that were split off from this one. `replaces` names a cancelled
    order in place of which this one was placed. `wait` is set from when the
    order first goes on back order until it is covered.

    `short_part` is what happens when the order becomes short; with `None`, the policy decides. The
    release of a hold for `SHORT` sets it to `WAIT`, unless the order is to be cancelled.

    `give_up_after` is the time on back order after which `RunDue` gives the order up, at most
    36,525 days. With `None`, the policy decides. What happens then is a setting of the policy.

    `customer_reference` is the customer's own name for the order, such as a purchase order number.
    `custom_fields` are texts that the shop keeps with it, by name. Give a mapping or pairs; they
    become pairs, sorted by name. Neither affects who gets the stock. A part that is split off has
    both.

    `returned` are the units that the customer has sent back, as pairs of a line id and a number.

    A `pinned` order loses no unit to a reallocation or an urgent order. It still loses units to a
    count, a short pick, an edit or a cancellation. A part that is split off is pinned too.

    `not_before` is the moment from which the order may be sent to the warehouse; before it, that is
    refused. It affects neither the queue nor who gets the stock. `WarehouseCalendar.day_begins`
    returns it for a day. A part that is split off has it too.

    `erased_at` is when the personal data of the order was erased; `None` if it never was, or if the
    order has got some since.

    Raises:
        InvalidValueError: If a field breaks its rule, two lines share an id, or the status
            disagrees with the units of the lines.
    """

    order_id: str = attrs.field(validator=validators.identifier)
    seller_id: str = attrs.field(validator=validators.identifier)
    warehouse_id: str = attrs.field(default="")
    lines: tuple[OrderLine, ...] = attrs.field(
        validator=validators.tuple_of(OrderLine, smallest=1, largest=validators.LINES_MAX)
    )
    placed_at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    status: Status = attrs.field(default=Status.NEW, validator=validators.one_of(Status))
    priority: int = attrs.field(default=0, validator=validators.priority)
    promised_by: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )
    not_before: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )
    courier: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    ship_to: Address | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(Address))
    )
    customer_reference: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    custom_fields: tuple[tuple[str, str], ...] = attrs.field(
        default=(), converter=validators.sorted_pairs, validator=validators.custom_fields
    )
    holds: tuple[Hold, ...] = attrs.field(default=(), validator=validators.tuple_of(Hold))
    split_from: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    split_count: int = attrs.field(default=0, validator=validators.whole(0))
    wait: BackOrderWait | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(BackOrderWait))
    )
    returned: tuple[tuple[str, int], ...] = attrs.field(default=(), validator=validators.line_units)
    version: int = attrs.field(default=0, validator=validators.whole(0))
    short_part: ShortPart | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(ShortPart))
    )
    give_up_after: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    replaces: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    pinned: bool = attrs.field(default=False, validator=validators.one_of(bool))
    erased_at: datetime | None = attrs.field(
        default=None,
        converter=validators.in_utc_if_any,
        validator=attrs.validators.optional(validators.moment),
    )

    @warehouse_id.validator
    def _check_warehouse(self, attribute: attrs.Attribute[str], value: object) -> None:
        if value != "":
            validators.identifier(self, attribute, value)

    def __attrs_post_init__(self) -> None:
        _check_agreement(self)

    @property
    def units(self) -> int:
        """Units ordered, over all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def allocated(self) -> int:
        """Units allocated to the order, over all lines."""
        return sum(line.allocated for line in self.lines)

    @property
    def short(self) -> int:
        """Units that the order is short of, over all lines."""
        return self.units - self.allocated

    @property
    def short_lines(self) -> tuple[OrderLine, ...]:
        """The lines that are not covered."""
        return tuple([line for line in self.lines if line.allocated < line.quantity])

    def short_of(self, sku: str) -> int:
        """Return the units of a product that the order is short of, over all its lines.

        >>> from datetime import UTC, datetime
        >>> lines = (OrderLine("1", "MUG", 5, allocated=2), OrderLine("2", "MUG", 1))
        >>> order = Order(order_id="A", seller_id="acme", warehouse_id="leeds", lines=lines,
        ...               placed_at=datetime(2026, 3, 2, tzinfo=UTC), status=Status.ON_BACK_ORDER)
        >>> order.short_of("MUG"), order.allocated_of("MUG"), order.short_of("CUP")
        (4, 2, 0)
        """
        return sum([line.quantity - line.allocated for line in self.lines_of(sku)])

    def allocated_of(self, sku: str) -> int:
        """Return the units of a product that are allocated to the order, over all its lines."""
        return sum([line.allocated for line in self.lines_of(sku)])

    def lines_of(self, sku: str) -> Sequence[OrderLine]:
        """Return the lines of a product, in their order."""
        return self._lines_by_sku.get(sku, ())

    def line(self, line_id: str) -> OrderLine:
        """Return the line with this id.

        Raises:
            LineNotFoundError: If there is none.
        """
        line = self._lines_by_id.get(line_id)
        if line is None:
            raise LineNotFoundError(self.order_id, line_id, tuple(self._lines_by_id))
        return line

    # The lines by product and by id. Without these indexes, a loop over the lines that looks up
    # lines of this or another order takes quadratic time.

    @cached_property
    def _lines_by_sku(self) -> dict[str, list[OrderLine]]:
        index: dict[str, list[OrderLine]] = {}
        for line in self.lines:
            index.setdefault(line.sku, []).append(line)
        return index

    @cached_property
    def _lines_by_id(self) -> dict[str, OrderLine]:
        return {line.line_id: line for line in self.lines}


def is_covered(lines: tuple[OrderLine, ...]) -> bool:
    """Whether no line is short."""
    for line in lines:  # noqa: SIM110 - half the time of all(…), and every event asks it
        if line.allocated != line.quantity:
            return False
    return True


def allocated_units(order: Order) -> tuple[tuple[str, int], ...]:
    """Return pairs of line id and allocated units, for the lines that have any."""
    return tuple([(line.line_id, line.allocated) for line in order.lines if line.allocated])


def units_by_sku(order: Order, units: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return units of lines, which are pairs of a line id and a number, by SKU."""
    found: dict[str, int] = {}
    for line_id, count in units:
        sku = order.line(line_id).sku
        found[sku] = found.get(sku, 0) + count
    return found


def units_out(order: Order) -> dict[str, int]:
    """Return the units by line that have not come back, of an order that left the warehouse."""
    returned = dict(order.returned)
    out = {line.line_id: line.quantity - returned.get(line.line_id, 0) for line in order.lines}
    return {line_id: units for line_id, units in out.items() if units}


def with_units(line: OrderLine, quantity: int, allocated: int) -> OrderLine:
    """Copy a line with other numbers of units.

    The checks of `OrderLine` do not run again: the caller ensures 0 ≤ allocated ≤ quantity, and
    quantity ≥ 1.
    """
    copy = _new(OrderLine)
    _set_line_id(copy, line.line_id)
    _set_sku(copy, line.sku)
    _set_quantity(copy, quantity)
    _set_allocated(copy, allocated)
    _set_set_id(copy, line.set_id)
    return copy


def fields_of(order: Order) -> dict[str, Any]:
    """Return a copy of the fields of an order by name, for `order_of`."""
    fields = order.__dict__.copy()
    if len(fields) > _FIELDS:  # it has indexes of its lines, and the fields may get other lines
        fields.pop("_lines_by_sku", None)
        fields.pop("_lines_by_id", None)
    return fields


def order_of(fields: dict[str, Any]) -> Order:
    """Make an order from all its fields. The order owns the dictionary from now on.

    The checks of `Order` do not run again: the fold, which calls this, ensures them.
    """
    order = _new(Order)
    _set_fields(order, fields)
    return order


_FIELDS = len(attrs.fields(Order))
_new = object.__new__
_set_fields = Order.__dict__["__dict__"].__set__
_set_line_id = OrderLine.__dict__["line_id"].__set__
_set_sku = OrderLine.__dict__["sku"].__set__
_set_quantity = OrderLine.__dict__["quantity"].__set__
_set_allocated = OrderLine.__dict__["allocated"].__set__
_set_set_id = OrderLine.__dict__["set_id"].__set__


def _check_agreement(order: Order) -> None:
    for ok, field, demand, value in (*_field_rules(order), *_status_rules(order)):
        validators.require(ok=ok, field=f"Order.{field}", demand=demand, value=value)


def _field_rules(order: Order) -> Iterator[tuple[bool, str, str, object]]:
    is_new = order.status is Status.NEW and not order.version
    demand = f"given unless the order is new; it is {order.status}, version {order.version}"
    yield order.warehouse_id != "" or is_new, "warehouse_id", demand, order.warehouse_id
    line_ids = [line.line_id for line in order.lines]
    differ = len(set(line_ids)) == len(line_ids)
    yield differ, "lines", "lines whose line_id differ", line_ids
    reasons = [hold.reason for hold in order.holds]
    yield (
        reasons == sorted(set(reasons)),
        "holds",
        "in the order of their reasons, each reason once",
        reasons,
    )
    if order.returned:
        yield from _return_rules(order)


def _return_rules(order: Order) -> Iterator[tuple[bool, str, str, object]]:
    yield (
        order.status in SENT_OUT,
        "returned",
        f"empty unless the order left the warehouse; it is {order.status}",
        order.returned,
    )
    quantities = {line.line_id: line.quantity for line in order.lines}
    returned = dict(order.returned)
    yield (
        list(returned) == [line_id for line_id in quantities if line_id in returned]
        and all(units <= quantities[line_id] for line_id, units in order.returned),
        "returned",
        "at most the units of each line, in the order of the lines",
        order.returned,
    )


def _status_rules(order: Order) -> Iterator[tuple[bool, str, str, object]]:
    yield (
        (order.status is Status.ON_HOLD) == bool(order.holds),
        "status",
        f"ON_HOLD exactly when there are holds; there are {len(order.holds)}",
        order.status.value,
    )
    yield (
        order.wait is None or order.status in MAY_WAIT,
        "wait",
        f"None unless the order waits; it is {order.status}",
        order.wait,
    )
    short, allocated = order.short, order.allocated
    yield (
        (order.status not in WITHOUT_UNITS or not allocated)
        and (order.status not in COVERED or not short)
        and (order.status is not Status.ON_BACK_ORDER or short > 0),
        "status",
        f"one that agrees with the lines; units allocated: {allocated}, units short: {short}",
        order.status.value,
    )
