"""Which column holds what."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow.replay import HISTORY_PRESETS, HistoryError, HistoryPreset
from orderflow.replay.generator import COLUMNS
from orderflow.replay.layout import layout_of

PLAIN = ("order_id", "sku", "quantity", "placed_at", "colour")
REAL = HISTORY_PRESETS[HistoryPreset.ONLINE_RETAIL_II]


@pytest.mark.parametrize(
    ("header", "changes", "preset"),
    [
        (COLUMNS, {}, HistoryPreset.ONLINE_RETAIL_II),
        (PLAIN, {}, HistoryPreset.PLAIN),
        (("order_id", "sku", "Menge", "placed_at"), {"quantity": "Menge"}, HistoryPreset.PLAIN),
        ((*COLUMNS[:-2], "Client"), {"customer": "Client"}, HistoryPreset.ONLINE_RETAIL_II),
        (
            tuple("abcd"),
            dict(zip(("order", "sku", "quantity", "time"), "abcd", strict=True)),
            HistoryPreset.PLAIN,
        ),
    ],
)
def test_a_preset_is_known_by_the_columns_that_are_not_renamed(
    header: tuple[str, ...], changes: dict[str, Any], preset: HistoryPreset
) -> None:
    layout = layout_of("a.csv", header, changes)
    assert layout == attrs.evolve(HISTORY_PRESETS[preset], **changes)


def test_a_header_that_no_preset_fits_is_shown_with_what_they_need() -> None:
    with pytest.raises(HistoryError, match=r"a\.csv, row 1: .*'Menge'.*PLAIN needs order_id"):
        layout_of("a.csv", ("Menge", "Preis"), {})


def test_a_header_of_one_cell_asks_for_the_delimiter() -> None:
    with pytest.raises(HistoryError, match="is the delimiter right"):
        layout_of("a.csv", (";".join(COLUMNS),), {})


def test_a_wrong_column_is_named_with_the_nearest_one() -> None:
    layout = attrs.evolve(REAL, quantity="Quantty")
    with pytest.raises(
        HistoryError, match=r"a\.csv, row 1: .*'Quantty' \(quantity\); did you mean 'Quantity'\?"
    ):
        layout.positions("a.csv", COLUMNS)


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(HistoryError, match=r"'Quantity' \(quantity\) appears 2 times"):
        REAL.positions("a.csv", (*COLUMNS, "Quantity"))


def test_white_space_around_a_column_is_no_part_of_it() -> None:
    assert REAL.positions("a.csv", [f" {name} " for name in COLUMNS])["order"] == 0


@pytest.mark.parametrize("sku", ["POST", "BANK CHARGES", "GIFT_0001_20", "TEST001", "PADS"])
def test_postage_and_vouchers_are_no_goods(sku: str) -> None:
    assert not REAL.is_goods(sku)
    assert HISTORY_PRESETS[HistoryPreset.PLAIN].is_goods(sku)


@pytest.mark.parametrize("sku", ["85123A", "POSTCARD", "22423"])
def test_products_are_goods(sku: str) -> None:
    assert REAL.is_goods(sku)
