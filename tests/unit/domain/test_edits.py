"""Edits: one save of several changes, all of them or none, then processed again once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import (
    Address,
    AllocationPolicy,
    HoldReason,
    OrderLine,
    PartialAllocation,
    Queue,
    Status,
    StockKey,
)
from orderflow.commands import EditOrder
from orderflow.domain.model.validators import CUSTOM_FIELDS_MAX
from orderflow.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    RemoveLine,
    ReplaceLine,
)
from orderflow.errors import (
    EditRefusedError,
    LimitRefusedError,
    LineNotFoundError,
    OrderFlowError,
)
from orderflow.events import OrderEdited
from tests.unit.shop import NOON, Shop, about, key, kinds, shop_with


def wanted(shop: Shop, order_id: str = "A") -> list[tuple[str, str, int]]:
    """Return line id, product and quantity of each line."""
    return [(line.line_id, line.sku, line.quantity) for line in shop.order(order_id).lines]


def test_removing_the_short_line_completes_the_order() -> None:
    shop = shop_with(MUG=1, PAN=0)
    shop.take("A", ("MUG", 1), ("PAN", 1))
    outcome = shop.edit("A", RemoveLine("2"))
    assert (shop.status("A"), outcome.back_orders_completed) == ("ALLOCATED", ("A",))


def test_replacing_the_short_product_by_one_in_stock_completes_the_order() -> None:
    shop = shop_with(MUG=0, PAN=3)
    shop.take("A", ("MUG", 2))
    shop.edit("A", ReplaceLine("1", "PAN", reason="MUG is not made any more"))
    assert wanted(shop) == [("1", "PAN", 2)]
    assert (shop.status("A"), shop.held("A")) == ("ALLOCATED", (2,))


def test_a_replacement_is_told_with_its_reason() -> None:
    shop = shop_with(MUG=0, PAN=1)
    shop.take("A")
    change = ReplaceLine("1", "PAN", reason="MUG is not made any more")
    outcome = shop.edit("A", change)
    assert kinds(outcome) == ["OrderEdited", "OrderAllocated"]
    assert isinstance(outcome.events[0], OrderEdited)
    assert outcome.events[0].edits == (change,)


@pytest.mark.parametrize(
    ("quantity", "units", "per", "becomes"),
    [(3, 2, 1, 6), (4, 1, 2, 2), (6, 3, 2, 9), (1, 1, 1, 1)],
)
def test_a_replacement_keeps_its_ratio(quantity: int, units: int, per: int, becomes: int) -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("MUG", quantity))
    shop.edit("A", ReplaceLine("1", "PAN", units=units, per=per))
    assert wanted(shop) == [("1", "PAN", becomes)]


def test_a_replacement_that_does_not_come_out_even_is_refused() -> None:
    shop = shop_with(MUG=0, PAN=9)
    shop.take("A", ("MUG", 3))
    with pytest.raises(EditRefusedError, match="cannot be replaced 2 at a time"):
        shop.edit("A", ReplaceLine("1", "PAN", units=1, per=2))


def test_a_quantity_and_a_replacement_come_out_even_in_one_edit() -> None:
    shop = shop_with(MUG=0, PAN=9)
    shop.take("A", ("MUG", 3))
    shop.edit("A", ChangeQuantity("1", 4), ReplaceLine("1", "PAN", units=1, per=2))
    assert wanted(shop) == [("1", "PAN", 2)]


def test_a_replacement_gives_back_what_the_line_held() -> None:
    shop = shop_with(MUG=2, PAN=0)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    shop.edit("A", ReplaceLine("1", "PAN"))
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))


@pytest.mark.parametrize(
    ("units", "per", "held_by_a", "held_by_b"), [(1, 1, 4, 0), (2, 1, 4, 0), (1, 2, 3, 1)]
)
def test_a_replacement_by_the_same_product_keeps_what_the_line_holds_and_still_needs(
    units: int, per: int, held_by_a: int, held_by_b: int
) -> None:
    policy = AllocationPolicy(queue=Queue.PRIORITY)
    shop = shop_with(policy, MUG=4)
    shop.take("A", ("MUG", 6))
    shop.take("B", ("MUG", 1), priority=1)  # in front: it gets whatever is given back
    shop.edit("A", ReplaceLine("1", "MUG", units=units, per=per))
    assert wanted(shop) == [("1", "MUG", 6 // per * units)]
    assert (shop.held("A"), shop.held("B")) == ((held_by_a,), (held_by_b,))


def test_a_replacement_keeps_the_place_in_the_queue() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("PAN", 1))
    shop.take("B", ("MUG", 1))
    shop.edit("A", ReplaceLine("1", "MUG"))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((1,), (0,))


@pytest.mark.parametrize("change", [AddLine("JUG", 1), ReplaceLine("1", "JUG")])
def test_an_edit_may_name_a_product_that_comes_tomorrow_as_a_placed_order_may(
    change: AddLine | ReplaceLine,
) -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    previewed = shop.preview(EditOrder(**about(at=shop.clock.moment), edits=(change,)))
    outcome = shop.edit("A", change)
    assert previewed == outcome
    assert outcome.order is not None
    assert (outcome.order.status, outcome.order.short_of("JUG")) == (Status.ON_BACK_ORDER, 1)
    assert shop.receive("JUG", 1).back_orders_completed == ("A",)


def test_a_line_is_added_of_the_product_without_a_record_that_the_order_waits_for() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("JUG", 1))
    shop.edit("A", AddLine("JUG", 2))
    shop.receive("JUG", 3)
    assert (shop.held("A"), shop.status("A")) == ((1, 2), Status.ALLOCATED)


@pytest.mark.parametrize("elsewhere", [key("JUG", "bolt"), key("JUG", warehouse_id="york")])
def test_the_stock_of_another_seller_or_warehouse_makes_no_difference(elsewhere: StockKey) -> None:
    shop = shop_with(MUG=1)
    shop.flow.seller(elsewhere.seller_id).count(elsewhere, 5)
    shop.take("A")
    edit = EditOrder(**about(), edits=(AddLine("JUG", 1),))
    assert shop.unknown_products(edit) == (key("JUG"),)
    shop.edit("A", AddLine("JUG", 1))
    assert (shop.held("A"), shop.status("A")) == ((1, 0), Status.ON_BACK_ORDER)


@pytest.mark.parametrize(
    "impossible",
    [
        ChangeQuantity("9", 1),
        RemoveLine("9"),
        ReplaceLine("9", "PAN"),
        AddLine("PAN", 1, "1"),
        ReplaceLine("2", "PAN", per=2),
        ReplaceLine("1", "PAN", units=10**12),
    ],
)
def test_an_edit_makes_all_its_changes_or_none(
    impossible: ChangeQuantity | RemoveLine | ReplaceLine | AddLine,
) -> None:
    shop = shop_with(MUG=2, PAN=2)
    shop.take("A", ("MUG", 2), ("MUG", 1))
    before = shop.stored()
    with pytest.raises(OrderFlowError):
        shop.edit("A", ChangeCourier("VAN"), ChangeQuantity("1", 2), impossible)
    assert shop.stored() == before


def test_the_last_line_cannot_be_removed() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    with pytest.raises(EditRefusedError, match="cancel the order instead"):
        shop.edit("A", RemoveLine("1"), RemoveLine("2"))


def test_the_last_line_can_be_removed_where_another_is_added() -> None:
    shop = shop_with(MUG=0, PAN=1)
    shop.take("A")
    shop.edit("A", RemoveLine("1"), AddLine("PAN", 1))
    assert wanted(shop) == [("2", "PAN", 1)]


def test_the_id_of_a_line_is_not_given_again_in_the_edit_that_removes_it() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    shop.edit("A", RemoveLine("2"), AddLine("MUG", 5))
    assert wanted(shop) == [("1", "MUG", 1), ("3", "MUG", 5)]


def test_a_new_line_gets_the_next_number_where_ids_are_no_numbers() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", lines=(OrderLine("first", "MUG", 1),))
    shop.edit("A", AddLine("MUG", 1))
    assert [line_id for line_id, _, _ in wanted(shop)] == ["first", "1"]


def test_a_new_line_gets_the_first_free_number_where_the_next_one_would_be_too_long() -> None:
    shop = shop_with(MUG=1)
    last = "9" * 128
    mugs = [OrderLine(line_id, "MUG", 1) for line_id in ("1", last)]
    shop.take("A", lines=tuple(mugs))
    shop.edit("A", AddLine("MUG", 1))
    shop.edit("A", AddLine("MUG", 1))
    assert [line_id for line_id, _, _ in wanted(shop)] == ["1", last, "2", "3"]


def test_a_number_that_the_same_edit_has_used_is_not_used_again() -> None:
    shop = shop_with(MUG=1)
    shop.take("A")
    shop.edit("A", AddLine("MUG", 1), AddLine("MUG", 2, "9"), RemoveLine("9"), AddLine("MUG", 3))
    assert [line_id for line_id, _, _ in wanted(shop)] == ["1", "2", "10"]


def test_a_number_in_other_digits_is_a_text_like_any_other() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", lines=(OrderLine("\N{ARABIC-INDIC DIGIT THREE}", "MUG", 1),))
    shop.edit("A", AddLine("MUG", 1))
    assert wanted(shop)[1] == ("1", "MUG", 1)


def test_a_line_that_is_changed_after_it_was_removed_is_refused() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", ("MUG", 1), ("MUG", 1))
    with pytest.raises(EditRefusedError, match="after it was removed in the same edit"):
        shop.edit("A", RemoveLine("1"), ChangeQuantity("1", 2))


def test_a_line_that_never_was_is_not_found() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    with pytest.raises(LineNotFoundError):
        shop.edit("A", RemoveLine("7"))


def test_a_reduction_gives_up_short_units_before_allocated_ones() -> None:
    shop = shop_with(MUG=4)
    shop.take("A", ("MUG", 10))
    shop.edit("A", ChangeQuantity("1", 6))
    assert (shop.held("A"), shop.status("A")) == ((4,), "ON_BACK_ORDER")
    shop.edit("A", ChangeQuantity("1", 3))
    assert (shop.held("A"), shop.status("A"), shop.shelf()) == ((3,), "ALLOCATED", (4, 3))


def test_what_a_reduction_frees_goes_to_the_next_in_the_same_call() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 3))
    shop.take("B", ("MUG", 2))
    outcome = shop.edit("A", ChangeQuantity("1", 1))
    assert outcome.back_orders_completed == ("B",)
    assert [each.order_id for each in outcome.other_orders] == ["B"]


def test_an_edit_is_processed_once_however_many_changes_it_has() -> None:
    shop = shop_with(MUG=9, PAN=9)
    shop.take("A", ("MUG", 1))
    outcome = shop.edit(
        "A",
        ChangeQuantity("1", 4),
        AddLine("PAN", 2),
        ChangeCourier("VAN"),
        ChangePriority(3),
    )
    assert kinds(outcome) == ["OrderEdited", "OrderAllocated"]
    assert shop.held("A") == (4, 2)


def test_two_one_two_leaves_everything_as_it_was_but_for_the_history() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    before = shop.stored()
    shop.edit("A", ChangeQuantity("1", 1))
    shop.edit("A", ChangeQuantity("1", 2))
    after = shop.stored()
    assert after.records == before.records
    assert shop.held("A") == (1,)
    assert after.orders["A"].version > before.orders["A"].version


@pytest.mark.parametrize("units", range(4))
def test_no_round_trip_makes_stock_out_of_nothing(units: int) -> None:
    shop = shop_with(MUG=units)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    for quantity in (1, 2, 3, 2, 1, 2):
        shop.edit("A", ChangeQuantity("1", quantity))
        assert shop.shelf()[0] == units


def test_an_edit_of_an_order_that_holds_nothing_until_complete_lets_go_of_its_stock() -> None:
    shop = shop_with(AllocationPolicy(partial_allocation=PartialAllocation.NEVER), MUG=2)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 1))
    outcome = shop.edit("A", ChangeQuantity("1", 3))
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))
    assert kinds(outcome) == ["OrderEdited", "OrderDeallocated", "OrderAllocated"]


def test_a_changed_priority_moves_the_order_where_the_queue_looks_at_it() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PRIORITY), MUG=0)
    shop.take("A")
    shop.take("B")
    shop.edit("B", ChangePriority(1))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))


def test_a_changed_priority_moves_nobody_where_the_first_come_first() -> None:
    shop = shop_with(MUG=0)
    shop.take("A")
    shop.take("B")
    shop.edit("B", ChangePriority(1))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((1,), (0,))


def test_a_changed_promise_moves_the_order_where_the_queue_looks_at_it() -> None:
    shop = shop_with(AllocationPolicy(queue=Queue.PROMISED_DATE), MUG=0)
    shop.take("A", promised_by=NOON + timedelta(days=2))
    shop.take("B")
    shop.edit("B", ChangePromise(NOON + timedelta(days=1)))
    shop.edit("A", ChangePromise(None))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((0,), (1,))


def test_courier_and_address_can_be_changed_and_taken_back() -> None:
    shop = shop_with(MUG=0)
    address = Address("Ann", "1 High Street", "Leeds", "LS1 1AA")
    shop.take("A")
    changed = shop.edit("A", ChangeCourier("VAN"), ChangeShipTo(address)).order
    assert changed is not None
    assert (changed.courier, changed.ship_to) == ("VAN", address)
    again = shop.edit("A", ChangeCourier(None), ChangeShipTo(None)).order
    assert again is not None
    assert (again.courier, again.ship_to) == (None, None)


def test_the_customer_s_reference_can_be_changed_and_taken_back() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", customer_reference="PO-1")
    shop.edit("A", ChangeCustomerReference("PO-2"))
    assert shop.order("A").customer_reference == "PO-2"
    shop.edit("A", ChangeCustomerReference(None))
    assert shop.order("A").customer_reference is None


def test_custom_fields_are_added_changed_and_removed_one_by_one() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", custom_fields={"Gift": "yes", "Channel": "fair"})
    assert shop.order("A").custom_fields == (("Channel", "fair"), ("Gift", "yes"))
    shop.edit("A", ChangeCustomField("Gift", "no"), ChangeCustomField("Bow", "red"))
    assert dict(shop.order("A").custom_fields) == {"Bow": "red", "Channel": "fair", "Gift": "no"}
    shop.edit("A", ChangeCustomField("Channel", None), ChangeCustomField("none", None))
    assert shop.order("A").custom_fields == (("Bow", "red"), ("Gift", "no"))


def test_an_order_does_not_get_more_custom_fields_than_it_may_have() -> None:
    shop = shop_with(MUG=0)
    shop.take("A", custom_fields={f"{number:02}": "" for number in range(CUSTOM_FIELDS_MAX)})
    with pytest.raises(LimitRefusedError, match="custom fields"):
        shop.edit("A", ChangeCustomField("one more", ""))
    shop.edit("A", ChangeCustomField("one more", ""), ChangeCustomField("00", None))
    assert len(shop.order("A").custom_fields) == CUSTOM_FIELDS_MAX


def test_neither_reference_nor_custom_fields_change_who_gets_the_stock() -> None:
    shop = shop_with(MUG=1)
    shop.take("A", ("MUG", 2))
    shop.take("B", ("MUG", 2))
    shop.edit("B", ChangeCustomerReference("A"), ChangeCustomField("priority", "9"))
    shop.receive("MUG", 1)
    assert (shop.held("A"), shop.held("B")) == ((2,), (0,))


def test_an_order_on_hold_is_edited_and_stays_on_hold() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2))
    shop.hold("A", HoldReason.FRAUD_RISK)
    shop.edit("A", ChangeQuantity("1", 1))
    assert (shop.status("A"), shop.held("A"), shop.shelf()) == ("ON_HOLD", (1,), (3, 1))


def test_a_new_order_is_edited_and_stays_new() -> None:
    shop = shop_with(MUG=3)
    shop.take("A", ("MUG", 2), allocate=False)
    shop.edit("A", ChangeQuantity("1", 3))
    assert (shop.status("A"), shop.held("A")) == ("NEW", (0,))


def test_a_replacement_by_more_units_than_a_line_can_have_is_refused() -> None:
    shop = shop_with(MUG=0, PAN=0)
    shop.take("A", ("MUG", 2))
    with pytest.raises(LimitRefusedError, match="line '1' of order 'A' would have 2,000,000,000,0"):
        shop.edit("A", ReplaceLine("1", "PAN", units=10**12))
    shop.edit("A", ChangeQuantity("1", 1), ReplaceLine("1", "PAN", units=10**12))
    assert shop.order("A").units == 10**12
