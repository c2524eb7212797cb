"""Orders that were imported before: by an earlier run, or from an earlier file of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderflow.service import Batches
from tests.cli.files import FileShop
from tests.cli.runner import flat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from orderflow.commands import Command
    from orderflow.service import BatchResult

TIME = "2026-03-01T10:00Z"
UPDATE = ("--on-change", "update")
AMAZON = "order-id,purchase-date,order-status,sku,quantity,item-status"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileShop:
    monkeypatch.chdir(tmp_path)
    return FileShop(tmp_path)


def units(shop: FileShop, order_id: str = "1") -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in shop.ask("show", order_id)["lines"]}


@pytest.mark.parametrize("options", [(), UPDATE, ("--all-or-nothing",)], ids=["", "update", "all"])
def test_rows_of_an_order_in_two_files_of_one_run_are_not_lost(
    shop: FileShop, options: tuple[str, ...]
) -> None:
    shop.write(f"0,MUG,1,{TIME}", f"1,MUG,2,{TIME}", name="a.csv")
    shop.write(f"1,CUP,1,{TIME}", f"2,MUG,1,{TIME}", name="b.csv")
    result = shop.run("import", "a.csv", "b.csv", *options)
    assert result.exit_code == 1
    assert (
        "b.csv: not imported: 1: it is in a.csv too, and b.csv lacks MUG, which the order has; "
        "put all rows of an order into one file, or import a newer file in a run of its own"
    ) in flat(result.stderr)
    if "--all-or-nothing" in options:
        assert shop.orders() == {}
    else:
        assert (list(shop.orders()), units(shop)) == (["0", "1", "2"], {"MUG": 2})
        assert "b.csv orders 2 1 0 0 1 0 0 0" in flat(result.stdout)


def test_the_later_of_two_files_is_the_newer_one_if_the_order_is_whole_in_it(
    shop: FileShop,
) -> None:
    shop.write(f"1,MUG,2,{TIME}", name="monday.csv")
    shop.write(f"1,MUG,3,{TIME}", f"1,CUP,1,{TIME}", name="tuesday.csv")
    assert shop.run("import", "monday.csv", "tuesday.csv", *UPDATE).exit_code == 0
    assert units(shop) == {"MUG": 3, "CUP": 1}
    shop.report("monday.csv", *UPDATE)
    assert units(shop) == {"MUG": 2}


def test_a_short_part_that_is_another_in_the_file_is_an_edit(shop: FileShop) -> None:
    header = "order_id,sku,quantity,placed_at,Wenn knapp"
    column = ("--short-part-column", "Wenn knapp")
    path = shop.write(f"1,MUG,1,{TIME},wait", header=header)
    assert shop.report(path, *column)["placed"] == {"ON_BACK_ORDER": 1}
    path = shop.write(f"1,MUG,1,{TIME},Hold", header=header)
    assert [each["order_id"] for each in shop.report(path, *column)["changed"]] == ["1"]
    shop.report(path, *column, *UPDATE)
    order = shop.ask("show", "1")
    assert (order["status"], order["short_part"]) == ("ON_HOLD", "HOLD")
    shop.run("release-hold", "1")
    assert shop.report(path, *column, *UPDATE)["unchanged"] == 1
    assert shop.ask("show", "1")["short_part"] == "WAIT"  # the seller chose


def test_an_item_that_is_off_in_a_later_file_does_not_call_off_the_others(shop: FileShop) -> None:
    shop.write("1,2026-03-01T10:00Z,Unshipped,MUG,1,Unshipped", header=AMAZON, name="a.csv")
    shop.write("1,2026-03-01T10:00Z,Unshipped,CUP,1,Cancelled", header=AMAZON, name="b.csv")
    result = shop.run("import", "a.csv", "b.csv", *UPDATE)
    assert result.exit_code == 1
    assert "1: it is in a.csv too, and b.csv lacks MUG, which" in flat(result.stderr)
    assert shop.orders() == {"1": "ON_BACK_ORDER"}


def test_an_item_that_is_off_in_a_later_file_is_removed_with_an_update(shop: FileShop) -> None:
    rows = [f"1,2026-03-01T10:00Z,Unshipped,{sku},1,Unshipped" for sku in ("MUG", "CUP")]
    shop.write(*rows, header=AMAZON, name="a.csv")
    rows[1] = rows[1].replace("1,Unshipped", "0,Cancelled")
    shop.write(*rows, header=AMAZON, name="b.csv")
    assert shop.run("import", "a.csv", "b.csv", *UPDATE).exit_code == 0
    assert units(shop) == {"MUG": 1}


def test_a_line_that_the_seller_adds_does_not_make_two_equal_files_differ(shop: FileShop) -> None:
    for name in ("a.csv", "b.csv"):
        shop.write(f"1,MUG,2,{TIME}", name=name)
    assert shop.run("import", "a.csv", "b.csv").exit_code == 0
    shop.do("edit", "1", "--add", "POT=1")
    assert shop.run("import", "a.csv", "b.csv", *UPDATE).exit_code == 0
    assert units(shop) == {"MUG": 2, "POT": 1}


def test_a_quantity_that_the_shop_changes_back_is_changed_back(shop: FileShop) -> None:
    for quantity in (2, 3, 2, 3):
        shop.report(shop.write(f"1,MUG,{quantity},{TIME}"), *UPDATE)
        assert units(shop) == {"MUG": quantity}
    old = shop.report(shop.write(f"1,MUG,2,{TIME}"))
    assert [each["order_id"] for each in old["changed"]] == ["1"]
    assert units(shop) == {"MUG": 3}


def test_what_the_seller_edits_after_an_import_stays(shop: FileShop) -> None:
    """Between the comparison and the edit, stock moves, so the order has a higher version."""
    shop.do("book-in", "MUG", 1)
    shop.report(shop.write(f"1,MUG,1,{TIME}", f"2,MUG,1,{TIME}"), *UPDATE)
    later = shop.write(f"1,CUP,4,{TIME}", f"2,MUG,1,{TIME}", f"2,POT,1,{TIME}")
    shop.report(later, *UPDATE)
    shop.do("edit", "2", "--quantity", "MUG=5")
    again = shop.report(later, *UPDATE)
    assert (again["unchanged"], again["changed"], units(shop, "2")["MUG"]) == (2, [], 5)


def test_an_item_that_is_off_and_still_open_is_named(shop: FileShop) -> None:
    day = "2026-03-01T10:00Z"
    one = f"1,{day},Unshipped,MUG,1,Unshipped"
    shop.report(shop.write(one, f"1,{day},Unshipped,CUP,2,Unshipped", header=AMAZON))
    file = shop.write(one, f"1,{day},Unshipped,CUP,0,Cancelled", header=AMAZON)
    result = shop.take_in(file)
    assert result.exit_code == 1
    assert "off in the file: 1: CUP: cancelled or refunded" in flat(result.stderr)
    assert units(shop) == {"MUG": 1, "CUP": 2}
    shop.report(file, *UPDATE)
    assert units(shop) == {"MUG": 1}
    assert shop.report(file)["called_off"] == []


def test_orders_of_one_moment_are_served_by_file_and_row(shop: FileShop) -> None:
    shop.write("#999,MUG,1,2026-03-01", "#1000,MUG,1,2026-03-01", name="a.csv")
    shop.write("#1000,MUG,1,2026-03-01", "#5,MUG,1,2026-03-01", name="b.csv")
    shop.write("#7,MUG,1,2026-03-01", "#6,MUG,1,2026-03-02", "#4,MUG,1,2026-03-02", name="c.csv")
    zone = ("--time-zone", "Europe/London")
    assert shop.run("import", "a.csv", "b.csv", *zone).exit_code == 0
    assert shop.run("import", "b.csv", "c.csv", *zone).exit_code == 0
    assert list(shop.orders()) == ["#999", "#1000", "#5", "#7", "#6", "#4"]


def test_an_order_that_differs_is_named_and_left_and_that_is_no_failure(shop: FileShop) -> None:
    shop.report(shop.write(f"1,MUG,1,{TIME}"))
    result = shop.take_in(shop.write(f"1,MUG,2,{TIME}"))
    assert result.exit_code == 0
    assert "already present, but different: 1 --on-change update edits" in flat(result.stderr)
    assert units(shop) == {"MUG": 1}


def test_of_two_imports_at_once_each_counts_what_it_placed(
    shop: FileShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one begins and ends between the reading and the saving of the first."""
    file = shop.write(f"1,MUG,1,{TIME}", f"2,MUG,1,{TIME}")
    others: list[dict[str, Any]] = []
    run = Batches.run

    def run_second(batches: Batches, commands: Sequence[Command]) -> BatchResult[Command]:
        if not others:
            others.append({})
            others[0] = shop.report(file)
        return run(batches, commands)

    monkeypatch.setattr(Batches, "run", run_second)
    first = shop.report(file)
    assert (others[0]["done"], others[0]["unchanged"]) == (2, 0)
    assert (first["done"], first["placed"], first["unchanged"]) == (0, {}, 2)
