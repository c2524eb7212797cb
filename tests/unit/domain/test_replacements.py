"""What may stand in for what, and what could now."""

from __future__ import annotations

import pytest

from orderflow import (
    AllocationPolicy,
    HoldReason,
    PartialAllocation,
    Replacement,
    ReplacementList,
    ReplacementOffer,
    StockKey,
)
from orderflow.commands import EditOrder
from orderflow.core import decide, replacement_offers
from orderflow.edits import ReplaceLine
from orderflow.errors import InvalidValueError
from tests.unit.domain.test_walks import OPENINGS
from tests.unit.shop import ACME, Shop, about, key, shop_with

CUP = Replacement("CUP", "MUG")


def suggested(
    shop: Shop, *catalogue: Replacement, order_id: str = "A"
) -> tuple[ReplacementOffer, ...]:
    return replacement_offers(shop.order(order_id), shop.state(), ReplacementList(catalogue))


def short_of_mugs(quantity: int = 2, policy: AllocationPolicy | None = None, **units: int) -> Shop:
    """One order for mugs is on back order, and so much of other products is there."""
    shop = shop_with(policy, MUG=0, **units)
    shop.take("A", ("MUG", quantity))
    return shop


# What is suggested


def test_a_suggestion_has_the_change_ready_and_says_what_it_takes() -> None:
    shop = short_of_mugs(2, CUP=5)
    cup = Replacement("CUP", "MUG", reason="the mug is sold out")
    assert suggested(shop, cup) == (
        ReplacementOffer(
            edit=ReplaceLine("1", "CUP", reason="the mug is sold out"), units=2, available=5
        ),
    )


def test_its_change_covers_the_line() -> None:
    shop = short_of_mugs(2, CUP=2)
    (suggestion,) = suggested(shop, CUP)
    outcome = decide(EditOrder(edits=(suggestion.edit,), **about()), shop.state())
    assert outcome.back_orders_completed == ("A",)


def test_what_there_is_not_enough_of_is_not_suggested() -> None:
    assert suggested(short_of_mugs(2, CUP=1), CUP) == ()
    assert suggested(short_of_mugs(2), CUP) == ()


def test_a_product_without_a_stock_record_is_not_available() -> None:
    shop = shop_with(CUP=1)
    shop.take("A", ("MUG", 1))
    assert [offer.units for offer in suggested(shop, CUP)] == [1]


def test_the_whole_line_is_replaced_and_not_what_is_short_of_it() -> None:
    shop = shop_with(MUG=1, CUP=2)
    shop.take("A", ("MUG", 3))
    assert suggested(shop, CUP) == ()


def test_what_others_hold_is_not_available() -> None:
    shop = short_of_mugs(2, CUP=3)
    shop.take("B", ("CUP", 2))
    assert suggested(shop, CUP) == ()


def test_two_singles_for_each_pair() -> None:
    single = Replacement("GLOVE", "MUG", units=2)
    assert suggested(short_of_mugs(2, GLOVE=3), single) == ()
    assert suggested(short_of_mugs(2, GLOVE=4), single)[0].units == 4


def test_one_pair_for_two_singles() -> None:
    pair = Replacement("GLOVES", "MUG", per=2)
    assert suggested(short_of_mugs(4, GLOVES=2), pair)[0].units == 2
    assert suggested(short_of_mugs(3, GLOVES=9), pair) == ()
    assert suggested(short_of_mugs(1, GLOVES=9), pair) == ()


def test_limits_are_kept_to() -> None:
    few = Replacement("CUP", "MUG", units_max=2)
    assert suggested(short_of_mugs(2, CUP=9), few) != ()
    assert suggested(short_of_mugs(3, CUP=9), few) == ()


def test_suggestions_come_in_the_order_of_the_lines_and_of_the_catalogue() -> None:
    shop = shop_with(MUG=0, PAN=0, CUP=9, JUG=9, POT=9)
    shop.take("A", ("PAN", 1), ("MUG", 1))
    catalogue = (Replacement("JUG", "MUG"), CUP, Replacement("POT", "PAN"))
    changes = [each.edit for each in suggested(shop, *catalogue)]
    assert [(change.line_id, change.sku) for change in changes] == [
        ("1", "POT"),
        ("2", "JUG"),
        ("2", "CUP"),
    ]


