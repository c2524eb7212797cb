"""An order has at most 10,000 lines, however it comes by them."""

from __future__ import annotations

import attrs
import pytest

from orderflow import InvalidValueError, LimitRefusedError, Order, OrderLine, Stock
from orderflow.codec import CodecError, from_data, to_data
from orderflow.commands import EditOrder, PickedLine, PlaceOrder, ReportShortPick
from orderflow.core import State, decide
from orderflow.domain.model.validators import EDITS_MAX, LINES_MAX
from orderflow.edits import AddLine, RemoveLine
from tests.unit.shop import ACME, NOON, about, key, order


def of_lines(number: int) -> Order:
    lines = tuple(OrderLine(str(line_id), "MUG", 1) for line_id in range(1, number + 1))
    return order("A", lines=lines)


FULL = of_lines(LINES_MAX)


def test_the_limit_is_ten_thousand() -> None:
    assert LINES_MAX == 10_000


def test_an_order_of_more_lines_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"Order.lines must be a tuple of 1 to 10000 "):
        of_lines(LINES_MAX + 1)


def edited(*edits: AddLine | RemoveLine) -> Order:
    """Return the full order after an edit."""
    state = State.of(ACME, [FULL], [Stock(key())])
    after = decide(EditOrder(**about(), edits=edits), state).order
    assert after is not None
    return after


def test_an_edit_that_adds_a_line_to_a_full_order_is_refused_with_the_way_out() -> None:
    with pytest.raises(LimitRefusedError) as refusal:
        edited(AddLine("MUG", 1))
    assert str(refusal.value) == (
        "order 'A' would have 10,001 lines, but at most 10,000 are allowed; "
        "place the other lines as another order"
    )
    assert (refusal.value.result, refusal.value.limit) == (LINES_MAX + 1, LINES_MAX)


def test_what_counts_is_how_many_lines_an_edit_leaves() -> None:
    assert len(edited(AddLine("MUG", 1), RemoveLine("1")).lines) == LINES_MAX


def test_a_full_order_is_placed_and_stored() -> None:
    outcome = decide(PlaceOrder(order=FULL, at=NOON), State(ACME))
    assert outcome.order is not None
    assert len(outcome.order.lines) == LINES_MAX


def test_a_command_has_no_more_edits_than_can_make_sense() -> None:
    edits = (RemoveLine("1"),) * EDITS_MAX
    assert len(EditOrder(**about(), edits=edits).edits) == EDITS_MAX
    with pytest.raises(InvalidValueError, match=r"EditOrder.edits must be a tuple of 1 to 30000 "):
        EditOrder(**about(), edits=(*edits, RemoveLine("1")))


def test_a_short_pick_has_no_more_lines_than_an_order() -> None:
    picked = tuple(PickedLine(str(number), 0) for number in range(LINES_MAX))
    assert len(ReportShortPick(**about(), picked=picked).picked) == LINES_MAX
    with pytest.raises(InvalidValueError, match=r"ReportShortPick.picked must be a tuple of 1 to "):
        ReportShortPick(**about(), picked=(*picked, PickedLine("x", 0)))


def test_json_has_no_more_lines_either() -> None:
    data = to_data(FULL)
    assert from_data(data) == FULL
    more = attrs.evolve(FULL.lines[0], line_id="more")
    data["data"]["lines"].append(to_data(more)["data"])
    with pytest.raises(CodecError, match=r"^\$.data.lines: must be a tuple of 1 to 10000 "):
        from_data(data)
