"""Applying a plan: the one command that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import require_kind
from orderflow.domain.model.reallocation import REALLOCATIONS_MAX, ReallocateUnits
from orderflow.domain.planning.plan import Plan, require_own_changes
from orderflow.errors import PlanRefusedError
from orderflow.errors.quoting import quoted

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["command_of", "require_same"]

NOTE = "rebalanced"


def command_of(
    plan: Plan, *, at: datetime, by: str, note: str = NOTE, repay: bool = False
) -> ReallocateUnits:
    """Return the command that applies a plan. It has the plan's id, so a repetition does nothing.

    Args:
        plan: The plan.
        at: When it is applied.
        by: Who applies it.
        note: Why, for people.
        repay: Whether the orders that give units are served first until they are covered.

    Raises:
        PlanRefusedError: If the plan changes nothing, or more than 20,000 orders, or if anything
            but `edit_plan` has changed it.
        InvalidValueError: If an argument is not valid.
    """
    require_kind("command_of.plan", plan, Plan, demand="a Plan")
    if not plan.orders:
        raise PlanRefusedError(
            "the plan changes nothing, so there is nothing to apply; skip a plan without `orders`"
        )
    if len(plan.orders) > REALLOCATIONS_MAX:
        raise PlanRefusedError(
            f"the plan changes {len(plan.orders):,} orders, but one transaction changes at most "
            f"{REALLOCATIONS_MAX:,}: make a plan with `orders_max`, or with rules that leave some "
            "orders alone"
        )
    require_own_changes(plan)
    return ReallocateUnits(
        seller_id=plan.seller_id,
        changes=plan.changes,
        note=note,
        by=by,
        plan_id=plan.plan_id,
        repay=repay,
        at=at,
        command_id=plan.plan_id,
    )


def require_same(again: ReallocateUnits, earlier: ReallocateUnits) -> None:
    """Require that a plan is applied again as it was applied before.

    Raises:
        PlanRefusedError: If the name, the note or the repayment differ.
    """
    if (again.by, again.note, again.repay) != (earlier.by, earlier.note, earlier.repay):
        repaid = "with" if earlier.repay else "without"
        raise PlanRefusedError(
            f"the plan was applied by {quoted(earlier.by)} on {earlier.at:%Y-%m-%d}, {repaid} "
            f"repayment, with the note {quoted(earlier.note)}; it cannot be applied in another "
            "way: make a new plan for what waits now"
        )