def test_lines_that_there_is_not_enough_for_together_know_of_each_other() -> None:
    shop = shop_with(MUG=0, PAN=0, CUP=4, POT=9)
    shop.take("A", ("MUG", 3), ("PAN", 2), ("MUG", 1))
    for_pans = Replacement("CUP", "PAN")
    first, second, pot, third = suggested(shop, CUP, for_pans, Replacement("POT", "PAN"))
    assert (first.shared_with, second.shared_with, third.shared_with) == (
        ("2", "3"),
        ("1", "3"),
        ("1", "2"),
    )
    assert pot.shared_with == ()


def test_an_offer_names_ten_other_lines_and_counts_the_rest() -> None:
    shop = shop_with(MUG=0, CUP=4)
    shop.take("A", *[("MUG", 1)] * 13)
    first, *_, last = suggested(shop, CUP)
    assert (first.shared_with, first.further_lines) == (tuple(map(str, range(2, 12))), 2)
    assert (last.shared_with, last.further_lines) == (tuple(map(str, range(1, 11))), 2)


def test_lines_that_there_is_enough_for_together_need_not_know() -> None:
    shop = shop_with(MUG=0, CUP=4)
    shop.take("A", ("MUG", 3), ("MUG", 1))
    assert [each.shared_with for each in suggested(shop, CUP)] == [(), ()]


def test_a_line_that_its_own_product_is_there_for_needs_no_replacement() -> None:
    complete_only = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    shop = shop_with(complete_only, MUG=2, PAN=0, CUP=9)
    shop.take("A", ("MUG", 2), ("PAN", 1), ("MUG", 1))
    changes = [each.edit for each in suggested(shop, CUP, Replacement("CUP", "PAN"))]
    assert [change.line_id for change in changes] == ["2", "3"]


def test_an_order_on_hold_may_be_replaced_too() -> None:
    shop = short_of_mugs(2, CUP=2)
    shop.hold("A", HoldReason.AWAITING_CONFIRMATION)
    assert len(suggested(shop, CUP)) == 1


@pytest.mark.parametrize("status", sorted({*OPENINGS} - {"NEW", "ON_HOLD", "ON_BACK_ORDER"}))
def test_nothing_is_suggested_for_an_order_that_lacks_nothing_or_is_at_its_end(status: str) -> None:
    shop = OPENINGS[status]()
    shop.count(key("CUP"), 9)
    assert suggested(shop, CUP) == ()


def test_a_catalogue_that_answers_for_another_product_is_refused() -> None:
    class Muddled:
        def replacements(self, _: StockKey) -> tuple[Replacement, ...]:
            return (Replacement("CUP", "PAN"),)

    shop = short_of_mugs(2, CUP=9)
    with pytest.raises(InvalidValueError, match=r"Catalogue\.replacements must be for 'MUG'"):
        replacement_offers(shop.order("A"), shop.state(), Muddled())


# The catalogue


def found(catalogue: ReplacementList, seller_id: str = ACME) -> list[tuple[str, int]]:
    return [(each.sku, each.units) for each in catalogue.replacements(key("MUG", seller_id))]


def test_a_catalogue_is_made_of_any_iterable_and_is_a_value() -> None:
    catalogue = ReplacementList(each for each in [CUP, Replacement("PAN", "POT")])
    assert catalogue == ReplacementList((CUP, Replacement("PAN", "POT")))
    assert hash(catalogue) == hash(ReplacementList([CUP, Replacement("PAN", "POT")]))
    assert found(catalogue) == [("CUP", 1)]
    assert found(ReplacementList()) == []


def test_what_is_given_for_one_seller_comes_before_what_is_given_for_all() -> None:
    own = Replacement("CUP", "MUG", units=2, seller_id=ACME)
    catalogue = ReplacementList([Replacement("JUG", "MUG"), CUP, own])
    assert found(catalogue) == [("CUP", 2), ("JUG", 1)]
    assert found(catalogue, "bolt") == [("JUG", 1), ("CUP", 1)]


def test_a_product_replaces_another_in_one_way() -> None:
    with pytest.raises(InvalidValueError, match=r"ReplacementList\.items .*one way.*'MUG', 'CUP'"):
        ReplacementList([CUP, Replacement("CUP", "MUG", units=2)])


def test_a_product_does_not_replace_itself() -> None:
    with pytest.raises(InvalidValueError, match=r"Replacement\.replaces must be another product"):
        Replacement("CUP", "CUP")


def test_a_limit_lets_at_least_one_replacement_through() -> None:
    with pytest.raises(
        InvalidValueError,
        match=r"Replacement\.units_max .*at least the number of units, which is 3",
    ):
        Replacement("CUP", "MUG", units=3, units_max=2)
