"""A plan in a terminal, as JSON and as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow.cli.output import terminal
from orderflow.cli.output.listing import Column, print_listing
from orderflow.domain.planning.weights import VALUE_PARTS, Weight
from orderflow.errors.quoting import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from orderflow.cli.options.listing import ListingOptions
    from orderflow.domain.planning.plan import BacklogFigures, Plan
    from orderflow.domain.planning.stances import Protection

__all__ = ["print_plan"]

_COLUMNS = (
    Column("order_id", "order"),
    Column("warehouse_id", "warehouse", if_differs=True),
    Column("sku"),
    Column("line_id", "line", if_differs=True),
    Column("quantity", "wanted"),
    Column("before"),
    Column("change"),
    Column("after"),
    Column("becomes"),
    Column("times_passed_over", "passed over", if_any=True),
)


def print_plan(plan: Plan, how: ListingOptions, path: Path | None) -> None:
    """Print who gains and who gives, and what the plan does to all."""
    print_listing("lines", _COLUMNS, _rows(plan), how, _beside(plan))
    for group in plan.groups[:-1]:
        if not group.orders:
            terminal.messages().print(
                f"the rule {quoted(group.rule)} matches no order that the plan considers, or only "
                "orders of an earlier rule"
            )
    if how.as_json or how.as_csv:
        return
    console = terminal.results()
    for text in _summary(plan):
        console.print(text)
    if path is not None:
        console.print(f"The plan is in {path}: apply-plan applies it.")


def _rows(plan: Plan) -> Iterator[dict[str, Any]]:
    passed = {each.order_id: each.times for each in plan.passed_over}
    for order in plan.orders:
        for line in order.lines:
            yield {
                "order_id": order.order_id,
                "warehouse_id": order.warehouse_id,
                "sku": line.sku,
                "line_id": line.line_id,
                "quantity": line.quantity,
                "before": line.before,
                "change": line.change,
                "after": line.after,
                "becomes": "complete" if order.is_completed else f"short of {line.short:,}",
                "times_passed_over": passed.get(order.order_id, 0),
            }


def _beside(plan: Plan) -> dict[str, Any]:
    return {
        "plan_id": plan.plan_id,
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "is_optimal": plan.value == plan.bound,
        "was_cut": plan.was_cut,
        "seconds": None if plan.took is None else plan.took.total_seconds(),
        "before": _figures(plan.before),
        "after": _figures(plan.after),
        "groups": [
            {
                "rule": each.rule,
                "orders": each.orders,
                "complete_before": each.complete_before,
                "complete_after": each.complete_after,
                "value": each.value,
                "bound": each.bound,
            }
            for each in plan.groups
        ],
        "passed_over": [
            {"order_id": each.order_id, "times": each.times} for each in plan.passed_over
        ],
        "idle": [
            {"warehouse_id": each.warehouse_id, "sku": each.sku, "units": each.units}
            for each in plan.idle
        ],
        "without_weight": plan.without_weight,
        "omitted": plan.omitted,
        "edits": list(plan.edits),
    }


def _figures(figures: BacklogFigures) -> dict[str, Any]:
    longest = figures.longest_wait
    return {
        "complete": figures.complete,
        "waiting": figures.waiting,
        "longest_wait_seconds": None if longest is None else longest.total_seconds(),
    }


def _summary(plan: Plan) -> Iterator[str]:
    before, after = plan.before, plan.after
    yield f"Complete, of those considered: {before.complete:,} before, {after.complete:,} after"
    yield f"Waiting orders: {before.waiting:,} before, {after.waiting:,} after"
    yield f"Longest wait: {_days(before.longest_wait)} before, {_days(after.longest_wait)} after"
    yield f"Passed over by this plan: {counted(len(plan.passed_over), 'order')}"
    if plan.idle:
        units = sum(each.units for each in plan.idle)
        yield f"Idle: {counted(units, 'unit')} of {counted(len(plan.idle), 'product')}"
    for group in plan.groups if len(plan.groups) > 1 else ():
        if not group.orders:
            continue
        yield (
            f"{group.rule}: {group.complete_after:,} of {counted(group.orders, 'order')} complete, "
            f"weight {_weight(plan, group.value)} of at most {_weight(plan, group.bound)}"
        )
    proof = "proven to be the best" if plan.value == plan.bound else f"gap {plan.gap:.2%}"
    yield f"Weight: {_weight(plan, plan.value)} of at most {_weight(plan, plan.bound)} ({proof})"
    if plan.value < plan.bound:
        yield from _left_out_of_the_bound(plan.protection)
    if plan.was_cut:
        yield "The time limit ended the search: a longer one may find a better plan."
    if plan.without_weight:
        yield f"Left alone, without a known weight: {counted(plan.without_weight, 'order')}"
    if plan.omitted:
        omitted = counted(plan.omitted, "more order")
        yield f"Left out because of --orders-max: {omitted} that could be completed"
    if not plan.orders:
        yield "The plan changes nothing."


def _left_out_of_the_bound(protection: Protection) -> Iterator[str]:
    """Say which options the bound leaves out of account, so that the gap may be too large."""
    options = {
        "--whole-lines": protection.whole_lines,
        "--sets": protection.sets,
        "--passed-over-max": protection.passed_over_max is not None,
    }
    named = [option for option, is_given in options.items() if is_given]
    if named:
        yield f"The bound leaves {' and '.join(named)} out of account: the true gap may be smaller."


def _days(wait: timedelta | None) -> str:
    return "none" if wait is None else counted(wait.days, "day")


def _weight(plan: Plan, weight: int) -> str:
    if plan.weight is Weight.VALUE:
        return f"{weight // VALUE_PARTS:,}.{weight % VALUE_PARTS:03}"
    return f"{weight:,}"
