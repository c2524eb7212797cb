"""What rules say about rows, and how they are switched off."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow.errors import InvalidValueError
from orderflow.importing import PRESETS, OrderLayout, Preset, SkipKind, SkipRule
from tests.importing.files import imported, orders

LAYOUT = OrderLayout(
    order_id="order_id",
    sku="sku",
    quantity="quantity",
    placed_at="placed_at",
    skip=(
        SkipRule(
            column="status",
            kind=SkipKind.UNPAID,
            is_one_of=frozenset({"Pending", "Expired"}),
            whole_order=True,
        ),
        SkipRule(column="status", kind=SkipKind.CANCELLED, begins_with=("Off", "Void")),
        SkipRule(column="gift", kind=SkipKind.NOT_GOODS, is_filled=True),
    ),
)
ROWS = """\
order_id,sku,quantity,placed_at,status,gift
1,MUG,1,2026-03-01T10:00Z,pending,
2,MUG,1,2026-03-01T10:00Z,EXPIRED,
3,MUG,1,2026-03-01T10:00Z,Off,
4,CARD,1,2026-03-01T10:00Z,paid,yes
5,MUG,1,2026-03-01T10:00Z,paid,
"""


def placed(layout: OrderLayout) -> list[str]:
    return list(orders(imported(ROWS, preset=layout)))


def test_a_rule_has_a_kind_and_the_usual_words_for_it() -> None:
    assert [each.reason for each in imported(ROWS, preset=LAYOUT).skipped] == [
        "not paid yet",
        "not paid yet",
        "cancelled or refunded",
        "not goods (postage, fees, discounts)",
    ]
    assert SkipRule(column="a", reason="voucher", is_filled=True).kind is SkipKind.OTHER


def test_one_text_is_no_row_of_letters() -> None:
    assert SkipRule(column="a", is_one_of="off").is_one_of == {"off"}
    assert SkipRule(column="a", begins_with="off").begins_with == ("off",)


def test_a_status_or_a_kind_is_included_again() -> None:
    assert placed(LAYOUT) == ["5"]
    assert placed(LAYOUT.including("PENDING")) == ["1", "5"]
    assert placed(LAYOUT.including("pending", "expired")) == ["1", "2", "5"]
    assert placed(LAYOUT.including("off")) == ["3", "5"]
    assert placed(LAYOUT.including(kinds=[SkipKind.NOT_GOODS])) == ["4", "5"]
    assert placed(LAYOUT.including("void", kinds=[SkipKind.UNPAID])) == ["1", "2", "5"]


def test_every_kind_of_condition_outlives_a_text_beside_it() -> None:
    rule = SkipRule(column="status", is_one_of="a", begins_with="b", is_blank=True)
    left = OrderLayout.including(_with(rule), "a", "b").skip
    assert left == (SkipRule(column="status", is_blank=True),)
    rule = SkipRule(column="status", is_one_of="a", is_below_zero=True)
    assert OrderLayout.including(_with(rule), "a").skip == (
        SkipRule(column="status", is_below_zero=True),
    )


def test_where_unknown_texts_are_rejected_any_text_is_included() -> None:
    rule = SkipRule(column="status", kind=SkipKind.UNKNOWN, is_none_of={"", "paid", "off"})
    layout = attrs.evolve(LAYOUT, skip=(rule,))
    result = imported(ROWS, preset=layout)
    assert [(each.row, each.value) for each in result.faults] == [
        (2, "'pending'"),
        (3, "'EXPIRED'"),
    ]
    assert placed(layout.including("pending", "Expired")) == ["1", "2", "3", "4", "5"]
    layout = attrs.evolve(LAYOUT, skip=(*LAYOUT.skip, rule))
    assert placed(layout) == ["5"]
    assert placed(layout.including("pending")) == ["1", "5"]


def test_a_text_behind_a_known_beginning_is_known_and_is_included_alone() -> None:
    amazon = PRESETS[Preset.AMAZON]
    header = "order-id\tsku\tquantity\tpurchase-date\torder-status"
    states = ["Shipped - Delivered to Buyer", "Shipped - Returning", "Shipped", "Lost"]
    rows = [f"{n}\tMUG\t1\t2026-03-01T10:00Z\t{state}" for n, state in enumerate(states)]
    text = "\n".join([header, *rows])

    def found(layout: OrderLayout) -> tuple[list[str], int, int]:
        result = imported(text, preset=layout)
        assert result.notes == ()
        return list(orders(result)), len(result.skipped), len(result.faults)

    assert found(amazon) == ([], 3, 1)
    assert found(amazon.including(states[0])) == (["0"], 2, 1)
    assert found(amazon.including(kinds=[SkipKind.DESPATCHED])) == (["0", "1", "2"], 0, 1)


def test_what_says_nothing_about_the_order_takes_no_status() -> None:
    rule = SkipRule(column="returned", kind=SkipKind.RETURNED, is_none_of={"0", ""})
    with pytest.raises(InvalidValueError, match="there is no such rule"):
        _with(rule).including("bogus")


def _with(rule: SkipRule) -> OrderLayout:
    return OrderLayout(order_id="1", sku="2", quantity="3", placed_at="4", skip=(rule,))


def test_what_no_rule_skips_cannot_be_included() -> None:
    with pytest.raises(InvalidValueError, match=r"status must be one of 'expired', 'off', 'p"):
        LAYOUT.including("unpaid")
    with pytest.raises(InvalidValueError, match=r"kind must be one of 'UNPAID', 'CANC"):
        LAYOUT.including(kinds=[SkipKind.RETURNED])
    with pytest.raises(InvalidValueError, match="there is no such rule"):
        PRESETS[Preset.PLAIN].including("pending")
    with pytest.raises(InvalidValueError, match=r"SkipRule.kind must be one of CANCELLED"):
        SkipRule(column="a", kind="cancelled")


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"is_one_of": "off", "spares": "OFF"},
        {"begins_with": "offer", "spares_begins_with": "off"},
        {"begins_with": " "},
        {"is_blank": True, "spares": ""},
    ],
    ids=["none", "spared", "spared beginning", "blank beginning", "spared blank"],
)
def test_a_rule_that_no_text_can_fit_is_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match="a condition that some text fits"):
        SkipRule(column="status", **conditions)


def test_spaces_around_a_text_do_not_count() -> None:
    assert SkipRule(column="status", is_one_of=" Off ").fits("off")
