"""Returns: what may come back, where it goes, and what is refused."""

from __future__ import annotations

import attrs
import pytest

from orderflow import Action, InvalidValueError, Order, Status
from orderflow.commands import ReturnReason, ReturnState
from orderflow.core import evolve
from orderflow.domain.model.validators import UNITS_MAX
from orderflow.errors import (
    ActionRefusedError,
    LimitRefusedError,
    LineNotFoundError,
    ReturnRefusedError,
    TransitionError,
)
from orderflow.events import LineUnits, UnitsReturned
from tests.unit.shop import ACME, NOON, Shop, kinds, lines, order, shop_with

BACK, OFF = ReturnState.BACK_IN_STOCK, ReturnState.WRITTEN_OFF


def despatched() -> Shop:
    """Open a shop that has despatched three mugs and two pans, in three lines, as order A."""
    shop = shop_with(MUG=4, PAN=2)
    shop.take("A", ("MUG", 1), ("PAN", 2), ("MUG", 2))
    shop.send_to_warehouse("A")
    shop.despatch("A")
    return shop


def test_units_back_in_stock_are_on_hand_again() -> None:
    shop = despatched()
    units, why, at = (("1", 1), ("3", 2)), ReturnReason.UNWANTED, shop.clock.now()
    outcome = shop.return_units("A", BACK, {"3": 2, "1": 1}, reason=why, note="too blue")
    assert outcome.events == (UnitsReturned(ACME, "A", at, units, BACK, why, "too blue"),)
    assert (shop.shelf("MUG"), shop.shelf("PAN")) == ((4, 0), (0, 0))
    assert (shop.order("A").returned, shop.status("A")) == (units, "DESPATCHED")


def test_units_that_are_written_off_change_no_stock() -> None:
    shop = despatched()
    outcome = shop.return_units("A", OFF, {"2": 1}, reason=ReturnReason.DAMAGED)
    assert (shop.shelf("PAN"), outcome.stock) == ((0, 0), ())
    assert shop.order("A").returned == (("2", 1),)


def test_without_units_all_come_back_that_have_not_yet() -> None:
    shop = despatched()
    shop.deliver("A")
    shop.return_units("A", OFF, {"3": 1})
    shop.return_units("A", BACK, reason=ReturnReason.UNDELIVERED)
    assert shop.order("A").returned == (("1", 1), ("2", 2), ("3", 2))
    assert (shop.shelf("MUG"), shop.shelf("PAN"), shop.status("A")) == ((3, 0), (2, 0), "DELIVERED")


def test_what_comes_back_is_offered_to_the_queue() -> None:
    shop = despatched()
    shop.take("B", ("PAN", 1))
    outcome = shop.return_units("A", BACK, {"2": 1})
    assert kinds(outcome) == ["UnitsReturned", "OrderAllocated"]
    assert outcome.back_orders_completed == ("B",)


def test_no_more_comes_back_than_has_left() -> None:
    shop = despatched()
    shop.return_units("A", OFF, {"3": 1})
    with pytest.raises(ReturnRefusedError, match="2 left the warehouse, and 1 has come back"):
        shop.return_units("A", BACK, {"3": 2})
    with pytest.raises(LineNotFoundError):
        shop.return_units("A", BACK, {"4": 1})
    shop.return_units("A", OFF)
    for units in (None, {"3": 1}):
        with pytest.raises(ReturnRefusedError, match="all its units have come back already"):
            shop.return_units("A", BACK, units)


def test_nothing_comes_back_of_what_has_not_left() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.send_to_warehouse("A")
    with pytest.raises(ActionRefusedError, match="allowed now: request cancellation"):
        shop.return_units("A", BACK)


def test_there_is_a_limit_to_what_is_on_hand() -> None:
    shop = despatched()
    shop.receive("MUG", UNITS_MAX - 2)
    with pytest.raises(LimitRefusedError, match="units on hand"):
        shop.return_units("A", BACK, {"1": 1, "3": 1})
    shop.return_units("A", BACK, {"1": 1})
    assert shop.shelf("MUG")[0] == UNITS_MAX


def test_a_return_with_a_command_id_comes_back_once() -> None:
    shop = despatched()
    for _ in range(2):
        shop.return_units("A", BACK, {"3": 1}, command_id="RMA 1")
    assert (shop.order("A").returned, shop.shelf("MUG")) == ((("3", 1),), (2, 0))


def test_the_action_says_what_may_come_back() -> None:
    shop = despatched()
    shop.return_units("A", OFF, {"3": 1})
    answers = {answer.action: answer for answer in shop.actions("A")}
    assert answers[Action.RETURN_UNITS].units == (("MUG", 2), ("PAN", 2))
    shop.return_units("A", OFF)
    answer = next(each for each in shop.actions("A") if each.action is Action.RETURN_UNITS)
    assert not answer.allowed
    assert "have come back already" in answer.reason


def sent(returned: LineUnits, status: Status = Status.DELIVERED) -> Order:
    return attrs.evolve(
        order("A", lines=lines(("MUG", 2), ("PAN", 1))), status=status, returned=returned
    )


@pytest.mark.parametrize("status", [Status.DESPATCHED, Status.DELIVERED])
def test_an_order_that_has_left_may_have_returned_units(status: Status) -> None:
    assert sent((("1", 2), ("2", 1)), status).returned


@pytest.mark.parametrize(
    "returned",
    [(("1", 3),), (("2", 1), ("1", 1)), (("3", 1),)],
    ids=["more than left", "in another order", "of another line"],
)
def test_returned_units_agree_with_the_lines(returned: LineUnits) -> None:
    with pytest.raises(InvalidValueError, match=r"Order\.returned must be at most the units"):
        sent(returned)


@pytest.mark.parametrize("status", [Status.NEW, Status.CANCELLED])
def test_an_order_that_has_not_left_has_no_returned_units(status: Status) -> None:
    with pytest.raises(InvalidValueError, match=r"Order\.returned must be empty unless"):
        sent((("1", 1),), status)


@pytest.mark.parametrize(
    "units",
    [(("1", 3),), (("1", 0),), (("4", 1),)],
    ids=["too many", "none", "of another line"],
)
def test_an_event_that_cannot_have_happened_is_not_folded(units: LineUnits) -> None:
    state = despatched().state()
    with pytest.raises(TransitionError, match="cannot come back"):
        evolve(state, UnitsReturned(ACME, "A", NOON, units, BACK, ReturnReason.OTHER))
