"""What is asked of a hold that has just ended by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Hold, HoldReason, MemoryRepository, Order, OrderFlow, OrderLine, RefusedError
from orderflow.commands import HoldOrder, PlaceOrder, ReleaseHold
from tests.model.shop import START

HOUR = timedelta(hours=1)


def held(*holds: Hold) -> OrderFlow:
    flow = OrderFlow(MemoryRepository())
    order = Order(
        order_id="a",
        seller_id="acme",
        warehouse_id="leeds",
        lines=(OrderLine("1", "A", 1),),
        placed_at=START,
    )
    flow.handle(PlaceOrder(at=START, order=order))
    for hold in holds:
        flow.handle(HoldOrder(at=START, seller_id="acme", order_id="a", hold=hold))
    return flow


def release(reason: HoldReason) -> ReleaseHold:
    return ReleaseHold(at=START + 2 * HOUR, seller_id="acme", order_id="a", reason=reason)


ENDS = Hold(HoldReason.SELLER_DELAY, START + HOUR)
STAYS = Hold(HoldReason.FRAUD_RISK)


def test_a_hold_that_has_just_ended_may_be_released() -> None:
    held(ENDS).handle(release(HoldReason.SELLER_DELAY))


def test_a_hold_that_has_just_ended_beside_another_may_be_released() -> None:
    held(ENDS, STAYS).handle(release(HoldReason.SELLER_DELAY))


def test_what_never_was_a_reason_cannot_be_released() -> None:
    flow = held(ENDS)
    with pytest.raises(RefusedError):
        flow.handle(release(HoldReason.FRAUD_RISK))
