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

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term

if TYPE_CHECKING:
    from datetime import datetime

    from orderflow.domain.model.order import Order

__all__ = [
    "AllocationPolicy",
    "Fulfilment",
    "PartialAllocation",
    "Preemption",
    "Queue",
    "QueuePosition",
    "Rationing",
    "queue_position",
]

QueuePosition = tuple[object, ...]
"""What orders are compared by in a queue: the smallest comes first; it ends in the order id."""


class Queue(Term):
    """Who comes first."""

    FIRST_COME = "FIRST_COME"
    """First come, first served."""
    PRIORITY = "PRIORITY"
    """The higher priority first, then the older order."""
    PROMISED_DATE = "PROMISED_DATE"
    """The earlier promised date first, orders without one last, then the older order."""


class Rationing(Term):
    """How what there is of a product is given out when it does not suffice."""

    STRICT = "STRICT"
    """One after another, in the order of the queue."""
    FAIR_SHARE = "FAIR_SHARE"
    """In proportion to what each is short of, by largest remainder; the queue breaks ties."""


class PartialAllocation(Term):
    """What a short order keeps while it waits."""

    ALWAYS = "ALWAYS"
    """What there is. A split needs it."""
    NEVER = "NEVER"
    """Nothing, until all of it can be had at once."""
    AFTER_WAITING = "AFTER_WAITING"
    """Nothing at first; what there is, once it was passed over often or long enough."""


class Fulfilment(Term):
    """What may leave the warehouse."""

    COMPLETE = "COMPLETE"
    """Complete orders only; the seller may split one."""
    SPLIT = "SPLIT"
    """Whatever is allocated of a short order is split off by itself."""
    PARCELS = "PARCELS"
    """The same, into at most so many parcels: the last one is complete."""
    WHOLE_LINES = "WHOLE_LINES"
    """Covered lines of a short order are split off by themselves; no line is ever divided."""


class Preemption(Term):
    """Whether an order may take what others hold."""

    NEVER = "NEVER"
    """No."""
    URGENT = "URGENT"
    """An urgent order takes from later orders that are not at the warehouse yet."""


_FIRST_COME, _ALWAYS = Queue.FIRST_COME, PartialAllocation.ALWAYS


@attrs.frozen(kw_only=True)
class AllocationPolicy:
    """How the stock of one seller is given to the seller's orders.

    >>> AllocationPolicy(queue=Queue.PRIORITY).partial_allocation
    <PartialAllocation.ALWAYS: 'ALWAYS'>

    Attributes:
        queue: Who comes first.
        rationing: Strict order, or a fair share.
        share_max: With a fair share: the most units of a product that an order gets in one
            round. A further round gives out what is left.
        partial_allocation: What a short order keeps.
        passes_max: With `AFTER_WAITING`: being passed over so many times is enough.
        wait_max: With `AFTER_WAITING`: being on back order for so long is enough.
        fulfilment: What may leave.
        parcels_max: With `PARCELS`: how many there may be, the last one included.
        preemption: Whether urgent orders take from later ones.
        urgent_from: With `URGENT`: the priority from which on an order is urgent.

    Raises:
        InvalidValueError: If a value breaks its rule, or two settings contradict each other.
    """

    queue: Queue = attrs.field(default=Queue.FIRST_COME, validator=validators.one_of(Queue))
    rationing: Rationing = attrs.field(
        default=Rationing.STRICT, validator=validators.one_of(Rationing)
    )
    share_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(1))
    )
    partial_allocation: PartialAllocation = attrs.field(
        default=PartialAllocation.ALWAYS, validator=validators.one_of(PartialAllocation)
    )
    passes_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(1))
    )
    wait_max: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    fulfilment: Fulfilment = attrs.field(
        default=Fulfilment.COMPLETE, validator=validators.one_of(Fulfilment)
    )
    parcels_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(2))
    )
    preemption: Preemption = attrs.field(
        default=Preemption.NEVER, validator=validators.one_of(Preemption)
    )
    urgent_from: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.priority)
    )

    def __attrs_post_init__(self) -> None:
        for ok, field, demand in (*_parameter_rules(self), *_agreement_rules(self)):
            value = getattr(self, field)
            validators.require(
                ok=ok,
                field=f"AllocationPolicy.{field}",
                demand=demand,
                value=value.value if isinstance(value, StrEnum) else value,
            )

    @property
    def restricts_partial(self) -> bool:
        """Whether there may be short orders that hold no unit while they wait."""
        return self.partial_allocation is not _ALWAYS


def queue_position(order: Order, queue: Queue) -> QueuePosition:
    """Return what the order is compared by: the smallest position is served first.

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


def allows_partial(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order keeps what there is while it waits."""
    if policy.partial_allocation is _ALWAYS:
        return True
    wait = order.wait
    return (
        policy.partial_allocation is PartialAllocation.AFTER_WAITING
        and wait is not None
        and wait.allows_partial
    )


def has_waited_enough(order: Order, policy: AllocationPolicy, at: datetime) -> bool:
    """Whether a waiting order may be allocated a part from now on, and was not until now."""
    wait = order.wait
    if (
        wait is None
        or wait.allows_partial
        or policy.partial_allocation is not PartialAllocation.AFTER_WAITING
    ):
        return False
    often = policy.passes_max is not None and wait.passed_over >= policy.passes_max
    return often or (policy.wait_max is not None and at - wait.since >= policy.wait_max)


def _parameter_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Say of each parameter whether it stands where it belongs: ok, field, demand."""
    keeps_later = policy.partial_allocation is PartialAllocation.AFTER_WAITING
    return [
        (
            policy.share_max is None or policy.rationing is Rationing.FAIR_SHARE,
            "share_max",
            "left out unless rationing is FAIR_SHARE, for it limits a share",
        ),
        (
            keeps_later == (policy.passes_max is not None or policy.wait_max is not None),
            "partial_allocation",
            "AFTER_WAITING exactly when passes_max or wait_max says when to keep",
        ),
        (
            (policy.fulfilment is Fulfilment.PARCELS) == (policy.parcels_max is not None),
            "parcels_max",
            "given exactly when fulfilment is PARCELS",
        ),
        (
            (policy.preemption is Preemption.URGENT) == (policy.urgent_from is not None),
            "urgent_from",
            "given exactly when preemption is URGENT, for it says who is urgent",
        ),
    ]


def _agreement_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Say of the settings whether they contradict each other: ok, field, demand."""
    fair = policy.rationing is Rationing.FAIR_SHARE
    splits = policy.fulfilment is not Fulfilment.COMPLETE
    return [
        (
            not (fair and policy.restricts_partial),
            "rationing",
            "STRICT unless holding is ALWAYS, for a share is less than all and would not be kept",
        ),
        (
            not (fair and policy.preemption is Preemption.URGENT),
            "rationing",
            "STRICT where urgent orders take back, for that gives them more than their share",
        ),
        (
            not (splits and policy.partial_allocation is PartialAllocation.NEVER),
            "fulfilment",
            "COMPLETE where holding is NEVER, for a short order holds nothing to send",
        ),
    ]
