"""Faults that the core might have with several warehouses: moves, transfers and sourcing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import attrs

from orderflow import (
    Fulfilment,
    Preemption,
)
from orderflow.domain.allocation import expected_cover, serving_state
from orderflow.domain.allocation import sourcing as planning
from orderflow.domain.allocation.least_cost import LeastCost
from orderflow.domain.decisions import decide, moving, order_commands, short_orders, sourcing
from orderflow.domain.model.events import (
    DeallocationReason,
    OrderMoved,
    OrderSplitOff,
    TransferWithdrawn,
)
from orderflow.domain.model.status import FROZEN
from orderflow.domain.state import fold
from orderflow.domain.state.draft import Draft
from orderflow.sourcing import Division
from tests.model.planting import noting, wrap

if TYPE_CHECKING:
    import pytest

    from orderflow.commands import MoveOrder, TransferStock
    from orderflow.domain.allocation.sourcing import SourcedPart
    from orderflow.domain.model.order import Order
    from orderflow.domain.model.stock import ExpectedReceipt
    from orderflow.sourcing import SourcingPlan, SourcingPolicy
    from tests.model.planting import Faults

FAULTS: Faults = {}

_fault = noting(FAULTS)


# Moves


@_fault()
def a_moved_order_begins_to_wait_anew(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, fold, "_moved", lambda original, *args: original(*args) | {"wait": None})


@_fault()
def a_moved_part_has_not_waited(patch: pytest.MonkeyPatch) -> None:
    wrap(
        patch,
        moving,
        "part_of",
        lambda original, *args, **named: original(*args, **named, wait=None),
    )


@_fault()
def allocated_units_are_moved_before_short_ones(patch: pytest.MonkeyPatch) -> None:
    def move(original: Any, draft: Draft, order: Order, command: MoveOrder) -> None:  # noqa: ANN401
        wanted = dict(command.units or ())
        given = [
            (line.line_id, min(line.allocated, wanted.get(line.line_id, 0))) for line in order.lines
        ]
        if order.status not in FROZEN:
            units = tuple((line_id, number) for line_id, number in given if number)
            order = moving._deallocate(draft, order, units)  # noqa: SLF001
        original(draft, order, command)

    wrap(patch, decide, "move", move)


@_fault()
def a_moved_order_is_offered_nothing(patch: pytest.MonkeyPatch) -> None:
    offered = (*serving_state._OFFERED, OrderMoved)  # noqa: SLF001
    patch.setattr(serving_state, "_OFFERED", offered)


@_fault()
def a_moved_part_is_offered_nothing(patch: pytest.MonkeyPatch) -> None:
    offered = (*serving_state._OFFERED, OrderSplitOff)  # noqa: SLF001
    patch.setattr(serving_state, "_OFFERED", offered)


@_fault()
def a_moved_order_does_not_become_short(patch: pytest.MonkeyPatch) -> None:
    _not_short_by(patch, OrderMoved)


@_fault()
def a_moved_part_does_not_become_short(patch: pytest.MonkeyPatch) -> None:
    _not_short_by(patch, OrderSplitOff)


def _not_short_by(patch: pytest.MonkeyPatch, event: type) -> None:
    others = tuple(each for each in short_orders._MAKES_SHORT if each is not event)  # noqa: SLF001
    patch.setattr(short_orders, "_MAKES_SHORT", others)


@_fault()
def a_move_divides_a_set(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "require_whole_sets", lambda _order, _units, _refusal: None)


@_fault()
def only_the_short_lines_of_a_set_are_moved(patch: pytest.MonkeyPatch) -> None:
    def short_units(order: Order, _policy: object) -> dict[str, int]:
        return {line.line_id: line.quantity - line.allocated for line in order.short_lines}

    wrap(
        patch,
        moving,
        "_short_units",
        lambda original, *args: original(*args) and short_units(*args),
    )


@_fault(Fulfilment.WHOLE_LINES)
def a_move_divides_a_line(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "Fulfilment", SimpleNamespace(WHOLE_LINES=None))


@_fault(Fulfilment.PARCELS)
def a_moved_part_is_a_parcel_too_many(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "is_last_parcel", lambda _order, _policy: False)


# Transfers


@_fault()
def a_withdrawn_transfer_vanishes(patch: pytest.MonkeyPatch) -> None:
    def emit(original: Any, draft: Draft, event: object) -> None:  # noqa: ANN401
        if not isinstance(event, TransferWithdrawn):
            original(draft, event)

    wrap(patch, Draft, "emit", emit)


@_fault()
def a_transfer_takes_allocated_units_unasked(patch: pytest.MonkeyPatch) -> None:
    def transfer(original: Any, draft: Draft, command: TransferStock) -> None:  # noqa: ANN401
        original(draft, attrs.evolve(command, take_allocated=True))

    wrap(patch, decide, "transfer", transfer)


@_fault()
def orders_that_lose_units_to_a_transfer_do_not_become_short(patch: pytest.MonkeyPatch) -> None:
    reasons = (DeallocationReason.COUNT, DeallocationReason.PREEMPTED)
    patch.setattr(short_orders, "_LOST_UNITS", reasons)


@_fault()
def the_rest_of_a_transfer_comes_from_nowhere(patch: pytest.MonkeyPatch) -> None:
    def rest(original: Any, *args: object) -> ExpectedReceipt | None:  # noqa: ANN401
        receipt: ExpectedReceipt | None = original(*args)
        return receipt and attrs.evolve(receipt, from_warehouse_id=None)

    wrap(patch, fold, "evolve_receipt", rest)


# Sourcing


@_fault()
def the_next_order_is_planned_with_the_same_units(patch: pytest.MonkeyPatch) -> None:
    def plan(original: Any, planner: sourcing.Sourcing, order: Order) -> SourcingPlan:  # noqa: ANN401
        found: SourcingPlan = original(planner, order)
        planner._planned.clear()  # noqa: SLF001
        for units in planner._available.values():  # noqa: SLF001
            units.clear()
        return found

    wrap(patch, sourcing.Sourcing, "plan", plan)


@_fault()
def the_next_order_may_wait_for_the_same_receipts(patch: pytest.MonkeyPatch) -> None:
    def plan(original: Any, planner: sourcing.Sourcing, order: Order) -> SourcingPlan:  # noqa: ANN401
        planner._planned.clear()  # noqa: SLF001
        found: SourcingPlan = original(planner, order)
        return found

    wrap(patch, sourcing.Sourcing, "plan", plan)


@_fault()
def orders_are_planned_as_they_are_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sourcing, "queue_position", lambda _order, _queue: ())


@_fault()
def an_order_waits_at_the_first_warehouse_whatever_is_expected(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sourcing.Sourcing, "_expects", lambda *_: False)


@_fault()
def overdue_receipts_are_expected(patch: pytest.MonkeyPatch) -> None:
    def expected_by(product: expected_cover._Product, _by: object) -> int:
        return product.announced

    patch.setattr(expected_cover._Product, "expected_by", expected_by)  # noqa: SLF001


@_fault()
def receipts_are_expected_for_the_order_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expected_cover.Supply, "claim_earlier", lambda _supply, _view: None)


@_fault(Preemption.URGENT)
def urgent_orders_expect_no_more_than_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expected_cover._Product, "preemptible_by", lambda *_: 0)  # noqa: SLF001


@_fault()
def a_set_comes_from_several_warehouses(patch: pytest.MonkeyPatch) -> None:
    def items(original: Any, order: Order, **named: object) -> object:  # noqa: ANN401
        lines = tuple(attrs.evolve(line, set_id=None) for line in order.lines)
        return original(attrs.evolve(order, lines=lines), **named)

    wrap(patch, planning, "items_of", items)


@_fault(Fulfilment.WHOLE_LINES)
def a_line_comes_from_several_warehouses(patch: pytest.MonkeyPatch) -> None:
    wrap(
        patch, planning, "items_of", lambda original, order, **_: original(order, whole_lines=False)
    )


@_fault(Fulfilment.PARCELS)
def parts_are_not_counted_as_parcels(patch: pytest.MonkeyPatch) -> None:
    def plan(original: Any, *args: object, **named: object) -> object:  # noqa: ANN401
        return original(*args, **{**named, "parcels_max": None})

    wrap(patch, sourcing, "plan_sources", plan)


@_fault(Fulfilment.PARCELS)
def the_rest_waits_in_one_more_warehouse(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, planning, "_waits_at", lambda original, *args: original(*args[:-1], 99))


@_fault()
def an_order_that_is_not_covered_is_divided(patch: pytest.MonkeyPatch) -> None:
    _with_division(patch, Division.IF_COVERED, Division.ALWAYS)


@_fault()
def an_order_is_divided_although_it_may_never_be(patch: pytest.MonkeyPatch) -> None:
    _with_division(patch, Division.NEVER, Division.IF_COVERED)


def _with_division(patch: pytest.MonkeyPatch, before: Division, after: Division) -> None:
    def plan(
        original: Any,  # noqa: ANN401
        order: Order,
        policy: SourcingPolicy,
        *args: object,
        **named: object,
    ) -> object:
        if policy.division is before:
            policy = attrs.evolve(policy, division=after)
        return original(order, policy, *args, **named)

    wrap(patch, sourcing, "plan_sources", plan)


@_fault()
def the_first_warehouse_is_always_preferred(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "_by_preference", lambda policy, _skus, _taking: policy.warehouses)


@_fault()
def the_fewest_parcels_are_taken_for_the_cheapest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LeastCost, "_cost_of", lambda _search, taking: len(taking.units))


@_fault()
def the_fewest_units_may_be_left_at_any_cost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LeastCost, "_rank", lambda _search, taking: (taking.units_left,))


@_fault()
def the_part_that_comes_first_keeps_the_id(patch: pytest.MonkeyPatch) -> None:
    def parts(
        original: Any,  # noqa: ANN401
        order: Order,
        policy: SourcingPolicy,
        *args: object,
    ) -> tuple[SourcedPart, ...]:
        found: tuple[SourcedPart, ...] = original(order, policy, *args)
        return tuple(sorted(found, key=lambda each: policy.warehouses.index(each.warehouse_id)))

    wrap(patch, planning, "_parts", parts)


@_fault()
def only_the_first_part_is_allocated(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, order_commands, "move_parts", lambda original, *args: original(*args)[:1])
