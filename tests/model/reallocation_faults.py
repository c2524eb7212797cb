"""Faults that the core might have with reallocations, pins, and orders that are served first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from orderflow import PartialAllocation, Preemption
from orderflow.domain.allocation import preemption, serving_state
from orderflow.domain.decisions import decide, reallocating, short_orders
from orderflow.domain.model.events import OrderReallocated
from orderflow.domain.model.queue_position import queue_position
from orderflow.domain.model.status import FROZEN
from orderflow.domain.state import fold
from tests.model.planting import noting, wrap

if TYPE_CHECKING:
    import pytest

    from orderflow import Queue
    from orderflow.domain.model.order import Order
    from tests.model.planting import Faults

    _Parties = dict[tuple[str, str], list[tuple[str, int]]]

FAULTS: Faults = {}

_fault = noting(FAULTS)


@_fault()
def an_order_that_gives_becomes_short(patch: pytest.MonkeyPatch) -> None:
    makes_short = (*short_orders._MAKES_SHORT, OrderReallocated)  # noqa: SLF001
    patch.setattr(short_orders, "_MAKES_SHORT", makes_short)


@_fault()
def an_order_that_gives_is_offered_nothing(patch: pytest.MonkeyPatch) -> None:
    offered = (*serving_state._OFFERED, OrderReallocated)  # noqa: SLF001
    patch.setattr(serving_state, "_OFFERED", offered)


@_fault()
def more_may_be_given_than_is_taken(patch: pytest.MonkeyPatch) -> None:
    def check(original: Any, draft: object, given: _Parties, taken: _Parties) -> None:  # noqa: ANN401
        wasted = {each for each in given if _units(given, each) > _units(taken, each)}
        fit = [{each: of[each] for each in of if each not in wasted} for of in (given, taken)]
        original(draft, *fit)

    wrap(patch, reallocating, "_check_products", check)
    patch.setattr(reallocating, "_others", lambda _given, _taken: {})


def _units(parties: _Parties, product: tuple[str, str]) -> int:
    return sum(units for _, units in parties.get(product, ()))


@_fault()
def any_order_may_give_or_take(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reallocating, "_check_order", lambda *_: None)


@_fault(PartialAllocation.NEVER)
def an_order_takes_a_part_that_it_may_not_have(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reallocating, "allows_partial", lambda _order, _policy: True)


@_fault(PartialAllocation.AFTER_WAITING)
def a_reallocation_passes_nobody_over(patch: pytest.MonkeyPatch) -> None:
    def reallocate(original: Any, serving: Any, command: object) -> None:  # noqa: ANN401
        passes_over, serving.passes_over = serving.passes_over, False
        original(serving, command)
        serving.passes_over = passes_over

    wrap(patch, decide, "reallocate", reallocate)


@_fault(Preemption.URGENT)
def an_urgent_order_takes_reallocated_units_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "require_kept", lambda *_: None)


@_fault(Preemption.URGENT)
def an_urgent_order_takes_units_of_a_pinned_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(preemption, "is_preemptible", lambda order: order.status not in FROZEN)


@_fault(Preemption.URGENT)
def an_order_that_is_repaid_preempts_more_than_without(patch: pytest.MonkeyPatch) -> None:
    def rank(order: Order, queue: Queue) -> tuple[object, ...]:
        return queue_position(order, queue)[:-1]

    patch.setattr(preemption, "preemption_rank", rank)


@_fault()
def an_order_that_is_to_be_repaid_is_not(patch: pytest.MonkeyPatch) -> None:
    def reallocated(original: Any, order: Order, event: OrderReallocated) -> object:  # noqa: ANN401
        return original(order, attrs.evolve(event, served_first=False))

    wrap(patch, fold, "_reallocated", reallocated)
