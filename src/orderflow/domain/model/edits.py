"""Edits of an order, and how they change it.

A command applies several edits one after another: all of them, or none.

- A smaller quantity removes short units before allocated ones.
- A replacement changes neither the line's id or set, nor the order's place in the queue. If the
  product changes, the line gives back its units. Otherwise only the quantity changes.
- The last line cannot be removed. Cancel the order instead.
- An added line or a replacement may name any product, as the lines of a placed order may. One that
  the warehouse does not have yet waits on back order: `Seller.unknown_products` warns of it.
- An order cannot get more lines or custom fields than the limit, nor a line more units.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any, assert_never

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.order import Address, BackOrderWait, Order, OrderLine, with_units
from orderflow.domain.model.short_part import ShortPart
from orderflow.errors import EditRefusedError, LimitRefusedError
from orderflow.errors.quoting import counted

__all__ = [
    "AddLine",
    "ChangeCourier",
    "ChangeCustomField",
    "ChangeCustomerReference",
    "ChangeGiveUpAfter",
    "ChangeNotBefore",
    "ChangePriority",
    "ChangePromise",
    "ChangeQuantity",
    "ChangeShipTo",
    "ChangeShortPart",
    "Edit",
    "RemoveLine",
    "ReplaceLine",
    "apply_edits",
]


@attrs.frozen
class AddLine:
    """Add a line to an order.

    The default `line_id` is 1 above the highest number that the order or an earlier edit of the
    same command has used. If that is too long for an id, it is the first number that was not used.
    Only the digits 0 to 9 count as a number. With a `set_id`, the line joins that set.
    """

    sku: str = attrs.field(validator=validators.identifier)
    quantity: int = attrs.field(validator=validators.units(1))
    line_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    set_id: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen
class RemoveLine:
    """Remove a line."""

    line_id: str = attrs.field(validator=validators.identifier)


@attrs.frozen
class ReplaceLine:
    """Replace the product of a line.

    The line gives back its units. If `sku` is the product that the line already has, only the
    quantity changes, as with `ChangeQuantity`.

    The customer gets `units` of the new product for every `per` of the old one. Two singles for
    one pair are ``units=2``; one pair for two singles is ``per=2``. The line may then have 10^12
    units at most: otherwise the edit is refused with a `LimitRefusedError`.
    """

    line_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(default=1, validator=validators.units(1))
    per: int = attrs.field(default=1, validator=validators.units(1))
    reason: str = attrs.field(default="", validator=validators.note)


@attrs.frozen
class ChangeQuantity:
    """Change the quantity of a line."""

    line_id: str = attrs.field(validator=validators.identifier)
    quantity: int = attrs.field(validator=validators.units(1))


@attrs.frozen
class ChangeCourier:
    """Change the courier. With `None`, the warehouse chooses one."""

    courier: str | None = attrs.field(validator=attrs.validators.optional(validators.identifier))


@attrs.frozen
class ChangeShipTo:
    """Change the address that the order goes to."""

    ship_to: Address | None = attrs.field(
        validator=attrs.validators.optional(validators.one_of(Address))
    )


@attrs.frozen
class ChangeCustomerReference:
    """Change the customer's own name for the order. With `None`, it has none."""

    customer_reference: str | None = attrs.field(
        validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen
class ChangeCustomField:
    """Change the text of a custom field, or add the field. With `None`, it is removed."""

    name: str = attrs.field(validator=validators.identifier)
    text: str | None = attrs.field(validator=attrs.validators.optional(validators.note))


@attrs.frozen
class ChangePriority:
    """Change the priority of the order, for a queue by priority."""

    priority: int = attrs.field(validator=validators.priority)


@attrs.frozen
class ChangePromise:
    """Change the promised date of the order, for a queue by promised date."""

    promised_by: datetime | None = attrs.field(
        converter=validators.in_utc_if_any, validator=attrs.validators.optional(validators.moment)
    )


@attrs.frozen
class ChangeNotBefore:
    """Change the moment before which the order is not sent to the warehouse, or remove it."""

    not_before: datetime | None = attrs.field(
        converter=validators.in_utc_if_any, validator=attrs.validators.optional(validators.moment)
    )


@attrs.frozen
class ChangeShortPart:
    """Change what happens when the order becomes short. With `None`, the policy decides."""

    short_part: ShortPart | None = attrs.field(
        validator=attrs.validators.optional(validators.one_of(ShortPart))
    )


@attrs.frozen
class ChangeGiveUpAfter:
    """Change the time on back order after which the order is given up.

    With `None`, the policy decides. If it was given up or its seller was reminded, both can happen
    again.
    """

    give_up_after: timedelta | None = attrs.field(
        validator=attrs.validators.optional(validators.duration)
    )


Edit = (
    AddLine
    | RemoveLine
    | ReplaceLine
    | ChangeQuantity
    | ChangeCourier
    | ChangeShipTo
    | ChangeCustomerReference
    | ChangeCustomField
    | ChangePriority
    | ChangePromise
    | ChangeShortPart
    | ChangeNotBefore
    | ChangeGiveUpAfter
)
"""One change to an order."""


def apply_edits(order: Order, edits: tuple[Edit, ...]) -> dict[str, Any]:
    """Return the fields that the edits change, with their new values.

    Raises:
        LineNotFoundError: If the order has no line that an edit names.
        EditRefusedError: If an edit cannot be applied.
        LimitRefusedError: If the order would get too many lines or custom fields, or a line too
            many units.
    """
    lines = {line.line_id: line for line in order.lines}
    custom_fields: dict[str, str | None] = dict(order.custom_fields)
    fields: dict[str, Any] = {}
    ids: _LineIds | None = None
    for edit in edits:
        match edit:
            case AddLine():
                ids = ids or _LineIds(order)
                line = _added(order, lines, edit, ids)
                lines[line.line_id] = line
            case RemoveLine(line_id):
                _find(order, lines, line_id)
                del lines[line_id]
            case ReplaceLine():
                lines[edit.line_id] = _replaced(order, lines, edit)
            case ChangeQuantity(line_id, quantity):
                line = _find(order, lines, line_id)
                allocated = min(line.allocated, quantity)
                lines[line_id] = with_units(line, quantity, allocated)
            case (
                ChangeCourier()
                | ChangeShipTo()
                | ChangeCustomerReference()
                | ChangePriority()
                | ChangePromise()
                | ChangeShortPart()
                | ChangeNotBefore()
            ):
                fields |= attrs.asdict(edit, recurse=False)
            case ChangeGiveUpAfter(give_up_after):
                fields |= {"give_up_after": give_up_after, "wait": _unmarked(order.wait)}
            case ChangeCustomField(name, text):
                custom_fields[name] = text
            case _:
                assert_never(edit)
    _check_number(order, len(lines))
    fields["lines"] = tuple(lines.values())
    fields["custom_fields"] = _filled(order, custom_fields)
    return fields


def _unmarked(wait: BackOrderWait | None) -> BackOrderWait | None:
    """Return a wait of which the seller was not reminded, and which was not given up."""
    return wait and attrs.evolve(wait, reminded=False, given_up=False)


def _check_number(order: Order, lines: int) -> None:
    """Refuse an edit that would leave an order without lines, or with too many."""
    if not lines:
        raise EditRefusedError(
            order.order_id, "its last line would be removed; cancel the order instead"
        )
    if lines > validators.LINES_MAX:
        raise LimitRefusedError(
            f"order {order.order_id!r}",
            "lines",
            lines,
            validators.LINES_MAX,
            "place the other lines as another order",
        )


def _filled(order: Order, custom_fields: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Return the custom fields that have a text; refuse too many."""
    filled = [(name, text) for name, text in custom_fields.items() if text is not None]
    if len(filled) > validators.CUSTOM_FIELDS_MAX:
        raise LimitRefusedError(
            f"order {order.order_id!r}",
            "custom fields",
            len(filled),
            validators.CUSTOM_FIELDS_MAX,
            "remove others in the same edit",
        )
    return tuple(sorted(filled))


def _find(order: Order, lines: dict[str, OrderLine], line_id: str) -> OrderLine:
    line = lines.get(line_id)
    if line is None:
        order.line(line_id)  # raises the error for a line that never existed
        raise EditRefusedError(
            order.order_id, f"line {line_id!r} is changed after it was removed in the same edit"
        )
    return line


def _added(order: Order, lines: dict[str, OrderLine], change: AddLine, ids: _LineIds) -> OrderLine:
    line_id = change.line_id or ids.next()
    if line_id in lines:
        raise EditRefusedError(
            order.order_id, f"it already has a line {line_id!r}; give the new line another id"
        )
    ids.use(line_id)
    return OrderLine(line_id, change.sku, change.quantity, set_id=change.set_id)


class _LineIds:
    """The line ids that an order and its edits have used."""

    def __init__(self, order: Order) -> None:
        self._used = set[str]()
        self._highest = 0
        self._numbers = map(str, count(1))
        for line in order.lines:
            self.use(line.line_id)

    def use(self, line_id: str) -> None:
        """Note that a line has this id."""
        self._used.add(line_id)
        if line_id.isascii() and line_id.isdecimal():
            self._highest = max(self._highest, int(line_id))

    def next(self) -> str:
        """Return the id of a new line."""
        above = str(self._highest + 1)
        if len(above) <= validators.IDENTIFIER_CHARACTERS_MAX:
            return above
        return next(number for number in self._numbers if number not in self._used)


def _replaced(order: Order, lines: dict[str, OrderLine], change: ReplaceLine) -> OrderLine:
    line = _find(order, lines, change.line_id)
    if line.quantity % change.per:
        raise EditRefusedError(
            order.order_id,
            f"line {line.line_id!r} has {counted(line.quantity, 'unit')} of {line.sku!r}, which "
            f"cannot be replaced {change.per} at a time; change its quantity in the same edit "
            f"first",
        )
    quantity = line.quantity // change.per * change.units
    if quantity > validators.UNITS_MAX:
        raise LimitRefusedError(
            f"line {line.line_id!r} of order {order.order_id!r}",
            "units",
            quantity,
            validators.UNITS_MAX,
            "reduce its quantity in the same edit first",
        )
    allocated = min(line.allocated, quantity) if change.sku == line.sku else 0
    return OrderLine(line.line_id, change.sku, quantity, allocated, line.set_id)
