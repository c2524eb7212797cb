"""`orderflow import` of shops' exports: what the presets skip, and how that is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.runner import flat
from tests.importing.test_presets import EXPECTED, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

SHOPIFY = FOLDER / "shopify.csv"
RETAIL = FOLDER / "online_retail_ii.csv"


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> FileShop:
    return FileShop(tmp_path)


@pytest.mark.parametrize("name", ["etsy.csv", "ebay-com.csv", "amazon-unshipped.txt"])
def test_an_export_is_known_and_imported_without_a_word(shop: FileShop, name: str) -> None:
    expected = EXPECTED[name]
    found = shop.report(FOLDER / name, "--time-zone", "Europe/London")
    assert (found["preset"], found["skipped"]) == (expected.preset, expected.skipped)
    assert list(shop.orders()) == list(expected.placed)


def test_a_status_that_the_preset_skips_is_included(shop: FileShop) -> None:
    options = ("--include-status", "pending", "--include-kind", "on_hold")
    found = shop.report(SHOPIFY, *options, code=1)
    assert [(each["row"], each["value"]) for each in found["faults"]] == [
        (19, "'bezahlt'"),
        (20, "'erledigt'"),
    ]
    assert (found["preset"], found["done"]) == ("SHOPIFY", 4)
    assert set(shop.orders()) == {"#1001", "#1006", "#1011", "#1012"}


@pytest.mark.parametrize(
    ("file", "options", "words"),
    [
        (RETAIL, ("--include-status", "paid"), "'amazonfee'"),
        (SHOPIFY, ("--include-kind", "returned"), "'--include-kind': must be one of 'CANCELLED'"),
        (SHOPIFY, ("--include-kind", "lost"), "'lost' is not one of"),
        (FOLDER / "plain.csv", ("--include-status", "pending"), "there is no such rule"),
        (
            SHOPIFY,
            ("--kind", "stock", "--include-status", "x"),
            "does not apply to a file of stock",
        ),
    ],
)
def test_what_the_preset_does_not_skip_cannot_be_included(
    shop: FileShop, file: Path, options: tuple[str, ...], words: str
) -> None:
    result = shop.take_in(file, *options)
    assert result.exit_code == 2
    assert words in flat(result.stderr)
    assert shop.orders() == {}


@pytest.mark.parametrize("command", ["import", "replay"])
def test_a_status_that_nobody_knows_and_no_row_has_is_named(shop: FileShop, command: str) -> None:
    given = ("--include-status", "Bezahlt", "--include-status", "bogus", "--include-status", "paid")
    errors = flat(shop.run(command, SHOPIFY, *given).stderr)
    assert "no row has the status 'bogus', which is included" in errors
    assert errors.count("which is included") == 1


def test_a_status_that_a_row_has_is_found_in_a_file_without_the_other_columns(
    shop: FileShop,
) -> None:
    header = "Name,Created at,Lineitem sku,Lineitem quantity,Financial Status"
    file = shop.write("#1,2026-03-02 10:00 +0000,MUG,2,pending", header=header)
    found = shop.report(file, "--include-status", "pending")
    assert (found["done"], found["notes"]) == (1, [])


def test_the_option_for_an_unknown_state_and_for_a_missing_country_is_named(
    shop: FileShop,
) -> None:
    errors = shop.take_in(FOLDER / "woocommerce_advanced.csv", "--time-zone", "UTC").stderr
    assert "or drop its orders (--include-status)" in flat(errors)
    assert "such as 'GB' (--country)" in flat(shop.take_in(FOLDER / "shopware_6.csv").stderr)
