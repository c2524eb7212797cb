"""`decide`: what it takes, whatever the command."""

from __future__ import annotations

import pytest

from orderflow import ExpectedReceipt, Status, Stock
from orderflow.commands import (
    AnnounceReceipt,
    BookInStock,
    CancelOrder,
    Command,
    CountStock,
    PlaceOrder,
    RunDue,
    WithdrawReceipt,
)
from orderflow.core import State, decide
from orderflow.errors import OrderFlowError
from tests.unit.shop import ACME, NOON, key, order

BOLT = "bolt"
STATE = State.of(
    ACME,
    [order("A", status=Status.ON_BACK_ORDER)],
    [Stock(key(), 0)],
    [ExpectedReceipt("R1", key(), 1, NOON)],
)


@pytest.mark.parametrize(
    "command",
    [
        PlaceOrder(at=NOON, order=order("B", seller_id=BOLT)),
        CancelOrder(at=NOON, seller_id=BOLT, order_id="A"),
        BookInStock(at=NOON, key=key(seller_id=BOLT), received=1),
        CountStock(at=NOON, key=key(seller_id=BOLT), counted=1),
        AnnounceReceipt(at=NOON, receipt=ExpectedReceipt("R2", key(seller_id=BOLT), 1, NOON)),
        WithdrawReceipt(at=NOON, seller_id=BOLT, receipt_id="R1"),
        RunDue(at=NOON, seller_id=BOLT),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_command_of_one_seller_is_not_decided_on_the_state_of_another(command: Command) -> None:
    with pytest.raises(OrderFlowError):
        decide(command, STATE)
