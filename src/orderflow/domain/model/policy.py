"""The allocation policy: who gets the stock, as settings that combine freely.

Seven settings, each with its values:

- **queue**: who comes first. It is a total order on every machine: the last key is the order id.
- **rationing**: whether orders are served strictly one after another, or the available units are
  shared among all who wait for the product.
- **partial_allocation**: whether a short order may be allocated a part while it waits.
- **allocation_horizon**: how near the day of an order must be for it to be offered stock.
- **fulfilment**: what may leave the warehouse.
- **preemption**: whether an urgent order may take the units of later orders.
- **short_part**: whether an order that becomes short waits, is cancelled or is put on hold.
- **give_up**: what happens to an order that has been on back order for as long as it may.

`docs/explanation/who-gets-the-stock.md` defines each value and its invariants.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.policy_settings import (
    Fulfilment,
    PartialAllocation,
    Preemption,
    Queue,
    Rationing,
)
from orderflow.domain.model.queue_position import QueuePosition, queue_position
from orderflow.domain.model.short_part import ShortPart

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

_ALWAYS = PartialAllocation.ALWAYS
_ORDER_ID, _NUMBER = "{order_id}", "{number}"
_OTHER_CHARACTERS_MAX = 32
SPLIT_IDS_CHARACTERS_MAX = _OTHER_CHARACTERS_MAX + len(_ORDER_ID + _NUMBER)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
"""The characters that need no escape in a URL (RFC 3986, section 2.3)."""


@attrs.frozen(kw_only=True)
class AllocationPolicy:
    """The rules by which the stock of one seller is allocated.

    >>> AllocationPolicy(queue=Queue.PRIORITY).partial_allocation
    <PartialAllocation.ALWAYS: 'ALWAYS'>

    Attributes:
        queue: Who comes first.
        rationing: Strict order, or a fair share.
        share_max: With a fair share: the most units of a product that an order gets in one
            round. A further round gives out what is left.
        partial_allocation: Whether a short order may be allocated a part.
        passes_max: With `AFTER_WAITING`: the number of passes after which it may have a part.
        wait_max: With `AFTER_WAITING`: the time on back order after which it may have a part, at
            most 36,525 days.
        allocation_horizon: How near the day of an order (`Order.not_before`) must be for it to be
            offered stock, at most 36,525 days. If omitted, orders are offered stock however
            far their day is.
        fulfilment: What may leave.
        parcels_max: With `PARCELS`: the most parcels of an order, including the last one and
            cancelled ones.
        split_units_min: With automatic splits: the fewest units that leave as a part.
        split_percent_min: With automatic splits: the smallest part that leaves, in percent of the
            units that the order has then. If there is also a smallest number of units, either is
            enough.
        split_wait_min: With automatic splits and `ALWAYS`: the time on back order after which any
            part is enough, at most 36,525 days.
        preemption: Whether urgent orders take units of later ones.
        urgent_from: With `URGENT`: the lowest priority of an urgent order.
        short_part: What happens to an order that becomes short. An order may have a setting of
            its own: `Order.short_part`.
        give_up_after: The time on back order after which `RunDue` gives an order up, at most 36,525
            days. An order may have a time of its own: `Order.give_up_after`.
        give_up: What happens to an order that is given up.
        remind_before: How long before that the seller is reminded, at most 36,525 days.
        split_ids: The ids of orders that are split off, unless a command names one: a text with
            {order_id} and {number}.

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
        default=None, validator=attrs.validators.optional(validators.whole(1))
    )
    wait_max: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    allocation_horizon: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    fulfilment: Fulfilment = attrs.field(
        default=Fulfilment.COMPLETE, validator=validators.one_of(Fulfilment)
    )
    parcels_max: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(2))
    )
    split_units_min: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.units(1))
    )
    split_percent_min: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(1, 100))
    )
    split_wait_min: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    preemption: Preemption = attrs.field(
        default=Preemption.NEVER, validator=validators.one_of(Preemption)
    )
    urgent_from: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.priority)
    )
    short_part: ShortPart = attrs.field(
        default=ShortPart.WAIT, validator=validators.one_of(ShortPart)
    )
    give_up_after: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    give_up: GiveUp = attrs.field(default=GiveUp.CANCEL_ORDER, validator=validators.one_of(GiveUp))
    remind_before: timedelta | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.duration)
    )
    split_ids: str = attrs.field(default=f"{_ORDER_ID}.{_NUMBER}")

    @split_ids.validator
    def _check_split_ids(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_is_pattern(value),
            field="AllocationPolicy.split_ids",
            demand=f"an id with {_ORDER_ID} and {_NUMBER}, each once, and at most "
            f"{_OTHER_CHARACTERS_MAX} other characters, which are letters, digits or -._~",
            value=value,
        )

    def __attrs_post_init__(self) -> None:
        for ok, field, demand in rules_of(self):
            value = getattr(self, field)
            validators.require(
                ok=ok,
                field=f"AllocationPolicy.{field}",
                demand=demand,
                value=value.value if isinstance(value, StrEnum) else value,
            )

    def split_id(self, order_id: str, number: int) -> str:
        """Return the id of a part of an order. The order id is shortened if the whole is too long.

        >>> AllocationPolicy().split_id("1001", 2)
        '1001.2'

        Raises:
            InvalidValueError: If an argument is not valid.
        """
        validators.require(
            ok=validators.is_identifier(order_id),
            field="split_id.order_id",
            demand=validators.IDENTIFIER_DEMAND,
            value=order_id,
        )
        validators.require(
            ok=type(number) is int and number >= 1,
            field="split_id.number",
            demand="a whole number, 1 or more",
            value=number,
        )
        numbered = self.split_ids.replace(_NUMBER, str(number))
        room = validators.IDENTIFIER_CHARACTERS_MAX - len(numbered) + len(_ORDER_ID)
        return numbered.replace(_ORDER_ID, order_id[:room].rstrip())

    @property
    def patience(self) -> timedelta | None:
        """The time on back order after which an order has waited enough, if time counts."""
        return self.wait_max or self.split_wait_min

    @property
    def restricts_partial(self) -> bool:
        """Whether some short orders may not be allocated a part while they wait."""
        return self.partial_allocation is not _ALWAYS


