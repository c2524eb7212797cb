"""What a file asks of an order that is there already."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Address, Order, OrderLine, ShortPart, Status
from orderflow.domain.model.edits import apply_edits
from orderflow.edits import (
    AddLine,
    ChangeCourier,
    ChangeCustomerReference,
    ChangeCustomField,
    ChangeNotBefore,
    ChangePriority,
    ChangePromise,
    ChangeQuantity,
    ChangeShipTo,
    ChangeShortPart,
    RemoveLine,
    ReplaceLine,
)
from orderflow.importing.comparing import edits_to, obstacle_to
from tests.importing.files import AT, SELLER, WAREHOUSE

if TYPE_CHECKING:
    from orderflow.edits import Edit

HOME = Address("Jo", "1 Way", "Leeds", "LS1")


def order(*lines: tuple[str, str, int], **fields: object) -> Order:
    made = tuple(OrderLine(*each) for each in lines or [("1", "MUG", 2)])
    blank = Order(order_id="7", seller_id=SELLER, warehouse_id=WAREHOUSE, lines=made, placed_at=AT)
    return attrs.evolve(blank, **fields)  # type: ignore[arg-type] # any field, by its name


def changes(
    stored: Order, wanted: Order, *, ids: bool = False, priority: bool = True
) -> tuple[Edit, ...]:
    return edits_to(stored, wanted, has_line_ids=ids, has_priority=priority)


def test_an_order_that_is_the_same_needs_no_change() -> None:
    full = {"courier": "DPD", "ship_to": HOME, "priority": 5, "promised_by": AT, "not_before": AT}
    assert changes(order(**full), order(**full)) == ()


def in_sets(*set_ids: str | None) -> Order:
    lines = [
        OrderLine(str(number), "MUG", number, 0, each) for number, each in enumerate(set_ids, 1)
    ]
    return order(lines=tuple(lines))


@pytest.mark.parametrize("ids", [True, False])
def test_a_line_of_another_set_is_removed_and_added_again(ids: bool) -> None:  # noqa: FBT001
    edits = changes(in_sets("a", None, "c"), in_sets("b", "b", "c"), ids=ids)
    assert edits == (
        *(RemoveLine("1"), RemoveLine("2")),
        *(AddLine("MUG", 1, "1", "b"), AddLine("MUG", 2, "2", "b")),
    )


def test_a_file_without_sets_leaves_them_as_they_are() -> None:
    assert changes(in_sets("a", None), in_sets(None, None)) == ()


def test_an_added_line_joins_its_set() -> None:
    assert changes(in_sets("a"), in_sets("a", "a")) == (AddLine("MUG", 2, set_id="a"),)
    edits = changes(in_sets("a"), in_sets("a", "a"), ids=True)
    assert edits == (AddLine("MUG", 2, "2", "a"),)


def test_what_it_holds_and_how_it_fares_is_not_compared() -> None:
    lines = (OrderLine("1", "MUG", 2, 2),)
    stored = order(lines=lines, status=Status.ALLOCATED, version=4)
    assert changes(stored, order()) == ()


def test_the_time_of_placing_is_not_compared() -> None:
    assert changes(order(), order(placed_at=AT - timedelta(days=1))) == ()


def test_each_field_that_differs_is_one_change() -> None:
    later = AT + timedelta(days=2)
    kept = {"customer_reference": "PO-1", "custom_fields": {"Gift": "yes"}}
    days = {"promised_by": later, "not_before": AT}
    short_part = ShortPart.HOLD
    wanted = order(courier="DPD", ship_to=HOME, priority=5, short_part=short_part, **days, **kept)
    assert changes(order(), wanted) == (
        ChangeCourier("DPD"),
        ChangeShipTo(HOME),
        ChangeCustomerReference("PO-1"),
        ChangeCustomField("Gift", "yes"),
        ChangePriority(5),
        ChangePromise(later),
        ChangeNotBefore(AT),
        ChangeShortPart(ShortPart.HOLD),
    )


def test_only_the_custom_fields_that_differ_are_changed() -> None:
    stored = order(custom_fields={"Bow": "red", "Gift": "no", "Channel": "fair"})
    wanted = order(custom_fields={"Bow": "red", "Gift": "yes"})
    assert changes(stored, wanted) == (ChangeCustomField("Gift", "yes"),)


def test_what_the_file_does_not_say_takes_nothing_away() -> None:
    kept = {"customer_reference": "PO-1", "custom_fields": {"Gift": "yes"}}
    days = {"promised_by": AT, "not_before": AT, "short_part": ShortPart.HOLD}
    stored = order(courier="DPD", ship_to=HOME, priority=5, **days, **kept)
    assert changes(stored, order(), priority=False) == ()
    assert changes(stored, order(), priority=True) == (ChangePriority(0),)


@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        ([("1", "MUG", 2)], [("1", "MUG", 3)], (ChangeQuantity("1", 3),)),
        (
            [("1", "MUG", 2)],
            [("1", "MUG", 2), ("2", "CUP", 1)],
            (AddLine("CUP", 1),),
        ),
        ([("1", "MUG", 2), ("2", "CUP", 1)], [("1", "CUP", 1)], (RemoveLine("1"),)),
        (
            [("1", "MUG", 2), ("2", "MUG", 5)],
            [("1", "MUG", 5), ("2", "MUG", 3)],
            (ChangeQuantity("1", 3),),
        ),
        (
            [("1", "MUG", 2)],
            [("1", "CUP", 2)],
            (RemoveLine("1"), AddLine("CUP", 2)),
        ),
        ([("1", "MUG", 2), ("2", "CUP", 1)], [("1", "CUP", 1), ("2", "MUG", 2)], ()),
    ],
)
def test_numbered_lines_are_matched_by_their_products(
    stored: list[tuple[str, str, int]],
    wanted: list[tuple[str, str, int]],
    expected: tuple[Edit, ...],
) -> None:
    assert changes(order(*stored), order(*wanted)) == expected


@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        (
            [("a", "MUG", 2), ("b", "MUG", 5)],
            [("a", "MUG", 5), ("b", "MUG", 2)],
            (ChangeQuantity("a", 5), ChangeQuantity("b", 2)),
        ),
        ([("a", "MUG", 2)], [("a", "CUP", 2)], (ReplaceLine("a", "CUP"),)),
        (
            [("a", "MUG", 2)],
            [("a", "CUP", 3)],
            (ReplaceLine("a", "CUP"), ChangeQuantity("a", 3)),
        ),
        ([("1", "MUG", 2)], [("a", "MUG", 2)], ()),
        (
            [("a", "MUG", 2)],
            [("b", "MUG", 2), ("a", "CUP", 1)],
            (AddLine("CUP", 1),),
        ),
        (
            [("a", "MUG", 2)],
            [("a", "MUG", 2), ("b", "CUP", 1)],
            (AddLine("CUP", 1, "b"),),
        ),
    ],
)
def test_lines_with_ids_of_the_file_are_matched_by_these_first(
    stored: list[tuple[str, str, int]],
    wanted: list[tuple[str, str, int]],
    expected: tuple[Edit, ...],
) -> None:
    assert changes(order(*stored), order(*wanted), ids=True) == expected


LINES = st.lists(
    st.tuples(st.sampled_from("123ab"), st.sampled_from(["MUG", "CUP"]), st.integers(1, 4)),
    min_size=1,
    max_size=5,
    unique_by=lambda line: line[0],
)


@given(LINES, LINES, st.booleans())
def test_the_changes_make_of_the_stored_order_what_the_file_says(
    stored: list[tuple[str, str, int]], wanted: list[tuple[str, str, int]], ids: object
) -> None:
    have, want = order(*stored), order(*wanted)
    found = changes(have, want, ids=bool(ids))
    after = apply_edits(have, found)["lines"] if found else have.lines
    assert sorted((each.sku, each.quantity) for each in after) == sorted(
        (each.sku, each.quantity) for each in want.lines
    )
    assert changes(order(lines=after), want, ids=bool(ids)) == ()


@pytest.mark.parametrize(
    ("stored", "obstacle"),
    [
        (order(), ""),
        (order(split_count=1), "it was split"),
        (
            order(status=Status.CANCELLED),
            "it is CANCELLED and cannot be edited any more",
        ),
    ],
)
def test_what_no_file_can_change_says_why(stored: Order, obstacle: str) -> None:
    assert obstacle_to(stored).startswith(obstacle)
    assert bool(obstacle_to(stored)) == bool(obstacle)
