"""The plan: a better allocation of the backlog, as data to read, store, edit and apply."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.reallocation import Reallocation
from orderflow.domain.planning.stances import PlanRule, Protection
from orderflow.domain.planning.weights import Weight
from orderflow.errors import PlanRefusedError

if TYPE_CHECKING:
    from orderflow.domain.model.order import OrderLine

__all__ = [
    "BacklogFigures",
    "IdleUnits",
    "Plan",
    "PlannedGroup",
    "PlannedLine",
    "PlannedOrder",
    "PlannedPass",
]

_ANY_NUMBER = validators.whole(0, 10**16)


@attrs.frozen
class PlannedLine:
    """A line that gains or loses units.

    Attributes:
        line_id: The line.
        sku: Its product.
        quantity: The units ordered.
        before: The units allocated now.
        after: The units allocated once the plan is applied.
    """

    line_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)
    quantity: int = attrs.field(validator=validators.units(1))
    before: int = attrs.field(validator=validators.units(0))
    after: int = attrs.field(validator=validators.units(0))

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=max(self.before, self.after) <= self.quantity and self.before != self.after,
            field="PlannedLine.after",
            demand=f"other units than before, and at most the quantity, which is {self.quantity}",
            value=self.after,
        )

    @property
    def change(self) -> int:
        """The units that the line takes; below 0 if it gives some."""
        return self.after - self.before

    @property
    def short(self) -> int:
        """The units that it is short of once the plan is applied."""
        return self.quantity - self.after


def planned_line(line: OrderLine, change: int) -> PlannedLine:
    """Return the plan for a line.

    The checks of `PlannedLine` do not run: the caller ensures them. A plan may have many lines.
    """
    planned = _new(PlannedLine)
    _set_line_id(planned, line.line_id)
    _set_sku(planned, line.sku)
    _set_quantity(planned, line.quantity)
    _set_before(planned, line.allocated)
    _set_after(planned, line.allocated + change)
    return planned


_new = object.__new__
_set_line_id = PlannedLine.__dict__["line_id"].__set__
_set_sku = PlannedLine.__dict__["sku"].__set__
_set_quantity = PlannedLine.__dict__["quantity"].__set__
_set_before = PlannedLine.__dict__["before"].__set__
_set_after = PlannedLine.__dict__["after"].__set__


@attrs.frozen
class PlannedOrder:
    """An order that gains or loses units.

    Attributes:
        order_id: The order.
        warehouse_id: The warehouse that it is sent from.
        version: The version of the order on which the plan rests.
        weight: What completing it is worth; 0 if the plan may not complete it.
        is_completed: Whether the plan completes it.
        lines: Its lines that gain or lose units.
    """

    order_id: str = attrs.field(validator=validators.identifier)
    warehouse_id: str = attrs.field(validator=validators.identifier)
    version: int = attrs.field(validator=validators.whole(0))
    weight: int = attrs.field(validator=_ANY_NUMBER)
    is_completed: bool = attrs.field(validator=validators.one_of(bool))
    lines: tuple[PlannedLine, ...] = attrs.field(
        validator=validators.tuple_of(PlannedLine, smallest=1, largest=validators.LINES_MAX)
    )

    @property
    def gained(self) -> int:
        """The units that it takes, over all lines."""
        return sum([line.change for line in self.lines if line.change > 0])

    @property
    def lost(self) -> int:
        """The units that it gives, over all lines."""
        return -sum([line.change for line in self.lines if line.change < 0])


@attrs.frozen
class PlannedPass:
    """An order that still waits, and is passed over by the plan.

    Each later order that takes units of a product that it is short of with the plan passes it over,
    even if the order gave these units itself. The queue of the product decides who is later.

    Attributes:
        order_id: The order.
        times: By how many orders it is passed over.
    """

    order_id: str = attrs.field(validator=validators.identifier)
    times: int = attrs.field(validator=validators.whole(1))


@attrs.frozen
class IdleUnits:
    """Units of a product that are available and that no order of the plan takes.

    They are left to the queue, which gives them out if the policy allows parts.
    """

    warehouse_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)
    units: int = attrs.field(validator=validators.units(1))


@attrs.frozen(kw_only=True)
class PlannedGroup:
    """The orders that a rule matches, or that no rule matches.

    Attributes:
        rule: The rule, as text.
        orders: How many orders the plan considers in this group.
        complete_before: How many of them are complete now.
        complete_after: How many are complete once the plan is applied.
        value: The total weight of these. An order that may not gain has none.
        bound: No plan reaches a greater total weight with the units that earlier groups left.
    """

    rule: str
    orders: int = attrs.field(validator=validators.whole(0))
    complete_before: int = attrs.field(validator=validators.whole(0))
    complete_after: int = attrs.field(validator=validators.whole(0))
    value: int = attrs.field(validator=_ANY_NUMBER)
    bound: int = attrs.field(validator=_ANY_NUMBER)


@attrs.frozen(kw_only=True)
class BacklogFigures:
    """The orders that a plan considers, before it or after it.

    Attributes:
        complete: How many of them are complete.
        waiting: How many of them are not.
        longest_wait: How long the customer of one of these has waited at most; `None` without any.
    """

    complete: int = attrs.field(validator=validators.whole(0))
    waiting: int = attrs.field(validator=validators.whole(0))
    longest_wait: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(timedelta))
    )


@attrs.frozen(kw_only=True)
class Plan:
    """A better allocation of a seller's back orders. Nothing is changed yet.

    Attributes:
        plan_id: An id that is computed from what the plan changes.
        seller_id: The seller.
        at: When it was made.
        weight: What completing an order is worth; `None` if a function computes it.
        value_field: With `Weight.VALUE`: the custom field that has the values.
        rules: Its rules, in the order of service.
        protection: What it protects.
        orders: Who gains and who gives, in the order of the queue.
        passed_over: Who is passed over by this plan, and how often, in the order of the queue.
        idle: The units that stay idle.
        groups: What it reaches for each rule, and for the orders that no rule matches.
        before: The figures without the plan.
        after: The figures with it.
        without_weight: How many orders were left alone because they have no weight.
        omitted: How many more orders it would complete without its limit of orders.
        was_cut: Whether a time limit ended the search.
        took: How long it took to make; `None` if nobody measured it.
        edits: The edits made by hand, oldest first.
    """

    plan_id: str = attrs.field(validator=validators.identifier)
    seller_id: str = attrs.field(validator=validators.identifier)
    at: datetime = attrs.field(converter=validators.in_utc, validator=validators.moment)
    weight: Weight | None = attrs.field(
        validator=attrs.validators.optional(validators.one_of(Weight))
    )
    value_field: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    rules: tuple[PlanRule, ...] = attrs.field(default=(), validator=validators.tuple_of(PlanRule))
    protection: Protection = attrs.field(
        default=Protection(), validator=validators.one_of(Protection)
    )
    orders: tuple[PlannedOrder, ...] = attrs.field(validator=validators.tuple_of(PlannedOrder))
    passed_over: tuple[PlannedPass, ...] = attrs.field(validator=validators.tuple_of(PlannedPass))
    idle: tuple[IdleUnits, ...] = attrs.field(validator=validators.tuple_of(IdleUnits))
    groups: tuple[PlannedGroup, ...] = attrs.field(
        validator=validators.tuple_of(PlannedGroup, smallest=1)
    )
    before: BacklogFigures = attrs.field(validator=validators.one_of(BacklogFigures))
    after: BacklogFigures = attrs.field(validator=validators.one_of(BacklogFigures))
    without_weight: int = attrs.field(default=0, validator=validators.whole(0))
    omitted: int = attrs.field(default=0, validator=validators.whole(0))
    was_cut: bool = attrs.field(default=False, validator=validators.one_of(bool))
    took: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(timedelta))
    )
    edits: tuple[str, ...] = attrs.field(default=(), validator=validators.tuple_of(str))

    @property
    def value(self) -> int:
        """The total weight of the orders that are complete once the plan is applied."""
        return sum([group.value for group in self.groups])

    @property
    def bound(self) -> int:
        """The sum of the bounds of all groups: see `PlannedGroup.bound`."""
        return sum([group.bound for group in self.groups])

    @property
    def gap(self) -> float:
        """How far the value is below the bound, as a share of it. 0 proves that it is the best."""
        return (self.bound - self.value) / self.bound if self.bound else 0.0

    @property
    def changes(self) -> tuple[Reallocation, ...]:
        """What each order gives and takes."""
        return tuple(
            Reallocation(
                order.order_id,
                order.version,
                tuple([(line.line_id, line.change) for line in order.lines]),
            )
            for order in self.orders
        )


def require_own_changes(plan: Plan) -> None:
    """Require that nothing but `edit_plan` has changed a plan.

    Raises:
        PlanRefusedError: If something else has.
    """
    if plan.plan_id != plan_id_of(plan.seller_id, plan.at, plan.orders):
        raise PlanRefusedError(
            "the changes of the plan do not match its id: make a new plan, and change it only with "
            "`edit_plan`"
        )


def out_of_date(order_id: str, planned: int, actual: int) -> PlanRefusedError:
    """Return the error for a plan that rests on an earlier version of an order."""
    return PlanRefusedError(
        f"the plan is out of date, make a new one: order {order_id} had version {planned} when it "
        f"was planned, and has version {actual} now"
    )


def plan_id_of(seller_id: str, at: datetime, orders: tuple[PlannedOrder, ...]) -> str:
    """Return the id of a plan: the same for the same changes of the same versions."""
    parts = [seller_id, at.isoformat()]
    for order in orders:
        changes = [f"{line.line_id!r}{line.change:+}" for line in order.lines]
        parts.append(f"{order.order_id!r}@{order.version} {' '.join(changes)}")
    digest = sha256("\n".join(parts).encode()).hexdigest()
    return f"plan-{digest[:24]}"