def is_urgent(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order may take the units of later ones."""
    return policy.urgent_from is not None and order.priority >= policy.urgent_from


def short_part_of(order: Order, policy: AllocationPolicy) -> ShortPart:
    """Return what happens to the order when it becomes short: its own setting comes first."""
    return order.short_part or policy.short_part


def gives_up_at(order: Order, give_up_after: timedelta | None) -> datetime | None:
    """Return when the order is given up if it is still on back order then; `None` if never.

    Args:
        order: The order.
        give_up_after: The time that the policy gives to orders without one of their own.
    """
    after, wait = order.give_up_after or give_up_after, order.wait
    if after is None or wait is None or wait.given_up:
        return None
    return wait.since + after


def allows_partial(order: Order, policy: AllocationPolicy) -> bool:
    """Whether the order may be allocated a part while it waits."""
    if policy.partial_allocation is _ALWAYS:
        return True
    wait = order.wait
    return (
        policy.partial_allocation is PartialAllocation.AFTER_WAITING
        and wait is not None
        and wait.allows_partial
    )


def has_waited_enough(order: Order, policy: AllocationPolicy, at: datetime) -> bool:
    """Whether a waiting order has waited enough from now on, but had not before."""
    wait = order.wait
    if wait is None or wait.allows_partial:
        return False
    often = policy.passes_max is not None and wait.passed_over >= policy.passes_max
    patience = policy.patience
    return often or (patience is not None and at - wait.since >= patience)


def _is_pattern(value: object) -> bool:
    return (
        validators.is_identifier(value)
        and isinstance(value, str)
        and value.count(_ORDER_ID) == value.count(_NUMBER) == 1
        and len(value) <= SPLIT_IDS_CHARACTERS_MAX
        and _UNRESERVED.issuperset(value.replace(_ORDER_ID, "").replace(_NUMBER, ""))
    )


def rules_of(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Return the rules that hold between the settings of a policy: ok, field, demand."""
    return [*_parameter_rules(policy), *_agreement_rules(policy)]


def _parameter_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Return the rules for the parameters of settings: ok, field, demand."""
    after_waiting = policy.partial_allocation is PartialAllocation.AFTER_WAITING
    return [
        (
            policy.share_max is None or policy.rationing is Rationing.FAIR_SHARE,
            "share_max",
            "None unless rationing is FAIR_SHARE, because it limits a share",
        ),
        (
            after_waiting == (policy.passes_max is not None or policy.wait_max is not None),
            "partial_allocation",
            "AFTER_WAITING exactly when passes_max or wait_max is set, because these say how long",
        ),
        (
            (policy.fulfilment is Fulfilment.PARCELS) == (policy.parcels_max is not None),
            "parcels_max",
            "given exactly when fulfilment is PARCELS, because it counts them",
        ),
        *(
            (
                getattr(policy, field) is None or policy.fulfilment is not Fulfilment.COMPLETE,
                field,
                "None if fulfilment is COMPLETE, because it limits automatic splits",
            )
            for field in ("split_units_min", "split_percent_min", "split_wait_min")
        ),
        (
            (policy.preemption is Preemption.URGENT) == (policy.urgent_from is not None),
            "urgent_from",
            "given exactly when preemption is URGENT, because it defines who is urgent",
        ),
    ]


def _agreement_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    """Return the rules against settings that contradict each other: ok, field, demand."""
    fair = policy.rationing is Rationing.FAIR_SHARE
    splits = policy.fulfilment is not Fulfilment.COMPLETE
    return [
        (
            not (fair and policy.restricts_partial),
            "rationing",
            "STRICT unless partial_allocation is ALWAYS, because a share is a part",
        ),
        (
            not (fair and policy.preemption is Preemption.URGENT),
            "rationing",
            "STRICT if preemption is URGENT, because urgent orders take more than a share",
        ),
        (
            not (splits and policy.partial_allocation is PartialAllocation.NEVER),
            "fulfilment",
            "COMPLETE if partial_allocation is NEVER, because a short order has no units to send",
        ),
        (
            not (policy.split_wait_min and policy.restricts_partial),
            "split_wait_min",
            "None unless partial_allocation is ALWAYS, because a short order has to wait for units",
        ),
        *_short_part_rules(policy),
        *_give_up_rules(policy),
    ]


def _short_part_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    cancels = policy.short_part in (ShortPart.CANCEL_SHORT, ShortPart.CANCEL_ORDER)
    fair = policy.rationing is Rationing.FAIR_SHARE
    splits = policy.fulfilment is not Fulfilment.COMPLETE
    return [
        (
            not (cancels and policy.partial_allocation is PartialAllocation.AFTER_WAITING),
            "short_part",
            "WAIT or HOLD if partial_allocation is AFTER_WAITING, because cancelled units are gone",
        ),
        (
            not (cancels and splits),
            "short_part",
            "WAIT or HOLD unless fulfilment is COMPLETE, because only waiting orders are split",
        ),
        (
            not (cancels and policy.preemption is Preemption.URGENT),
            "short_part",
            "WAIT or HOLD if preemption is URGENT, because an urgent order would cancel others",
        ),
        (
            not (fair and policy.short_part is ShortPart.CANCEL_ORDER),
            "short_part",
            "WAIT, HOLD or CANCEL_SHORT if rationing is FAIR_SHARE, because a share is a part",
        ),
    ]


def _give_up_rules(policy: AllocationPolicy) -> list[tuple[bool, str, str]]:
    after, patience = policy.give_up_after, policy.patience
    ends_wait = policy.give_up in (GiveUp.CANCEL_ORDER, GiveUp.CANCEL_SHORT)
    return [
        (
            after is None or policy.remind_before is None or policy.remind_before < after,
            "remind_before",
            "shorter than give_up_after, because an order that does not wait yet needs no reminder",
        ),
        (
            after is None or patience is None or not ends_wait or patience < after,
            "give_up_after",
            "longer than wait_max and split_wait_min if give_up cancels, because no wait is longer",
        ),
    ]
