"""The minimum worth sending: which parts are large enough to leave automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderflow.domain.model.events import LineUnits
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["is_worth_sending"]


def is_worth_sending(order: Order, leaving: LineUnits, policy: AllocationPolicy) -> bool:
    """Whether a part reaches one of the minimums of the policy, if there are any.

    Args:
        order: The order on back order.
        leaving: The units that would leave.
        policy: The allocation policy.
    """
    least, percent = policy.split_units_min, policy.split_percent_min
    if least is None and percent is None and policy.split_wait_min is None:
        return True
    units = sum([count for _, count in leaving])
    if least is not None and units >= least:
        return True
    if percent is not None and 100 * units >= percent * order.units:
        return True
    wait = order.wait
    return policy.split_wait_min is not None and wait is not None and wait.allows_partial
