"""Which policies a table can be allocated by, and what to use in place of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.policy import Fulfilment, Preemption
from orderflow.domain.model.short_part import ShortPart
from orderflow.errors import InvalidValueError

if TYPE_CHECKING:
    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["require_supported"]


def require_supported(policy: AllocationPolicy) -> None:
    """Require a policy that says who gets the stock, and nothing of what happens then.

    Raises:
        InvalidValueError: If a setting makes no sense for a table.
    """
    if policy.preemption is not Preemption.NEVER:
        raise InvalidValueError(
            "AllocationPolicy.preemption",
            "NEVER for a table, which does not say what the warehouse is picking; use the queue "
            "PRIORITY, which serves urgent orders first, or orderflow.core.allocate",
            policy.preemption.value,
        )
    if policy.short_part is not ShortPart.WAIT:
        raise InvalidValueError(
            "AllocationPolicy.short_part",
            "WAIT for a table, which keeps all its orders; the units of each line are the same, so "
            "use WAIT, and cancel or hold the orders that are ON_BACK_ORDER",
            policy.short_part.value,
        )
    if policy.allocation_horizon is not None:
        raise InvalidValueError(
            "AllocationPolicy.allocation_horizon",
            "None for a table, which does not say the day of an order; leave out the orders whose "
            "day is far, or use orderflow.core.allocate",
            policy.allocation_horizon,
        )
    if policy.fulfilment is not Fulfilment.COMPLETE:
        raise InvalidValueError(
            "AllocationPolicy.fulfilment",
            "COMPLETE for a table, which gets no new orders; the units of each line are the same, "
            "so use COMPLETE, and split the orders that are ON_BACK_ORDER with units",
            policy.fulfilment.value,
        )
