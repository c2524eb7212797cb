"""Units that somebody chooses: those that are split off, and those that left the warehouse."""

from __future__ import annotations

import pytest

from orderflow import AllocationPolicy, Fulfilment, PartialAllocation
from orderflow.commands import DespatchOrder
from orderflow.errors import (
    DespatchRefusedError,
    DuplicateOrderError,
    InvalidValueError,
    LineNotFoundError,
    SplitRefusedError,
)
from tests.unit.domain.test_walks import cancellation_requested
from tests.unit.shop import Shop, about, kinds, shop_with

NEVER = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
WHOLE_LINES = AllocationPolicy(fulfilment=Fulfilment.WHOLE_LINES)
TWO_PARCELS = AllocationPolicy(fulfilment=Fulfilment.PARCELS, parcels_max=2)


def lines(shop: Shop, order_id: str) -> list[tuple[str, int, int]]:
    return [(each.line_id, each.quantity, each.allocated) for each in shop.order(order_id).lines]


class TestSplits:
    def test_an_allocated_order_is_split_into_two(self) -> None:
        shop = shop_with(MUG=10, PAN=1)
        shop.take("A", ("MUG", 10), ("PAN", 1))
        outcome = shop.split("A", units={"2": 1, "1": 6})
        assert kinds(outcome) == ["OrderSplit", "OrderSplitOff"]
        assert (shop.status("A"), shop.status("A.1")) == ("ALLOCATED", "ALLOCATED")
        assert lines(shop, "A.1") == [("1", 6, 6), ("2", 1, 1)]
        assert lines(shop, "A") == [("1", 4, 4)]

    def test_some_of_the_allocated_units_of_a_back_order_are_split_off(self) -> None:
        shop = shop_with(MUG=3)
        shop.take("A", ("MUG", 5))
        shop.split("A", "B", units={"1": 2})
        assert (shop.status("A"), lines(shop, "A")) == ("ON_BACK_ORDER", [("1", 3, 1)])
        assert (shop.status("B"), lines(shop, "B")) == ("ALLOCATED", [("1", 2, 2)])

    def test_the_rest_gives_back_what_it_may_not_have(self) -> None:
        shop = shop_with(NEVER, MUG=3)
        shop.take("A", ("MUG", 5))
        shop.take("B", ("MUG", 1))
        assert shop.status("B") == "ALLOCATED"
        shop.split("A", units={"1": 1})
        assert (lines(shop, "A"), lines(shop, "A.1")) == ([("1", 4, 0)], [("1", 1, 1)])

    @pytest.mark.parametrize(
        ("units", "reason"),
        [
            ({"1": 4}, "4 units of line '1' cannot be split off, it has 3 allocated"),
            ({"1": 3, "2": 1}, "no unit would be left of it"),
        ],
        ids=["more than allocated", "everything"],
    )
    def test_a_choice_that_cannot_be_is_refused(self, units: dict[str, int], reason: str) -> None:
        shop = shop_with(MUG=3, PAN=1)
        shop.take("A", ("MUG", 3), ("PAN", 1))
        with pytest.raises(SplitRefusedError, match=reason):
            shop.split("A", units=units)

    def test_a_line_that_is_not_there_is_named(self) -> None:
        shop = shop_with(MUG=3)
        shop.take("A", ("MUG", 3))
        with pytest.raises(LineNotFoundError, match="'9'"):
            shop.split("A", units={"9": 1})

    def test_lines_are_not_divided_where_the_policy_forbids_it(self) -> None:
        shop = shop_with(WHOLE_LINES, MUG=3, PAN=1)
        shop.take("A", ("MUG", 3), ("PAN", 1))
        with pytest.raises(SplitRefusedError, match="line '1' has 3 units, and lines are never"):
            shop.split("A", units={"1": 2})
        shop.split("A", units={"1": 3})
        assert lines(shop, "A") == [("2", 1, 1)]

    def test_a_choice_counts_as_a_parcel(self) -> None:
        shop = shop_with(TWO_PARCELS, MUG=3)
        shop.take("A", ("MUG", 3))
        shop.split("A", units={"1": 1})
        with pytest.raises(SplitRefusedError, match="it may have 2 parcels"):
            shop.split("A", units={"1": 1})


class TestDespatches:
    def at_the_warehouse(self) -> Shop:
        shop = shop_with(MUG=10, PAN=2)
        shop.take("A", ("MUG", 10), ("PAN", 2))
        shop.send_to_warehouse("A")
        return shop

    def test_what_left_keeps_the_id_and_the_rest_stays_at_the_warehouse(self) -> None:
        shop = self.at_the_warehouse()
        outcome = shop.despatch("A", {"1": 6})
        assert kinds(outcome) == ["OrderSplitAtWarehouse", "OrderSplitOff", "OrderDespatched"]
        assert (shop.status("A"), lines(shop, "A")) == ("DESPATCHED", [("1", 6, 0)])
        assert shop.status("A.1") == "SENT_TO_WAREHOUSE"
        assert lines(shop, "A.1") == [("1", 4, 4), ("2", 2, 2)]
        assert shop.order("A.1").split_from == "A"
        assert shop.shelf("MUG") == (4, 4)

    def test_the_rest_can_leave_in_parts_too(self) -> None:
        shop = self.at_the_warehouse()
        shop.despatch("A", {"1": 6})
        shop.despatch("A.1", {"1": 4}, "last")
        shop.despatch("last")
        assert [shop.status(each) for each in ("A", "A.1", "last")] == ["DESPATCHED"] * 3
        assert (shop.shelf("MUG"), shop.shelf("PAN")) == ((0, 0), (0, 0))

    def test_naming_everything_is_a_despatch_as_any_other(self) -> None:
        shop = self.at_the_warehouse()
        assert kinds(shop.despatch("A", {"1": 10, "2": 2})) == ["OrderDespatched"]

    def test_the_policy_has_no_say_in_what_has_left(self) -> None:
        shop = shop_with(TWO_PARCELS, MUG=3)
        shop.take("A", ("MUG", 3))
        shop.send_to_warehouse("A")
        shop.despatch("A", {"1": 1})
        shop.despatch("A.1", {"1": 1})
        assert shop.status("A.1.1") == "SENT_TO_WAREHOUSE"

    def test_the_cancellation_of_the_rest_is_still_requested(self) -> None:
        shop = cancellation_requested()
        outcome = shop.despatch("A", {"1": 1})
        assert kinds(outcome) == [
            "OrderSplitAtWarehouse",
            "OrderSplitOff",
            "CancellationRejected",
            "OrderDespatched",
        ]
        assert (shop.status("A"), shop.status("A.1")) == ("DESPATCHED", "CANCELLATION_REQUESTED")
        shop.accept_cancellation("A.1")
        assert shop.shelf("MUG") == (1, 0)

    def test_more_than_is_there_cannot_leave(self) -> None:
        shop = self.at_the_warehouse()
        with pytest.raises(DespatchRefusedError, match="11 units of line '1' cannot leave, it has"):
            shop.despatch("A", {"1": 11})
        with pytest.raises(LineNotFoundError, match="'9'"):
            shop.despatch("A", {"9": 1})

    def test_the_id_of_the_rest_must_be_free(self) -> None:
        shop = self.at_the_warehouse()
        with pytest.raises(DuplicateOrderError):
            shop.despatch("A", {"1": 1}, "A")

    def test_an_id_for_the_rest_needs_a_rest(self) -> None:
        with pytest.raises(
            InvalidValueError, match=r"DespatchOrder\.new_order_id must be None.* not 'B'"
        ):
            DespatchOrder(new_order_id="B", **about())
