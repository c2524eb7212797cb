"""Who gets the stock: settings that combine freely, as plain frozen data.

Five questions, each with its values:

- **queue**: who comes first. It is always a total order: the last key is the order id, so that
  two runs and two machines agree.
- **rationing**: whether the queue is served strictly one after another, or what there is of a
  product is shared among all who wait for it.
- **holding**: what a short order keeps while it waits.
- **fulfilment**: what may leave the warehouse.
- **take-back**: whether an urgent order may take what later ones hold.

`docs/explanation/who-gets-the-stock.md` defines each value, and what always holds under it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from orderflow.domain import checks

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.order import Order

__all__ = [
    "AllocationPolicy",
    "Fulfilment",
    "Holding",
    "Place",
    "Queue",
    "Rationing",
    "TakeBack",
    "place_in_queue",
]

Place = tuple[object, ...]
"""What orders are compared by in a queue: the smallest comes first; it ends in the order id."""


class Queue(StrEnum):
    """Who comes first."""

    FIRST_COME = "FIRST_COME"
    """First come, first served."""
    PRIORITY = "PRIORITY"
    """The higher priority first, then the older order."""
    PROMISED_DATE = "PROMISED_DATE"
    """The earlier promised date first, orders without one last, then the older order."""


class Rationing(StrEnum):
    """How what there is of a product is given out when it does not suffice."""

    STRICT = "STRICT"
    """One after another, in the order of the queue."""
    FAIR_SHARE = "FAIR_SHARE"
    """In proportion to what each is short of, by largest remainder; the queue breaks ties."""


class Holding(StrEnum):
    """What a short order keeps while it waits."""

    KEEP = "KEEP"
    """What there is. A split needs it."""
    COMPLETE_ONLY = "COMPLETE_ONLY"
    """Nothing, until all of it can be had at once."""
    COMPLETE_THEN_KEEP = "COMPLETE_THEN_KEEP"
    """Nothing at first; what there is, once it was passed over often or long enough."""


class Fulfilment(StrEnum):
    """What may leave the warehouse."""

    COMPLETE = "COMPLETE"
    """Complete orders only; the seller may split one."""
    SPLIT = "SPLIT"
    """Whatever is allocated of a short order is split off by itself."""
    PARCELS = "PARCELS"
    """The same, into at most so many parcels: the last one is complete."""
    WHOLE_LINES = "WHOLE_LINES"
    """Covered lines of a short order are split off by themselves; no line is ever divided."""


class TakeBack(StrEnum):
    """Whether an order may take what others hold."""

    NEVER = "NEVER"
    """No."""
    URGENT = "URGENT"
    """An urgent order takes from later orders that are not at the warehouse yet."""


_FIRST_COME, _KEEP = Queue.FIRST_COME, Holding.KEEP


@attrs.frozen(kw_only=True)
class AllocationPolicy:
    """How the stock of one seller is given to the seller's orders.

    >>> AllocationPolicy(queue=Queue.PRIORITY).holding
    <Holding.KEEP: 'KEEP'>

    Attributes:
        queue: Who comes first.
        rationing: Strict order, or a fair share.
        share_max: With a fair share: the most units of a product that an order gets in one
            round. A further round gives out what is left.
        holding: What a short order keeps.
        passes_max: With `COMPLETE_THEN_KEEP`: being passed over so many times is enough.
        wait_max: With `COMPLETE_THEN_KEEP`: being on back order for so long is enough.
        fulfilment: What may leave.
        parcels_max: With `PARCELS`: how many there may be, the last one included.
        take_back: Whether urgent orders take from later ones.
        urgent_from: With `URGENT`: the priority from which on an order is urgent.

    Raises:
        InvalidValueError: If a value breaks its rule, or two settings contradict each other.
    """

    queue: Queue = attrs.field(default=Queue.FIRST_COME, validator=checks.one_of(Queue))
    rationing: Rationing = attrs.field(default=Rationing.STRICT, validator=checks.one_of(Rationing))
    share_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.units(1))
    )
    holding: Holding = attrs.field(default=Holding.KEEP, validator=checks.one_of(Holding))
    passes_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.units(1))
    )
    wait_max: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.duration)
    )
    fulfilment: Fulfilment = attrs.field(
        default=Fulfilment.COMPLETE, validator=checks.one_of(Fulfilment)
    )
    parcels_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.units(2))
    )
    take_back: TakeBack = attrs.field(default=TakeBack.NEVER, validator=checks.one_of(TakeBack))
    urgent_from: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.priority)
    )

    def __attrs_post_init__(self) -> None:
        for holds, field, demand in (*_parameter_rules(self), *_agreement_rules(self)):
            value = getattr(self, field)
            checks.require(
                holds=holds,
                field=f"AllocationPolicy.{field}",
                demand=demand,
                value=value.value if isinstance(value, StrEnum) else value,
            )

    @property
    def holds_nothing(self) -> bool:
        """Whether there may be short orders that hold no unit while they wait."""
        return self.holding is not _KEEP


def place_in_queue(order: Order, queue: Queue) -> Place:
    """Return what the order is compared by: the smallest place is served first.

    Places of one queue can be compared with each other, and no two orders share one.
    """
    if queue is _FIRST_COME:
        return (order.placed_at, order.order_id)
    if queue is Queue.PRIORITY:
        return (-order.priority, order.placed_at, order.order_id)
    promised_by: datetime | None = order.promised_by
    if promised_by is None:
        return (1, order.placed_at, order.placed_at, order.order_id)
    return (0, promised_by, order.placed_at, order.order_id)


def is_urgent(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order may take what later ones hold."""
    return policy.urgent_from is not None and order.priority >= policy.urgent_from


def keeps_stock(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order keeps what there is while it waits."""
    if policy.holding is _KEEP:
        return True
    wait = order.wait
    return policy.holding is Holding.COMPLETE_THEN_KEEP and wait is not None and wait.keeps


def _parameter_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Say of each parameter whether it stands where it belongs: holds, field, demand."""
    keeps_later = policy.holding is Holding.COMPLETE_THEN_KEEP
    return [
        (
            policy.share_max is None or policy.rationing is Rationing.FAIR_SHARE,
            "share_max",
            "left out unless rationing is FAIR_SHARE, for it limits a share",
        ),
        (
            keeps_later == (policy.passes_max is not None or policy.wait_max is not None),
            "holding",
            "COMPLETE_THEN_KEEP exactly when passes_max or wait_max says when to keep",
        ),
        (
            (policy.fulfilment is Fulfilment.PARCELS) == (policy.parcels_max is not None),
            "parcels_max",
            "given exactly when fulfilment is PARCELS",
        ),
        (
            (policy.take_back is TakeBack.URGENT) == (policy.urgent_from is not None),
            "urgent_from",
            "given exactly when take_back is URGENT, for it says who is urgent",
        ),
    ]


def _agreement_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Say of the settings whether they contradict each other: holds, field, demand."""
    fair = policy.rationing is Rationing.FAIR_SHARE
    splits = policy.fulfilment is not Fulfilment.COMPLETE
    return [
        (
            not (fair and policy.holds_nothing),
            "rationing",
            "STRICT unless holding is KEEP, for a share is less than all and would not be kept",
        ),
        (
            not (fair and policy.take_back is TakeBack.URGENT),
            "rationing",
            "STRICT where urgent orders take back, for that gives them more than their share",
        ),
        (
            not (splits and policy.holding is Holding.COMPLETE_ONLY),
            "fulfilment",
            "COMPLETE where holding is COMPLETE_ONLY, for a short order holds nothing to send",
        ),
    ]
