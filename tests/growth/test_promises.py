"""Questions about receipts of twice as many orders take twice the steps, not four times."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from orderflow import AllocationPolicy, ExpectedReceipt, PartialAllocation
from orderflow.core import ReceiptChange
from tests.growth.shops import Shop, memory
from tests.growth.steps import is_linear
from tests.unit.shop import NOON, key, later

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZES = (40, 80, 160)
POLICIES = {
    "always": AllocationPolicy(),
    "never": AllocationPolicy(partial_allocation=PartialAllocation.NEVER),
}
EVENING, NIGHT = later(100_000), later(200_000)
QUESTIONS: dict[str, Callable[[Shop], object]] = {
    "available": lambda shop: shop.acme.available_to_promise(key(), NIGHT),
    "basket": lambda shop: shop.acme.earliest_promise(shop.order("new", [("MUG", 1)])),
    "receipt": lambda shop: shop.acme.receipt_allocation("R-2"),
    "what if": lambda shop: shop.acme.what_if(ReceiptChange("R-1", later=timedelta(days=99))),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_twice_the_orders_are_twice_the_work(question: str, policy: str, tmp_path: Path) -> None:
    counts = []
    for orders in SIZES:
        shop = memory(tmp_path).settle(POLICIES[policy])
        for number in range(orders):
            shop.place(f"A{number}", [("MUG", 2)])
        for name, units, expected_at in (("R-1", orders, EVENING), ("R-2", orders + 2, NIGHT)):
            shop.acme.announce(ExpectedReceipt(name, key(), units, expected_at), at=NOON)
        counts.append(shop.steps(partial(QUESTIONS[question], shop))[0])
    assert is_linear(*counts), counts
